#include "hub/domain/rule_set.h"

#include <gmock/gmock.h>

#include "tests/unit/contract/expectations.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

v1::RuleSet message() {
    v1::RuleSet rules;
    rules.set_name("2011");
    rules.set_valid_from_date("2011-01-01");
    rules.set_valid_until_date("2011-12-31");
    rules.set_age_limit(30);
    v1::CategoryRules& placement = *rules.add_categories();
    placement.set_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    placement.mutable_longest()->set_weeks(13);
    placement.mutable_longest_job_ready()->set_weeks(4);
    placement.set_refund_percent(50);
    rules.mutable_first_interview()->mutable_under_age()->set_months(1);
    rules.mutable_first_interview()->mutable_from_age()->set_months(3);
    rules.mutable_alerts()->set_follow_up_days(14);
    rules.mutable_alerts()->add_follow_up_steps(14);
    return rules;
}

RuleSet valid(std::string_view name, std::string_view from, std::string_view until) {
    RuleSet rules;
    rules.name = name;
    rules.valid_from = day(from);
    rules.valid_until = day_of_field(until);
    return rules;
}

TEST(RuleSet, IsReadFromItsMessage) {
    const auto rules = read_rule_set(message());
    ASSERT_THAT(rules, Succeeds());
    EXPECT_EQ(rules->name, "2011");
    EXPECT_EQ(rules->longest_period(v1::LEGAL_CATEGORY_WORK_PLACEMENT, 0), (Span{13, 0}));
    EXPECT_EQ(
        rules->longest_period(v1::LEGAL_CATEGORY_WORK_PLACEMENT, v1::MATCH_CATEGORY_JOB_READY),
        (Span{4, 0}));
    EXPECT_FALSE(rules->longest_period(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING, 0).is_set());
    EXPECT_FALSE(rules->longest_period(v1::LEGAL_CATEGORY_UNSPECIFIED, 0).is_set());
    EXPECT_EQ(rules->categories[1].refund_percent, 50);
    const Day birth = day("1981-06-01");
    EXPECT_EQ(rules->limit_of(rules->first_interview, birth, day("2011-05-31")), (Span{0, 1}));
    EXPECT_EQ(rules->limit_of(rules->first_interview, birth, day("2011-06-01")), (Span{0, 3}));
    EXPECT_EQ(rules->alerts.follow_up, 14);
    EXPECT_EQ(rules->alerts.follow_up_steps.count, 1);
    EXPECT_FALSE(rules->alerts.order_unanswered.has_value());
    EXPECT_EQ(rules->alerts.absent_share_weeks, 4);
}

struct Fault {
    const char* what;
    void (*make)(v1::RuleSet& rules);
    ErrorCode code;
    const char* path;
};

