#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

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
    // Submits notices; returns their sequences.
    std::vector<std::uint64_t> report(int count) {
        std::vector<v1::Envelope> reports;
        for (int i = 0; i < count; ++i) {
            world.now = world.now.plus_ms(1);
            reports.push_back(provider_notice(*order_id, world.now, world.randomness));
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
    const v1::Envelope made = provider_notice(*order_id, world.now, world.randomness);
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

// --- Kinds and start -------------------------------------------------------------------------

TEST_F(SubscriptionTest, OnlyTheKindsAskedForAreDelivered) {
    const std::uint64_t first = report(1)[0];
    const auto accepted = outcomes(world.turn(
        {world.submit(provider, {acceptance(*order_id, world.now, world.randomness)})}))[0];
    const std::uint64_t last = report(1)[0];
    FrameIn some = world.subscribe(jobcentre, "main");
    const auto content = [](FrameIn& frame) -> v1::Subscribe& {
        return *std::get<v1::ClientFrame>(frame.content).mutable_subscribe();
    };
    content(some).add_kinds(v1::MESSAGE_KIND_NOTICE);
    EXPECT_EQ(sequences(deliveries(world.turn({some}), jobcentre)),
              (std::vector<std::uint64_t>{first, last}));
    // What was passed over counts as acked once all delivered before it is, and not before.
    world.turn({world.ack(jobcentre, "main", first)});
    EXPECT_EQ(sequences(deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre)),
              (std::vector<std::uint64_t>{accepted.receipt().sequence(), last}));
    world.turn({some});
    world.turn({world.ack(jobcentre, "main", last)});
    EXPECT_TRUE(deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre).empty());
}

TEST_F(SubscriptionTest, ALongRunOfOtherKindsIsPassedOverInAFewTurns) {
    report(250);
    world.turn({world.submit(provider, {acceptance(*order_id, world.now, world.randomness)})});
    FrameIn some = world.subscribe(jobcentre, "main", 1);
    std::get<v1::ClientFrame>(some.content)
        .mutable_subscribe()
        ->add_kinds(v1::MESSAGE_KIND_ORDER_ACCEPTANCE);
    Turn turn = world.turn({some});
    int turns = 1;
    for (; deliveries(turn, jobcentre).empty() && turns < 10; ++turns)
        turn = world.turn();
    EXPECT_LE(turns, 3);
    EXPECT_EQ(deliveries(turn, jobcentre).size(), 1U);
}

TEST_F(SubscriptionTest, ASubscriptionStartsWhereItIsTold) {
    const auto early = report(2);
    world.now = world.now.plus_ms(1000);
    const Instant between = world.now;
    const auto late = report(2);
    const auto from = [&](const std::function<void(v1::Subscribe&)>& start) {
        FrameIn frame = world.subscribe(jobcentre, "main");
        start(*std::get<v1::ClientFrame>(frame.content).mutable_subscribe());
        return world.turn({frame});
    };
    const auto got = [&](const Turn& turn) { return sequences(deliveries(turn, jobcentre)); };
    const auto all = std::vector<std::uint64_t>{early[0], early[1], late[0], late[1]};
    Turn turn = from([&](v1::Subscribe& subscribe) { subscribe.set_from_sequence(late[1]); });
    EXPECT_EQ(got(turn), (std::vector<std::uint64_t>{late[1]}));
    EXPECT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kSubscribed)[0].subscribed().next_sequence(),
              late[1]);
    ASSERT_TRUE(world.open());
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(got(world.turn({world.subscribe(jobcentre, "main")})),
              (std::vector<std::uint64_t>{late[1]}))
        << "for good";
    EXPECT_EQ(got(from([](v1::Subscribe& subscribe) { subscribe.mutable_from_beginning(); })), all);
    turn = from([&](v1::Subscribe& subscribe) {
        subscribe.mutable_from_time()->set_seconds(between.microseconds / 1000000);
        subscribe.mutable_from_time()->set_nanos(
            static_cast<std::int32_t>(between.microseconds % 1000000) * 1000);
    });
    EXPECT_EQ(got(turn), late);
    turn = from(
        [](v1::Subscribe& subscribe) { subscribe.mutable_from_time()->set_seconds(-62135596800); });
    EXPECT_EQ(got(turn), all);
    turn = from(
        [](v1::Subscribe& subscribe) { subscribe.mutable_from_time()->set_seconds(253402300799); });
    EXPECT_TRUE(got(turn).empty());
    const auto live = report(1);
    EXPECT_EQ(sequences(deliveries(last_turn, jobcentre)), live);
}

