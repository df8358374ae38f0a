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
    // Numbers of nobody, each another one; up to 2999.
    static contract::CprNumber made_up(std::size_t n) {
        return *contract::CprNumber::parse("610170-" + std::to_string(1000 + n));
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

TEST_F(VaultTest, AKeyThatIsDestroyedIsToldFromOneThatNeverWas) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    const KeySlot slots[] = {KeySlot{9}};
    ASSERT_TRUE(vault.destroy(slots, {}, {}));
    store::Batch batch;
    batch.put(vault_table::keys, key_of(10), "not a key");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    Vault again = *open();
    ASSERT_TRUE(again.find_data_key(KeySlot{9}));
    EXPECT_EQ(*again.find_data_key(KeySlot{9}), nullptr);
    EXPECT_NE(*again.find_data_key(KeySlot{8}), nullptr);
    EXPECT_EQ(again.find_data_key(KeySlot{10}).error().code, ErrorCode::opening_failed);
    EXPECT_EQ(again.find_data_key(KeySlot{limits::keys_ahead}).error().code,
              ErrorCode::opening_failed);
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

TEST_F(VaultTest, AMarkStandsForOnePersonInOneVault) {
    Vault vault = *open();
    const std::uint64_t mark = vault.person_mark(subject);
    EXPECT_EQ(open()->person_mark(subject), mark);
    EXPECT_NE(vault.person_mark(SubjectId{4}), mark);
    testing::MemoryStore another{std::size(vault_table::names)};
    EXPECT_NE(Vault::open(another, evidence::MasterKey{ByteArray<32>{1}}, randomness)
                  ->person_mark(subject),
              mark);
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

TEST_F(VaultTest, ANumberIsOutOfUseFromAnEntryOnAndCanComeBack) {
    Vault vault = *open();
    ASSERT_TRUE(vault.renew(cpr, randomness));
    EXPECT_EQ(*vault.binding_of(cpr), std::nullopt) << "of what is not known nothing is made";
    vault.bind(cpr, subject, Sequence{4}, randomness);
    ASSERT_TRUE(vault.outdate(cpr, Sequence{7}, randomness));
    ASSERT_TRUE(vault.outdate(cpr, Sequence{9}, randomness)) << "it is out of use already";
    EXPECT_EQ(*vault.binding_of(cpr), (CprBinding{subject, Sequence{4}, Sequence{7}}));
    ASSERT_TRUE(vault.flush(Sequence{10}, false));
    EXPECT_EQ(*vault.binding_of(cpr), (CprBinding{subject, Sequence{4}, Sequence{7}}));
    ASSERT_TRUE(vault.renew(cpr, randomness));
    EXPECT_EQ(*vault.binding_of(cpr), (CprBinding{subject, Sequence{4}, std::nullopt}));
    ASSERT_TRUE(vault.flush(Sequence{11}, false));
    EXPECT_EQ(*open()->binding_of(cpr), (CprBinding{subject, Sequence{4}, std::nullopt}));
}

TEST_F(VaultTest, ANumberThatIsTakenAwayLeadsToNobodyBeforeAndAfterThatIsWritten) {
    Vault vault = *open();
    vault.bind(cpr, subject, Sequence{4}, randomness);
    vault.unbind(cpr);
    EXPECT_EQ(*vault.subject_of(cpr), std::nullopt) << "neither is written";
    vault.bind(cpr, subject, Sequence{5}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{6}, false));
    vault.unbind(cpr);
    EXPECT_EQ(*vault.subject_of(cpr), std::nullopt);
    ASSERT_TRUE(vault.flush(Sequence{7}, false));
    EXPECT_EQ(*vault.subject_of(cpr), std::nullopt);
    EXPECT_EQ(store.rows(vault_table::citizens), 0U);
    vault.bind(cpr, SubjectId{9}, Sequence{8}, randomness);
    EXPECT_EQ(*vault.subject_of(cpr), SubjectId{9}) << "somebody else's";
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

TEST_F(VaultTest, ADestroyedKeyIsErasedForEverAndAlsoWhereItWasOpen) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    ASSERT_TRUE(vault.data_key(KeySlot{5}));
    const KeySlot slots[] = {KeySlot{5}, KeySlot{6}};
    ASSERT_TRUE(vault.destroy(slots, {}, {}));
    ASSERT_TRUE(vault.destroy(slots, {}, {})) << "once more changes nothing";
    EXPECT_EQ(vault.data_key(KeySlot{5}).error().code, ErrorCode::erased);
    EXPECT_EQ(*vault.find_data_key(KeySlot{6}), nullptr);
    EXPECT_TRUE(vault.data_key(KeySlot{7}));
    EXPECT_EQ(vault.erased().count(), 2U);
    Vault again = *open();
    EXPECT_EQ(again.data_key(KeySlot{6}).error().code, ErrorCode::erased);
    EXPECT_FALSE(store.get(vault_table::keys, key_of(5))->has_value());
}

TEST_F(VaultTest, ScrubbingLeavesNothingOfADestroyedKey) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    const Bytes row = **store.get(vault_table::keys, key_of(5));
    const KeySlot slots[] = {KeySlot{5}};
    ASSERT_TRUE(vault.destroy(slots, {}, {}));
    EXPECT_TRUE(store.holds_remains_of(row));
    ASSERT_TRUE(vault.scrub());
    EXPECT_FALSE(store.holds_remains_of(row));
}

