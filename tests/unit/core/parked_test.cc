// Nack and what follows: the order of parked messages, their attempts, and restarts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/unit/core/parked_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// --- Order -----------------------------------------------------------------------------------

TEST_F(ParkedTest, ANackHoldsUpItsCitizenAndNobodyElse) {
    open();
    const auto all = report({0, 1, 0, 2});
    EXPECT_EQ(by_cursor(last), all);
    nack(all[0]);
    EXPECT_EQ(parked(), (Sequences{all[0], all[2]})) << "what is in flight of the citizen too";
    const auto later = report({0, 1});
    EXPECT_THAT(by_cursor(last), ElementsAre(later[1]));
    EXPECT_EQ(parked(), (Sequences{all[0], all[2], later[0]}));
}

TEST_F(ParkedTest, ComesAgainWhenItIsDueOneAtATimeAndInOrder) {
    open();
    const auto all = report({0, 0, 1});
    nack(all[0]);
    const auto later = report({0});
    EXPECT_THAT(from_list(world.turn()), IsEmpty());
    const Turn again = after_s(1);
    ASSERT_THAT(from_list(again), ElementsAre(all[0]));
    EXPECT_EQ(deliveries(again, jobcentre)[0].attempt(), 1U);
    EXPECT_THAT(from_list(after_s(100)), IsEmpty()) << "one of a citizen at a time";
    EXPECT_THAT(from_list(ack_parked(all[0])), ElementsAre(all[1])) << "the next is due at once";
    EXPECT_THAT(from_list(ack_parked(all[1])), ElementsAre(later[0]));
    ack_parked(later[0]);
    EXPECT_THAT(parked(), IsEmpty());
    const auto free = report({0});
    EXPECT_EQ(by_cursor(last), free) << "and the citizen's messages flow as before";
}

TEST_F(ParkedTest, WhatIsUnackedOfTheCitizenComesBeforeWhatIsParked) {
    open();
    const auto all = report({0, 0});
    nack(all[1]);
    EXPECT_THAT(from_list(after_s(10)), IsEmpty());
    EXPECT_THAT(from_list(ack(all[0])), ElementsAre(all[1]));
}

TEST_F(ParkedTest, AnEarlierOneGivenBackLaterComesFirst) {
    open();
    const auto all = report({0, 0, 0});
    nack(all[2]);
    nack(all[0]);
    EXPECT_EQ(parked(), all);
    const Turn again = after_s(1);
    EXPECT_THAT(from_list(again), ElementsAre(all[0]));
    EXPECT_THAT(from_list(ack_parked(all[0])), ElementsAre(all[1]));
    EXPECT_THAT(from_list(ack_parked(all[1])), ElementsAre(all[2]));
}

TEST_F(ParkedTest, AfterAReconnectWhatIsStillBeforeTheCursorComesFirst) {
    open(2);
    const auto all = report({1, 0, 0});
    nack(all[1]);
    EXPECT_EQ(parked(), (Sequences{all[1], all[2]}));
    world.now = world.now.plus_ms(5000);
    // Credit for one: what was unacked is first, though the other is due.
    const Turn again = reconnect(1);
    EXPECT_THAT(by_cursor(again), ElementsAre(all[0]));
    EXPECT_THAT(from_list(again), IsEmpty());
    EXPECT_THAT(from_list(ack(all[0])), ElementsAre(all[1]));
}

TEST_F(ParkedTest, ARewindDeliversTheCitizensEarlierMessagesBeforeTheParkedOnes) {
    open();
    const auto all = report({0, 0, 0});
    ack(all[0]);
    nack(all[1]);
    world.now = world.now.plus_ms(5000);
    FrameIn back = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->set_from_sequence(all[0]);
    const Turn again = world.turn({back});
    EXPECT_THAT(by_cursor(again), ElementsAre(all[0])) << "what is parked stays parked";
    EXPECT_THAT(from_list(again), IsEmpty());
    EXPECT_THAT(from_list(ack(all[0])), ElementsAre(all[1]));
}

