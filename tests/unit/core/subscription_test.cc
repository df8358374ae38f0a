#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class SubscriptionTest : public ::testing::Test {
  protected:
    SubscriptionTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        order_id = world.new_order();
        world.turn({world.submit(jobcentre, {order(*order_id, world.now, world.randomness)})});
    }
    // Submits absence reports; returns their sequences.
    std::vector<std::uint64_t> report(int count) {
        std::vector<v1::Envelope> reports;
        for (int i = 0; i < count; ++i) {
            world.now = world.now.plus_ms(1);
            reports.push_back(absence(*order_id, world.now, world.randomness));
        }
        last_turn = world.turn({world.submit(provider, reports)});
        std::vector<std::uint64_t> sequences;
        for (const auto& each : outcomes(last_turn))
            sequences.push_back(each.receipt().sequence());
        return sequences;
    }
    static std::vector<std::uint64_t> sequences(const std::vector<v1::Delivery>& all) {
        std::vector<std::uint64_t> result;
        for (const v1::Delivery& each : all)
            result.push_back(each.sequence());
        return result;
    }
    HubWorld world;
    std::optional<contract::OrderId> order_id;
    Turn last_turn;
};

TEST_F(SubscriptionTest, CatchesUpFromTheBeginningAndGoesOnLive) {
    const auto before = report(3);
    const Turn opened = world.turn({world.subscribe(jobcentre, "main")});
    ASSERT_EQ(frames_to(opened, jobcentre, v1::HubFrame::kSubscribed).size(), 1U);
    EXPECT_EQ(sequences(deliveries(opened, jobcentre)), before);
    const auto live = report(2);
    EXPECT_EQ(sequences(deliveries(last_turn, jobcentre)), live);
}

TEST_F(SubscriptionTest, DeliversTheBytesTheSenderMade) {
    const v1::Envelope made = absence(*order_id, world.now, world.randomness);
    world.turn({world.submit(provider, {made})});
    const Turn opened = world.turn({world.subscribe(jobcentre, "main")});
    EXPECT_EQ(deliveries(opened, jobcentre).back().envelope(), made.SerializeAsString());
}

TEST_F(SubscriptionTest, NeverMoreThanTheCreditIsUnacked) {
    const auto all = report(5);
    const Turn opened = world.turn({world.subscribe(jobcentre, "main", 2)});
    EXPECT_EQ(sequences(deliveries(opened, jobcentre)),
              (std::vector<std::uint64_t>{all[0], all[1]}));
    EXPECT_TRUE(deliveries(world.turn(), jobcentre).empty());
    const Turn acked = world.turn({world.ack(jobcentre, "main", all[0])});
    EXPECT_EQ(sequences(deliveries(acked, jobcentre)), (std::vector<std::uint64_t>{all[2]}));
    const Turn rest = world.turn({world.ack(jobcentre, "main", all[2])});
    EXPECT_EQ(sequences(deliveries(rest, jobcentre)), (std::vector<std::uint64_t>{all[3], all[4]}));
}

TEST_F(SubscriptionTest, GoesOnAfterWhatWasAckedInALaterSession) {
    const auto all = report(4);
    world.turn({world.subscribe(jobcentre, "main")});
    world.turn({world.ack(jobcentre, "main", all[1])});
    world.turn({world.hello(jobcentre)});
    const Turn again = world.turn({world.subscribe(jobcentre, "main")});
    EXPECT_EQ(sequences(deliveries(again, jobcentre)),
              (std::vector<std::uint64_t>{all[2], all[3]}));
}

TEST_F(SubscriptionTest, AcksNeverGoBackNorBeyondWhatWasDelivered) {
    const auto all = report(3);
    world.turn({world.subscribe(jobcentre, "main", 2)});
    const auto errors = frames_to(world.turn({world.ack(jobcentre, "main", all[2])}), jobcentre,
                                  v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_ACK_AHEAD);
    world.turn({world.ack(jobcentre, "main", all[1])});
    EXPECT_TRUE(frames_to(world.turn({world.ack(jobcentre, "main", all[0])}), jobcentre,
                          v1::HubFrame::kError)
                    .empty());
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(sequences(deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre)),
              (std::vector<std::uint64_t>{all[2]}));
}

