#include "tests/property/access_model.h"

#include <algorithm>

#include "proto/contract/validation.h"

namespace jobbro::testing {
namespace {

bool corrects(const v1::Envelope& envelope) {
    return envelope.causes_size() > 0 &&
           envelope.causes(0).relation() == v1::CAUSE_RELATION_CORRECTS;
}

bool is_report(const v1::Envelope& envelope) {
    return envelope.has_absence_report() || envelope.has_attendance_list() ||
           envelope.has_progression_report();
}

}  // namespace

// --- Facts -----------------------------------------------------------------------------------

bool AccessModel::is_in_force(const std::string& party, Instant now) const {
    if (jobcentres_.contains(party)) return true;
    const auto grant = grants_.find(party);
    return grant != grants_.end() && (!grant->second.until || now < *grant->second.until);
}

bool AccessModel::reaches(const std::string& provider, const std::string& jobcentre,
                          Instant now) const {
    return is_in_force(provider, now) && grants_.at(provider).jobcentres.contains(jobcentre);
}

int AccessModel::root(int person) const {
    while (merged_into_[static_cast<std::size_t>(person)] >= 0)
        person = merged_into_[static_cast<std::size_t>(person)];
    return person;
}

bool AccessModel::has(const std::string& jobcentre, int person) const {
    return jobcentres_of_[static_cast<std::size_t>(root(person))].contains(jobcentre);
}

std::optional<ErrorCode> AccessModel::own(const std::string& jobcentre,
                                          const std::string& number) const {
    const auto known = numbers_.find(number);
    if (known == numbers_.end()) return ErrorCode::citizen_unknown;
    if (!has(jobcentre, known->second.person)) return ErrorCode::citizen_unknown;
    if (!known->second.is_current()) return ErrorCode::cpr_outdated;
    return std::nullopt;
}

int AccessModel::find_order(const std::string& id) const {
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        if (orders_[i].id == id) return static_cast<int>(i);
    }
    return -1;
}

const ModelEntry* AccessModel::find(std::uint64_t sequence) const {
    for (const ModelEntry& each : entries_) {
        if (each.sequence == sequence) return &each;
    }
    return nullptr;
}

std::string AccessModel::number_of(const ModelOrder& order) const {
    for (const auto& [number, leads_to] : numbers_) {
        if (leads_to.is_current() && root(leads_to.person) == root(order.person)) return number;
    }
    return {};
}

bool AccessModel::is_in_grace(const ModelOrder& order, Instant now) const {
    return order.ended_by == v1::MESSAGE_KIND_COURSE_END &&
           now.microseconds - order.over_at.microseconds < grace_ms_ * 1000;
}

bool AccessModel::keeps(const ModelOrder& order, Instant now) const {
    return order.ended_by == v1::MESSAGE_KIND_UNSPECIFIED || is_in_grace(order, now);
}

// --- What may be had -------------------------------------------------------------------------

bool AccessModel::may_receive(const std::string& party, const ModelEntry& entry,
                              Instant now) const {
    if (!is_in_force(party, now) || !entry.audience.contains(party)) return false;
    if (jobcentres_.contains(party)) return true;
    if (entry.person < 0) return false;
    for (std::size_t i = 0; i < orders_.size(); ++i) {
        const ModelOrder& order = orders_[i];
        if (order.provider != party) continue;
        const bool is_about = entry.order >= 0 ? static_cast<int>(i) == entry.order
                                               : root(order.person) == root(entry.person);
        if (!is_about) continue;
        const bool is_by_sender = entry.order >= 0 && reaches(party, entry.sender, now);
        if (!is_by_sender && !reaches(party, order.jobcentre, now)) continue;
        if (keeps(order, now)) return true;
        if (order.ended_by == v1::MESSAGE_KIND_ORDER_CANCELLATION &&
            entry.kind == v1::MESSAGE_KIND_ORDER_CANCELLATION) {
            return true;
        }
    }
    return false;
}

bool AccessModel::may_fetch(const std::string& party, const ModelEntry& entry, Instant now) const {
    if (may_receive(party, entry, now)) return true;
    if (entry.order < 0 || entry.audience.empty() || entry.sender == party) return false;
    return orders_[static_cast<std::size_t>(entry.order)].jobcentre == party;
}

bool AccessModel::may_prove(const std::string& party, const ModelEntry& entry, Instant now) const {
    return entry.sender == party || may_fetch(party, entry, now);
}

