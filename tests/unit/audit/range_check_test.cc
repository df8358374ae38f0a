#include "adapters/audit/range_check.h"

#include <gmock/gmock.h>

#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::uint64_t size = 300;

struct Checked {
    std::vector<std::string> faults;
    RangeSummary summary;
};

// Entries `first` to `last` held to the log's checkpoint of all entries, as `signed_size` says.
Checked check(const MadeUpLog& log, std::uint64_t first, std::uint64_t last,
              std::uint64_t signed_size = size, std::uint64_t named = 1,
              const std::vector<evidence::Checkpoint>& kept = {}) {
    FaultList faults;
    const evidence::Checkpoint tree{made_up_origin, TreeSize{signed_size},
                                    MadeUpLog{size}.root(signed_size)};
    RangeCheck range{log.verifier(), tree, log.all_tiles(), Sequence{first}, faults};
    for (const evidence::Checkpoint& each : kept)
        range.take_known(each);
    range.take_opening(log.entries.at(0), log.hub_keys_of(0));
    range.take_named(Sequence{named}, log.entries.at(named), log.hub_keys_of(named));
    for (auto at = log.entries.find(first); at != log.entries.end() && at->first <= last; ++at)
        range.take_entry(Sequence{at->first}, at->second, {});
    for (auto at = log.commits.upper_bound(first); at != log.commits.end() && at->first <= last + 1;
         ++at)
        range.take_checkpoint(TreeSize{at->first}, at->second);
    Checked checked;
    checked.summary = range.finish(Sequence{last + 1});
    for (const Fault& fault : faults.kept())
        checked.faults.push_back(line_of(fault));
    return checked;
}

TEST(RangeCheck, FindsNothingWrongWithWholeRanges) {
    const MadeUpLog log{size};
    for (const auto& [first, last] :
         std::vector<std::pair<std::uint64_t, std::uint64_t>>{{2, 2}, {200, 299}, {256, 280}}) {
        SCOPED_TRACE(first);
        const Checked checked = check(log, first, last);
        EXPECT_THAT(checked.faults, IsEmpty());
        EXPECT_EQ(checked.summary.entries.entries, last - first + 1);
        EXPECT_EQ(checked.summary.entries.verified, last - first + 1);
    }
    EXPECT_EQ(check(log, 2, 10).summary.checkpoints, 3U);
}

TEST(RangeCheck, AChangedEntryOrAChangedTileIsNamed) {
    MadeUpLog log{size};
    log.entries.at(100).back() ^= 1;
    EXPECT_THAT(check(log, 90, 110).faults,
                ElementsAre("entry 100: it is not the entry whose hash stands in the tree"));
    EXPECT_THAT(check(log, 101, 110).faults, IsEmpty()) << "what is not looked at is not seen";
    MadeUpLog other{size};
    other.tiles.at({0, 0})[3][0] ^= 1;
    EXPECT_THAT(check(other, 90, 110).faults,
                Contains(StartsWith("entry 0: tile 0 of level 0, from this entry on, is not in the "
                                    "tree of the checkpoint")));
}

TEST(RangeCheck, AMissingEntryIsNamedAlsoAtTheEnd) {
    MadeUpLog log{size};
    log.entries.erase(100);
    EXPECT_THAT(check(log, 90, 110).faults, ElementsAre("entry 100: it is missing"));
    log.entries.erase(299);
    EXPECT_THAT(check(log, 200, 299, 256).faults, Contains("entry 299: it is missing"));
}

TEST(RangeCheck, AnEntryBehindTheCheckpointIsCoveredByNone) {
    const MadeUpLog log{size};
    EXPECT_THAT(check(log, 255, 257, 257).faults, Contains("entry 257: no checkpoint covers it"));
}

TEST(RangeCheck, ACheckpointOfTheRangeMustBeOfThisTree) {
    MadeUpLog log{size};
    log.commits.at(101) = made_up_note(made_up_origin, 101, log.root(100), "log");
    EXPECT_THAT(check(log, 90, 110).faults,
                ElementsAre("entry 100: checkpoint 101: its root is not that of the tiles"));
    log.commits.at(101) = made_up_note(made_up_origin, 101, log.root(101), "another key");
    EXPECT_THAT(check(log, 90, 110).faults, ElementsAre(StartsWith("entry 100: checkpoint 101: ")));
}

TEST(RangeCheck, StatementsAreHeldToTheTreeToo) {
    MadeUpLog log{size};
    log.entries.at(1).back() ^= 1;
    const auto faults = check(log, 90, 92).faults;
    EXPECT_THAT(faults, ElementsAre("entry 1: it is not the entry whose hash stands in the tree"))
        << "once, however many name it";
    EXPECT_EQ(check(log, 90, 92).summary.entries.unknown, 3U);
}

TEST(RangeCheck, AnEntryThatNamesAnInnocentOneForItsKeyIsItselfAtFault) {
    const MadeUpLog log{size};
    EXPECT_THAT(check(log, 90, 90, size, 50).faults,
                ElementsAre("entry 90: nothing in the registry binds a key to provider:99104007"))
        << "an entry of a party";
    MadeUpLog other{size};
    MadeUpEntry entry{.sequence = 50, .body = ""};
    entry.index.set_kind(v1::MESSAGE_KIND_READING);
    other.entries.at(50) = made_up_entry(entry);
    FaultList faults;
    const evidence::Checkpoint tree{made_up_origin, TreeSize{size}, other.root(size)};
    other.sign_again();
    RangeCheck range{other.verifier(), tree, other.all_tiles(), Sequence{90}, faults};
    range.take_opening(other.entries.at(0), other.keys_of(0));
    range.take_named(Sequence{50}, other.entries.at(50), other.keys_of(50));
    EXPECT_TRUE(faults.empty()) << "a reading";
    range.take_entry(Sequence{90}, other.entries.at(90), {});
    ASSERT_EQ(faults.kept().size(), 1U);
    EXPECT_EQ(faults.kept()[0].sequence, 90U);
}

TEST(RangeCheck, ARegistryEntryWithoutAKeyIsToldOnceWhereItIsNamed) {
    MadeUpLog log{size};
    log.kept_back = {1};
    const Checked checked = check(log, 90, 99);
    EXPECT_THAT(checked.faults, ElementsAre("entry 90: it names entry 1 for its sender's key, "
                                            "which cannot be opened"));
    EXPECT_EQ(checked.summary.entries.unknown, 10U);
}

TEST(RangeCheck, ItsTreeMustHaveGrownFromAKeptCheckpoint) {
    const MadeUpLog log{size};
    const auto kept = [&](std::uint64_t of, std::uint64_t root_of) {
        return evidence::Checkpoint{made_up_origin, TreeSize{of}, log.root(root_of)};
    };
    const Checked whole = check(log, 90, 92, size, 1, {kept(0, 0), kept(256, 256), kept(300, 300)});
    EXPECT_THAT(whole.faults, IsEmpty());
    EXPECT_EQ(whole.summary.known_checkpoints, 3U);
    EXPECT_THAT(check(log, 90, 92, size, 1, {kept(11, 10)}).faults,
                ElementsAre(StartsWith("entry 10: the log is not proved to be the one of the "
                                       "checkpoint that was kept for 11 entries")));
    EXPECT_THAT(check(log, 90, 92, 256, 1, {kept(300, 300)}).faults,
                ElementsAre(StartsWith("entry 255: the log was longer once")));
}

}  // namespace
}  // namespace jobbro::audit
