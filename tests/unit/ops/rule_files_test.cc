#include "hub/ops/rule_files.h"

#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view head = "name = \"2011\"\nvalid_from = 2011-01-01\n";

std::string file_with(std::string_view rest) {
    return std::string{head} + std::string{rest};
}

v1::RuleSet rules_of(std::string_view text) {
    const auto file = parse_rule_file(text, "2011.toml");
    EXPECT_THAT(file, Succeeds());
    return file ? file->rules : v1::RuleSet{};
}

void expect_refused(std::string_view text, ErrorCode code, const std::string& detail) {
    const auto file = parse_rule_file(text, "2011.toml");
    ASSERT_THAT(file, FailsWith(code));
    EXPECT_THAT(file.error().detail, HasSubstr(detail));
}

TEST(RuleFiles, RequiredKeysAloneGiveTheDefaults) {
    const v1::RuleSet rules = rules_of(head);
    EXPECT_EQ(rules.name(), "2011");
    EXPECT_EQ(rules.valid_from_date(), "2011-01-01");
    EXPECT_EQ(rules.valid_until_date(), "");
    EXPECT_EQ(rules.categories_size(), 3);
    EXPECT_EQ(rules.categories(1).category(), v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    EXPECT_FALSE(rules.categories(1).has_longest());
    const v1::AlertSettings& alerts = rules.alerts();
    EXPECT_EQ(alerts.order_unanswered_days(), 7U);
    EXPECT_EQ(alerts.question_unanswered_days(), 5U);
    EXPECT_FALSE(alerts.has_not_started_days());
    EXPECT_FALSE(alerts.has_report_due_soon_days());
    EXPECT_EQ(alerts.report_overdue_days(), 3U);
    EXPECT_THAT(alerts.report_overdue_steps(), ElementsAre(10U));
    EXPECT_EQ(alerts.no_shows_in_a_row(), 3U);
    EXPECT_EQ(alerts.first_days_absent(), 5U);
    EXPECT_FALSE(alerts.has_absent_share_percent());
    EXPECT_EQ(alerts.absent_share_weeks(), 4U);
    EXPECT_EQ(alerts.course_ending_days(), 14U);
    EXPECT_FALSE(alerts.has_job_plan_ending_days());
    EXPECT_EQ(alerts.follow_up_days(), 14U);
    EXPECT_THAT(alerts.follow_up_steps(), ElementsAre(14U));
    EXPECT_EQ(alerts.statutory_near_days(), 14U);
}

TEST(RuleFiles, EveryPartIsRead) {
    const v1::RuleSet rules = rules_of(file_with(R"(
valid_until = 2011-12-31
age_limit = 30
[refund]
ordinary_education_percent = 50
passive_percent = 30
[work_placement]
longest = "13 weeks"
longest_job_ready = "1 month"
prolongable_with_reason = true
refund_percent = 50
months_on_benefit = 6
[limits]
first_interview_under_age = "1 month"
first_interview = "3 months"
interviews = "3 months"
first_offer = "none"
[alerts]
order_unanswered_days = "off"
not_started_days = 0
report_overdue_steps = []
follow_up_steps = [7, 14]
absent_share_percent = 25
)"));
    EXPECT_EQ(rules.valid_until_date(), "2011-12-31");
    EXPECT_EQ(rules.age_limit(), 30U);
    EXPECT_EQ(rules.ordinary_education_refund_percent(), 50U);
    EXPECT_EQ(rules.passive_refund_percent(), 30U);
    const v1::CategoryRules& placement = rules.categories(1);
    EXPECT_EQ(placement.longest().weeks(), 13U);
    EXPECT_EQ(placement.longest_job_ready().months(), 1U);
    EXPECT_TRUE(placement.prolongable_with_reason());
    EXPECT_EQ(placement.refund_percent(), 50U);
    EXPECT_EQ(placement.months_on_benefit(), 6U);
    EXPECT_EQ(rules.first_interview().under_age().months(), 1U);
    EXPECT_EQ(rules.first_interview().from_age().months(), 3U);
    EXPECT_EQ(rules.interviews().under_age().months(), 3U) << "the same for all";
    EXPECT_EQ(rules.first_offer().from_age().months(), 0U);
    EXPECT_FALSE(rules.alerts().has_order_unanswered_days());
    EXPECT_TRUE(rules.alerts().has_not_started_days());
    EXPECT_EQ(rules.alerts().not_started_days(), 0U);
    EXPECT_EQ(rules.alerts().report_overdue_steps_size(), 0);
    EXPECT_THAT(rules.alerts().follow_up_steps(), ElementsAre(7U, 14U));
    EXPECT_EQ(rules.alerts().absent_share_percent(), 25U);
}

TEST(RuleFiles, AnUnknownKeyIsToldWithItsLineAndTheNearestKnown) {
    expect_refused(file_with("[alerts]\nfollow_up_day = 3\n"), ErrorCode::config_key_unknown,
                   "2011.toml, line 4, column 1: unknown key; the nearest known one is "
                   "alerts.follow_up_days");
    expect_refused(file_with("[alert]\n"), ErrorCode::config_key_unknown, "2011.toml, line 3");
    expect_refused(
        file_with("[work_placement]\nrefund_percent = 200\n[limits]\nnew_ofer = \"none\"\n"),
        ErrorCode::config_value_invalid, "2011.toml, line 4, column 18");
}

TEST(RuleFiles, AValueThatIsNotAllowedIsToldWithItsLineAndWhatIs) {
    struct Case {
        std::string_view rest;
        std::string detail;
    };
    const Case cases[] = {
        {"age_limit = 121\n", "line 3, column 13: age_limit must be a whole number from 0 to 120"},
        {"valid_until = \"2011\"\n", "line 3, column 15: valid_until must be a date"},
        {"[work_placement]\nlongest = \"13\"\n", "line 4, column 11: work_placement.longest must"},
        {"[work_placement]\nlongest = \"0 weeks\"\n", "line 4"},
        {"[work_placement]\nlongest = \"521 weeks\"\n", "line 4"},
        {"[work_placement]\nlongest = 13\n", "line 4"},
        {"[work_placement]\nprolongable_with_reason = \"yes\"\n", "true or false"},
        {"[alerts]\nfollow_up_days = 367\n", "a whole number from 0 to 366, or \"off\""},
        {"[alerts]\nfollow_up_days = \"of\"\n", "a whole number from 0 to 366, or \"off\""},
        {"[alerts]\nno_shows_in_a_row = 1\n", "a whole number from 2 to 30, or \"off\""},
        {"[alerts]\nfollow_up_steps = [1, 2, 3, 4, 5]\n", "a list of at most four"},
        {"[alerts]\nfollow_up_steps = [0]\n", "a list of at most four"},
        {"alerts = 3\n", "line 3"}};
    for (const Case& one : cases) {
        const auto file = parse_rule_file(file_with(one.rest), "2011.toml");
        ASSERT_FALSE(file.has_value()) << one.rest;
        EXPECT_THAT(file.error().detail, HasSubstr(one.detail)) << one.rest;
        EXPECT_TRUE(file.error().code == ErrorCode::config_value_invalid ||
                    file.error().code == ErrorCode::config_key_unknown);
    }
}

TEST(RuleFiles, WhatIsMissingReversedOrNoTomlIsRefused) {
    expect_refused("valid_from = 2011-01-01\n", ErrorCode::config_value_invalid, "name is missing");
    expect_refused("name = \"2011\"\n", ErrorCode::config_value_invalid, "valid_from is missing");
    expect_refused("name = \"\"\nvalid_from = 2011-01-01\n", ErrorCode::config_value_invalid,
                   "line 1, column 8: name must be");
    expect_refused(file_with("valid_until = 2010-12-31\n"), ErrorCode::dates_reversed, "line 3");
    expect_refused(file_with("age_limit =\n"), ErrorCode::config_syntax, "2011.toml, line 3");
    expect_refused(file_with("valid_from = 2012-01-01\n"), ErrorCode::config_syntax, "line 3");
    expect_refused(file_with("valid_until = 2011-02-30\n"), ErrorCode::config_syntax, "line 3");
}

class RuleFolder : public ::testing::Test {
  protected:
    void write(const std::string& name, const std::string& text) {
        std::ofstream{folder_.path() / name, std::ios::binary} << text;
    }
    testing::TemporaryFolder folder_;
};

TEST_F(RuleFolder, IsReadByFirstDay) {
    write("a.toml", "name = \"later\"\nvalid_from = 2012-01-01\n");
    write("b.toml", "name = \"first\"\nvalid_from = 2011-01-01\nvalid_until = 2011-12-31\n");
    write("README.md", "not a rule set");
    const auto rules = read_rule_folder(folder_.path());
    ASSERT_THAT(rules, Succeeds());
    ASSERT_EQ(rules->size(), 2U);
    EXPECT_EQ((*rules)[0].name(), "first");
    EXPECT_EQ((*rules)[1].name(), "later");
}

TEST_F(RuleFolder, TwoOnTheSameDayAreToldWithTheLine) {
    write("a.toml", "name = \"a\"\nvalid_from = 2011-01-01\nvalid_until = 2011-12-31\n");
    write("b.toml", "name = \"b\"\n\nvalid_from = 2011-12-31\n");
    const auto rules = read_rule_folder(folder_.path());
    ASSERT_THAT(rules, FailsWith(ErrorCode::rules_overlap));
    EXPECT_EQ(rules.error().detail, "b.toml, line 3: valid on days on which a.toml is valid too");
    write("a.toml", "name = \"a\"\nvalid_from = 2011-01-01\n");
    EXPECT_THAT(read_rule_folder(folder_.path()), FailsWith(ErrorCode::rules_overlap))
        << "until further notice is for ever";
}

TEST_F(RuleFolder, WhatCannotBeReadIsTold) {
    EXPECT_THAT(read_rule_folder(folder_.path() / "none"), FailsWith(ErrorCode::file_unreadable));
    write("a.toml", std::string(rule_file_limits::file_bytes_max + 1, '#'));
    EXPECT_THAT(read_rule_folder(folder_.path()), FailsWith(ErrorCode::file_unreadable));
}

TEST(RuleFiles, ThoseOfTheHouseFollowOneAnother) {
    const auto rules = read_rule_folder(JOBBRO_SOURCE_DIR "/deploy/rules");
    ASSERT_THAT(rules, Succeeds());
    ASSERT_EQ(rules->size(), 3U);
    const v1::RuleSet& first = rules->front();
    EXPECT_EQ(first.valid_from_date(), "2010-01-01");
    EXPECT_EQ(first.categories(0).refund_percent(), 65U);
    EXPECT_EQ((*rules)[1].categories(0).refund_percent(), 30U);
    EXPECT_EQ((*rules)[1].categories(1).refund_percent(), 50U);
    EXPECT_EQ((*rules)[1].categories(1).longest().weeks(), 13U);
    EXPECT_EQ((*rules)[1].first_offer_lasts().under_age().months(), 6U);
    EXPECT_FALSE((*rules)[2].first_offer_lasts().has_under_age());
    EXPECT_EQ((*rules)[2].valid_until_date(), "");
}

}  // namespace
}  // namespace jobbro::ops