TEST_F(ParkedTest, WhatIsDueGoesOutOnceTheCursorHasPassedItAgain) {
    open();
    const auto all = report({0});
    nack(all[0]);
    world.now = world.now.plus_ms(5000);
    FrameIn back = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->mutable_from_beginning();
    Turn turn = world.turn({back});
    if (from_list(turn).empty() && world.core->has_work()) turn = world.turn();
    EXPECT_THAT(from_list(turn), ElementsAre(all[0]));
}

TEST_F(ParkedTest, TheCursorPassesWhatIsParked) {
    open();
    const auto all = report({0, 1, 0});
    nack(all[0]);
    ack(all[1]);
    const Turn again = reconnect();
    const auto subscribed = frames_to(again, jobcentre, v1::HubFrame::kSubscribed);
    ASSERT_EQ(subscribed.size(), 1U);
    EXPECT_EQ(subscribed[0].subscribed().next_sequence(), all[2] + 1);
    EXPECT_EQ(subscribed[0].subscribed().parked(), 2U);
    EXPECT_THAT(by_cursor(again), IsEmpty());
}

TEST_F(ParkedTest, AnAckCoversWhatIsParkedAndLeavesItParked) {
    open();
    const auto all = report({0, 1});
    world.turn({world.nack(jobcentre, "main", all[0]), world.ack(jobcentre, "main", all[1])});
    EXPECT_THAT(parked(), ElementsAre(all[0]));
    EXPECT_THAT(from_list(after_s(1)), ElementsAre(all[0]));
}

TEST_F(ParkedTest, CreditComesBackWithANack) {
    const auto all = report({0, 0, 1, 2});
    const Turn opened = open(2);
    EXPECT_THAT(by_cursor(opened), ElementsAre(all[0], all[1]));
    EXPECT_THAT(by_cursor(nack(all[0])), ElementsAre(all[2], all[3]));
}

TEST_F(ParkedTest, ParkedOnesTakeHalfOfTheCreditAtMost) {
    open(2);
    const auto all = report({0, 1});
    world.turn({world.nack(jobcentre, "main", all[0]), world.nack(jobcentre, "main", all[1])});
    EXPECT_EQ(from_list(after_s(1)).size(), 1U);
    const auto third = report({2});
    EXPECT_EQ(by_cursor(last), third);
}

TEST_F(ParkedTest, WithCreditForOneParkedOnesAndOthersTakeTurns) {
    open(1);
    const auto first = report({0, 1});
    nack(first[0]);
    nack(first[1]);
    const auto rest = report({2, 2, 2});
    EXPECT_THAT(deliveries(after_s(1), jobcentre), IsEmpty()) << "the credit is used up";
    EXPECT_THAT(from_list(ack(rest[0])), ElementsAre(first[0]));
    EXPECT_THAT(by_cursor(ack_parked(first[0])), ElementsAre(rest[1]));
    EXPECT_THAT(from_list(ack(rest[1])), ElementsAre(first[1]));
    EXPECT_THAT(by_cursor(ack_parked(first[1])), ElementsAre(rest[2]));
}

TEST_F(ParkedTest, LanesAreTheSameForACitizenWithinAnOpeningOnly) {
    open();
    report({0, 1, 0});
    const auto got = deliveries(last, jobcentre);
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(got[0].lane(), got[2].lane());
    EXPECT_NE(got[0].lane(), got[1].lane());
    const auto again = deliveries(reconnect(), jobcentre);
    EXPECT_EQ(again[0].lane(), again[2].lane());
    EXPECT_NE(again[0].lane(), got[0].lane());
    nack(again[0].sequence());
    EXPECT_EQ(deliveries(after_s(1), jobcentre).at(0).lane(), again[0].lane());
}

TEST_F(ParkedTest, FramesTellHowManyNacksWereTakenRefusedOnesIncluded) {
    open();
    const auto all = report({0, 1});
    const auto taken = [](const Turn& turn) {
        return frames_to(turn, jobcentre, v1::HubFrame::kDeliveries)
            .at(0)
            .deliveries()
            .nacks_taken();
    };
    EXPECT_EQ(taken(last), 0U);
    nack(all[0]);
    report({2});
    EXPECT_EQ(taken(last), 1U);
    nack(all[0]);
    nack(all[1], v1::NACK_VERDICT_UNSPECIFIED);
    report({2});
    EXPECT_EQ(taken(last), 3U);
    reconnect();
    report({2});
    EXPECT_EQ(taken(last), 0U) << "it is a count of the opening";
}

