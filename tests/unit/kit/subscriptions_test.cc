#include "adapters/kit/subscriptions.h"

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr Instant start{1'000'000'000};
const std::string name = "inbox";

v1::Deliveries deliveries(std::uint64_t first, int count) {
    v1::Deliveries result;
    result.set_name(name);
    for (int i = 0; i < count; ++i) {
        result.add_deliveries()->set_sequence(first + static_cast<std::uint64_t>(i));
    }
    return result;
}

v1::SubscriptionEnded ended(v1::ErrorCode code) {
    v1::SubscriptionEnded result;
    result.set_name(name);
    result.set_code(code);
    return result;
}

class SubscriptionSetTest : public ::testing::Test {
  protected:
    // Opens the subscription in a new session.
    void open(std::uint32_t credit = 100) {
        ASSERT_TRUE(set_.add(name, credit).has_value());
        reopen();
    }
    void reopen() {
        set_.session_opened();
        const auto frame = set_.next_frame();
        ASSERT_TRUE(frame && frame->has_subscribe());
        ASSERT_EQ(frame->subscribe().name(), name);
        v1::Subscribed subscribed;
        subscribed.set_name(name);
        set_.subscribed(subscribed);
        set_.take_news();
    }
    std::vector<NumberedDelivery> deliver(std::uint64_t first, int count) {
        auto result = set_.delivered(deliveries(first, count));
        EXPECT_TRUE(result.has_value());
        return *result;
    }
    // The sequence acked next; none when no ack is due.
    std::optional<std::uint64_t> acked() {
        const auto frame = set_.next_frame();
        if (!frame || !frame->has_ack()) return std::nullopt;
        return frame->ack().sequence();
    }
    void handle(const NumberedDelivery& one) {
        set_.handled(name, one.opening, one.delivery.sequence);
    }

    SubscriptionSet set_{1};
};

TEST_F(SubscriptionSetTest, ChecksNameAndCredit) {
    EXPECT_THAT(set_.add("", 1), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("Upper", 1), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add(std::string(65, 'a'), 1), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("a", 0), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("a", 1025), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_TRUE(set_.add("a.b-c_9", 1024).has_value());
    EXPECT_THAT(set_.add("a.b-c_9", 1), FailsWith(ErrorCode::subscription_replaced));
    for (int i = 1; i < 16; ++i)
        ASSERT_TRUE(set_.add("n" + std::to_string(i), 1).has_value());
    EXPECT_THAT(set_.add("n16", 1), FailsWith(ErrorCode::subscription_limit));
}

TEST_F(SubscriptionSetTest, SubscribesOnlyInASessionAndTellsWhenOpen) {
    ASSERT_TRUE(set_.add(name, 10).has_value());
    EXPECT_FALSE(set_.next_frame());
    set_.session_opened();
    const auto frame = set_.next_frame();
    ASSERT_TRUE(frame && frame->has_subscribe());
    EXPECT_EQ(frame->subscribe().credit(), 10U);
    EXPECT_FALSE(set_.next_frame());
    v1::Subscribed subscribed;
    subscribed.set_name(name);
    subscribed.set_next_sequence(7);
    set_.subscribed(subscribed);
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::opened);
    EXPECT_EQ(news[0].next_sequence, 7U);
}

TEST_F(SubscriptionSetTest, AcksAtOnceWhenNothingIsOutstanding) {
    open();
    const auto three = deliver(5, 3);
    handle(three[0]);
    handle(three[1]);
    EXPECT_FALSE(acked());
    handle(three[2]);
    EXPECT_EQ(acked(), 7U);
    EXPECT_FALSE(acked());
}

TEST_F(SubscriptionSetTest, AcksEverySoManyWhileMoreIsOutstanding) {
    open(1024);
    const auto many = deliver(0, 200);
    for (int i = 0; i < 63; ++i)
        handle(many[static_cast<std::size_t>(i)]);
    EXPECT_FALSE(acked());
    handle(many[63]);
    EXPECT_EQ(acked(), 63U);
}

TEST_F(SubscriptionSetTest, AcksHalfASmallCredit) {
    open(10);
    const auto ten = deliver(0, 10);
    for (std::size_t i = 0; i < 4; ++i)
        handle(ten[i]);
    EXPECT_FALSE(acked());
    handle(ten[4]);
    EXPECT_EQ(acked(), 4U);
}

TEST_F(SubscriptionSetTest, MoreThanTheCreditOrOutOfOrderIsMalformed) {
    open(2);
    EXPECT_THAT(set_.delivered(deliveries(1, 3)), FailsWith(ErrorCode::frame_malformed));
    set_.session_ended(start);
    reopen();
    deliver(5, 1);
    EXPECT_THAT(set_.delivered(deliveries(5, 1)), FailsWith(ErrorCode::frame_malformed));
}

TEST_F(SubscriptionSetTest, AFailureAcksWhatWasHandledAndNothingLater) {
    open();
    const auto three = deliver(5, 3);
    handle(three[0]);
    set_.failed(name, three[1].opening, ErrorCode::file_unwritable, start);
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::stopped);
    EXPECT_EQ(news[0].error->code, ErrorCode::file_unwritable);
    EXPECT_EQ(acked(), 5U);
    const auto frame = set_.next_frame();
    ASSERT_TRUE(frame && frame->has_unsubscribe());
    EXPECT_THAT(deliver(8, 2), IsEmpty()) << "what was on its way comes again later";
    set_.closed(ended(v1::ERROR_CODE_UNSPECIFIED), start);
    EXPECT_FALSE(set_.next_frame());
    const auto due = set_.next_due();
    ASSERT_TRUE(due);
    EXPECT_LE(*due, start.plus_ms(limits::reconnect_ms_min));
    set_.tick(*due);
    reopen();
    EXPECT_THAT(deliver(6, 2), SizeIs(2));
}

