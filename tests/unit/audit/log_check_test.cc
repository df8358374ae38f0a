#include "adapters/audit/log_check.h"

#include <gmock/gmock.h>

#include "proto/base/limits.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr std::size_t with_a_tile = 300;  // entries; the first 256 stand in a stored tile

TEST(LogCheck, FindsNothingWrongWithAWholeLog) {
    const MadeUpLog log{with_a_tile};
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(), IsEmpty());
    EXPECT_EQ(summary.size, TreeSize{with_a_tile});
    EXPECT_EQ(summary.root, log.root(with_a_tile));
    EXPECT_EQ(summary.entries.entries, with_a_tile);
    EXPECT_EQ(summary.entries.submitted, with_a_tile - 2);
    EXPECT_EQ(summary.entries.verified, with_a_tile - 2);
    EXPECT_EQ(summary.entries.unknown, 0U);
    EXPECT_EQ(summary.entries.statements, 2U);
    EXPECT_EQ(summary.checkpoints, log.commits.size());
    EXPECT_EQ(summary.tiles, 1U);
    EXPECT_EQ(summary.last_checkpoint, log.commits.at(with_a_tile));
}

TEST(LogCheck, WithoutKeysItSaysHowManySignaturesItCouldNotVerify) {
    MadeUpLog log{20};
    log.gives_keys = false;
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(summary.entries.verified, 0U);
    EXPECT_EQ(summary.entries.unknown, 18U);
    EXPECT_EQ(summary.entries.opened, 0U);

    LogCheck check{log.verifier(), log.stored_tiles(), faults};
    check.know_party(made_up_provider, evidence::verifying_key(MadeUpLog::key(made_up_provider)));
    for (const auto& [sequence, bytes] : log.entries) {
        check.announce(Sequence{sequence});
        check.take_entry(Sequence{sequence}, bytes, {});
    }
    check.take_checkpoint(TreeSize{20}, log.commits.at(20));
    EXPECT_EQ(check.finish().entries.verified, 18U);
    EXPECT_TRUE(faults.empty());
}

TEST(LogCheck, AChangedEntryIsNamedByItsTileAndTheCheckGoesOn) {
    MadeUpLog log{with_a_tile};
    log.entries.at(17).back() ^= 1;
    log.entries.at(99).back() ^= 1;
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 17: it is not the entry whose hash stands in the tree",
                            "entry 99: it is not the entry whose hash stands in the tree"));
}

TEST(LogCheck, AChangedHashInATileIsToldFromAChangedEntry) {
    MadeUpLog log{with_a_tile};
    log.tiles.at({0, 0})[17][5] ^= 1;
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 17: tile 0 of level 0: its hash 17 is not that of the entry, "
                            "and the checkpoint agrees with the entry"));
}

TEST(LogCheck, WithoutATileAChangedEntryIsNarrowedDownByCheckpoints) {
    MadeUpLog log{20};
    log.entries.at(1).back() ^= 1;  // committed by itself
    EXPECT_THAT(log.faults(),
                Contains("entry 1: it is not the entry that checkpoint 2 signs; what comes after "
                         "cannot be held to the tree"));
    MadeUpLog other{20};
    other.entries.at(6).back() ^= 1;
    EXPECT_THAT(other.faults(),
                ElementsAre("entry 7: checkpoint 8: its root is not that of the entries; one of "
                            "entries 5 to 7 was changed; what comes after cannot be held to the "
                            "tree"));
}

TEST(LogCheck, AMissingEntryIsNamed) {
    MadeUpLog log{with_a_tile};
    log.entries.erase(40);
    log.entries.erase(50);
    log.entries.erase(51);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 40: it is missing", "entry 50: entries 50 to 51 are missing"));
    MadeUpLog edge{20};
    edge.entries.erase(10);
    EXPECT_THAT(edge.faults(), ElementsAre("entry 10: it is missing"));
}

TEST(LogCheck, AGapThatNobodyCouldFillEnds) {
    MadeUpLog log{20};
    FaultList faults;
    LogCheck check{log.verifier(), log.stored_tiles(), faults};
    check.announce(Sequence{1ULL << 60U});
    check.take_entry(Sequence{1ULL << 60U}, log.entries.at(5), {});
    check.finish();
    ASSERT_FALSE(faults.empty());
    EXPECT_THAT(line_of(faults.kept()[0]), HasSubstr("are missing"));
}