// --- Attempts --------------------------------------------------------------------------------

TEST_F(ParkedTest, TheDelayGrowsAndInTheEndAPersonIsWaitedFor) {
    open();
    const auto all = report({0, 0});
    nack(all[0]);
    std::int64_t delay_s = 1;
    for (std::uint32_t attempt = 1; attempt <= limits::parked_attempts_max; ++attempt) {
        EXPECT_THAT(from_list(after_s(delay_s - 1)), IsEmpty()) << attempt;
        const Turn again = after_s(1);
        ASSERT_THAT(from_list(again), ElementsAre(all[0])) << attempt;
        EXPECT_EQ(deliveries(again, jobcentre)[0].attempt(), attempt);
        nack(all[0]);
        delay_s = (std::int64_t{1} << attempt) - 1;
    }
    EXPECT_THAT(from_list(after_s(1000000)), IsEmpty());
    const auto told = list();
    EXPECT_EQ(told.messages(0).waits_for(), v1::PARKED_WAIT_PERSON);
    EXPECT_EQ(told.messages(0).attempts(), limits::parked_attempts_max);
    EXPECT_EQ(status().parked_for_person(), 2U);
}

TEST_F(ParkedTest, WhatIsGivenUpWaitsForAPerson) {
    open();
    const auto all = report({0, 1});
    nack(all[0], v1::NACK_VERDICT_GIVE_UP);
    EXPECT_THAT(from_list(after_s(1000000)), IsEmpty());
    EXPECT_EQ(world.core->next_due(), std::nullopt);
    EXPECT_THAT(from_list(act(v1::PARKED_ACT_KIND_RELEASE, {all[0]})), ElementsAre(all[0]));
}

TEST_F(ParkedTest, WhatWasOutComesAgainInALaterSessionAfterItsDelay) {
    open();
    const auto all = report({0});
    nack(all[0]);
    after_s(1);
    nack(all[0]);
    EXPECT_THAT(from_list(after_s(1)), ElementsAre(all[0])) << "attempt 2";
    EXPECT_THAT(from_list(reconnect()), IsEmpty()) << "three seconds from when it went out";
    EXPECT_EQ(list().messages(0).waits_for(), v1::PARKED_WAIT_NEXT_ATTEMPT);
    EXPECT_THAT(from_list(after_s(2)), IsEmpty());
    const Turn again = after_s(1);
    ASSERT_THAT(from_list(again), ElementsAre(all[0]));
    EXPECT_EQ(deliveries(again, jobcentre)[0].attempt(), 3U);
    EXPECT_EQ(errors(ack_parked(all[0]), jobcentre).size(), 0U);
}

TEST_F(ParkedTest, AReceiverThatDiesOfAMessageTwelveTimesGetsItNoMore) {
    open();
    const auto all = report({0, 0});
    nack(all[0]);
    for (std::uint32_t attempt = 1; attempt <= limits::parked_attempts_max; ++attempt) {
        world.now = world.now.plus_ms(limits::parked_delay_s_max * 1000);
        ASSERT_THAT(from_list(reconnect()), ElementsAre(all[0])) << attempt;
    }
    world.now = world.now.plus_ms(limits::parked_delay_s_max * 1000);
    EXPECT_THAT(from_list(reconnect()), IsEmpty());
    EXPECT_EQ(list().messages(0).waits_for(), v1::PARKED_WAIT_PERSON);
}

