// Traces of what was delivered: when they are written, what they tell, and what a crash leaves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TracesTest : public ::testing::Test {
  protected:
    TracesTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        order_id = world.new_order();
        world.turn({world.submit(jobcentre, {order(*order_id, world.now, world.randomness)})});
    }
    // Submits notices, which are for the jobcentre; returns their sequences.
    std::vector<std::uint64_t> report(int count) {
        std::vector<v1::Envelope> reports;
        for (int i = 0; i < count; ++i) {
            world.now = world.now.plus_ms(1);
            reports.push_back(provider_notice(*order_id, world.now, world.randomness));
        }
        last = world.turn({world.submit(provider, reports)});
        std::vector<std::uint64_t> sequences;
        for (const auto& each : outcomes(last))
            sequences.push_back(each.receipt().sequence());
        return sequences;
    }
    Turn open(const std::string& name = "main", std::uint32_t credit = 100) {
        return world.turn({world.subscribe(jobcentre, name, credit)});
    }
    Turn close(const std::string& name = "main") {
        v1::ClientFrame frame;
        frame.mutable_unsubscribe()->set_name(name);
        return world.turn({world.frame(jobcentre, frame)});
    }
    // A turn so much later in which nobody has been silent.
    Turn after_ms(std::int64_t ms) {
        world.now = world.now.plus_ms(ms);
        v1::ClientFrame ping;
        ping.mutable_ping();
        return world.turn({world.frame(jobcentre, ping), world.frame(provider, ping)});
    }
    // The process ends and another begins; its first turn.
    Turn restart() {
        EXPECT_TRUE(world.open());
        return world.turn({world.hello(jobcentre), world.hello(provider)});
    }
    void stop_machine() {
        world.log_store.lose_power();
        world.vault_store.lose_power();
    }
    // All in the log, in its order.
    std::vector<v1::DeliveryReading> traces() {
        std::vector<v1::DeliveryReading> all;
        for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
            const auto entry = *world.journal->read(Sequence{i});
            v1::Reading reading;
            if (entry->index.kind() != v1::MESSAGE_KIND_READING) continue;
            EXPECT_EQ(entry->sender, "hub");
            EXPECT_EQ(entry->index.audience_size(), 0) << "delivered to nobody";
            EXPECT_TRUE(reading.ParseFromString(entry->body));
            EXPECT_EQ(reading.party(), jobcentre);
            EXPECT_TRUE(reading.has_deliveries());
            EXPECT_EQ(reading.sequences_size(), 0);
            all.push_back(reading.deliveries());
        }
        return all;
    }
    std::size_t rows() const { return world.log_store.rows(journal::log_table::open_traces); }

    HubWorld world;
    std::optional<contract::OrderId> order_id;
    Turn last;
};

// --- When they are written -------------------------------------------------------------------

TEST_F(TracesTest, AThousandDeliveriesAreOneTrace) {
    open("main", limits::credit_max);
    std::vector<std::uint64_t> all;
    std::size_t recorded = 0;
    for (int i = 0; i < 4; ++i) {
        const auto some = report(250);
        all.insert(all.end(), some.begin(), some.end());
        recorded += last.report.traces;
    }
    ASSERT_EQ(all.size(), limits::deliveries_per_trace_max);
    while (world.core->has_work())
        recorded += world.turn().report.traces;
    EXPECT_EQ(recorded, 1U);
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].subscription(), "main");
    EXPECT_EQ(told[0].first_sequence(), all.front());
    EXPECT_EQ(told[0].last_sequence(), all.back());
    EXPECT_EQ(told[0].deliveries(), limits::deliveries_per_trace_max);
    EXPECT_FALSE(told[0].is_unsure());
}

TEST_F(TracesTest, AMinuteOfDeliveriesIsOneTraceRedeliveriesIncluded) {
    open();
    const auto all = report(2);
    const Instant due = world.now.plus_ms(limits::trace_after_ms);
    EXPECT_EQ(world.core->next_due(), due) << "the loop is told";
    const auto later = report(1);
    world.turn({world.nack(jobcentre, "main", all[0])});
    EXPECT_EQ(after_ms(1000).report.redeliveries, 1U);
    world.turn();  // stores that it went out again
    EXPECT_FALSE(world.core->has_work());
    after_ms(limits::trace_after_ms - 2000);
    EXPECT_THAT(traces(), IsEmpty()) << "not before its time";
    const Turn turn = after_ms(1000);
    EXPECT_EQ(turn.report.traces, 1U);
    EXPECT_EQ(turn.report.entries, 1U);
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].first_sequence(), all[0]);
    EXPECT_EQ(told[0].last_sequence(), later[0]);
    EXPECT_EQ(told[0].deliveries(), 4U);
    EXPECT_EQ(after_ms(2 * limits::trace_after_ms).report.entries, 0U) << "nothing more went out";
    EXPECT_EQ(world.core->next_due(), std::nullopt);
}

