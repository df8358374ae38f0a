#include "adapters/audit/act_check.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

constexpr std::size_t subject_bytes = 16;
constexpr std::size_t signature_bytes = 64;
constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

std::string name_of(Sequence sequence) {
    return "entry " + std::to_string(sequence.value());
}

Result<void> check_subject(const std::string& subject) {
    if (subject.size() != subject_bytes) return tampered("it is about no citizen");
    return {};
}

Result<void> check_signature(const v1::StatedAct& stated, const std::string& signer,
                             const SignedRegistry& registry) {
    const auto controllers = registry.controllers();
    const auto found =
        std::find_if(controllers.begin(), controllers.end(),
                     [&](const ControllerKey& each) { return each.party == signer; });
    if (found == controllers.end()) return tampered("the statement is by no data controller");
    const bool holds =
        stated.signature().size() == signature_bytes &&
        evidence::signature_holds(found->key, evidence::citizen_statement_text(stated.statement()),
                                  array_of<signature_bytes>(stated.signature()));
    if (!holds) return tampered("the statement is not signed by " + signer);
    return {};
}

Result<v1::ErasureDue> read_due(BytesView body) {
    v1::ErasureDue due;
    if (!due.ParseFromString(Bytes{body})) return tampered("its body is no ErasureDue");
    JOBBRO_TRY(check_subject(due.subject_id()));
    return due;
}

Result<void> check_reading(const Entry& entry, BytesView body) {
    v1::Reading reading;
    if (!reading.ParseFromString(Bytes{body})) return tampered("its body is no Reading");
    if (!reading.has_deliveries()) return {};
    const v1::DeliveryReading& told = reading.deliveries();
    if (told.first_sequence() > told.last_sequence() ||
        told.last_sequence() >= entry.sequence.value()) {
        return tampered("it tells of deliveries there cannot have been");
    }
    return {};
}

}  // namespace

// --- Slots ---------------------------------------------------------------------------------------

void SlotRanges::add(KeySlot slot) {
    if (contains(slot)) return;
    const std::uint64_t first = slot.value();
    std::uint64_t end = first + 1;
    auto next = ends_.upper_bound(first);
    if (next != ends_.end() && next->first == end) {
        end = next->second;
        next = ends_.erase(next);
    }
    if (next != ends_.begin() && std::prev(next)->second == first) {
        std::prev(next)->second = end;
    } else {
        ends_.emplace_hint(next, first, end);
    }
}

bool SlotRanges::contains(KeySlot slot) const {
    const auto next = ends_.upper_bound(slot.value());
    return next != ends_.begin() && slot.value() < std::prev(next)->second;
}

// --- Entries -------------------------------------------------------------------------------------

Result<void> ActCheck::take(const Entry& entry, v1::MessageKind kind, BytesView body,
                            const SignedRegistry& registry) {
    switch (kind) {
        case v1::MESSAGE_KIND_READING:
            return check_reading(entry, body);
        case v1::MESSAGE_KIND_ERASURE:
            return take_erasure(entry, body, registry);
        case v1::MESSAGE_KIND_ERASURE_DUE:
            JOBBRO_TRY(read_due(body));
            return {};
        case v1::MESSAGE_KIND_HOLD_CHANGE:
            return check_hold(body, registry);
        default:
            return {};
    }
}

Result<v1::CitizenStatement> ActCheck::read_statement(const v1::StatedAct& stated,
                                                      const SignedRegistry& registry) const {
    v1::CitizenStatement statement;
    if (!statement.ParseFromString(stated.statement())) {
        return tampered("it holds no statement that can be read");
    }
    if (statement.origin() != origin_) return tampered("the statement is for another log");
    JOBBRO_TRY(check_subject(statement.subject_id()));
    if (registry.is_open()) JOBBRO_TRY(check_signature(stated, statement.signer(), registry));
    return statement;
}

Result<void> ActCheck::check_hold(BytesView body, const SignedRegistry& registry) const {
    v1::HoldChange change;
    if (!change.ParseFromString(Bytes{body})) return tampered("its body is no HoldChange");
    JOBBRO_TRY_ASSIGN(const auto statement, read_statement(change.stated(), registry));
    if (statement.has_place_hold() || statement.has_lift_hold()) return {};
    return tampered("the statement neither places nor lifts a hold");
}