TEST_F(ParkedTest, TheLoopIsToldWhenTheNextIsDue) {
    open();
    EXPECT_EQ(world.core->next_due(), std::nullopt);
    const auto all = report({0, 1});
    const Instant trace_due = world.now.plus_ms(limits::trace_after_ms);
    nack(all[0]);
    EXPECT_EQ(world.core->next_due(), world.now.plus_ms(1000));
    world.turn();
    EXPECT_FALSE(world.core->has_work());
    after_s(1);
    world.turn();
    EXPECT_EQ(world.core->next_due(), trace_due) << "it is out; only a trace is to be written";
    EXPECT_FALSE(world.core->has_work());
    nack(all[0]);
    EXPECT_NE(world.core->next_due(), std::nullopt);
    world.turn({world.hello(jobcentre)});
    EXPECT_EQ(world.core->next_due(), std::nullopt) << "nobody has it open";
}

TEST_F(ParkedTest, WhatAPartyMayNotHaveForAWhileStaysParkedAndComesWhenItMay) {
    world.turn({world.subscribe(provider, "main")});
    const auto placed = [&](std::size_t i) {
        v1::Envelope again =
            order(orders[i], world.now, world.randomness, provider, made_up_citizen(i));
        v1::Cause& cause = *again.add_causes();
        cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
        const auto first = *world.journal->read(Sequence{3 + i});
        v1::Envelope made;
        EXPECT_TRUE(made.ParseFromString(first->body));
        cause.set_message_id(made.message_id());
        return outcomes(world.turn({world.submit(jobcentre, {again})}))[0].receipt().sequence();
    };
    const auto told = [&] {
        const auto lists = frames_to(world.turn({world.list_parked(provider, "main")}), provider,
                                     v1::HubFrame::kParkedList);
        return lists.at(0).parked_list().messages(0);
    };
    const std::uint64_t second = placed(0);
    world.turn({world.ack(provider, "main", second - 1)});
    world.turn({world.nack(provider, "main", second)});
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    EXPECT_THAT(deliveries(after_s(1), provider), IsEmpty());
    EXPECT_EQ(world.core->parked_messages(), 1U);
    EXPECT_EQ(told().attempts(), 0U) << "it was no attempt";
    EXPECT_EQ(told().waits_for(), v1::PARKED_WAIT_NEXT_ATTEMPT);
    EXPECT_FALSE(told().has_notification());
    world.turn({world.statement(world.grant(provider, {jobcentre}), controller)});
    EXPECT_THAT(deliveries(after_s(limits::parked_delay_s_max - 10), provider), IsEmpty());
    const auto got = deliveries(after_s(10), provider);
    ASSERT_EQ(got.size(), 1U);
    EXPECT_EQ(got[0].sequence(), second);
    EXPECT_EQ(got[0].attempt(), 1U);
}

TEST_F(ParkedTest, WhatAPartyMayNotHaveCanBeDropped) {
    world.turn({world.subscribe(provider, "main")});
    world.turn({world.nack(provider, "main", 3)});
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    after_s(1);
    world.turn({world.act_on_parked(provider, "main", v1::PARKED_ACT_KIND_DROP, {3})});
    EXPECT_EQ(world.core->parked_messages(), 0U);
}

// --- Restarts --------------------------------------------------------------------------------

TEST_F(ParkedTest, ParkedMessagesSurviveARestartWithTheirAttempts) {
    open();
    const auto all = report({0, 0, 1});
    nack(all[0], v1::NACK_VERDICT_RETRY_LATER, "their system is closed");
    after_s(1);
    world.turn();
    const Turn again = restart();
    EXPECT_THAT(by_cursor(again), ElementsAre(all[2]));
    EXPECT_EQ(parked(), (Sequences{all[0], all[1]}));
    EXPECT_EQ(list().messages(0).reason(), "their system is closed");
    const Turn second = after_s(1);
    ASSERT_THAT(from_list(second), ElementsAre(all[0]));
    EXPECT_EQ(deliveries(second, jobcentre)[0].attempt(), 2U);
}

