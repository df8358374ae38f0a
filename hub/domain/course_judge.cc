// Whether a message may be recorded on an order, and what is remarked on.
#include <algorithm>

#include "hub/domain/course.h"
#include "hub/domain/sub_goals.h"
#include "proto/contract/validation.h"
#include "proto/contract/white_space.h"

namespace jobbro::domain {
namespace {

void add_finding(std::vector<v1::Finding>& findings, std::string_view code, std::string path) {
    const contract::FindingText* const text = contract::find_finding_text(code);
    JOBBRO_ASSERT(text != nullptr);
    v1::Finding& finding = findings.emplace_back();
    finding.set_code(code.data(), code.size());
    finding.set_field_path(std::move(path));
    finding.set_severity(text->severity);
}

struct Period {
    Day first;
    Day last;
    std::uint32_t legal_category = 0;
    std::uint32_t match_category = 0;
    bool has_reason = false;  // to be longer
};

Result<void> check_period(const Period& period, const RuleSet& rules, const char* path) {
    const Span longest = rules.longest_period(period.legal_category, period.match_category);
    if (!longest.is_set() || !period.first.is_set() || !period.last.is_set()) return {};
    const Day allowed = last_day(period.first, longest);
    if (period.last <= allowed) return {};
    if (period.has_reason && rules.is_prolongable_with_reason(period.legal_category)) return {};
    return Error{ErrorCode::period_too_long, "the last day allowed is " + allowed.text(), path};
}

// `started`: the first day of a course that has begun.
Result<void> check_order(const v1::Order& order, Day started, const RuleSet& rules,
                         const char* path) {
    if (order.end_date().empty()) return {};
    Period period;
    period.first = started.is_set() ? started : day_of_field(order.start_date());
    period.last = day_of_field(order.end_date());
    period.legal_category = static_cast<std::uint32_t>(order.legal_category());
    period.match_category = static_cast<std::uint32_t>(order.match_category());
    return check_period(period, rules, path);
}

Result<void> check_extension(const rows::CourseState& course, const v1::Extension& extension,
                             const RuleSet& rules) {
    constexpr const char* path = "extension.new_end_date";
    Period period;
    period.first = Day::numbered(course.started_day());
    period.last = day_of_field(extension.new_end_date());
    period.legal_category = course.legal_category();
    period.match_category = course.match_category();
    period.has_reason = !contract::is_blank(extension.reason());
    if (period.last < period.first) return Error{ErrorCode::dates_reversed, {}, path};
    return check_period(period, rules, path);
}

bool is_outside(const rows::CourseState& course, Day day) {
    const bool has_ended = static_cast<OrderState>(course.state()) == OrderState::ended;
    return day.number() < course.started_day() || (has_ended && day.number() > course.end_day());
}

Result<void> check_absence(const rows::CourseState& course, const v1::AbsenceReport& report) {
    if (is_outside(course, day_of_field(report.first_date()))) {
        return Error{ErrorCode::absence_outside_course, {}, "absence_report.first_date"};
    }
    if (is_outside(course, day_of_field(report.last_date()))) {
        return Error{ErrorCode::absence_outside_course, {}, "absence_report.last_date"};
    }
    return {};
}

// The period may be a site's month; it is the days that count, and they are in order.
Result<void> check_attendance(const rows::CourseState& course, const v1::AttendanceList& list) {
    if (list.days().empty()) return {};
    const int last = list.days_size() - 1;
    for (const int place : {0, last}) {
        if (!is_outside(course, day_of_field(list.days(place).date()))) continue;
        return Error{ErrorCode::absence_outside_course,
                     {},
                     "attendance_list.days[" + std::to_string(place) + "].date"};
    }
    return {};
}

Result<void> check_report_date(const rows::CourseState& course, const std::string& date,
                               const char* path) {
    if (day_of_field(date).number() >= course.started_day()) return {};
    return Error{ErrorCode::report_before_course, {}, path};
}

// What a report covers has happened.
Result<void> check_report(const rows::CourseState& course, const v1::ProgressionReport& report,
                          Day today) {
    JOBBRO_TRY(check_report_date(course, report.period_start_date(),
                                 "progression_report.period_start_date"));
    if (day_of_field(report.period_end_date()) <= today) return {};
    return Error{ErrorCode::happened_in_future, {}, "progression_report.period_end_date"};
}

Result<void> check_end(const rows::CourseState& course, const v1::CourseEnd& end) {
    if (day_of_field(end.end_date()).number() >= course.started_day()) return {};
    return Error{ErrorCode::dates_reversed, {}, "course_end.end_date"};
}

Result<void> check_body(const rows::CourseState& course, const OrderMessage& message,
                        const RuleSet& rules) {
    const v1::Envelope& envelope = message.envelope;
    const Day started = Day::numbered(course.started_day());
    switch (message.kind) {
        case v1::MESSAGE_KIND_ORDER:
            return check_order(envelope.order(), started, rules, "order.end_date");
        case v1::MESSAGE_KIND_ORDER_REVISION:
            return check_order(envelope.order_revision().order(), started, rules,
                               "order_revision.order.end_date");
        case v1::MESSAGE_KIND_EXTENSION:
            return check_extension(course, envelope.extension(), rules);
        case v1::MESSAGE_KIND_ABSENCE_REPORT:
            return check_absence(course, envelope.absence_report());
        case v1::MESSAGE_KIND_ATTENDANCE_LIST:
            return check_attendance(course, envelope.attendance_list());
        case v1::MESSAGE_KIND_PROGRESSION_REPORT:
            return check_report(course, envelope.progression_report(), message.day);
        case v1::MESSAGE_KIND_COURSE_END:
            return check_end(course, envelope.course_end());
        case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
            return check_report_date(course, envelope.mid_term_evaluation().evaluation_date(),
                                     "mid_term_evaluation.evaluation_date");
        default:
            return {};
    }
}

void find_in_order(const v1::Order& order, const char* path, const OfferFacts* offer,
                   std::vector<v1::Finding>& findings) {
    if (offer == nullptr || offer->match_categories.empty() || !order.has_match_category()) return;
    const auto& meant_for = offer->match_categories;
    if (std::find(meant_for.begin(), meant_for.end(), order.match_category()) == meant_for.end()) {
        add_finding(findings, "order.outside_target_group", path);
    }
}

// An interim report may be about some of them. One that says nothing at all has been told so.
void find_in_report(const rows::CourseState& course, const OrderMessage& message,
                    std::vector<v1::Finding>& findings) {
    const v1::ProgressionReport& report = message.envelope.progression_report();
    if (report.stage() != v1::REPORT_STAGE_FINAL) return;
    const bool says_nothing = std::any_of(
        message.found.begin(), message.found.end(),
        [](const v1::Finding& finding) { return finding.code() == "progression.says_nothing"; });
    if (!says_nothing && leaves_out_sub_goal(course, report)) {
        add_finding(findings, "progression.sub_goal_not_told_of",
                    "progression_report.sub_goals_reached");
    }
}

bool opens(const OrderMessage& message) {
    return opens_order(message.kind) && message.corrects == 0;
}

}  // namespace

Result<std::vector<v1::Finding>> judge_on_order(const rows::CourseState& course,
                                                const OrderMessage& message, const RuleSet& rules,
                                                const OfferFacts* offer) {
    if (!opens(message)) {
        JOBBRO_TRY(
            contract::check_step(dialogue_state(course), message.kind, message.corrects != 0));
    }
    JOBBRO_TRY(check_body(course, message, rules));
    std::vector<v1::Finding> findings;
    if (message.kind == v1::MESSAGE_KIND_ORDER) {
        find_in_order(message.envelope.order(), "order.match_category", offer, findings);
    } else if (message.kind == v1::MESSAGE_KIND_ORDER_REVISION) {
        find_in_order(message.envelope.order_revision().order(),
                      "order_revision.order.match_category", offer, findings);
    } else if (message.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT) {
        find_in_report(course, message, findings);
    }
    return findings;
}

}  // namespace jobbro::domain
