// Rule sets enter the log before they take effect, and what has been in force stays.
#include "hub/core/rulebook.h"

#include "tests/unit/contract/expectations.h"
#include "tests/unit/core/course_fixture.h"

namespace jobbro::core {
namespace {

v1::RuleSet rules(const std::string& name, const std::string& from, const std::string& until = {}) {
    v1::RuleSet set;
    set.set_name(name);
    set.set_valid_from_date(from);
    set.set_valid_until_date(until);
    return set;
}

Instant noon_of(const std::string& date) {
    const auto day = domain::day_of_field(date);
    return domain::DanishTime::load()->start_of(day).plus_ms(12 * hour_ms);
}

class RulebookTest : public ::testing::Test {
  protected:
    RulebookTest() { world.now = day_0_begins; }
    // A hub starts with these files. How many rule sets the log then has.
    Result<std::size_t> started_with(std::vector<v1::RuleSet> configured) {
        world.rules = std::move(configured);
        JOBBRO_TRY(world.open());
        JOBBRO_TRY_ASSIGN(const auto all, world.journal->rule_sets());
        return all.size();
    }
    void expect_changed(const v1::RuleSet& set) {
        const auto refused = started_with({set});
        ASSERT_THAT(refused, FailsWith(ErrorCode::rules_changed));
        EXPECT_EQ(refused.error().detail, set.name());
    }
    HubWorld world;
};

TEST_F(RulebookTest, AFileEntersTheLogOnceAndHoldsWithoutIt) {
    const std::vector<v1::RuleSet> all{rules("2010", "2010-01-01", "2010-12-31"),
                                       rules("2011", "2011-01-01")};
    EXPECT_EQ(*started_with(all), 2U);
    const std::uint64_t size = world.journal->size().value();
    EXPECT_EQ(*started_with(all), 2U);
    EXPECT_EQ(*started_with({}), 2U) << "whatever becomes of the files";
    EXPECT_EQ(world.journal->size().value(), size);
    const auto entry = *world.journal->read(Sequence{size - 1});
    EXPECT_EQ(entry->index.kind(), v1::MESSAGE_KIND_RULE_SET);
    EXPECT_EQ(entry->sender, "hub");
    EXPECT_TRUE(entry->index.audience().empty());
    const auto rulebook = *open_rulebook(*world.journal, {}, world.now, world.randomness);
    EXPECT_EQ(rulebook.rules_at(day_0_begins).name, "2011");
    EXPECT_EQ(rulebook.rules_at(noon_of("2010-12-31")).name, "2010");
    EXPECT_EQ(rulebook.rules_at(Instant{-4000000000000000}).name, "") << "before the calendar";
}

void expect_none_on(const Rulebook& rulebook, Instant time, const std::string& detail) {
    const auto checked = rulebook.check_in_force(time);
    ASSERT_THAT(checked, FailsWith(ErrorCode::no_rules_in_force));
    EXPECT_EQ(checked.error().field_path, "happened_at");
    EXPECT_EQ(checked.error().detail, detail);
}

TEST_F(RulebookTest, ADayWithoutARuleSetIsNamedWhereThereAreAny) {
    ASSERT_TRUE(started_with({}));
    const auto empty = *open_rulebook(*world.journal, {}, world.now, world.randomness);
    EXPECT_TRUE(empty.check_in_force(noon_of("2010-12-31")));
    EXPECT_TRUE(empty.check_in_force(Instant{-4000000000000000}));
    ASSERT_TRUE(started_with(
        {rules("2010", "2010-01-01", "2010-12-31"), rules("spring", "2011-03-01", "2011-05-31")}));
    const auto rulebook = *open_rulebook(*world.journal, {}, world.now, world.randomness);
    for (const char* const day : {"2010-01-01", "2010-12-31", "2011-03-01", "2011-05-31"})
        EXPECT_TRUE(rulebook.check_in_force(noon_of(day))) << day;
    expect_none_on(rulebook, noon_of("2009-12-31"), "the first day with rules is 2010-01-01");
    expect_none_on(rulebook, Instant{-4000000000000000}, "the first day with rules is 2010-01-01");
    expect_none_on(rulebook, noon_of("2011-01-01"), "the first day with rules is 2011-03-01");
    expect_none_on(rulebook, noon_of("2011-02-28"), "the first day with rules is 2011-03-01");
    expect_none_on(rulebook, noon_of("2011-06-01"), "the last day with rules was 2011-05-31");
    // Days are Denmark's.
    const Instant spring_begins = rulebook.time.start_of(domain::day_of_field("2011-03-01"));
    EXPECT_TRUE(rulebook.check_in_force(spring_begins));
    expect_none_on(rulebook, spring_begins.plus_ms(-1), "the first day with rules is 2011-03-01");
}

TEST_F(RulebookTest, WhatHasBeenInForceIsNotChangedByAFile) {
    ASSERT_TRUE(started_with({rules("2011", "2011-01-01")}));
    v1::RuleSet other = rules("2011", "2011-01-01");
    other.set_age_limit(25);
    expect_changed(other);
    expect_changed(rules("2011 anew", "2011-01-01"));
    expect_changed(rules("2011", "2011-01-01", "2011-01-09"));  // yesterday
    const auto beside = started_with({rules("more", "2011-01-10")});
    EXPECT_THAT(beside, FailsWith(ErrorCode::rules_overlap));
    EXPECT_EQ(*started_with({}), 1U) << "nothing was recorded";
}

TEST_F(RulebookTest, ItsLastDayMayBeOneToComeAndAnotherFollowsOnIt) {
    ASSERT_TRUE(started_with({rules("2011", "2011-01-01")}));
    EXPECT_EQ(
        *started_with({rules("2011", "2011-01-01", "2011-01-31"), rules("new", "2011-02-01")}), 3U);
    const auto rulebook = *open_rulebook(*world.journal, {}, world.now, world.randomness);
    EXPECT_EQ(rulebook.rules_at(noon_of("2011-01-31")).name, "2011");
    EXPECT_EQ(rulebook.rules_at(noon_of("2011-02-01")).name, "new");
    // Once the day has come it stands.
    world.now = noon_of("2011-02-01");
    expect_changed(rules("2011", "2011-01-01", "2011-02-28"));
}

TEST_F(RulebookTest, WhatIsToComeGivesWayToWhatIsRecordedLater) {
    ASSERT_TRUE(started_with({rules("a", "2011-02-01", "2011-05-31"), rules("b", "2011-06-01")}));
    EXPECT_EQ(*started_with({rules("c", "2011-02-01", "2011-02-28"), rules("d", "2011-03-01")}),
              4U);
    const auto rulebook = *open_rulebook(*world.journal, {}, world.now, world.randomness);
    EXPECT_EQ(rulebook.rules_at(noon_of("2011-02-15")).name, "c");
    EXPECT_EQ(rulebook.rules_at(noon_of("2011-07-01")).name, "d");
    EXPECT_EQ(*started_with({}), 4U);
}

TEST_F(RulebookTest, WhatIsNoRuleSetIsRefusedAndASealedLogIsOnlyRead) {
    v1::RuleSet nameless = rules("", "2011-01-01");
    EXPECT_THAT(started_with({nameless}), FailsWith(ErrorCode::field_missing));
    ASSERT_TRUE(started_with({rules("2011", "2011-01-01")}));
    ASSERT_TRUE(world.journal->record_seal("for a test"));
    EXPECT_EQ(
        *started_with({rules("2011", "2011-01-01"), rules("2010", "2010-01-01", "2010-12-31")}),
        1U);
}

TEST_F(RulebookTest, ALogOfADemoIsOpenedByADemoAlone) {
    ASSERT_TRUE(world.open());
    world.is_demo = true;
    EXPECT_THAT(world.open(), FailsWith(ErrorCode::log_identity_wrong));
    HubWorld demo;
    demo.is_demo = true;
    ASSERT_TRUE(demo.open());
    ASSERT_TRUE(demo.open());
    demo.is_demo = false;
    EXPECT_THAT(demo.open(), FailsWith(ErrorCode::log_identity_wrong));
}

}  // namespace
}  // namespace jobbro::core
