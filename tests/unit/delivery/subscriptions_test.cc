// Subscriptions against a journal, without sessions. What sessions see of them is tested with the
// core.
#include "hub/delivery/subscriptions.h"

#include <gtest/gtest.h>

#include <span>

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "hub/store/rocks_store.h"
#include "proto/base/limits.h"
#include "tests/support/hub_world.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::delivery {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class SubscriptionsTest : public ::testing::Test {
  protected:
    SubscriptionsTest() {
        EXPECT_TRUE(world.open());
        subscriptions.emplace(*Subscriptions::open(*world.journal));
    }
    [[nodiscard]] Moment moment() { return {world.journal.get(), world.now, &world.randomness}; }
    // Entries for the party, of `bytes` each.
    void record(const std::string& party, int count, std::size_t bytes = 10,
                const std::string& sender = "hub") {
        const Bytes body(bytes, 'b');
        for (int i = 0; i < count; ++i) {
            world.now = world.now.plus_ms(1);
            journal::Draft draft{contract::MessageId::make(world.now, world.randomness),
                                 sender,
                                 body,
                                 evidence::sha256(body),
                                 {},
                                 KeySlot{0},
                                 {}};
            draft.index.set_kind(v1::MESSAGE_KIND_ABSENCE_REPORT);
            draft.index.add_audience(party);
            ASSERT_TRUE(world.journal->stage(draft, world.now, world.randomness));
        }
        ASSERT_TRUE(world.journal->commit(world.randomness));
        subscriptions->wake(party);
    }
    void open(const std::string& party, std::uint64_t session, std::uint32_t credit = 1000) {
        Opening opening;
        opening.credit = credit;
        ASSERT_TRUE(
            subscriptions->subscribe(party, "main", opening, SessionNumber{session}, moment()));
    }
    void give_back(const std::string& party, std::uint64_t session, std::uint64_t sequence,
                   v1::NackVerdict verdict = v1::NACK_VERDICT_RETRY_LATER) {
        v1::Nack nack;
        nack.set_name("main");
        nack.set_sequence(sequence);
        nack.set_verdict(verdict);
        ASSERT_TRUE(subscriptions->nack(party, nack, SessionNumber{session}, moment()));
    }
    std::map<std::uint64_t, std::size_t> collect() {
        std::map<std::uint64_t, std::size_t> counts;
        const auto collected = subscriptions->collect(
            [](const std::string&, const journal::OpenedEntry&) { return true; }, moment());
        EXPECT_TRUE(collected->damaged.empty());
        for (const Outgoing& each : collected->outgoing) {
            counts[each.session.value()] +=
                static_cast<std::size_t>(each.deliveries.deliveries_size());
        }
        return counts;
    }
    // Of all that goes out until there is nothing to do, by sequence: those from the list, or those
    // by way of the cursor.
    struct Drained {
        std::vector<std::uint64_t> from_list;
        std::vector<std::uint64_t> by_cursor;
    };
    Drained drain() {
        Drained drained;
        while (subscriptions->has_work()) {
            const auto collected = subscriptions->collect(
                [](const std::string&, const journal::OpenedEntry&) { return true; }, moment());
            for (const Outgoing& each : collected->outgoing) {
                for (const v1::Delivery& delivery : each.deliveries.deliveries()) {
                    auto& all = delivery.attempt() > 0 ? drained.from_list : drained.by_cursor;
                    all.push_back(delivery.sequence());
                }
            }
        }
        return drained;
    }
    HubWorld world;
    std::optional<Subscriptions> subscriptions;
};

TEST_F(SubscriptionsTest, ALongBacklogOfOneDoesNotKeepAnotherWaiting) {
    record("a", 900);
    record("b", 3);
    open("a", 1);
    open("b", 2);
    const auto first = collect();
    EXPECT_EQ(first.at(2), 3U);
    EXPECT_LT(first.at(1), 900U) << "the rest comes in later turns";
    EXPECT_TRUE(subscriptions->has_work());
}

TEST_F(SubscriptionsTest, BytesUnackedAreBoundedAndAnAckGoesOn) {
    const std::size_t bytes = 40 * 1024;
    const auto most = limits::unacked_bytes_max / bytes + 1;
    record("a", static_cast<int>(most) + 50, bytes);
    open("a", 1);
    std::size_t sent = 0;
    for (int turns = 0; turns < 20; ++turns)
        sent += collect()[1];
    EXPECT_LE(sent, most);
    EXPECT_GT(sent, most / 2);
    EXPECT_FALSE(subscriptions->has_work()) << "it waits for an ack, not for a turn";
    ASSERT_TRUE(subscriptions->ack("a", "main", SessionNumber{1}, Sequence{sent / 2}, moment()));
    EXPECT_GT(collect()[1], 0U);
}

