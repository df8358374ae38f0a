// Logs that the hub's own code wrote, in real databases.
#include "adapters/audit/folder_check.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "adapters/audit/tile_files.h"
#include "hub/journal/tables.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/data_folder.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::audit {
namespace {

using jobbro::testing::DataFolder;
using jobbro::testing::HubWorld;
using jobbro::testing::TemporaryFolder;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace log_table = journal::log_table;

class FolderCheck : public ::testing::Test {
  protected:
    FolderCheck() {
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        submit(10);
        folder_.take(world_);
        folder_.reopen();
        submit(10);
        folder_.take(world_);
    }

    // As many orders in one submit each.
    void submit(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            world_.turn({world_.submit(
                jobbro::testing::jobcentre,
                {jobbro::testing::order(world_.new_order(), world_.now, world_.randomness)})});
        }
    }

    [[nodiscard]] evidence::NoteVerifier verifier() const {
        return *evidence::NoteVerifier::parse(world_.journal->verifier_key());
    }
    static evidence::MasterKey master() { return evidence::MasterKey{evidence::sha256("master")}; }

    struct Checked {
        Result<LogSummary> summary{ErrorCode::store_failed};
        std::vector<std::string> faults;
    };
    Checked check(FolderCheckOptions options, bool with_keys = true) {
        folder_.close();
        Checked checked;
        options.log = verifier();
        const auto folder = LogFolder::open(folder_.path(), Tail::whole,
                                            with_keys ? std::optional{master()} : std::nullopt);
        if (!folder) {
            checked.summary = folder.error();
            return checked;
        }
        FaultList faults;
        checked.summary = check_folder(**folder, options, faults);
        for (const Fault& fault : faults.kept())
            checked.faults.push_back(line_of(fault));
        return checked;
    }

    void put(store::Table table, BytesView key, BytesView value) {
        store::Batch batch;
        batch.put(table, key, value);
        ASSERT_TRUE(folder_.log().commit(batch, store::Durability::synced));
    }
    void erase(store::Table table, BytesView key) {
        store::Batch batch;
        batch.erase(table, key);
        ASSERT_TRUE(folder_.log().commit(batch, store::Durability::synced));
    }
    // What the controller states and the operator hands in: the citizen of all orders is erased.
    v1::CitizenActed erase_citizen() {
        v1::ClientFrame find;
        find.mutable_find_subject()->set_cpr_number(jobbro::testing::citizen);
        find.mutable_find_subject()->set_ground("asked for");
        const auto found = only_frame(std::move(find), v1::HubFrame::kSubjectFound).subject_found();
        v1::CitizenStatement statement;
        statement.set_origin(world_.journal->origin());
        statement.set_subject_id(found.subject_id());
        statement.set_preceding(found.preceding());
        statement.set_signer(jobbro::testing::controller);
        statement.mutable_signed_at()->set_seconds(world_.now.microseconds / 1000000);
        statement.set_ground("asked for");
        v1::EraseCitizen& erase = *statement.mutable_erase();
        erase.set_orders(found.orders());
        erase.set_last_sequence_plus_one(found.last_sequence_plus_one());
        erase.set_even_running(true);
        v1::ClientFrame frame;
        v1::ActOnCitizen& act = *frame.mutable_act_on_citizen();
        act.set_statement(statement.SerializeAsString());
        act.set_signature(
            Bytes{view(evidence::sign(world_.keys(jobbro::testing::controller).signing,
                                      evidence::citizen_statement_text(act.statement())))});
        return only_frame(std::move(frame), v1::HubFrame::kCitizenActed).citizen_acted();
    }
    v1::HubFrame only_frame(v1::ClientFrame frame, v1::HubFrame::KindCase kind) {
        const auto turn =
            world_.turn({world_.frame(jobbro::testing::operator_party, std::move(frame))});
        const auto frames = jobbro::testing::frames_to(turn, jobbro::testing::operator_party, kind);
        EXPECT_EQ(frames.size(), 1U);
        return frames.empty() ? v1::HubFrame{} : frames[0];
    }
    // The vault's key of an order.
    [[nodiscard]] Bytes data_key_row(std::uint64_t slot) {
        return **folder_.vault().get(journal::vault_table::keys, key_of(slot));
    }
    [[nodiscard]] std::uint64_t size() const { return world_.journal->size().value(); }

    TemporaryFolder place_;
    HubWorld world_;
    DataFolder folder_{place_ / "data"};
};

