#include "tests/unit/contract/sample_envelopes.h"

#include <string>

#include "proto/base/randomness.h"
#include "proto/contract/uuid.h"

namespace jobbro::contract {
namespace {

constexpr const char* jobcentre = "jobcentre:101";
constexpr const char* provider = "provider:13748136";

v1::Envelope sample_from_provider() {
    v1::Envelope envelope = sample_without_body();
    envelope.set_sender(provider);
    envelope.mutable_audience()->mutable_order_parties();
    return envelope;
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
    return envelope;
}

}  // namespace jobbro::contract
