#include "proto/contract/validation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/unit/contract/spoilt.h"

namespace jobbro::contract {
namespace {

constexpr std::int64_t five_minutes_ms = 300000;

class Validation : public testing::TestWithParam<Spoilt> {};

TEST_P(Validation, SaysWhatIsWrongAndWhere) {
    expect_refused(GetParam());
}

v1::Order& order(v1::Envelope& e) {
    return *e.mutable_order();
}
v1::ReportDue& reports_due(v1::Envelope& e, int index) {
    return *order(e).mutable_reports_due()->mutable_reports(index);
}
v1::AbsenceReport& absence(v1::Envelope& e) {
    return *e.mutable_absence_report();
}
v1::ProgressionReport& report(v1::Envelope& e) {
    return *e.mutable_progression_report();
}
v1::AttentionPoint& point(v1::Envelope& e) {
    return *report(e).mutable_attention_points(1);
}

std::string later_id(std::int64_t ms) {
    SeededRandomness randomness{9};
    return MessageId::make(sample_now.plus_ms(ms), randomness).text();
}

void happens_at(v1::Envelope& e, std::int64_t ms) {
    const Instant time = sample_now.plus_ms(ms);
    e.mutable_happened_at()->set_seconds(time.microseconds / 1000000);
    e.mutable_happened_at()->set_nanos(static_cast<int>(time.microseconds % 1000000) * 1000);
}

void add_unknown_field(google::protobuf::Message& message) {
    message.GetReflection()->MutableUnknownFields(&message)->AddVarint(4711, 1);
}

void add_cause(v1::Envelope& e, v1::CauseRelation relation) {
    v1::Cause& cause = *e.add_causes();
    cause.set_message_id(e.order_id());  // any UUIDv7 but the message's own
    cause.set_relation(relation);
}

using E = v1::Envelope;

INSTANTIATE_TEST_SUITE_P(
    Envelope, Validation,
    testing::Values(
        Spoilt{"no_body", sample_order, [](E& e) { e.clear_body(); }, ErrorCode::kind_unknown, ""},
        Spoilt{"body_of_another_version", sample_order,
               [](E& e) {
                   e.clear_body();
                   add_unknown_field(e);
               },
               ErrorCode::kind_unknown, ""},
        Spoilt{"unknown_field", sample_order, [](E& e) { add_unknown_field(e); },
               ErrorCode::field_invalid, ""},
        Spoilt{"later_version_with_unknown_fields_and_body", sample_order,
               [](E& e) {
                   e.clear_body();
                   add_unknown_field(e);
                   e.set_schema_version(2);
               },
               ErrorCode::schema_version_unsupported, "schema_version"},
        Spoilt{"unknown_field_deep_inside", sample_progression_report,
               [](E& e) { add_unknown_field(*point(e).mutable_indicators(0)); },
               ErrorCode::field_invalid, ""},
        Spoilt{"schema_version_zero", sample_order, [](E& e) { e.clear_schema_version(); },
               ErrorCode::schema_version_unsupported, "schema_version"},
        Spoilt{"schema_version_two", sample_order, [](E& e) { e.set_schema_version(2); },
               ErrorCode::schema_version_unsupported, "schema_version"},
        Spoilt{"no_message_id", sample_order, [](E& e) { e.clear_message_id(); },
               ErrorCode::field_missing, "message_id"},
        Spoilt{"message_id_of_another_form", sample_order, [](E& e) { e.set_message_id("17"); },
               ErrorCode::message_id_invalid, "message_id"},
        Spoilt{"message_id_from_the_future", sample_order,
               [](E& e) { e.set_message_id(later_id(five_minutes_ms + 1)); },
               ErrorCode::message_id_in_future, "message_id"},
        Spoilt{"everything_from_a_clock_ahead", sample_order,
               [](E& e) {
                   e.set_message_id(later_id(five_minutes_ms + 1));
                   happens_at(e, five_minutes_ms + 1);
               },
               ErrorCode::message_id_in_future, "message_id"},
        Spoilt{"no_sender", sample_order, [](E& e) { e.clear_sender(); }, ErrorCode::field_missing,
               "sender"},
        Spoilt{"sender_of_another_form", sample_order, [](E& e) { e.set_sender("mayor:101"); },
               ErrorCode::party_id_invalid, "sender"},
        Spoilt{"sender_of_no_municipality", sample_order,
               [](E& e) { e.set_sender("jobcentre:411"); }, ErrorCode::municipality_unknown,
               "sender"},
        Spoilt{"sender_with_wrong_cvr", sample_course_end,
               [](E& e) { e.set_sender("provider:13748137"); }, ErrorCode::cvr_invalid, "sender"},
        Spoilt{"sender_with_wrong_p_number", sample_course_end,
               [](E& e) { e.set_sender("provider:13748136-1"); }, ErrorCode::p_number_invalid,
               "sender"},
        Spoilt{"no_audience", sample_order, [](E& e) { e.clear_audience(); },
               ErrorCode::audience_invalid, "audience"},
        Spoilt{"empty_audience", sample_course_end, [](E& e) { e.mutable_audience()->clear_to(); },
               ErrorCode::audience_invalid, "audience"},
        Spoilt{"order_to_its_parties", sample_order,
               [](E& e) { e.mutable_audience()->mutable_order_parties(); },
               ErrorCode::audience_invalid, "audience"},
        Spoilt{"order_to_a_jobcentre", sample_order,
               [](E& e) { e.mutable_audience()->set_party("jobcentre:147"); },
               ErrorCode::audience_invalid, "audience.party"},
        Spoilt{"order_to_nobody", sample_order,
               [](E& e) { e.mutable_audience()->set_party("provider:1"); }, ErrorCode::cvr_invalid,
               "audience.party"},
        Spoilt{"course_end_to_one_party", sample_course_end,
               [](E& e) { e.mutable_audience()->set_party("jobcentre:101"); },
               ErrorCode::audience_invalid, "audience"},
        Spoilt{"no_order_id", sample_order, [](E& e) { e.clear_order_id(); },
               ErrorCode::field_missing, "order_id"},
        Spoilt{"order_id_of_another_form", sample_order, [](E& e) { e.set_order_id("17"); },
               ErrorCode::field_invalid, "order_id"},
        Spoilt{"no_citizen", sample_order, [](E& e) { e.clear_citizen(); },
               ErrorCode::citizen_missing, "citizen"},
        Spoilt{"empty_citizen", sample_order, [](E& e) { e.mutable_citizen()->Clear(); },
               ErrorCode::citizen_missing, "citizen"},
        Spoilt{"citizen_born_on_no_day", sample_order,
               [](E& e) { e.mutable_citizen()->set_cpr_number("910270-1478"); },
               ErrorCode::cpr_invalid, "citizen.cpr_number"},
        Spoilt{"citizen_born_tomorrow", sample_order,
               [](E& e) { e.mutable_citizen()->set_cpr_number("630511-4000"); },
               ErrorCode::cpr_invalid, "citizen.cpr_number"},
        Spoilt{"no_happened_at", sample_order, [](E& e) { e.clear_happened_at(); },
               ErrorCode::field_missing, "happened_at"},
        Spoilt{"happened_at_no_time", sample_order,
               [](E& e) { e.mutable_happened_at()->set_nanos(1000000000); },
               ErrorCode::field_invalid, "happened_at"},
        Spoilt{"happened_in_another_age", sample_order,
               [](E& e) { e.mutable_happened_at()->set_seconds(INT64_MIN); },
               ErrorCode::field_invalid, "happened_at"},
        Spoilt{"happened_in_the_future", sample_order,
               [](E& e) { happens_at(e, five_minutes_ms + 1); }, ErrorCode::happened_in_future,
               "happened_at"},
        Spoilt{"salt_too_short", sample_order, [](E& e) { e.set_salt("fifteen bytes.."); },
               ErrorCode::salt_invalid, "salt"},
        Spoilt{"no_salt", sample_order, [](E& e) { e.clear_salt(); }, ErrorCode::salt_invalid,
               "salt"},
        Spoilt{"traceparent_too_long", sample_order,
               [](E& e) { e.set_traceparent(std::string(56, '0')); }, ErrorCode::field_too_long,
               "traceparent"},
        Spoilt{"traceparent_with_the_citizens_cpr_number", sample_order,
               [](E& e) { e.set_traceparent("00-690870-1478-01"); }, ErrorCode::cpr_in_text,
               "traceparent"},
        Spoilt{"traceparent_with_another_persons_cpr_number", sample_order,
               [](E& e) { e.set_traceparent("case of 7411761201"); }, ErrorCode::cpr_in_text,
               "traceparent"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Causes, Validation,
    testing::Values(Spoilt{"too_many", sample_course_end,
                           [](E& e) {
                               for (int i = 0; i < 17; ++i)
                                   add_cause(e, v1::CAUSE_RELATION_ANSWERS);
                           },
                           ErrorCode::list_too_long, "causes"},
                    Spoilt{"without_relation", sample_course_end,
                           [](E& e) { add_cause(e, v1::CAUSE_RELATION_UNSPECIFIED); },
                           ErrorCode::enum_unspecified, "causes[0].relation"},
                    Spoilt{"with_an_unknown_relation", sample_course_end,
                           [](E& e) { add_cause(e, static_cast<v1::CauseRelation>(77)); },
                           ErrorCode::enum_unspecified, "causes[0].relation"},
                    Spoilt{"without_message_id", sample_course_end,
                           [](E& e) {
                               add_cause(e, v1::CAUSE_RELATION_ANSWERS);
                               e.mutable_causes(0)->clear_message_id();
                           },
                           ErrorCode::field_missing, "causes[0].message_id"},
                    Spoilt{"with_an_id_of_another_form", sample_course_end,
                           [](E& e) {
                               add_cause(e, v1::CAUSE_RELATION_ANSWERS);
                               e.mutable_causes(0)->set_message_id("17");
                           },
                           ErrorCode::field_invalid, "causes[0].message_id"},
                    Spoilt{"with_a_sender_of_another_form", sample_course_end,
                           [](E& e) {
                               add_cause(e, v1::CAUSE_RELATION_ANSWERS);
                               e.mutable_causes(0)->set_sender("mayor:101");
                           },
                           ErrorCode::party_id_invalid, "causes[0].sender"},
                    Spoilt{"correcting_two_messages", sample_course_end,
                           [](E& e) {
                               add_cause(e, v1::CAUSE_RELATION_CORRECTS);
                               add_cause(e, v1::CAUSE_RELATION_ANSWERS);
                               add_cause(e, v1::CAUSE_RELATION_CORRECTS);
                           },
                           ErrorCode::field_invalid, "causes[2].relation"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Order, Validation,
    testing::Values(
        Spoilt{"dates_reversed", sample_order, [](E& e) { order(e).set_end_date("2011-05-08"); },
               ErrorCode::dates_reversed, "order.end_date"},
        Spoilt{"date_of_no_day", sample_order, [](E& e) { order(e).set_end_date("2011-02-30"); },
               ErrorCode::field_invalid, "order.end_date"},
        Spoilt{"date_of_another_age", sample_order,
               [](E& e) { order(e).set_start_date("1066-10-14"); }, ErrorCode::field_invalid,
               "order.start_date"},
        Spoilt{"match_category_told_as_unspecified", sample_order,
               [](E& e) { order(e).set_match_category(v1::MATCH_CATEGORY_UNSPECIFIED); },
               ErrorCode::enum_unspecified, "order.match_category"},
        Spoilt{"unknown_legal_category", sample_order,
               [](E& e) { order(e).set_legal_category(static_cast<v1::LegalCategory>(9)); },
               ErrorCode::enum_unspecified, "order.legal_category"},
        Spoilt{"ordinary_education_as_placement", sample_order,
               [](E& e) { order(e).set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT); },
               ErrorCode::field_invalid, "order.ordinary_education"},
        Spoilt{"unknown_purpose", sample_order,
               [](E& e) { order(e).add_purposes(static_cast<v1::Purpose>(8)); },
               ErrorCode::enum_unspecified, "order.purposes[2]"},
        Spoilt{"purpose_given_twice", sample_order,
               [](E& e) { order(e).add_purposes(v1::PURPOSE_NEEDS_ASSESSMENT); },
               ErrorCode::field_invalid, "order.purposes[2]"},
        Spoilt{"too_many_sub_goals", sample_order,
               [](E& e) {
                   for (int i = 0; i < 10; ++i)
                       order(e).add_sub_goals("one more");
               },
               ErrorCode::list_too_long, "order.sub_goals"},
        Spoilt{"empty_sub_goal", sample_order, [](E& e) { order(e).add_sub_goals(""); },
               ErrorCode::field_missing, "order.sub_goals[1]"},
        Spoilt{"sub_goal_too_long", sample_order,
               [](E& e) { order(e).add_sub_goals(std::string(301, 'a')); },
               ErrorCode::field_too_long, "order.sub_goals[1]"},
        Spoilt{"considerations_too_long", sample_order,
               [](E& e) { order(e).set_special_considerations(std::string(1001, 'a')); },
               ErrorCode::field_too_long, "order.special_considerations"},
        Spoilt{"control_character", sample_order,
               [](E& e) { order(e).set_citizen_wishes("red\x1b[31m"); }, ErrorCode::field_invalid,
               "order.citizen_wishes"},
        Spoilt{"control_character_of_two_bytes", sample_order,
               [](E& e) { order(e).set_citizen_wishes("next\xc2\x85line"); },
               ErrorCode::field_invalid, "order.citizen_wishes"},
        Spoilt{"another_persons_cpr_number", sample_order,
               [](E& e) { order(e).add_questions("how is 741176-1201 doing?"); },
               ErrorCode::cpr_in_text, "order.questions[1]"},
        Spoilt{"no_hours", sample_order, [](E& e) { order(e).set_hours_per_week(0); },
               ErrorCode::field_invalid, "order.hours_per_week"},
        Spoilt{"too_many_hours", sample_order, [](E& e) { order(e).set_hours_per_week(61); },
               ErrorCode::field_invalid, "order.hours_per_week"},
        Spoilt{"hours_in_fifths", sample_order, [](E& e) { order(e).set_hours_per_week(18.2); },
               ErrorCode::field_invalid, "order.hours_per_week"},
        Spoilt{"hours_that_are_no_number", sample_order,
               [](E& e) { order(e).set_hours_per_week(std::nan("")); }, ErrorCode::field_invalid,
               "order.hours_per_week"},
        Spoilt{"endless_hours", sample_order, [](E& e) { order(e).set_hours_per_week(HUGE_VAL); },
               ErrorCode::field_invalid, "order.hours_per_week"},
        Spoilt{"negative_hours", sample_order, [](E& e) { order(e).set_hours_per_week(-2); },
               ErrorCode::field_invalid, "order.hours_per_week"},
        Spoilt{"too_many_mentor_hours", sample_order,
               [](E& e) { order(e).set_mentor_hours_per_week(60.25); }, ErrorCode::field_invalid,
               "order.mentor_hours_per_week"},
        Spoilt{"mentor_hours_in_tenths", sample_order,
               [](E& e) { order(e).set_mentor_hours_per_week(1.1); }, ErrorCode::field_invalid,
               "order.mentor_hours_per_week"},
        Spoilt{"reports_due_reversed", sample_order,
               [](E& e) { reports_due(e, 2).set_due_date("2011-06-19"); },
               ErrorCode::dates_reversed, "order.reports_due.reports[2].due_date"},
        Spoilt{"report_due_twice", sample_order,
               [](E& e) { *order(e).mutable_reports_due()->add_reports() = reports_due(e, 2); },
               ErrorCode::field_invalid, "order.reports_due.reports[3]"},
        Spoilt{"report_due_of_no_kind", sample_order, [](E& e) { reports_due(e, 1).clear_kind(); },
               ErrorCode::enum_unspecified, "order.reports_due.reports[1].kind"},
        Spoilt{"report_due_on_no_day", sample_order,
               [](E& e) { reports_due(e, 1).clear_due_date(); }, ErrorCode::field_missing,
               "order.reports_due.reports[1].due_date"},
        Spoilt{"too_many_reports_due", sample_order,
               [](E& e) {
                   for (int i = 0; i < 22; ++i)
                       order(e).mutable_reports_due()->add_reports();
               },
               ErrorCode::list_too_long, "order.reports_due.reports"},
        Spoilt{"cpr_number_as_phone", sample_order,
               [](E& e) { order(e).mutable_contact()->set_phone("741176-1201"); },
               ErrorCode::cpr_in_text, "order.contact.phone"},
        Spoilt{"cpr_number_as_function", sample_order,
               [](E& e) { order(e).mutable_contact()->set_function_or_team("7411761201"); },
               ErrorCode::cpr_in_text, "order.contact.function_or_team"},
        Spoilt{"cpr_number_as_job_plan", sample_order,
               [](E& e) { order(e).mutable_job_plan()->set_number("741176-1201"); },
               ErrorCode::cpr_in_text, "order.job_plan.number"},
        Spoilt{"cpr_number_as_offer", sample_order,
               [](E& e) { order(e).set_offer_reference("for 741176 1201"); },
               ErrorCode::cpr_in_text, "order.offer_reference"},
        Spoilt{"job_plan_without_number", sample_order,
               [](E& e) { order(e).mutable_job_plan()->clear_number(); }, ErrorCode::field_missing,
               "order.job_plan.number"},
        Spoilt{"contact_without_function", sample_order,
               [](E& e) { order(e).mutable_contact()->clear_function_or_team(); },
               ErrorCode::field_missing, "order.contact.function_or_team"},
        Spoilt{"phone_with_letters", sample_order,
               [](E& e) { order(e).mutable_contact()->set_phone("call me"); },
               ErrorCode::field_invalid, "order.contact.phone"},
        Spoilt{"phone_without_digits", sample_order,
               [](E& e) { order(e).mutable_contact()->set_phone("+"); }, ErrorCode::field_invalid,
               "order.contact.phone"},
        Spoilt{"predecessor_of_another_form", sample_order,
               [](E& e) { order(e).set_predecessor_order_id(std::string(36, '0')); },
               ErrorCode::field_invalid, "order.predecessor_order_id"},
        Spoilt{"its_own_predecessor", sample_order,
               [](E& e) { order(e).set_predecessor_order_id(e.order_id()); },
               ErrorCode::field_invalid, "order.predecessor_order_id"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Course, Validation,
    testing::Values(
        Spoilt{"decline_without_reason", sample_order_decline,
               [](E& e) { e.mutable_order_decline()->clear_reason(); }, ErrorCode::enum_unspecified,
               "order_decline.reason"},
        Spoilt{"other_decline_unexplained", sample_order_decline,
               [](E& e) { e.mutable_order_decline()->clear_explanation(); },
               ErrorCode::field_missing, "order_decline.explanation"},
        Spoilt{"acceptance_with_a_cpr_number", sample_order_acceptance,
               [](E& e) { e.mutable_order_acceptance()->set_remark("as for 7203921858"); },
               ErrorCode::cpr_in_text, "order_acceptance.remark"},
        Spoilt{"start_without_date", sample_course_start,
               [](E& e) { e.mutable_course_start()->clear_start_date(); }, ErrorCode::field_missing,
               "course_start.start_date"},
        Spoilt{"start_with_hours_in_thirds", sample_course_start,
               [](E& e) { e.mutable_course_start()->set_hours_per_week(40.0 / 3); },
               ErrorCode::field_invalid, "course_start.hours_per_week"},
        Spoilt{"start_on_a_weekday_twice", sample_course_start,
               [](E& e) { e.mutable_course_start()->add_planned_weekdays(v1::WEEKDAY_MONDAY); },
               ErrorCode::field_invalid, "course_start.planned_weekdays[2]"},
        Spoilt{"start_on_no_weekday", sample_course_start,
               [](E& e) { e.mutable_course_start()->add_planned_weekdays(v1::Weekday{}); },
               ErrorCode::enum_unspecified, "course_start.planned_weekdays[2]"},
        Spoilt{"end_without_date", sample_course_end,
               [](E& e) { e.mutable_course_end()->clear_end_date(); }, ErrorCode::field_missing,
               "course_end.end_date"},
        Spoilt{"end_without_reason", sample_course_end,
               [](E& e) { e.mutable_course_end()->clear_reason(); }, ErrorCode::enum_unspecified,
               "course_end.reason"},
        Spoilt{"other_end_unexplained", sample_course_end,
               [](E& e) {
                   e.mutable_course_end()->set_reason(v1::COURSE_END_REASON_OTHER);
                   e.mutable_course_end()->clear_explanation();
               },
               ErrorCode::field_missing, "course_end.explanation"},
        Spoilt{"absence_without_last_date", sample_absence_report,
               [](E& e) { absence(e).clear_last_date(); }, ErrorCode::field_missing,
               "absence_report.last_date"},
        Spoilt{"absence_reversed", sample_absence_report,
               [](E& e) { absence(e).set_last_date("2011-04-28"); }, ErrorCode::dates_reversed,
               "absence_report.last_date"},
        Spoilt{"absence_of_no_time", sample_absence_report,
               [](E& e) { absence(e).set_absent_hours(0); }, ErrorCode::field_invalid,
               "absence_report.absent_hours"},
        Spoilt{"absence_of_minutes", sample_absence_report,
               [](E& e) { absence(e).set_absent_hours(0.1); }, ErrorCode::field_invalid,
               "absence_report.absent_hours"},
        Spoilt{"absence_without_end", sample_absence_report,
               [](E& e) { absence(e).set_absent_hours(2000.25); }, ErrorCode::field_invalid,
               "absence_report.absent_hours"},
        Spoilt{"absence_without_kind", sample_absence_report, [](E& e) { absence(e).clear_kind(); },
               ErrorCode::enum_unspecified, "absence_report.kind"},
        Spoilt{"absence_reason_not_stated", sample_absence_report,
               [](E& e) { absence(e).clear_stated_reason(); }, ErrorCode::field_missing,
               "absence_report.stated_reason"},
        Spoilt{"attempt_without_time", sample_absence_report,
               [](E& e) { absence(e).mutable_contact_attempts(0)->clear_attempted_at(); },
               ErrorCode::field_missing, "absence_report.contact_attempts[0].attempted_at"},
        Spoilt{"attempt_in_the_future", sample_absence_report,
               [](E& e) {
                   absence(e).mutable_contact_attempts(0)->mutable_attempted_at()->set_seconds(
                       sample_now.microseconds / 1000000 + 301);
               },
               ErrorCode::happened_in_future, "absence_report.contact_attempts[0].attempted_at"},
        Spoilt{"attempt_without_channel", sample_absence_report,
               [](E& e) { absence(e).mutable_contact_attempts(0)->clear_channel(); },
               ErrorCode::enum_unspecified, "absence_report.contact_attempts[0].channel"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Progression, Validation,
    testing::Values(
        Spoilt{"point_left_out", sample_progression_report,
               [](E& e) { report(e).mutable_attention_points()->RemoveLast(); },
               ErrorCode::attention_points_wrong, "progression_report.attention_points"},
        Spoilt{"point_given_twice", sample_progression_report,
               [](E& e) { point(e).set_kind(v1::ATTENTION_POINT_KIND_HEALTH); },
               ErrorCode::attention_points_wrong, "progression_report.attention_points"},
        Spoilt{"sixth_point", sample_progression_report,
               [](E& e) {
                   *report(e).add_attention_points() = point(e);
                   report(e).mutable_attention_points(5)->set_kind(
                       static_cast<v1::AttentionPointKind>(6));
               },
               ErrorCode::attention_points_wrong, "progression_report.attention_points"},
        Spoilt{"point_without_kind", sample_progression_report, [](E& e) { point(e).clear_kind(); },
               ErrorCode::attention_points_wrong, "progression_report.attention_points"},
        Spoilt{"point_without_direction", sample_progression_report,
               [](E& e) { point(e).clear_direction(); }, ErrorCode::enum_unspecified,
               "progression_report.attention_points[1].direction"},
        Spoilt{
            "assessed_with_a_reason_not_to", sample_progression_report,
            [](E& e) { point(e).set_not_assessed_reason(v1::NOT_ASSESSED_REASON_TOO_LITTLE_SEEN); },
            ErrorCode::field_invalid, "progression_report.attention_points[1].not_assessed_reason"},
        Spoilt{"level_off_the_scale", sample_progression_report,
               [](E& e) { point(e).mutable_indicators(0)->set_level(6); }, ErrorCode::field_invalid,
               "progression_report.attention_points[1].indicators[0].level"},
        Spoilt{"no_level", sample_progression_report,
               [](E& e) { point(e).mutable_indicators(0)->clear_level(); },
               ErrorCode::field_missing,
               "progression_report.attention_points[1].indicators[0].level"},
        Spoilt{"scale_of_one_step", sample_progression_report,
               [](E& e) {
                   point(e).mutable_indicators(0)->set_level(1);
                   point(e).mutable_indicators(0)->set_scale_length(1);
               },
               ErrorCode::field_invalid,
               "progression_report.attention_points[1].indicators[0].scale_length"},
        Spoilt{"date_without_a_step", sample_progression_report,
               [](E& e) { point(e).clear_next_step(); }, ErrorCode::field_missing,
               "progression_report.attention_points[1].next_step"},
        Spoilt{"narrative_with_a_cpr_number", sample_progression_report,
               [](E& e) { point(e).set_narrative("works with 741176-1201"); },
               ErrorCode::cpr_in_text, "progression_report.attention_points[1].narrative"},
        Spoilt{"period_reversed", sample_progression_report,
               [](E& e) { report(e).set_period_start_date("2011-05-01"); },
               ErrorCode::dates_reversed, "progression_report.period_end_date"},
        Spoilt{"answer_to_no_question", sample_progression_report,
               [](E& e) { report(e).mutable_answers(0)->clear_question(); },
               ErrorCode::field_missing, "progression_report.answers[0].question"},
        Spoilt{"question_without_answer", sample_progression_report,
               [](E& e) { report(e).mutable_answers(0)->clear_answer(); }, ErrorCode::field_missing,
               "progression_report.answers[0].answer"},
        Spoilt{"answer_too_long", sample_progression_report,
               [](E& e) { report(e).mutable_answers(0)->set_answer(std::string(2001, 'a')); },
               ErrorCode::field_too_long, "progression_report.answers[0].answer"},
        Spoilt{"answer_with_a_cpr_number", sample_progression_report,
               [](E& e) { report(e).mutable_answers(0)->set_answer("as 74.11.76-1201 does"); },
               ErrorCode::cpr_in_text, "progression_report.answers[0].answer"},
        Spoilt{"too_many_answers", sample_progression_report,
               [](E& e) {
                   for (int i = 0; i < 10; ++i)
                       *report(e).add_answers() = report(e).answers(0);
               },
               ErrorCode::list_too_long, "progression_report.answers"},
        Spoilt{"answer_wanted_on_no_day", sample_progression_report,
               [](E& e) { report(e).set_answer_wanted_by_date("soon"); }, ErrorCode::field_invalid,
               "progression_report.answer_wanted_by_date"},
        Spoilt{"no_stage", sample_progression_report, [](E& e) { report(e).clear_stage(); },
               ErrorCode::enum_unspecified, "progression_report.stage"},
        Spoilt{"no_overall_direction", sample_progression_report,
               [](E& e) { report(e).clear_overall_direction(); }, ErrorCode::enum_unspecified,
               "progression_report.overall_direction"}),
    name_of);

TEST(ValidEnvelope, GivesTheFactsTheHubActsOn) {
    const v1::Envelope envelope = sample_order();
    const auto facts = validate(envelope, sample_now);
    ASSERT_THAT(facts, Succeeds());
    ASSERT_TRUE(facts->order_id.has_value() && facts->citizen.has_value());
    EXPECT_EQ(facts->message_id.text(), envelope.message_id());
    EXPECT_EQ(facts->sender.text(), "jobcentre:101");
    EXPECT_EQ(facts->kind, v1::MESSAGE_KIND_ORDER);
    EXPECT_EQ(facts->order_id->text(), envelope.order_id());
    EXPECT_EQ(facts->citizen->digits(), "6908701478");
    EXPECT_EQ(facts->happened_at, sample_now);
}

TEST(ValidEnvelope, OrderMayHoldNothingButTheCitizen) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->Clear();
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, ClocksMayBeFiveMinutesApart) {
    v1::Envelope envelope = sample_order();
    envelope.set_message_id(later_id(five_minutes_ms));
    happens_at(envelope, five_minutes_ms);
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, TextMayHoldTheCitizensNumberLinesTabsAndDanishLetters) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->set_citizen_wishes("690870-1478 ønsker:\n\tlæse, måle, så");
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, MayCorrectOneMessageAndAnswerOthers) {
    v1::Envelope envelope = sample_course_end();
    add_cause(envelope, v1::CAUSE_RELATION_CORRECTS);
    add_cause(envelope, v1::CAUSE_RELATION_ANSWERS);
    envelope.mutable_causes(1)->set_sender("jobcentre:101");
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, ReferencesMayBeTenDigitsOnEnd) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->mutable_job_plan()->set_number("1104100001");
    envelope.mutable_order()->set_offer_reference("1104100001");
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, ReportsOfTwoKindsMayBeDueOnOneDay) {
    v1::Envelope envelope = sample_order();
    const auto& due = envelope.order().reports_due();
    ASSERT_EQ(due.reports(0).due_date(), due.reports(1).due_date());
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(ValidEnvelope, HoursMayBeTheLeastAndTheMost) {
    v1::Envelope envelope = sample_absence_report();
    absence(envelope).set_first_date("2011-01-03");
    for (const double hours : {0.25, 0.5, 7.75, 2000.0}) {
        absence(envelope).set_absent_hours(hours);
        EXPECT_THAT(validate(envelope, sample_now), Succeeds()) << hours;
    }
}

TEST(ValidEnvelope, TraceparentMayBeMalformedAndItsRandomIdsMayLookLikeANumber) {
    v1::Envelope envelope = sample_order();
    for (const char* text : {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-a7411761201b43dd8448eb211c80319c-b7ad6b7169203331-01", "none",
                             "00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"}) {
        envelope.set_traceparent(text);
        EXPECT_THAT(validate(envelope, sample_now), Succeeds()) << text;
    }
}

}  // namespace
}  // namespace jobbro::contract
