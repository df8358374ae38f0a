#include "hub/domain/access.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

static_assert(static_cast<int>(contract::Role::jobcentre) == 0 &&
              static_cast<int>(contract::Role::provider) == 1 &&
              static_cast<int>(contract::Role::auditor) == 2 &&
              static_cast<int>(contract::Role::operator_) == 3);

// A letter a relation, in the order of Relation:
//
//   joecf  a jobcentre: no order, open, ended, closed, former
//   poec   a provider: no order, open, ended, cancelled
//
// After the end there is time for reports that are still to come, for what the jobcentre decides on
// them, and for corrections; then for nothing but what is the jobcentre's alone.
// clang-format off
constexpr KindAccess kinds[] = {
    //                                       says          sees
    //                                        joecf poec    joecf poec
    {v1::MESSAGE_KIND_ORDER,                  "-yc-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_ORDER_ACCEPTANCE,       "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_ORDER_DECLINE,          "----- -y--", "-yyyy ----"},
    {v1::MESSAGE_KIND_COURSE_START,           "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_ABSENCE_REPORT,         "----- -yy-", "-yyyy ----"},
    {v1::MESSAGE_KIND_PROGRESSION_REPORT,     "----- -yy-", "-yyyy ----"},
    {v1::MESSAGE_KIND_COURSE_END,             "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_CLARIFICATION_REQUEST,  "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_CLARIFICATION,          "-yc-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_ORDER_REVISION,         "-yc-- ----", "-yyyy -yy-"},
    // The message that ends a provider's access is still delivered.
    {v1::MESSAGE_KIND_ORDER_CANCELLATION,     "-y--- ----", "-yyyy ---y"},
    {v1::MESSAGE_KIND_EXTENSION,              "-yc-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_JOB_PLAN_EXTRACT,       "yyc-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_PLACEMENT,              "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_ATTENDANCE_LIST,        "----- -yy-", "-yyyy ----"},
    {v1::MESSAGE_KIND_MID_TERM_EVALUATION,    "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_MEETING,                "-yc-- -yc-", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_FUNDING_REQUEST,        "----- -yc-", "-yyyy ----"},
    {v1::MESSAGE_KIND_FUNDING_DECISION,       "-yy-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_FOLLOW_UP,              "-yy-- ----", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_CONTACT_CHANGED,        "-yc-- -yc-", "-yyyy -yy-"},
    {v1::MESSAGE_KIND_NOTICE,                 "-yc-- -yc-", "-yyyy -yy-"},
    // The jobcentre's alone: recorded, and seen by nobody else.
    {v1::MESSAGE_KIND_COURSE_OUTCOME,         "-yyy- ----", "----- ----"},
    {v1::MESSAGE_KIND_LIMITS_WATCHED,         "y---- ----", "----- ----"},
    {v1::MESSAGE_KIND_INTERVIEW_HELD,         "y---- ----", "----- ----"},
    {v1::MESSAGE_KIND_OFFER_PUBLISHED,        "----- y---", "y---- ----"},
    {v1::MESSAGE_KIND_OFFER_WITHDRAWN,        "----- y---", "y---- ----"},
    {v1::MESSAGE_KIND_CASE_TRANSFER,          "y---- ----", "y---- ----"},
    // Seen by a provider as by the best of its orders for the citizen.
    {v1::MESSAGE_KIND_CPR_CHANGED,            "y---- ----", "y---- -yy-"},
    {v1::MESSAGE_KIND_SUBJECTS_MERGED,        "y---- ----", "y---- -yy-"},
    {v1::MESSAGE_KIND_ALERT,                  "----- ----", "yyyyy -yy-"},
    {v1::MESSAGE_KIND_ERASURE_NOTICE,         "----- ----", "y---- y---"},
    // Made by the hub, for auditors.
    {v1::MESSAGE_KIND_LOG_OPENED,             "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_REGISTRY_CHANGE,        "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_READING,                "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_PARKED_ACT,             "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_LOG_KEY_CHANGE,         "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_RULE_SET,               "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_RESULTS_FROZEN,         "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_ERASURE,                "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_ERASURE_DUE,            "----- ----", "----- ----"},
    {v1::MESSAGE_KIND_HOLD_CHANGE,            "----- ----", "----- ----"},
};
// clang-format on

constexpr auto no = Answer::no;
constexpr auto own = Answer::own;
constexpr auto granted = Answer::granted;
constexpr auto unmasked = Answer::unmasked;
constexpr auto all = Answer::all;

// clang-format off
constexpr QuestionAccess asked[] = {
    //                                              jobcentre provider auditor   operator
    {Question::subscribe,       "subscribe",       {own,      own,     own,      own}},
    {Question::parked,          "parked",          {own,      own,     own,      own}},
    {Question::fetch,           "fetch",           {own,      own,     own,      own}},
    {Question::orders,          "orders",          {own,      own,     no,       no}},
    {Question::citizen_time_line, "citizen_time_line", {own,  no,      no,       no}},
    {Question::catalogue,       "catalogue",       {all,      all,     all,      all}},
    {Question::prove,           "prove",           {all,      all,     all,      all}},
    {Question::prove_entry,     "prove_entry",     {own,      own,     no,       no}},
    {Question::replay_sealed,   "replay_sealed",   {no,       no,      all,      no}},
    {Question::replay_masked,   "replay_masked",   {no,       no,      granted,  no}},
    {Question::replay_unmasked, "replay_unmasked", {no,       no,      unmasked, no}},
    {Question::registry,        "registry",        {own,      own,     own,      all}},
    {Question::citizens,        "citizens",        {no,       no,      no,       all}},
    {Question::status,          "status",          {no,       no,      no,       all}},
};
// clang-format on

// Where a relation's letter stands: after the jobcentre's five there is a space.
constexpr std::size_t letters = relations - 1 + 1;
constexpr std::size_t letter_of(Relation relation) {
    const auto place = static_cast<std::size_t>(relation) - 1;
    return place < 5 ? place : place + 1;
}

constexpr bool is_well_formed(std::string_view row, bool is_of_saying) {
    if (row.size() != letters || row[5] != ' ') return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
        const bool is_letter = row[i] == 'y' || row[i] == '-' || (row[i] == 'c' && is_of_saying);
        if (i != 5 && !is_letter) return false;
    }
    return true;
}

constexpr bool is_well_formed() {
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
        if (!is_well_formed(kinds[i].says, true) || !is_well_formed(kinds[i].sees, false)) {
            return false;
        }
        if (i > 0 && kinds[i].kind <= kinds[i - 1].kind) return false;
    }
    for (std::size_t i = 0; i < std::size(asked); ++i) {
        if (static_cast<std::size_t>(asked[i].question) != i) return false;
    }
    return std::size(asked) == questions;
}
static_assert(is_well_formed());

const KindAccess* find(v1::MessageKind kind) {
    const auto* const found = std::lower_bound(
        std::begin(kinds), std::end(kinds), kind,
        [](const KindAccess& row, v1::MessageKind wanted) { return row.kind < wanted; });
    return found == std::end(kinds) || found->kind != kind ? nullptr : found;
}

Relation provider_relation(const OrderTimes& times, bool is_in_grace) {
    if (!is_over(times.state)) return Relation::provider_open;
    if (times.state == OrderState::cancelled) return Relation::provider_cancelled;
    return is_in_grace ? Relation::provider_ended : Relation::none;
}

Relation jobcentre_relation(const OrderTimes& times, bool is_in_grace) {
    if (!is_over(times.state)) return Relation::jobcentre_open;
    return is_in_grace ? Relation::jobcentre_ended : Relation::jobcentre_closed;
}

}  // namespace

Relation relation_of(Tie tie, const OrderTimes& times) {
    const bool is_in_grace =
        times.state == OrderState::ended && times.now < times.over_at.plus_ms(times.grace_ms);
    switch (tie) {
        case Tie::jobcentre:
            return jobcentre_relation(times, is_in_grace);
        case Tie::former_jobcentre:
            return Relation::former_jobcentre;
        case Tie::provider:
            return provider_relation(times, is_in_grace);
        case Tie::none:
            break;
    }
    return Relation::none;
}

std::span<const KindAccess> kind_access() {
    return kinds;
}

Say may_say(v1::MessageKind kind, Relation relation) {
    const KindAccess* const row = find(kind);
    if (row == nullptr || relation == Relation::none) return Say::no;
    switch (row->says[letter_of(relation)]) {
        case 'y':
            return Say::yes;
        case 'c':
            return Say::corrections;
        default:
            return Say::no;
    }
}

bool may_see(v1::MessageKind kind, Relation relation) {
    const KindAccess* const row = find(kind);
    return row != nullptr && relation != Relation::none && row->sees[letter_of(relation)] == 'y';
}

bool reaches_provider(v1::AlertKind kind) {
    switch (kind) {
        case v1::ALERT_KIND_FOLLOW_UP_OVERDUE:
        case v1::ALERT_KIND_JOB_PLAN_ENDING:
        case v1::ALERT_KIND_STATUTORY_NEAR:
        case v1::ALERT_KIND_STATUTORY_PASSED:
            return false;
        default:
            return true;
    }
}

std::span<const QuestionAccess> question_access() {
    return asked;
}

Answer may_ask(Question question, contract::Role role) {
    const auto column = static_cast<std::size_t>(role);
    const auto& answers = asked[static_cast<std::size_t>(question)].answers;
    return column < answers.size() ? answers[column] : Answer::no;
}

}  // namespace jobbro::domain
