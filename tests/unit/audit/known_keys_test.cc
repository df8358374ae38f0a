// What the auditor knows from elsewhere, against a log that was made anew as a whole; and what one
// damaged registry entry may spoil.
#include <gmock/gmock.h>

#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::size_t size_with_a_tile = 300;

evidence::VerifyingKey named_key(const std::string& name) {
    return evidence::verifying_key(MadeUpLog::key(name));
}

// --- Controllers ---------------------------------------------------------------------------------

TEST(KnownKeys, AControllerThatEntryZeroNamesWithItsKeyIsNoFault) {
    const MadeUpLog log{5};
    FaultList faults;
    const LogSummary summary = log.check(faults, [](LogCheck& check) {
        check.know_controller(made_up_controller, named_key(made_up_controller));
    });
    EXPECT_TRUE(faults.empty());
    ASSERT_EQ(summary.controllers.size(), 1U);
    EXPECT_EQ(summary.controllers[0].party, made_up_controller);
    EXPECT_EQ(summary.controllers[0].key, named_key(made_up_controller));
}

TEST(KnownKeys, ALogMadeAnewUnderAnotherControllerIsFound) {
    const MadeUpLog log{5};
    EXPECT_THAT(log.faults(), IsEmpty()) << "it fits itself";
    EXPECT_THAT(log.faults([](LogCheck& check) {
        check.know_controller(made_up_controller, named_key("the real controller"));
    }),
                ElementsAre("entry 0: it names another key of controller:demo than is known from "
                            "elsewhere"));
    EXPECT_THAT(log.faults([](LogCheck& check) {
        check.know_controller("controller:other", named_key("controller:other"));
    }),
                ElementsAre("entry 0: it does not name controller:other, whose key is known from "
                            "elsewhere"));
}

TEST(KnownKeys, AControllerThatCouldNotBeComparedIsAFault) {
    MadeUpLog log{5};
    log.gives_keys = false;
    EXPECT_THAT(
        log.faults([](LogCheck& check) {
            check.know_controller(made_up_controller, named_key(made_up_controller));
        }),
        ElementsAre("entry 0: it was not opened, so no controller's key could be compared"));
}

TEST(KnownKeys, AControllerNamedTwiceOrWithoutAKeyIsAFaultOfEntryZero) {
    MadeUpLog log{5};
    v1::LogOpened opened = log.opening();
    v1::Controller& again = *opened.add_controllers();
    again = opened.controllers(0);
    again.set_signing_key(Bytes{named_key("somebody else").view()});
    log.replace_opening(opened);
    log.sign_again();
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 0: controller:demo is named twice among the controllers"));
    opened.mutable_controllers(1)->set_party("jobcentre:630");
    log.replace_opening(opened);
    log.sign_again();
    EXPECT_THAT(log.faults(), ElementsAre("entry 0: one of the controllers has no id or no key"));
}

TEST(KnownKeys, WhereTheRegistrysKeysAreAtHandEntryZeroMustOpen) {
    MadeUpLog log{5};
    log.kept_back = {0, 1};
    EXPECT_THAT(log.faults(), IsEmpty()) << "the keys may not have been given";
    EXPECT_THAT(log.faults([](LogCheck& check) { check.need_registry(); }),
                ElementsAre("entry 0: the hub made it, and no key says what it is",
                            "entry 1: the hub made it, and no key says what it is"));
    log.entries.erase(0);
    EXPECT_THAT(log.faults([](LogCheck& check) { check.need_registry(); }),
                Contains("entry 0: it cannot be opened, so the registry could not be followed"));
}

// A log that ends with the provider disabled.
MadeUpLog with_disabling() {
    MadeUpLog log{5};
    v1::RegistryStatement disabling = log.grant(made_up_provider);
    disabling.set_preceding(2);
    disabling.mutable_disabling();
    log.add_statement(disabling, made_up_controller);
    return log;
}

TEST(KnownKeys, NoStatementIsKeptBackWhereTheRegistrysKeysAreAtHand) {
    MadeUpLog log = with_disabling();
    const auto needed = [](LogCheck& check) { check.need_registry(); };
    EXPECT_THAT(log.faults(needed), IsEmpty());
    log.kept_back = {5};
    EXPECT_THAT(log.faults(needed),
                ElementsAre("entry 5: the hub made it, and no key says what it is"));
    log.kept_back.clear();
    log.gone[5] = 3;
    EXPECT_THAT(log.faults(needed),
                ElementsAre("entry 5: its data key is gone, and no erasure names it"));
}

