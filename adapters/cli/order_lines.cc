#include "adapters/cli/order_lines.h"

#include "adapters/cli/json_line.h"
#include "adapters/cli/text_table.h"
#include "proto/contract/json.h"
#include "proto/contract/kinds.h"
#include "proto/contract/order_steps.h"
#include "proto/contract/validation.h"

namespace jobbro::cli {
namespace {

constexpr Wording order_word{"BESTILLING", "ORDER"};
constexpr Wording state_word{"TILSTAND", "STATE"};
constexpr Wording jobcentre_word{"JOBCENTER", "JOBCENTRE"};
constexpr Wording provider_word{"LEVERANDØR", "PROVIDER"};
constexpr Wording started_word{"BEGYNDT", "STARTED"};
constexpr Wording end_word{"SLUT", "ENDS"};
constexpr Wording next_report_word{"NÆSTE RAPPORT", "NEXT REPORT"};
constexpr Wording latest_word{"SENESTE", "LATEST"};
constexpr Wording report_word{"RAPPORT", "REPORT"};
constexpr Wording due_word{"SENEST", "DUE"};
constexpr Wording given_word{"AFGIVET", "GIVEN"};
constexpr Wording yes_word{"ja", "yes"};
constexpr Wording no_word{"nej", "no"};
constexpr Wording step_word{"MULIGT SKRIDT", "STEP ALLOWED"};
constexpr Wording means_word{"BETYDNING", "WHICH IS"};
constexpr Wording correction_word{"kun som rettelse", "only as a correction"};

// The first that has not come.
std::string next_report(const v1::OrderStanding& order, Language language) {
    const v1::ReportStanding* next = nullptr;
    for (const v1::ReportStanding& report : order.reports()) {
        if (report.is_given()) continue;
        if (next == nullptr || report.due_date() < next->due_date()) next = &report;
    }
    if (next == nullptr) return {};
    return next->due_date() + " " + word_for(next->report(), language);
}

std::string reports_table(const v1::OrderStanding& order, Language language) {
    TextTable table{{due_word.in(language), report_word.in(language), given_word.in(language)}};
    for (const v1::ReportStanding& report : order.reports()) {
        table.add({report.due_date(), word_for(report.report(), language),
                   (report.is_given() ? yes_word : no_word).in(language)});
    }
    return table.str();
}

std::string steps_table(v1::OrderDialogueState state, contract::Role asker, Language language) {
    TextTable table{{step_word.in(language), means_word.in(language)}};
    const int number = static_cast<int>(state) - 1;
    if (number < 0 || number >= static_cast<int>(contract::dialogue_states)) return {};
    for (const contract::KindSteps& row : contract::order_steps()) {
        const contract::KindRule* const rule = contract::find_kind_rule(row.kind);
        if (rule == nullptr || !contract::may_send(asker, *rule)) continue;
        const auto step =
            contract::step_allowed(static_cast<contract::DialogueState>(number), row.kind);
        if (step == contract::Step::no) continue;
        std::string meaning = word_for(row.kind, language);
        if (step == contract::Step::corrections) meaning += ", " + correction_word.in(language);
        table.add({std::string{contract::kind_name(row.kind)}, meaning});
    }
    return table.str();
}

void add_part(std::string& text, const std::string& part) {
    if (!part.empty()) text += "\n" + part;
}

}  // namespace

std::string orders_json(const v1::Answer& answer) {
    std::string lines;
    for (const v1::OrderStanding& order : answer.orders())
        lines += JsonLine{}.raw("order", contract::to_json(order)).str() + "\n";
    return lines;
}

std::string orders_table(const v1::Answer& answer, Language language) {
    TextTable table{{order_word.in(language), state_word.in(language), jobcentre_word.in(language),
                     provider_word.in(language), started_word.in(language), end_word.in(language),
                     next_report_word.in(language)}};
    for (const v1::OrderStanding& order : answer.orders()) {
        table.add({order.order_id(), word_for(order.state(), language), order.jobcentre(),
                   order.provider(), order.started_date(), order.end_date(),
                   next_report(order, language)});
    }
    return table.str();
}

std::string order_text(const v1::OrderStanding& order, contract::Role asker, Language language) {
    TextTable head{{order_word.in(language), shown(order.order_id())}};
    head.add({state_word.in(language), word_for(order.state(), language)});
    head.add({jobcentre_word.in(language), order.jobcentre()});
    head.add({provider_word.in(language), order.provider()});
    head.add({started_word.in(language), order.started_date()});
    head.add({end_word.in(language), order.end_date()});
    head.add({latest_word.in(language), std::to_string(order.latest_sequence())});
    std::string text = head.str();
    add_part(text, steps_table(order.state(), asker, language));
    add_part(text, reports_table(order, language));
    return text;
}

}  // namespace jobbro::cli
