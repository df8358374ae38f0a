#include "hub/core/hub_entries.h"

#include <algorithm>
#include <set>

#include "jobbro/v1/erasure.pb.h"

namespace jobbro::core {
namespace {

// What an entry of the hub's names that is not for every auditor.
struct Named {
    Bytes subject;       // a citizen, 16 bytes; empty: none
    Bytes order;         // 16 bytes; empty: none
    std::string reader;  // who was handed, or decided about, entries by their places; empty: nobody
    std::string eraser;  // who had a part of the citizen's erased; empty: nobody
};

Named named_in(const v1::Reading& reading) {
    Named named;
    const auto& person =
        reading.has_replay() ? reading.replay().subject_ids() : reading.subject().subject_ids();
    if (!person.empty()) named.subject = person.Get(0);  // by one, all of the person are found
    named.order = reading.replay().order_id();
    if (reading.sequences_size() > 0 || reading.has_deliveries()) named.reader = reading.party();
    return named;
}

// A whole one names nobody: its citizen is a number to everybody. None: it cannot be read.
std::optional<Named> named_in(const v1::Erasure& erasure) {
    if (erasure.is_whole()) return Named{};
    v1::CitizenStatement statement;
    if (!statement.ParseFromString(erasure.stated().statement())) return std::nullopt;
    Named named;
    named.subject = erasure.subject_id();
    named.eraser = statement.signer();
    return named;
}

// None: it cannot be read.
std::optional<Named> named_in(const journal::OpenedEntry& entry) {
    v1::Reading reading;
    v1::ParkedAct act;
    v1::Erasure erasure;
    v1::ErasureDue due;
    v1::HoldChange change;
    v1::CitizenStatement statement;
    switch (entry.index.kind()) {
        case v1::MESSAGE_KIND_READING:
            if (!reading.ParseFromString(entry.body)) return std::nullopt;
            return named_in(reading);
        case v1::MESSAGE_KIND_PARKED_ACT:
            if (!act.ParseFromString(entry.body)) return std::nullopt;
            return Named{{}, {}, act.sequences_size() > 0 ? act.party() : "", {}};
        case v1::MESSAGE_KIND_ERASURE:
            if (!erasure.ParseFromString(entry.body)) return std::nullopt;
            return named_in(erasure);
        case v1::MESSAGE_KIND_ERASURE_DUE:
            if (!due.ParseFromString(entry.body)) return std::nullopt;
            return Named{due.subject_id(), {}, {}, {}};
        case v1::MESSAGE_KIND_HOLD_CHANGE:
            if (!change.ParseFromString(entry.body) ||
                !statement.ParseFromString(change.stated().statement())) {
                return std::nullopt;
            }
            return Named{statement.subject_id(), {}, {}, {}};
        default:
            return Named{};
    }
}

bool is_id_or_none(const Bytes& id) {
    return id.empty() || id.size() == sizeof(journal::SubjectId);
}

// The jobcentres that have, or had, to do with the citizen.
std::set<std::string> jobcentres_in(const journal::rows::CaseRow& row) {
    std::set<std::string> jobcentres{row.jobcentres().begin(), row.jobcentres().end()};
    jobcentres.insert(row.told_by().begin(), row.told_by().end());
    for (const auto& order : row.orders()) {
        jobcentres.insert(order.jobcentre());
        jobcentres.insert(order.former_jobcentres().begin(), order.former_jobcentres().end());
    }
    return jobcentres;
}

// An auditor's grants, for an entry of that time.
struct Scope {
    const journal::Party* auditor;
    Instant recorded_at;
    Instant now;

    [[nodiscard]] bool covers_any(const std::set<std::string>& jobcentres) const {
        return std::any_of(jobcentres.begin(), jobcentres.end(), [&](const std::string& each) {
            return auditor->audit_right(each, recorded_at, now) != journal::AuditRight::none;
        });
    }
};

Result<bool> covers_citizen(const Scope& scope, BytesView subject, journal::CaseFile& cases) {
    JOBBRO_TRY_ASSIGN(const auto person, cases.person_of(array_of<16>(subject)));
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, cases.open(each));
        if (scope.covers_any(jobcentres_in(*row))) return true;
    }
    return false;
}

Result<bool> covers_order(const Scope& scope, BytesView order, journal::CaseFile& cases) {
    const auto id = contract::OrderId::from_bytes(order);
    if (!id) return Error{ErrorCode::tampered, "the order id of a trace"};
    JOBBRO_TRY_ASSIGN(const auto subject, cases.subject_of(*id));
    if (!subject) return false;
    return covers_citizen(scope, view(*subject), cases);
}

// The erasure was about all of the controller's jobcentres. Which of them had to do with the
// citizen is gone.
bool covers_eraser(const Scope& scope, const std::string& eraser,
                   const journal::Registry& registry) {
    const v1::Controller* const controller = registry.find_controller(eraser);
    if (controller == nullptr) return false;
    return scope.covers_any({controller->jobcentres().begin(), controller->jobcentres().end()});
}

// A provider works for whom its grants have ever named: what it read before they ran out, or were
// narrowed, is to be seen.
bool covers_reader(const Scope& scope, const std::string& reader,
                   const journal::Registry& registry) {
    const journal::Party* const party = registry.find(reader);
    if (party == nullptr) return false;
    if (party->id.role() == contract::Role::jobcentre) return scope.covers_any({reader});
    return party->id.role() == contract::Role::provider &&
           scope.covers_any(registry.ever_granted(reader));
}

}  // namespace

bool is_of_the_hub(v1::MessageKind kind) {
    switch (kind) {
        case v1::MESSAGE_KIND_LOG_OPENED:
        case v1::MESSAGE_KIND_LOG_KEY_CHANGE:
        case v1::MESSAGE_KIND_REGISTRY_CHANGE:
        case v1::MESSAGE_KIND_RULE_SET:
        case v1::MESSAGE_KIND_RESULTS_FROZEN:
        case v1::MESSAGE_KIND_READING:
        case v1::MESSAGE_KIND_PARKED_ACT:
        case v1::MESSAGE_KIND_ERASURE:
        case v1::MESSAGE_KIND_ERASURE_DUE:
        case v1::MESSAGE_KIND_HOLD_CHANGE:
            return true;
        default:
            return false;
    }
}

Result<bool> may_read_body_of_hub(const journal::OpenedEntry& entry, const journal::Party& auditor,
                                  Instant now, journal::Journal& journal) {
    const auto named = named_in(entry);
    if (!named || !is_id_or_none(named->subject) || !is_id_or_none(named->order)) {
        return Error{ErrorCode::tampered,
                     "the body of entry " + std::to_string(entry.sequence.value())};
    }
    const Scope scope{&auditor, entry.recorded_at, now};
    if (!named->reader.empty() && !covers_reader(scope, named->reader, journal.registry())) {
        return false;
    }
    if (!named->order.empty()) {
        JOBBRO_TRY_ASSIGN(const bool covers, covers_order(scope, named->order, journal.cases()));
        if (!covers) return false;
    }
    if (named->subject.empty()) return true;
    if (covers_eraser(scope, named->eraser, journal.registry())) return true;
    return covers_citizen(scope, named->subject, journal.cases());
}

}  // namespace jobbro::core