bool AccessModel::covers(const std::string& auditor, const std::set<std::string>& jobcentres,
                         Instant recorded_at, Instant now) const {
    if (!is_in_force(auditor, now)) return false;
    const ModelGrant& grant = grants_.at(auditor);
    if (grant.covers_from && recorded_at < *grant.covers_from) return false;
    if (grant.covers_until && recorded_at >= *grant.covers_until) return false;
    return std::any_of(jobcentres.begin(), jobcentres.end(),
                       [&](const std::string& each) { return grant.jobcentres.contains(each); });
}

bool AccessModel::may_replay(const std::string& auditor, const ModelEntry& entry,
                             Instant now) const {
    std::set<std::string> parties = entry.audience;
    parties.insert(entry.sender);
    return covers(auditor, parties, entry.recorded_at, now);
}

bool AccessModel::may_unmask(const std::string& auditor, Instant now) const {
    return is_in_force(auditor, now) && grants_.at(auditor).may_unmask;
}

std::set<std::string> AccessModel::works_for(const std::string& party) const {
    if (jobcentres_.contains(party)) return {party};
    const auto grants = ever_granted_.find(party);
    return grants == ever_granted_.end() ? std::set<std::string>{} : grants->second;
}

std::set<std::string> AccessModel::concerned(const ModelEntry& about) const {
    std::set<std::string> all;
    for (const ModelEntry& each : entries_) {
        if (each.person < 0 || root(each.person) != root(about.person)) continue;
        for (const std::string& party : each.audience) {
            if (jobcentres_.contains(party)) all.insert(party);
        }
        if (jobcentres_.contains(each.sender)) all.insert(each.sender);
    }
    return all;
}

bool AccessModel::is_about(const ModelEntry& entry, const std::string& number) const {
    const auto known = numbers_.find(number);
    return known != numbers_.end() && entry.person >= 0 &&
           root(entry.person) == root(known->second.person);
}

// --- What may be said ------------------------------------------------------------------------

std::optional<ErrorCode> AccessModel::verdict(const v1::Envelope& envelope, Instant now) const {
    if (envelope.has_order() && !corrects(envelope)) return placing(envelope, now);
    if (!envelope.order_id().empty()) return saying(envelope, now);
    if (envelope.has_citizen()) return of_citizen(envelope);
    return std::nullopt;  // an offer
}

std::optional<ErrorCode> AccessModel::placing(const v1::Envelope& envelope, Instant now) const {
    if (!reaches(envelope.audience().party(), envelope.sender(), now)) {
        return ErrorCode::provider_unknown;
    }
    const auto known = numbers_.find(envelope.citizen().cpr_number());
    if (known == numbers_.end() || known->second.is_current()) return std::nullopt;
    return own(envelope.sender(), known->first);
}

std::optional<ErrorCode> AccessModel::saying(const v1::Envelope& envelope, Instant now) const {
    const int found = find_order(envelope.order_id());
    if (found < 0) return ErrorCode::order_unknown;
    const ModelOrder& order = orders_[static_cast<std::size_t>(found)];
    if (const auto error = moment(envelope, order, now)) return error;
    if (!envelope.has_course_outcome() && !reaches(order.provider, order.jobcentre, now)) {
        return envelope.sender() == order.provider ? ErrorCode::order_unknown
                                                   : ErrorCode::provider_unknown;
    }
    const auto number = numbers_.find(envelope.citizen().cpr_number());
    if (number == numbers_.end() || root(number->second.person) != root(order.person)) {
        return ErrorCode::citizen_mismatch;
    }
    if (!number->second.is_current()) return ErrorCode::cpr_outdated;
    return step(envelope, order);
}

// Whether the order has come so far.
std::optional<ErrorCode> AccessModel::step(const v1::Envelope& envelope, const ModelOrder& order) {
    if (corrects(envelope)) return std::nullopt;
    bool is_time = true;
    if (envelope.has_order_acceptance() || envelope.has_order_decline()) {
        is_time = !order.is_accepted;
    } else if (envelope.has_course_start()) {
        is_time = order.is_accepted && !order.has_started;
    } else if (is_report(envelope) || envelope.has_extension() || envelope.has_course_end()) {
        is_time = order.has_started;
    }
    return is_time ? std::nullopt : std::optional{ErrorCode::order_step_not_allowed};
}

