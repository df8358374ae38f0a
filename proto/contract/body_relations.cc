#include "proto/contract/body_relations.h"

#include <algorithm>
#include <chrono>
#include <string_view>

#include "proto/base/limits.h"
#include "proto/contract/calendar.h"
#include "proto/contract/white_space.h"

namespace jobbro::contract {
namespace {

// An attendance list spans two months at most.
constexpr std::chrono::days attendance_span_max{61};

std::string item_path(std::string_view list, int index) {
    return std::string{list} + "[" + std::to_string(index) + "]";
}

Error missing(std::string path) {
    return Error{ErrorCode::field_missing, {}, std::move(path)};
}

Error invalid(std::string path) {
    return Error{ErrorCode::field_invalid, {}, std::move(path)};
}

// Dates of one form sort as texts do. An unset one is in no order. `path` is the last one's.
Result<void> check_not_reversed(const std::string& first, const std::string& last,
                                std::string path) {
    if (first.empty() || last.empty() || first <= last) return {};
    return Error{ErrorCode::dates_reversed, {}, std::move(path)};
}

// `path` is the explanation's.
Result<void> check_explained(bool is_required, const std::string& explanation, std::string path) {
    if (is_required && is_blank(explanation)) return missing(std::move(path));
    return {};
}

// What is told of as done was not done tomorrow. An unset date tells of nothing.
Result<void> check_not_to_come(const std::string& date, Instant now, std::string path) {
    if (date.empty()) return {};
    JOBBRO_TRY_ASSIGN(const auto day, parse_date(date));
    if (!is_to_come(day, now.plus_ms(limits::clock_ahead_ms_max))) return {};
    return Error{ErrorCode::happened_in_future, {}, std::move(path)};
}

// The order and what changes it.

Result<void> check_reports_due(const v1::ReportsDue& due, const std::string& list) {
    for (int i = 1; i < due.reports_size(); ++i) {
        const v1::ReportDue& report = due.reports(i);
        const std::string path = item_path(list, i);
        JOBBRO_TRY(check_not_reversed(due.reports(i - 1).due_date(), report.due_date(),
                                      path + ".due_date"));
        const auto is_the_same = [&report](const v1::ReportDue& earlier) {
            return earlier.kind() == report.kind() && earlier.due_date() == report.due_date();
        };
        if (std::any_of(due.reports().begin(), due.reports().begin() + i, is_the_same)) {
            return invalid(path);
        }
    }
    return {};
}

// An order by itself, or as a revision leaves it.
Result<void> check_order(const v1::Order& order, const std::string& path,
                         const BodyContext& context) {
    if (order.ordinary_education() &&
        order.legal_category() != v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING) {
        return invalid(path + ".ordinary_education");
    }
    JOBBRO_TRY(check_not_reversed(order.start_date(), order.end_date(), path + ".end_date"));
    JOBBRO_TRY(check_reports_due(order.reports_due(), path + ".reports_due.reports"));
    if (context.order_id != nullptr && order.predecessor_order_id() == context.order_id->text()) {
        return invalid(path + ".predecessor_order_id");
    }
    return {};
}

Result<void> check_revision(const v1::OrderRevision& revision, const BodyContext& context) {
    JOBBRO_TRY(check_explained(revision.reason() == v1::ORDER_REVISION_REASON_OTHER,
                               revision.explanation(), "order_revision.explanation"));
    return check_order(revision.order(), "order_revision.order", context);
}

Result<void> check_clarification(const v1::Clarification& clarification) {
    for (int i = 0; i < clarification.answers_size(); ++i) {
        const v1::ClarificationAnswer& answer = clarification.answers(i);
        if (is_blank(answer.answer()) && !answer.not_known()) {
            return missing(item_path("clarification.answers", i) + ".answer");
        }
    }
    return {};
}

Result<void> check_job_plan(const v1::JobPlanExtract& extract, Instant now) {
    if (!extract.plan().has_version()) return missing("job_plan_extract.plan.version");
    JOBBRO_TRY(check_not_to_come(extract.made_date(), now, "job_plan_extract.made_date"));
    return check_not_reversed(extract.made_date(), extract.end_date(), "job_plan_extract.end_date");
}

// The course and the reports on it.

// Seen when it happens, and not before.
bool is_seen_at_the_site(v1::AbsenceKind kind) {
    return kind == v1::ABSENCE_KIND_NO_SHOW || kind == v1::ABSENCE_KIND_LATE ||
           kind == v1::ABSENCE_KIND_LEFT_EARLY;
}

Result<void> check_absence(const v1::AbsenceReport& report, Instant now) {
    JOBBRO_TRY(
        check_not_reversed(report.first_date(), report.last_date(), "absence_report.last_date"));
    if (is_seen_at_the_site(report.kind())) {
        JOBBRO_TRY(check_not_to_come(report.first_date(), now, "absence_report.first_date"));
        JOBBRO_TRY(check_not_to_come(report.last_date(), now, "absence_report.last_date"));
    }
    JOBBRO_TRY_ASSIGN(const auto first, parse_date(report.first_date()));
    JOBBRO_TRY_ASSIGN(const auto last, parse_date(report.last_date().empty() ? report.first_date()
                                                                             : report.last_date()));
    const auto days = std::chrono::sys_days{last} - std::chrono::sys_days{first};
    if (report.absent_hours() > 24.0 * static_cast<double>(days.count() + 1)) {
        return invalid("absence_report.absent_hours");
    }
    return check_explained(report.kind() == v1::ABSENCE_KIND_OTHER_STATED_REASON,
                           report.stated_reason(), "absence_report.stated_reason");
}

Result<void> check_point(const v1::AttentionPoint& point, const std::string& path) {
    if (point.has_not_assessed_reason() && point.direction() != v1::DIRECTION_NOT_ASSESSED) {
        return invalid(path + ".not_assessed_reason");
    }
    for (int i = 0; i < point.indicators_size(); ++i) {
        if (point.indicators(i).level() > point.indicators(i).scale_length()) {
            return invalid(item_path(path + ".indicators", i) + ".level");
        }
    }
    if (point.next_step().empty() && !point.next_step_date().empty()) {
        return missing(path + ".next_step");
    }
    return {};
}

Result<void> check_report(const v1::ProgressionReport& report) {
    JOBBRO_TRY(check_not_reversed(report.period_start_date(), report.period_end_date(),
                                  "progression_report.period_end_date"));
    JOBBRO_TRY(check_not_reversed(report.period_end_date(), report.answer_wanted_by_date(),
                                  "progression_report.answer_wanted_by_date"));
    for (int i = 0; i < report.attention_points_size(); ++i) {
        JOBBRO_TRY(check_point(report.attention_points(i),
                               item_path("progression_report.attention_points", i)));
    }
    return {};
}

Result<void> check_course_end(const v1::CourseEnd& end, Instant now) {
    JOBBRO_TRY(check_not_to_come(end.end_date(), now, "course_end.end_date"));
    return check_explained(end.reason() == v1::COURSE_END_REASON_OTHER, end.explanation(),
                           "course_end.explanation");
}

Result<void> check_evaluation(const v1::MidTermEvaluation& evaluation, Instant now) {
    JOBBRO_TRY(check_not_to_come(evaluation.evaluation_date(), now,
                                 "mid_term_evaluation.evaluation_date"));
    return check_not_reversed(evaluation.evaluation_date(), evaluation.answer_wanted_by_date(),
                              "mid_term_evaluation.answer_wanted_by_date");
}

Result<void> check_attendance(const v1::AttendanceList& list, Instant now) {
    JOBBRO_TRY(
        check_attendance_period(list.first_date(), list.last_date(), "attendance_list.last_date"));
    JOBBRO_TRY(check_attendance_days(list.days(), list.first_date(), list.last_date(),
                                     "attendance_list.days"));
    for (int i = 0; i < list.days_size(); ++i) {
        if (list.days(i).attended_hours() <= 0) continue;
        JOBBRO_TRY(check_not_to_come(list.days(i).date(), now,
                                     item_path("attendance_list.days", i) + ".date"));
    }
    return {};
}

// What the two settle between them.

Result<void> check_meeting(const v1::Meeting& meeting, Instant now) {
    if (meeting.kind() == v1::MEETING_KIND_INTERDISCIPLINARY && !meeting.citizen_consents()) {
        const std::string path = "meeting.citizen_consents";
        return meeting.has_citizen_consents() ? invalid(path) : missing(path);
    }
    if (meeting.stage() != v1::MEETING_STAGE_HELD) return {};
    return check_not_to_come(meeting.meeting_date(), now, "meeting.meeting_date");
}

Result<void> check_funding_decision(const v1::FundingDecision& decision) {
    const bool is_refused = decision.verdict() == v1::FUNDING_VERDICT_REFUSED;
    if (is_refused && !decision.granted_items().empty()) {
        return invalid("funding_decision.granted_items");
    }
    if (is_refused && decision.has_amount_dkk()) return invalid("funding_decision.amount_dkk");
    JOBBRO_TRY(check_not_reversed(decision.first_date(), decision.last_date(),
                                  "funding_decision.last_date"));
    return check_explained(is_refused, decision.explanation(), "funding_decision.explanation");
}

// The jobcentre's records, the catalogue, and the citizen's numbers.

Result<void> check_interview(const v1::InterviewHeld& interview, Instant now) {
    JOBBRO_TRY(check_not_to_come(interview.held_date(), now, "interview_held.held_date"));
    return check_not_reversed(interview.held_date(), interview.next_interview_date(),
                              "interview_held.next_interview_date");
}

Result<void> check_offer(const v1::OfferPublished& offer) {
    if (offer.ordinary_education() &&
        offer.legal_category() != v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING) {
        return invalid("offer_published.ordinary_education");
    }
    if (offer.has_weeks_max() && offer.weeks_max() < offer.weeks_min()) {
        return invalid("offer_published.weeks_max");
    }
    JOBBRO_TRY(check_not_reversed(offer.valid_from_date(), offer.funding_end_date(),
                                  "offer_published.funding_end_date"));
    return check_not_reversed(offer.valid_from_date(), offer.valid_until_date(),
                              "offer_published.valid_until_date");
}

Result<void> check_former_number(const std::string& former, const BodyContext& context,
                                 std::string path) {
    JOBBRO_TRY_ASSIGN(const auto number, CprNumber::parse(former));
    if (context.citizen != nullptr && number == *context.citizen) return invalid(std::move(path));
    return {};
}

// The kinds below, and others, in which no field is anything to another.
Result<void> check_course_relations(const v1::Envelope& envelope, Instant now) {
    switch (envelope.body_case()) {
        case v1::Envelope::kAbsenceReport:
            return check_absence(envelope.absence_report(), now);
        case v1::Envelope::kProgressionReport:
            return check_report(envelope.progression_report());
        case v1::Envelope::kAttendanceList:
            return check_attendance(envelope.attendance_list(), now);
        case v1::Envelope::kMidTermEvaluation:
            return check_evaluation(envelope.mid_term_evaluation(), now);
        case v1::Envelope::kCourseStart:
            return check_not_to_come(envelope.course_start().start_date(), now,
                                     "course_start.start_date");
        case v1::Envelope::kCourseEnd:
            return check_course_end(envelope.course_end(), now);
        case v1::Envelope::kPlacement:
            return check_not_reversed(envelope.placement().first_date(),
                                      envelope.placement().last_date(), "placement.last_date");
        case v1::Envelope::kCourseOutcome:
            return check_explained(envelope.course_outcome().kind() == v1::OUTCOME_KIND_OTHER,
                                   envelope.course_outcome().explanation(),
                                   "course_outcome.explanation");
        default:
            return {};
    }
}

}  // namespace

Result<void> check_attendance_period(const std::string& first_date, const std::string& last_date,
                                     const std::string& path) {
    JOBBRO_TRY(check_not_reversed(first_date, last_date, path));
    JOBBRO_TRY_ASSIGN(const auto first, parse_date(first_date));
    JOBBRO_TRY_ASSIGN(const auto last, parse_date(last_date));
    const auto span = std::chrono::sys_days{last} - std::chrono::sys_days{first};
    if (span > attendance_span_max) return invalid(path);
    return {};
}

Result<void> check_attendance_days(
    const google::protobuf::RepeatedPtrField<v1::AttendanceDay>& days,
    const std::string& first_date, const std::string& last_date, const std::string& path) {
    for (int i = 0; i < days.size(); ++i) {
        const std::string& date = days.Get(i).date();
        const std::string date_path = item_path(path, i) + ".date";
        if (date < first_date || date > last_date) return invalid(date_path);
        if (i == 0) continue;
        if (date == days.Get(i - 1).date()) return invalid(date_path);
        JOBBRO_TRY(check_not_reversed(days.Get(i - 1).date(), date, date_path));
    }
    return {};
}

Result<void> check_relations(const v1::Envelope& envelope, const BodyContext& context) {
    switch (envelope.body_case()) {
        case v1::Envelope::kOrder:
            return check_order(envelope.order(), "order", context);
        case v1::Envelope::kOrderRevision:
            return check_revision(envelope.order_revision(), context);
        case v1::Envelope::kOrderDecline:
            return check_explained(
                envelope.order_decline().reason() == v1::ORDER_DECLINE_REASON_OTHER,
                envelope.order_decline().explanation(), "order_decline.explanation");
        case v1::Envelope::kOrderCancellation:
            return check_explained(
                envelope.order_cancellation().reason() == v1::ORDER_CANCELLATION_REASON_OTHER,
                envelope.order_cancellation().explanation(), "order_cancellation.explanation");
        case v1::Envelope::kClarification:
            return check_clarification(envelope.clarification());
        case v1::Envelope::kJobPlanExtract:
            return check_job_plan(envelope.job_plan_extract(), context.now);
        case v1::Envelope::kMeeting:
            return check_meeting(envelope.meeting(), context.now);
        case v1::Envelope::kFundingRequest:
            return check_not_reversed(envelope.funding_request().first_date(),
                                      envelope.funding_request().last_date(),
                                      "funding_request.last_date");
        case v1::Envelope::kFundingDecision:
            return check_funding_decision(envelope.funding_decision());
        case v1::Envelope::kLimitsWatched:
            return check_not_reversed(envelope.limits_watched().first_request_date(),
                                      envelope.limits_watched().first_offer_due_date(),
                                      "limits_watched.first_offer_due_date");
        case v1::Envelope::kInterviewHeld:
            return check_interview(envelope.interview_held(), context.now);
        case v1::Envelope::kOfferPublished:
            return check_offer(envelope.offer_published());
        case v1::Envelope::kCprChanged:
            return check_former_number(envelope.cpr_changed().former_cpr_number(), context,
                                       "cpr_changed.former_cpr_number");
        case v1::Envelope::kSubjectsMerged:
            return check_former_number(envelope.subjects_merged().former_cpr_number(), context,
                                       "subjects_merged.former_cpr_number");
        default:
            return check_course_relations(envelope, context.now);
    }
}

}  // namespace jobbro::contract