TEST_F(FolderCheck, AWholeLogVerifiesWithEverySignature) {
    const Checked checked = check({});
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->size.value(), size());
    EXPECT_EQ(checked.summary->entries.submitted, 20U);
    EXPECT_EQ(checked.summary->entries.verified, 20U);
    EXPECT_GE(checked.summary->entries.statements, 3U);
    EXPECT_EQ(checked.summary->last_checkpoint, world_.journal->checkpoint());
}

TEST_F(FolderCheck, WithoutKeysItCountsWhatItCouldNotVerify) {
    Checked checked = check({}, false);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->entries.unknown, 20U);
    FolderCheckOptions options;
    options.parties.emplace(
        jobbro::testing::jobcentre,
        evidence::verifying_key(world_.keys(jobbro::testing::jobcentre).signing));
    checked = check(options, false);
    ASSERT_TRUE(checked.summary.has_value());
    EXPECT_EQ(checked.summary->entries.verified, 20U);
    std::filesystem::remove_all(folder_.path() / "vault");
    checked = check({}, false);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_EQ(check({}).summary.error().code, ErrorCode::file_unreadable) << "no vault to open";
}

TEST_F(FolderCheck, NothingInTheFolderIsChanged) {
    folder_.close();
    const auto contents = [&] {
        std::map<std::string, std::pair<std::uintmax_t, std::filesystem::file_time_type>> files;
        for (const auto& each : std::filesystem::recursive_directory_iterator(folder_.path())) {
            if (!each.is_regular_file()) continue;
            files[each.path().string()] = {each.file_size(), each.last_write_time()};
        }
        return files;
    };
    const auto before = contents();
    EXPECT_TRUE(check({}).summary.has_value());
    EXPECT_EQ(contents(), before);
}

TEST_F(FolderCheck, AnotherMasterKeyOrNoFolderIsRefused) {
    folder_.close();
    const auto other =
        LogFolder::open(folder_.path(), Tail::whole, evidence::MasterKey{evidence::sha256("x")});
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, ErrorCode::opening_failed);
    const auto none = LogFolder::open(place_ / "nothing", Tail::whole, std::nullopt);
    ASSERT_FALSE(none.has_value());
    EXPECT_EQ(none.error().code, ErrorCode::file_unreadable);
}

TEST_F(FolderCheck, AFolderThatAProcessHasOpenIsRefused) {
    folder_.close();
    int ready[2] = {};
    int done[2] = {};
    ASSERT_EQ(pipe(ready), 0);
    ASSERT_EQ(pipe(done), 0);
    const pid_t child = fork();
    if (child == 0) {
        // As RocksDB locks it.
        struct flock lock {};
        lock.l_type = F_WRLCK;
        const int file = ::open((folder_.path() / "log" / "LOCK").c_str(), O_RDWR);
        char byte = fcntl(file, F_SETLK, &lock) == 0 ? 'y' : 'n';
        if (::write(ready[1], &byte, 1) != 1 || ::read(done[0], &byte, 1) < 0) _exit(1);
        _exit(0);
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    ASSERT_EQ(byte, 'y');
    const auto locked = LogFolder::open(folder_.path(), Tail::whole, std::nullopt);
    ASSERT_EQ(::write(done[1], &byte, 1), 1);
    ASSERT_EQ(waitpid(child, nullptr, 0), child);
    ASSERT_FALSE(locked.has_value());
    EXPECT_EQ(locked.error().code, ErrorCode::data_folder_locked);
    EXPECT_THAT(locked.error().detail, HasSubstr(std::to_string(child)));
}

TEST_F(FolderCheck, AnEntryThatWasChangedInTheDatabaseIsNamed) {
    Bytes entry = **folder_.log().get(log_table::entries, key_of(5));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    put(log_table::entries, key_of(5), entry);
    EXPECT_THAT(check({}).faults, Contains(StartsWith("entry 5: it is not the entry that "
                                                      "checkpoint 6 signs")));
}

TEST_F(FolderCheck, AnEntryOrACheckpointThatWasTakenOutIsNamed) {
    erase(log_table::entries, key_of(size() - 1));
    EXPECT_THAT(check({}).faults,
                Contains(HasSubstr("the log is signed for " + std::to_string(size()))));
    folder_.reopen();
    erase(log_table::commits, key_of(size()));
    EXPECT_THAT(check({}).faults, ElementsAre(HasSubstr("the vault has seen " +
                                                        std::to_string(size()) + " entries")));
}

TEST_F(FolderCheck, KeysOfRowsThatAreNoneAreTampering) {
    put(log_table::commits, "nonsense key", "x");
    EXPECT_EQ(check({}).summary.error().code, ErrorCode::tampered);
}

TEST_F(FolderCheck, AnErasedCitizensEntriesVerifyByTheirHash) {
    const Bytes key = data_key_row(1);
    const v1::CitizenActed acted = erase_citizen();
    EXPECT_GE(acted.entries(), 20U);
    folder_.take(world_);
    FolderCheckOptions options;
    Checked checked = check(options);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->entries.erased, acted.entries());
    EXPECT_EQ(checked.summary->entries.verified, 20U);
    options.last = Sequence{acted.sequence() - 1};
    checked = check(options);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->entries.erased, acted.entries());

    folder_.reopen();
    store::Batch batch;
    batch.put(journal::vault_table::keys, key_of(1), key);
    ASSERT_TRUE(folder_.vault().commit(batch, store::Durability::synced));
    EXPECT_THAT(check({}).faults,
                ElementsAre("entry " + std::to_string(acted.sequence()) +
                            ": erased and yet readable: 1 of " + std::to_string(acted.orders()) +
                            " data keys are still there"));
}

