#include "proto/base/limits.h"
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

FieldRule uuid(std::string_view field, bool required = false) {
    return formed(field, TextForm::uuid, 36, required);
}

FieldRule cpr_number(std::string_view field) {
    return formed(field, TextForm::cpr_number, 11, is_required);
}

FieldRule texts(std::string_view field, int items_max, int bytes_max, bool required = false) {
    FieldRule rule = text(field, bytes_max, required);
    rule.items_max = items_max;
    return rule;
}

FieldRule list(std::string_view field, int items_max, bool required = false) {
    FieldRule rule{field};
    rule.items_max = items_max;
    rule.required = required;
    return rule;
}

FieldRule listed(FieldRule item, int items_max) {
    item.items_max = items_max;
    return item;
}

// Of an enum, each once.
FieldRule choices(std::string_view field, int items_max, bool required = false) {
    FieldRule rule = list(field, items_max, required);
    rule.each_once = true;
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

// The rows, by file of the contract.

std::vector<FieldRule> order_rows() {
    return {
        formed("Order.offer_reference", TextForm::reference, 64),
        choices("Order.purposes", 7),
        texts("Order.priorities", 10, 300),
        text("Order.special_considerations", 1000),
        texts("Order.sub_goals", 10, 300),
        texts("Order.questions", 10, 500),
        text("Order.citizen_wishes", 1000),
        hours("Order.hours_per_week", 1, 60),
        date("Order.start_date"),
        date("Order.end_date"),
        uuid("Order.predecessor_order_id"),
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
    };
}

std::vector<FieldRule> order_change_rows() {
    return {
        texts("ClarificationRequest.questions", 10, 500, is_required),
        text("ClarificationRequest.remark", 1000),
        date("ClarificationRequest.answer_wanted_by_date"),
        list("Clarification.answers", 10, is_required),
        text("Clarification.remark", 1000),
        text("ClarificationAnswer.question", 500, is_required),
        text("ClarificationAnswer.answer", 2000),
        number("OrderRevision.revision_number", 1, 1000, is_required),
        text("OrderRevision.explanation", 1000),
        date("OrderRevision.effective_date"),
        message("OrderRevision.order"),
        text("OrderCancellation.explanation", 1000),
        date("Extension.new_end_date", is_required),
        text("Extension.reason", 1000),
        message("JobPlanExtract.plan"),
        date("JobPlanExtract.made_date", is_required),
        texts("JobPlanExtract.goals", 10, 300),
        texts("JobPlanExtract.barriers", 10, 300),
        texts("JobPlanExtract.sub_goals", 10, 300),
        date("JobPlanExtract.end_date"),
    };
}

std::vector<FieldRule> course_rows() {
    return {
        date("CourseStart.start_date", is_required),
        hours("CourseStart.hours_per_week", 1, 60),
        text("CourseStart.remark", 1000),
        choices("CourseStart.planned_weekdays", 7),
        date("CourseEnd.end_date", is_required),
        text("CourseEnd.explanation", 1000),
        date("AbsenceReport.first_date", is_required),
        date("AbsenceReport.last_date", is_required),
        hours("AbsenceReport.absent_hours", 0.25, 2000),
        text("AbsenceReport.stated_reason", 500),
        list("AbsenceReport.contact_attempts", 20),
        text("AbsenceReport.citizen_explanation", 1000),
        message("ContactAttempt.attempted_at"),
    };
}

std::vector<FieldRule> progression_rows() {
    return {
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
}

std::vector<FieldRule> course_report_rows() {
    return {
        uuid("AttendanceList.list_id"),
        date("AttendanceList.first_date", is_required),
        date("AttendanceList.last_date", is_required),
        list("AttendanceList.days", 62),
        date("AttendanceDay.date", is_required),
        hours("AttendanceDay.planned_hours", 0.25, 24),
        hours("AttendanceDay.attended_hours", 0, 24),
        uuid("AttendanceSheet.list_id"),
        date("AttendanceSheet.first_date", is_required),
        date("AttendanceSheet.last_date", is_required),
        list("AttendanceSheet.rows", int{limits::attendance_sheet_rows_max}, is_required),
        uuid("AttendanceSheetRow.order_id", is_required),
        cpr_number("AttendanceSheetRow.cpr_number"),
        list("AttendanceSheetRow.days", 62),
        formed("Placement.p_number", TextForm::p_number, 10, is_required),
        texts("Placement.tasks", 10, 300),
        hours("Placement.hours_per_week", 1, 60),
        text("Placement.company_mentor_function", 100),
        date("Placement.first_date", is_required),
        date("Placement.last_date"),
        date("MidTermEvaluation.evaluation_date", is_required),
        text("MidTermEvaluation.reached", 2000),
        text("MidTermEvaluation.to_change", 2000),
        texts("MidTermEvaluation.participants", 12, 100),
        text("MidTermEvaluation.citizen_view", 2000),
        date("MidTermEvaluation.answer_wanted_by_date"),
    };
}

std::vector<FieldRule> cooperation_rows() {
    return {
        date("Meeting.meeting_date", is_required),
        text("Meeting.place", 200),
        texts("Meeting.participants", 12, 100, is_required),
        texts("Meeting.agreements", 10, 500),
        text("Meeting.citizen_view", 2000),
        texts("FundingRequest.items", 10, 300, is_required),
        text("FundingRequest.purpose", 1000),
        number("FundingRequest.amount_dkk", 1, 10000000),
        hours("FundingRequest.hours_per_week", 0.25, 60),
        date("FundingRequest.first_date"),
        date("FundingRequest.last_date"),
        date("FundingRequest.needed_by_date"),
        texts("FundingDecision.granted_items", 10, 300),
        number("FundingDecision.amount_dkk", 1, 10000000),
        date("FundingDecision.first_date"),
        date("FundingDecision.last_date"),
        text("FundingDecision.explanation", 1000),
        text("FollowUp.explanation", 1000),
        date("FollowUp.by_date"),
        message("ContactChanged.contact"),
        date("ContactChanged.from_date"),
        text("Notice.text", 500, is_required),
    };
}

std::vector<FieldRule> catalogue_rows() {
    return {
        formed("OfferPublished.offer_reference", TextForm::reference, 64, is_required),
        text("OfferPublished.name", 200, is_required),
        text("OfferPublished.description", 2000),
        choices("OfferPublished.purposes", 7, is_required),
        choices("OfferPublished.match_categories", 3),
        text("OfferPublished.target_group", 500),
        text("OfferPublished.place", 200),
        text("OfferPublished.travel", 300),
        listed(formed("OfferPublished.languages", TextForm::language, 3), 20),
        number("OfferPublished.weeks_min", 1, 260),
        number("OfferPublished.weeks_max", 1, 260),
        number("OfferPublished.capacity", 1, 100000),
        number("OfferPublished.yearly_quota", 1, 100000),
        text("OfferPublished.package", 500),
        date("OfferPublished.funding_end_date"),
        date("OfferPublished.valid_from_date"),
        date("OfferPublished.valid_until_date"),
        formed("OfferWithdrawn.offer_reference", TextForm::reference, 64, is_required),
        date("OfferWithdrawn.from_date", is_required),
        text("OfferWithdrawn.explanation", 500),
    };
}

// What a jobcentre records, what is about the citizen as such, and what the hub says.
std::vector<FieldRule> record_rows() {
    return {
        date("CourseOutcome.from_date", is_required),
        text("CourseOutcome.explanation", 500),
        date("LimitsWatched.first_request_date"),
        date("LimitsWatched.first_offer_due_date"),
        choices("LimitsWatched.watched", 4),
        date("InterviewHeld.held_date", is_required),
        date("InterviewHeld.next_interview_date"),
        date("CaseTransfer.transfer_date", is_required),
        text("CaseTransfer.remark", 1000),
        cpr_number("CprChanged.former_cpr_number"),
        date("CprChanged.from_date"),
        cpr_number("SubjectsMerged.former_cpr_number"),
        date("Alert.limit_date"),
        number("Alert.step", 1, 10, is_required),
        listed(uuid("ErasureNotice.order_ids", is_required), 256),
    };
}

}  // namespace

const std::vector<FieldRule>& field_rules() {
    static const std::vector<FieldRule> rules = [] {
        std::vector<FieldRule> all;
        for (const auto& rows :
             {order_rows(), order_change_rows(), course_rows(), progression_rows(),
              course_report_rows(), cooperation_rows(), catalogue_rows(), record_rows()}) {
            all.insert(all.end(), rows.begin(), rows.end());
        }
        return all;
    }();
    return rules;
}

}  // namespace jobbro::contract