// Whether it is the sender's order, or was, and the time for it.
std::optional<ErrorCode> AccessModel::moment(const v1::Envelope& envelope, const ModelOrder& order,
                                             Instant now) const {
    const bool is_over = order.ended_by != v1::MESSAGE_KIND_UNSPECIFIED;
    if (envelope.sender() == order.provider) {
        if (order.ended_by == v1::MESSAGE_KIND_ORDER_CANCELLATION) return ErrorCode::order_over;
        if (!keeps(order, now)) return ErrorCode::order_unknown;
        if (is_over && !is_report(envelope) && !corrects(envelope)) return ErrorCode::order_over;
        return std::nullopt;
    }
    if (envelope.sender() != order.jobcentre) {
        return order.former_jobcentres.contains(envelope.sender()) ? ErrorCode::order_over
                                                                   : ErrorCode::order_unknown;
    }
    if (!is_over || envelope.has_course_outcome()) return std::nullopt;
    return is_in_grace(order, now) && corrects(envelope) ? std::nullopt
                                                         : std::optional{ErrorCode::order_over};
}

std::optional<ErrorCode> AccessModel::of_citizen(const v1::Envelope& envelope) const {
    const std::string& number = envelope.citizen().cpr_number();
    if (envelope.has_case_transfer()) {
        if (!jobcentres_.contains(envelope.audience().party())) return ErrorCode::party_unknown;
        return own(envelope.sender(), number);
    }
    if (envelope.has_cpr_changed()) return changing(envelope);
    if (envelope.has_subjects_merged()) return merging(envelope);
    const auto known = numbers_.find(number);
    if (known == numbers_.end() || known->second.is_current()) return std::nullopt;
    return own(envelope.sender(), number);
}

std::optional<ErrorCode> AccessModel::changing(const v1::Envelope& envelope) const {
    const std::string& former = envelope.cpr_changed().former_cpr_number();
    if (const auto error = own(envelope.sender(), former)) return error;
    if (corrects(envelope)) return taking_back(envelope);
    const auto known = numbers_.find(envelope.citizen().cpr_number());
    if (known == numbers_.end()) return std::nullopt;
    const bool is_same = root(known->second.person) == root(numbers_.at(former).person);
    return is_same ? std::nullopt : own(envelope.sender(), known->first);
}

// What brought the wrong number, and put the other one out of use.
std::optional<ErrorCode> AccessModel::taking_back(const v1::Envelope& envelope) const {
    const auto change =
        std::find_if(entries_.begin(), entries_.end(), [&](const ModelEntry& entry) {
            return entry.sender == envelope.sender() &&
                   entry.message_id == envelope.causes(0).message_id();
        });
    if (change == entries_.end()) return ErrorCode::cause_unknown;
    const Number& wrong = numbers_.at(envelope.cpr_changed().former_cpr_number());
    const auto former = numbers_.find(envelope.citizen().cpr_number());
    const bool fits = change->kind == v1::MESSAGE_KIND_CPR_CHANGED &&
                      change->person == root(wrong.person) && wrong.since == change->sequence &&
                      former != numbers_.end() && former->second.until == change->sequence;
    return fits ? std::nullopt : std::optional{ErrorCode::cause_mismatch};
}

std::optional<ErrorCode> AccessModel::merging(const v1::Envelope& envelope) const {
    const std::string& former = envelope.subjects_merged().former_cpr_number();
    const auto error = own(envelope.sender(), former);
    if (error && *error != ErrorCode::cpr_outdated) return error;
    if (const auto other = own(envelope.sender(), envelope.citizen().cpr_number())) return other;
    const bool is_same = root(numbers_.at(former).person) ==
                         root(numbers_.at(envelope.citizen().cpr_number()).person);
    return is_same ? std::nullopt : error;
}

// --- What follows ----------------------------------------------------------------------------

int AccessModel::person_for(const std::string& number, std::uint64_t sequence) {
    const auto known = numbers_.find(number);
    if (known != numbers_.end()) return root(known->second.person);
    const int person = static_cast<int>(merged_into_.size());
    merged_into_.push_back(-1);
    jobcentres_of_.emplace_back();
    numbers_[number] = {person, sequence, std::nullopt};
    return person;
}

void AccessModel::add_providers(const std::string& jobcentre, int person, Instant now,
                                std::set<std::string>& audience) const {
    for (const ModelOrder& order : orders_) {
        if (root(order.person) == root(person) && order.jobcentre == jobcentre &&
            keeps(order, now) && reaches(order.provider, jobcentre, now)) {
            audience.insert(order.provider);
        }
    }
}

