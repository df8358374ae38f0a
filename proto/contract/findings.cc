#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "proto/contract/validation.h"

namespace jobbro::contract {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// A narrative of no more words than this may be "it is going very well".
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

// How many bytes of white space the text starts with.
std::size_t white_space_at_start(std::string_view text) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first > ' ' && first < 0x80) return 0;
    constexpr std::array<std::string_view, 3> one_by_one = {" ", "\n", "\t"};
    // No-break space, narrow no-break space, and what editors put where nothing is to be seen.
    constexpr std::array<std::string_view, 6> others = {
        "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89", "\xe2\x80\x8b", "\xe2\x81\xa0", "\xef\xbb\xbf"};
    const auto starts = [text](std::string_view space) { return text.starts_with(space); };
    if (std::any_of(one_by_one.begin(), one_by_one.end(), starts)) return 1;
    const auto found = std::find_if(others.begin(), others.end(), starts);
    return found == others.end() ? 0 : found->size();
}

// Stops counting after `most`.
int words_in(std::string_view text, int most) {
    int words = 0;
    bool in_word = false;
    while (!text.empty() && words < most) {
        const std::size_t space = white_space_at_start(text);
        if (space == 0 && !in_word) ++words;
        in_word = space == 0;
        text.remove_prefix(std::max<std::size_t>(space, 1));
    }
    return words;
}

// Empty, or nothing but white space.
bool is_blank(std::string_view text) {
    return words_in(text, 1) == 0;
}

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

void find_in_order(const v1::Order& order, Findings& findings) {
    if (says_only_who(order)) {
        findings.add("order.citizen_only", "order");
        return;
    }
    const auto& purposes = order.purposes();
    if (all_blank(order.sub_goals())) findings.add("order.no_sub_goals", "order.sub_goals");
    const bool is_assessment =
        std::find(purposes.begin(), purposes.end(), v1::PURPOSE_NEEDS_ASSESSMENT) != purposes.end();
    if (is_assessment && all_blank(order.questions())) {
        findings.add("order.needs_assessment_without_question", "order.questions");
    }
    if (!purposes.empty() &&
        std::all_of(purposes.begin(), purposes.end(), is_deadline_or_treatment)) {
        findings.add("order.deadline_or_treatment_only", "order.purposes");
    }
}

bool says_nothing(const v1::AttentionPoint& point) {
    return words_in(point.narrative(), words_that_say_nothing_max + 1) <=
               words_that_say_nothing_max &&
           is_blank(point.evidence()) && point.indicators().empty() && is_blank(point.next_step());
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
    const auto citizen = CprNumber::parse(envelope.citizen().cpr_number());
    JOBBRO_ASSERT(citizen.has_value());
    if (!citizen->check_digit_holds()) {
        findings.add("citizen.cpr_check_digit", "citizen.cpr_number");
    }
    if (envelope.has_order()) find_in_order(envelope.order(), findings);
    if (envelope.has_progression_report()) {
        find_in_report(envelope.progression_report(), findings);
    }
    return findings.take();
}

}  // namespace jobbro::contract
