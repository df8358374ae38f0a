// Subscriptions against a journal, without sessions. What sessions see of them is tested with the
// core.
#include "hub/delivery/subscriptions.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "tests/support/hub_world.h"

namespace jobbro::delivery {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class SubscriptionsTest : public ::testing::Test {
  protected:
    SubscriptionsTest() {
        EXPECT_TRUE(world.open());
        subscriptions.emplace(*Subscriptions::open(world.log_store));
    }
    // Entries for the party, of `bytes` each.
    void record(const std::string& party, int count, std::size_t bytes = 10) {
        const Bytes body(bytes, 'b');
        for (int i = 0; i < count; ++i) {
            world.now = world.now.plus_ms(1);
            journal::Draft draft{contract::MessageId::make(world.now, world.randomness),
                                 "hub",
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
        ASSERT_TRUE(subscriptions->subscribe(party, "main", credit, SessionNumber{session}, batch));
    }
    std::map<std::uint64_t, std::size_t> collect() {
        std::map<std::uint64_t, std::size_t> counts;
        const auto collected = subscriptions->collect(
            *world.journal, [](const std::string&, const journal::OpenedEntry&) { return true; });
        EXPECT_TRUE(collected->damaged.empty());
        for (const Outgoing& each : collected->outgoing) {
            counts[each.session.value()] +=
                static_cast<std::size_t>(each.deliveries.deliveries_size());
        }
        return counts;
    }
    HubWorld world;
    std::optional<Subscriptions> subscriptions;
    store::Batch batch;
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
    ASSERT_TRUE(subscriptions->ack("a", "main", SessionNumber{1}, Sequence{sent / 2}, batch));
    EXPECT_GT(collect()[1], 0U);
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
            subscriptions->ack("last", "main", SessionNumber{session}, Sequence{next}, batch));
    }
}

TEST_F(SubscriptionsTest, AnEntryThatCannotBeReadEndsItsSubscriptionAndNoOther) {
    record("a", 3);
    record("b", 3);
    const std::uint64_t damaged = world.journal->size().value() - 2;
    ASSERT_TRUE(world.open()) << "so that entries are read from the store";
    subscriptions.emplace(*Subscriptions::open(world.log_store));
    Bytes entry = **world.log_store.get(journal::log_table::entries, key_of(damaged));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    store::Batch change;
    change.put(journal::log_table::entries, key_of(damaged), entry);
    ASSERT_TRUE(world.log_store.commit(change, store::Durability::synced));
    open("a", 1);
    open("b", 2);
    const auto collected = subscriptions->collect(
        *world.journal, [](const std::string&, const journal::OpenedEntry&) { return true; });
    ASSERT_TRUE(collected);
    ASSERT_FALSE(collected->outgoing.empty());
    EXPECT_EQ(collected->outgoing[0].session, SessionNumber{1});
    EXPECT_EQ(collected->outgoing[0].deliveries.deliveries_size(), 3);
    ASSERT_EQ(collected->damaged.size(), 1U);
    EXPECT_EQ(collected->damaged[0].session, SessionNumber{2});
    EXPECT_EQ(collected->damaged[0].error.code, ErrorCode::opening_failed);
    EXPECT_EQ(
        subscriptions->ack("b", "main", SessionNumber{2}, Sequence{damaged}, batch).error().code,
        ErrorCode::subscription_unknown);
}

TEST_F(SubscriptionsTest, ACursorRowThatIsNotARowIsTampering) {
    store::Batch damaged;
    damaged.put(journal::log_table::cursors, "no separator", "x");
    ASSERT_TRUE(world.log_store.commit(damaged, store::Durability::synced));
    EXPECT_EQ(Subscriptions::open(world.log_store).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::delivery
