// What an auditor may read of the entries the hub makes about itself and its parties.
#include "hub/core/hub_entries.h"

#include <map>

#include "tests/unit/core/erasure_fixture.h"
#include "tests/unit/core/replaying_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HubEntriesTest : public ReplayTest {};

TEST_F(HubEntriesTest, EntriesOfTheHubThatNameNobodyComeWithBothKeysToEveryAuditor) {
    grant("auditor:far", {other_jobcentre}, [](v1::PartyGrant&) {});
    world.turn({world.hello("auditor:far")});
    v1::RuleSet rules;
    rules.set_name("2026");
    const std::uint64_t rules_at =
        world.journal->stage_rule_set(rules, world.now, world.randomness)->value();
    first_page(v1::REPLAY_VIEW_MASKED);
    const std::uint64_t asked_at = world.journal->size().value() - 1;
    const auto all = replayed(v1::REPLAY_VIEW_MASKED, {}, "auditor:far");
    for (const std::uint64_t at : {std::uint64_t{0}, std::uint64_t{1}, rules_at, asked_at}) {
        ASSERT_NE(find(all, at), nullptr) << at;
        EXPECT_TRUE(body_of(*find(all, at))) << at;
    }
}

TEST_F(HubEntriesTest, WhatAPartyReadAndDecidedIsToldToAuditorsOfItsJobcentre) {
    grant("auditor:far", {other_jobcentre}, [](v1::PartyGrant&) {});
    world.turn({world.hello("auditor:far")});
    const auto end = [&] { return world.journal->size().value(); };
    std::map<std::uint64_t, std::string> told;  // the entry, and who it is about
    told.emplace(end(), jobcentre);
    world.turn({world.fetch(jobcentre, reported_at)});
    told.emplace(end(), provider);
    world.turn({world.fetch(provider, placed_at)});
    world.turn({world.subscribe(jobcentre, "main"), world.subscribe(provider, "main")});
    world.turn({world.nack(provider, "main", placed_at, v1::NACK_VERDICT_GIVE_UP)});
    told.emplace(end(), provider);
    world.turn({world.act_on_parked(provider, "main", v1::PARKED_ACT_KIND_DROP)});
    told.emplace(end(), jobcentre);
    world.turn({world.hello(jobcentre)});  // which ends what was delivered to it
    // The provider works for nobody any more; what it read is still to be seen.
    world.turn({world.hello(operator_party)});
    v1::RegistryStatement over = world.grant(provider, {});
    over.mutable_disabling();
    world.turn({world.statement(over, controller)});
    const auto near = replayed(v1::REPLAY_VIEW_MASKED);
    const auto far = replayed(v1::REPLAY_VIEW_MASKED, {}, "auditor:far");
    for (const auto& [at, party] : told) {
        ASSERT_NE(find(near, at), nullptr) << at;
        const auto body = body_of(*find(near, at));
        ASSERT_TRUE(body) << at;
        v1::Reading reading;
        v1::ParkedAct act;
        const bool is_act = index_of(*find(near, at))->kind() == v1::MESSAGE_KIND_PARKED_ACT;
        ASSERT_TRUE(is_act ? act.ParseFromString(*body) : reading.ParseFromString(*body)) << at;
        EXPECT_EQ(is_act ? act.party() : reading.party(), party);
        ASSERT_NE(find(far, at), nullptr) << at;
        EXPECT_TRUE(index_of(*find(far, at)));
        EXPECT_EQ(find(far, at)->body_key(), "") << at;
    }
}

TEST_F(HubEntriesTest, WhatAProviderReadIsToldByAnyJobcentreItWasEverGranted) {
    const std::uint64_t at = world.journal->size().value();
    world.turn({world.fetch(provider, placed_at)});
    const auto is_told = [&] {
        const auto all = replayed(v1::REPLAY_VIEW_MASKED, [&](v1::Replay& replay) {
            replay.set_from_sequence(at);
            replay.set_end_sequence(at + 1);
        });
        return all.size() == 1 && body_of(all[0]).has_value();
    };
    const auto reaches = [&](const std::string& of) {
        return world.journal->registry().find(provider)->reaches(of, world.now);
    };
    EXPECT_TRUE(is_told());
    grant(provider, {other_jobcentre}, [](v1::PartyGrant&) {});
    ASSERT_TRUE(reaches(other_jobcentre) && !reaches(jobcentre));
    EXPECT_TRUE(is_told()) << "by a grant that another has taken the place of";
    v1::RegistryStatement over = world.grant(provider, {});
    over.mutable_disabling();
    world.turn({world.hello(operator_party), world.statement(over, controller)});
    grant(provider, {third_jobcentre}, [](v1::PartyGrant&) {});
    ASSERT_TRUE(reaches(third_jobcentre) && !reaches(other_jobcentre));
    EXPECT_TRUE(is_told()) << "disabled, and granted anew";
    ASSERT_TRUE(world.open());
    world.turn({world.hello(auditor)});
    EXPECT_TRUE(is_told()) << "after a start";
}

