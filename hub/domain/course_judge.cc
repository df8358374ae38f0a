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

// Not set: it is not too long.
Day last_allowed_where_too_long(const Period& period, const RuleSet& rules) {
    const Span longest = rules.longest_period(period.legal_category, period.match_category);
    if (!longest.is_set() || !period.first.is_set() || !period.last.is_set()) return {};
    const Day allowed = last_day(period.first, longest);
    return period.last > allowed ? allowed : Day{};
}

Result<void> check_period(const Period& period, const RuleSet& rules, const char* path) {
    const Day allowed = last_allowed_where_too_long(period, rules);
    if (!allowed.is_set()) return {};
    if (period.has_reason && rules.is_prolongable_with_reason(period.legal_category)) return {};
    return Error{ErrorCode::period_too_long, "the last day allowed is " + allowed.text(), path};
}

// From the start that stands to the end that is known.
Period period_of(const rows::CourseState& course) {
    Period period;
    period.first = Day::numbered(course.started_day());
    period.last = Day::numbered(course.end_day());
    period.legal_category = course.legal_category();
    period.match_category = course.match_category();
    return period;
}

// An end beyond what the start allows is there for a reason that was told.
bool is_prolonged(const rows::CourseState& course, const RuleSet& rules) {
    return last_allowed_where_too_long(period_of(course), rules).is_set();
}

Result<void> check_order(const rows::CourseState& course, const v1::Order& order,
                         const RuleSet& rules, const OfferFacts* offer, const char* path) {
    if (order.end_date().empty()) return {};
    const Day started = Day::numbered(course.started_day());
    Period period;
    period.first = started.is_set() ? started : day_of_field(order.start_date());
    period.last = day_of_field(order.end_date());
    period.has_reason = period.last.number() <= course.end_day() && is_prolonged(course, rules);
    period.legal_category = static_cast<std::uint32_t>(legal_category_of(order, offer));
    period.match_category = static_cast<std::uint32_t>(order.match_category());
    return check_period(period, rules, path);
}

// What was accepted may begin on the day it was ordered for or later, and what has begun may be
// said to have begun later, whatever is allowed by then: neither makes the period longer.
Result<void> check_start(const rows::CourseState& course, const OrderMessage& message,
                         const RuleSet& rules) {
    Period period = period_of(course);
    period.first = day_of_field(message.envelope.course_start().start_date());
    constexpr const char* path = "course_start.start_date";
    if (period.first > message.day) return Error{ErrorCode::happened_in_future, {}, path};
    if (period.last.is_set() && period.first > period.last) {
        return Error{ErrorCode::dates_reversed, {}, path};
    }
    const std::uint32_t known =
        message.corrects == 0 ? course.ordered_start() : course.started_day();
    if (known != 0 && period.first.number() >= known) return {};
    period.has_reason = is_prolonged(course, rules);
    return check_period(period, rules, path);
}

