#include "proto/contract/body_rules.h"

namespace jobbro::contract {
namespace {

constexpr bool is_required = true;

// The makers of rows: one for each shape a field can have.

FieldRule text(std::string_view field, int bytes_max, bool required = false) {
    FieldRule rule{field};
    rule.form = TextForm::free_text;
    rule.bytes_max = bytes_max;
    rule.required = required;
    return rule;
}

FieldRule formed(std::string_view field, TextForm form, int bytes_max, bool required = false) {
    FieldRule rule = text(field, bytes_max, required);
    rule.form = form;
    return rule;
}

FieldRule date(std::string_view field, bool required = false) {
    return formed(field, TextForm::date, 10, required);
}

FieldRule texts(std::string_view field, int items_max, int bytes_max) {
    FieldRule rule = text(field, bytes_max);
    rule.items_max = items_max;
    return rule;
}

FieldRule list(std::string_view field, int items_max) {
    FieldRule rule{field};
    rule.items_max = items_max;
    return rule;
}

FieldRule number(std::string_view field, double least, double most, bool required = false) {
    FieldRule rule{field};
    rule.number_min = least;
    rule.number_max = most;
    rule.required = required;
    return rule;
}

FieldRule hours(std::string_view field, double least, double most) {
    FieldRule rule = number(field, least, most);
    rule.number_step = 0.25;
    return rule;
}

FieldRule message(std::string_view field) {
    FieldRule rule{field};
    rule.required = is_required;
    return rule;
}

}  // namespace

const std::vector<FieldRule>& field_rules() {
    static const std::vector<FieldRule> rules = {
        formed("Order.offer_reference", TextForm::reference, 64),
        list("Order.purposes", 7),
        texts("Order.priorities", 10, 300),
        text("Order.special_considerations", 1000),
        texts("Order.sub_goals", 10, 300),
        texts("Order.questions", 10, 500),
        text("Order.citizen_wishes", 1000),
        hours("Order.hours_per_week", 1, 60),
        date("Order.start_date"),
        date("Order.end_date"),
        formed("Order.predecessor_order_id", TextForm::order_id, 36),
        hours("Order.mentor_hours_per_week", 1, 60),
        list("ReportsDue.reports", 24),
        number("ReportsDue.every_weeks", 1, 52),
        number("ReportsDue.days_before_interview", 0, 90),
        date("ReportsDue.next_interview_date"),
        date("ReportDue.due_date", is_required),
        formed("JobPlan.number", TextForm::reference, 64, is_required),
        number("JobPlan.version", 1, 10000),
        text("Contact.function_or_team", 100, is_required),
        formed("Contact.phone", TextForm::phone, 32),
        date("OrderAcceptance.expected_start_date"),
        text("OrderAcceptance.remark", 1000),
        text("OrderDecline.explanation", 1000),
        date("CourseStart.start_date", is_required),
        hours("CourseStart.hours_per_week", 1, 60),
        text("CourseStart.remark", 1000),
        list("CourseStart.planned_weekdays", 7),
        date("CourseEnd.end_date", is_required),
        text("CourseEnd.explanation", 1000),
        date("AbsenceReport.first_date", is_required),
        date("AbsenceReport.last_date", is_required),
        hours("AbsenceReport.absent_hours", 0.25, 2000),
        text("AbsenceReport.stated_reason", 500),
        list("AbsenceReport.contact_attempts", 20),
        text("AbsenceReport.citizen_explanation", 1000),
        message("ContactAttempt.attempted_at"),
        date("ProgressionReport.period_start_date", is_required),
        date("ProgressionReport.period_end_date", is_required),
        list("ProgressionReport.attention_points", 5),
        texts("ProgressionReport.sub_goals_reached", 10, 300),
        text("ProgressionReport.work_capacity_assessment", 2000),
        text("ProgressionReport.labour_market_assessment", 2000),
        text("ProgressionReport.recommendation", 2000),
        text("ProgressionReport.citizen_view", 2000),
        date("ProgressionReport.answer_wanted_by_date"),
        list("ProgressionReport.answers", 10),
        text("QuestionAnswer.question", 500, is_required),
        text("QuestionAnswer.answer", 2000, is_required),
        list("AttentionPoint.indicators", 10),
        text("AttentionPoint.narrative", 2000),
        text("AttentionPoint.evidence", 1000),
        text("AttentionPoint.next_step", 500),
        date("AttentionPoint.next_step_date"),
        text("Indicator.name", 100, is_required),
        number("Indicator.level", 1, 10, is_required),
        number("Indicator.scale_length", 2, 10, is_required),
    };
    return rules;
}

}  // namespace jobbro::contract
