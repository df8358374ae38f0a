#include "adapters/kit/subscriptions.h"

#include "tests/unit/kit/hub_side.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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
        ASSERT_TRUE(set_.add(name, {.credit = credit}).has_value());
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
    void handle(const NumberedDelivery& one) { set_.handled(one.place()); }

    SubscriptionSet set_{1};
};

TEST_F(SubscriptionSetTest, ChecksNameAndCredit) {
    EXPECT_THAT(set_.add("", {.credit = 1}), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("Upper", {.credit = 1}), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add(std::string(65, 'a'), {.credit = 1}),
                FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("a", {.credit = 0}), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_THAT(set_.add("a", {.credit = 1025}), FailsWith(ErrorCode::field_out_of_bounds));
    EXPECT_TRUE(set_.add("a.b-c_9", {.credit = 1024}).has_value());
    EXPECT_THAT(set_.add("a.b-c_9", {.credit = 1}), FailsWith(ErrorCode::subscription_replaced));
    for (int i = 1; i < 16; ++i)
        ASSERT_TRUE(set_.add("n" + std::to_string(i), {.credit = 1}).has_value());
    EXPECT_THAT(set_.add("n16", {.credit = 1}), FailsWith(ErrorCode::subscription_limit));
}

TEST_F(SubscriptionSetTest, SubscribesOnlyInASessionAndTellsWhenOpen) {
    ASSERT_TRUE(set_.add(name, {.credit = 10}).has_value());
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
    set_.failed(three[1].place(), ErrorCode::file_unwritable, start);
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
    set_.failed(old[0].place(), ErrorCode::file_unwritable, start);
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
    ASSERT_TRUE(set_.add("b", {.credit = 1}).has_value());
    set_.session_opened();
    ASSERT_TRUE(set_.next_frame());
    ASSERT_TRUE(set_.add("a", {.credit = 1}).has_value());
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
    ASSERT_TRUE(set_.add(name, {.credit = 1}).has_value());
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
    ASSERT_TRUE(set_.add(name, {.credit = 10}).has_value());
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

TEST_F(SubscriptionSetTest, TooManyKindsAreRefusedHere) {
    const std::vector<v1::MessageKind> kinds(65, v1::MESSAGE_KIND_ORDER);
    EXPECT_THAT(set_.add(name, {.kinds = kinds}), FailsWith(ErrorCode::field_out_of_bounds));
}

TEST_F(SubscriptionSetTest, TheOptionsAreAskedFor) {
    ASSERT_TRUE(set_.add(name, {.credit = 9,
                                .kinds = {v1::MESSAGE_KIND_ORDER, v1::MESSAGE_KIND_NOTICE},
                                .form = v1::DELIVERY_FORM_THIN,
                                .start = Start{Instant{1'500'000}}})
                    .has_value());
    set_.session_opened();
    const auto frame = set_.next_frame();
    ASSERT_TRUE(frame && frame->has_subscribe());
    const v1::Subscribe& subscribe = frame->subscribe();
    EXPECT_EQ(subscribe.credit(), 9U);
    EXPECT_THAT(subscribe.kinds(), ElementsAre(v1::MESSAGE_KIND_ORDER, v1::MESSAGE_KIND_NOTICE));
    EXPECT_EQ(subscribe.form(), v1::DELIVERY_FORM_THIN);
    ASSERT_TRUE(subscribe.has_from_time());
    EXPECT_EQ(subscribe.from_time().seconds(), 1);
    EXPECT_EQ(subscribe.from_time().nanos(), 500'000'000);
}

TEST_F(SubscriptionSetTest, TheStartIsAskedForUntilTheHubHasOpenedItAndNeverAgain) {
    ASSERT_TRUE(set_.add(name, {.start = Start{Sequence{7}}}).has_value());
    set_.session_opened();
    EXPECT_EQ(set_.next_frame()->subscribe().from_sequence(), 7U);
    set_.session_ended(start);
    set_.session_opened();
    EXPECT_EQ(set_.next_frame()->subscribe().from_sequence(), 7U) << "it may not have come there";
    v1::Subscribed subscribed;
    subscribed.set_name(name);
    set_.subscribed(subscribed);
    set_.session_ended(start);
    set_.session_opened();
    const auto again = set_.next_frame();
    ASSERT_TRUE(again && again->has_subscribe());
    EXPECT_EQ(again->subscribe().start_case(), v1::Subscribe::START_NOT_SET);
}

TEST_F(SubscriptionSetTest, TheBeginningIsAStartToo) {
    ASSERT_TRUE(set_.add(name, {.start = Start{StartAtBeginning{}}}).has_value());
    set_.session_opened();
    EXPECT_TRUE(set_.next_frame()->subscribe().has_from_beginning());
}

TEST_F(SubscriptionSetTest, TellsHowMuchIsParked) {
    ASSERT_TRUE(set_.add(name, {}).has_value());
    v1::ParkedState state;
    state.set_name(name);
    state.set_parked(4096);
    state.set_is_stopped(true);
    set_.parked_state(state);
    EXPECT_THAT(set_.take_news(), IsEmpty()) << "it is not open";
    set_.session_opened();
    set_.next_frame();
    v1::Subscribed subscribed;
    subscribed.set_name(name);
    subscribed.set_parked(4096);
    set_.subscribed(subscribed);
    set_.parked_state(state);
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(2));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::opened);
    EXPECT_EQ(news[0].parked, 4096U);
    EXPECT_EQ(news[1].kind, SubscriptionNews::Kind::parked);
    EXPECT_EQ(news[1].parked, 4096U);
    EXPECT_TRUE(news[1].is_stopped);
}