TEST_F(ParkedTest, WhatJoinedTheListIsMetAgainWhenTheProcessEndsBeforeItIsStored) {
    open();
    const auto all = report({0, 1});
    nack(all[0]);
    ack(all[1]);
    const auto later = report({0, 0});
    EXPECT_TRUE(world.core->has_work()) << "to store what has just joined";
    const Turn again = restart();
    EXPECT_THAT(by_cursor(again), IsEmpty());
    EXPECT_EQ(parked(), (Sequences{all[0], later[0], later[1]}));
    EXPECT_THAT(from_list(after_s(1)), ElementsAre(all[0]));
    EXPECT_THAT(from_list(ack_parked(all[0])), ElementsAre(later[0]));
}

TEST_F(ParkedTest, APowerCutForgetsNacksTogetherWithTheirCursors) {
    open();
    const auto all = report({0, 1, 0});
    nack(all[0]);
    ack(all[1]);
    world.log_store.lose_power();
    world.vault_store.lose_power();
    const Turn again = restart();
    EXPECT_EQ(by_cursor(again), all) << "as if nothing had been said";
    EXPECT_THAT(parked(), IsEmpty());
    nack(all[0]);
    report({1});  // its commit is synced, and everything before it
    world.log_store.lose_power();
    EXPECT_THAT(by_cursor(restart()), Contains(all[1]));
    EXPECT_EQ(parked(), (Sequences{all[0], all[2]}));
}

TEST_F(ParkedTest, WhatIsHandledFromTheListDoesNotComeAgainThoughTheCursorIsBeforeIt) {
    open();
    const auto all = report({1, 0, 2});
    nack(all[1]);
    nack(all[2], v1::NACK_VERDICT_GIVE_UP);
    after_s(1);
    ack_parked(all[1]);
    act(v1::PARKED_ACT_KIND_DROP, {all[2]});
    EXPECT_THAT(by_cursor(restart()), ElementsAre(all[0]));
    const auto later = report({0});
    EXPECT_EQ(by_cursor(last), later);
    ack(later[0]);
    world.turn();
    EXPECT_EQ(world.log_store.rows(journal::log_table::parked), 0U) << "nothing is left of them";
}

TEST_F(ParkedTest, ARewindDeliversWhatWasHandledFromTheListAgain) {
    open();
    const auto all = report({1, 0});
    nack(all[1]);
    after_s(1);
    ack_parked(all[1]);
    FrameIn back = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->mutable_from_beginning();
    EXPECT_EQ(by_cursor(world.turn({back})), all);
}

TEST_F(ParkedTest, OnlyAMoveBackBringsBackWhatWasDropped) {
    open();
    const auto all = report({1, 0});
    nack(all[1], v1::NACK_VERDICT_GIVE_UP);
    act(v1::PARKED_ACT_KIND_DROP, {all[1]});
    const auto from = [&](std::uint64_t sequence) {
        FrameIn frame = world.subscribe(jobcentre, "main");
        std::get<v1::ClientFrame>(frame.content).mutable_subscribe()->set_from_sequence(sequence);
        return by_cursor(world.turn({frame}));
    };
    EXPECT_THAT(from(all[0]), ElementsAre(all[0])) << "forward, to before it";
    EXPECT_THAT(from(all[0]), ElementsAre(all[0])) << "where the cursor is";
    EXPECT_THAT(from(all[1]), IsEmpty()) << "forward";
    EXPECT_EQ(from(all[0]), all) << "back";
}

TEST_F(ParkedTest, RowsTellNothingInTheClearAndAreHeldToTheirPlace) {
    open();
    const auto all = report({0, 1});
    nack(all[0], v1::NACK_VERDICT_GIVE_UP, "their system is closed");
    Bytes everything;
    std::vector<std::pair<Bytes, Bytes>> rows;
    EXPECT_TRUE(world.log_store.scan(journal::log_table::parked, {}, [&](BytesView k, BytesView v) {
        rows.emplace_back(k, v);
        everything += Bytes{k} + Bytes{v};
        return true;
    }));
    ASSERT_EQ(rows.size(), 2U) << "the message and what the Nack said";
    EXPECT_EQ(everything.find("closed"), Bytes::npos);
    const auto subject = (*world.journal->read(Sequence{all[0]}))->index.subject_id();
    EXPECT_EQ(everything.find(subject), Bytes::npos);
    // In another's place it does not open.
    Bytes other = rows[0].first;
    other.back() = static_cast<char>(all[1]);
    store::Batch batch;
    batch.put(journal::log_table::parked, other, rows[0].second);
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(world.open().error().code, ErrorCode::opening_failed);
}

