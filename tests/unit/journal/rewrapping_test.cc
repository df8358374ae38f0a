#include "hub/journal/rewrapping.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "hub/journal/vault.h"
#include "proto/base/limits.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

evidence::MasterKey master(std::uint8_t byte) {
    ByteArray<32> key{};
    key.fill(byte);
    return evidence::MasterKey{key};
}

// A store whose commits fail from one on, as a machine that stops.
class StoppingStore final : public store::Store {
  public:
    explicit StoppingStore(testing::MemoryStore& under) : under_(&under) {}
    void stop_after(std::size_t commits) { left_ = commits; }

    [[nodiscard]] Result<std::optional<Bytes>> get(store::Table table,
                                                   BytesView key) const override {
        return under_->get(table, key);
    }
    Result<void> scan(store::Table table, BytesView from,
                      const std::function<bool(BytesView, BytesView)>& visit) const override {
        return under_->scan(table, from, visit);
    }
    [[nodiscard]] Result<std::optional<store::Row>> last(store::Table table) const override {
        return under_->last(table);
    }
    Result<void> commit(const store::Batch& batch, store::Durability durability) override {
        if (left_ == 0) return Error{ErrorCode::store_failed, "made to stop"};
        --left_;
        return under_->commit(batch, durability);
    }
    Result<void> scrub(std::span<const store::Table> tables) override {
        return under_->scrub(tables);
    }

  private:
    testing::MemoryStore* under_;
    std::size_t left_ = 1000;
};

class RewrappingTest : public ::testing::Test {
  protected:
    // Enough keys for several batches, one of them destroyed.
    RewrappingTest() {
        Vault vault = *open(1);
        for (std::uint64_t next = 0; next < 5 * limits::keys_ahead; next += limits::keys_ahead)
            EXPECT_TRUE(vault.refill(KeySlot{next + 1}, randomness));
        vault.bind(cpr, subject, Sequence{4}, randomness);
        EXPECT_TRUE(vault.flush(Sequence{5}, true));
        const KeySlot slots[] = {KeySlot{9}};
        EXPECT_TRUE(vault.destroy(slots, {}, {}));
        EXPECT_TRUE(vault.scrub());
        hidden = vault.hide_slot(42, Sequence{1}, "salt");
        for (const std::uint64_t slot : {0U, 5U, 4095U, 4096U, 8000U})
            keys.emplace(slot, (*vault.data_key(KeySlot{slot}))->bytes());
        EXPECT_TRUE(store.scan(vault_table::keys, {}, [&](BytesView, BytesView row) {
            former_rows.emplace(row);
            return true;
        }));
        for (const char* const name : {"slot-key-1", "cpr-key", "row-key"})
            former_rows.insert(**store.get(vault_table::own, name));
    }
    Result<Vault> open(std::uint8_t byte) { return Vault::open(store, master(byte), randomness); }
    Result<void> rewrap(store::Store& at, std::uint8_t from = 1, std::uint8_t to = 2) {
        return rewrap_vault(at, master(from), master(to), randomness);
    }
    void expect_the_same_under(std::uint8_t byte) {
        auto vault = open(byte);
        ASSERT_TRUE(vault) << vault.error().line();
        for (const auto& [slot, key] : keys) {
            const auto found = vault->data_key(KeySlot{slot});
            ASSERT_TRUE(found) << slot << ": " << found.error().line();
            EXPECT_EQ((*found)->bytes(), key);
        }
        EXPECT_EQ(vault->data_key(KeySlot{9}).error().code, ErrorCode::erased);
        EXPECT_EQ(vault->hide_slot(42, Sequence{1}, "salt"), hidden);
        EXPECT_EQ(*vault->subject_of(cpr), subject);
        EXPECT_EQ(vault->bound_through(), Sequence{5});
    }
    void expect_no_former_row() {
        for (const Bytes& row : former_rows) {
            ASSERT_FALSE(store.holds_remains_of(row));
        }
        EXPECT_TRUE(store.scan(vault_table::keys, {}, [&](BytesView, BytesView row) {
            EXPECT_FALSE(former_rows.contains(row));
            return !HasFailure();
        }));
    }

    testing::MemoryStore store{std::size(vault_table::names)};
    SeededRandomness randomness{7};
    const contract::CprNumber cpr = *contract::CprNumber::parse("690870-1478");
    const SubjectId subject{1, 2, 3};
    std::map<std::uint64_t, ByteArray<32>> keys;  // some of them
    std::uint64_t hidden = 0;
    std::set<Bytes, std::less<>> former_rows;
};

