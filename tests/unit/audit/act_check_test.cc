#include "adapters/audit/act_check.h"

#include <gmock/gmock.h>

#include "adapters/audit/range_check.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::size_t size = 5;  // entries before the one that is tried: opening, grant, a submit
constexpr const char* other_citizen = "another citizen!";

v1::Erasure stated_erasure(std::initializer_list<std::uint64_t> slots = {}) {
    v1::Erasure erasure;
    erasure.set_subject_id(made_up_citizen);
    for (const std::uint64_t slot : slots)
        erasure.add_slots(slot);
    *erasure.mutable_stated() = MadeUpLog::stated(MadeUpLog::citizen_statement());
    return erasure;
}

v1::Erasure due_erasure(std::uint64_t due) {
    v1::Erasure erasure;
    erasure.set_subject_id(made_up_citizen);
    erasure.set_due(due);
    return erasure;
}

v1::ErasureDue due_of(const char* subject = made_up_citizen) {
    v1::ErasureDue due;
    due.set_subject_id(subject);
    return due;
}

v1::Reading delivered(std::uint64_t first, std::uint64_t last) {
    v1::Reading reading;
    reading.set_party(made_up_provider);
    reading.mutable_deliveries()->set_subscription("all");
    reading.mutable_deliveries()->set_first_sequence(first);
    reading.mutable_deliveries()->set_last_sequence(last);
    reading.mutable_deliveries()->set_deliveries(1);
    return reading;
}

void add(MadeUpLog& log, const v1::Erasure& erasure, std::int64_t days = 0) {
    log.add_own(v1::MESSAGE_KIND_ERASURE, erasure.SerializeAsString(), days);
}

// What is wrong with a body of this kind, the only fault there is.
std::string fault_of(v1::MessageKind kind, const Bytes& body) {
    MadeUpLog log{size};
    log.add_own(kind, body);
    const auto faults = log.faults();
    return faults.size() == 1 ? faults[0] : std::to_string(faults.size()) + " faults";
}

std::string fault_of(const v1::Erasure& erasure) {
    return fault_of(v1::MESSAGE_KIND_ERASURE, erasure.SerializeAsString());
}

using Change = std::function<void(v1::CitizenStatement&)>;

std::string fault_of_stated(const Change& change, const std::string& key_of = made_up_controller) {
    v1::CitizenStatement statement = MadeUpLog::citizen_statement();
    change(statement);
    v1::Erasure erasure = stated_erasure();
    *erasure.mutable_stated() = MadeUpLog::stated(statement, key_of);
    return fault_of(erasure);
}

std::string fault_of_hold(const Change& change, const std::string& key_of = made_up_controller) {
    v1::CitizenStatement statement = MadeUpLog::citizen_statement();
    statement.mutable_place_hold();
    change(statement);
    v1::HoldChange hold;
    *hold.mutable_stated() = MadeUpLog::stated(statement, key_of);
    return fault_of(v1::MESSAGE_KIND_HOLD_CHANGE, hold.SerializeAsString());
}

TEST(ActCheck, AnErasureIsHeldToTheStatementItWasDoneBy) {
    EXPECT_EQ(fault_of_stated([](auto&) {}), "0 faults");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.set_origin("other.test/log"); }),
              "entry 5: the statement is for another log");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.set_signer("controller:another"); }),
              "entry 5: the statement is by no data controller");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.set_signer(made_up_operator); }, made_up_operator),
              "entry 5: the statement is by no data controller");
    EXPECT_EQ(fault_of_stated([](auto&) {}, made_up_operator),
              "entry 5: the statement is not signed by controller:demo");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.set_subject_id(other_citizen); }),
              "entry 5: the statement is about another citizen");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.set_subject_id("short"); }),
              "entry 5: it is about no citizen");
    EXPECT_EQ(fault_of_stated([](auto& s) { s.mutable_place_hold(); }),
              "entry 5: the statement does not say to erase");
}

TEST(ActCheck, AnErasureWithoutAStatementThatCanBeReadIsNamed) {
    v1::Erasure erasure = stated_erasure();
    erasure.mutable_stated()->set_statement("\xff");
    EXPECT_EQ(fault_of(erasure), "entry 5: it holds no statement that can be read");
    erasure = stated_erasure();
    erasure.mutable_stated()->clear_signature();
    EXPECT_EQ(fault_of(erasure), "entry 5: the statement is not signed by controller:demo");
    erasure.clear_by();
    EXPECT_EQ(fault_of(erasure), "entry 5: it says neither who stated it nor what was due");
    erasure = stated_erasure();
    erasure.set_subject_id("short");
    EXPECT_EQ(fault_of(erasure), "entry 5: it is about no citizen");
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_ERASURE, "\xff"), "entry 5: its body is no Erasure");
}

