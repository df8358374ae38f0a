#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "proto/contract/validation.h"
#include "proto/contract/white_space.h"

namespace jobbro::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A text of no more words than this may be "it is going very well".
constexpr int words_that_say_nothing_max = 5;

class Findings {
  public:
    void add(std::string_view code, std::string path) {
        const FindingText* text = find_finding_text(code);
        JOBBRO_ASSERT(text != nullptr);
        v1::Finding& finding = findings_.emplace_back();
        finding.set_code(code.data(), code.size());
        finding.set_field_path(std::move(path));
        finding.set_severity(text->severity);
    }
    std::vector<v1::Finding> take() { return std::move(findings_); }

  private:
    std::vector<v1::Finding> findings_;
};

bool all_blank(const google::protobuf::RepeatedPtrField<std::string>& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [](const std::string& text) { return is_blank(text); });
}

bool says_anything(const Message& message);

// A field that is set. Lists of texts and messages may still say nothing.
bool says_anything(const Message& message, const FieldDescriptor& field) {
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    const bool is_text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (!is_text && field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return true;
    if (!field.is_repeated()) {
        return is_text ? !is_blank(reflection.GetString(message, &field))
                       : says_anything(reflection.GetMessage(message, &field));
    }
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
        if (is_text ? !is_blank(reflection.GetRepeatedString(message, &field, i))
                    : says_anything(reflection.GetRepeatedMessage(message, &field, i))) {
            return true;
        }
    }
    return false;
}

bool says_anything(const Message& message) {
    std::vector<const FieldDescriptor*> fields;
    message.GetReflection()->ListFields(message, &fields);
    return std::any_of(fields.begin(), fields.end(), [&message](const FieldDescriptor* field) {
        return says_anything(message, *field);
    });
}

// It is as one that holds at most an offer and dates.
bool says_only_who(const v1::Order& order) {
    v1::Order rest = order;
    rest.clear_offer_reference();
    rest.clear_start_date();
    rest.clear_end_date();
    return !says_anything(rest);
}

bool is_deadline_or_treatment(int purpose) {
    return purpose == v1::PURPOSE_STATUTORY_DEADLINE || purpose == v1::PURPOSE_TREATMENT;
}

// An order by itself, or as a revision leaves it.
void find_in_order(const v1::Order& order, const std::string& path, Findings& findings) {
    if (says_only_who(order)) {
        findings.add("order.citizen_only", path);
        return;
    }
    const auto& purposes = order.purposes();
    if (all_blank(order.sub_goals())) findings.add("order.no_sub_goals", path + ".sub_goals");
    const bool is_assessment =
        std::find(purposes.begin(), purposes.end(), v1::PURPOSE_NEEDS_ASSESSMENT) != purposes.end();
    if (is_assessment && all_blank(order.questions())) {
        findings.add("order.needs_assessment_without_question", path + ".questions");
    }
    if (!purposes.empty() &&
        std::all_of(purposes.begin(), purposes.end(), is_deadline_or_treatment)) {
        findings.add("order.deadline_or_treatment_only", path + ".purposes");
    }
}

bool is_as_short_as_it_is_going_well(std::string_view text) {
    return words_in(text, words_that_say_nothing_max + 1) <= words_that_say_nothing_max;
}

bool says_nothing(const v1::AttentionPoint& point) {
    return is_as_short_as_it_is_going_well(point.narrative()) && is_blank(point.evidence()) &&
           point.indicators().empty() && is_blank(point.next_step());
}

bool is_excused(const v1::AttentionPoint& point) {
    return point.direction() == v1::DIRECTION_NOT_ASSESSED && point.has_not_assessed_reason();
}

void find_in_report(const v1::ProgressionReport& report, Findings& findings) {
    const auto& points = report.attention_points();
    // A point left out for a good reason is not held against the report, but speaks for nothing.
    const bool all_excused = std::all_of(points.begin(), points.end(), is_excused);
    const bool none_speaks = std::all_of(
        points.begin(), points.end(),
        [](const v1::AttentionPoint& point) { return is_excused(point) || says_nothing(point); });
    if (none_speaks && !all_excused) {
        findings.add("progression.says_nothing", "progression_report.attention_points");
    }
    for (int i = 0; i < points.size(); ++i) {
        if (points.Get(i).direction() == v1::DIRECTION_NOT_ASSESSED && !is_excused(points.Get(i))) {
            findings.add("progression.not_assessed_without_reason",
                         "progression_report.attention_points[" + std::to_string(i) + "]");
        }
    }
}

void find_in_absence(const v1::AbsenceReport& report, Findings& findings) {
    if (report.kind() == v1::ABSENCE_KIND_NO_SHOW && report.contact_attempts().empty()) {
        findings.add("absence.no_contact_attempt", "absence_report.contact_attempts");
    }
}

void find_in_evaluation(const v1::MidTermEvaluation& evaluation, Findings& findings) {
    const bool changes_nothing = is_blank(evaluation.to_change());
    if (changes_nothing && is_blank(evaluation.citizen_view()) &&
        is_as_short_as_it_is_going_well(evaluation.reached())) {
        findings.add("mid_term.says_nothing", "mid_term_evaluation");
        return;
    }
    if (changes_nothing && evaluation.on_the_way() != v1::ON_THE_WAY_YES) {
        findings.add("mid_term.no_change_told", "mid_term_evaluation.to_change");
    }
}

