#include "hub/domain/rule_set.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

// Reads parts of the message; the first thing wrong stays.
class Reader {
  public:
    Day date(const std::string& text, const std::string& path) {
        const auto day = parse_day(text);
        if (!day) fail(ErrorCode::field_invalid, path);
        return day ? *day : Day{};
    }

    std::uint32_t number(std::uint32_t value, std::uint32_t least, std::uint32_t most,
                         const std::string& path) {
        if (value >= least && value <= most) return value;
        fail(ErrorCode::field_invalid, path);
        return least;
    }

    std::uint8_t percent(std::uint32_t value, const std::string& path) {
        return static_cast<std::uint8_t>(number(value, 0, 100, path));
    }

    Span span(const v1::Span& message, const std::string& path) {
        const auto weeks = number(message.weeks(), 0, rule_limits::span_weeks_max, path + ".weeks");
        const auto months =
            number(message.months(), 0, rule_limits::span_months_max, path + ".months");
        return {static_cast<std::uint16_t>(weeks), static_cast<std::uint16_t>(months)};
    }

    LimitByAge by_age(const v1::LimitByAge& message, const std::string& path) {
        return {span(message.under_age(), path + ".under_age"),
                span(message.from_age(), path + ".from_age")};
    }

    AlertSettings::Days days(bool is_set, std::uint32_t value, std::uint32_t least,
                             std::uint32_t most, const char* name) {
        if (!is_set) return std::nullopt;
        return static_cast<std::uint16_t>(
            number(value, least, most, std::string{"alerts."} + name));
    }

    template <typename Numbers>
    Steps steps(const Numbers& message, const char* name) {
        const std::string path = std::string{"alerts."} + name;
        Steps steps;
        if (static_cast<std::size_t>(message.size()) > steps.days.size()) {
            fail(ErrorCode::field_invalid, path);
            return steps;
        }
        for (const std::uint32_t days : message) {
            steps.days[steps.count++] =
                static_cast<std::uint16_t>(number(days, 1, rule_limits::alert_days_max, path));
        }
        return steps;
    }

    void fail(ErrorCode code, std::string path) {
        if (!failed_) failed_ = Error{code, {}, std::move(path)};
    }
    [[nodiscard]] const std::optional<Error>& failed() const { return failed_; }

  private:
    std::optional<Error> failed_;
};

void read_categories(const v1::RuleSet& message, RuleSet& rules, Reader& reader) {
    std::array<bool, 3> is_given{};
    for (int i = 0; i < message.categories_size(); ++i) {
        const v1::CategoryRules& category = message.categories(i);
        const std::string path = "categories[" + std::to_string(i) + "]";
        const auto place = static_cast<std::size_t>(category.category()) - 1;
        if (place >= rules.categories.size()) {
            return reader.fail(ErrorCode::enum_unspecified, path + ".category");
        }
        if (is_given[place]) return reader.fail(ErrorCode::field_invalid, path + ".category");
        is_given[place] = true;
        CategoryRules& read = rules.categories[place];
        read.longest_job_ready =
            reader.span(category.longest_job_ready(), path + ".longest_job_ready");
        read.longest = reader.span(category.longest(), path + ".longest");
        read.prolongable_with_reason = category.prolongable_with_reason();
        read.refund_percent = reader.percent(category.refund_percent(), path + ".refund_percent");
        read.months_on_benefit = static_cast<std::uint16_t>(
            reader.number(category.months_on_benefit(), 0, rule_limits::span_months_max,
                          path + ".months_on_benefit"));
    }
}

AlertSettings read_alerts(const v1::AlertSettings& set, Reader& reader) {
    constexpr std::uint32_t most = rule_limits::alert_days_max;
    const auto days = [&](bool is_set, std::uint32_t value, const char* name) {
        return reader.days(is_set, value, 0, most, name);
    };
    AlertSettings read;
    read.order_unanswered =
        days(set.has_order_unanswered_days(), set.order_unanswered_days(), "order_unanswered_days");
    read.question_unanswered = days(set.has_question_unanswered_days(),
                                    set.question_unanswered_days(), "question_unanswered_days");
    read.not_started = days(set.has_not_started_days(), set.not_started_days(), "not_started_days");
    read.report_due_soon =
        days(set.has_report_due_soon_days(), set.report_due_soon_days(), "report_due_soon_days");
    read.report_overdue =
        days(set.has_report_overdue_days(), set.report_overdue_days(), "report_overdue_days");
    read.report_overdue_steps = reader.steps(set.report_overdue_steps(), "report_overdue_steps");
    read.no_shows_in_a_row = reader.days(set.has_no_shows_in_a_row(), set.no_shows_in_a_row(), 2,
                                         30, "no_shows_in_a_row");
    read.first_days_absent = reader.days(set.has_first_days_absent(), set.first_days_absent(), 1,
                                         10, "first_days_absent");
    read.absent_share_percent = reader.days(
        set.has_absent_share_percent(), set.absent_share_percent(), 1, 100, "absent_share_percent");
    read.absent_share_weeks = reader
                                  .days(set.has_absent_share_weeks(), set.absent_share_weeks(), 1,
                                        rule_limits::share_weeks_max, "absent_share_weeks")
                                  .value_or(read.absent_share_weeks);
    read.course_ending =
        days(set.has_course_ending_days(), set.course_ending_days(), "course_ending_days");
    read.job_plan_ending =
        days(set.has_job_plan_ending_days(), set.job_plan_ending_days(), "job_plan_ending_days");
    read.follow_up = days(set.has_follow_up_days(), set.follow_up_days(), "follow_up_days");
    read.follow_up_steps = reader.steps(set.follow_up_steps(), "follow_up_steps");
    read.statutory_near =
        days(set.has_statutory_near_days(), set.statutory_near_days(), "statutory_near_days");
    return read;
}

}  // namespace