TEST_F(SubscriptionsTest, AThinDeliveryCountsTheBytesItHas) {
    const std::size_t bytes = 40 * 1024;
    const auto count = static_cast<int>(limits::unacked_bytes_max / bytes) + 50;
    record("a", count, bytes);
    Opening opening;
    opening.credit = 1000;
    opening.form = v1::DELIVERY_FORM_THIN;
    ASSERT_TRUE(subscriptions->subscribe("a", "main", opening, SessionNumber{1}, moment()));
    std::size_t sent = 0;
    for (int turns = 0; turns < 20; ++turns)
        sent += collect()[1];
    EXPECT_EQ(sent, static_cast<std::size_t>(count));
}

TEST_F(SubscriptionsTest, BytesComeBackWithANackAndWithAnAckFromTheList) {
    const std::size_t bytes = 40 * 1024;
    const auto most = limits::unacked_bytes_max / bytes + 1;
    record("a", static_cast<int>(most), bytes);
    open("a", 1);
    while (subscriptions->has_work())
        collect();
    const Sequence first{world.journal->size().value() - most};
    v1::Nack nack;
    nack.set_name("main");
    nack.set_sequence(first.value());
    nack.set_verdict(v1::NACK_VERDICT_RETRY_LATER);
    ASSERT_TRUE(subscriptions->nack("a", nack, SessionNumber{1}, moment()));
    record("a", static_cast<int>(most) + 20, bytes, "provider:99104007");
    std::size_t sent = 0;
    while (subscriptions->has_work())
        sent += collect()[1];
    EXPECT_EQ(sent, most) << "as many as before the Nack";
    const Sequence last{first.value() + 2 * most - 1};
    ASSERT_TRUE(subscriptions->ack("a", "main", SessionNumber{1}, last, moment()));
    // One by one from the list, each with its bytes; the others of the provider flow beside them.
    world.now = world.now.plus_ms(1000);
    for (Sequence each = first; each.value() < first.value() + most; each = each.next()) {
        EXPECT_GE(collect()[1], 1U);
        ASSERT_TRUE(subscriptions->ack_parked("a", "main", SessionNumber{1}, each, moment()));
    }
    EXPECT_EQ(subscriptions->parked(), 0U);
    ASSERT_TRUE(subscriptions->ack("a", "main", SessionNumber{1},
                                   Sequence{world.journal->size().value() - 1}, moment()));
    record("a", static_cast<int>(most) + 20, bytes);
    sent = 0;
    while (subscriptions->has_work())
        sent += collect()[1];
    EXPECT_EQ(sent, most) << "nothing was left in the account";
}

TEST_F(SubscriptionsTest, ParkedOnesTakeHalfOfTheBytesAtMostSoThatOthersFlow) {
    const std::size_t bytes = 40 * 1024;
    const auto heads = limits::unacked_bytes_max / bytes;
    const auto half = limits::unacked_bytes_max / 2 / bytes + 1;
    open("a", 1);
    for (std::size_t i = 0; i < heads; ++i)
        record("a", 1, bytes, "provider:" + std::to_string(i));
    const std::vector<std::uint64_t> first = drain().by_cursor;
    ASSERT_EQ(first.size(), heads);
    for (const std::uint64_t each : first)
        give_back("a", 1, each);
    record("a", 10, bytes);
    world.now = world.now.plus_ms(1000);
    const Drained both = drain();
    EXPECT_LE(both.from_list.size(), half);
    EXPECT_GT(both.from_list.size(), half / 2);
    EXPECT_EQ(both.by_cursor.size(), 10U);
    // What comes back, by an ack, a Nack or the end of the session, makes room for others.
    ASSERT_TRUE(subscriptions->ack_parked("a", "main", SessionNumber{1},
                                          Sequence{both.from_list[0]}, moment()));
    EXPECT_EQ(drain().from_list.size(), 1U);
    give_back("a", 1, both.from_list[1], v1::NACK_VERDICT_GIVE_UP);
    EXPECT_EQ(drain().from_list.size(), 1U);
    world.now = world.now.plus_ms(1000);
    open("a", 2);
    const Drained again = drain();
    EXPECT_LE(again.from_list.size(), half);
    EXPECT_GT(again.from_list.size(), half / 2);
    EXPECT_EQ(again.by_cursor.size(), 10U);
}

