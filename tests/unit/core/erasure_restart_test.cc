// An erasure is carried out whatever happens in between, and what a restore brings back goes again.
#include "hub/journal/rows.pb.h"
#include "tests/unit/core/erasure_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class ErasureRestartTest : public ErasureTest {
  protected:
    ErasureRestartTest() {
        id = placed();
        of_it = reported(id);
        others = reported(placed(other_citizen), other_citizen);
    }
    // A second later nothing of the first citizen is there, and the other's is.
    void expect_erased() {
        later(1000);
        EXPECT_EQ(read_error(of_it), ErrorCode::erased);
        EXPECT_TRUE(world.journal->read(Sequence{others}));
        EXPECT_EQ(world.vault_store.rows(journal::vault_table::citizens), 1U);
        EXPECT_EQ(world.log_store.rows(journal::log_table::cases), 1U);
        EXPECT_EQ(world.log_store.rows(journal::log_table::orders), 1U);
        EXPECT_EQ(world.log_store.rows(journal::log_table::erasures), 0U);
        EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
        EXPECT_FALSE(world.core->is_sealed());
    }
    void lose_power() {
        world.log_store.lose_power();
        world.vault_store.lose_power();
    }
    ErrorCode refused() {
        const auto opened = world.open();
        EXPECT_FALSE(opened);
        return opened ? ErrorCode::usage : opened.error().code;
    }
    contract::OrderId id = world.new_order();
    std::uint64_t of_it = 0;
    std::uint64_t others = 0;
};

TEST_F(ErasureRestartTest, WhatWasRecordedAndNotCarriedOutIsCarriedOutBeforeAnybodyIsServed) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    // The process ends right after the commit of the entry: the vault is as it was.
    const MemoryStore before = world.vault_store;
    const Bytes key = **world.vault_store.get(journal::vault_table::keys, key_of(1));
    erased();
    world.vault_store = before;
    EXPECT_EQ(world.log_store.rows(journal::log_table::erasures), 1U);
    reopen();
    expect_erased();
    EXPECT_FALSE(world.vault_store.holds_remains_of(key));
    reopen();
    expect_erased();
}

TEST_F(ErasureRestartTest, APowerCutBeforeTheKeysAreDestroyedLosesNoRecordedErasure) {
    const FrameIn act = act_frame(statement(found()));
    world.vault_store.fail_next_commit();
    const auto turn =
        world.core->turn(std::vector{act}, world.now, world.randomness, world.conditions);
    ASSERT_FALSE(turn);
    EXPECT_EQ(turn.error().code, ErrorCode::store_failed);
    ASSERT_EQ(world.log_store.rows(journal::log_table::erasures), 1U) << "it is recorded";
    lose_power();
    reopen();
    later(1000);
    expect_erased();
}

TEST_F(ErasureRestartTest, APowerCutAfterAnErasureWasToldLosesNoneOfIt) {
    erased();
    lose_power();
    EXPECT_EQ(world.vault_store.rows(journal::vault_table::citizens), 1U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::cases), 1U);
    reopen();
    later(1000);
    expect_erased();
}

TEST_F(ErasureRestartTest, APowerCutBeforeAnErasureCountsAsDoneHasItEndedAgain) {
    erased();
    // Its row holds no hashes any more, which was a commit of its own.
    world.vault_store.be_busy_at_next_scrub();
    ASSERT_TRUE(world.journal->look_after_erasures(world.now, true, world.randomness));
    world.log_store.fail_next_commit();
    const auto ended = world.journal->look_after_erasures(world.now, true, world.randomness);
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::store_failed);
    lose_power();
    EXPECT_EQ(world.log_store.rows(journal::log_table::erasures), 1U);
    const std::size_t scrubs = world.log_store.scrubs();
    reopen();
    later(1000);
    expect_erased();
    EXPECT_EQ(world.log_store.scrubs(), scrubs + 1);
}

TEST_F(ErasureRestartTest, AVaultThatWasPutBackIsErasedAgain) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const MemoryStore backup = world.vault_store;
    const Bytes key = **world.vault_store.get(journal::vault_table::keys, key_of(1));
    erased();
    later(1000);
    ASSERT_EQ(world.journal->unfinished_erasures(), 0U);
    world.vault_store = backup;
    reopen();
    expect_erased();
    EXPECT_FALSE(world.vault_store.holds_remains_of(key));
}