// As alerts are: who may sign is said in none of them, so they need not be opened to know it.
TEST(KnownKeys, WhatTheHubMadeOfAnOrderMayStayClosedAndIsNoStatement) {
    MadeUpLog log{5};
    const auto needed = [](LogCheck& check) { check.need_registry(); };
    MadeUpEntry alert{.sequence = 5, .is_of_case = true};
    alert.index.set_kind(v1::MESSAGE_KIND_ALERT);
    log.add(alert);
    log.commit();
    log.make_tiles();
    log.kept_back = {5};
    EXPECT_THAT(log.faults(needed), IsEmpty());
    log.kept_back.clear();
    EXPECT_THAT(log.faults(needed), IsEmpty());
    alert.sequence = 6;
    alert.index.set_kind(v1::MESSAGE_KIND_REGISTRY_CHANGE);
    log.add(alert);
    log.commit();
    log.make_tiles();
    EXPECT_THAT(
        log.faults(needed),
        ElementsAre("entry 6: the hub made it about an order or a citizen, and it is no alert"));
}

TEST(KnownKeys, OfAStatementTheBodyMustOpenTooAndOfOtherEntriesNot) {
    MadeUpLog log = with_disabling();
    log.add_own(v1::MESSAGE_KIND_PARKED_ACT, "");
    FaultList faults;
    EntryCheck check{log.verifier(), Statements::all, faults};
    check.need_registry();
    for (const auto& [sequence, bytes] : log.entries) {
        PartKeys keys = log.hub_keys_of(sequence);
        if (sequence >= 5) keys.body.reset();
        check.take(Sequence{sequence}, bytes, keys);
    }
    check.finish();
    ASSERT_EQ(faults.kept().size(), 1U);
    EXPECT_EQ(line_of(faults.kept()[0]), "entry 5: it says who may sign, and no key opens it");
}

// --- Parties -------------------------------------------------------------------------------------

TEST(KnownKeys, ARegistryThatBindsAnotherKeyThanAKnownOneIsAFaultOnce) {
    const MadeUpLog log{8};
    FaultList faults;
    const LogSummary summary = log.check(faults, [](LogCheck& check) {
        check.know_party(made_up_provider, named_key(made_up_provider));
    });
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(summary.entries.verified, 6U);
    const auto found = log.faults([](LogCheck& check) {
        check.know_party(made_up_provider, named_key("the real provider"));
    });
    ASSERT_EQ(found.size(), 7U);
    EXPECT_EQ(found[0],
              "entry 1: it binds another key to provider:99104007 than is known from "
              "elsewhere");
    EXPECT_EQ(found[1], "entry 2: provider:99104007 did not sign this submit");
}

// --- Checkpoints ---------------------------------------------------------------------------------

TEST(KnownCheckpoint, ALogThatGrewFromItIsNoFault) {
    const MadeUpLog log{size_with_a_tile};
    FaultList faults;
    const LogSummary summary = log.check(faults, [&](LogCheck& check) {
        for (const std::uint64_t size : {0U, 5U, 256U, 300U})
            check.know_checkpoint({made_up_origin, TreeSize{size}, log.root(size)});
    });
    EXPECT_TRUE(faults.empty());
    EXPECT_EQ(summary.known_checkpoints, 4U);
}

TEST(KnownCheckpoint, ALogMadeAnewHasAnotherRoot) {
    const MadeUpLog log{20};
    EXPECT_THAT(log.faults([&](LogCheck& check) {
        check.know_checkpoint({made_up_origin, TreeSize{11}, log.root(10)});
    }),
                ElementsAre("entry 10: the log is not the one of the checkpoint that was kept for "
                            "11 entries: it has another root"));
}

TEST(KnownCheckpoint, ALogPutBackToAnEarlierStateWasLongerOnce) {
    const MadeUpLog log{20};
    EXPECT_THAT(log.faults([](LogCheck& check) {
        check.know_checkpoint({made_up_origin, TreeSize{21}, {}});
    }),
                ElementsAre("entry 19: the log was longer once: the checkpoint that was kept for "
                            "21 entries says so"));
}