TEST(ActCheck, AHoldIsHeldToTheStatementThatPlacedOrLiftedIt) {
    EXPECT_EQ(fault_of_hold([](auto&) {}), "0 faults");
    EXPECT_EQ(fault_of_hold([](auto& s) { s.mutable_lift_hold(); }), "0 faults");
    EXPECT_EQ(fault_of_hold([](auto& s) { s.mutable_erase(); }),
              "entry 5: the statement neither places nor lifts a hold");
    EXPECT_EQ(fault_of_hold([](auto& s) { s.set_origin("other.test/log"); }),
              "entry 5: the statement is for another log");
    EXPECT_EQ(fault_of_hold([](auto&) {}, "somebody else"),
              "entry 5: the statement is not signed by controller:demo");
    EXPECT_EQ(fault_of_hold([](auto& s) { s.clear_subject_id(); }),
              "entry 5: it is about no citizen");
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_HOLD_CHANGE, "\xff"), "entry 5: its body is no HoldChange");
}

TEST(ActCheck, WhatWasDueMustHaveBeenRecordedSevenDaysBefore) {
    MadeUpLog log{size};
    log.add_own(v1::MESSAGE_KIND_ERASURE_DUE, due_of().SerializeAsString());
    add(log, due_erasure(5), 6);
    add(log, due_erasure(5), 7);
    EXPECT_THAT(log.faults(), ElementsAre("entry 6: entry 5, which it says was due, was recorded "
                                          "less than 7 days before"));
}

TEST(ActCheck, WhatWasDueMustBeAnEarlierErasureDueOfTheSameCitizen) {
    MadeUpLog log{size};
    log.add_own(v1::MESSAGE_KIND_ERASURE_DUE, due_of(other_citizen).SerializeAsString());
    for (const std::uint64_t due : {5, 7, 1, 3})
        add(log, due_erasure(due), 8);
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 6: entry 5, which it says was due, is about another citizen",
                            "entry 7: what was due is no earlier entry",
                            "entry 8: entry 1, which it says was due, is no ErasureDue that can be "
                            "read",
                            "entry 9: entry 3, which it says was due, is no ErasureDue that can be "
                            "read"));
    log.gives_keys = false;
    EXPECT_THAT(log.faults(), IsEmpty()) << "what cannot be opened says nothing";
}

TEST(ActCheck, WhatIsDueIsHeldToItsFormAlsoWhenNothingCameOfIt) {
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_ERASURE_DUE, due_of().SerializeAsString()), "0 faults");
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_ERASURE_DUE, "\xff"), "entry 5: its body is no ErasureDue");
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_ERASURE_DUE, due_of("short").SerializeAsString()),
              "entry 5: it is about no citizen");
}

TEST(ActCheck, EntriesWhoseKeyWasErasedAreCountedAndVerifyByTheirHash) {
    MadeUpLog log{11};
    log.gone = {{2, 4}, {3, 9}, {4, 4}, {5, 5}};
    add(log, stated_erasure({4, 5}));
    add(log, stated_erasure({9}));
    FaultList faults;
    EXPECT_EQ(log.check(faults).entries.erased, 4U);
    EXPECT_THAT(log.faults(), IsEmpty());
    log.entries.at(4).back() ^= 1;
    EXPECT_THAT(log.faults(), ElementsAre(StartsWith("entry 4: checkpoint 5: its root is not")));
}

TEST(ActCheck, AKeyThatIsGoneAndThatNoErasureNamesIsNamedWhereItIsFirstMissed) {
    MadeUpLog log{11};
    log.gone = {{2, 4}, {3, 9}, {5, 9}, {7, 9}};
    add(log, stated_erasure({4, 5}));
    EXPECT_THAT(log.faults(), ElementsAre("entry 3: its data key is gone, and no erasure names it; "
                                          "entries under it: 3"));
    log.gone = {{8, 6}};
    EXPECT_THAT(log.faults(),
                ElementsAre("entry 8: its data key is gone, and no erasure names it"));
    FaultList faults;
    EXPECT_EQ(log.check(faults).entries.erased, 0U);
}

TEST(ActCheck, AnErasedKeyThatIsStillThereIsErasedAndYetReadable) {
    MadeUpLog log{size};
    log.slots_with_key = {1, 2, 4};
    add(log, stated_erasure({3, 5}));
    EXPECT_THAT(log.faults(), IsEmpty());
    add(log, stated_erasure({2, 3, 4}));
    EXPECT_THAT(log.faults(), ElementsAre("entry 6: erased and yet readable: 2 of 3 data keys are "
                                          "still there"));
}

