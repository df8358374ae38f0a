// The bounds of parked lists, and what people see and do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "hub/journal/tables.h"
#include "tests/unit/core/parked_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// --- Bounds ----------------------------------------------------------------------------------

class FullListTest : public ParkedTest {
  protected:
    FullListTest() {
        world.parked_bounds = {6, 100, 4};
        EXPECT_TRUE(world.open());
        world.turn({world.hello(jobcentre), world.hello(provider)});
    }
    static std::vector<v1::ParkedState> states(const Turn& turn) {
        std::vector<v1::ParkedState> all;
        for (const v1::HubFrame& frame : frames_to(turn, jobcentre, v1::HubFrame::kParkedState))
            all.push_back(frame.parked_state());
        return all;
    }
    // The names of those that are told that they stand still, or that they go on.
    static std::set<std::string> told(const std::vector<Turn>& turns, bool is_stopped) {
        std::set<std::string> names;
        for (const Turn& turn : turns) {
            for (const v1::ParkedState& each : states(turn)) {
                if (each.is_stopped() == is_stopped) names.insert(each.name());
            }
        }
        return names;
    }
    Turn subscribe_from(const std::string& name, std::uint64_t sequence) {
        FrameIn frame = world.subscribe(jobcentre, name, 4);
        std::get<v1::ClientFrame>(frame.content).mutable_subscribe()->set_from_sequence(sequence);
        return world.turn({frame});
    }
    // To each of these subscriptions of the jobcentre.
    void give_up(const std::vector<std::string>& names, std::uint64_t sequence) {
        for (const std::string& each : names)
            world.turn({world.nack(jobcentre, each, sequence, v1::NACK_VERDICT_GIVE_UP)});
    }
};

TEST_F(FullListTest, AFullListStopsTheCursorVisiblyUntilThereIsRoom) {
    ASSERT_EQ(states(open(4)).size(), 1U) << "it is told at the start";
    const auto first = report({0});
    nack(first[0], v1::NACK_VERDICT_GIVE_UP);
    const auto more = report({0, 0, 0, 0, 0, 1});
    ASSERT_EQ(states(last).size(), 1U);
    EXPECT_TRUE(states(last)[0].is_stopped());
    EXPECT_EQ(states(last)[0].parked(), 6U);
    EXPECT_THAT(by_cursor(last), IsEmpty()) << "the other citizen's too: the list is full";
    world.turn();
    EXPECT_FALSE(world.core->has_work());
    EXPECT_TRUE(status().is_stopped());
    EXPECT_EQ(status().parked(), 6U);
    EXPECT_EQ(world.core->stopped_subscriptions(), 1U);
    const Turn released = act(v1::PARKED_ACT_KIND_RELEASE);
    EXPECT_THAT(from_list(released), ElementsAre(first[0])) << "parked ones go on coming";
    const Turn going_on = ack_parked(first[0]);
    ASSERT_EQ(states(going_on).size(), 1U);
    EXPECT_FALSE(states(going_on)[0].is_stopped());
    EXPECT_THAT(by_cursor(going_on), ElementsAre(more[5]));
    EXPECT_EQ(world.core->stopped_subscriptions(), 0U);
}

TEST_F(FullListTest, WhatWasUnackedWhenItFilledUpComesAgainInTheNextSession) {
    open(4);
    const auto all = report({1, 2, 0});
    nack(all[2], v1::NACK_VERDICT_GIVE_UP);
    report({0, 0, 0, 0, 0});
    EXPECT_TRUE(states(last).at(0).is_stopped());
    const Turn again = reconnect(4);
    EXPECT_THAT(by_cursor(again), ElementsAre(all[0], all[1]));
    EXPECT_TRUE(states(again).back().is_stopped()) << "once the cursor has passed the list";
    ack(all[1]);
    report({1});
    EXPECT_THAT(by_cursor(last), IsEmpty());
}

