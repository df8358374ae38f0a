// What the fields of a body are to each other. Order, course and progression: validation_test.
#include "proto/contract/body_relations.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/contract/spoilt.h"

namespace jobbro::contract {
namespace {

class Relations : public testing::TestWithParam<Spoilt> {};

TEST_P(Relations, OfFieldsAreJudged) {
    expect_refused(GetParam());
}

using E = v1::Envelope;

v1::OrderRevision& revision(E& e) {
    return *e.mutable_order_revision();
}
v1::AttendanceList& attendance(E& e) {
    return *e.mutable_attendance_list();
}
v1::AttendanceDay& day(E& e, int index) {
    return *attendance(e).mutable_days(index);
}
v1::Meeting& meeting(E& e) {
    return *e.mutable_meeting();
}
v1::OfferPublished& offer(E& e) {
    return *e.mutable_offer_published();
}

INSTANTIATE_TEST_SUITE_P(
    OrderChanges, Relations,
    testing::Values(
        Spoilt{"other_revision_unexplained", sample_order_revision,
               [](E& e) { revision(e).clear_explanation(); }, ErrorCode::field_missing,
               "order_revision.explanation"},
        Spoilt{"revised_order_reversed", sample_order_revision,
               [](E& e) { revision(e).mutable_order()->set_end_date("2011-05-08"); },
               ErrorCode::dates_reversed, "order_revision.order.end_date"},
        Spoilt{"revised_order_its_own_predecessor", sample_order_revision,
               [](E& e) { revision(e).mutable_order()->set_predecessor_order_id(e.order_id()); },
               ErrorCode::field_invalid, "order_revision.order.predecessor_order_id"},
        Spoilt{"revised_order_education_as_placement", sample_order_revision,
               [](E& e) {
                   revision(e).mutable_order()->set_legal_category(
                       v1::LEGAL_CATEGORY_WORK_PLACEMENT);
               },
               ErrorCode::field_invalid, "order_revision.order.ordinary_education"},
        Spoilt{"revised_reports_reversed", sample_order_revision,
               [](E& e) {
                   revision(e)
                       .mutable_order()
                       ->mutable_reports_due()
                       ->mutable_reports(2)
                       ->set_due_date("2011-06-19");
               },
               ErrorCode::dates_reversed, "order_revision.order.reports_due.reports[2].due_date"},
        Spoilt{"revised_report_due_twice", sample_order_revision,
               [](E& e) {
                   v1::ReportsDue& due = *revision(e).mutable_order()->mutable_reports_due();
                   *due.add_reports() = due.reports(2);
               },
               ErrorCode::field_invalid, "order_revision.order.reports_due.reports[3]"},
        Spoilt{"other_cancellation_unexplained", sample_order_cancellation,
               [](E& e) { e.mutable_order_cancellation()->clear_explanation(); },
               ErrorCode::field_missing, "order_cancellation.explanation"},
        Spoilt{"known_answer_not_given", sample_clarification,
               [](E& e) { e.mutable_clarification()->mutable_answers(0)->clear_answer(); },
               ErrorCode::field_missing, "clarification.answers[0].answer"},
        Spoilt{"other_cancellation_explained_with_nothing", sample_order_cancellation,
               [](E& e) { e.mutable_order_cancellation()->set_explanation(" \n\xe2\x80\x8b"); },
               ErrorCode::field_missing, "order_cancellation.explanation"},
        Spoilt{"known_answer_blank", sample_clarification,
               [](E& e) { e.mutable_clarification()->mutable_answers(0)->set_answer(" "); },
               ErrorCode::field_missing, "clarification.answers[0].answer"},
        Spoilt{"job_plan_made_on_a_day_to_come", sample_job_plan_extract,
               [](E& e) { e.mutable_job_plan_extract()->set_made_date("2011-05-04"); },
               ErrorCode::happened_in_future, "job_plan_extract.made_date"},
        Spoilt{"job_plan_of_no_plan", sample_job_plan_extract,
               [](E& e) { e.mutable_job_plan_extract()->clear_plan(); }, ErrorCode::field_missing,
               "job_plan_extract.plan"},
        Spoilt{"job_plan_of_no_version", sample_job_plan_extract,
               [](E& e) { e.mutable_job_plan_extract()->mutable_plan()->clear_version(); },
               ErrorCode::field_missing, "job_plan_extract.plan.version"},
        Spoilt{"job_plan_over_before_made", sample_job_plan_extract,
               [](E& e) { e.mutable_job_plan_extract()->set_end_date("2011-04-26"); },
               ErrorCode::dates_reversed, "job_plan_extract.end_date"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    CourseReports, Relations,
    testing::Values(
        Spoilt{"attendance_reversed", sample_attendance_list,
               [](E& e) { attendance(e).set_last_date("2011-04-17"); }, ErrorCode::dates_reversed,
               "attendance_list.last_date"},
        Spoilt{"attendance_of_63_days", sample_attendance_list,
               [](E& e) { attendance(e).set_last_date("2011-06-19"); }, ErrorCode::field_invalid,
               "attendance_list.last_date"},
        Spoilt{"day_before_the_period", sample_attendance_list,
               [](E& e) { day(e, 0).set_date("2011-04-17"); }, ErrorCode::field_invalid,
               "attendance_list.days[0].date"},
        Spoilt{"day_after_the_period", sample_attendance_list,
               [](E& e) { day(e, 2).set_date("2011-05-02"); }, ErrorCode::field_invalid,
               "attendance_list.days[2].date"},
        Spoilt{"day_twice", sample_attendance_list, [](E& e) { day(e, 2).set_date("2011-04-20"); },
               ErrorCode::field_invalid, "attendance_list.days[2].date"},
        Spoilt{"days_not_by_date", sample_attendance_list,
               [](E& e) { day(e, 2).set_date("2011-04-19"); }, ErrorCode::dates_reversed,
               "attendance_list.days[2].date"},
        Spoilt{"attended_on_a_day_to_come", sample_attendance_list,
               [](E& e) {
                   attendance(e).set_last_date("2011-05-05");
                   day(e, 2).set_date("2011-05-04");
                   day(e, 2).set_attended_hours(0.25);
               },
               ErrorCode::happened_in_future, "attendance_list.days[2].date"},
        Spoilt{"no_show_on_a_day_to_come", sample_absence_report,
               [](E& e) {
                   e.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_NO_SHOW);
                   e.mutable_absence_report()->set_last_date("2011-05-04");
               },
               ErrorCode::happened_in_future, "absence_report.last_date"},
        Spoilt{"absent_for_more_hours_than_a_day_has", sample_absence_report,
               [](E& e) { e.mutable_absence_report()->set_absent_hours(24.5); },
               ErrorCode::field_invalid, "absence_report.absent_hours"},
        Spoilt{"started_on_a_day_to_come", sample_course_start,
               [](E& e) { e.mutable_course_start()->set_start_date("2011-05-03"); },
               ErrorCode::happened_in_future, "course_start.start_date"},
        Spoilt{"ended_on_a_day_to_come", sample_course_end,
               [](E& e) { e.mutable_course_end()->set_end_date("2011-05-03"); },
               ErrorCode::happened_in_future, "course_end.end_date"},
        Spoilt{"evaluated_on_a_day_to_come", sample_mid_term_evaluation,
               [](E& e) { e.mutable_mid_term_evaluation()->set_evaluation_date("2011-05-04"); },
               ErrorCode::happened_in_future, "mid_term_evaluation.evaluation_date"},
        Spoilt{
            "answer_wanted_before_the_evaluation", sample_mid_term_evaluation,
            [](E& e) { e.mutable_mid_term_evaluation()->set_answer_wanted_by_date("2011-04-28"); },
            ErrorCode::dates_reversed, "mid_term_evaluation.answer_wanted_by_date"},
        Spoilt{
            "answer_wanted_before_the_period_has_ended", sample_progression_report,
            [](E& e) { e.mutable_progression_report()->set_answer_wanted_by_date("2011-04-28"); },
            ErrorCode::dates_reversed, "progression_report.answer_wanted_by_date"},
        Spoilt{"placement_reversed", sample_placement,
               [](E& e) { e.mutable_placement()->set_last_date("2011-05-08"); },
               ErrorCode::dates_reversed, "placement.last_date"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Cooperation, Relations,
    testing::Values(
        Spoilt{"therapist_without_consent_told", sample_meeting,
               [](E& e) { meeting(e).clear_citizen_consents(); }, ErrorCode::field_missing,
               "meeting.citizen_consents"},
        Spoilt{"therapist_without_consent", sample_meeting,
               [](E& e) { meeting(e).set_citizen_consents(false); }, ErrorCode::field_invalid,
               "meeting.citizen_consents"},
        Spoilt{"held_tomorrow", sample_meeting,
               [](E& e) { meeting(e).set_meeting_date("2011-05-03"); },
               ErrorCode::happened_in_future, "meeting.meeting_date"},
        Spoilt{"funding_asked_for_reversed", sample_funding_request,
               [](E& e) { e.mutable_funding_request()->set_last_date("2011-05-08"); },
               ErrorCode::dates_reversed, "funding_request.last_date"},
        Spoilt{"funding_granted_reversed", sample_funding_decision,
               [](E& e) { e.mutable_funding_decision()->set_last_date("2011-05-08"); },
               ErrorCode::dates_reversed, "funding_decision.last_date"},
        Spoilt{"refused_funding_of_something", sample_funding_decision,
               [](E& e) { e.mutable_funding_decision()->set_verdict(v1::FUNDING_VERDICT_REFUSED); },
               ErrorCode::field_invalid, "funding_decision.granted_items"},
        Spoilt{"refused_funding_of_an_amount", sample_funding_decision,
               [](E& e) {
                   e.mutable_funding_decision()->set_verdict(v1::FUNDING_VERDICT_REFUSED);
                   e.mutable_funding_decision()->clear_granted_items();
               },
               ErrorCode::field_invalid, "funding_decision.amount_dkk"},
        Spoilt{"funding_refused_unexplained", sample_funding_decision,
               [](E& e) {
                   v1::FundingDecision& decision = *e.mutable_funding_decision();
                   decision.set_verdict(v1::FUNDING_VERDICT_REFUSED);
                   decision.clear_granted_items();
                   decision.clear_amount_dkk();
                   decision.clear_explanation();
               },
               ErrorCode::field_missing, "funding_decision.explanation"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Records, Relations,
    testing::Values(
        Spoilt{"other_outcome_unexplained", sample_course_outcome,
               [](E& e) { e.mutable_course_outcome()->clear_explanation(); },
               ErrorCode::field_missing, "course_outcome.explanation"},
        Spoilt{"offer_due_before_the_request", sample_limits_watched,
               [](E& e) { e.mutable_limits_watched()->set_first_offer_due_date("2011-04-03"); },
               ErrorCode::dates_reversed, "limits_watched.first_offer_due_date"},
        Spoilt{"next_interview_before_the_last", sample_interview_held,
               [](E& e) { e.mutable_interview_held()->set_next_interview_date("2011-05-01"); },
               ErrorCode::dates_reversed, "interview_held.next_interview_date"},
        Spoilt{"interview_held_tomorrow", sample_interview_held,
               [](E& e) { e.mutable_interview_held()->set_held_date("2011-05-03"); },
               ErrorCode::happened_in_future, "interview_held.held_date"},
        Spoilt{"former_number_the_same", sample_cpr_changed,
               [](E& e) { e.mutable_cpr_changed()->set_former_cpr_number("6908701478"); },
               ErrorCode::field_invalid, "cpr_changed.former_cpr_number"},
        Spoilt{"merged_number_the_same", sample_subjects_merged,
               [](E& e) { e.mutable_subjects_merged()->set_former_cpr_number("690870-1478"); },
               ErrorCode::field_invalid, "subjects_merged.former_cpr_number"},
        Spoilt{"offered_education_as_subsidy", sample_offer_published,
               [](E& e) { offer(e).set_legal_category(v1::LEGAL_CATEGORY_SUBSIDISED_EMPLOYMENT); },
               ErrorCode::field_invalid, "offer_published.ordinary_education"},
        Spoilt{"most_weeks_below_least", sample_offer_published,
               [](E& e) { offer(e).set_weeks_max(12); }, ErrorCode::field_invalid,
               "offer_published.weeks_max"},
        Spoilt{"funded_until_before_it_holds", sample_offer_published,
               [](E& e) { offer(e).set_funding_end_date("2011-05-08"); }, ErrorCode::dates_reversed,
               "offer_published.funding_end_date"},
        Spoilt{"offer_over_before_it_holds", sample_offer_published,
               [](E& e) { offer(e).set_valid_until_date("2011-05-08"); }, ErrorCode::dates_reversed,
               "offer_published.valid_until_date"}),
    name_of);

void expect_valid(const E& envelope) {
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidBody, NeedsNoExplanationForAReasonThatIsOne) {
    E envelope = sample_order_revision();
    revision(envelope).set_reason(v1::ORDER_REVISION_REASON_CITIZEN_WISH);
    revision(envelope).clear_explanation();
    expect_valid(envelope);
    envelope = sample_order_cancellation();
    envelope.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_MOVED);
    envelope.mutable_order_cancellation()->clear_explanation();
    expect_valid(envelope);
    envelope = sample_course_outcome();
    envelope.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_EDUCATION);
    envelope.mutable_course_outcome()->clear_explanation();
    expect_valid(envelope);
    envelope = sample_funding_decision();
    envelope.mutable_funding_decision()->clear_explanation();
    expect_valid(envelope);
}

TEST(ValidBody, MayAnswerThatNothingMoreIsKnown) {
    E envelope = sample_clarification();
    envelope.mutable_clarification()->mutable_answers(1)->clear_answer();
    expect_valid(envelope);
}

TEST(ValidBody, MayBeAListOfNoDayOfOneDayAndOf62) {
    E envelope = sample_attendance_list();
    attendance(envelope).clear_days();
    attendance(envelope).set_last_date("2011-06-18");
    expect_valid(envelope);
    attendance(envelope).set_last_date("2011-04-18");
    attendance(envelope).add_days()->set_date("2011-04-18");
    expect_valid(envelope);
}

TEST(ValidBody, DatesOfOneDayAreNotReversed) {
    E envelope = sample_placement();
    envelope.mutable_placement()->set_last_date("2011-05-09");
    expect_valid(envelope);
    envelope = sample_interview_held();
    envelope.mutable_interview_held()->set_next_interview_date("2011-05-02");
    expect_valid(envelope);
}

TEST(ValidBody, MeetingsAreCalledForADayToComeAndNeedNoConsentAmongTheParties) {
    E envelope = sample_meeting();
    meeting(envelope).set_stage(v1::MEETING_STAGE_CALLED);
    meeting(envelope).set_meeting_date("2011-06-01");
    expect_valid(envelope);
    meeting(envelope).set_kind(v1::MEETING_KIND_THREE_PARTY);
    meeting(envelope).clear_citizen_consents();
    expect_valid(envelope);
}

// 2011-05-02T22:10:00Z is past midnight in Denmark.
TEST(ValidBody, TheDayIsThatOfDenmark) {
    E envelope = sample_meeting();
    meeting(envelope).set_meeting_date("2011-05-03");
    const Instant past_midnight = sample_now.plus_ms(std::int64_t{14 * 60 + 10} * 60 * 1000);
    EXPECT_THAT(validate(envelope, past_midnight), Succeeds());
    EXPECT_THAT(validate(envelope, past_midnight.plus_ms(-3600 * 1000)),
                FailsWith(ErrorCode::happened_in_future));
}

TEST(ValidBody, AnAnswerMayBeWantedOnTheDayThePeriodEnds) {
    E report = sample_progression_report();
    report.mutable_progression_report()->set_answer_wanted_by_date("2011-04-29");
    expect_valid(report);
    E evaluation = sample_mid_term_evaluation();
    evaluation.mutable_mid_term_evaluation()->set_answer_wanted_by_date(
        evaluation.mid_term_evaluation().evaluation_date());
    expect_valid(evaluation);
}

// The clock of who tells may be five minutes ahead.
TEST(ValidBody, ACourseBeginsAndEndsOnTheDayItIsToldOf) {
    const Instant midnight = sample_now.plus_ms(std::int64_t{14} * 3600 * 1000);
    E start = sample_course_start();
    start.mutable_course_start()->set_start_date("2011-05-03");
    E end = sample_course_end();
    end.mutable_course_end()->set_end_date("2011-05-03");
    for (const E& envelope : {start, end}) {
        EXPECT_THAT(validate(envelope, midnight.plus_ms(-4 * 60 * 1000)), Succeeds());
        EXPECT_THAT(validate(envelope, midnight.plus_ms(-6 * 60 * 1000)),
                    FailsWith(ErrorCode::happened_in_future));
    }
}

TEST(ValidBody, WeeksOfAnOfferMayBeTheSameAndHaveOneBoundOnly) {
    E envelope = sample_offer_published();
    offer(envelope).set_weeks_max(13);
    expect_valid(envelope);
    offer(envelope).clear_weeks_min();
    expect_valid(envelope);
    offer(envelope).set_weeks_min(13);
    offer(envelope).clear_weeks_max();
    expect_valid(envelope);
}

}  // namespace
}  // namespace jobbro::contract