TEST(RuleSet, WhatCannotBeRightIsRefusedWithItsPath) {
    const Fault faults[] = {
        {"no name", [](v1::RuleSet& r) { r.clear_name(); }, ErrorCode::field_missing, "name"},
        {"long name", [](v1::RuleSet& r) { r.set_name(std::string(65, 'n')); },
         ErrorCode::field_too_long, "name"},
        {"no first day", [](v1::RuleSet& r) { r.clear_valid_from_date(); },
         ErrorCode::field_missing, "valid_from_date"},
        {"no date", [](v1::RuleSet& r) { r.set_valid_from_date("2011-02-29"); },
         ErrorCode::field_invalid, "valid_from_date"},
        {"reversed", [](v1::RuleSet& r) { r.set_valid_until_date("2010-12-31"); },
         ErrorCode::dates_reversed, "valid_until_date"},
        {"category twice", [](v1::RuleSet& r) { *r.add_categories() = r.categories(0); },
         ErrorCode::field_invalid, "categories[1].category"},
        {"no category", [](v1::RuleSet& r) { r.mutable_categories(0)->clear_category(); },
         ErrorCode::enum_unspecified, "categories[0].category"},
        {"refund", [](v1::RuleSet& r) { r.mutable_categories(0)->set_refund_percent(101); },
         ErrorCode::field_invalid, "categories[0].refund_percent"},
        {"weeks",
         [](v1::RuleSet& r) { r.mutable_categories(0)->mutable_longest()->set_weeks(521); },
         ErrorCode::field_invalid, "categories[0].longest.weeks"},
        {"months",
         [](v1::RuleSet& r) { r.mutable_new_offer()->mutable_from_age()->set_months(121); },
         ErrorCode::field_invalid, "new_offer.from_age.months"},
        {"age", [](v1::RuleSet& r) { r.set_age_limit(121); }, ErrorCode::field_invalid,
         "age_limit"},
        {"days", [](v1::RuleSet& r) { r.mutable_alerts()->set_follow_up_days(367); },
         ErrorCode::field_invalid, "alerts.follow_up_days"},
        {"row of one", [](v1::RuleSet& r) { r.mutable_alerts()->set_no_shows_in_a_row(1); },
         ErrorCode::field_invalid, "alerts.no_shows_in_a_row"},
        {"share", [](v1::RuleSet& r) { r.mutable_alerts()->set_absent_share_percent(0); },
         ErrorCode::field_invalid, "alerts.absent_share_percent"},
        {"window", [](v1::RuleSet& r) { r.mutable_alerts()->set_absent_share_weeks(13); },
         ErrorCode::field_invalid, "alerts.absent_share_weeks"},
        {"steps",
         [](v1::RuleSet& r) {
             for (int i = 0; i < 4; ++i)
                 r.mutable_alerts()->add_follow_up_steps(1);
         },
         ErrorCode::field_invalid, "alerts.follow_up_steps"},
        {"step of no days", [](v1::RuleSet& r) { r.mutable_alerts()->add_report_overdue_steps(0); },
         ErrorCode::field_invalid, "alerts.report_overdue_steps"}};
    for (const Fault& fault : faults) {
        v1::RuleSet rules = message();
        fault.make(rules);
        EXPECT_THAT(read_rule_set(rules), FailsAt(fault.code, fault.path)) << fault.what;
    }
}

TEST(RuleSets, TheOneInForceOnADayDecides) {
    RuleSets sets;
    ASSERT_THAT(sets.add(valid("2012", "2012-01-01", "")), Succeeds());
    ASSERT_THAT(sets.add(valid("2010", "2010-01-01", "2010-12-31")), Succeeds());
    ASSERT_THAT(sets.add(valid("2011", "2011-01-01", "2011-12-31")), Succeeds());
    EXPECT_EQ(sets.on(day("2010-01-01")).name, "2010");
    EXPECT_EQ(sets.on(day("2010-12-31")).name, "2010");
    EXPECT_EQ(sets.on(day("2011-01-01")).name, "2011");
    EXPECT_EQ(sets.on(day("2026-11-28")).name, "2012");
    EXPECT_EQ(sets.on(day("2009-12-31")).name, "") << "none is in force";
    EXPECT_FALSE(sets.on(day("2009-12-31")).alerts.follow_up.has_value());
}

TEST(RuleSets, TwoOnTheSameDayAreRefused) {
    RuleSets sets;
    ASSERT_THAT(sets.add(valid("2011", "2011-01-01", "2011-12-31")), Succeeds());
    const auto refused = sets.add(valid("later", "2011-12-31", "2012-12-31"));
    ASSERT_THAT(refused, FailsAt(ErrorCode::rules_overlap, "valid_from_date"));
    EXPECT_EQ(refused.error().detail, "2011 and later");
    EXPECT_THAT(sets.add(valid("open", "2010-01-01", "")), FailsWith(ErrorCode::rules_overlap));
    EXPECT_EQ(sets.all().size(), 1U);
    EXPECT_THAT(sets.add(valid("open", "2012-01-01", "")), Succeeds());
    EXPECT_THAT(sets.add(valid("more", "2030-01-01", "")), FailsWith(ErrorCode::rules_overlap));
}

TEST(RuleSets, ThereIsALimit) {
    RuleSets sets;
    Day first = day("2000-01-01");
    for (std::size_t i = 0; i < rule_limits::rule_sets_max; ++i, first = first.plus(1)) {
        ASSERT_THAT(sets.add(valid("day", first.text(), first.text())), Succeeds());
    }
    EXPECT_THAT(sets.add(valid("day", first.text(), first.text())),
                FailsWith(ErrorCode::list_too_long));
}

}  // namespace
}  // namespace jobbro::domain