TEST_F(SubscriptionTest, TheNewestSessionHasIt) {
    const auto all = report(2);
    world.turn({world.subscribe(jobcentre, "main")});
    FrameIn hello = world.hello(jobcentre);
    FrameIn subscribe = world.subscribe(jobcentre, "main");
    hello.route = subscribe.route = "second";
    const Turn turn = world.turn({hello, subscribe});
    const auto ended = frames_to(turn, jobcentre, v1::HubFrame::kSubscriptionEnded);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].subscription_ended().code(), v1::ERROR_CODE_SUBSCRIPTION_REPLACED);
    EXPECT_EQ(sequences(deliveries(turn, "second")), all);
    const auto errors = frames_to(world.turn({world.ack(jobcentre, "main", all[0])}), jobcentre,
                                  v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN);
}

TEST_F(SubscriptionTest, SubscriptionsOfAPartyAreIndependent) {
    const auto all = report(2);
    world.turn({world.subscribe(jobcentre, "one")});
    world.turn({world.ack(jobcentre, "one", all[1])});
    const Turn other = world.turn({world.subscribe(jobcentre, "two")});
    EXPECT_EQ(sequences(deliveries(other, jobcentre)), all);
}

TEST_F(SubscriptionTest, ThereAreOnlySoMany) {
    for (std::size_t i = 0; i < limits::subscriptions_per_party_max; ++i) {
        world.turn({world.subscribe(jobcentre, "s" + std::to_string(i))});
    }
    const auto errors = frames_to(world.turn({world.subscribe(jobcentre, "more")}), jobcentre,
                                  v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_SUBSCRIPTION_LIMIT);
}

TEST_F(SubscriptionTest, NameAndCreditHaveBounds) {
    for (const auto& frame : {world.subscribe(jobcentre, ""), world.subscribe(jobcentre, "Main"),
                              world.subscribe(jobcentre, "main", 0),
                              world.subscribe(jobcentre, "main", limits::credit_max + 1)}) {
        const auto errors = frames_to(world.turn({frame}), jobcentre, v1::HubFrame::kError);
        ASSERT_EQ(errors.size(), 1U);
        EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    }
}

TEST_F(SubscriptionTest, UnsubscribingStopsAndKeepsThePlace) {
    const auto all = report(2);
    world.turn({world.subscribe(jobcentre, "main")});
    world.turn({world.ack(jobcentre, "main", all[0])});
    v1::ClientFrame stop;
    stop.mutable_unsubscribe()->set_name("main");
    const Turn turn = world.turn({world.frame(jobcentre, stop)});
    EXPECT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kSubscriptionEnded).size(), 1U);
    report(1);
    EXPECT_TRUE(deliveries(last_turn, jobcentre).empty());
    EXPECT_EQ(deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre).size(), 2U);
}

TEST_F(SubscriptionTest, ALargeBacklogComesInPartsAndInOrder) {
    std::vector<std::uint64_t> all;
    for (int i = 0; i < 12; ++i) {
        const auto some = report(200);
        all.insert(all.end(), some.begin(), some.end());
    }
    std::vector<std::uint64_t> seen;
    Turn turn = world.turn({world.subscribe(jobcentre, "main", limits::credit_max)});
    for (int rounds = 0; rounds < 200 && seen.size() < all.size(); ++rounds) {
        const auto got = sequences(deliveries(turn, jobcentre));
        EXPECT_LE(got.size(), limits::deliveries_per_turn_max);
        for (const FrameOut& out : turn.frames) {
            EXPECT_LE(out.frame.ByteSizeLong(), limits::frame_bytes_max);
        }
        seen.insert(seen.end(), got.begin(), got.end());
        turn =
            seen.empty() ? world.turn() : world.turn({world.ack(jobcentre, "main", seen.back())});
    }
    EXPECT_EQ(seen, all);
    EXPECT_FALSE(world.core->has_work());
}

}  // namespace
}  // namespace jobbro::core
