// What jobcentres say of citizens without an order, and what follows from it: a case is handed
// over, a number changes, two numbers turn out to be one person's.
#include <algorithm>

#include "hub/core/matter.h"
#include "hub/domain/access.h"
#include "hub/journal/cpr_numbers.h"
#include "proto/base/limits.h"

namespace jobbro::core {

// What is about a citizen and no order: by jobcentres only.
Result<Core::Matter> Core::find_citizen(const Session& session, const v1::Envelope& envelope,
                                        const contract::EnvelopeFacts& facts, const Work& work) {
    switch (facts.kind) {
        case v1::MESSAGE_KIND_CASE_TRANSFER:
            return transfer_case(session, envelope, facts, work);
        case v1::MESSAGE_KIND_CPR_CHANGED:
            return change_cpr(session, envelope, facts, work);
        case v1::MESSAGE_KIND_SUBJECTS_MERGED:
            return merge_subjects(session, envelope, facts, work);
        default:
            return known_or_new_subject(session, facts, work);
    }
}

// The matter of a citizen of the sender's, by the number the citizen has now. Nobody learns by
// asking whom the hub knows: a citizen of others' is unknown too.
Result<Core::Matter> Core::own_citizen(const Session& session, const contract::CprNumber& citizen,
                                       const std::string& path) {
    const Error unknown{ErrorCode::citizen_unknown, {}, path};
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().binding_of(citizen));
    if (!known) return unknown;
    JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(known->subject));
    JOBBRO_TRY_ASSIGN(const bool is_own, has_citizen(session.party.text(), kept));
    if (!is_own) return unknown;
    if (!known->is_current()) return Error{ErrorCode::cpr_outdated, {}, path};
    return matter_of_subject(kept);
}

Result<Core::Matter> Core::transfer_case(const Session& session, const v1::Envelope& envelope,
                                         const contract::EnvelopeFacts& facts, const Work& work) {
    const journal::Party* const receiver = journal_->registry().find(envelope.audience().party());
    if (receiver == nullptr || !receiver->is_in_force(work.now)) {
        return Error{ErrorCode::party_unknown, {}, "audience.party"};
    }
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, *facts.citizen, "citizen.cpr_number"));
    matter.receivers = {receiver->id.text()};
    matter.handed_to = receiver->id.text();
    return matter;
}

Result<Core::Matter> Core::change_cpr(const Session& session, const v1::Envelope& envelope,
                                      const contract::EnvelopeFacts& facts, const Work& work) {
    JOBBRO_TRY_ASSIGN(const auto former,
                      contract::CprNumber::parse(envelope.cpr_changed().former_cpr_number()));
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, former, "cpr_changed.former_cpr_number"));
    matter.binds_citizen = true;
    if (journal::takes_back_a_number(envelope)) {
        JOBBRO_TRY(take_back_number(session, envelope, former, *facts.citizen, matter));
    } else {
        JOBBRO_TRY(take_new_number(session, *facts.citizen, matter));
    }
    JOBBRO_TRY(add_providers_of(*matter.subject, session, facts.kind, work.now, matter));
    return matter;
}

// One that is another citizen's of the sender's now says that the two are one person.
Result<void> Core::take_new_number(const Session& session, const contract::CprNumber& number,
                                   Matter& matter) {
    const std::string path = "citizen.cpr_number";
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().binding_of(number));
    if (!known) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(*matter.subject));
        const auto numbers = static_cast<std::size_t>(row->cpr_hashes_size());
        if (numbers < limits::cpr_numbers_per_subject_max) return {};
        return Error{ErrorCode::merges_limit, {}, path};
    }
    JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(known->subject));
    if (kept == *matter.subject) return {};
    JOBBRO_TRY(own_citizen(session, number, path));
    JOBBRO_TRY(journal_->cases().check_merge(*matter.subject, kept));
    matter.merge = Matter::Merge{*matter.subject, kept};
    return {};
}

