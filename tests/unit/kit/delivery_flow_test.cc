#include "adapters/kit/delivery_flow.h"

#include "proto/base/limits.h"
#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string name = "inbox";

struct Wire {
    std::uint64_t sequence;
    std::uint64_t lane = 0;
    std::uint32_t attempt = 0;
};

v1::Deliveries frame(const std::vector<Wire>& wires, std::uint64_t nacks_taken = 0) {
    v1::Deliveries result;
    result.set_name(name);
    result.set_nacks_taken(nacks_taken);
    for (const Wire& wire : wires) {
        v1::Delivery& delivery = *result.add_deliveries();
        delivery.set_sequence(wire.sequence);
        delivery.set_lane(wire.lane);
        delivery.set_attempt(wire.attempt);
    }
    return result;
}

class DeliveryFlowTest : public ::testing::Test {
  protected:
    // The sequences to be handled.
    std::vector<std::uint64_t> take(const std::vector<Wire>& wires, std::uint64_t nacks_taken = 0) {
        const v1::Deliveries deliveries = frame(wires, nacks_taken);
        const auto taken = flow_.take(deliveries);
        EXPECT_TRUE(taken.has_value()) << taken.error().line();
        std::vector<std::uint64_t> sequences;
        for (const v1::Delivery* one : *taken)
            sequences.push_back(one->sequence());
        return sequences;
    }
    void handle(std::uint64_t sequence, std::uint32_t attempt = 0) {
        EXPECT_TRUE(flow_.handled(Sequence{sequence}, attempt));
    }
    void fail(std::uint64_t sequence, ErrorCode code = ErrorCode::busy, std::uint32_t attempt = 0) {
        EXPECT_TRUE(flow_.nack(Sequence{sequence}, attempt, code));
    }
    // "nack 5", "ack 7", "ack parked 3": all frames that are due.
    std::vector<std::string> due() {
        std::vector<std::string> texts;
        while (const auto frame = flow_.next_frame(name)) {
            if (frame->has_nack()) {
                EXPECT_EQ(frame->nack().name(), name);
                texts.push_back("nack " + std::to_string(frame->nack().sequence()));
            } else {
                EXPECT_EQ(frame->ack().name(), name);
                texts.push_back((frame->ack().parked() ? "ack parked " : "ack ") +
                                std::to_string(frame->ack().sequence()));
            }
        }
        return texts;
    }

    DeliveryFlow flow_{20};
};

TEST_F(DeliveryFlowTest, ANackSaysWhetherItMayPassAndNothingOfTheMessage) {
    take({{1, 1}, {2, 2}});
    EXPECT_TRUE(flow_.nack(Sequence{1}, 0, Error{ErrorCode::busy, "690870-1478", "citizen"}));
    EXPECT_TRUE(flow_.nack(Sequence{2}, 0, Error{ErrorCode::field_invalid, "690870-1478"}));
    const auto first = flow_.next_frame(name);
    const auto second = flow_.next_frame(name);
    ASSERT_TRUE(first && second);
    EXPECT_EQ(first->nack().verdict(), v1::NACK_VERDICT_RETRY_LATER);
    EXPECT_EQ(first->nack().reason(), "busy");
    EXPECT_EQ(second->nack().verdict(), v1::NACK_VERDICT_GIVE_UP);
    EXPECT_EQ(second->nack().reason(), "field_invalid");
}

TEST_F(DeliveryFlowTest, TheNackGoesOutBeforeAnAckThatCoversIt) {
    take({{1, 1}, {2, 2}, {3, 3}});
    handle(1);
    fail(2);
    handle(3);
    EXPECT_THAT(due(), ElementsAre("nack 2", "ack 3"));
}

TEST_F(DeliveryFlowTest, WhatIsHandledBeforeItIsAckedWhenNothingElseIsOut) {
    take({{1, 1}, {2, 2}});
    handle(1);
    EXPECT_THAT(due(), IsEmpty());
    fail(2);
    EXPECT_THAT(due(), ElementsAre("nack 2", "ack 1"));
}

TEST_F(DeliveryFlowTest, LaterMessagesOfTheLaneAreVoidAndKeepNothingFromBeingAcked) {
    take({{1, 7}, {2, 7}, {3, 8}, {4, 7}});
    fail(1);
    EXPECT_FALSE(flow_.handled(Sequence{2}, 0)) << "void";
    handle(3);
    EXPECT_THAT(due(), ElementsAre("nack 1", "ack 3"));
    EXPECT_THAT(take({{5, 7}, {6, 8}}), ElementsAre(6)) << "sent before the hub took the Nack";
    EXPECT_THAT(take({{9, 7}}, 1), ElementsAre(9)) << "sent after";
    handle(6);
    handle(9);
    EXPECT_THAT(due(), ElementsAre("ack 9"));
}

TEST_F(DeliveryFlowTest, EarlierMessagesOfTheLaneAreNotVoid) {
    // In earlier openings 1 was handled and 2 not.
    flow_.remember(Sequence{1});
    EXPECT_THAT(take({{1, 7}, {2, 7}}), ElementsAre(2));
    fail(2);
    EXPECT_THAT(due(), ElementsAre("nack 2", "ack 1"));
}

TEST_F(DeliveryFlowTest, EachNackHasItsNumber) {
    take({{1, 7}, {2, 8}});
    fail(1);
    fail(2);
    due();
    EXPECT_THAT(take({{3, 7}, {4, 8}}, 1), ElementsAre(3)) << "the second is not taken yet";
    EXPECT_THAT(take({{5, 7}, {6, 8}}, 2), ElementsAre(5, 6));
}

