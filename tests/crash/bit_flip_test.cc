// One flipped bit anywhere in the files that hold a log: told by the auditor, refused by the hub at
// its start, or in a place where nothing that is read stands.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "adapters/audit/folder_check.h"
#include "tests/support/data_folder.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::audit {
namespace {

using jobbro::testing::DataFolder;
using jobbro::testing::HubWorld;
using jobbro::testing::TemporaryFolder;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int copies = 200;

// Files that databases are read from. LOG is RocksDB's own diary, OPTIONS a note of its settings,
// IDENTITY a name nobody asks for and LOCK empty: neither hub nor auditor reads them.
bool holds_data(const std::filesystem::path& file) {
    const std::string name = file.filename().string();
    return file.extension() == ".sst" || file.extension() == ".log" ||
           name.starts_with("MANIFEST-") || name == "CURRENT";
}

std::vector<std::filesystem::path> data_files(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (each.is_regular_file() && each.file_size() > 0 && holds_data(each.path())) {
            files.push_back(std::filesystem::relative(each.path(), folder));
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

struct Flip {
    std::filesystem::path file;
    std::uint64_t byte = 0;
    unsigned bit = 0;

    [[nodiscard]] std::string text() const {
        return file.string() + ", byte " + std::to_string(byte) + ", bit " + std::to_string(bit);
    }
    void apply(const std::filesystem::path& folder) const {
        std::fstream at(folder / file, std::ios::in | std::ios::out | std::ios::binary);
        at.seekg(static_cast<std::streamoff>(byte));
        const int before = at.get();
        ASSERT_GE(before, 0);
        at.seekp(static_cast<std::streamoff>(byte));
        at.put(static_cast<char>(static_cast<unsigned>(before) ^ (1U << bit)));
    }
};

// The log: entries in table files and in write-ahead logs, in many commits.
class BitFlip : public ::testing::Test {
  protected:
    BitFlip() {
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        DataFolder folder{original()};
        for (int i = 0; i < 24; ++i) {
            submit();
            folder.take(world_);
        }
        folder.reopen();
        for (int i = 0; i < 24; ++i) {
            submit();
            folder.take(world_);
        }
    }
    void submit() {
        world_.turn({world_.submit(
            jobbro::testing::jobcentre,
            {jobbro::testing::order(world_.new_order(), world_.now, world_.randomness)})});
    }
    [[nodiscard]] std::filesystem::path original() const { return place_ / "original"; }
    [[nodiscard]] std::filesystem::path copy() const { return place_ / "copy"; }

    // What the auditor with the hub's keys says; empty: whole.
    [[nodiscard]] std::string told_by_verify(const std::filesystem::path& path) const {
        FaultList faults;
        const auto checked = [&]() -> Result<LogSummary> {
            FolderCheckOptions options;
            options.log = *evidence::NoteVerifier::parse(world_.journal->verifier_key());
            JOBBRO_TRY_ASSIGN(const auto folder,
                              LogFolder::open(path, Tail::whole,
                                              evidence::MasterKey{evidence::sha256("master")}));
            return check_folder(*folder, options, faults);
        }();
        std::string text = checked ? "" : checked.error().line() + "\n";
        for (const Fault& fault : faults.kept())
            text += line_of(fault) + "\n";
        return text;
    }
    // Why the hub does not start on it; empty: it starts.
    [[nodiscard]] static std::string refused_at_start(const std::filesystem::path& path) {
        HubWorld world;
        if (const auto loaded = load_data_folder(path, world); !loaded) {
            return loaded.error().line();
        }
        const auto opened = world.open();
        return opened ? "" : opened.error().line();
    }
    // Digest of all that cannot be made again: entries, checkpoints, tiles and keys.
    [[nodiscard]] static evidence::Digest evidence_in(const std::filesystem::path& path) {
        evidence::RunningDigest digest;
        const auto add = [&](const char* database, std::string_view table) {
            const auto opened = Database::open(path / database, Tail::whole);
            if (!opened) return;
            auto rows = (*opened)->rows(table);
            for (rows.seek({}); rows.is_on_row(); rows.next()) {
                digest.add(rows.key());
                digest.add(rows.value());
            }
        };
        for (const std::string_view table : {table_entries, table_commits, table_tiles})
            add("log", table);
        add("vault", "keys");
        return digest.finish();
    }

    void copy_with(const Flip& flip) const {
        std::filesystem::remove_all(copy());
        std::filesystem::copy(original(), copy(), std::filesystem::copy_options::recursive);
        flip.apply(copy());
    }

    TemporaryFolder place_;
    HubWorld world_;
};

// Where the type of each record stands in a file of RocksDB's log format: blocks of 32 KiB with
// records of checksum (4), length (2, little-endian), type (1) and payload.
std::vector<std::uint64_t> record_types(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>{in}, {}};
    constexpr std::size_t block = 32 * 1024;
    constexpr std::size_t header = 7;
    std::vector<std::uint64_t> places;
    std::size_t at = 0;
    while (at + header <= bytes.size()) {
        if (block - at % block < header) {
            at += block - at % block;
            continue;
        }
        places.push_back(at + 6);
        at += header + static_cast<std::uint8_t>(bytes[at + 4]) +
              256U * static_cast<std::uint8_t>(bytes[at + 5]);
    }
    return places;
}

TEST_F(BitFlip, OneFlippedBitIsToldRefusedOrWhereNothingStands) {
    const char* const given = std::getenv("JOBBRO_SEED");  // others than the usual
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    SeededRandomness random{seed};
    ASSERT_EQ(told_by_verify(original()), "");
    ASSERT_GE(world_.journal->size().value(), 50U);
    const evidence::Digest whole = evidence_in(original());
    const auto files = data_files(original());
    ASSERT_GT(files.size(), 8U);
    int told = 0;
    int refused = 0;
    std::map<std::string, int> nowhere;
    for (int i = 0; i < copies; ++i) {
        Flip flip{files[random.below(files.size())], 0, static_cast<unsigned>(random.below(8))};
        flip.byte = random.below(std::filesystem::file_size(original() / flip.file));
        SCOPED_TRACE(flip.text());
        copy_with(flip);
        if (const std::string text = told_by_verify(copy()); !text.empty()) {
            EXPECT_THAT(text,
                        AnyOf(HasSubstr("entry "), HasSubstr("table "), HasSubstr(copy().string())))
                << "names no entry, table or file";
            ++told;
            continue;
        }
        const evidence::Digest found = evidence_in(copy());
        if (!refused_at_start(copy()).empty()) {
            ++refused;
            continue;
        }
        EXPECT_EQ(found, whole) << "changed what is read, and nobody said so";
        ++nowhere[flip.file.extension().empty() ? flip.file.filename().string()
                                                : flip.file.extension().string()];
    }
    std::printf("%d told by verify, %d refused at start", told, refused);
    for (const auto& [kind, count] : nowhere)
        std::printf(", %d in %s where nothing stands", count, kind.c_str());
    std::printf("\n");
    EXPECT_GT(told, copies / 2);
}

// RocksDB takes a record of a type it reuses files with for the end of the file, and says nothing.
TEST_F(BitFlip, AFileThatSeemsToEndEarlyIsToldOrLosesNoEvidence) {
    const evidence::Digest whole = evidence_in(original());
    for (const auto& file : data_files(original())) {
        if (file.extension() == ".sst" || file.filename() == "CURRENT") continue;
        for (const std::uint64_t place : record_types(original() / file)) {
            const Flip flip{file, place, 2};
            SCOPED_TRACE(flip.text());
            copy_with(flip);
            if (!told_by_verify(copy()).empty()) continue;
            const evidence::Digest found = evidence_in(copy());
            if (refused_at_start(copy()).empty()) {
                EXPECT_EQ(found, whole) << "changed what is read, and nobody said so";
            }
        }
    }
}

}  // namespace
}  // namespace jobbro::audit
