#include "hub/core/matter.h"

#include <algorithm>

#include "hub/domain/order_dialogue.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

bool is_correction(const v1::Envelope& envelope) {
    return std::any_of(envelope.causes().begin(), envelope.causes().end(), [](const v1::Cause& c) {
        return c.relation() == v1::CAUSE_RELATION_CORRECTS;
    });
}

bool has_order_of(const journal::rows::CaseRow& row, const std::string& jobcentre) {
    return std::any_of(row.orders().begin(), row.orders().end(),
                       [&](const auto& order) { return order.jobcentre() == jobcentre; });
}

void add_once(std::vector<std::string>& parties, const std::string& party) {
    if (std::find(parties.begin(), parties.end(), party) == parties.end()) {
        parties.push_back(party);
    }
}

std::size_t bytes_of(const std::vector<std::string>& parties) {
    std::size_t bytes = 0;
    for (const std::string& party : parties)
        bytes += party.size() + 2;  // as protobuf writes it
    return bytes;
}

}  // namespace

Result<Core::Matter> Core::matter_of(const Session& session, const v1::Envelope& envelope,
                                     const contract::EnvelopeFacts& facts, const Work& work) {
    if (facts.order_id) {
        return domain::opens_order(facts.kind) && !is_correction(envelope)
                   ? place_order(session, envelope, facts, work)
                   : find_order(session, envelope, facts, work.now);
    }
    if (facts.citizen) return find_citizen(session, envelope, facts, work);
    Matter offers;
    offers.receivers = jobcentres_of(session.party.text(), work.now);
    if (bytes_of(offers.receivers) > limits::receivers_bytes_max) {
        return Error{ErrorCode::audience_invalid, "too many receivers", "audience"};
    }
    return offers;
}

Result<Core::Matter> Core::place_order(const Session& session, const v1::Envelope& envelope,
                                       const contract::EnvelopeFacts& facts, const Work& work) {
    const journal::Party* const provider = journal_->registry().find(envelope.audience().party());
    if (provider == nullptr || provider->id.role() != contract::Role::provider ||
        !provider->reaches(session.party.text(), work.now)) {
        return Error{ErrorCode::provider_unknown, {}, "audience.party"};
    }
    JOBBRO_TRY_ASSIGN(const auto taken, journal_->cases().subject_of(*facts.order_id));
    if (taken) return Error{ErrorCode::order_exists, {}, "order_id"};
    JOBBRO_TRY_ASSIGN(Matter matter, known_or_new_subject(facts, work));
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(*matter.subject));
    if (static_cast<std::size_t>(row->orders_size()) >= limits::orders_per_subject_max) {
        return Error{ErrorCode::orders_limit, {}, "citizen"};
    }
    matter.places_order = true;
    matter.needs_slot = true;
    matter.jobcentre = session.party.text();
    matter.provider = provider->id.text();
    matter.other_party = matter.provider;
    matter.receivers = {matter.provider};
    return matter;
}

Result<Core::Matter> Core::find_order(const Session& session, const v1::Envelope& envelope,
                                      const contract::EnvelopeFacts& facts, Instant now) {
    // An order of somebody else's is answered as one that does not exist, and so is one whose
    // jobcentre the provider may not reach any more.
    const Error unknown{ErrorCode::order_unknown, {}, "order_id"};
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(*facts.order_id));
    if (!subject) return unknown;
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
    const journal::rows::OrderRow* const found = journal::find_order(*row, *facts.order_id);
    if (found == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
    const bool by_jobcentre = session.party.role() == contract::Role::jobcentre;
    if (session.party.text() != (by_jobcentre ? found->jobcentre() : found->provider())) {
        return unknown;
    }
    const v1::Audience& audience = envelope.audience();
    if (audience.has_party() && audience.party() != found->provider()) {
        return Error{ErrorCode::audience_invalid, {}, "audience.party"};
    }
    const journal::Party* const provider = journal_->registry().find(found->provider());
    JOBBRO_ASSERT(provider != nullptr);
    // What goes to nobody needs nobody to reach.
    if (!audience.has_sender_only() && !provider->reaches(found->jobcentre(), now)) {
        return by_jobcentre ? Error{ErrorCode::provider_unknown, {}, "audience"} : unknown;
    }
    JOBBRO_TRY_ASSIGN(const auto named, journal_->vault().subject_of(*facts.citizen));
    if (named != subject) return Error{ErrorCode::citizen_mismatch, {}, "citizen.cpr_number"};
    Matter matter;
    matter.subject = subject;
    matter.slot = KeySlot{found->slot()};
    matter.jobcentre = found->jobcentre();
    matter.provider = found->provider();
    matter.other_party = by_jobcentre ? matter.provider : matter.jobcentre;
    matter.previous_of_order = found->last_sequence_plus_one();
    matter.previous_of_subject = row->last_sequence_plus_one();
    if (!audience.has_sender_only()) matter.receivers = {matter.other_party};
    return matter;
}

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
            return known_or_new_subject(facts, work);
    }
}

Result<Core::Matter> Core::known_or_new_subject(const contract::EnvelopeFacts& facts,
                                                const Work& work) {
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().subject_of(*facts.citizen));
    if (known) return matter_of_subject(*known);
    Matter matter;
    matter.subject = work.randomness->take<16>();
    matter.binds_citizen = true;
    matter.needs_slot = true;
    journal_->cases().make(*matter.subject);
    return matter;
}