TEST_F(SubscriptionTest, AfterARewindAcksCoverWhatWasDeliveredSince) {
    const auto all = report(3);
    world.turn({world.subscribe(jobcentre, "main")});
    FrameIn back = world.subscribe(jobcentre, "main", 1);
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->mutable_from_beginning();
    EXPECT_EQ(errors(world.turn({back, world.ack(jobcentre, "main", all[2])}), jobcentre),
              std::vector<v1::ErrorCode>{v1::ERROR_CODE_ACK_AHEAD});
    world.turn({world.ack(jobcentre, "main", all[0])});
    EXPECT_EQ(sequences(deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre)),
              (std::vector<std::uint64_t>{all[1], all[2]}));
}

TEST_F(SubscriptionTest, WhatKindsPassOverIsNotReadAgainAtTheNextOpening) {
    const auto all = report(3);
    FrameIn some = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(some.content)
        .mutable_subscribe()
        ->add_kinds(v1::MESSAGE_KIND_ORDER_ACCEPTANCE);
    EXPECT_TRUE(deliveries(world.turn({some}), jobcentre).empty());
    const auto next = [&] {
        EXPECT_TRUE(world.open());
        world.turn({world.hello(jobcentre), world.hello(provider)});
        return frames_to(world.turn({some}), jobcentre, v1::HubFrame::kSubscribed)
            .at(0)
            .subscribed()
            .next_sequence();
    };
    world.turn();  // stores the cursor
    EXPECT_EQ(next(), all[2] + 1);
    // Not before what was delivered is acked.
    const auto accepted = outcomes(world.turn(
        {world.submit(provider, {acceptance(*order_id, world.now, world.randomness)})}))[0];
    const auto later = report(3);
    world.turn();
    EXPECT_LE(next(), accepted.receipt().sequence());
    world.turn({world.ack(jobcentre, "main", accepted.receipt().sequence())});
    EXPECT_EQ(next(), later[2] + 1);
}

TEST_F(SubscriptionTest, KindsDoNotPassOverWhatThePartyMayNotHaveForAWhile) {
    const std::uint64_t placed = world.journal->size().value() - 1;
    v1::Envelope notice = envelope(jobcentre, *order_id, world.now, world.randomness);
    notice.mutable_notice()->set_text("The course is held in another room.");
    const auto told = outcomes(world.turn({world.submit(jobcentre, {notice})}));
    ASSERT_TRUE(told.at(0).has_receipt());
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    FrameIn orders = world.subscribe(provider, "main");
    std::get<v1::ClientFrame>(orders.content)
        .mutable_subscribe()
        ->add_kinds(v1::MESSAGE_KIND_ORDER);
    EXPECT_TRUE(deliveries(world.turn({orders}), provider).empty());
    world.turn({world.statement(world.grant(provider, {jobcentre}), controller)});
    EXPECT_EQ(sequences(deliveries(world.turn({orders}), provider)),
              std::vector<std::uint64_t>{placed});
}

TEST_F(SubscriptionTest, KindsFormAndStartHaveBounds) {
    const auto refused = [&](const std::function<void(v1::Subscribe&)>& change) {
        FrameIn frame = world.subscribe(jobcentre, "main");
        change(*std::get<v1::ClientFrame>(frame.content).mutable_subscribe());
        const Turn turn = world.turn({frame});
        EXPECT_TRUE(frames_to(turn, jobcentre, v1::HubFrame::kSubscribed).empty());
        return errors(turn, jobcentre) ==
               std::vector<v1::ErrorCode>{v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS};
    };
    EXPECT_TRUE(refused([](v1::Subscribe& s) { s.add_kinds(v1::MESSAGE_KIND_UNSPECIFIED); }));
    EXPECT_TRUE(refused([](v1::Subscribe& s) { s.add_kinds(static_cast<v1::MessageKind>(9999)); }));
    EXPECT_TRUE(refused([](v1::Subscribe& s) {
        for (std::size_t i = 0; i <= limits::kinds_of_subscription_max; ++i)
            s.add_kinds(v1::MESSAGE_KIND_ORDER);
    }));
    EXPECT_TRUE(refused([](v1::Subscribe& s) { s.set_form(static_cast<v1::DeliveryForm>(7)); }));
    EXPECT_TRUE(
        refused([&](v1::Subscribe& s) { s.set_from_sequence(world.journal->size().value() + 1); }));
    EXPECT_TRUE(refused([](v1::Subscribe& s) { s.mutable_from_time()->set_nanos(-1); }));
    EXPECT_TRUE(refused([](v1::Subscribe& s) {
        s.mutable_from_time()->set_seconds(std::numeric_limits<std::int64_t>::max());
    }));
    FrameIn at_the_end = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(at_the_end.content)
        .mutable_subscribe()
        ->set_from_sequence(world.journal->size().value());
    EXPECT_TRUE(errors(world.turn({at_the_end}), jobcentre).empty());
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
