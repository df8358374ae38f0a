#include "hub/journal/vault.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

class VaultTest : public ::testing::Test {
  protected:
    Result<Vault> open(std::uint8_t master = 1) {
        ByteArray<32> key{};
        key.fill(master);
        return Vault::open(store, evidence::MasterKey{key}, randomness);
    }
    testing::MemoryStore store{std::size(vault_table::names)};
    SeededRandomness randomness{7};
    const contract::CprNumber cpr = *contract::CprNumber::parse("690870-1478");
    const SubjectId subject{1, 2, 3};
};

TEST_F(VaultTest, KeysAreMadeAheadAndAreTheSameAfterReopening) {
    Vault vault = *open();
    EXPECT_TRUE(vault.is_low(KeySlot{0}));
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    EXPECT_FALSE(vault.is_low(KeySlot{0}));
    EXPECT_EQ(vault.slots(), limits::keys_ahead);
    const auto first = (*vault.data_key(KeySlot{5}))->bytes();
    EXPECT_NE(first, (*vault.data_key(KeySlot{6}))->bytes());
    Vault again = *open();
    EXPECT_EQ(again.slots(), limits::keys_ahead);
    EXPECT_EQ((*again.data_key(KeySlot{5}))->bytes(), first);
}

TEST_F(VaultTest, AKeyThatIsGoneOrWasNeverMadeCannotBeOpened) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    EXPECT_EQ(vault.data_key(KeySlot{limits::keys_ahead}).error().code, ErrorCode::opening_failed);
    store::Batch batch;
    batch.erase(vault_table::keys, key_of(9));
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    EXPECT_EQ(open()->data_key(KeySlot{9}).error().code, ErrorCode::opening_failed);
}

TEST_F(VaultTest, AKeyMovedToAnotherSlotCannotBeOpened) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    store::Batch batch;
    batch.put(vault_table::keys, key_of(3), **store.get(vault_table::keys, key_of(4)));
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    EXPECT_EQ(open()->data_key(KeySlot{3}).error().code, ErrorCode::opening_failed);
}

TEST_F(VaultTest, AnotherMasterKeyOpensNothing) {
    ASSERT_TRUE(open(1));
    EXPECT_EQ(open(2).error().code, ErrorCode::opening_failed);
}

TEST_F(VaultTest, KeysStandWrappedInTheStore) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    const Bytes key{(*vault.data_key(KeySlot{5}))->view()};
    bool is_found = false;
    for (const auto table : {vault_table::keys, vault_table::own}) {
        ASSERT_TRUE(store.scan(table, {}, [&](BytesView, BytesView value) {
            is_found = is_found || value.find(key) != BytesView::npos;
            return true;
        }));
    }
    EXPECT_FALSE(is_found);
}

TEST_F(VaultTest, HidingASlotIsItsOwnInverseAndNeverLooksTheSame) {
    Vault vault = *open();
    const Bytes salt(16, 's');
    const std::uint64_t hidden = vault.hide_slot(42, Sequence{1}, salt);
    EXPECT_EQ(vault.hide_slot(hidden, Sequence{1}, salt), 42U);
    EXPECT_NE(vault.hide_slot(42, Sequence{2}, salt), hidden);
    EXPECT_NE(vault.hide_slot(42, Sequence{1}, Bytes(16, 't')), hidden);
}

TEST_F(VaultTest, ACitizenIsFoundBeforeAndAfterTheBindingIsWritten) {
    Vault vault = *open();
    EXPECT_FALSE((*vault.subject_of(cpr)).has_value());
    vault.bind(cpr, subject, Sequence{4}, randomness);
    EXPECT_EQ(*vault.subject_of(cpr), subject);
    ASSERT_TRUE(vault.flush(Sequence{5}, false));
    EXPECT_EQ(*vault.subject_of(cpr), subject);
    EXPECT_EQ(vault.bound_through(), Sequence{5});
    EXPECT_EQ(*open()->subject_of(cpr), subject);
}

TEST_F(VaultTest, ABufferedBindingMayGoWithThePowerAndTheWatermarkGoesWithIt) {
    {
        Vault vault = *open();
        ASSERT_TRUE(vault.flush(Sequence{2}, true));
        vault.bind(cpr, subject, Sequence{4}, randomness);
        ASSERT_TRUE(vault.flush(Sequence{5}, false));
    }
    store.lose_power();
    Vault vault = *open();
    EXPECT_FALSE((*vault.subject_of(cpr)).has_value());
    EXPECT_EQ(vault.bound_through(), Sequence{2});
}

TEST_F(VaultTest, TheNumberStandsNeitherInAKeyNorInAValue) {
    Vault vault = *open();
    vault.bind(cpr, subject, Sequence{4}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{5}, true));
    ASSERT_EQ(store.rows(vault_table::citizens), 1U);
    ASSERT_TRUE(store.scan(vault_table::citizens, {}, [&](BytesView key, BytesView value) {
        EXPECT_EQ(key.size(), 32U);
        EXPECT_EQ(key.find(cpr.digits()), BytesView::npos);
        EXPECT_EQ(value.find(cpr.digits()), BytesView::npos);
        EXPECT_EQ(value.find(view(subject)), BytesView::npos);
        return true;
    }));
}

TEST_F(VaultTest, ARowIsOpenedInItsPlaceOnly) {
    Vault vault = *open();
    const Bytes sealed = vault.seal_row(log_table::cases, "key", "value", randomness);
    EXPECT_EQ(*vault.open_row(log_table::cases, "key", sealed), "value");
    EXPECT_EQ(vault.open_row(log_table::orders, "key", sealed).error().code,
              ErrorCode::opening_failed);
    EXPECT_EQ(vault.open_row(log_table::cases, "other", sealed).error().code,
              ErrorCode::opening_failed);
}

}  // namespace
}  // namespace jobbro::journal