Result<Core::Matter> Core::matter_of_subject(const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
    Matter matter;
    matter.subject = subject;
    matter.slot = KeySlot{row->slot()};
    matter.needs_slot = row->slot() == 0;
    matter.previous_of_subject = row->last_sequence_plus_one();
    return matter;
}

// The matter of a citizen for whom the sender has placed an order. Nobody learns by asking whom the
// hub knows: a citizen of others' is unknown too.
Result<Core::Matter> Core::own_citizen(const Session& session, const contract::CprNumber& citizen,
                                       const std::string& path) {
    const Error unknown{ErrorCode::citizen_unknown, {}, path};
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->vault().subject_of(citizen));
    if (!subject) return unknown;
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(*subject));
    if (!has_order_of(*row, session.party.text())) return unknown;
    return matter_of_subject(*subject);
}

Result<Core::Matter> Core::transfer_case(const Session& session, const v1::Envelope& envelope,
                                         const contract::EnvelopeFacts& facts, const Work& work) {
    const journal::Party* const receiver = journal_->registry().find(envelope.audience().party());
    if (receiver == nullptr || !receiver->is_in_force(work.now)) {
        return Error{ErrorCode::party_unknown, {}, "audience.party"};
    }
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, *facts.citizen, "citizen.cpr_number"));
    matter.receivers = {receiver->id.text()};
    return matter;
}

Result<Core::Matter> Core::change_cpr(const Session& session, const v1::Envelope& envelope,
                                      const contract::EnvelopeFacts& facts, const Work& work) {
    JOBBRO_TRY_ASSIGN(const auto former,
                      contract::CprNumber::parse(envelope.cpr_changed().former_cpr_number()));
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, former, "cpr_changed.former_cpr_number"));
    // A number that leads to somebody already goes on doing so: that the two are one person is said
    // by SubjectsMerged.
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().subject_of(*facts.citizen));
    matter.binds_citizen = !known.has_value();
    JOBBRO_TRY(add_providers_of(*matter.subject, session.party.text(), work.now, matter));
    return matter;
}

Result<Core::Matter> Core::merge_subjects(const Session& session, const v1::Envelope& envelope,
                                          const contract::EnvelopeFacts& facts, const Work& work) {
    JOBBRO_TRY_ASSIGN(const auto former,
                      contract::CprNumber::parse(envelope.subjects_merged().former_cpr_number()));
    JOBBRO_TRY_ASSIGN(const Matter other,
                      own_citizen(session, former, "subjects_merged.former_cpr_number"));
    JOBBRO_TRY_ASSIGN(Matter matter, own_citizen(session, *facts.citizen, "citizen.cpr_number"));
    JOBBRO_TRY(add_providers_of(*matter.subject, session.party.text(), work.now, matter));
    JOBBRO_TRY(add_providers_of(*other.subject, session.party.text(), work.now, matter));
    return matter;
}

Result<void> Core::add_providers_of(const journal::SubjectId& subject, const std::string& jobcentre,
                                    Instant now, Matter& matter) {
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
    for (const auto& order : row->orders()) {
        if (order.jobcentre() != jobcentre) continue;
        if (domain::is_over(static_cast<domain::OrderState>(order.state()))) continue;
        const journal::Party* const provider = journal_->registry().find(order.provider());
        if (provider == nullptr || !provider->reaches(jobcentre, now)) continue;
        add_once(matter.receivers, order.provider());
    }
    return {};
}

std::vector<std::string> Core::jobcentres_of(const std::string& provider, Instant now) const {
    std::vector<std::string> jobcentres;
    const journal::Party* const party = journal_->registry().find(provider);
    JOBBRO_ASSERT(party != nullptr);
    for (const journal::Grant& grant : party->grants) {
        if (!grant.is_valid(now)) continue;
        for (const std::string& jobcentre : grant.jobcentres) {
            if (journal_->registry().find(jobcentre) == nullptr) continue;
            add_once(jobcentres, jobcentre);
        }
    }
    return jobcentres;
}

Result<void> Core::note_in_case(const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                                const Matter& matter, Sequence sequence) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*matter.subject));
    row->set_last_sequence_plus_one(sequence.value() + 1);
    journal_->cases().changed(*matter.subject);
    if (!facts.order_id) {
        row->set_slot(matter.slot.value());
        return {};
    }
    if (matter.places_order) {
        journal::rows::OrderRow& added = *row->add_orders();
        added.set_order_id(Bytes{facts.order_id->view()});
        added.set_jobcentre(matter.jobcentre);
        added.set_provider(matter.provider);
        added.set_slot(matter.slot.value());
        journal_->cases().add_order(*facts.order_id, *matter.subject);
    }
    journal::rows::OrderRow* const order = journal::find_order(*row, *facts.order_id);
    JOBBRO_ASSERT(order != nullptr);
    order->set_last_sequence_plus_one(sequence.value() + 1);
    if (is_correction(envelope)) return {};
    const auto before = static_cast<domain::OrderState>(order->state());
    order->set_state(static_cast<std::uint32_t>(domain::state_after(before, facts.kind)));
    return {};
}

}  // namespace jobbro::core