TEST_F(TracesTest, AClockThatIsSetBackLetsNoTraceWait) {
    open();
    const auto all = report(1);
    const Instant before = world.now.plus_ms(-10 * limits::trace_after_ms);
    const auto turn = world.core->turn({}, before, world.randomness, world.conditions);
    ASSERT_TRUE(turn);
    EXPECT_EQ(turn->report.traces, 1U);
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].first_sequence(), all[0]);
    EXPECT_EQ(told[0].deliveries(), 1U);
    EXPECT_EQ(world.core->next_due(), std::nullopt);
}

TEST_F(TracesTest, TheEndOfAnOpeningIsATrace) {
    const auto all = report(2);
    const FrameIn elsewhere = [&] {
        FrameIn frame = world.subscribe(jobcentre, "main");
        frame.route = "another route";
        return frame;
    }();
    FrameIn hello = world.hello(jobcentre);
    hello.route = elsewhere.route;
    v1::ClientFrame goodbye;
    goodbye.mutable_goodbye();
    open();
    EXPECT_EQ(close().report.traces, 1U) << "by Unsubscribe";
    open();
    EXPECT_EQ(open().report.traces, 1U) << "by another Subscribe";
    EXPECT_EQ(world.turn({hello, elsewhere}).report.traces, 1U) << "by another session";
    world.core->route_gone(elsewhere.route);
    EXPECT_TRUE(world.core->has_work());
    EXPECT_EQ(world.turn().report.traces, 1U) << "by an end between turns";
    open();
    EXPECT_EQ(world.turn({world.frame(jobcentre, goodbye)}).report.traces, 1U);
    EXPECT_FALSE(world.core->has_work());
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(5));
    for (const v1::DeliveryReading& each : told) {
        EXPECT_EQ(each.first_sequence(), all[0]);
        EXPECT_EQ(each.last_sequence(), all[1]);
        EXPECT_EQ(each.deliveries(), 2U);
    }
    EXPECT_EQ(rows(), 0U) << "nobody is delivered to";
}

TEST_F(TracesTest, WhereNothingWentOutThereIsNoTrace) {
    open();
    EXPECT_EQ(rows(), 1U);
    EXPECT_EQ(close().report.entries, 0U);
    EXPECT_EQ(rows(), 0U);
    EXPECT_FALSE(world.core->has_work());
}

TEST_F(TracesTest, EachSubscriptionHasItsOwn) {
    report(1);
    open("one");
    open("two");
    EXPECT_EQ(world.turn({world.hello(jobcentre)}).report.traces, 2U);
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_EQ(told[0].subscription(), "one");
    EXPECT_EQ(told[1].subscription(), "two");
}

TEST_F(TracesTest, AHubThatStopsTellsOfAllThatWentOut) {
    open();
    const auto all = report(3);
    EXPECT_EQ(world.core->say_goodbye().size(), 3U) << "and the operator";
    while (world.core->has_work())
        world.turn();
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].first_sequence(), all[0]);
    EXPECT_EQ(told[0].deliveries(), 3U);
    EXPECT_EQ(restart().report.entries, 0U) << "nothing is unsure";
}

// --- After a crash ---------------------------------------------------------------------------

TEST_F(TracesTest, WhatMayHaveGoneOutBeforeACrashIsTracedOnceAsUnsure) {
    open();
    const auto all = report(3);
    const Turn first = restart();
    EXPECT_EQ(first.report.traces, 1U);
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(1));
    EXPECT_EQ(told[0].subscription(), "main");
    EXPECT_EQ(told[0].first_sequence(), all[0]);
    EXPECT_EQ(told[0].last_sequence(), all[2]);
    EXPECT_EQ(told[0].deliveries(), 0U);
    EXPECT_TRUE(told[0].is_unsure());
    EXPECT_EQ(restart().report.entries, 0U) << "once";
}

TEST_F(TracesTest, OnlyWhatNoTraceTellsOfIsUnsure) {
    open();
    report(3);
    after_ms(limits::trace_after_ms);
    ASSERT_THAT(traces(), SizeIs(1));
    EXPECT_EQ(restart().report.entries, 0U) << "nothing has gone out since the trace";
    open();
    after_ms(limits::trace_after_ms);
    const auto later = report(2);
    restart();
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(3));
    EXPECT_EQ(told[2].first_sequence(), later[0]);
    EXPECT_EQ(told[2].last_sequence(), later[1]);
    EXPECT_TRUE(told[2].is_unsure());
}

