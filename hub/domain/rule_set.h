// What the law and the settings ask for, with a period of validity.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hub/domain/day.h"
#include "jobbro/v1/rules.pb.h"
#include "proto/base/result.h"

namespace jobbro::domain {

namespace rule_limits {
inline constexpr std::size_t name_bytes_max = 64;
inline constexpr std::uint32_t span_weeks_max = 520;
inline constexpr std::uint32_t span_months_max = 120;
inline constexpr std::uint32_t alert_days_max = 366;
inline constexpr std::size_t alert_steps_max = 4;
inline constexpr std::uint32_t share_weeks_max = 12;
inline constexpr std::size_t rule_sets_max = 256;
}  // namespace rule_limits

struct CategoryRules {
    Span longest_job_ready;  // not set: no longest period
    Span longest;            // for all others, and where no match category is told
    bool prolongable_with_reason = false;
    std::uint8_t refund_percent = 0;
    std::uint16_t months_on_benefit = 0;
};

struct LimitByAge {
    Span under_age;
    Span from_age;
};

// Days from one alert on a matter to the next; the first of them may be raised alone.
struct Steps {
    std::array<std::uint16_t, rule_limits::alert_steps_max> days{};
    std::uint8_t count = 0;
};

// As v1::AlertSettings: an alert without a setting is never raised.
struct AlertSettings {
    using Days = std::optional<std::uint16_t>;
    Days order_unanswered;
    Days question_unanswered;
    Days not_started;
    Days report_due_soon;
    Days report_overdue;
    Steps report_overdue_steps;
    Days no_shows_in_a_row;
    Days first_days_absent;
    Days absent_share_percent;
    std::uint16_t absent_share_weeks = 4;
    Days course_ending;
    Days job_plan_ending;
    Days follow_up;
    Steps follow_up_steps;
    Days statutory_near;
};

// A rule set as the rules read it. One that nothing was put into has no limits and no alerts: it is
// what holds on a day for which there is none.
struct RuleSet {
    std::string name;
    Day valid_from;
    Day valid_until;                            // not set: until further notice
    std::array<CategoryRules, 3> categories{};  // in the order of v1::LegalCategory
    std::uint8_t ordinary_education_refund_percent = 0;
    std::uint8_t passive_refund_percent = 0;
    std::uint16_t age_limit = 0;
    LimitByAge first_interview;
    LimitByAge interviews;
    LimitByAge first_offer;
    LimitByAge first_offer_lasts;
    LimitByAge new_offer;
    AlertSettings alerts;

    [[nodiscard]] bool is_in_force(Day day) const {
        return valid_from <= day && (!valid_until.is_set() || day <= valid_until);
    }
    // The limit for somebody of the age on the day; not set: none.
    [[nodiscard]] Span limit_of(const LimitByAge& limit, Day birth, Day day) const;
    // The longest period of a course; not set: none. `legal_category` and `match_category` as their
    // enums have them, 0 when not told.
    [[nodiscard]] Span longest_period(std::uint32_t legal_category,
                                      std::uint32_t match_category) const;
    [[nodiscard]] bool is_prolongable_with_reason(std::uint32_t legal_category) const;
};

// Reads a rule set and checks it. Errors, with the field's path: field_missing, field_invalid,
// field_too_long, enum_unspecified, dates_reversed. Thread: any.
Result<RuleSet> read_rule_set(const v1::RuleSet& message);

// Whether both are in force on some day. Thread: any.
bool overlap(const RuleSet& a, const RuleSet& b);

// The rule sets there are, by their first day; no two in force on the same day. Thread: one at a
// time.
class RuleSets {
  public:
    // Errors: rules_overlap, its detail naming the two; list_too_long. After an error nothing is
    // added.
    Result<void> add(RuleSet rules);
    // The one in force on the day, or one with neither limits nor alerts. Lives until the next
    // add().
    [[nodiscard]] const RuleSet& on(Day day) const;
    [[nodiscard]] const std::vector<RuleSet>& all() const { return sets_; }

  private:
    std::vector<RuleSet> sets_;
    RuleSet none_;
};

}  // namespace jobbro::domain