TEST_F(SubscriptionsTest, TheStatusTellsFirstOfThoseThatNeedSomebody) {
    subscriptions.emplace(*Subscriptions::open(*world.journal, {2, 100, 4}));
    std::uint64_t session = 0;
    for (const char* party : {"a", "b", "c", "d", "e"})
        open(party, ++session);
    const auto first_of = [&](const std::string& party) {
        record(party, 1);
        return drain().by_cursor.at(0);
    };
    give_back("b", 2, first_of("b"));
    give_back("c", 3, first_of("c"), v1::NACK_VERDICT_GIVE_UP);
    give_back("e", 5, first_of("e"));
    record("e", 2);
    drain();
    const auto parties = [&](std::size_t most) {
        std::vector<std::string> all;
        for (const v1::SubscriptionStatus& each : subscriptions->status(most))
            all.push_back(each.party());
        return all;
    };
    EXPECT_EQ(parties(2), (std::vector<std::string>{"c", "e"})) << "a person, and a full list";
    EXPECT_EQ(parties(4), (std::vector<std::string>{"c", "e", "a", "b"}));
    EXPECT_EQ(parties(100), (std::vector<std::string>{"c", "e", "a", "b", "d"}));
}

TEST_F(SubscriptionsTest, ThoseThatTheTotalStopsAreKnownAfterARestartToo) {
    for (const char* party : {"a", "b"}) {
        open(party, 1);
        record(party, 3);
        give_back(party, 1, drain().by_cursor.at(0));
    }
    ASSERT_TRUE(world.journal->commit(world.randomness));
    subscriptions.emplace(*Subscriptions::open(*world.journal, {100, 6, 4}));
    EXPECT_EQ(subscriptions->parked(), 6U);
    EXPECT_EQ(subscriptions->stopped(), 2U) << "the first that was read too";
}

TEST_F(SubscriptionsTest, WhatIsAboutNoCitizenIsHeldUpBySender) {
    open("a", 1);
    record("a", 2);
    record("a", 1, 10, "provider:99104007");
    EXPECT_EQ(collect()[1], 3U);
    v1::Nack nack;
    nack.set_name("main");
    nack.set_sequence(world.journal->size().value() - 3);
    nack.set_verdict(v1::NACK_VERDICT_RETRY_LATER);
    ASSERT_TRUE(subscriptions->nack("a", nack, SessionNumber{1}, moment()));
    EXPECT_EQ(subscriptions->parked(), 2U) << "both of the hub's";
}

TEST_F(SubscriptionsTest, ManyHeadsAreDueInTheirOrderWithinTheBudgetOfATurn) {
    open("a", 1, limits::credit_max);
    const int count = 300;
    for (int i = 0; i < count; ++i)
        record("a", 1, 10, "provider:" + std::to_string(i));
    while (subscriptions->has_work())
        collect();
    const std::uint64_t first = world.journal->size().value() - count;
    for (std::uint64_t i = 0; i < count; ++i) {
        v1::Nack nack;
        nack.set_name("main");
        nack.set_sequence(first + i);
        nack.set_verdict(v1::NACK_VERDICT_RETRY_LATER);
        ASSERT_TRUE(subscriptions->nack("a", nack, SessionNumber{1}, moment()));
    }
    EXPECT_EQ(collect()[1], 0U);
    EXPECT_FALSE(subscriptions->has_work());
    ASSERT_TRUE(subscriptions->next_due());
    world.now = *subscriptions->next_due();
    std::size_t sent = collect()[1];
    EXPECT_LT(sent, static_cast<std::size_t>(count)) << "a share a turn";
    for (int turns = 0; turns < 5; ++turns)
        sent += collect()[1];
    EXPECT_EQ(sent, static_cast<std::size_t>(count));
}

TEST_F(SubscriptionsTest, ADataFolderFromBeforeThereWereParkedMessagesOpens) {
    const TemporaryFolder folder;
    const std::span all{journal::log_table::names};
    {
        const auto before = store::RocksStore::open(
            folder.path(), all.first(journal::log_table::parked.index));
        ASSERT_TRUE(before);
        store::Batch batch;
        batch.put(journal::log_table::head, "head", "row");
        ASSERT_TRUE((*before)->commit(batch, store::Durability::synced));
    }
    const auto now = store::RocksStore::open(folder.path(), all);
    ASSERT_TRUE(now);
    EXPECT_EQ(*(*now)->get(journal::log_table::head, "head"), "row");
    EXPECT_EQ(*(*now)->last(journal::log_table::parked), std::nullopt);
}

