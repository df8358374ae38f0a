#include "hub/core/matter.h"

#include <algorithm>

#include "hub/domain/access.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

bool is_correction(const v1::Envelope& envelope) {
    return std::any_of(envelope.causes().begin(), envelope.causes().end(), [](const v1::Cause& c) {
        return c.relation() == v1::CAUSE_RELATION_CORRECTS;
    });
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
    const auto relation = session.party.role() == contract::Role::provider
                              ? domain::Relation::provider
                              : domain::Relation::jobcentre;
    if (domain::may_say(facts.kind, relation) != domain::Say::yes) {
        return Error{ErrorCode::role_not_allowed, {}, "body"};
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
    JOBBRO_TRY_ASSIGN(Matter matter, known_or_new_subject(session, facts, work));
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

namespace {

// Whether the relation lets it say this of an order. Without one, the order is answered as one that
// does not exist.
Result<void> check_saying(const v1::Envelope& envelope, v1::MessageKind kind,
                          domain::Relation relation) {
    if (relation == domain::Relation::none) return Error{ErrorCode::order_unknown, {}, "order_id"};
    const domain::Say say = domain::may_say(kind, relation);
    if (say == domain::Say::yes) return {};
    if (say == domain::Say::corrections && is_correction(envelope)) return {};
    return Error{ErrorCode::order_over, {}, "order_id"};
}

}  // namespace

Result<Core::Matter> Core::find_order(const Session& session, const v1::Envelope& envelope,
                                      const contract::EnvelopeFacts& facts, Instant now) {
    const Error unknown{ErrorCode::order_unknown, {}, "order_id"};
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(*facts.order_id));
    if (!subject) return unknown;
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
    const journal::rows::OrderRow* const found = journal::find_order(*row, *facts.order_id);
    if (found == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
    const bool by_jobcentre = session.party.role() == contract::Role::jobcentre;
    JOBBRO_TRY(check_saying(envelope, facts.kind, relation_to(session.party, *found, now)));
    const v1::Audience& audience = envelope.audience();
    if (audience.has_party() && audience.party() != found->provider()) {
        return Error{ErrorCode::audience_invalid, {}, "audience.party"};
    }
    const journal::Party* const provider = journal_->registry().find(found->provider());
    JOBBRO_ASSERT(provider != nullptr);
    // What goes to nobody needs nobody to reach. A provider that may not reach the order's
    // jobcentre any more, or not yet after it was handed over, has no such order.
    if (!audience.has_sender_only() && !provider->reaches(found->jobcentre(), now)) {
        return by_jobcentre ? Error{ErrorCode::provider_unknown, {}, "audience"} : unknown;
    }
    JOBBRO_TRY(check_order_number(*facts.citizen, *subject));
    Matter matter;
    matter.subject = subject;
    matter.slot = KeySlot{found->slot()};
    matter.jobcentre = found->jobcentre();
    matter.provider = found->provider();
    matter.other_party = by_jobcentre ? matter.provider : matter.jobcentre;
    if (!by_jobcentre) {
        matter.former_jobcentres.assign(found->former_jobcentres().begin(),
                                        found->former_jobcentres().end());
    }
    if (!audience.has_sender_only()) matter.receivers = {matter.other_party};
    return matter;
}

// The number is the one the order's citizen has now. Who asks is a party of the order.
Result<void> Core::check_order_number(const contract::CprNumber& citizen,
                                      const journal::SubjectId& subject) {
    const std::string path = "citizen.cpr_number";
    JOBBRO_TRY_ASSIGN(const auto named, journal_->vault().binding_of(citizen));
    if (!named) return Error{ErrorCode::citizen_mismatch, {}, path};
    if (named->subject != subject) {
        JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(subject));
        JOBBRO_TRY_ASSIGN(const auto named_kept, journal_->cases().kept(named->subject));
        if (kept != named_kept) return Error{ErrorCode::citizen_mismatch, {}, path};
    }
    if (!named->is_current()) return Error{ErrorCode::cpr_outdated, {}, path};
    return {};
}

// A number that its citizen has no longer is told to be one to those whose citizen it is; for
// others nobody has it.
Result<Core::Matter> Core::known_or_new_subject(const Session& session,
                                                const contract::EnvelopeFacts& facts,
                                                const Work& work) {
    const std::string path = "citizen.cpr_number";
    JOBBRO_TRY_ASSIGN(const auto known, journal_->vault().binding_of(*facts.citizen));
    if (known) {
        JOBBRO_TRY_ASSIGN(const auto kept, journal_->cases().kept(known->subject));
        if (known->is_current()) return matter_of_subject(kept);
        JOBBRO_TRY_ASSIGN(const bool is_own, has_citizen(session.party.text(), kept));
        return Error{is_own ? ErrorCode::cpr_outdated : ErrorCode::citizen_unknown, {}, path};
    }
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
    return matter;
}

Result<bool> Core::has_citizen(const std::string& jobcentre, const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(subject));
    const auto& all = row->jobcentres();
    return std::find(all.begin(), all.end(), jobcentre) != all.end();
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
    row->set_last_said_plus_one(sequence.value() + 1);
    if (contract::PartyId::parse(envelope.sender())->role() == contract::Role::jobcentre) {
        journal::add_party(*row->mutable_told_by(), envelope.sender());
    }
    journal_->cases().changed(*matter.subject);
    if (!facts.order_id) {
        row->set_entries(row->entries() + 1);
        row->set_last_own_plus_one(sequence.value() + 1);
        row->set_slot(matter.slot.value());
        return note_of_citizen(envelope, matter);
    }
    if (matter.places_order) {
        journal::rows::OrderRow& added = *row->add_orders();
        added.set_order_id(Bytes{facts.order_id->view()});
        added.set_jobcentre(matter.jobcentre);
        added.set_provider(matter.provider);
        added.set_slot(matter.slot.value());
        journal::add_party(*row->mutable_jobcentres(), matter.jobcentre);
        journal_->cases().add_order(*facts.order_id, *matter.subject);
    }
    journal::rows::OrderRow* const order = journal::find_order(*row, *facts.order_id);
    JOBBRO_ASSERT(order != nullptr);
    order->set_last_sequence_plus_one(sequence.value() + 1);
    order->set_entries(order->entries() + 1);
    return {};
}

// So that an erasure finds every number that leads to the citizen.
Result<void> Core::note_number_in_case(const contract::CprNumber& number,
                                       const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const auto bound, journal_->vault().subject_of(number));
    if (bound != subject) return {};
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    const Bytes hash = journal_->vault().cpr_hash(number);
    const auto& known = row->cpr_hashes();
    if (std::find(known.begin(), known.end(), hash) != known.end()) return {};
    row->add_cpr_hashes(hash);
    journal_->cases().changed(subject);
    return {};
}

}  // namespace jobbro::core