TEST_F(FullListTest, WhatIsInFlightIsParkedBeyondTheBoundAndNoMore) {
    open(4);
    const auto first = report({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    nack(first[3]);
    EXPECT_EQ(status().parked(), 6U);
    EXPECT_EQ(status().unacked(), 3U);
    nack(first[0]);
    EXPECT_EQ(status().parked(), 9U) << "what was in flight when it filled up";
    const Turn again = reconnect(4);
    EXPECT_THAT(by_cursor(again), IsEmpty());
    EXPECT_EQ(status().parked(), 9U);
}

TEST_F(FullListTest, ManySmallListsTogetherAreBoundedTooAndOthersGoOn) {
    world.parked_bounds = {6, 7, 4};
    restart(4);
    world.turn({world.subscribe(jobcentre, "second", 4)});
    world.turn({world.subscribe(jobcentre, "third", 4)});
    const auto first = report({0});
    nack(first[0], v1::NACK_VERDICT_GIVE_UP);
    world.turn({world.nack(jobcentre, "second", first[0], v1::NACK_VERDICT_GIVE_UP)});
    world.turn({world.ack(jobcentre, "third", first[0])});
    const auto more = report({0, 0, 0, 0});
    EXPECT_LE(world.core->parked_messages(), 7U);
    EXPECT_EQ(by_cursor(last), more) << "to the third, which has parked nothing";
    EXPECT_EQ(world.core->stopped_subscriptions(), 2U) << "not only the one that met the bound";
    EXPECT_TRUE(world.core->has_work()) << "to tell the other";
    EXPECT_EQ(told({last, world.turn()}, true), (std::set<std::string>{"main", "second"}));
    const Turn dropped =
        world.turn({world.act_on_parked(jobcentre, "main", v1::PARKED_ACT_KIND_DROP)});
    EXPECT_EQ(told({dropped}, false), (std::set<std::string>{"main", "second"}));
    world.turn();
    EXPECT_EQ(world.core->stopped_subscriptions(), 0U);
}

TEST_F(FullListTest, AtTheTotalACursorBehindItsListParksWhatWasInFlightAndNoMore) {
    world.parked_bounds = {100, 8, 4};
    restart(4);
    report(std::vector<std::size_t>(20, 1));
    const std::uint64_t end = world.journal->size().value();
    subscribe_from("main", end);
    subscribe_from("second", end);
    const auto first = report({0});
    give_up({"main", "second"}, first[0]);
    report({0, 0, 0});
    ASSERT_EQ(world.core->parked_messages(), 8U);
    for (int times = 0; times < 3; ++times) {
        // Moved back, it would take in all the twenty: they are one citizen's.
        for (const std::uint64_t each : by_cursor(subscribe_from("main", 0)))
            nack(each);
        while (world.core->has_work())
            world.turn();
        EXPECT_EQ(world.core->parked_messages(), 12U) << times;
    }
    EXPECT_EQ(world.core->stopped_subscriptions(), 2U);
}

TEST_F(FullListTest, WhatWasUnackedWhenTheTotalFilledUpComesAgainInTheNextSession) {
    world.parked_bounds = {100, 8, 4};
    restart(4);
    world.turn({world.subscribe(jobcentre, "second", 4)});
    const auto all = report({1, 2, 0});
    give_up({"main", "second"}, all[2]);
    report({0, 0, 0});
    ASSERT_EQ(world.core->parked_messages(), 8U);
    for (int times = 0; times < 3; ++times)
        EXPECT_THAT(by_cursor(reconnect(4)), ElementsAre(all[0], all[1])) << times;
    nack(all[0]);
    nack(all[1]);
    EXPECT_EQ(world.core->parked_messages(), 10U);
    EXPECT_THAT(from_list(after_s(1)), ElementsAre(all[0], all[1])) << "the cursor is past them";
}

TEST_F(FullListTest, TheListsOfAPartyTogetherStopItAndNobodyElse) {
    world.parked_bounds = {100, 100, 4, 6};
    restart(4);
    world.turn({world.subscribe(jobcentre, "second", 4)});
    world.turn({world.subscribe(jobcentre, "third", 4)});
    world.turn({world.subscribe(provider, "main", 4)});
    const auto first = report({0});
    give_up({"main", "second"}, first[0]);
    world.turn({world.nack(provider, "main", 3, v1::NACK_VERDICT_GIVE_UP)});
    world.turn({world.ack(jobcentre, "third", first[0])});
    const auto more = report({0, 0, 1, 1});
    EXPECT_EQ(world.core->parked_messages(), 6U + 1U);
    EXPECT_EQ(world.core->stopped_subscriptions(), 2U) << "the provider goes on";
    EXPECT_EQ(told({last, world.turn()}, true), (std::set<std::string>{"main", "second"}));
    EXPECT_THAT(deliveries(world.turn({world.ack(jobcentre, "third", more[3])}), jobcentre),
                IsEmpty());
    const auto later = report({2});
    EXPECT_EQ(by_cursor(last), later) << "to the third, which has parked nothing";
    const Turn dropped =
        world.turn({world.act_on_parked(jobcentre, "main", v1::PARKED_ACT_KIND_DROP)});
    EXPECT_EQ(told({dropped}, false), (std::set<std::string>{"main", "second"}));
    EXPECT_EQ(world.core->stopped_subscriptions(), 0U);
}

TEST_F(FullListTest, RoomThatTheCursorMakesByItselfIsUsed) {
    world.parked_bounds = {3, 100, 4};
    restart(4);
    const auto all = report({1, 0, 0});
    nack(all[1], v1::NACK_VERDICT_GIVE_UP);
    act(v1::PARKED_ACT_KIND_DROP);
    nack(report({2})[0], v1::NACK_VERDICT_GIVE_UP);
    EXPECT_TRUE(status().is_stopped()) << "two dropped before the cursor, and one parked";
    v1::Envelope accepted = acceptance(orders[0], world.now, world.randomness);
    accepted.mutable_citizen()->set_cpr_number(made_up_citizen(0));
    const auto told = outcomes(world.turn({world.submit(provider, {accepted})}));
    FrameIn some = world.subscribe(jobcentre, "main", 4);
    std::get<v1::ClientFrame>(some.content)
        .mutable_subscribe()
        ->add_kinds(v1::MESSAGE_KIND_ORDER_ACCEPTANCE);
    // What was unacked is of no kind asked for, so the cursor goes past what was dropped.
    Turn turn = world.turn({some});
    if (by_cursor(turn).empty()) turn = world.turn();
    EXPECT_THAT(by_cursor(turn), ElementsAre(told.at(0).receipt().sequence()));
}

// --- What people see and do ------------------------------------------------------------------

TEST_F(ParkedTest, TheListSaysWhatEachWaitsForAndNothingOfItsContent) {
    open();
    const auto all = report({0, 0, 1, 2});
    const Instant nacked_at = world.now.plus_ms(1);
    nack(all[0], v1::NACK_VERDICT_RETRY_LATER, "try later");
    nack(all[2], v1::NACK_VERDICT_GIVE_UP, "cannot be read");
    const v1::ParkedList told = list();
    ASSERT_EQ(told.messages_size(), 3);
    EXPECT_EQ(told.request_number(), 7U);
    const v1::ParkedMessage& first = told.messages(0);
    EXPECT_EQ(first.sequence(), all[0]);
    EXPECT_EQ(first.waits_for(), v1::PARKED_WAIT_NEXT_ATTEMPT);
    EXPECT_EQ(first.parked_at().seconds(), nacked_at.microseconds / 1000000);
    EXPECT_EQ(first.next_attempt_at().seconds(), nacked_at.plus_ms(1000).microseconds / 1000000);
    EXPECT_EQ(first.reason(), "try later");
    EXPECT_EQ(first.notification().kind(), v1::MESSAGE_KIND_NOTICE);
    EXPECT_EQ(first.notification().sender(), provider);
    EXPECT_EQ(first.notification().order_id(), orders[0].text());
    EXPECT_EQ(told.messages(1).waits_for(), v1::PARKED_WAIT_EARLIER_MESSAGE);
    EXPECT_EQ(told.messages(1).behind_sequence(), all[0]);
    EXPECT_EQ(told.messages(2).waits_for(), v1::PARKED_WAIT_PERSON);
    EXPECT_EQ(told.messages(2).reason(), "cannot be read");
    after_s(1);
    EXPECT_EQ(list().messages(0).waits_for(), v1::PARKED_WAIT_ACK);
    EXPECT_EQ(told.SerializeAsString().find(made_up_citizen(0)), std::string::npos);
}

TEST_F(ParkedTest, TheListComesInPagesWhetherTheSubscriptionIsOpenOrNot) {
    open(limits::credit_max);
    const auto all = report(std::vector<std::size_t>(limits::parked_list_page + 2, 0));
    nack(all[0]);
    world.turn({world.hello(jobcentre)});
    const v1::ParkedList first = list();
    EXPECT_EQ(static_cast<std::size_t>(first.messages_size()), limits::parked_list_page);
    EXPECT_TRUE(first.more());
    const v1::ParkedList rest = list(first.messages(first.messages_size() - 1).sequence());
    EXPECT_EQ(rest.messages_size(), 2);
    EXPECT_FALSE(rest.more());
    EXPECT_THAT(errors(world.turn({world.list_parked(jobcentre, "nothing")}), jobcentre),
                ElementsAre(v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN));
    EXPECT_THAT(errors(world.turn({world.list_parked(provider, "main")}), provider),
                ElementsAre(v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN))
        << "another party's";
}

TEST_F(ParkedTest, ReleasingAnyOfACitizensMessagesReleasesThemInOrder) {
    open();
    const auto all = report({0, 0, 1});
    nack(all[0], v1::NACK_VERDICT_GIVE_UP);
    nack(all[2], v1::NACK_VERDICT_GIVE_UP);
    const Turn released = act(v1::PARKED_ACT_KIND_RELEASE, {all[1]});
    EXPECT_THAT(from_list(released), ElementsAre(all[0]));
    EXPECT_EQ(deliveries(released, jobcentre)[0].attempt(), 1U);
    const auto acted = frames_to(released, jobcentre, v1::HubFrame::kParkedActed);
    ASSERT_EQ(acted.size(), 1U);
    EXPECT_EQ(acted[0].parked_acted().messages(), 2U);
    EXPECT_EQ(acted[0].parked_acted().request_number(), 7U);
    EXPECT_THAT(from_list(ack_parked(all[0])), ElementsAre(all[1]));
}

TEST_F(ParkedTest, ActsAreEntriesOfTheLog) {
    open();
    const auto all = report({0, 0, 1});
    nack(all[0], v1::NACK_VERDICT_GIVE_UP);
    const Turn dropped = act(v1::PARKED_ACT_KIND_DROP, {all[0]});
    EXPECT_EQ(dropped.report.entries, 1U);
    const auto acted = frames_to(dropped, jobcentre, v1::HubFrame::kParkedActed);
    ASSERT_EQ(acted.size(), 1U);
    const auto entry = *world.journal->read(Sequence{acted[0].parked_acted().sequence()});
    EXPECT_EQ(entry->index.kind(), v1::MESSAGE_KIND_PARKED_ACT);
    EXPECT_EQ(entry->index.audience_size(), 0);
    v1::ParkedAct body;
    ASSERT_TRUE(body.ParseFromString(entry->body));
    EXPECT_EQ(body.party(), jobcentre);
    EXPECT_EQ(body.subscription(), "main");
    EXPECT_EQ(body.act(), v1::PARKED_ACT_KIND_DROP);
    EXPECT_THAT(body.sequences(), ElementsAre(all[0]));
    EXPECT_THAT(from_list(dropped), ElementsAre(all[1])) << "what is behind it moves up";
}

TEST_F(ParkedTest, DroppingAllLeavesNothingAndDoesNotBringItBack) {
    open();
    const auto all = report({0, 0, 1, 2});
    nack(all[0]);
    nack(all[2], v1::NACK_VERDICT_GIVE_UP, "cannot be read");
    const auto acted =
        frames_to(act(v1::PARKED_ACT_KIND_DROP), jobcentre, v1::HubFrame::kParkedActed);
    EXPECT_EQ(acted.at(0).parked_acted().messages(), 3U);
    EXPECT_THAT(parked(), IsEmpty());
    EXPECT_EQ(world.log_store.rows(journal::log_table::parked), 0U) << "what was said neither";
    EXPECT_THAT(by_cursor(restart()), ElementsAre(all[3]));
    EXPECT_THAT(from_list(after_s(10)), IsEmpty());
}

TEST_F(ParkedTest, AnActOnMoreThanAnEntryHoldsHasFurtherEntries) {
    constexpr int reports = 17;
    open(limits::credit_max);
    Sequences all;
    for (int i = 0; i < reports; ++i) {
        const auto some = report(std::vector<std::size_t>(256, 0));
        all.insert(all.end(), some.begin(), some.end());
        if (i == 3) nack(all[1], v1::NACK_VERDICT_GIVE_UP);
    }
    while (world.core->has_work())
        world.turn();
    ASSERT_EQ(world.core->parked_messages(), limits::parked_per_subscription_max);
    nack(all[0], v1::NACK_VERDICT_GIVE_UP);
    const Turn released = act(v1::PARKED_ACT_KIND_RELEASE);
    EXPECT_EQ(released.report.entries, 2U);
    const auto acted = frames_to(released, jobcentre, v1::HubFrame::kParkedActed);
    EXPECT_EQ(acted.at(0).parked_acted().messages(), limits::parked_per_subscription_max + 1);
    EXPECT_THAT(from_list(released), ElementsAre(all[0]));
}

TEST_F(ParkedTest, WhatIsDroppedWhileItIsOutIsAnsweredAllTheSame) {
    open();
    const auto all = report({0, 0, 0});
    nack(all[0]);
    after_s(1);
    EXPECT_THAT(from_list(act(v1::PARKED_ACT_KIND_DROP, {all[0]})), IsEmpty())
        << "the receiver is at work on the citizen";
    const auto later = report({0});
    EXPECT_THAT(by_cursor(last), IsEmpty());
    const Turn answered = nack(all[0]);
    EXPECT_THAT(errors(answered, jobcentre), IsEmpty());
    EXPECT_THAT(from_list(answered), ElementsAre(all[1]));
    act(v1::PARKED_ACT_KIND_DROP, {all[1], all[2]});
    const Turn acked = ack_parked(all[1]);
    EXPECT_THAT(errors(acked, jobcentre), IsEmpty());
    EXPECT_EQ(from_list(acked), later);
}

TEST_F(ParkedTest, WhatIsReleasedWhileItIsOutStaysOutAndStartsOver) {
    open();
    const auto all = report({0});
    nack(all[0]);
    after_s(1);
    nack(all[0]);
    after_s(1);
    EXPECT_THAT(from_list(act(v1::PARKED_ACT_KIND_RELEASE)), IsEmpty());
    nack(all[0]);
    const Turn again = after_s(1);
    ASSERT_THAT(from_list(again), ElementsAre(all[0]));
    EXPECT_EQ(deliveries(again, jobcentre)[0].attempt(), 1U);
}

TEST_F(ParkedTest, AnActThatCannotBeDoneDoesNothing) {
    open();
    const auto all = report({0, 1});
    nack(all[0], v1::NACK_VERDICT_GIVE_UP);
    const auto refused = [&](const FrameIn& frame) {
        const Turn turn = world.turn({frame});
        EXPECT_EQ(turn.report.entries, 0U);
        const auto frames = frames_to(turn, frame.route, v1::HubFrame::kError);
        EXPECT_EQ(frames.size(), 1U);
        EXPECT_EQ(frames.at(0).error().request_number(), 7U);
        return frames.at(0).error().code();
    };
    const auto drop = v1::PARKED_ACT_KIND_DROP;
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "main", drop, {all[0], all[1]})),
              v1::ERROR_CODE_PARKED_UNKNOWN);
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "other", drop, {all[0]})),
              v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN);
    EXPECT_EQ(refused(world.act_on_parked(provider, "main", drop, {all[0]})),
              v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN);
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "main", v1::PARKED_ACT_KIND_UNSPECIFIED)),
              v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    FrameIn both = world.act_on_parked(jobcentre, "main", drop, {all[0]});
    std::get<v1::ClientFrame>(both.content).mutable_act_on_parked()->set_all(true);
    EXPECT_EQ(refused(both), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    FrameIn neither = world.act_on_parked(jobcentre, "main", drop);
    std::get<v1::ClientFrame>(neither.content).mutable_act_on_parked()->set_all(false);
    EXPECT_EQ(refused(neither), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "main", drop,
                                          Sequences(limits::parked_act_sequences_max + 1, all[0]))),
              v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    world.conditions.disk_nearly_full = true;
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "main", drop)),
              v1::ERROR_CODE_DISK_NEARLY_FULL);
    world.conditions.disk_nearly_full = false;
    ASSERT_TRUE(world.journal->record_seal("made up"));
    restart();
    EXPECT_EQ(refused(world.act_on_parked(jobcentre, "main", drop)), v1::ERROR_CODE_HUB_SEALED);
    EXPECT_THAT(parked(), ElementsAre(all[0]));
}

TEST_F(ParkedTest, ASealedHubGoesOnParkingAndDelivering) {
    open();
    const auto all = report({0, 1});
    ASSERT_TRUE(world.journal->record_seal("made up"));
    restart();
    EXPECT_THAT(errors(nack(all[0]), jobcentre), IsEmpty());
    EXPECT_THAT(from_list(after_s(1)), ElementsAre(all[0]));
    ack_parked(all[0]);
    EXPECT_THAT(parked(), IsEmpty());
}

TEST_F(ParkedTest, ReportsCountNacksAndRedeliveries) {
    open();
    const auto all = report({0, 1});
    EXPECT_EQ(nack(all[0]).report.nacks, 1U);
    EXPECT_EQ(world.core->parked_messages(), 1U);
    const Turn again = after_s(1);
    EXPECT_EQ(again.report.redeliveries, 1U);
    EXPECT_EQ(again.report.deliveries, 1U);
    EXPECT_EQ(ack_parked(all[0]).report.acks, 1U);
    EXPECT_EQ(world.core->parked_messages(), 0U);
}

}  // namespace
}  // namespace jobbro::core