void AccessModel::unite(int former, int into) {
    former = root(former);
    into = root(into);
    if (former == into) return;
    merged_into_[static_cast<std::size_t>(former)] = into;
    auto& moved = jobcentres_of_[static_cast<std::size_t>(former)];
    jobcentres_of_[static_cast<std::size_t>(into)].merge(moved);
}

void AccessModel::change_number(const v1::Envelope& envelope, const ModelEntry& entry) {
    const std::string& former = envelope.cpr_changed().former_cpr_number();
    const std::string& number = envelope.citizen().cpr_number();
    if (corrects(envelope)) {
        numbers_.erase(former);
    } else {
        numbers_.at(former).until = entry.sequence;
    }
    const auto known = numbers_.try_emplace(number, Number{entry.person, entry.sequence, {}}).first;
    const bool is_same = root(known->second.person) == entry.person;
    if (is_same) known->second.until.reset();
    unite(entry.person, known->second.person);
}

void AccessModel::follow(const v1::Envelope& envelope, ModelEntry& entry, Instant now) {
    const std::string& number = envelope.citizen().cpr_number();
    if (envelope.has_case_transfer()) {
        entry.person = person_for(number, entry.sequence);
        const std::string& to = envelope.audience().party();
        entry.audience = {to};
        auto& all = jobcentres_of_[static_cast<std::size_t>(entry.person)];
        all.erase(envelope.sender());
        all.insert(to);
        for (ModelOrder& order : orders_) {
            if (root(order.person) == entry.person && order.jobcentre == envelope.sender() &&
                order.ended_by == v1::MESSAGE_KIND_UNSPECIFIED) {
                order.former_jobcentres.erase(to);
                order.former_jobcentres.insert(envelope.sender());
                order.jobcentre = to;
            }
        }
    } else if (envelope.has_cpr_changed()) {
        entry.person = person_for(envelope.cpr_changed().former_cpr_number(), entry.sequence);
        add_providers(envelope.sender(), entry.person, now, entry.audience);
        change_number(envelope, entry);
    } else if (envelope.has_subjects_merged()) {
        const std::string& former = envelope.subjects_merged().former_cpr_number();
        entry.person = person_for(number, entry.sequence);
        Number& other = numbers_.at(former);
        add_providers(envelope.sender(), entry.person, now, entry.audience);
        add_providers(envelope.sender(), other.person, now, entry.audience);
        if (other.is_current()) other.until = entry.sequence;
        unite(other.person, entry.person);
    } else {
        entry.person = person_for(number, entry.sequence);
    }
}

void AccessModel::record(const v1::Envelope& envelope, std::uint64_t sequence, Instant now) {
    ModelEntry entry;
    entry.sequence = sequence;
    entry.recorded_at = now;
    entry.message_id = envelope.message_id();
    entry.sender = envelope.sender();
    entry.kind = contract::kind_of(envelope);
    entry.bytes = envelope.SerializeAsString();
    if (!envelope.has_citizen()) {
        entry.audience = grants_.at(envelope.sender()).jobcentres;
    } else if (envelope.order_id().empty()) {
        follow(envelope, entry, now);
    } else if (envelope.has_order() && !corrects(envelope)) {
        entry.person = person_for(envelope.citizen().cpr_number(), sequence);
        entry.order = static_cast<int>(orders_.size());
        entry.audience = {envelope.audience().party()};
        jobcentres_of_[static_cast<std::size_t>(entry.person)].insert(envelope.sender());
        orders_.push_back({envelope.order_id(),
                           envelope.sender(),
                           envelope.audience().party(),
                           entry.person,
                           v1::MESSAGE_KIND_UNSPECIFIED,
                           {}});
    } else {
        entry.order = find_order(envelope.order_id());
        ModelOrder& order = orders_.at(static_cast<std::size_t>(entry.order));
        entry.person = order.person;
        if (!envelope.has_course_outcome()) {
            entry.audience = {envelope.sender() == order.provider ? order.jobcentre
                                                                  : order.provider};
        }
        order.is_accepted = order.is_accepted || envelope.has_order_acceptance();
        order.has_started = order.has_started || envelope.has_course_start();
        const bool ends = envelope.has_order_decline() || envelope.has_order_cancellation() ||
                          envelope.has_course_end();
        if (ends && !corrects(envelope)) {
            order.ended_by = entry.kind;
            order.over_at = now;
        }
    }
    entries_.push_back(std::move(entry));
}

}  // namespace jobbro::testing
