#include "tests/property/course_bodies.h"

#include <algorithm>

namespace jobbro::testing {

int CourseBodies::number(int least, int most) {
    return least + static_cast<int>(random_.below(static_cast<std::uint64_t>(most - least) + 1));
}

int CourseBodies::began() const {
    if (course_->started_day() == 0) return 0;
    return domain::Day::numbered(course_->started_day()).since(today_);
}

void CourseBodies::fill(v1::Envelope& envelope, v1::MessageKind kind,
                        const domain::rows::CourseState& course, domain::Day today) {
    course_ = &course;
    today_ = today;
    switch (kind) {
        case v1::MESSAGE_KIND_ORDER:
            return fill_order(*envelope.mutable_order());
        case v1::MESSAGE_KIND_ORDER_REVISION:
            envelope.mutable_order_revision()->set_revision_number(1);
            envelope.mutable_order_revision()->set_reason(
                static_cast<v1::OrderRevisionReason>(number(1, 6)));
            return fill_order(*envelope.mutable_order_revision()->mutable_order());
        case v1::MESSAGE_KIND_COURSE_START:
            return fill_start(*envelope.mutable_course_start());
        case v1::MESSAGE_KIND_ABSENCE_REPORT:
            return fill_absence(*envelope.mutable_absence_report());
        case v1::MESSAGE_KIND_ATTENDANCE_LIST:
            return fill_attendance(*envelope.mutable_attendance_list());
        case v1::MESSAGE_KIND_PROGRESSION_REPORT:
            return fill_progression(*envelope.mutable_progression_report());
        case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
            return fill_mid_term(*envelope.mutable_mid_term_evaluation());
        case v1::MESSAGE_KIND_COURSE_END:
            return fill_end(*envelope.mutable_course_end());
        case v1::MESSAGE_KIND_CLARIFICATION_REQUEST:
            return fill_question(*envelope.mutable_clarification_request());
        case v1::MESSAGE_KIND_CLARIFICATION:
            return fill_answer(*envelope.mutable_clarification());
        case v1::MESSAGE_KIND_EXTENSION:
            return fill_extension(*envelope.mutable_extension());
        case v1::MESSAGE_KIND_JOB_PLAN_EXTRACT:
            return fill_job_plan(*envelope.mutable_job_plan_extract());
        case v1::MESSAGE_KIND_PLACEMENT:
            return fill_placement(*envelope.mutable_placement());
        case v1::MESSAGE_KIND_MEETING:
            return fill_meeting(*envelope.mutable_meeting());
        case v1::MESSAGE_KIND_FUNDING_DECISION:
            return fill_decision(*envelope.mutable_funding_decision());
        case v1::MESSAGE_KIND_LIMITS_WATCHED:
            return fill_limits(*envelope.mutable_limits_watched());
        case v1::MESSAGE_KIND_INTERVIEW_HELD:
            return fill_interview(*envelope.mutable_interview_held());
        default:
            return fill_brief(envelope, kind);
    }
}

// Of one or two fields.
void CourseBodies::fill_brief(v1::Envelope& envelope, v1::MessageKind kind) {
    switch (kind) {
        case v1::MESSAGE_KIND_ORDER_ACCEPTANCE:
            envelope.mutable_order_acceptance();
            if (chance(2)) {
                envelope.mutable_order_acceptance()->set_expected_start_date(date(number(-2, 20)));
            }
            return;
        case v1::MESSAGE_KIND_ORDER_DECLINE:
            return envelope.mutable_order_decline()->set_reason(
                v1::ORDER_DECLINE_REASON_NO_CAPACITY);
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
            return envelope.mutable_order_cancellation()->set_reason(
                static_cast<v1::OrderCancellationReason>(number(1, 6)));
        case v1::MESSAGE_KIND_FUNDING_REQUEST:
            envelope.mutable_funding_request()->add_items("sit-stand chair");
            return;
        case v1::MESSAGE_KIND_FOLLOW_UP:
            return envelope.mutable_follow_up()->set_decision(
                static_cast<v1::FollowUpDecision>(number(1, 5)));
        case v1::MESSAGE_KIND_CONTACT_CHANGED:
            return envelope.mutable_contact_changed()->mutable_contact()->set_function_or_team(
                chance(2) ? "Team Nord" : "Team Syd");
        case v1::MESSAGE_KIND_COURSE_OUTCOME:
            envelope.mutable_course_outcome()->set_kind(static_cast<v1::OutcomeKind>(number(1, 9)));
            return envelope.mutable_course_outcome()->set_from_date(date(0));
        default:
            return envelope.mutable_notice()->set_text("the company asks again");
    }
}

// Guidance and upskilling has a longest period, that some are beyond.
void CourseBodies::fill_order(v1::Order& body) {
    const int start = number(-3, 20);
    if (!chance(4)) body.set_start_date(date(start));
    if (!chance(5)) body.set_end_date(date(start + number(20, 130)));
    if (chance(2)) {
        body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    } else if (chance(3)) {
        body.set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    }
    if (chance(2)) body.set_match_category(static_cast<v1::MatchCategory>(number(1, 3)));
    body.add_purposes(v1::PURPOSE_NEEDS_ASSESSMENT);
    body.add_sub_goals("two mornings a week held for a month");
    if (chance(2)) body.add_sub_goals("one visit to a workplace");
    body.add_questions("which tasks can be held for three hours?");
    if (chance(3)) body.set_hours_per_week(number(8, 30));
    if (chance(4)) body.set_offer_reference("OF-" + std::to_string(number(1, 3)));
    if (chance(2)) {
        body.mutable_contact()->set_function_or_team(chance(2) ? "Team Nord" : "Team Syd");
    }
    v1::ReportsDue& due = *body.mutable_reports_due();
    int day = number(-10, 20);
    for (int i = number(0, 3); i > 0; --i, day += number(1, 25)) {
        v1::ReportDue& report = *due.add_reports();
        report.set_kind(static_cast<v1::ReportKind>(number(1, 3)));
        report.set_due_date(date(day));
    }
    if (chance(3)) due.set_every_weeks(static_cast<std::uint32_t>(number(1, 5)));
    if (chance(3)) due.set_days_before_interview(static_cast<std::uint32_t>(number(0, 10)));
    if (chance(4)) due.set_next_interview_date(date(number(1, 60)));
}

void CourseBodies::fill_start(v1::CourseStart& body) {
    body.set_start_date(date(number(-5, 0)));
    if (chance(4)) body.set_hours_per_week(15);
    if (!chance(3)) return;
    body.add_planned_weekdays(v1::WEEKDAY_MONDAY);
    body.add_planned_weekdays(v1::WEEKDAY_WEDNESDAY);
    body.add_planned_weekdays(v1::WEEKDAY_FRIDAY);
}

void CourseBodies::fill_absence(v1::AbsenceReport& body) {
    int first = std::max(began(), number(-10, 0));
    if (chance(6)) first = began() - number(1, 5);
    int last = std::min(first + number(0, 4), 0);
    if (chance(20)) {
        first = 1;
        last = 2;
    }
    body.set_first_date(date(first));
    body.set_last_date(date(std::max(first, last)));
    body.set_kind(chance(3) ? static_cast<v1::AbsenceKind>(number(1, 7))
                            : v1::ABSENCE_KIND_NO_SHOW);
    body.set_stated_reason("the bus did not come");
}

void CourseBodies::fill_attendance(v1::AttendanceList& body) {
    const int first = std::max(began(), -14) - (chance(6) ? 3 : 0);
    const int last = first + number(0, 12);
    body.set_first_date(date(first));
    body.set_last_date(date(last));
    for (int day = first; day <= last; ++day) {
        if (chance(3)) continue;
        v1::AttendanceDay& listed = *body.add_days();
        listed.set_date(date(day));
        if (!chance(4)) listed.set_absence(static_cast<v1::AbsenceKind>(number(1, 2)));
    }
}

void CourseBodies::fill_progression(v1::ProgressionReport& body) {
    const int first = std::min(std::max(began(), -30) - (chance(6) ? number(1, 40) : 0), 0);
    body.set_stage(chance(2) ? v1::REPORT_STAGE_FINAL : v1::REPORT_STAGE_INTERIM);
    body.set_period_start_date(date(first));
    body.set_period_end_date(date(chance(8) ? number(1, 5) : 0));
    for (int kind = 1; kind <= 5; ++kind) {
        v1::AttentionPoint& point = *body.add_attention_points();
        point.set_kind(static_cast<v1::AttentionPointKind>(kind));
        point.set_direction(static_cast<v1::Direction>(number(1, 4)));
        if (chance(2)) point.set_narrative("packs an order alone from the list");
    }
    if (chance(2)) body.add_sub_goals_reached("two mornings a week held for a month");
    body.set_overall_direction(v1::DIRECTION_PROGRESS);
    if (chance(2)) body.set_answer_wanted_by_date(date(number(-3, 20)));
}

void CourseBodies::fill_mid_term(v1::MidTermEvaluation& body) {
    int day = std::min(std::max(began(), number(-5, 0)), 0);
    if (chance(6)) day = std::min(began(), 0) - number(1, 5);
    body.set_evaluation_date(date(day));
    body.set_on_the_way(v1::ON_THE_WAY_PARTLY);
    if (chance(3)) body.set_answer_wanted_by_date(date(number(0, 20)));
}

void CourseBodies::fill_end(v1::CourseEnd& body) {
    body.set_end_date(date(number(-3, 0)));
    body.set_reason(static_cast<v1::CourseEndReason>(number(1, 5)));
}

void CourseBodies::fill_question(v1::ClarificationRequest& body) {
    body.add_questions("which mornings are free?");
    if (chance(3)) body.set_answer_wanted_by_date(date(number(-3, 12)));
}

void CourseBodies::fill_answer(v1::Clarification& body) {
    v1::ClarificationAnswer& answer = *body.add_answers();
    answer.set_question("which mornings are free?");
    answer.set_answer("Tuesday");
}

void CourseBodies::fill_extension(v1::Extension& body) {
    body.set_new_end_date(date(chance(5) ? number(100, 400) : number(1, 60)));
    if (chance(4)) body.set_reason("two more steady weeks are wanted");
}

void CourseBodies::fill_job_plan(v1::JobPlanExtract& body) {
    body.mutable_plan()->set_number("3");
    body.mutable_plan()->set_version(2);
    body.set_made_date(date(number(-9, 0)));
    if (!chance(4)) body.set_end_date(date(number(0, 60)));
}

void CourseBodies::fill_placement(v1::Placement& body) {
    body.set_p_number("1099345678");
    body.add_tasks("packs orders");
    body.set_arrangement(v1::PLACEMENT_ARRANGEMENT_SINGLE);
    body.set_first_date(date(number(-5, 5)));
}

void CourseBodies::fill_meeting(v1::Meeting& body) {
    body.set_kind(v1::MEETING_KIND_THREE_PARTY);
    body.set_stage(v1::MEETING_STAGE_HELD);
    body.set_meeting_date(date(0));
    body.add_participants("caseworker");
}

void CourseBodies::fill_decision(v1::FundingDecision& body) {
    body.set_verdict(v1::FUNDING_VERDICT_REFUSED);
    body.set_explanation("it is part of the offer");
}

void CourseBodies::fill_limits(v1::LimitsWatched& body) {
    body.set_first_request_date(date(number(-20, 0)));
    body.set_first_offer_due_date(date(number(1, 60)));
    for (int limit = 1; limit <= 4; ++limit) {
        if (!chance(3)) body.add_watched(static_cast<v1::StatutoryLimit>(limit));
    }
}

void CourseBodies::fill_interview(v1::InterviewHeld& body) {
    body.set_held_date(date(number(-5, 0)));
    if (!chance(3)) body.set_next_interview_date(date(number(5, 60)));
}

}  // namespace jobbro::testing