TEST_F(SubscriptionSetTest, AFailureThatParksStopsNothing) {
    ASSERT_TRUE(set_.add(name, {.on_failure = OnFailure::park}).has_value());
    reopen();
    const auto three = deliver(5, 3);
    EXPECT_EQ(three[0].on_failure, OnFailure::park);
    handle(three[0]);
    set_.failed(three[1].place(), ErrorCode::file_unwritable, start);
    EXPECT_THAT(set_.take_news(), IsEmpty());
    const auto nack = set_.next_frame();
    ASSERT_TRUE(nack && nack->has_nack());
    EXPECT_EQ(nack->nack().name(), name);
    EXPECT_EQ(nack->nack().sequence(), 6U);
    EXPECT_EQ(acked(), 5U);
    // All of the test's deliveries are in one lane.
    EXPECT_THAT(deliver(8, 1), IsEmpty());
    v1::Deliveries again = deliveries(6, 1);
    again.set_nacks_taken(1);
    again.mutable_deliveries(0)->set_attempt(1);
    const auto redelivered = set_.delivered(again);
    ASSERT_TRUE(redelivered.has_value());
    ASSERT_THAT(*redelivered, SizeIs(1));
    EXPECT_EQ((*redelivered)[0].delivery.attempt, 1U);
    handle((*redelivered)[0]);
    const auto ack = set_.next_frame();
    ASSERT_TRUE(ack && ack->has_ack());
    EXPECT_TRUE(ack->ack().parked());
    EXPECT_EQ(ack->ack().sequence(), 6U);
}

TEST_F(SubscriptionSetTest, AStoreThatFailsStopsWhereOtherErrorsPark) {
    ASSERT_TRUE(set_.add(name, {.on_failure = OnFailure::park}).has_value());
    reopen();
    const auto two = deliver(5, 2);
    handle(two[0]);
    set_.failed(two[1].place(), ErrorCode::store_failed, start);
    EXPECT_EQ(acked(), 5U);
    const auto last = set_.next_frame();
    EXPECT_TRUE(last && last->has_unsubscribe());
    const auto news = set_.take_news();
    ASSERT_THAT(news, SizeIs(1));
    EXPECT_EQ(news[0].kind, SubscriptionNews::Kind::stopped);
    EXPECT_EQ(news[0].error->code, ErrorCode::store_failed);
}

TEST_F(SubscriptionSetTest, WhoLeavesGivesBackFirst) {
    ASSERT_TRUE(set_.add(name, {.on_failure = OnFailure::park}).has_value());
    reopen();
    const auto two = deliver(5, 2);
    handle(two[0]);
    set_.failed(two[1].place(), ErrorCode::busy, start);
    set_.leave();
    const auto nack = set_.next_frame();
    ASSERT_TRUE(nack && nack->has_nack());
    EXPECT_EQ(acked(), 5U);
    EXPECT_FALSE(set_.next_frame());
}

TEST_F(SubscriptionSetTest, AThinDeliveryHasItsNotification) {
    open();
    v1::Deliveries wire = deliveries(5, 1);
    wire.mutable_deliveries(0)->set_lane(77);
    wire.mutable_deliveries(0)->mutable_notification()->set_kind(v1::MESSAGE_KIND_ORDER);
    const auto taken = set_.delivered(wire);
    ASSERT_TRUE(taken.has_value());
    ASSERT_THAT(*taken, SizeIs(1));
    const Delivery& delivery = (*taken)[0].delivery;
    EXPECT_EQ(delivery.lane, 77U);
    ASSERT_TRUE(delivery.notification);
    EXPECT_EQ(delivery.notification->kind(), v1::MESSAGE_KIND_ORDER);
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