TEST_F(RewrappingTest, TheVaultOpensUnderTheNewKeyAndTheNewOneOnly) {
    ASSERT_GT(store.rows(vault_table::keys), 8192U) << "more than two batches";
    ASSERT_TRUE(rewrap(store));
    EXPECT_EQ(open(1).error().code, ErrorCode::opening_failed);
    expect_the_same_under(2);
    expect_no_former_row();
}

TEST_F(RewrappingTest, CalledAgainItDoesNothing) {
    ASSERT_TRUE(rewrap(store));
    const std::size_t commits = store.synced_commits();
    ASSERT_TRUE(rewrap(store));
    EXPECT_EQ(store.synced_commits(), commits);
    ASSERT_TRUE(rewrap(store, 2, 3)) << "and a third key is another matter";
    expect_the_same_under(3);
}

TEST_F(RewrappingTest, BrokenOffAnywhereTheSameCallGoesOn) {
    const testing::MemoryStore before = store;
    std::size_t stops = 0;
    for (;; ++stops) {
        SCOPED_TRACE(stops);
        store = before;
        StoppingStore stopping{store};
        stopping.stop_after(stops);
        const auto broken_off = rewrap(stopping);
        if (broken_off) break;
        EXPECT_EQ(broken_off.error().code, ErrorCode::store_failed);
        if (stops == 0) {
            expect_the_same_under(1);
        } else {
            EXPECT_EQ(open(1).error().code, ErrorCode::opening_failed);
            EXPECT_EQ(open(2).error().code, ErrorCode::opening_failed);
            EXPECT_EQ(rewrap(store, 1, 3).error().code, ErrorCode::opening_failed)
                << "not to a third key in the middle of it";
        }
        ASSERT_TRUE(rewrap(store));
        expect_the_same_under(2);
        expect_no_former_row();
    }
    EXPECT_EQ(stops, 5U) << "the vault's own, three batches, and the end";
}

TEST_F(RewrappingTest, WhatCannotBeClearedAwayNowIsLater) {
    store.be_busy_at_next_scrub();
    const auto left = rewrap(store);
    EXPECT_EQ(left.error().code, ErrorCode::busy);
    EXPECT_NE(left.error().detail.find("what is left is to clear away"), std::string::npos);
    EXPECT_NE(left.error().detail.find("Run it again"), std::string::npos);
    for (const std::uint8_t either : {std::uint8_t{1}, std::uint8_t{2}}) {
        const auto closed = open(either);
        ASSERT_FALSE(closed);
        EXPECT_EQ(closed.error().code, ErrorCode::opening_failed);
        EXPECT_NE(closed.error().detail.find("run --rewrap-vault again"), std::string::npos);
    }
    ASSERT_TRUE(rewrap(store));
    expect_the_same_under(2);
    expect_no_former_row();
}

TEST_F(RewrappingTest, AKeyThatDoesNotOpenIsFoundBeforeAnythingIsChanged) {
    store::Batch batch;
    batch.put(vault_table::keys, key_of(8000), "damaged");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    const std::size_t commits = store.synced_commits();
    const auto refused = rewrap(store);
    EXPECT_EQ(refused.error().code, ErrorCode::opening_failed);
    EXPECT_NE(refused.error().detail.find("slot 8000"), std::string::npos);
    EXPECT_EQ(store.synced_commits(), commits);
    EXPECT_TRUE(open(1));
}

TEST_F(RewrappingTest, ARowThatIsNoDataKeysIsTampering) {
    store::Batch batch;
    batch.put(vault_table::keys, "odd", "row");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    EXPECT_EQ(rewrap(store).error().code, ErrorCode::tampered);
}

TEST_F(RewrappingTest, AnotherFormerKeyOrNoVaultIsRefused) {
    EXPECT_EQ(rewrap(store, 3, 4).error().code, ErrorCode::opening_failed);
    expect_the_same_under(1);
    testing::MemoryStore empty{std::size(vault_table::names)};
    EXPECT_EQ(rewrap(empty).error().code, ErrorCode::opening_failed);
    EXPECT_EQ(empty.rows(vault_table::own), 0U);
}

}  // namespace
}  // namespace jobbro::journal