TEST_F(SubscriptionSetTest, WhatWasHandledIsNotHandledAgainAfterALostSession) {
    open();
    const auto three = deliver(5, 3);
    handle(three[0]);
    set_.session_ended(start);
    // Still being handled when the session went.
    handle(three[1]);
    reopen();
    EXPECT_FALSE(acked()) << "the new session has delivered nothing yet";
    const auto again = deliver(5, 4);
    ASSERT_THAT(again, SizeIs(2));
    EXPECT_EQ(again[0].delivery.sequence, Sequence{7});
    handle(again[0]);
    handle(again[1]);
    EXPECT_EQ(acked(), 8U);
}

TEST_F(SubscriptionSetTest, ReportsOfAnEarlierOpeningFailNothingNow) {
    open();
    const auto old = deliver(5, 1);
    set_.session_ended(start);
    reopen();
    set_.failed(name, old[0].opening, ErrorCode::file_unwritable, start);
    EXPECT_THAT(set_.take_news(), IsEmpty());
    EXPECT_THAT(deliver(5, 1), SizeIs(1));
}

TEST_F(SubscriptionSetTest, ANewerSessionTakesItForGood) {
    open();
    set_.closed(ended(v1::ERROR_CODE_SUBSCRIPTION_REPLACED), start);
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::ended);
    EXPECT_EQ(news[0].error->code, ErrorCode::subscription_replaced);
    set_.session_ended(start);
    set_.session_opened();
    EXPECT_FALSE(set_.next_frame());
}

TEST_F(SubscriptionSetTest, ARefusalGoesToTheFirstAskedFor) {
    ASSERT_TRUE(set_.add("b", 1).has_value());
    set_.session_opened();
    ASSERT_TRUE(set_.next_frame());
    ASSERT_TRUE(set_.add("a", 1).has_value());
    ASSERT_TRUE(set_.next_frame());
    EXPECT_TRUE(set_.refused(ErrorCode::subscription_limit, false, start));
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].name, "b");
    EXPECT_EQ(news[0].error->code, ErrorCode::subscription_limit);
    EXPECT_TRUE(set_.refused(ErrorCode::busy, true, start));
    EXPECT_FALSE(set_.refused(ErrorCode::busy, true, start));
    EXPECT_TRUE(set_.next_due()) << "asked for again";
}

TEST_F(SubscriptionSetTest, AnErrorAboutSomethingElseRefusesNothing) {
    ASSERT_TRUE(set_.add(name, 1).has_value());
    set_.session_opened();
    ASSERT_TRUE(set_.next_frame());
    for (const ErrorCode code : {ErrorCode::subscription_unknown, ErrorCode::ack_ahead,
                                 ErrorCode::frame_malformed, ErrorCode::frame_unknown}) {
        EXPECT_FALSE(set_.refused(code, false, start));
    }
    EXPECT_THAT(set_.take_news(), IsEmpty());
    EXPECT_TRUE(set_.refused(ErrorCode::field_out_of_bounds, false, start));
    EXPECT_THAT(set_.take_news(), SizeIs(1));
}

TEST_F(SubscriptionSetTest, NothingIsAckedAfterUnsubscribe) {
    open();
    const auto two = deliver(5, 2);
    handle(two[0]);
    set_.remove(name);
    EXPECT_EQ(acked(), 5U);
    const auto frame = set_.next_frame();
    ASSERT_TRUE(frame && frame->has_unsubscribe());
    handle(two[1]);
    EXPECT_FALSE(set_.next_frame()) << "the hub would answer subscription_unknown";
    set_.leave();
    EXPECT_FALSE(set_.next_frame());
}

TEST_F(SubscriptionSetTest, WhoLeavesSubscribesToNothing) {
    ASSERT_TRUE(set_.add(name, 10).has_value());
    set_.session_opened();
    set_.leave();
    EXPECT_FALSE(set_.next_frame());
}

TEST_F(SubscriptionSetTest, RemovingClosesAndEndsWithoutError) {
    open();
    const auto one = deliver(5, 2);
    handle(one[0]);
    set_.remove(name);
    EXPECT_EQ(acked(), 5U);
    const auto frame = set_.next_frame();
    ASSERT_TRUE(frame && frame->has_unsubscribe());
    set_.closed(ended(v1::ERROR_CODE_UNSPECIFIED), start);
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::ended);
    EXPECT_FALSE(news[0].error);
}

TEST_F(SubscriptionSetTest, LeavingAcksAllThatWasHandled) {
    open();
    const auto three = deliver(5, 3);
    handle(three[0]);
    EXPECT_FALSE(acked());
    set_.leave();
    EXPECT_EQ(acked(), 5U);
}

}  // namespace
}  // namespace jobbro::kit