TEST_F(ParkedTest, ARowOfNoSubscriptionIsTampering) {
    store::Batch batch;
    batch.put(journal::log_table::parked, "no separators", "x");
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(world.open().error().code, ErrorCode::tampered);
}

// --- What is refused -------------------------------------------------------------------------

TEST_F(ParkedTest, WhatCannotBeReadWhenItIsGivenBackIsNotParkedAndSealsTheLog) {
    const auto all = report({0});
    ASSERT_EQ(by_cursor(restart()), all) << "read from the store, and again from there";
    Bytes entry = **world.log_store.get(journal::log_table::entries, key_of(all[0]));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    store::Batch batch;
    batch.put(journal::log_table::entries, key_of(all[0]), entry);
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    const Turn turn = nack(all[0], v1::NACK_VERDICT_GIVE_UP, "closed");
    EXPECT_THAT(errors(turn, jobcentre), ElementsAre(v1::ERROR_CODE_HUB_SEALED));
    EXPECT_EQ(world.core->parked_messages(), 0U);
    EXPECT_TRUE(world.core->is_sealed());
}

TEST_F(ParkedTest, WhatIsNotOutCannotBeGivenBackNorAckedFromTheList) {
    open();
    const auto all = report({0, 1});
    EXPECT_THAT(errors(nack(all[1] + 1), jobcentre), ElementsAre(v1::ERROR_CODE_DELIVERY_UNKNOWN));
    EXPECT_THAT(errors(ack_parked(all[0]), jobcentre),
                ElementsAre(v1::ERROR_CODE_DELIVERY_UNKNOWN));
    ack(all[0]);
    EXPECT_THAT(errors(nack(all[0]), jobcentre), ElementsAre(v1::ERROR_CODE_DELIVERY_UNKNOWN));
    nack(all[1]);
    EXPECT_THAT(errors(nack(all[1]), jobcentre), ElementsAre(v1::ERROR_CODE_DELIVERY_UNKNOWN));
    EXPECT_THAT(errors(ack_parked(all[1]), jobcentre),
                ElementsAre(v1::ERROR_CODE_DELIVERY_UNKNOWN));
    EXPECT_THAT(errors(world.turn({world.nack(jobcentre, "other", all[1])}), jobcentre),
                ElementsAre(v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN));
    EXPECT_THAT(errors(world.turn({world.ack_parked(jobcentre, "other", all[1])}), jobcentre),
                ElementsAre(v1::ERROR_CODE_SUBSCRIPTION_UNKNOWN));
}

TEST_F(ParkedTest, ANackThatSaysWhatItMustNotParksNothing) {
    open();
    const auto all = report({0});
    const auto refused = [&](v1::NackVerdict verdict, const std::string& reason) {
        const auto frames =
            frames_to(nack(all[0], verdict, reason), jobcentre, v1::HubFrame::kError);
        EXPECT_EQ(frames.size(), 1U);
        return std::pair{frames.at(0).error().code(), frames.at(0).error().field_path()};
    };
    const auto give_up = v1::NACK_VERDICT_GIVE_UP;
    EXPECT_EQ(refused(v1::NACK_VERDICT_UNSPECIFIED, ""),
              std::pair(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS, std::string{"verdict"}));
    EXPECT_EQ(refused(give_up, std::string(limits::nack_reason_bytes_max + 1, 'x')),
              std::pair(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS, std::string{"reason"}));
    EXPECT_EQ(refused(give_up, std::string{"no case for "} + citizen),
              std::pair(v1::ERROR_CODE_CPR_IN_TEXT, std::string{"reason"}));
    EXPECT_EQ(world.core->parked_messages(), 0U);
    ack(all[0]);
    EXPECT_THAT(by_cursor(reconnect()), IsEmpty());
}

}  // namespace
}  // namespace jobbro::core