TEST_F(SubscriptionsTest, ThoseWhoDoNotAckKeepNobodyElseWaiting) {
    const std::size_t bytes = 40 * 1024;
    const auto parties = limits::unacked_bytes_total_max / limits::unacked_bytes_max;
    std::uint64_t session = 0;
    for (std::size_t i = 0; i < parties; ++i) {
        const std::string party = "p" + std::to_string(i);
        record(party, static_cast<int>(limits::unacked_bytes_max / bytes) + 5, bytes);
        open(party, ++session);
        for (int turns = 0; turns < 3; ++turns)
            collect();
    }
    record("last", 3, bytes);
    open("last", ++session);
    std::uint64_t next = world.journal->size().value() - 3;
    for (int i = 0; i < 3; ++i, ++next) {
        EXPECT_EQ(collect()[session], 1U) << "one at a time";
        EXPECT_FALSE(subscriptions->has_work()) << "it waits for its own ack, not turn by turn";
        ASSERT_TRUE(
            subscriptions->ack("last", "main", SessionNumber{session}, Sequence{next}, moment()));
    }
}

TEST_F(SubscriptionsTest, AnEntryThatCannotBeReadEndsItsSubscriptionAndNoOther) {
    record("a", 3);
    record("b", 3);
    const std::uint64_t damaged = world.journal->size().value() - 2;
    ASSERT_TRUE(world.open()) << "so that entries are read from the store";
    subscriptions.emplace(*Subscriptions::open(*world.journal));
    Bytes entry = **world.log_store.get(journal::log_table::entries, key_of(damaged));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    store::Batch change;
    change.put(journal::log_table::entries, key_of(damaged), entry);
    ASSERT_TRUE(world.log_store.commit(change, store::Durability::synced));
    open("a", 1);
    open("b", 2);
    const auto collected = subscriptions->collect(
        [](const std::string&, const journal::OpenedEntry&) { return true; }, moment());
    ASSERT_TRUE(collected);
    ASSERT_FALSE(collected->outgoing.empty());
    EXPECT_EQ(collected->outgoing[0].session, SessionNumber{1});
    EXPECT_EQ(collected->outgoing[0].deliveries.deliveries_size(), 3);
    ASSERT_EQ(collected->damaged.size(), 1U);
    EXPECT_EQ(collected->damaged[0].session, SessionNumber{2});
    EXPECT_EQ(collected->damaged[0].error.code, ErrorCode::opening_failed);
    EXPECT_EQ(
        subscriptions->ack("b", "main", SessionNumber{2}, Sequence{damaged}, moment()).error().code,
        ErrorCode::subscription_unknown);
}

TEST_F(SubscriptionsTest, TracesAreStagedForSoManySubscriptionsATime) {
    for (const char* party : {"a", "b", "c"}) {
        record(party, 1);
        open(party, 1);
    }
    while (subscriptions->has_work())
        collect();
    for (const char* party : {"a", "b", "c"})
        subscriptions->end_session(party, SessionNumber{1});
    const std::uint64_t before = world.journal->size().value();
    EXPECT_EQ(*subscriptions->stage_traces(2, moment()), 2U);
    EXPECT_TRUE(subscriptions->has_traces());
    EXPECT_EQ(*subscriptions->stage_traces(2, moment()), 1U);
    EXPECT_FALSE(subscriptions->has_traces());
    EXPECT_EQ(subscriptions->next_trace_due(), std::nullopt);
    EXPECT_EQ(world.journal->size().value(), before + 3);
}

TEST_F(SubscriptionsTest, ARowOfAnOpenTraceThatCannotBeIsTampering) {
    open("a", 1);
    ASSERT_TRUE(world.journal->commit(world.randomness));
    ASSERT_TRUE(Subscriptions::open(*world.journal));
    journal::rows::OpenTraceRow ahead;
    ahead.set_next_sequence(world.journal->size().value() + 1);
    const Bytes key = Bytes{"a"} + '\0' + "main";
    const std::pair<Bytes, Bytes> wrong[] = {
        {"no separator", ""},
        {Bytes{"a"} + '\0' + "other", ""},  // of a subscription there is not
        {key, "x"},
        {key, ahead.SerializeAsString()}};
    for (const auto& [at, value] : wrong) {
        store::Batch damage;
        damage.put(journal::log_table::open_traces, at, value);
        ASSERT_TRUE(world.log_store.commit(damage, store::Durability::synced));
        EXPECT_EQ(Subscriptions::open(*world.journal).error().code, ErrorCode::tampered) << at;
        store::Batch mended;
        mended.erase(journal::log_table::open_traces, at);
        ASSERT_TRUE(world.log_store.commit(mended, store::Durability::synced));
    }
    EXPECT_TRUE(Subscriptions::open(*world.journal));
}

TEST_F(SubscriptionsTest, ACursorRowThatIsNotARowIsTampering) {
    store::Batch damaged;
    damaged.put(journal::log_table::cursors, "no separator", "x");
    ASSERT_TRUE(world.log_store.commit(damaged, store::Durability::synced));
    EXPECT_EQ(Subscriptions::open(*world.journal).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::delivery