Span RuleSet::limit_of(const LimitByAge& limit, Day birth, Day day) const {
    return age_on(birth, day) < age_limit ? limit.under_age : limit.from_age;
}

Span RuleSet::longest_period(std::uint32_t legal_category, std::uint32_t match_category) const {
    if (legal_category == 0 || legal_category > categories.size()) return {};
    const CategoryRules& rules = categories[legal_category - 1];
    return match_category == v1::MATCH_CATEGORY_JOB_READY ? rules.longest_job_ready : rules.longest;
}

bool RuleSet::is_prolongable_with_reason(std::uint32_t legal_category) const {
    return legal_category != 0 && legal_category <= categories.size() &&
           categories[legal_category - 1].prolongable_with_reason;
}

Result<RuleSet> read_rule_set(const v1::RuleSet& message) {
    RuleSet rules;
    Reader reader;
    rules.name = message.name();
    if (rules.name.empty()) reader.fail(ErrorCode::field_missing, "name");
    if (rules.name.size() > rule_limits::name_bytes_max) {
        reader.fail(ErrorCode::field_too_long, "name");
    }
    rules.valid_from = reader.date(message.valid_from_date(), "valid_from_date");
    if (!rules.valid_from.is_set()) reader.fail(ErrorCode::field_missing, "valid_from_date");
    rules.valid_until = reader.date(message.valid_until_date(), "valid_until_date");
    if (rules.valid_until.is_set() && rules.valid_until < rules.valid_from) {
        reader.fail(ErrorCode::dates_reversed, "valid_until_date");
    }
    read_categories(message, rules, reader);
    rules.ordinary_education_refund_percent = reader.percent(
        message.ordinary_education_refund_percent(), "ordinary_education_refund_percent");
    rules.passive_refund_percent =
        reader.percent(message.passive_refund_percent(), "passive_refund_percent");
    rules.age_limit =
        static_cast<std::uint16_t>(reader.number(message.age_limit(), 0, 120, "age_limit"));
    rules.first_interview = reader.by_age(message.first_interview(), "first_interview");
    rules.interviews = reader.by_age(message.interviews(), "interviews");
    rules.first_offer = reader.by_age(message.first_offer(), "first_offer");
    rules.first_offer_lasts = reader.by_age(message.first_offer_lasts(), "first_offer_lasts");
    rules.new_offer = reader.by_age(message.new_offer(), "new_offer");
    rules.alerts = read_alerts(message.alerts(), reader);
    if (reader.failed()) return *reader.failed();
    return rules;
}

bool overlap(const RuleSet& a, const RuleSet& b) {
    return (!a.valid_until.is_set() || b.valid_from <= a.valid_until) &&
           (!b.valid_until.is_set() || a.valid_from <= b.valid_until);
}

Result<void> RuleSets::add(RuleSet rules) {
    if (sets_.size() >= rule_limits::rule_sets_max) return ErrorCode::list_too_long;
    for (const RuleSet& set : sets_) {
        if (!overlap(set, rules)) continue;
        return Error{ErrorCode::rules_overlap, set.name + " and " + rules.name, "valid_from_date"};
    }
    const auto place =
        std::upper_bound(sets_.begin(), sets_.end(), rules.valid_from,
                         [](Day day, const RuleSet& set) { return day < set.valid_from; });
    sets_.insert(place, std::move(rules));
    return {};
}

const RuleSet& RuleSets::on(Day day) const {
    for (auto set = sets_.rbegin(); set != sets_.rend(); ++set) {
        if (set->is_in_force(day)) return *set;
    }
    return none_;
}

}  // namespace jobbro::domain