TEST(LogCheck, ATruncatedLogIsToldByItsCheckpoints) {
    MadeUpLog log{20};
    log.entries.erase(19);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 19: checkpoint 20: the log is signed for 20 entries and has 19",
                            "entry 18: no checkpoint covers entries 17 to 18"));
}

TEST(LogCheck, AnEntryAddedBehindTheLastCheckpointIsCoveredByNone) {
    MadeUpLog log{20};
    log.commits.erase(20);
    EXPECT_THAT(log.faults(), ElementsAre("entry 19: no checkpoint covers entries 17 to 19"));
}

TEST(LogCheck, TwoEntriesInEachOthersPlaceAreNamed) {
    MadeUpLog log{with_a_tile};
    std::swap(log.entries.at(30), log.entries.at(31));
    EXPECT_THAT(log.faults(), Contains("entry 30: the entry says its sequence is 31"));
    EXPECT_THAT(log.faults(),
                Contains("entry 31: it is not the entry whose hash stands in the tree"));
}

TEST(LogCheck, TimeThatGoesBackIsAFaultWhoeverSignsIt) {
    MadeUpLog log{20};
    MadeUpEntry entry{.sequence = 12, .recorded_us = 5, .body = ""};
    entry.index.set_kind(v1::MESSAGE_KIND_READING);
    log.entries.at(12) = made_up_entry(entry);
    log.sign_again();
    EXPECT_THAT(log.faults(), ElementsAre("entry 12: it is recorded before the entry before it"));
}

TEST(LogCheck, BytesThatAreNoEntryAreAFaultWhoeverSignsThem) {
    MadeUpLog log{20};
    log.entries.at(12) = "nothing";
    log.sign_again();
    EXPECT_THAT(log.faults(), ElementsAre("entry 12: its version is 110, not 1"));
}

TEST(LogCheck, ASubmitThatItsSenderDidNotSignIsNamed) {
    MadeUpLog log{5};
    log.add_submit(3, 1, "somebody else");
    log.add_submit(1);
    EXPECT_THAT(log.faults(), ElementsAre("entry 5: provider:99104007 did not sign this submit",
                                          "entry 6: provider:99104007 did not sign this submit",
                                          "entry 7: provider:99104007 did not sign this submit"));
}

TEST(LogCheck, AnEnvelopeThatWasNotInTheSubmitIsNamed) {
    MadeUpLog log{5};
    const std::size_t digest_at = 34;
    log.entries.at(3)[digest_at] ^= 1;
    log.sign_again();
    EXPECT_THAT(log.faults(), ElementsAre("entry 3: provider:99104007 did not sign this submit"));
}

TEST(LogCheck, ASubmitMustNameTheEntryThatBindsItsSendersKey) {
    MadeUpLog log{5};
    log.add_submit(1, 0);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 5: entry 0 does not hold the key of provider:99104007"));
    MadeUpLog without{1};
    without.add_submit(1, 0);
    EXPECT_THAT(without.faults(), ElementsAre("entry 1: nothing in the registry binds a key to "
                                              "provider:99104007"));
}

TEST(LogCheck, WhatADisabledPartySubmitsIsAFaultUntilItIsGrantedAnew) {
    MadeUpLog log{5};
    v1::RegistryStatement disabling = log.grant(made_up_provider);
    disabling.set_preceding(2);
    disabling.mutable_disabling();
    log.add_statement(disabling, made_up_controller);
    log.add_submit(1);
    v1::RegistryStatement again = log.grant(made_up_provider);
    again.set_preceding(6);
    log.add_statement(again, made_up_controller);
    log.add_submit(1);
    EXPECT_THAT(log.faults(), ElementsAre("entry 6: provider:99104007 was disabled by entry 5"));
}

TEST(LogCheck, AStatementThatItsControllerDidNotSignIsNamed) {
    MadeUpLog log{5};
    log.add_statement(log.grant("provider:99326018"), "the hub's operator");
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 5: the statement is not signed by controller:demo"));
}