// What is taken back is the sender's change that brought the wrong number and put the former one
// out of use. One that made two persons one brought none, nor did one to a number that the citizen
// had had: that one can be changed back.
Result<void> Core::take_back_number(const Session& session, const v1::Envelope& envelope,
                                    const contract::CprNumber& wrong,
                                    const contract::CprNumber& former, Matter& matter) {
    const auto& causes = envelope.causes();
    const auto change = std::find_if(causes.begin(), causes.end(), [](const v1::Cause& cause) {
        return cause.relation() == v1::CAUSE_RELATION_CORRECTS;
    });
    JOBBRO_TRY_ASSIGN(const auto id, contract::MessageId::parse(change->message_id()));
    JOBBRO_TRY_ASSIGN(const auto recorded, journal_->find_message(session.party.text(), id));
    if (!recorded) return {};  // resolve_causes() refuses it
    const journal::Vault& vault = journal_->vault();
    JOBBRO_TRY_ASSIGN(const auto brought, vault.binding_of(wrong));
    JOBBRO_TRY_ASSIGN(const auto replaced, vault.binding_of(former));
    if (!brought || brought->since != recorded->sequence || !replaced ||
        replaced->until != recorded->sequence) {
        return Error{ErrorCode::cause_mismatch,
                     {},
                     "causes[" + std::to_string(change - causes.begin()) + "]"};
    }
    matter.taken_back = vault.cpr_hash(wrong);
    return {};
}

Result<Core::Matter> Core::merge_subjects(const Session& session, const v1::Envelope& envelope,
                                          const contract::EnvelopeFacts& facts, const Work& work) {
    const std::string path = "subjects_merged.former_cpr_number";
    JOBBRO_TRY_ASSIGN(const auto former,
                      contract::CprNumber::parse(envelope.subjects_merged().former_cpr_number()));
    const auto other = own_citizen(session, former, path);
    if (!other && other.error().code != ErrorCode::cpr_outdated) return other.error();
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, *facts.citizen, "citizen.cpr_number"));
    matter.binds_citizen = true;
    if (!other) {
        // An old number is no news of the same person, and says nothing of another.
        JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().binding_of(former));
        JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(known->subject));
        if (kept != *matter.subject) return other.error();
    } else if (other->subject != matter.subject) {
        JOBBRO_TRY(journal_->cases().check_merge(*other->subject, *matter.subject));
        matter.merge = Matter::Merge{*other->subject, *matter.subject};
        JOBBRO_TRY(add_providers_of(*other->subject, session, facts.kind, work.now, matter));
    }
    JOBBRO_TRY(add_providers_of(*matter.subject, session, facts.kind, work.now, matter));
    return matter;
}

// Those of the sender's orders for the person that may see the kind now.
Result<void> Core::add_providers_of(const journal::SubjectId& subject, const Session& session,
                                    v1::MessageKind kind, Instant now, Matter& matter) {
    const std::string& jobcentre = session.party.text();
    JOBBRO_TRY_ASSIGN(const auto person, journal_->cases().person_of(subject));
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(each));
        for (const auto& order : row->orders()) {
            if (order.jobcentre() != jobcentre) continue;
            const journal::Party* const provider = journal_->registry().find(order.provider());
            if (provider == nullptr || !provider->reaches(jobcentre, now)) continue;
            if (!domain::may_see(kind, relation_to(provider->id, order, now))) continue;
            auto& all = matter.receivers;
            if (std::find(all.begin(), all.end(), order.provider()) == all.end()) {
                all.push_back(order.provider());
            }
        }
    }
    return {};
}

namespace {

// The jobcentre's, which has them no more; none: it had none.
std::optional<journal::rows::LimitsRow> taken_limits(const std::string& jobcentre,
                                                     journal::rows::CaseRow& row) {
    for (int i = 0; i < row.limits_size(); ++i) {
        if (row.limits(i).jobcentre() != jobcentre) continue;
        std::optional taken = row.limits(i);
        row.mutable_limits()->DeleteSubrange(i, 1);
        return taken;
    }
    return std::nullopt;
}

}  // namespace

