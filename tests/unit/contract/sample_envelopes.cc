#include "tests/unit/contract/sample_envelopes.h"

#include <string>

#include "proto/base/randomness.h"
#include "proto/contract/uuid.h"

namespace jobbro::contract {
namespace {

constexpr const char* jobcentre = "jobcentre:101";
constexpr const char* provider = "provider:13748136";

v1::Envelope sample_from_jobcentre() {
    v1::Envelope envelope = sample_without_body();
    envelope.mutable_audience()->mutable_order_parties();
    return envelope;
}

v1::Envelope sample_from_provider() {
    v1::Envelope envelope = sample_from_jobcentre();
    envelope.set_sender(provider);
    return envelope;
}

// About a citizen and under no order.
v1::Envelope sample_on_citizen() {
    v1::Envelope envelope = sample_without_body();
    envelope.clear_order_id();
    return envelope;
}

v1::Envelope sample_on_offer() {
    v1::Envelope envelope = sample_without_body();
    envelope.set_sender(provider);
    envelope.clear_order_id();
    envelope.clear_citizen();
    envelope.mutable_audience()->mutable_all_with_ground();
    return envelope;
}

std::string some_id(std::uint64_t seed) {
    SeededRandomness randomness{seed};
    return OrderId::make(sample_now, randomness).text();
}

void answer(v1::Envelope& envelope) {
    v1::Cause& cause = *envelope.add_causes();
    cause.set_message_id(some_id(10));
    cause.set_relation(v1::CAUSE_RELATION_ANSWERS);
}

void add_day(google::protobuf::RepeatedPtrField<v1::AttendanceDay>& days, const char* date,
             double planned, double attended) {
    v1::AttendanceDay& day = *days.Add();
    day.set_date(date);
    day.set_planned_hours(planned);
    day.set_attended_hours(attended);
}

void add_report_due(v1::Order& order, v1::ReportKind kind, const char* date) {
    v1::ReportDue& due = *order.mutable_reports_due()->add_reports();
    due.set_kind(kind);
    due.set_due_date(date);
}

void add_point(v1::ProgressionReport& report, v1::AttentionPointKind kind) {
    v1::AttentionPoint& point = *report.add_attention_points();
    point.set_kind(kind);
    point.set_direction(v1::DIRECTION_PROGRESS);
    point.set_narrative("packs an order alone from the list, four times out of five");
    point.set_evidence("the list is ticked off by the foreman each day");
    point.set_next_step("two orders a day");
    point.set_next_step_date("2011-06-01");
    v1::Indicator& indicator = *point.add_indicators();
    indicator.set_name("works alone");
    indicator.set_level(4);
    indicator.set_scale_length(5);
}

}  // namespace

v1::Envelope sample_without_body() {
    SeededRandomness randomness{7};
    v1::Envelope envelope;
    envelope.set_message_id(MessageId::make(sample_now, randomness).text());
    envelope.set_sender(jobcentre);
    envelope.set_order_id(OrderId::make(sample_now, randomness).text());
    envelope.mutable_citizen()->set_cpr_number("690870-1478");
    envelope.mutable_happened_at()->set_seconds(sample_now.microseconds / 1000000);
    envelope.set_schema_version(1);
    envelope.set_salt(std::string(16, 's'));
    return envelope;
}

v1::Envelope sample_order() {
    SeededRandomness randomness{8};
    v1::Envelope envelope = sample_without_body();
    envelope.mutable_audience()->set_party(provider);
    v1::Order& order = *envelope.mutable_order();
    order.set_offer_reference("OF-2");
    order.set_match_category(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    order.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    order.set_ordinary_education(true);
    order.add_purposes(v1::PURPOSE_NEEDS_ASSESSMENT);
    order.add_purposes(v1::PURPOSE_EMPLOYMENT);
    order.add_priorities("back to work");
    order.set_special_considerations("no lifts over 5 kg");
    order.add_sub_goals("comes two mornings a week");
    order.add_questions("which tasks hold for 15 hours?");
    order.set_citizen_wishes("would rather work outdoors");
    order.set_hours_per_week(18.5);
    order.set_start_date("2011-05-09");
    order.set_end_date("2011-08-05");
    add_report_due(order, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-06-20");
    add_report_due(order, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-06-20");
    add_report_due(order, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-07-20");
    order.mutable_reports_due()->set_every_weeks(6);
    order.mutable_reports_due()->set_days_before_interview(7);
    order.mutable_reports_due()->set_next_interview_date("2011-08-01");
    order.mutable_job_plan()->set_number("3");
    order.mutable_job_plan()->set_version(2);
    order.set_predecessor_order_id(OrderId::make(sample_now, randomness).text());
    order.mutable_contact()->set_function_or_team("Team Nord");
    order.mutable_contact()->set_phone("+45 33 12 34 56");
    order.set_mentor_hours_per_week(1.25);
    order.set_education_obligation(v1::EDUCATION_OBLIGATION_NONE);
    return envelope;
}

v1::Envelope sample_order_acceptance() {
    v1::Envelope envelope = sample_from_provider();
    v1::OrderAcceptance& acceptance = *envelope.mutable_order_acceptance();
    acceptance.set_expected_start_date("2011-05-09");
    acceptance.mutable_contact()->set_function_or_team("workplace mentor");
    acceptance.set_remark("brings own lunch");
    return envelope;
}

v1::Envelope sample_order_decline() {
    v1::Envelope envelope = sample_from_provider();
    envelope.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_OTHER);
    envelope.mutable_order_decline()->set_explanation("the workshop is being moved");
    return envelope;
}

v1::Envelope sample_course_start() {
    v1::Envelope envelope = sample_from_provider();
    v1::CourseStart& start = *envelope.mutable_course_start();
    start.set_start_date("2011-05-02");
    start.set_hours_per_week(15);
    start.mutable_contact()->set_function_or_team("workshop leader");
    start.set_remark("the gate opens at eight");
    start.add_planned_weekdays(v1::WEEKDAY_MONDAY);
    start.add_planned_weekdays(v1::WEEKDAY_WEDNESDAY);
    return envelope;
}

v1::Envelope sample_absence_report() {
    v1::Envelope envelope = sample_from_provider();
    v1::AbsenceReport& report = *envelope.mutable_absence_report();
    report.set_first_date("2011-04-29");
    report.set_last_date("2011-04-29");
    report.set_absent_hours(0.5);
    report.set_kind(v1::ABSENCE_KIND_OTHER_STATED_REASON);
    report.set_stated_reason("the bus did not come");
    v1::ContactAttempt& attempt = *report.add_contact_attempts();
    attempt.set_channel(v1::CONTACT_CHANNEL_PHONE);
    attempt.set_outcome(v1::CONTACT_OUTCOME_REACHED);
    attempt.mutable_attempted_at()->set_seconds(sample_now.microseconds / 1000000 - 3600);
    report.set_citizen_explanation("will take the early one on Monday");
    return envelope;
}

v1::Envelope sample_progression_report() {
    v1::Envelope envelope = sample_from_provider();
    v1::ProgressionReport& report = *envelope.mutable_progression_report();
    report.set_stage(v1::REPORT_STAGE_INTERIM);
    report.set_period_start_date("2011-03-01");
    report.set_period_end_date("2011-04-29");
    add_point(report, v1::ATTENTION_POINT_KIND_PROFESSIONAL_COMPETENCES);
    add_point(report, v1::ATTENTION_POINT_KIND_PERSONAL_COMPETENCES);
    add_point(report, v1::ATTENTION_POINT_KIND_HEALTH);
    add_point(report, v1::ATTENTION_POINT_KIND_MATERIAL_CONDITIONS_AND_NETWORK);
    add_point(report, v1::ATTENTION_POINT_KIND_OWN_PERSPECTIVE);
    report.add_sub_goals_reached("comes two mornings a week");
    report.set_overall_direction(v1::DIRECTION_PROGRESS);
    report.set_work_capacity_assessment("15 hours a week hold");
    report.set_labour_market_assessment("warehouses near by take people on");
    report.set_recommendation("work placement in a warehouse");
    report.set_citizen_view("wants more hours");
    report.set_citizen_has_read(true);
    report.set_answer_wanted_by_date("2011-05-16");
    v1::QuestionAnswer& answer = *report.add_answers();
    answer.set_question("which tasks hold for 15 hours?");
    answer.set_answer("packing and sorting; lifting does not");
    return envelope;
}

v1::Envelope sample_course_end() {
    v1::Envelope envelope = sample_from_provider();
    envelope.mutable_course_end()->set_end_date("2011-05-02");
    envelope.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
    envelope.mutable_course_end()->set_explanation("as planned");
    return envelope;
}

v1::Envelope sample_clarification_request() {
    v1::Envelope envelope = sample_from_provider();
    v1::ClarificationRequest& request = *envelope.mutable_clarification_request();
    request.add_questions("how many hours a week are possible?");
    request.add_questions("which mornings are free of other appointments?");
    request.set_remark("the workshop opens at eight");
    request.set_answer_wanted_by_date("2011-05-06");
    return envelope;
}

v1::Envelope sample_clarification() {
    v1::Envelope envelope = sample_from_jobcentre();
    answer(envelope);
    v1::Clarification& clarification = *envelope.mutable_clarification();
    v1::ClarificationAnswer& known = *clarification.add_answers();
    known.set_question("how many hours a week are possible?");
    known.set_answer("15, on three days");
    v1::ClarificationAnswer& unknown = *clarification.add_answers();
    unknown.set_question("which mornings are free of other appointments?");
    unknown.set_answer("the duty desk asks the citizen this week");
    unknown.set_not_known(true);
    clarification.set_remark("the citizen has been told of the questions");
    return envelope;
}

v1::Envelope sample_order_revision() {
    v1::Envelope envelope = sample_from_jobcentre();
    v1::OrderRevision& revision = *envelope.mutable_order_revision();
    revision.set_revision_number(1);
    revision.set_reason(v1::ORDER_REVISION_REASON_OTHER);
    revision.set_explanation("fewer hours in the first month");
    revision.set_effective_date("2011-05-09");
    *revision.mutable_order() = sample_order().order();
    return envelope;
}

v1::Envelope sample_order_cancellation() {
    v1::Envelope envelope = sample_from_jobcentre();
    v1::OrderCancellation& cancellation = *envelope.mutable_order_cancellation();
    cancellation.set_reason(v1::ORDER_CANCELLATION_REASON_OTHER);
    cancellation.set_explanation("the citizen starts in a club of her own choice");
    return envelope;
}

v1::Envelope sample_extension() {
    v1::Envelope envelope = sample_from_jobcentre();
    envelope.mutable_extension()->set_new_end_date("2011-08-19");
    envelope.mutable_extension()->set_reason("two more steady weeks are wanted");
    return envelope;
}

v1::Envelope sample_job_plan_extract() {
    v1::Envelope envelope = sample_from_jobcentre();
    v1::JobPlanExtract& extract = *envelope.mutable_job_plan_extract();
    extract.mutable_plan()->set_number("3");
    extract.mutable_plan()->set_version(2);
    extract.set_made_date("2011-04-27");
    extract.add_goals("ordinary work in a storeroom");
    extract.add_barriers("few hours at a time");
    extract.add_sub_goals("comes two mornings a week");
    extract.set_end_date("2011-10-31");
    return envelope;
}

v1::Envelope sample_placement() {
    v1::Envelope envelope = sample_from_provider();
    v1::Placement& placement = *envelope.mutable_placement();
    placement.set_p_number("1099345678");
    placement.add_tasks("packs orders");
    placement.set_hours_per_week(12.5);
    placement.set_company_mentor_function("head of the storeroom");
    placement.set_arrangement(v1::PLACEMENT_ARRANGEMENT_SINGLE);
    placement.set_first_date("2011-05-09");
    placement.set_last_date("2011-07-01");
    return envelope;
}

v1::Envelope sample_attendance_list() {
    v1::Envelope envelope = sample_from_provider();
    v1::AttendanceList& list = *envelope.mutable_attendance_list();
    list.set_list_id(some_id(11));
    list.set_first_date("2011-04-18");
    list.set_last_date("2011-05-01");
    add_day(*list.mutable_days(), "2011-04-18", 5, 5);
    add_day(*list.mutable_days(), "2011-04-20", 5, 4.75);
    list.mutable_days(1)->set_absence(v1::ABSENCE_KIND_LATE);
    add_day(*list.mutable_days(), "2011-04-27", 0.25, 0);
    list.mutable_days(2)->set_absence(v1::ABSENCE_KIND_AGREED_BEFOREHAND);
    return envelope;
}

v1::Envelope sample_mid_term_evaluation() {
    v1::Envelope envelope = sample_from_provider();
    v1::MidTermEvaluation& evaluation = *envelope.mutable_mid_term_evaluation();
    evaluation.set_evaluation_date("2011-04-29");
    evaluation.set_on_the_way(v1::ON_THE_WAY_PARTLY);
    evaluation.set_reached("comes as agreed on all three days");
    evaluation.set_to_change("drop the indoor workshop, try the parks team");
    evaluation.add_participants("workshop leader");
    evaluation.set_citizen_took_part(true);
    evaluation.set_citizen_view("would rather work outdoors");
    evaluation.set_answer_wanted_by_date("2011-05-13");
    return envelope;
}

v1::Envelope sample_meeting() {
    v1::Envelope envelope = sample_from_jobcentre();
    v1::Meeting& meeting = *envelope.mutable_meeting();
    meeting.set_kind(v1::MEETING_KIND_INTERDISCIPLINARY);
    meeting.set_stage(v1::MEETING_STAGE_HELD);
    meeting.set_meeting_date("2011-05-02");
    meeting.set_place("at the site");
    meeting.add_participants("caseworker");
    meeting.add_participants("occupational therapist");
    meeting.set_citizen_consents(true);
    meeting.add_agreements("a break after each hour");
    meeting.set_citizen_view("content with the tasks");
    return envelope;
}

v1::Envelope sample_funding_request() {
    v1::Envelope envelope = sample_from_provider();
    v1::FundingRequest& request = *envelope.mutable_funding_request();
    request.add_items("sit-stand chair");
    request.add_items("workplace guidance");
    request.set_purpose("to hold ten hours a week");
    request.set_amount_dkk(5200);
    request.set_hours_per_week(0.25);
    request.set_first_date("2011-05-09");
    request.set_last_date("2011-07-15");
    request.set_needed_by_date("2011-05-16");
    return envelope;
}

v1::Envelope sample_funding_decision() {
    v1::Envelope envelope = sample_from_jobcentre();
    answer(envelope);
    v1::FundingDecision& decision = *envelope.mutable_funding_decision();
    decision.set_verdict(v1::FUNDING_VERDICT_GRANTED_IN_PART);
    decision.add_granted_items("sit-stand chair");
    decision.set_amount_dkk(3900);
    decision.set_first_date("2011-05-09");
    decision.set_last_date("2011-07-15");
    decision.set_explanation("guidance is part of the offer");
    return envelope;
}

v1::Envelope sample_follow_up() {
    v1::Envelope envelope = sample_from_jobcentre();
    answer(envelope);
    v1::FollowUp& follow_up = *envelope.mutable_follow_up();
    follow_up.set_decision(v1::FOLLOW_UP_DECISION_NEW_ORDER);
    follow_up.set_explanation("a placement outdoors");
    follow_up.set_by_date("2011-05-20");
    return envelope;
}

v1::Envelope sample_contact_changed() {
    v1::Envelope envelope = sample_from_provider();
    v1::ContactChanged& changed = *envelope.mutable_contact_changed();
    changed.mutable_contact()->set_function_or_team("workshop leader");
    changed.mutable_contact()->set_phone("+45 33 12 34 57");
    changed.set_from_date("2011-05-09");
    return envelope;
}

v1::Envelope sample_notice() {
    v1::Envelope envelope = sample_from_jobcentre();
    envelope.mutable_notice()->set_text("the office is closed on 6 May");
    return envelope;
}

v1::Envelope sample_course_outcome() {
    v1::Envelope envelope = sample_without_body();
    envelope.mutable_audience()->mutable_sender_only();
    v1::CourseOutcome& outcome = *envelope.mutable_course_outcome();
    outcome.set_kind(v1::OUTCOME_KIND_OTHER);
    outcome.set_from_date("2011-05-01");
    outcome.set_explanation("runs a shop of her own");
    return envelope;
}

v1::Envelope sample_limits_watched() {
    v1::Envelope envelope = sample_on_citizen();
    envelope.mutable_audience()->mutable_sender_only();
    v1::LimitsWatched& limits = *envelope.mutable_limits_watched();
    limits.set_first_request_date("2011-04-04");
    limits.set_first_offer_due_date("2011-07-04");
    limits.add_watched(v1::STATUTORY_LIMIT_FIRST_INTERVIEW);
    limits.add_watched(v1::STATUTORY_LIMIT_FIRST_OFFER);
    return envelope;
}

v1::Envelope sample_interview_held() {
    v1::Envelope envelope = sample_on_citizen();
    envelope.mutable_audience()->mutable_sender_only();
    envelope.mutable_interview_held()->set_held_date("2011-05-02");
    envelope.mutable_interview_held()->set_next_interview_date("2011-08-01");
    return envelope;
}

v1::Envelope sample_offer_published() {
    v1::Envelope envelope = sample_on_offer();
    v1::OfferPublished& offer = *envelope.mutable_offer_published();
    offer.set_offer_reference("OF-2");
    offer.set_name("Workshop and language");
    offer.set_description("three days in the workshop, two at school");
    offer.add_purposes(v1::PURPOSE_NEEDS_ASSESSMENT);
    offer.add_purposes(v1::PURPOSE_EDUCATION);
    offer.add_match_categories(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    offer.add_match_categories(v1::MATCH_CATEGORY_TEMPORARILY_PASSIVE);
    offer.set_target_group("who wants to learn Danish at work");
    offer.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    offer.set_ordinary_education(true);
    offer.set_place("by the harbour");
    offer.set_travel("bus 14, every ten minutes");
    offer.set_form(v1::OFFER_FORM_BOTH);
    offer.set_outreach(v1::OUTREACH_HOME_WITH_CONSENT);
    offer.set_remote_assessment(true);
    offer.add_languages("da");
    offer.add_languages("arb");
    offer.set_weeks_min(13);
    offer.set_weeks_max(26);
    offer.set_capacity(12);
    offer.set_yearly_quota(20);
    offer.set_when_full(v1::UNAVAILABLE_ORDER_ACCEPTED_WITH_FINDING);
    offer.set_when_withdrawn(v1::UNAVAILABLE_ORDER_REFUSED);
    offer.set_package("a mentor for five hours a week");
    offer.set_funding_end_date("2011-12-31");
    offer.set_valid_from_date("2011-05-09");
    offer.set_valid_until_date("2011-11-30");
    return envelope;
}

v1::Envelope sample_offer_withdrawn() {
    v1::Envelope envelope = sample_on_offer();
    envelope.mutable_offer_withdrawn()->set_offer_reference("OF-2");
    envelope.mutable_offer_withdrawn()->set_from_date("2011-05-09");
    envelope.mutable_offer_withdrawn()->set_explanation("the workshop is being moved");
    return envelope;
}

v1::Envelope sample_case_transfer() {
    v1::Envelope envelope = sample_on_citizen();
    envelope.mutable_audience()->set_party("jobcentre:147");
    envelope.mutable_case_transfer()->set_transfer_date("2011-05-09");
    envelope.mutable_case_transfer()->set_remark("the job plan is sent by post");
    return envelope;
}

v1::Envelope sample_cpr_changed() {
    v1::Envelope envelope = sample_on_citizen();
    envelope.mutable_audience()->mutable_all_with_ground();
    envelope.mutable_cpr_changed()->set_former_cpr_number("741176-1201");
    envelope.mutable_cpr_changed()->set_from_date("2011-05-01");
    return envelope;
}

v1::Envelope sample_subjects_merged() {
    v1::Envelope envelope = sample_on_citizen();
    envelope.mutable_audience()->mutable_all_with_ground();
    envelope.mutable_subjects_merged()->set_former_cpr_number("7411761201");
    return envelope;
}

v1::Envelope sample_alert() {
    v1::Envelope envelope = sample_from_jobcentre();
    envelope.set_sender("hub");
    v1::Alert& alert = *envelope.mutable_alert();
    alert.set_kind(v1::ALERT_KIND_REPORT_OVERDUE);
    alert.set_limit_date("2011-04-29");
    alert.set_step(2);
    alert.set_raised_late(true);
    return envelope;
}

v1::Envelope sample_erasure_notice() {
    v1::Envelope envelope = sample_on_offer();
    envelope.set_sender("hub");
    envelope.mutable_audience()->set_party(provider);
    envelope.mutable_erasure_notice()->add_order_ids(some_id(12));
    envelope.mutable_erasure_notice()->add_order_ids(some_id(13));
    return envelope;
}

std::vector<v1::Envelope> sample_of_each_kind() {
    return {sample_order(),
            sample_order_acceptance(),
            sample_order_decline(),
            sample_course_start(),
            sample_absence_report(),
            sample_progression_report(),
            sample_course_end(),
            sample_clarification_request(),
            sample_clarification(),
            sample_order_revision(),
            sample_order_cancellation(),
            sample_extension(),
            sample_job_plan_extract(),
            sample_placement(),
            sample_attendance_list(),
            sample_mid_term_evaluation(),
            sample_meeting(),
            sample_funding_request(),
            sample_funding_decision(),
            sample_follow_up(),
            sample_contact_changed(),
            sample_notice(),
            sample_course_outcome(),
            sample_limits_watched(),
            sample_interview_held(),
            sample_offer_published(),
            sample_offer_withdrawn(),
            sample_case_transfer(),
            sample_cpr_changed(),
            sample_subjects_merged(),
            sample_alert(),
            sample_erasure_notice()};
}

v1::AttendanceSheet sample_attendance_sheet() {
    v1::AttendanceSheet sheet;
    sheet.set_first_date("2011-04-18");
    sheet.set_last_date("2011-05-01");
    v1::AttendanceSheetRow& first = *sheet.add_rows();
    first.set_order_id(some_id(14));
    first.set_cpr_number("690870-1478");
    add_day(*first.mutable_days(), "2011-04-18", 5, 5);
    add_day(*first.mutable_days(), "2011-04-20", 5, 5);
    v1::AttendanceSheetRow& second = *sheet.add_rows();
    second.set_order_id(some_id(15));
    second.set_cpr_number("741176-1201");
    add_day(*second.mutable_days(), "2011-04-19", 5, 0);
    second.mutable_days(0)->set_absence(v1::ABSENCE_KIND_REPORTED_ILL);
    return sheet;
}

}  // namespace jobbro::contract