TEST(LogCheck, EveryRuleOfAStatementIsHeldTo) {
    const auto fault_of = [](const std::function<void(v1::RegistryStatement&)>& change,
                             const std::string& key_of = made_up_controller) {
        MadeUpLog log{5};
        v1::RegistryStatement statement = log.grant("provider:99326018");
        change(statement);
        log.add_statement(statement, key_of);
        const auto faults = log.faults();
        return faults.size() == 1 ? faults[0] : std::to_string(faults.size()) + " faults";
    };
    EXPECT_EQ(fault_of([](auto&) {}), "0 faults");
    EXPECT_EQ(fault_of([](auto& s) { s.set_origin("other.test/log"); }),
              "entry 5: the statement is for another log");
    EXPECT_EQ(fault_of([](auto& s) { s.set_party("\x1b[2J"); }),
              "entry 5: the statement is about no party");
    EXPECT_EQ(fault_of([](auto& s) { s.set_signer("\x1b[2J"); }),
              "entry 5: the statement is by somebody whose name is no party id, who may state "
              "nothing");
    EXPECT_EQ(fault_of([](auto& s) { s.set_preceding(3); }),
              "entry 5: the statement does not build on the latest entry about provider:99326018");
    EXPECT_EQ(fault_of([](auto& s) { s.set_preceding(9); }),
              "entry 5: the statement builds on a later entry");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_grant()->add_jobcentres("jobcentre:740"); }),
              "entry 5: controller:demo may not grant this to provider:99326018");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_grant()->set_may_unmask(true); }),
              "entry 5: controller:demo may not grant this to provider:99326018")
        << "reading content is for auditors";
    EXPECT_EQ(fault_of([](auto& s) { s.set_signer(made_up_operator); }, made_up_operator),
              "entry 5: operator:duty may not grant this to provider:99326018");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_grant()->set_signing_key("short"); }),
              "entry 5: the grant to provider:99326018 has no keys");
    EXPECT_EQ(fault_of([](auto& s) { s.mutable_disabling(); }),
              "entry 5: provider:99326018 is disabled and was never granted anything");
    EXPECT_EQ(fault_of([](auto& s) {
                  s.set_party(made_up_provider);
                  s.set_preceding(2);
              }),
              "entry 5: the grant gives provider:99104007 other keys than it has");
    EXPECT_EQ(fault_of([](auto& s) { s.clear_act(); }),
              "entry 5: the statement states nothing that is known");
}

TEST(LogCheck, TheFirstEntryMustOpenThisLog) {
    MadeUpLog log{5};
    FaultList faults;
    const evidence::NoteVerifier other{"other.test/log", log.verifier().key};
    LogCheck check{other, log.stored_tiles(), faults};
    check.announce(Sequence{0});
    check.take_entry(Sequence{0}, log.entries.at(0), log.hub_keys_of(0));
    ASSERT_FALSE(faults.empty());
    EXPECT_EQ(line_of(faults.kept()[0]), "entry 0: the log says it is another one");
    log.add_log_opened();
    EXPECT_THAT(log.faults(), ElementsAre("entry 5: the log is opened once more"));
}

TEST(LogCheck, ABodyOpenedWithAnotherKeyIsToldAsThat) {
    MadeUpLog log{5};
    FaultList faults;
    LogCheck check{log.verifier(), log.stored_tiles(), faults};
    check.announce(Sequence{0});
    check.take_entry(Sequence{0}, log.entries.at(0), log.keys_of(1));
    ASSERT_FALSE(faults.empty());
    EXPECT_EQ(line_of(faults.kept()[0]),
              "entry 0: the key is not the one the entry commits to for its index");
}

TEST(LogCheck, ACheckpointFromAnotherLogIsAFault) {
    MadeUpLog log{20};
    log.commits.at(8) = made_up_note("other.test/log", 8, log.root(8), "log");
    EXPECT_THAT(log.faults(), ElementsAre(StartsWith("entry 7: checkpoint 8: ")));
    log.commits.at(8) = made_up_note(made_up_origin, 8, log.root(8), "another key");
    EXPECT_THAT(log.faults(), ElementsAre(StartsWith("entry 7: checkpoint 8: ")));
    log.commits.at(8) = log.commits.at(11);
    EXPECT_THAT(log.faults(), ElementsAre("entry 7: checkpoint 8: it is for 11 entries"));
    log.commits.at(8) = made_up_note(made_up_origin, 8, log.root(7), "log");
    EXPECT_THAT(log.faults(), Contains(HasSubstr("its root is not that of the entries")));
    log.commits.at(8) = "no note at all";
    EXPECT_THAT(log.faults(), ElementsAre(StartsWith("entry 7: checkpoint 8: ")));
    log.commits.at(8)[0] = '\x1b';
    EXPECT_THAT(log.faults(), Not(Contains(HasSubstr("\x1b"))));
}

