#include "hub/journal/erasure_plan.h"

#include <algorithm>

#include "hub/domain/order_dialogue.h"

namespace jobbro::journal {
namespace {

bool is_in(const ErasureScope& scope, const std::string& jobcentre) {
    return !scope || scope->contains(jobcentre);
}

void add_jobcentres(const rows::CaseRow& row, std::set<std::string>& all) {
    all.insert(row.jobcentres().begin(), row.jobcentres().end());
    all.insert(row.told_by().begin(), row.told_by().end());
    for (const rows::OrderRow& order : row.orders())
        all.insert(order.jobcentre());
}

bool is_running(const rows::OrderRow& order) {
    return !domain::is_over(static_cast<domain::OrderState>(order.state()));
}

void note_order(const rows::OrderRow& order, PersonState& state) {
    ++state.orders;
    if (is_running(order)) {
        ++state.running_orders;
        return;
    }
    const Instant over_at{order.over_at_us()};
    state.last_over_at = std::max(state.last_over_at.value_or(over_at), over_at);
}

Result<void> take_order(const rows::OrderRow& order, ErasurePlan& plan) {
    const auto id = contract::OrderId::from_bytes(order.order_id());
    if (!id) return Error{ErrorCode::tampered, "a case's row"};
    plan.orders.push_back(*id);
    plan.slots.emplace_back(order.slot());
    plan.running_orders += is_running(order) ? 1 : 0;
    plan.entries += order.entries();
    std::set<std::string> parties{order.former_jobcentres().begin(),
                                  order.former_jobcentres().end()};
    parties.insert({order.jobcentre(), order.provider()});
    for (const std::string& party : parties)
        plan.parties[party].push_back(*id);
    return {};
}

void take_rest(const rows::CaseRow& row, ErasurePlan& plan) {
    if (row.slot() != 0) plan.slots.emplace_back(row.slot());
    plan.entries += row.entries();
    plan.cpr_hashes.insert(plan.cpr_hashes.end(), row.cpr_hashes().begin(), row.cpr_hashes().end());
}

void leave_jobcentres(google::protobuf::RepeatedPtrField<std::string>& parties,
                      const ErasureScope& scope) {
    parties.erase(
        std::remove_if(parties.begin(), parties.end(),
                       [&](const std::string& jobcentre) { return is_in(scope, jobcentre); }),
        parties.end());
}

}  // namespace

Result<PersonState> state_of_person(CaseFile& cases, const SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const std::vector<SubjectId> subjects, cases.person_of(subject));
    PersonState state;
    state.kept = subjects.front();
    for (const SubjectId& each : subjects) {
        JOBBRO_TRY_ASSIGN(const rows::CaseRow* const row, cases.open(each));
        if (each == state.kept) state.preceding = row->last_statement_plus_one();
        state.is_held = state.is_held || !row->held_by().empty();
        state.last_said_plus_one = std::max(state.last_said_plus_one, row->last_said_plus_one());
        add_jobcentres(*row, state.jobcentres);
        for (const rows::OrderRow& order : row->orders())
            note_order(order, state);
    }
    return state;
}

Result<ErasurePlan> plan_erasure(CaseFile& cases, const SubjectId& subject,
                                 const ErasureScope& scope) {
    JOBBRO_TRY_ASSIGN(const PersonState state, state_of_person(cases, subject));
    ErasurePlan plan;
    plan.is_whole = std::all_of(state.jobcentres.begin(), state.jobcentres.end(),
                                [&](const std::string& each) { return is_in(scope, each); });
    JOBBRO_TRY_ASSIGN(plan.subjects, cases.person_of(subject));
    for (const SubjectId& each : plan.subjects) {
        JOBBRO_TRY_ASSIGN(const rows::CaseRow* const row, cases.open(each));
        for (const rows::OrderRow& order : row->orders()) {
            if (is_in(scope, order.jobcentre())) JOBBRO_TRY(take_order(order, plan));
        }
        if (plan.is_whole) take_rest(*row, plan);
    }
    std::sort(plan.slots.begin(), plan.slots.end());
    return plan;
}

Result<void> remove_planned(CaseFile& cases, const ErasurePlan& plan, const ErasureScope& scope) {
    for (const contract::OrderId& order : plan.orders)
        cases.remove_order(order);
    for (const SubjectId& subject : plan.subjects) {
        if (plan.is_whole) {
            cases.remove(subject);
            continue;
        }
        JOBBRO_TRY_ASSIGN(rows::CaseRow* const row, cases.open(subject));
        auto& orders = *row->mutable_orders();
        orders.erase(std::remove_if(orders.begin(), orders.end(),
                                    [&](const rows::OrderRow& order) {
                                        return is_in(scope, order.jobcentre());
                                    }),
                     orders.end());
        auto& limits = *row->mutable_limits();
        limits.erase(std::remove_if(limits.begin(), limits.end(),
                                    [&](const rows::LimitsRow& each) {
                                        return is_in(scope, each.jobcentre());
                                    }),
                     limits.end());
        leave_jobcentres(*row->mutable_told_by(), scope);
        leave_jobcentres(*row->mutable_jobcentres(), scope);
        cases.changed(subject);
    }
    return {};
}

}  // namespace jobbro::journal