TEST(KnownCheckpoint, AChangedEntryIsNotTakenForAnotherLogWhereItsTileTells) {
    MadeUpLog log{size_with_a_tile};
    const evidence::Checkpoint kept{made_up_origin, TreeSize{20}, log.root(20)};
    log.entries.at(19).back() ^= 1;
    EXPECT_THAT(log.faults([&](LogCheck& check) { check.know_checkpoint(kept); }),
                ElementsAre("entry 19: it is not the entry whose hash stands in the tree"));
}

TEST(KnownCheckpoint, WhereTheTreeIsLostItSaysThatItCouldNotCompare) {
    MadeUpLog log{20};
    const evidence::Checkpoint kept{made_up_origin, TreeSize{20}, log.root(20)};
    log.entries.at(6).back() ^= 1;
    EXPECT_THAT(log.faults([&](LogCheck& check) { check.know_checkpoint(kept); }),
                Contains(HasSubstr("the checkpoint that was kept for 20 entries could not be held "
                                   "to the tree")));
}

// --- A damaged registry entry --------------------------------------------------------------------

TEST(DamagedRegistryEntry, MakesSignaturesUnknownAndIsToldOnce) {
    MadeUpLog log{size_with_a_tile};
    log.entries.at(1).back() ^= 1;
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 1: the sealed body does not open with its own key",
                            "entry 1: it is not the entry whose hash stands in the tree"));
    EXPECT_EQ(summary.entries.unknown, size_with_a_tile - 2);
    EXPECT_EQ(summary.entries.verified, 0U);
}

TEST(DamagedRegistryEntry, IsTheSameWhenItIsGarbledOrGone) {
    MadeUpLog log{size_with_a_tile};
    log.entries.at(1) = "nothing";
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 1: its version is 110, not 1",
                            "entry 1: it is not the entry whose hash stands in the tree"));
    log.entries.erase(1);
    EXPECT_THAT(log.faults(), ElementsAre("entry 1: it is missing"));
}

TEST(DamagedRegistryEntry, OneWithoutAKeyIsToldWhereItIsNamedFirst) {
    MadeUpLog log{20};
    log.kept_back = {1};
    FaultList faults;
    const LogSummary summary = log.check(faults);
    EXPECT_THAT(log.faults(), ElementsAre("entry 2: it names entry 1 for its sender's key, which "
                                          "cannot be opened"));
    EXPECT_EQ(summary.entries.unknown, 18U);
}

TEST(DamagedRegistryEntry, DoesNotSpoilWhatBuildsOnIt) {
    MadeUpLog log{5};
    v1::RegistryStatement disabling = log.grant(made_up_provider);
    disabling.set_preceding(2);
    disabling.mutable_disabling();
    log.add_statement(disabling, made_up_controller);
    v1::RegistryStatement again = log.grant(made_up_provider);
    again.set_preceding(6);
    log.add_statement(again, made_up_controller);
    log.add_submit(1);
    EXPECT_THAT(log.faults(), IsEmpty());
    MadeUpEntry garbled{.sequence = 1, .body = "no statement"};
    garbled.index.set_kind(v1::MESSAGE_KIND_REGISTRY_CHANGE);
    log.entries.at(1) = made_up_entry(garbled);
    log.sign_again();
    EXPECT_THAT(log.faults(), ElementsAre(HasSubstr("entry 1: ")));
}

TEST(DamagedRegistryEntry, AKnownKeyStillVerifiesWhatNamesIt) {
    MadeUpLog log{size_with_a_tile};
    log.entries.at(1).back() ^= 1;
    FaultList faults;
    const LogSummary summary = log.check(faults, [](LogCheck& check) {
        check.know_party(made_up_provider, named_key(made_up_provider));
    });
    EXPECT_EQ(summary.entries.verified, size_with_a_tile - 2);
    EXPECT_EQ(faults.total(), 2U);
}

TEST(DamagedRegistryEntry, EntryZeroIsToldOnceToo) {
    MadeUpLog log{5};
    log.add_statement(log.grant("provider:99326018"), made_up_controller);
    log.replace_opening({});
    log.sign_again();
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 0: the log says it is of format version 0, not 1"));
    EXPECT_THAT(log.faults(), Not(Contains(HasSubstr("so this cannot be"))));
}

}  // namespace
}  // namespace jobbro::audit