TEST(ActCheck, SlotsOfAnErasureRiseAndAreNeverTheGeneralKeys) {
    const std::string fault = "entry 5: the slots it names do not rise from 1 on";
    EXPECT_EQ(fault_of(stated_erasure({1, 2, 3})), "0 faults");
    EXPECT_EQ(fault_of(stated_erasure({2, 1})), fault);
    EXPECT_EQ(fault_of(stated_erasure({2, 2})), fault);
    EXPECT_EQ(fault_of(stated_erasure({0})), fault);
}

TEST(ActCheck, WhatWasDeliveredStandsBeforeItsTrace) {
    const auto fault = [](std::uint64_t first, std::uint64_t last) {
        return fault_of(v1::MESSAGE_KIND_READING, delivered(first, last).SerializeAsString());
    };
    EXPECT_EQ(fault(2, 4), "0 faults");
    EXPECT_EQ(fault(4, 4), "0 faults");
    EXPECT_EQ(fault(4, 2), "entry 5: it tells of deliveries there cannot have been");
    EXPECT_EQ(fault(2, 5), "entry 5: it tells of deliveries there cannot have been");
    EXPECT_EQ(fault_of(v1::MESSAGE_KIND_READING, "\xff"), "entry 5: its body is no Reading");
}

TEST(ActCheck, WithoutEntryZeroAStatementsSignatureIsNotJudged) {
    MadeUpLog log{size};
    log.kept_back = {0, 1};
    v1::Erasure erasure = stated_erasure();
    erasure.mutable_stated()->clear_signature();
    add(log, erasure);
    EXPECT_THAT(log.faults(), IsEmpty());
}

TEST(ActCheck, InARangeWhatWasDueMustBeInTheTreeAndGoneKeysAreCounted) {
    MadeUpLog log{size};
    log.add_own(v1::MESSAGE_KIND_ERASURE_DUE, due_of().SerializeAsString());
    add(log, due_erasure(5), 8);
    log.gone = {{3, 9}};
    const evidence::Checkpoint tree{made_up_origin, TreeSize{7}, log.root(7)};
    const MadeUpLog whole = log;
    const auto check = [&](std::uint64_t first, FaultList& faults) {
        RangeCheck range{log.verifier(), tree, whole.all_tiles(), Sequence{first}, faults};
        range.ask(log.sources());
        range.take_opening(log.entries.at(0), log.hub_keys_of(0));
        range.take_named(Sequence{1}, log.entries.at(1), log.hub_keys_of(1));
        for (std::uint64_t at = first; at < 7; ++at)
            range.take_entry(Sequence{at}, log.entries.at(at), log.hub_keys_of(at));
        return range.finish(Sequence{7}).entries;
    };
    FaultList faults;
    EXPECT_EQ(check(6, faults).erased, 0U);
    EXPECT_EQ(faults.total(), 0U);
    log.entries.at(5).back() ^= 1;
    check(6, faults);
    ASSERT_EQ(faults.total(), 2U);
    EXPECT_EQ(line_of(faults.kept()[0]),
              "entry 5: it is not the entry whose hash stands in the tree");
    EXPECT_EQ(line_of(faults.kept()[1]),
              "entry 6: entry 5, which it says was due, cannot be had: it is not in the tree");
    log = whole;
    FaultList none;
    EXPECT_EQ(check(3, none).erased, 1U) << "also when the erasure that names it is elsewhere";
    EXPECT_EQ(none.total(), 0U);
}

TEST(SlotRanges, HoldWhatWasAddedAndNothingElse) {
    SlotRanges ranges;
    const std::set<std::uint64_t> added{1, 2, 3, 5, 7, 8, 100};
    for (const std::uint64_t slot : {7, 2, 100, 1, 3, 8, 5, 2})
        ranges.add(KeySlot{slot});
    for (std::uint64_t slot = 0; slot < 110; ++slot)
        EXPECT_EQ(ranges.contains(KeySlot{slot}), added.contains(slot)) << slot;
    for (std::uint64_t slot = 0; slot < 110; ++slot)
        ranges.add(KeySlot{slot});
    for (std::uint64_t slot = 0; slot < 111; ++slot)
        EXPECT_EQ(ranges.contains(KeySlot{slot}), slot < 110) << slot;
}

}  // namespace
}  // namespace jobbro::audit