// Whatever it rests on, it names keys: these are gone.
Result<void> ActCheck::take_erasure(const Entry& entry, BytesView body,
                                    const SignedRegistry& registry) {
    v1::Erasure erasure;
    if (!erasure.ParseFromString(Bytes{body})) return tampered("its body is no Erasure");
    if (const auto slots = take_slots(erasure); !slots) {
        faults_->add(entry.sequence.value(), sentence_of(slots.error()));
    }
    JOBBRO_TRY(check_subject(erasure.subject_id()));
    switch (erasure.by_case()) {
        case v1::Erasure::kDue:
            return check_due(entry, erasure);
        case v1::Erasure::kStated: {
            JOBBRO_TRY_ASSIGN(const auto statement, read_statement(erasure.stated(), registry));
            if (!statement.has_erase()) return tampered("the statement does not say to erase");
            if (statement.subject_id() == erasure.subject_id()) return {};
            return tampered("the statement is about another citizen");
        }
        default:
            return tampered("it says neither who stated it nor what was due");
    }
}

Result<void> ActCheck::check_due(const Entry& erasure, const v1::Erasure& body) const {
    const Sequence place{body.due()};
    if (place >= erasure.sequence) return tampered("what was due is no earlier entry");
    if (!sources_.entry) return {};
    const std::string name = name_of(place) + ", which it says was due, ";
    const auto found = sources_.entry(place);
    if (!found) return tampered(name + "cannot be had: " + sentence_of(found.error()));
    const auto due = read_entry(found->bytes);
    const auto index = due && found->keys.index ? open_index(*due, *found->keys.index)
                                                : Result<v1::EntryIndex>{ErrorCode::opening_failed};
    const bool is_one = index && index->kind() == v1::MESSAGE_KIND_ERASURE_DUE && found->keys.body;
    const auto said = is_one ? open_body(*due, *found->keys.body).and_then(read_due)
                             : Result<v1::ErasureDue>{ErrorCode::opening_failed};
    if (!said) return tampered(name + "is no ErasureDue that can be read");
    if (said->subject_id() != body.subject_id()) return tampered(name + "is about another citizen");
    if (erasure.recorded_at < due->recorded_at.plus_ms(limits::erasure_waits_days * day_ms)) {
        return tampered(name + "was recorded less than " +
                        std::to_string(limits::erasure_waits_days) + " days before");
    }
    return {};
}

// --- Keys ----------------------------------------------------------------------------------------

Result<void> ActCheck::take_slots(const v1::Erasure& body) {
    std::uint64_t last = 0;  // the general key's, which nothing erases
    std::size_t readable = 0;
    for (const std::uint64_t slot : body.slots()) {
        if (slot <= last) return tampered("the slots it names do not rise from 1 on");
        last = slot;
        take_named(KeySlot{slot});
        if (!sources_.has_key) continue;
        JOBBRO_TRY_ASSIGN(const bool has_key, sources_.has_key(KeySlot{slot}));
        if (has_key) ++readable;
    }
    if (readable == 0) return {};
    return tampered("erased and yet readable: " + std::to_string(readable) + " of " +
                    std::to_string(body.slots_size()) + " data keys are still there");
}

void ActCheck::take_named(KeySlot slot) {
    if (statements_ == Statements::some) return;
    named_.add(slot);
    const auto gone = gone_.find(slot.value());
    if (gone == gone_.end()) return;
    erased_ += gone->second.entries;
    gone_.erase(gone);
}

void ActCheck::take_gone(Sequence place, KeySlot slot) {
    if (statements_ == Statements::some || named_.contains(slot)) {
        ++erased_;
        return;
    }
    ++gone_.try_emplace(slot.value(), Gone{place.value(), 0}).first->second.entries;
}

void ActCheck::finish() {
    for (const auto& [slot, gone] : gone_) {
        const std::string others =
            gone.entries == 1 ? "" : "; entries under it: " + std::to_string(gone.entries);
        faults_->add(gone.first, "its data key is gone, and no erasure names it" + others);
    }
    gone_.clear();
}

}  // namespace jobbro::audit
