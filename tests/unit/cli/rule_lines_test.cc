#include "adapters/cli/rule_lines.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "proto/contract/order_steps.h"

namespace jobbro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

v1::Answer one_set() {
    v1::Answer answer;
    v1::RuleSet& rules = *answer.add_rule_sets();
    rules.set_name("2011");
    rules.set_valid_from_date("2011-01-01");
    v1::CategoryRules& category = *rules.add_categories();
    category.set_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    category.mutable_longest()->set_weeks(13);
    category.set_prolongable_with_reason(true);
    rules.mutable_interviews()->mutable_from_age()->set_months(3);
    rules.mutable_alerts()->set_order_unanswered_days(7);
    rules.mutable_alerts()->add_report_overdue_steps(7);
    rules.mutable_alerts()->add_report_overdue_steps(14);
    return answer;
}

TEST(RuleLines, ARuleSetTellsWhatItSets) {
    EXPECT_EQ(rule_sets_text(one_set(), Language::english),
              "rule set 2011, from 2011-01-01\n"
              "RULE                                   VALUE\n"
              "categories[0].category                 work_placement\n"
              "categories[0].longest.weeks            13\n"
              "categories[0].prolongable_with_reason  true\n"
              "interviews.from_age.months             3\n"
              "alerts.order_unanswered_days           7\n"
              "alerts.report_overdue_steps            7, 14\n");
    v1::Answer answer = one_set();
    answer.mutable_rule_sets(0)->set_valid_until_date("2011-12-31");
    answer.mutable_rule_sets(0)->set_name("\x1b[2J");
    EXPECT_THAT(rule_sets_text(answer, Language::danish),
                StartsWith("regelsæt ?[2J, fra 2011-01-01 til 2011-12-31\nREGEL"));
}

TEST(RuleLines, NothingIsNoLines) {
    EXPECT_EQ(rule_sets_text({}, Language::english), "");
    EXPECT_EQ(rule_sets_json({}), "");
}

TEST(RuleLines, JsonHasARuleSetALine) {
    EXPECT_THAT(rule_sets_json(one_set()),
                StartsWith(R"({"rule_set":{"name":"2011","valid_from_date":"2011-01-01",)"));
}

TEST(RuleLines, TheStepsAreALineAKind) {
    const std::string lines = steps_json();
    EXPECT_EQ(static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')),
              contract::order_steps().size());
    EXPECT_THAT(lines, HasSubstr(R"({"step":{"kind":"course_start","placed":"no","asked":"no",)"
                                 R"("clarified":"no","accepted":"yes","started":"corrections",)"
                                 R"("ended":"corrections","followed_up":"corrections",)"
                                 R"("declined":"no","cancelled":"no"}})"
                                 "\n"));
    EXPECT_THAT(lines, Not(HasSubstr("rule_set")));
}

}  // namespace
}  // namespace jobbro::cli
