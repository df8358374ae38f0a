// Submitted envelopes: what is recorded, what is not, and why.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/core/matter.h"
#include "hub/journal/cpr_numbers.h"
#include "proto/contract/kinds.h"
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
        send_error(session, Error{ErrorCode::field_out_of_bounds, {}, "envelopes"}, false, work,
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
        } else if (envelope.ByteSizeLong() != bytes.size()) {
            // A field given twice would hide its first value from every check.
            answer.fate = Error{ErrorCode::envelope_malformed, "not as proto3 writes it"};
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
        work.to_end.emplace_back(session.number, ErrorCode::lanes_exhausted);
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
    if (is_clock_unsure_) return ErrorCode::clock_unsure;
    if (work.conditions.disk_nearly_full) return ErrorCode::disk_nearly_full;
    if (work.recorded >= settings_.entries_per_turn_max) return ErrorCode::busy;
    return std::nullopt;
}

Result<Sequence> Core::judge_new(const Session& session, const Place& place,
                                 const v1::Envelope& envelope, Work& work) {
    if (const auto error = capacity_error(work)) return *error;
    JOBBRO_TRY_ASSIGN(const auto facts, contract::validate(envelope, work.now));
    const contract::KindRule* const rule = contract::find_kind_rule(facts.kind);
    JOBBRO_ASSERT(rule != nullptr);
    if (!contract::may_send(session.party.role(), *rule)) {
        return Error{ErrorCode::role_not_allowed, {}, "body"};
    }
    JOBBRO_TRY_ASSIGN(Matter matter, matter_of(session, envelope, facts, work));
    return record(session, place, envelope, facts, std::move(matter), work);
}

namespace {

// The sender a cause means: as told, else the other party of the order or oneself.
const std::string& sender_of(const v1::Cause& cause, const std::string& self,
                             const std::string& other) {
    if (!cause.sender().empty()) return cause.sender();
    return cause.relation() == v1::CAUSE_RELATION_CORRECTS || other.empty() ? self : other;
}

// What was neither said by the party nor to it does not exist for it.
bool is_known_to(const std::string& party, const journal::OpenedEntry& entry) {
    const auto& audience = entry.index.audience();
    return entry.sender == party ||
           std::find(audience.begin(), audience.end(), party) != audience.end();
}

// Whether a message of `rule`, which `index` is being written for, may point at `entry`.
bool may_point_at(const journal::OpenedEntry& entry, v1::CauseRelation relation,
                  const contract::KindRule& rule, const std::string& sender,
                  const v1::EntryIndex& index) {
    const bool same_matter =
        index.order_id().empty()
            ? entry.index.order_id().empty() && entry.index.subject_id() == index.subject_id()
            : entry.index.order_id() == index.order_id();
    if (!same_matter) return false;
    if (relation == v1::CAUSE_RELATION_CORRECTS) {
        return entry.sender == sender && entry.index.kind() == rule.kind;
    }
    return rule.answered.empty() || std::find(rule.answered.begin(), rule.answered.end(),
                                              entry.index.kind()) != rule.answered.end();
}

}  // namespace

// Where the sender of what it answers is not told, it may also be a jobcentre that had the order
// before.
Result<std::optional<journal::Recorded>> Core::find_cause(const Session& session,
                                                          const v1::Cause& cause,
                                                          const Matter& matter, Work& work) {
    JOBBRO_TRY_ASSIGN(const auto id, contract::MessageId::parse(cause.message_id()));
    std::vector<std::string> senders{sender_of(cause, session.party.text(), matter.other_party)};
    if (cause.sender().empty() && senders.front() == matter.other_party) {
        senders.insert(senders.end(), matter.former_jobcentres.rbegin(),
                       matter.former_jobcentres.rend());
    }
    for (const std::string& sender : senders) {
        if (++work.causes_looked_up > limits::cause_lookups_per_turn_max) return ErrorCode::busy;
        JOBBRO_TRY_ASSIGN(const auto recorded, journal_->find_message(sender, id));
        if (recorded) return recorded;
    }
    return std::optional<journal::Recorded>{};
}