Result<void> Core::note_of_citizen(const v1::Envelope& envelope, const Matter& matter) {
    const std::string& sender = envelope.sender();
    if (matter.merge) JOBBRO_TRY(merge(matter.merge->former, matter.merge->into));
    if (matter.taken_back) {
        JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*matter.subject));
        auto& hashes = *row->mutable_cpr_hashes();
        hashes.erase(std::remove(hashes.begin(), hashes.end(), *matter.taken_back), hashes.end());
    }
    if (matter.handed_to.empty()) return {};
    JOBBRO_TRY_ASSIGN(const auto person, journal_->cases().person_of(*matter.subject));
    JOBBRO_TRY_ASSIGN(auto* const kept, journal_->cases().open(person.front()));
    journal::remove_party(*kept->mutable_jobcentres(), sender);
    journal::add_party(*kept->mutable_jobcentres(), matter.handed_to);
    if (auto limits = taken_limits(sender, *kept)) {
        limits->set_jobcentre(matter.handed_to);
        join_limits(*limits, *kept);
    }
    JOBBRO_TRY(changed_case(person.front()));
    for (const journal::SubjectId& subject : person)
        JOBBRO_TRY(hand_over(sender, matter.handed_to, subject));
    return {};
}

void Core::join_limits(const journal::rows::LimitsRow& limits, journal::rows::CaseRow& row) const {
    journal::rows::LimitsRow* const known = journal::find_limits(row, limits.jobcentre());
    if (known == nullptr) {
        *row.add_limits() = limits;
        return;
    }
    const domain::Day today = rulebook_.time.day_of(journal_->last_recorded());
    domain::join(*known->mutable_state(), limits.state(), today);
}

// What was counted of the one is the other's from now on.
Result<void> Core::merge(const journal::SubjectId& former, const journal::SubjectId& into) {
    JOBBRO_TRY_ASSIGN(const auto moved, journal_->cases().person_of(former));
    JOBBRO_TRY_ASSIGN(auto* const kept, journal_->cases().open(into));
    for (const journal::SubjectId& each : moved) {
        JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(each));
        for (const journal::rows::LimitsRow& limits : row->limits())
            join_limits(limits, *kept);
        row->clear_limits();
    }
    JOBBRO_TRY(journal_->cases().merge(former, into));
    const domain::Person was = person_mark(journal_->vault(), former);
    const domain::Person is = person_mark(journal_->vault(), into);
    for (const journal::SubjectId& each : moved) {
        overview_.results.note_merged(person_mark(journal_->vault(), each), is);
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(each));
        for (const journal::rows::OrderRow& order : row->orders()) {
            overview_.apply(was, &order, nullptr);
            overview_.apply(is, nullptr, &order);
        }
    }
    JOBBRO_TRY(changed_case(former));
    return changed_case(into);
}

// Orders that are over stay where they are.
Result<void> Core::hand_over(const std::string& from, const std::string& to,
                             const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    for (journal::rows::OrderRow& order : *row->mutable_orders()) {
        if (order.jobcentre() != from) continue;
        if (domain::is_over(static_cast<domain::OrderState>(order.state()))) continue;
        const journal::rows::OrderRow before = order;
        auto& former = *order.mutable_former_jobcentres();
        journal::remove_party(former, from);
        journal::remove_party(former, to);
        journal::add_party(former, from);
        if (static_cast<std::size_t>(former.size()) > limits::former_jobcentres_max) {
            former.erase(former.begin());
        }
        order.set_jobcentre(to);
        order.clear_contact();  // it was one of the other's
        JOBBRO_TRY(tell_overview(subject, &before, &order));
        journal_->cases().changed(subject);
    }
    return {};
}

}  // namespace jobbro::core
