// Submitted envelopes: what is recorded, what is not, and why.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/domain/order_dialogue.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::core {

// An envelope in its submit, with what proves that it was submitted.
struct Core::Place {
    std::uint64_t submit_number;
    std::uint32_t index;
    const Bytes* bytes;
    evidence::Digest digest;
    journal::SubmitProof proof;
};

// The order a message belongs to: one that is there, or the one it opens.
struct Core::Order {
    journal::SubjectId subject{};
    bool is_new_subject = false;
    bool is_new = false;
    KeySlot slot;
    std::string jobcentre;
    std::string provider;
    std::uint64_t previous_of_order = 0;    // plus one; 0: none
    std::uint64_t previous_of_subject = 0;  // plus one; 0: none
};

namespace {

// What the whole submit must satisfy before its envelopes are looked at.
Result<void> check_signature(const v1::Submit& submit, const journal::Party& party,
                             const std::string& origin, std::span<const evidence::Digest> leaves) {
    if (submit.signature().empty()) return ErrorCode::signature_missing;
    const std::string text =
        evidence::submit_text(origin, party.id.text(), leaves.size(), evidence::root_of(leaves));
    if (submit.signature().size() != 64 ||
        !evidence::signature_holds(party.signing_key, text, array_of<64>(submit.signature()))) {
        return ErrorCode::signature_wrong;
    }
    return {};
}

bool is_correction(const v1::Envelope& envelope) {
    return std::any_of(envelope.causes().begin(), envelope.causes().end(), [](const v1::Cause& c) {
        return c.relation() == v1::CAUSE_RELATION_CORRECTS;
    });
}

bool may_come_again(const Error& error) {
    return error_text(error.code).disposition == Disposition::retry;
}

// Errors that are not the message's: the turn cannot go on, or the log is not what it was.
bool is_fatal(const Error& error) {
    return error.code == ErrorCode::store_failed;
}
bool is_damage(const Error& error) {
    return error.code == ErrorCode::tampered || error.code == ErrorCode::opening_failed;
}

}  // namespace

Result<void> Core::submit(Session& session, const v1::Submit& submit, Work& work) {
    const auto count = static_cast<std::size_t>(submit.envelopes_size());
    if (count == 0 || count > limits::envelopes_per_submit_max) {
        send_error(session, Error{ErrorCode::field_out_of_bounds, "envelopes"}, false, work,
                   submit.submit_number());
        return {};
    }
    const journal::Party* const party = journal_->registry().find(session.party.text());
    JOBBRO_ASSERT(party != nullptr);
    std::vector<evidence::Digest> digests;
    std::vector<evidence::Digest> leaves;
    for (const Bytes& bytes : submit.envelopes()) {
        digests.push_back(evidence::sha256(bytes));
        leaves.push_back(evidence::leaf_hash(view(digests.back())));
    }
    const Result<void> signature = check_signature(submit, *party, journal_->origin(), leaves);
    std::vector<std::vector<evidence::Digest>> paths;
    if (signature) paths = evidence::inclusion_paths(leaves);

    v1::Envelope envelope;
    for (std::uint32_t i = 0; i < count; ++i) {
        const Bytes& bytes = submit.envelopes(static_cast<int>(i));
        Answer answer{session.number, submit.submit_number(), i, {}, {}, Sequence{}};
        if (!signature) {
            answer.fate = signature.error();
        } else if (bytes.size() > limits::envelope_bytes_max) {
            answer.fate = Error{ErrorCode::envelope_too_large};
        } else if (!envelope.ParseFromString(bytes)) {
            answer.fate = Error{ErrorCode::envelope_malformed};
        } else {
            const Place place{
                submit.submit_number(), i, &bytes, digests[i],
                journal::SubmitProof{party->keys_sequence, array_of<64>(submit.signature()),
                                     static_cast<std::uint16_t>(count),
                                     static_cast<std::uint16_t>(i), std::move(paths[i])}};
            answer.kind = contract::kind_of(envelope);
            auto fate = judge(session, place, envelope, work);
            if (contract::MessageId::parse(envelope.message_id())) {
                answer.message_id = envelope.message_id();
            }
            if (fate) {
                answer.fate = *fate;
            } else if (is_fatal(fate.error())) {
                return fate.error();
            } else if (is_damage(fate.error())) {
                JOBBRO_TRY(seal(fate.error(), work));
                answer.fate = Error{ErrorCode::hub_sealed};
            } else {
                answer.fate = std::move(fate).error();
            }
        }
        work.answers.push_back(std::move(answer));
    }
    if (session.blocked_lanes.size() > limits::blocked_lanes_per_session_max) {
        work.to_end.push_back(session.number);
    }
    return {};
}