TEST_F(FolderCheck, ADataKeyThatIsGoneAndWasNotErasedIsNamed) {
    store::Batch batch;
    batch.erase(journal::vault_table::keys, key_of(1));
    ASSERT_TRUE(folder_.vault().commit(batch, store::Durability::synced));
    const Checked checked = check({});
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults,
                ElementsAre(HasSubstr(": its data key is gone, and no erasure names it")));
    EXPECT_EQ(checked.summary->entries.erased, 0U);
}

TEST_F(FolderCheck, ARangeIsHeldToTheLatestCheckpoint) {
    FolderCheckOptions options;
    options.first = Sequence{size() - 12};
    options.last = Sequence{size() - 3};
    Checked checked = check(options);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, IsEmpty());
    EXPECT_EQ(checked.summary->entries.entries, 10U);
    EXPECT_EQ(checked.summary->entries.verified, 10U);
    EXPECT_EQ(checked.summary->checkpoints, 10U);
    options.first = Sequence{1000};
    checked = check(options);
    ASSERT_FALSE(checked.summary.has_value());
    EXPECT_EQ(checked.summary.error().code, ErrorCode::entry_unknown);
    folder_.reopen();
    Bytes entry = **folder_.log().get(log_table::entries, key_of(size() - 5));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    put(log_table::entries, key_of(size() - 5), entry);
    options.first = Sequence{size() - 12};
    EXPECT_FALSE(check(options).faults.empty());
}

TEST_F(FolderCheck, ARangeGoesOnPastAnEntryThatNamesWhatIsNotThere) {
    // An order's entry that says it is another one, and that a later one than there is binds its
    // sender's key.
    const std::uint64_t at = size() - 5;
    Bytes entry = **folder_.log().get(log_table::entries, key_of(at));
    entry.replace(2, 8, key_of(1ULL << 40U));
    const std::size_t sender_bytes = static_cast<std::uint8_t>(entry[158]);
    entry.replace(159 + sender_bytes, 8, key_of(1ULL << 39U));
    put(log_table::entries, key_of(at), entry);
    FolderCheckOptions options;
    options.first = Sequence{size() - 12};
    const Checked checked = check(options);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, Contains(StartsWith("entry " + std::to_string(at) +
                                                    ": the entry says its sequence is")));
    EXPECT_EQ(checked.summary->entries.entries, 12U);
}

TEST_F(FolderCheck, ARangeGoesOnWhenTheRegistryEntryItNeedsIsGone) {
    const Bytes last = **folder_.log().get(log_table::entries, key_of(size() - 1));
    const std::uint64_t binding = read_entry(last)->submitted->registry_entry.value();
    erase(log_table::entries, key_of(binding));
    FolderCheckOptions options;
    options.first = Sequence{size() - 1};
    const Checked checked = check(options);
    ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
    EXPECT_THAT(checked.faults, Contains(StartsWith("entry " + std::to_string(size() - 1) +
                                                    ": the registry entry that it names cannot be "
                                                    "had: entry " +
                                                    std::to_string(binding) + ": it is missing")));
    EXPECT_EQ(checked.summary->entries.unknown, 1U);
}