TEST_F(HubEntriesTest, AnAuditorSeesWhomAMessageWentTo) {
    world.turn({world.subscribe(jobcentre, "main")});
    world.turn({world.hello(jobcentre)});
    const auto readings = replayed(v1::REPLAY_VIEW_MASKED, [](v1::Replay& replay) {
        replay.add_kinds(v1::MESSAGE_KIND_READING);
    });
    ASSERT_EQ(readings.size(), 1U);
    v1::Reading reading;
    ASSERT_TRUE(reading.ParseFromString(*body_of(readings[0])));
    EXPECT_EQ(reading.party(), jobcentre);
    EXPECT_EQ(reading.deliveries().subscription(), "main");
    EXPECT_EQ(reading.deliveries().first_sequence(), reported_at);
    EXPECT_EQ(reading.deliveries().last_sequence(), reported_at);
    EXPECT_EQ(reading.deliveries().deliveries(), 1U);
}

TEST_F(HubEntriesTest, WhoAskedAboutACitizenIsToldToAuditorsOfTheCitizensJobcentre) {
    first_page(v1::REPLAY_VIEW_MASKED, [](v1::Replay& replay) { replay.set_cpr_number(citizen); });
    const std::uint64_t asked_at = world.journal->size().value() - 1;
    grant("auditor:far", {other_jobcentre}, [](v1::PartyGrant&) {});
    world.turn({world.hello("auditor:far")});
    const auto readings = [&](v1::Replay& replay) { replay.add_kinds(v1::MESSAGE_KIND_READING); };
    const auto own = replayed(v1::REPLAY_VIEW_MASKED, readings);
    ASSERT_NE(find(own, asked_at), nullptr);
    EXPECT_TRUE(body_of(*find(own, asked_at)));
    const auto far = replayed(v1::REPLAY_VIEW_MASKED, readings, "auditor:far");
    ASSERT_NE(find(far, asked_at), nullptr);
    EXPECT_EQ(find(far, asked_at)->body_key(), "");
}

TEST_F(HubEntriesTest, WhoAskedForAnOrderIsToldToAuditorsOfItsCitizensJobcentre) {
    const auto asked_for = [&](const contract::OrderId& order) {
        first_page(v1::REPLAY_VIEW_MASKED,
                   [&](v1::Replay& replay) { replay.set_order_id(order.text()); });
        return world.journal->size().value() - 1;
    };
    const std::uint64_t own_asked = asked_for(*order_id);
    const std::uint64_t foreign_asked = asked_for(*foreign_order);
    const std::uint64_t unknown_asked = asked_for(world.new_order());
    grant("auditor:far", {other_jobcentre}, [](v1::PartyGrant&) {});
    world.turn({world.hello("auditor:far")});
    const auto readable = [&](const std::string& party) {
        std::vector<std::uint64_t> all;
        for (const v1::ReplayedEntry& each : replayed(
                 v1::REPLAY_VIEW_MASKED,
                 [&](v1::Replay& replay) {
                     replay.set_from_sequence(own_asked);
                     replay.set_end_sequence(unknown_asked + 1);
                 },
                 party)) {
            if (body_of(each)) all.push_back(sequence_of(each));
        }
        return all;
    };
    EXPECT_THAT(readable(auditor), ElementsAre(own_asked));
    EXPECT_THAT(readable("auditor:far"), ElementsAre(foreign_asked)) << "of one unknown: nobody";
}

// --- Of what is erased -------------------------------------------------------------------------

// An auditor of each controller's jobcentre, and one of a jobcentre that never had the citizen.
class ErasedEntriesTest : public TwoControllersTest {
  protected:
    ErasedEntriesTest() {
        granted(third_jobcentre, {}, controller);
        granted("auditor:first", {jobcentre}, controller);
        granted("auditor:second", {other_jobcentre}, second_controller);
        granted("auditor:third", {third_jobcentre}, controller);
    }
    std::vector<std::string> readers(std::uint64_t sequence) {
        const auto entry = world.journal->read(Sequence{sequence});
        std::vector<std::string> all;
        for (const char* const each : {"auditor:first", "auditor:second", "auditor:third"}) {
            const journal::Party* const party = world.journal->registry().find(each);
            const auto may = may_read_body_of_hub(**entry, *party, world.now, *world.journal);
            EXPECT_TRUE(may) << each;
            if (may && *may) all.emplace_back(each);
        }
        return all;
    }
    [[nodiscard]] std::uint64_t last_sequence() const { return world.journal->size().value() - 1; }
};

TEST_F(ErasedEntriesTest, AnErasureOfAPartIsForAuditorsOfWhatRemainsAndOfWhoStatedIt) {
    const std::uint64_t of_part =
        act(statement(found(), second_controller), second_controller).sequence();
    EXPECT_THAT(readers(of_part), ElementsAre("auditor:first", "auditor:second"));
    const std::uint64_t of_all = erased().sequence();
    EXPECT_THAT(readers(of_all), ElementsAre("auditor:first", "auditor:second", "auditor:third"))
        << "its citizen is a number to everybody";
    EXPECT_THAT(readers(of_part), ElementsAre("auditor:second"));
}

TEST_F(ErasedEntriesTest, WhoLookedAtOrHeldACitizenNobodyReadsOnceTheCitizenIsErased) {
    found();
    const std::uint64_t asked = last_sequence();
    const std::uint64_t of_hold = held(true).sequence();
    for (const std::uint64_t each : {asked, of_hold})
        EXPECT_THAT(readers(each), ElementsAre("auditor:first", "auditor:second"));
    held(false);
    act(statement(found(), second_controller), second_controller);
    for (const std::uint64_t each : {asked, of_hold})
        EXPECT_THAT(readers(each), ElementsAre("auditor:first"));
    erased();
    for (const std::uint64_t each : {asked, of_hold})
        EXPECT_THAT(readers(each), IsEmpty());
}

}  // namespace
}  // namespace jobbro::core