Result<Sequence> Core::judge(Session& session, const Place& place, const v1::Envelope& envelope,
                             Work& work) {
    const auto id = contract::MessageId::parse(envelope.message_id());
    if (!id) return Error{ErrorCode::message_id_invalid, {}, "message_id"};
    if (envelope.sender() != session.party.text()) {
        return Error{ErrorCode::sender_wrong, {}, "sender"};
    }
    // Before anything else that could be said of it: what was recorded once has its receipt.
    JOBBRO_TRY_ASSIGN(const auto recorded, journal_->find_message(session.party.text(), *id));
    const auto lane = session.blocked_lanes.find(envelope.order_id());
    if (recorded) {
        // Another session of the party's may have brought it; it has come, all the same.
        if (lane != session.blocked_lanes.end() && lane->second == *id) {
            session.blocked_lanes.erase(lane);
        }
        if (recorded->body_digest != place.digest) {
            return Error{ErrorCode::message_id_reused, {}, "message_id"};
        }
        ++work.turn.report.messages[contract::kind_of(envelope)].duplicates;
        return recorded->sequence;
    }
    if (lane != session.blocked_lanes.end()) {
        if (lane->second != *id) return Error{ErrorCode::lane_blocked, {}, "order_id"};
        session.blocked_lanes.erase(lane);
    }
    auto fate = judge_new(session, place, envelope, work);
    if (!fate && may_come_again(fate.error()) && contract::OrderId::parse(envelope.order_id())) {
        session.blocked_lanes.emplace(envelope.order_id(), *id);
    }
    return fate;
}

std::optional<Error> Core::capacity_error(const Work& work) const {
    if (is_sealed_) return ErrorCode::hub_sealed;
    if (work.conditions.disk_nearly_full) return ErrorCode::disk_nearly_full;
    if (work.recorded >= settings_.entries_per_turn_max) return ErrorCode::busy;
    return std::nullopt;
}

Result<Sequence> Core::judge_new(const Session& session, const Place& place,
                                 const v1::Envelope& envelope, Work& work) {
    if (const auto error = capacity_error(work)) return *error;
    JOBBRO_TRY_ASSIGN(const auto facts, contract::validate(envelope, work.now));
    if (session.party.role() != domain::sender_of(facts.kind)) {
        return Error{ErrorCode::role_not_allowed, {}, "body"};
    }
    const bool opens = domain::opens_order(facts.kind) && !is_correction(envelope);
    auto order = opens ? place_order(session, envelope, facts, work)
                       : find_order(session, envelope, facts, work.now);
    if (!order) return std::move(order).error();
    return record(session, place, envelope, facts, *std::move(order), work);
}

Result<Core::Order> Core::place_order(const Session& session, const v1::Envelope& envelope,
                                      const contract::EnvelopeFacts& facts, Work& work) {
    const journal::Party* const provider = journal_->registry().find(envelope.audience().party());
    if (provider == nullptr || provider->id.role() != contract::Role::provider ||
        !provider->reaches(session.party.text(), work.now)) {
        return Error{ErrorCode::provider_unknown, {}, "audience.party"};
    }
    JOBBRO_TRY_ASSIGN(const auto taken, journal_->cases().subject_of(facts.order_id));
    if (taken) return Error{ErrorCode::order_exists, {}, "order_id"};
    Order order;
    order.is_new = true;
    order.jobcentre = session.party.text();
    order.provider = provider->id.text();
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->vault().subject_of(facts.citizen));
    order.is_new_subject = !subject.has_value();
    order.subject = subject ? *subject : work.randomness->take<16>();
    if (order.is_new_subject) {
        journal_->cases().make(order.subject);
        return order;
    }
    JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(order.subject));
    if (static_cast<std::size_t>(row->orders_size()) >= limits::orders_per_subject_max) {
        return Error{ErrorCode::orders_limit, {}, "citizen"};
    }
    order.previous_of_subject = row->last_sequence_plus_one();
    return order;
}

Result<Core::Order> Core::find_order(const Session& session, const v1::Envelope& envelope,
                                     const contract::EnvelopeFacts& facts, Instant now) {
    // An order of somebody else's is answered as one that does not exist, and so is one whose
    // jobcentre the provider may not reach any more.
    const Error unknown{ErrorCode::order_unknown, {}, "order_id"};
    JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(facts.order_id));
    if (!subject) return unknown;
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
    const journal::rows::OrderRow* const found = journal::find_order(*row, facts.order_id);
    if (found == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
    const bool by_jobcentre = session.party.role() == contract::Role::jobcentre;
    if (session.party.text() != (by_jobcentre ? found->jobcentre() : found->provider())) {
        return unknown;
    }
    if (by_jobcentre && envelope.audience().party() != found->provider()) {
        return Error{ErrorCode::audience_invalid, {}, "audience.party"};
    }
    const journal::Party* const provider = journal_->registry().find(found->provider());
    JOBBRO_ASSERT(provider != nullptr);
    if (!provider->reaches(found->jobcentre(), now)) {
        return by_jobcentre ? Error{ErrorCode::provider_unknown, {}, "audience.party"} : unknown;
    }
    JOBBRO_TRY_ASSIGN(const auto named, journal_->vault().subject_of(facts.citizen));
    if (named != subject) return Error{ErrorCode::citizen_mismatch, {}, "citizen.cpr_number"};
    Order order;
    order.subject = *subject;
    order.slot = KeySlot{found->slot()};
    order.jobcentre = found->jobcentre();
    order.provider = found->provider();
    order.previous_of_order = found->last_sequence_plus_one();
    order.previous_of_subject = row->last_sequence_plus_one();
    return order;
}