TEST_F(TracesTest, TheMachinesEndLeavesNoDeliveryWithoutATrace) {
    const auto all = report(1);
    ASSERT_THAT(deliveries(open(), jobcentre), SizeIs(1));
    stop_machine();
    restart();
    ASSERT_THAT(traces(), SizeIs(1));
    EXPECT_TRUE(traces()[0].is_unsure());
    EXPECT_EQ(traces()[0].first_sequence(), all[0]);
    // A move back, in an opening that had a row further on.
    open();
    close();
    FrameIn back = world.subscribe(jobcentre, "main");
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->set_from_sequence(all[0] + 1);
    world.turn({back});
    after_ms(limits::trace_after_ms);
    std::get<v1::ClientFrame>(back.content).mutable_subscribe()->mutable_from_beginning();
    ASSERT_THAT(deliveries(world.turn({back}), jobcentre), SizeIs(1));
    stop_machine();
    restart();
    EXPECT_TRUE(traces().back().is_unsure());
    EXPECT_EQ(traces().back().first_sequence(), all[0]);
}

TEST_F(TracesTest, WhatIsParkedAndHasNotGoneOutIsCoveredWhenItDoes) {
    open();
    const auto first = report(1);
    world.turn({world.nack(jobcentre, "main", first[0], v1::NACK_VERDICT_GIVE_UP)});
    const auto behind = report(1);  // joins the list, and has gone to nobody
    after_ms(limits::trace_after_ms);
    ASSERT_EQ(traces().at(0).last_sequence(), first[0]);
    world.turn({world.act_on_parked(jobcentre, "main", v1::PARKED_ACT_KIND_DROP, {first[0]})});
    restart();
    const auto told = traces();
    ASSERT_THAT(told, SizeIs(2));
    EXPECT_TRUE(told[1].is_unsure());
    EXPECT_LE(told[1].first_sequence(), behind[0]);
    EXPECT_GE(told[1].last_sequence(), behind[0]);
}

// --- Where nothing can be recorded -----------------------------------------------------------

TEST_F(TracesTest, ASealedLogIsToldOfDeliveriesOnceItIsOpenAgain) {
    const auto all = report(1);
    ASSERT_TRUE(world.journal->record_seal("made up"));
    restart();
    ASSERT_THAT(deliveries(open(), jobcentre), SizeIs(1)) << "it was addressed to the party";
    EXPECT_EQ(close().report.entries, 0U);
    EXPECT_FALSE(world.core->has_work()) << "there is nothing it could do";
    EXPECT_EQ(world.core->next_due(), std::nullopt);
    restart();
    EXPECT_THAT(traces(), IsEmpty());
    // Somebody has looked into it.
    store::Batch batch;
    batch.erase(journal::log_table::head, "sealed");
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    restart();
    ASSERT_THAT(traces(), SizeIs(1));
    EXPECT_TRUE(traces()[0].is_unsure());
    EXPECT_EQ(traces()[0].first_sequence(), all[0]);
}

TEST_F(TracesTest, WithADiskNearlyFullTheyWaitForRoom) {
    report(2);
    world.conditions.disk_nearly_full = true;
    ASSERT_THAT(deliveries(open(), jobcentre), SizeIs(2));
    EXPECT_EQ(close().report.entries, 0U);
    EXPECT_FALSE(world.core->has_work());
    EXPECT_EQ(rows(), 1U);
    world.conditions.disk_nearly_full = false;
    EXPECT_EQ(world.turn().report.traces, 1U);
    EXPECT_EQ(traces().at(0).deliveries(), 2U) << "nothing was forgotten";
    EXPECT_EQ(rows(), 0U);
}

TEST_F(TracesTest, OneThatCannotBeStoredEndsTheTurn) {
    report(1);
    open();
    world.log_store.fail_next_commit();
    v1::ClientFrame frame;
    frame.mutable_unsubscribe()->set_name("main");
    const auto failed = world.core->turn(std::vector{world.frame(jobcentre, frame)}, world.now,
                                         world.randomness, world.conditions);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::store_failed);
    restart();
    ASSERT_THAT(traces(), SizeIs(1));
    EXPECT_TRUE(traces()[0].is_unsure());
}

}  // namespace
}  // namespace jobbro::core