TEST_F(ErasureRestartTest, AVaultThatWasPutBackAndIsBusyIsScrubbedLater) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const MemoryStore backup = world.vault_store;
    const Bytes key = **world.vault_store.get(journal::vault_table::keys, key_of(1));
    erased();
    later(1000);
    world.vault_store = backup;
    world.vault_store.be_busy_at_next_scrub();
    reopen();
    later(1000);
    EXPECT_TRUE(world.vault_store.holds_remains_of(key));
    later(1000);
    EXPECT_FALSE(world.vault_store.holds_remains_of(key));
}

TEST_F(ErasureRestartTest, AVaultThatWasPutBackAndNeverFoundRestIsScrubbedAfterTheNextStart) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const MemoryStore backup = world.vault_store;
    const Bytes key = **world.vault_store.get(journal::vault_table::keys, key_of(1));
    erased();
    later(1000);
    world.vault_store = backup;
    world.vault_store.be_busy_at_next_scrub(2);
    reopen();
    later(1000);
    ASSERT_TRUE(world.vault_store.holds_remains_of(key));
    world.vault_store.be_busy_at_next_scrub(0);
    reopen();
    expect_erased();
    EXPECT_FALSE(world.vault_store.holds_remains_of(key));
}

TEST_F(ErasureRestartTest, AfterAVaultWasPutBackANumberLeadsToWhoHasComeByItSince) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const MemoryStore backup = world.vault_store;
    erased();
    later(1000);
    placed();
    const Bytes renewed = found().subject_id();
    world.vault_store = backup;
    reopen();
    EXPECT_EQ(found().subject_id(), renewed);
    EXPECT_EQ(found().orders(), 1U);
}

TEST_F(ErasureRestartTest, OnlyTheNumbersOfWhatWasRecordedAreLookedAt) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    const MemoryStore before = world.vault_store;
    erased();
    world.vault_store = before;
    // The other's makes no sense, which a look at it would tell.
    const Bytes others_hash =
        world.journal->vault().cpr_hash(*contract::CprNumber::parse(other_citizen));
    store::Batch batch;
    batch.put(journal::vault_table::citizens, others_hash, "odd");
    ASSERT_TRUE(world.vault_store.commit(batch, store::Durability::synced));
    reopen();
    EXPECT_TRUE(world.vault_store.get(journal::vault_table::citizens, others_hash)->has_value());
    expect_erased();
}

TEST_F(ErasureRestartTest, AStartDoesNotWaitForTheFilesAndTheyWaitForWhatIsErasedSince) {
    erased();
    reopen();
    EXPECT_EQ(read_error(of_it), ErrorCode::erased);
    EXPECT_EQ(world.log_store.scrubs(), 0U);
    later(900);
    erased(other_citizen);
    later(900);
    EXPECT_EQ(world.log_store.scrubs(), 0U) << "more has come within a second";
    later(1000);
    EXPECT_EQ(world.log_store.scrubs(), 1U);
    EXPECT_EQ(world.journal->unfinished_erasures(), 0U);
}

TEST_F(ErasureRestartTest, MarksThatCannotBeWrittenDoNotKeepAHubWithALogFromStarting) {
    erased();
    world.marks.fails = true;
    reopen();
    EXPECT_EQ(read_error(of_it), ErrorCode::erased);
    EXPECT_EQ(world.journal->unfinished_erasures(), 1U);
    world.marks.fails = false;
    later(1000);
    expect_erased();
}

TEST_F(ErasureRestartTest, ALogThatWasPutBackIsRefused) {
    const MemoryStore log = world.log_store;
    const MemoryStore vault = world.vault_store;
    erased();
    later(1000);
    world.log_store = log;
    world.vault_store = vault;
    const auto opened = world.open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::tampered);
    EXPECT_NE(opened.error().detail.find("the erasure marks have seen"), std::string::npos);
}

TEST_F(ErasureRestartTest, TheMarksAreKeptUpWithoutAnErasureToo) {
    const MemoryStore log = world.log_store;
    const MemoryStore vault = world.vault_store;
    reported(id);
    later(10000);
    world.log_store = log;
    world.vault_store = vault;
    EXPECT_EQ(refused(), ErrorCode::tampered);
}

TEST_F(ErasureRestartTest, WithoutMarksAHubWithEntriesDoesNotStart) {
    const auto kept = world.marks.bytes;
    world.marks.bytes.reset();
    EXPECT_EQ(refused(), ErrorCode::erasure_marks_missing);
    world.marks.bytes = kept;
    reopen();
}