TEST_F(DeliveryFlowTest, MoreNacksTakenThanSentIsMalformed) {
    take({{1, 7}});
    fail(1);
    EXPECT_THAT(flow_.take(frame({{2, 7}}, 2)), FailsWith(ErrorCode::frame_malformed));
}

TEST_F(DeliveryFlowTest, WhatComesFromTheListIsAckedAloneAndInAnyOrder) {
    EXPECT_THAT(take({{50, 1}, {9, 2, 1}, {51, 1}, {4, 3, 2}}), ElementsAre(50, 9, 51, 4));
    handle(9, 1);
    EXPECT_THAT(due(), ElementsAre("ack parked 9"));
    handle(50);
    handle(51);
    EXPECT_THAT(due(), ElementsAre("ack 51")) << "what the list holds does not hold it up";
    handle(4, 2);
    EXPECT_THAT(due(), ElementsAre("ack parked 4"));
    EXPECT_THAT(flow_.take(frame({{51, 1}})), FailsWith(ErrorCode::frame_malformed))
        << "by way of the cursor the order rises";
}

TEST_F(DeliveryFlowTest, ANackOfAParkedMessageMakesNothingVoid) {
    // The hub has dropped 4 by a person's wish, else 8 would not come by way of the cursor.
    take({{4, 7, 3}});
    take({{8, 7}});
    fail(4, ErrorCode::busy, 3);
    handle(8);
    EXPECT_THAT(due(), ElementsAre("nack 4", "ack 8"));
    EXPECT_THAT(take({{9, 7}}), ElementsAre(9));
}

TEST_F(DeliveryFlowTest, WhatWasHandledInAnEarlierOpeningIsOnlyAcked) {
    take({{1, 1}, {2, 2}, {3, 3, 1}});
    handle(1);
    handle(3, 1);
    flow_.restart();
    flow_.remember(Sequence{2});
    EXPECT_THAT(due(), IsEmpty());
    EXPECT_THAT(take({{1, 1}, {2, 2}, {3, 3, 2}, {4, 4}}), ElementsAre(4));
    handle(4);
    EXPECT_THAT(due(), ElementsAre("ack parked 3", "ack 4"));
}

TEST_F(DeliveryFlowTest, WhatWasGivenBackIsHandledWhenItComesAgain) {
    take({{1, 1}, {2, 1}, {3, 2}});
    fail(1);
    handle(3);
    flow_.restart();
    EXPECT_THAT(take({{1, 1}, {2, 1}, {3, 2}}), ElementsAre(1, 2)) << "the Nack was lost";
    flow_.restart();
    EXPECT_THAT(take({{1, 1, 1}, {4, 3}}), ElementsAre(1, 4)) << "the Nack was taken";
}

TEST_F(DeliveryFlowTest, AFailureIsTheLastWordAlsoAfterASuccess) {
    take({{1, 1}});
    // The handling of an earlier opening ends only now.
    flow_.remember(Sequence{1});
    fail(1);
    EXPECT_THAT(due(), ElementsAre("nack 1"));
    EXPECT_THAT(take({{1, 1, 1}}, 1), ElementsAre(1));
}

TEST_F(DeliveryFlowTest, AReleasedMessageThatIsOutAlreadyIsHandledOnce) {
    EXPECT_THAT(take({{4, 1, 3}}), ElementsAre(4));
    EXPECT_THAT(take({{4, 1, 1}}), IsEmpty());
    handle(4, 3);
    EXPECT_THAT(due(), ElementsAre("ack parked 4"));
}

TEST_F(DeliveryFlowTest, NeitherTheCursorNorTheListGoesBeyondTheCredit) {
    DeliveryFlow flow{2};
    const v1::Deliveries two = frame({{1, 1}, {2, 2}});
    ASSERT_TRUE(flow.take(two).has_value());
    EXPECT_THAT(flow.take(frame({{3, 3}})), FailsWith(ErrorCode::frame_malformed));
    flow.restart();
    ASSERT_TRUE(flow.take(frame({{1, 1}, {2, 1}})).has_value());
    EXPECT_TRUE(flow.nack(Sequence{1}, 0, ErrorCode::busy));
    // Both go at once, and 1 holds its credit until the hub has taken the Nack.
    ASSERT_TRUE(flow.take(frame({{3, 3}})).has_value());
    EXPECT_THAT(flow.take(frame({{4, 4}})), FailsWith(ErrorCode::frame_malformed));
    ASSERT_TRUE(flow.take(frame({{5, 5}}, 1)).has_value());
    flow.restart();
    std::vector<Wire> dropped;
    for (std::uint64_t i = 0; i < 2 + limits::credit_max; ++i)
        dropped.push_back({i, i, 1});
    ASSERT_TRUE(flow.take(frame(dropped)).has_value()) << "a person may have dropped them";
    EXPECT_THAT(flow.take(frame({{5000, 5, 1}})), FailsWith(ErrorCode::frame_malformed));
}

TEST_F(DeliveryFlowTest, WhatIsForgottenIsHandledAgain) {
    constexpr std::uint64_t remembered = std::uint64_t{2} * limits::credit_max;
    for (std::uint64_t i = 0; i <= remembered; ++i)
        flow_.remember(Sequence{i});
    EXPECT_THAT(take({{0, 1}, {1, 2}, {remembered, 3}}), ElementsAre(0));
}

}  // namespace
}  // namespace jobbro::kit