Result<void> check_extension(const rows::CourseState& course, const v1::Extension& extension,
                             const RuleSet& rules) {
    constexpr const char* path = "extension.new_end_date";
    Period period = period_of(course);
    period.last = day_of_field(extension.new_end_date());
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

Result<void> check_end(const rows::CourseState& course, const v1::CourseEnd& end, Day today) {
    constexpr const char* path = "course_end.end_date";
    const Day last = day_of_field(end.end_date());
    if (last > today) return Error{ErrorCode::happened_in_future, {}, path};
    if (last.number() < course.started_day()) return Error{ErrorCode::dates_reversed, {}, path};
    return {};
}

// It takes the place of nothing that stands.
bool corrects_history(const rows::CourseState& course, const OrderMessage& message) {
    if (message.corrects == 0) return false;
    switch (message.kind) {
        case v1::MESSAGE_KIND_ORDER:
        case v1::MESSAGE_KIND_ORDER_REVISION:
            return message.corrects != course.text_number();
        case v1::MESSAGE_KIND_COURSE_START:
            return message.corrects != course.start_number();
        case v1::MESSAGE_KIND_EXTENSION:
            return message.corrects != course.end_number();
        default:
            return false;
    }
}

Result<void> check_body(const rows::CourseState& course, const OrderMessage& message,
                        const RuleSet& rules, const OfferFacts* offer) {
    if (corrects_history(course, message)) return {};
    const v1::Envelope& envelope = message.envelope;
    switch (message.kind) {
        case v1::MESSAGE_KIND_ORDER:
            return check_order(course, envelope.order(), rules, offer, "order.end_date");
        case v1::MESSAGE_KIND_ORDER_REVISION:
            return check_order(course, envelope.order_revision().order(), rules, offer,
                               "order_revision.order.end_date");
        case v1::MESSAGE_KIND_COURSE_START:
            return check_start(course, message, rules);
        case v1::MESSAGE_KIND_EXTENSION:
            return check_extension(course, envelope.extension(), rules);
        case v1::MESSAGE_KIND_ABSENCE_REPORT:
            return check_absence(course, envelope.absence_report());
        case v1::MESSAGE_KIND_ATTENDANCE_LIST:
            return check_attendance(course, envelope.attendance_list());
        case v1::MESSAGE_KIND_PROGRESSION_REPORT:
            return check_report(course, envelope.progression_report(), message.day);
        case v1::MESSAGE_KIND_COURSE_END:
            return check_end(course, envelope.course_end(), message.day);
        case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
            return check_report_date(course, envelope.mid_term_evaluation().evaluation_date(),
                                     "mid_term_evaluation.evaluation_date");
        default:
            return {};
    }
}

bool is_outside_target_group(const v1::Order& order, const OfferFacts& offer) {
    const auto& meant_for = offer.match_categories;
    if (meant_for.empty() || !order.has_match_category()) return false;
    return std::find(meant_for.begin(), meant_for.end(), order.match_category()) == meant_for.end();
}

// `path` is the order's.
void find_in_order(const v1::Order& order, const std::string& path, const OfferFacts* offer,
                   std::vector<v1::Finding>& findings) {
    if (offer == nullptr) return;
    if (is_outside_target_group(order, *offer)) {
        add_finding(findings, "order.outside_target_group", path + ".match_category");
    }
    const bool both_tell_category =
        order.has_legal_category() && offer->legal_category != v1::LEGAL_CATEGORY_UNSPECIFIED;
    if (both_tell_category && order.legal_category() != offer->legal_category) {
        add_finding(findings, "order.offer_category_differs", path + ".legal_category");
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

// What asks for an answer is watched until it comes, however many there are already.
Result<void> check_room(const rows::CourseState& course, const OrderMessage& message) {
    if (message.corrects != 0) return {};
    const bool asks_question = message.kind == v1::MESSAGE_KIND_CLARIFICATION_REQUEST;
    const bool asks_follow_up = message.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT ||
                                message.kind == v1::MESSAGE_KIND_MID_TERM_EVALUATION;
    if (asks_question && course.open_questions_size() >= open_questions_max) {
        return Error{ErrorCode::list_too_long, "64 questions wait for an answer", "body"};
    }
    const int waiting = count_of(course.watches(), v1::ALERT_KIND_FOLLOW_UP_OVERDUE);
    if (asks_follow_up && waiting >= follow_ups_waiting_max) {
        return Error{ErrorCode::list_too_long, "128 reports wait for an answer", "body"};
    }
    return {};
}

bool opens(const OrderMessage& message) {
    return opens_order(message.kind) && message.corrects == 0;
}

}  // namespace

v1::LegalCategory legal_category_of(const v1::Order& order, const OfferFacts* offer) {
    if (order.has_legal_category() || offer == nullptr) return order.legal_category();
    return offer->legal_category;
}

Result<std::vector<v1::Finding>> judge_on_order(const rows::CourseState& course,
                                                const OrderMessage& message, const RuleSet& rules,
                                                const OfferFacts* offer) {
    if (!opens(message)) {
        JOBBRO_TRY(
            contract::check_step(dialogue_state(course), message.kind, message.corrects != 0));
    }
    JOBBRO_TRY(check_body(course, message, rules, offer));
    JOBBRO_TRY(check_room(course, message));
    std::vector<v1::Finding> findings;
    if (message.kind == v1::MESSAGE_KIND_ORDER) {
        find_in_order(message.envelope.order(), "order", offer, findings);
    } else if (message.kind == v1::MESSAGE_KIND_ORDER_REVISION) {
        find_in_order(message.envelope.order_revision().order(), "order_revision.order", offer,
                      findings);
    } else if (message.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT) {
        find_in_report(course, message, findings);
    }
    return findings;
}

}  // namespace jobbro::domain
