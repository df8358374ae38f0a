#include "proto/contract/order_steps.h"

#include <algorithm>
#include <array>

#include "proto/contract/validation.h"

namespace jobbro::contract {
namespace {

constexpr std::array<std::string_view, dialogue_states> state_names = {
    "placed", "asked",       "clarified", "accepted", "started",
    "ended",  "followed_up", "declined",  "cancelled"};

// A letter a state:
//
//   pac  placed, asked, clarified
//   As   accepted, started
//   ef   ended, followed up
//   dc   declined, cancelled
//
// After the end what is still to come, and corrections.
// clang-format off
constexpr KindSteps steps[] = {
    //                                        pac As ef dc
    {v1::MESSAGE_KIND_ORDER,                 "ccc cc cc --"},
    {v1::MESSAGE_KIND_ORDER_ACCEPTANCE,      "yyy cc cc --"},
    {v1::MESSAGE_KIND_ORDER_DECLINE,         "yyy -- -- --"},
    {v1::MESSAGE_KIND_COURSE_START,          "--- yc cc --"},
    {v1::MESSAGE_KIND_ABSENCE_REPORT,        "--- -y yy --"},
    {v1::MESSAGE_KIND_PROGRESSION_REPORT,    "--- -y yy --"},
    {v1::MESSAGE_KIND_COURSE_END,            "--- -y cc --"},
    {v1::MESSAGE_KIND_CLARIFICATION_REQUEST, "yyy yy cc --"},
    {v1::MESSAGE_KIND_CLARIFICATION,         "-yy yy cc --"},
    {v1::MESSAGE_KIND_ORDER_REVISION,        "yyy yy cc --"},
    {v1::MESSAGE_KIND_ORDER_CANCELLATION,    "yyy yy -- --"},
    {v1::MESSAGE_KIND_EXTENSION,             "--- -y cc --"},
    {v1::MESSAGE_KIND_JOB_PLAN_EXTRACT,      "yyy yy cc --"},
    {v1::MESSAGE_KIND_PLACEMENT,             "--- -y cc --"},
    {v1::MESSAGE_KIND_ATTENDANCE_LIST,       "--- -y yy --"},
    {v1::MESSAGE_KIND_MID_TERM_EVALUATION,   "--- -y cc --"},
    {v1::MESSAGE_KIND_MEETING,               "yyy yy cc --"},
    {v1::MESSAGE_KIND_FUNDING_REQUEST,       "--- -y cc --"},
    {v1::MESSAGE_KIND_FUNDING_DECISION,      "--- -y yy --"},
    {v1::MESSAGE_KIND_FOLLOW_UP,             "--- -y yy --"},
    {v1::MESSAGE_KIND_CONTACT_CHANGED,       "yyy yy cc --"},
    {v1::MESSAGE_KIND_NOTICE,                "yyy yy cc --"},
    {v1::MESSAGE_KIND_COURSE_OUTCOME,        "yyy yy yy yy"},
};
// clang-format on

// Where a state's letter stands among the spaces.
constexpr std::array<std::size_t, dialogue_states> letter_places = {0, 1, 2, 4, 5, 7, 8, 10, 11};

constexpr bool is_well_formed(std::string_view row) {
    if (row.size() != 12) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool is_space = i == 3 || i == 6 || i == 9;
        if (is_space != (row[i] == ' ')) return false;
        if (!is_space && row[i] != 'y' && row[i] != 'c' && row[i] != '-') return false;
    }
    return true;
}

constexpr bool is_well_formed() {
    for (std::size_t i = 0; i < std::size(steps); ++i) {
        if (!is_well_formed(steps[i].steps)) return false;
        if (i > 0 && steps[i].kind <= steps[i - 1].kind) return false;
    }
    return true;
}
static_assert(is_well_formed());

Step step_of(char letter) {
    if (letter == 'y') return Step::yes;
    return letter == 'c' ? Step::corrections : Step::no;
}

// "allowed: order_acceptance, …": corrections are allowed of much and are told in one word.
std::string allowed_in(DialogueState state) {
    std::string allowed;
    for (const KindSteps& row : steps) {
        if (step_allowed(state, row.kind) != Step::yes) continue;
        allowed += allowed.empty() ? "" : ", ";
        allowed += kind_name(row.kind);
    }
    const bool has_corrections =
        std::any_of(std::begin(steps), std::end(steps), [state](const KindSteps& row) {
            return step_allowed(state, row.kind) == Step::corrections;
        });
    return has_corrections ? allowed + ", corrections of what was said" : allowed;
}

}  // namespace

std::string_view dialogue_state_name(DialogueState state) {
    return state_names[static_cast<std::size_t>(state)];
}

std::span<const KindSteps> order_steps() {
    return steps;
}

Step step_allowed(DialogueState state, v1::MessageKind kind) {
    const auto* const found = std::lower_bound(
        std::begin(steps), std::end(steps), kind,
        [](const KindSteps& row, v1::MessageKind wanted) { return row.kind < wanted; });
    if (found == std::end(steps) || found->kind != kind) return Step::no;
    return step_of(found->steps[letter_places[static_cast<std::size_t>(state)]]);
}

Result<void> check_step(DialogueState state, v1::MessageKind kind, bool is_correction) {
    const Step step = step_allowed(state, kind);
    if (step == Step::yes || (step == Step::corrections && is_correction)) return {};
    std::string detail{"the order is "};
    detail += dialogue_state_name(state);
    detail += "; allowed: " + allowed_in(state);
    return Error{ErrorCode::order_step_not_allowed, std::move(detail), "body"};
}

std::string order_steps_page() {
    std::string page = "| kind |";
    std::string rule = "\n| --- |";
    for (const std::string_view name : state_names) {
        page += " " + std::string{name} + " |";
        rule += " --- |";
    }
    page += rule + '\n';
    for (const KindSteps& row : steps) {
        page += "| `" + std::string{kind_name(row.kind)} + "` |";
        for (const std::size_t place : letter_places) {
            const Step step = step_of(row.steps[place]);
            page += step == Step::yes           ? " yes |"
                    : step == Step::corrections ? " corrections |"
                                                : " |";
        }
        page += '\n';
    }
    return page;
}

}  // namespace jobbro::contract