void find_in_clarification(const v1::Clarification& clarification, Findings& findings) {
    const auto& answers = clarification.answers();
    const bool none_is_known = std::all_of(
        answers.begin(), answers.end(),
        [](const v1::ClarificationAnswer& answer) { return is_blank(answer.answer()); });
    if (none_is_known && is_blank(clarification.remark())) {
        findings.add("clarification.nothing_known", "clarification.answers");
    }
}

void find_in_job_plan(const v1::JobPlanExtract& extract, Findings& findings) {
    if (all_blank(extract.goals()) && all_blank(extract.barriers()) &&
        all_blank(extract.sub_goals())) {
        findings.add("job_plan.number_only", "job_plan_extract");
    }
}

void find_in_meeting(const v1::Meeting& meeting, Findings& findings) {
    if (meeting.stage() == v1::MEETING_STAGE_HELD && all_blank(meeting.agreements()) &&
        is_blank(meeting.citizen_view())) {
        findings.add("meeting.held_says_nothing", "meeting.agreements");
    }
}

void find_in_follow_up(const v1::FollowUp& follow_up, Findings& findings) {
    const bool announces = follow_up.decision() == v1::FOLLOW_UP_DECISION_EXTEND ||
                           follow_up.decision() == v1::FOLLOW_UP_DECISION_NEW_ORDER;
    if (announces && follow_up.by_date().empty()) {
        findings.add("follow_up.no_date", "follow_up.by_date");
    }
}

void find_in_limits(const v1::LimitsWatched& limits, Findings& findings) {
    for (const int limit : limits.watched()) {
        if (limit == v1::STATUTORY_LIMIT_FIRST_INTERVIEW && limits.first_request_date().empty()) {
            findings.add("limits.no_date", "limits_watched.first_request_date");
        }
        if (limit == v1::STATUTORY_LIMIT_FIRST_OFFER && limits.first_offer_due_date().empty()) {
            findings.add("limits.no_date", "limits_watched.first_offer_due_date");
        }
    }
}

void find_in_body(const v1::Envelope& envelope, Findings& findings) {
    switch (envelope.body_case()) {
        case v1::Envelope::kOrder:
            return find_in_order(envelope.order(), "order", findings);
        case v1::Envelope::kOrderRevision:
            return find_in_order(envelope.order_revision().order(), "order_revision.order",
                                 findings);
        case v1::Envelope::kAbsenceReport:
            return find_in_absence(envelope.absence_report(), findings);
        case v1::Envelope::kProgressionReport:
            return find_in_report(envelope.progression_report(), findings);
        case v1::Envelope::kMidTermEvaluation:
            return find_in_evaluation(envelope.mid_term_evaluation(), findings);
        case v1::Envelope::kClarification:
            return find_in_clarification(envelope.clarification(), findings);
        case v1::Envelope::kJobPlanExtract:
            return find_in_job_plan(envelope.job_plan_extract(), findings);
        case v1::Envelope::kMeeting:
            return find_in_meeting(envelope.meeting(), findings);
        case v1::Envelope::kFundingRequest:
            if (!envelope.funding_request().has_amount_dkk() &&
                !envelope.funding_request().has_hours_per_week()) {
                findings.add("funding.no_size", "funding_request.amount_dkk");
            }
            return;
        case v1::Envelope::kFollowUp:
            return find_in_follow_up(envelope.follow_up(), findings);
        case v1::Envelope::kLimitsWatched:
            return find_in_limits(envelope.limits_watched(), findings);
        case v1::Envelope::kOfferPublished:
            if (envelope.offer_published().match_categories().empty() &&
                is_blank(envelope.offer_published().target_group())) {
                findings.add("offer.no_target_group", "offer_published.target_group");
            }
            return;
        default:
            return;
    }
}

}  // namespace

const std::vector<FindingText>& finding_texts() {
    constexpr auto remark = v1::FINDING_SEVERITY_REMARK;
    constexpr auto thin = v1::FINDING_SEVERITY_THIN;
    static const std::vector<FindingText> texts = {
#define JOBBRO_FINDING(code, severity, danish, english) \
    FindingText{code, severity, danish, english},
#include "proto/contract/finding_codes.def"
#undef JOBBRO_FINDING
    };
    return texts;
}

std::string_view severity_name(v1::FindingSeverity severity) {
    if (severity == v1::FINDING_SEVERITY_REMARK) return "remark";
    if (severity == v1::FINDING_SEVERITY_THIN) return "thin";
    return {};
}

const FindingText* find_finding_text(std::string_view code) {
    for (const FindingText& text : finding_texts()) {
        if (text.code == code) return &text;
    }
    return nullptr;
}

std::vector<v1::Finding> findings_of(const v1::Envelope& envelope) {
    Findings findings;
    if (envelope.has_citizen()) {
        const auto citizen = CprNumber::parse(envelope.citizen().cpr_number());
        JOBBRO_ASSERT(citizen.has_value());
        if (!citizen->check_digit_holds()) {
            findings.add("citizen.cpr_check_digit", "citizen.cpr_number");
        }
    }
    find_in_body(envelope, findings);
    return findings.take();
}

}  // namespace jobbro::contract
