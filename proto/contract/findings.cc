#include <algorithm>

#include "proto/contract/validation.h"

namespace jobbro::contract {
namespace {

// A narrative of no more words than this may be "it is going very well".
constexpr int words_that_say_nothing_max = 5;

class Findings {
  public:
    void add(std::string_view code, std::string path) {
        v1::Finding& finding = findings_.emplace_back();
        finding.set_code(code.data(), code.size());
        finding.set_field_path(std::move(path));
    }
    std::vector<v1::Finding> take() { return std::move(findings_); }

  private:
    std::vector<v1::Finding> findings_;
};

bool says_nothing(const v1::Order& order) {
    return order.purposes().empty() && order.priorities().empty() && order.sub_goals().empty() &&
           order.questions().empty() && order.special_considerations().empty() &&
           order.citizen_wishes().empty();
}

bool is_deadline_or_treatment(int purpose) {
    return purpose == v1::PURPOSE_STATUTORY_DEADLINE || purpose == v1::PURPOSE_TREATMENT;
}

void find_in_order(const v1::Order& order, Findings& findings) {
    if (says_nothing(order)) {
        findings.add("order.citizen_only", "order");
        return;
    }
    const auto& purposes = order.purposes();
    if (order.sub_goals().empty()) findings.add("order.no_sub_goals", "order.sub_goals");
    if (order.questions().empty() && std::find(purposes.begin(), purposes.end(),
                                               v1::PURPOSE_NEEDS_ASSESSMENT) != purposes.end()) {
        findings.add("order.needs_assessment_without_question", "order.questions");
    }
    if (!purposes.empty() &&
        std::all_of(purposes.begin(), purposes.end(), is_deadline_or_treatment)) {
        findings.add("order.deadline_or_treatment_only", "order.purposes");
    }
}

int words_in(std::string_view text) {
    int words = 0;
    bool in_word = false;
    for (const char c : text) {
        const bool is_space = c == ' ' || c == '\n' || c == '\t';
        if (!is_space && !in_word) ++words;
        in_word = !is_space;
    }
    return words;
}

bool says_nothing(const v1::AttentionPoint& point) {
    return words_in(point.narrative()) <= words_that_say_nothing_max && point.evidence().empty() &&
           point.indicators().empty() && point.next_step().empty();
}

bool is_excused(const v1::AttentionPoint& point) {
    return point.direction() == v1::DIRECTION_NOT_ASSESSED && point.has_not_assessed_reason();
}

void find_in_report(const v1::ProgressionReport& report, Findings& findings) {
    const auto& points = report.attention_points();
    // A point left out for a good reason is not held against the report, but speaks for nothing.
    const bool all_excused = std::all_of(points.begin(), points.end(), is_excused);
    const bool all_silent = std::all_of(points.begin(), points.end(),
                                        [](const auto& point) { return says_nothing(point); });
    if (all_silent && !all_excused) {
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
    static const std::vector<FindingText> texts = {
#define JOBBRO_FINDING(code, danish, english) FindingText{code, danish, english},
#include "proto/contract/finding_codes.def"
#undef JOBBRO_FINDING
    };
    return texts;
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