TEST_F(ErasureRestartTest, LostMarksAreMadeAnewWhenSomebodySaysSo) {
    erased();
    later(1000);
    world.marks.bytes.reset();
    world.assured.erasure_marks_are_lost = true;
    reopen();
    EXPECT_TRUE(world.journal->has_made_marks_anew());
    expect_erased();
    const auto marks = *journal::decode_marks(*world.marks.bytes, world.journal->vault());
    EXPECT_TRUE(marks.erased.contains(KeySlot{1}));
    EXPECT_GT(marks.size, TreeSize{0});
    // Where there are marks, they are held against the log all the same.
    reopen();
    EXPECT_FALSE(world.journal->has_made_marks_anew());
    world.marks.bytes = "something else";
    EXPECT_EQ(refused(), ErrorCode::opening_failed);
}

TEST_F(ErasureRestartTest, ADataFolderFromBeforeErasingIsOfAnUnknownFormat) {
    journal::rows::HeadRow head;
    ASSERT_TRUE(head.ParseFromString(**world.log_store.get(journal::log_table::head, "head")));
    EXPECT_EQ(head.format_version(), 5U);
    head.set_format_version(4);
    store::Batch batch;
    batch.put(journal::log_table::head, "head", head.SerializeAsString());
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(refused(), ErrorCode::store_format_unknown);
}

TEST_F(ErasureRestartTest, ANewLogMakesItsMarksAndNoneBesideMarksThatHaveSeenALog) {
    HubWorld fresh;
    ASSERT_TRUE(fresh.open());
    EXPECT_TRUE(fresh.marks.bytes);
    // The process ended after the marks were made and before the first entry was.
    HubWorld begun;
    begun.log_store.fail_next_commit();
    ASSERT_EQ(begun.open().error().code, ErrorCode::store_failed);
    ASSERT_TRUE(begun.marks.bytes);
    EXPECT_TRUE(begun.open()) << "the marks have seen no log";
    // The log is gone, whatever became of the vault.
    later(10000);
    world.log_store = MemoryStore{std::size(journal::log_table::names)};
    EXPECT_EQ(refused(), ErrorCode::tampered);
}

TEST_F(ErasureRestartTest, MarksThatWereChangedOrAreAnotherHubsAreRefused) {
    later(10000);
    const Bytes right = *world.marks.bytes;
    Bytes changed = right;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    world.marks.bytes = changed;
    EXPECT_EQ(refused(), ErrorCode::opening_failed);
    world.marks.bytes = "something else";
    EXPECT_EQ(refused(), ErrorCode::opening_failed);
    HubWorld stranger{2};
    ASSERT_TRUE(stranger.open());
    world.marks.bytes = stranger.marks.bytes;
    EXPECT_EQ(refused(), ErrorCode::opening_failed);
    world.marks.bytes = right;
    reopen();
}

TEST_F(ErasureRestartTest, MarksOfAnotherTreeOfTheSameVaultAreRefused) {
    later(10000);
    // What a fork of this log would have left behind.
    const Bytes right = *world.marks.bytes;
    auto marks = *journal::decode_marks(right, world.journal->vault());
    ASSERT_GT(marks.size, TreeSize{0});
    marks.root[0] ^= 1;
    world.marks.bytes = journal::encode_marks(marks, world.journal->vault(), world.randomness);
    EXPECT_EQ(refused(), ErrorCode::tampered);
    world.marks.bytes = right;
    reopen();
    marks.origin = "other.example/log";
    world.marks.bytes = journal::encode_marks(marks, world.journal->vault(), world.randomness);
    EXPECT_EQ(refused(), ErrorCode::log_identity_wrong);
}

TEST_F(ErasureRestartTest, MarksThatCannotBeWrittenKeepANewLogFromBeginning) {
    HubWorld fresh;
    fresh.marks.fails = true;
    EXPECT_EQ(fresh.open().error().code, ErrorCode::file_unwritable);
    EXPECT_EQ(fresh.log_store.rows(journal::log_table::entries), 0U);
}

TEST_F(ErasureRestartTest, AKeyThatIsGoneWithoutAnErasureIsDamage) {
    ASSERT_TRUE(world.journal->upkeep(true, world.randomness));
    store::Batch batch;
    batch.erase(journal::vault_table::keys, key_of(1));
    ASSERT_TRUE(world.vault_store.commit(batch, store::Durability::synced));
    EXPECT_EQ(refused(), ErrorCode::opening_failed) << "in the block that is read at the start";
}

}  // namespace
}  // namespace jobbro::core