TEST_F(VaultTest, OnlyNumbersThatLeadToTheSubjectAreTakenAway) {
    Vault vault = *open();
    const auto other = *contract::CprNumber::parse("741176-1201");
    const SubjectId another{9};
    vault.bind(cpr, subject, Sequence{1}, randomness);
    vault.bind(other, another, Sequence{2}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{3}, true));
    const Bytes hashes[] = {vault.cpr_hash(cpr), vault.cpr_hash(other)};
    ASSERT_TRUE(vault.destroy({}, hashes, {subject}));
    EXPECT_EQ(*vault.subject_of(cpr), std::nullopt);
    EXPECT_EQ(*vault.subject_of(other), another);
}

TEST_F(VaultTest, ANumberThatMakesNoSenseKeepsNoKeyFromBeingDestroyed) {
    Vault vault = *open();
    ASSERT_TRUE(vault.refill(KeySlot{0}, randomness));
    const auto other = *contract::CprNumber::parse("741176-1201");
    vault.bind(other, subject, Sequence{1}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{2}, true));
    store::Batch batch;
    batch.put(vault_table::citizens, vault.cpr_hash(cpr), "odd");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    const KeySlot slots[] = {KeySlot{5}};
    const Bytes hashes[] = {vault.cpr_hash(cpr), vault.cpr_hash(other)};
    EXPECT_EQ(vault.destroy(slots, hashes, {subject}).error().code, ErrorCode::opening_failed);
    EXPECT_EQ(vault.data_key(KeySlot{5}).error().code, ErrorCode::erased);
    EXPECT_EQ(*vault.subject_of(other), std::nullopt);
}

TEST_F(VaultTest, NumbersOfCitizensThereAreNotCanBeTakenAwayAtOnce) {
    Vault vault = *open();
    const auto other = *contract::CprNumber::parse("741176-1201");
    vault.bind(cpr, subject, Sequence{1}, randomness);
    vault.bind(other, SubjectId{9}, Sequence{2}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{3}, true));
    ASSERT_TRUE(vault.take_away_numbers_unless(
        [&](const SubjectId& each) -> Result<bool> { return each == subject; }));
    EXPECT_EQ(*vault.subject_of(cpr), subject);
    EXPECT_EQ(*vault.subject_of(other), std::nullopt);
}

TEST_F(VaultTest, OfSomeNumbersOnlyThoseOfCitizensThereAreNotAreTakenAway) {
    Vault vault = *open();
    const auto other = *contract::CprNumber::parse("741176-1201");
    const auto third = made_up(1);
    vault.bind(cpr, subject, Sequence{1}, randomness);
    vault.bind(other, SubjectId{9}, Sequence{2}, randomness);
    vault.bind(third, SubjectId{9}, Sequence{3}, randomness);
    ASSERT_TRUE(vault.flush(Sequence{4}, true));
    const Bytes hashes[] = {vault.cpr_hash(cpr), vault.cpr_hash(other), Bytes(32, 'x')};
    ASSERT_TRUE(vault.take_away_numbers_unless(
        [&](const SubjectId& each) -> Result<bool> { return each == subject; }, hashes));
    EXPECT_EQ(*vault.subject_of(cpr), subject);
    EXPECT_EQ(*vault.subject_of(other), std::nullopt);
    EXPECT_EQ(*vault.subject_of(third), SubjectId{9}) << "not asked for";
}

TEST_F(VaultTest, AllNumbersAreLookedAtAlsoWhenThereAreMany) {
    Vault vault = *open();
    constexpr std::size_t many = 3000;
    for (std::size_t i = 0; i < many; ++i) {
        const SubjectId each{static_cast<std::uint8_t>(i % 2)};
        vault.bind(made_up(i), each, Sequence{1}, randomness);
    }
    ASSERT_TRUE(vault.flush(Sequence{2}, true));
    ASSERT_EQ(store.rows(vault_table::citizens), many);
    std::size_t looked_at = 0;
    ASSERT_TRUE(vault.take_away_numbers_unless([&](const SubjectId& each) -> Result<bool> {
        ++looked_at;
        return each == SubjectId{0};
    }));
    EXPECT_EQ(looked_at, many);
    EXPECT_EQ(store.rows(vault_table::citizens), many / 2);
}

TEST_F(VaultTest, ARowOfErasedKeysThatMakesNoSenseIsTampering) {
    ASSERT_TRUE(open());
    store::Batch batch;
    batch.put(vault_table::own, "erased", "odd");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    EXPECT_EQ(open().error().code, ErrorCode::tampered);
}

TEST_F(VaultTest, MarksAreOpenedByTheVaultThatSealedThemOnly) {
    Vault vault = *open();
    const Bytes sealed = vault.seal_marks("marks", randomness);
    EXPECT_EQ(sealed.find("marks"), Bytes::npos);
    EXPECT_EQ(*vault.open_marks(sealed), "marks");
    testing::MemoryStore elsewhere{std::size(vault_table::names)};
    std::swap(store, elsewhere);
    EXPECT_EQ(open()->open_marks(sealed).error().code, ErrorCode::opening_failed);
}

}  // namespace
}  // namespace jobbro::journal