TEST_F(FolderCheck, WhatIsKnownFromElsewhereIsHeldToTheFolder) {
    FolderCheckOptions options;
    options.controllers.emplace(
        jobbro::testing::controller,
        evidence::verifying_key(world_.keys(jobbro::testing::controller).signing));
    options.checkpoints.push_back(
        *evidence::open_checkpoint(world_.journal->checkpoint(), verifier()));
    for (const bool is_range : {false, true}) {
        if (is_range) options.first = Sequence{size() - 3};
        const Checked checked = check(options);
        ASSERT_TRUE(checked.summary.has_value()) << checked.summary.error().line();
        EXPECT_THAT(checked.faults, IsEmpty());
        EXPECT_EQ(checked.summary->controllers.size(), 1U);
        EXPECT_EQ(checked.summary->known_checkpoints, 1U);
    }
    options.controllers.begin()->second = {};
    options.checkpoints[0].root[0] ^= 1;
    for (const bool is_range : {true, false}) {
        if (!is_range) options.first = std::nullopt;
        const Checked checked = check(options);
        EXPECT_THAT(checked.faults, Contains(StartsWith("entry 0: it names another key of ")));
        EXPECT_THAT(checked.faults, Contains(HasSubstr("checkpoint that was kept for ")));
    }
}

TEST_F(FolderCheck, TilesAreWrittenAsOthersReadThem) {
    folder_.close();
    const auto folder = LogFolder::open(folder_.path(), Tail::whole, std::nullopt);
    ASSERT_TRUE(folder.has_value());
    const auto out = place_ / "tiles";
    const auto written = write_tiles(**folder, verifier(), out, {});
    ASSERT_TRUE(written.has_value()) << written.error().line();
    const auto read = [&](const std::string& name) {
        std::ifstream file(out / name, std::ios::binary);
        return Bytes{std::istreambuf_iterator<char>{file}, {}};
    };
    EXPECT_EQ(read("checkpoint"), world_.journal->checkpoint());
    const std::string width = std::to_string(size());
    const auto hashes = hashes_of(read("tile/0/000.p/" + width));
    ASSERT_TRUE(hashes.has_value());
    EXPECT_EQ(evidence::root_of(*hashes), written->root);
    const Bytes bundle = read("tile/entries/000.p/" + width);
    const auto entries = evidence::entries_of_bundle(bundle);
    ASSERT_TRUE(entries.has_value());
    ASSERT_EQ(entries->size(), size());
    EXPECT_EQ(evidence::leaf_hash((*entries)[3]), (*hashes)[3]);
    const auto again = write_tiles(**folder, verifier(), out, {});
    ASSERT_FALSE(again.has_value());
    EXPECT_EQ(again.error().code, ErrorCode::file_unwritable) << "never over what is there";
}

TEST_F(FolderCheck, TilesOfEntriesThatAreNotTheCheckpointsHaveNoCheckpoint) {
    Bytes entry = **folder_.log().get(log_table::entries, key_of(5));
    entry.back() = static_cast<char>(entry.back() ^ 1);
    put(log_table::entries, key_of(5), entry);
    folder_.close();
    const auto folder = LogFolder::open(folder_.path(), Tail::whole, std::nullopt);
    ASSERT_TRUE(folder.has_value());
    const auto written = write_tiles(**folder, verifier(), place_ / "tiles", {});
    ASSERT_FALSE(written.has_value());
    EXPECT_EQ(written.error().code, ErrorCode::tampered);
    EXPECT_FALSE(std::filesystem::exists(place_ / "tiles" / "checkpoint"));
}

TEST_F(FolderCheck, ATornTailIsDroppedOnlyWhenAskedTo) {
    folder_.close();
    std::filesystem::path last;
    for (const auto& each : std::filesystem::directory_iterator(folder_.path() / "log")) {
        if (each.path().extension() == ".log" && each.file_size() > 0) last = each.path();
    }
    ASSERT_FALSE(last.empty());
    std::filesystem::resize_file(last, std::filesystem::file_size(last) - 3);
    const auto whole = LogFolder::open(folder_.path(), Tail::whole, std::nullopt);
    ASSERT_FALSE(whole.has_value());
    EXPECT_EQ(whole.error().code, ErrorCode::tampered);
    EXPECT_THAT(whole.error().detail, HasSubstr(last.filename().string()));
    const auto torn = LogFolder::open(folder_.path(), Tail::may_tear, std::nullopt);
    EXPECT_TRUE(torn.has_value());
}

}  // namespace
}  // namespace jobbro::audit