TEST(LogCheck, TilesThatAreMissingShortOrTooManyAreNamed) {
    MadeUpLog log{with_a_tile};
    const auto tile = log.tiles.at({0, 0});
    log.tiles.erase({0, 0});
    EXPECT_THAT(log.faults(), ElementsAre("entry 255: tile 0 of level 0: it is missing"));
    log.tiles[{0, 0}] = {tile[0]};
    EXPECT_THAT(log.faults(), ElementsAre("entry 255: tile 0 of level 0: it has another width"));
    log.tiles[{0, 0}] = tile;
    log.tiles[{0, 2}] = tile;
    log.tiles[{200, 0}] = tile;
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 299: tile 2 of level 0: the tree has no such full tile",
                            "entry 299: tile 0 of level 200: the tree has no such full tile"));
}

TEST(LogCheck, TilesOfUpperLevelsAreHeldToTheTilesBelow) {
    MadeUpLog log{2};
    log.gives_keys = false;
    for (std::uint64_t sequence = 2; sequence < 256 * 256 + 3; ++sequence)
        log.add(MadeUpEntry{.sequence = sequence, .body = ""});
    log.commit();
    log.make_tiles();
    ASSERT_TRUE(log.tiles.contains({1, 0}));
    log.tiles.at({1, 0})[7][0] ^= 1;
    EXPECT_THAT(log.faults(), ElementsAre("entry 65535: tile 0 of level 1: its hash 7 is not the "
                                          "root of tile 7 of level 0"));
    log.tiles.erase({1, 0});
    EXPECT_THAT(log.faults(), ElementsAre("entry 65535: tile 0 of level 1: it is missing"));
}

TEST(LogCheck, WhereThereAreNoTilesTheCheckpointAloneSaysWhetherTheEntriesAreTheLog) {
    MadeUpLog log{with_a_tile};
    const auto checked = [&](FaultList& faults) {
        LogCheck check{log.verifier(), {}, faults};
        for (const auto& [sequence, bytes] : log.entries) {
            check.announce(Sequence{sequence});
            check.take_entry(Sequence{sequence}, bytes, log.hub_keys_of(sequence));
        }
        check.take_checkpoint(TreeSize{with_a_tile}, log.commits.at(with_a_tile));
        return check.finish();
    };
    FaultList none;
    EXPECT_EQ(checked(none).root, log.root(with_a_tile));
    EXPECT_TRUE(none.empty());
    log.entries.at(40).back() ^= 1;
    FaultList faults;
    checked(faults);
    ASSERT_EQ(faults.total(), 1U);
    EXPECT_THAT(line_of(faults.kept()[0]), HasSubstr("one of entries 0 to 299 was changed"));
}

TEST(LogCheck, AnEmptyLogIsAFault) {
    const MadeUpLog log{0};
    EXPECT_THAT(log.faults(), ElementsAre("entry 0: there are no entries"));
}

TEST(LogCheck, OfVeryManyFaultsTheFirstAreKeptAndAllAreCounted) {
    MadeUpLog log{2};
    FaultList faults;
    LogCheck check{log.verifier(), log.stored_tiles(), faults};
    const std::uint64_t many = limits::audit_faults_kept_max + 50;
    for (std::uint64_t i = 0; i < many; ++i) {
        check.announce(Sequence{i});
        check.take_entry(Sequence{i}, "nothing", {});
    }
    EXPECT_EQ(faults.kept().size(), limits::audit_faults_kept_max);
    EXPECT_GE(faults.total(), many);
    EXPECT_THAT(line_of(faults.kept().back()), StartsWith("entry 99"));
}

}  // namespace
}  // namespace jobbro::audit