Result<void> Core::resolve_causes(const Session& session, const v1::Envelope& envelope,
                                  Matter& matter, v1::EntryIndex& index, Work& work) {
    const contract::KindRule& rule = *contract::find_kind_rule(index.kind());
    for (int i = 0; i < envelope.causes_size(); ++i) {
        const v1::Cause& cause = envelope.causes(i);
        const std::string path = "causes[" + std::to_string(i) + "]";
        JOBBRO_TRY_ASSIGN(const auto recorded, find_cause(session, cause, matter, work));
        if (!recorded) return Error{ErrorCode::cause_unknown, {}, path};
        const auto read = journal_->read(recorded->sequence);
        if (!read && read.error().code == ErrorCode::erased) {
            return Error{ErrorCode::cause_unknown, {}, path};
        }
        JOBBRO_TRY_ASSIGN(const auto entry, read);
        if (!is_known_to(session.party.text(), *entry)) {
            JOBBRO_TRY_ASSIGN(const bool handed, was_handed(session, *entry, work.now));
            if (!handed) return Error{ErrorCode::cause_unknown, {}, path};
        }
        if (!may_point_at(*entry, cause.relation(), rule, session.party.text(), index)) {
            return Error{ErrorCode::cause_mismatch, {}, path};
        }
        v1::EntryCause& resolved = *index.add_causes();
        resolved.set_sequence(recorded->sequence.value());
        resolved.set_relation(cause.relation());
        const domain::MessageNumber number = recorded->sequence.value() + 1;
        if (cause.relation() == v1::CAUSE_RELATION_CORRECTS) {
            matter.corrects = number;
        } else {
            matter.answers.push_back(number);
        }
    }
    return {};
}

// To the entries before it. What was raised of the citizen since may have taken a slot.
Result<void> Core::link(Matter& matter, v1::EntryIndex& index) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*matter.subject));
    index.set_previous_of_subject(row->last_sequence_plus_one());
    const auto order = contract::OrderId::from_bytes(index.order_id());
    if (!order && row->slot() != 0) {
        matter.slot = KeySlot{row->slot()};
        matter.needs_slot = false;
    }
    if (!order) return {};
    const auto* const found = journal::find_order(*row, *order);
    if (found != nullptr) index.set_previous_of_order(found->last_sequence_plus_one());
    return {};
}

Result<Sequence> Core::record(const Session& session, const Place& place,
                              const v1::Envelope& envelope, const contract::EnvelopeFacts& facts,
                              Matter matter, Work& work) {
    if (matter.subject) JOBBRO_TRY(raise_of_person(*matter.subject, work));
    if (matter.merge) {
        JOBBRO_TRY(raise_of_person(matter.merge->former, work));
        JOBBRO_TRY(raise_of_person(matter.merge->into, work));
    }
    v1::EntryIndex index;
    index.set_kind(facts.kind);
    for (const std::string& receiver : matter.receivers)
        index.add_audience(receiver);
    if (facts.order_id) index.set_order_id(Bytes{facts.order_id->view()});
    if (matter.subject) index.set_subject_id(Bytes{view(*matter.subject)});
    if (matter.subject) JOBBRO_TRY(link(matter, index));
    JOBBRO_TRY(resolve_causes(session, envelope, matter, index, work));
    JOBBRO_TRY(judge_offer(envelope, matter));
    JOBBRO_TRY_ASSIGN(auto findings, judge_in_course(envelope, facts, matter, work));
    matter.has_findings = !findings.empty();
    for (v1::Finding& finding : findings) {
        *index.add_findings() = std::move(finding);
    }
    // Nothing of the message's own can go wrong from here on.
    if (matter.needs_slot) {
        JOBBRO_TRY_ASSIGN(matter.slot, journal_->take_slot());
    }
    journal::Draft draft{facts.message_id, session.party.text(), *place.bytes,    place.digest,
                         place.proof,      matter.slot,          std::move(index)};
    JOBBRO_TRY_ASSIGN(const Sequence sequence, journal_->stage(draft, work.now, *work.randomness));
    if (matter.subject) {
        JOBBRO_TRY(note_in_case(envelope, facts, matter, sequence));
    }
    if (matter.binds_citizen) {
        JOBBRO_TRY(journal::note_cpr_numbers(journal_->vault(), envelope, *matter.subject, sequence,
                                             *work.randomness));
        JOBBRO_TRY(note_number_in_case(*facts.citizen, *matter.subject));
    }
    if (matter.subject) {
        JOBBRO_TRY(record_in_course(envelope, facts, matter, sequence, work));
    }
    record_offer(envelope, matter, sequence);
    for (const std::string& receiver : matter.receivers)
        work.to_wake.push_back(receiver);
    ++work.turn.report.messages[facts.kind].accepted;
    ++work.recorded;
    return sequence;
}

}  // namespace jobbro::core