Result<void> Core::resolve_causes(const Session& session, const v1::Envelope& envelope,
                                  const contract::EnvelopeFacts& facts, const Order& order,
                                  v1::EntryIndex& index) {
    const std::string& other =
        session.party.text() == order.jobcentre ? order.provider : order.jobcentre;
    for (int i = 0; i < envelope.causes_size(); ++i) {
        const v1::Cause& cause = envelope.causes(i);
        const std::string path = "causes[" + std::to_string(i) + "]";
        const bool corrects = cause.relation() == v1::CAUSE_RELATION_CORRECTS;
        const std::string& sender =
            !cause.sender().empty() ? cause.sender() : (corrects ? session.party.text() : other);
        JOBBRO_TRY_ASSIGN(const auto id, contract::MessageId::parse(cause.message_id()));
        JOBBRO_TRY_ASSIGN(const auto recorded, journal_->find_message(sender, id));
        if (!recorded) return Error{ErrorCode::cause_unknown, {}, path};
        JOBBRO_TRY_ASSIGN(const auto entry, journal_->read(recorded->sequence));
        const bool same_order = entry->index.order_id() == facts.order_id.view();
        const bool may_correct =
            sender == session.party.text() && entry->index.kind() == facts.kind;
        if (!same_order || (corrects && !may_correct)) {
            return Error{ErrorCode::cause_mismatch, {}, path};
        }
        v1::EntryCause& resolved = *index.add_causes();
        resolved.set_sequence(recorded->sequence.value());
        resolved.set_relation(cause.relation());
    }
    return {};
}

Result<Sequence> Core::record(const Session& session, const Place& place,
                              const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                              Order order, Work& work) {
    v1::EntryIndex index;
    index.set_kind(facts.kind);
    const std::string& receiver =
        session.party.text() == order.jobcentre ? order.provider : order.jobcentre;
    index.add_audience(receiver);
    index.set_order_id(Bytes{facts.order_id.view()});
    index.set_subject_id(Bytes{view(order.subject)});
    index.set_previous_of_order(order.previous_of_order);
    index.set_previous_of_subject(order.previous_of_subject);
    JOBBRO_TRY(resolve_causes(session, envelope, facts, order, index));
    for (v1::Finding& finding : contract::findings_of(envelope)) {
        *index.add_findings() = std::move(finding);
    }
    // Nothing of the message's own can go wrong from here on.
    if (order.is_new) {
        JOBBRO_TRY_ASSIGN(order.slot, journal_->take_slot());
    }
    journal::Draft draft{facts.message_id, session.party.text(), *place.bytes,    place.digest,
                         place.proof,      order.slot,           std::move(index)};
    JOBBRO_TRY_ASSIGN(const Sequence sequence, journal_->stage(draft, work.now, *work.randomness));
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(order.subject));
    if (order.is_new) {
        journal::rows::OrderRow& added = *row->add_orders();
        added.set_order_id(Bytes{facts.order_id.view()});
        added.set_jobcentre(order.jobcentre);
        added.set_provider(order.provider);
        added.set_slot(order.slot.value());
        journal_->cases().add_order(facts.order_id, order.subject);
    }
    if (order.is_new_subject) {
        journal_->vault().bind(facts.citizen, order.subject, sequence, *work.randomness);
    }
    journal::rows::OrderRow* const changed = journal::find_order(*row, facts.order_id);
    JOBBRO_ASSERT(changed != nullptr);
    if (!is_correction(envelope)) {
        const auto before = static_cast<domain::OrderState>(changed->state());
        changed->set_state(static_cast<std::uint32_t>(domain::state_after(before, facts.kind)));
    }
    changed->set_last_sequence_plus_one(sequence.value() + 1);
    row->set_last_sequence_plus_one(sequence.value() + 1);
    journal_->cases().changed(order.subject);
    work.to_wake.push_back(receiver);
    ++work.turn.report.messages[facts.kind].accepted;
    ++work.recorded;
    return sequence;
}

}  // namespace jobbro::core
