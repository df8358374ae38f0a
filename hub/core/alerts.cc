// Alerts: raised at the start of the local day after a limit, or behind the message that brings
// them about; each once, by an entry.
#include <algorithm>
#include <functional>
#include <set>

#include "hub/core/core.h"
#include "hub/core/own_envelope.h"
#include "hub/journal/timers.h"

namespace jobbro::core {
namespace {

v1::Alert body_of(const domain::RaisedAlert& raised) {
    v1::Alert alert;
    alert.set_kind(raised.kind);
    if (raised.limit.is_set()) alert.set_limit_date(raised.limit.text());
    alert.set_step(raised.step);
    alert.set_raised_late(raised.is_late);
    return alert;
}

// Sequences plus one, the latest first.
using Latest = std::set<std::uint64_t, std::greater<>>;

// Of each of the person's subjects the latest entry, that of each of its orders, and the latest on
// none.
Result<Latest> latest_entries(const journal::SubjectId& subject, journal::CaseFile& cases) {
    Latest latest;
    JOBBRO_TRY_ASSIGN(const auto person, cases.person_of(subject));
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, cases.open(each));
        latest.insert({row->last_sequence_plus_one(), row->last_own_plus_one()});
        for (const journal::rows::OrderRow& order : row->orders())
            latest.insert(order.last_sequence_plus_one());
    }
    latest.erase(0);
    return latest;
}

}  // namespace

// --- Timers ----------------------------------------------------------------------------------

// What falls due comes before the messages of the turn. A day that has been looked at to its end is
// not looked at again: whatever is made of it later is due on a day to come. Where the clock was
// ahead and is set back, that may be a day that was looked at and comes anew.
Result<void> Core::raise_alerts(Work& work) {
    alerts_wait_ = false;
    const domain::Day day = today(work);
    raised_through_ = std::min(raised_through_, day);
    if (is_leaving_ || day <= raised_through_ || capacity_error(work)) return {};
    const auto raised = raise_until(day, work);
    if (raised || raised.error().code == ErrorCode::store_failed) return raised;
    if (raised.error().code == ErrorCode::busy) {
        alerts_wait_ = true;
        return {};
    }
    return seal(raised.error(), work);
}

Result<void> Core::raise_until(domain::Day day, Work& work) {
    JOBBRO_TRY_ASSIGN(const auto timers,
                      journal::timers_until(journal_->log(), day, limits::timers_per_turn_max));
    for (const journal::Timer& each : timers) {
        alerts_wait_ = capacity_error(work).has_value();
        if (alerts_wait_) return {};
        JOBBRO_TRY(raise_of_case(each.subject, day, work));
    }
    alerts_wait_ = timers.size() == limits::timers_per_turn_max;
    if (alerts_wait_) return {};
    JOBBRO_TRY_ASSIGN(const bool is_frozen,
                      freeze_before(day.plus(-std::int64_t{limits::results_wait_days}), work));
    if (is_frozen) raised_through_ = day;
    return {};
}

// Before a message about the person settles it unsaid.
Result<void> Core::raise_of_person(const journal::SubjectId& subject, Work& work) {
    const domain::Day day = today(work);
    JOBBRO_TRY_ASSIGN(const auto person, journal_->cases().person_of(subject));
    for (const journal::SubjectId& each : person) {
        JOBBRO_TRY_ASSIGN(const auto* const row, journal_->cases().open(each));
        const auto timer = domain::Day::numbered(row->timer_day());
        if (timer.is_set() && timer <= day) JOBBRO_TRY(raise_of_case(each, day, work));
    }
    return {};
}

Result<void> Core::raise_of_case(const journal::SubjectId& subject, domain::Day day, Work& work) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    for (journal::rows::OrderRow& order : *row->mutable_orders()) {
        const domain::Day next = domain::next_due(order.course());
        if (!next.is_set() || next > day) continue;
        if (capacity_error(work)) return stop_raising(subject);
        const journal::rows::OrderRow before = order;
        const auto raised = raise_due(subject, order, day, work);
        JOBBRO_TRY(tell_overview(subject, &before, &order));
        JOBBRO_TRY(raised);
    }
    for (journal::rows::LimitsRow& limits : *row->mutable_limits()) {
        if (capacity_error(work)) return stop_raising(subject);
        for (const domain::RaisedAlert& raised : domain::due(limits.state(), day)) {
            JOBBRO_TRY_ASSIGN(const v1::Alert alert,
                              raise_of_limits(raised, subject, limits, work));
            domain::record_alert(*limits.mutable_state(), alert);
        }
    }
    JOBBRO_TRY(changed_case(subject));
    // Or it would be raised for ever.
    JOBBRO_ASSERT(row->timer_day() == 0 || row->timer_day() > day.number());
    return {};
}

// The rest in a later turn: the case's timer stays.
Result<void> Core::stop_raising(const journal::SubjectId& subject) {
    JOBBRO_TRY(changed_case(subject));
    return ErrorCode::busy;
}

Result<void> Core::raise_due(const journal::SubjectId& subject, journal::rows::OrderRow& order,
                             domain::Day day, Work& work) {
    for (const domain::RaisedAlert& raised : domain::due(order.course(), day)) {
        JOBBRO_TRY_ASSIGN(
            const v1::Alert alert,
            raise_on_order(raised, rulebook_.time.start_of(raised.as_of), subject, order, work));
        domain::record_alert(*order.mutable_course(), alert);
    }
    return {};
}

// --- Entries ---------------------------------------------------------------------------------

Result<v1::Alert> Core::raise_on_order(const domain::RaisedAlert& raised, Instant happened_at,
                                       const journal::SubjectId& subject,
                                       journal::rows::OrderRow& order, Work& work) {
    JOBBRO_TRY_ASSIGN(const auto order_id, contract::OrderId::from_bytes(order.order_id()));
    JOBBRO_TRY_ASSIGN(const std::string number, number_of(subject));
    const v1::Alert alert = body_of(raised);
    const auto id = contract::MessageId::make(work.now, *work.randomness);
    v1::Envelope envelope = own_envelope(id, happened_at, *work.randomness);
    v1::EntryIndex index;
    index.add_audience(order.jobcentre());
    if (domain::reaches_provider(raised.kind)) {
        envelope.mutable_audience()->mutable_order_parties();
        index.add_audience(order.provider());
    } else {
        envelope.mutable_audience()->set_party(order.jobcentre());
    }
    envelope.set_order_id(order_id.text());
    envelope.mutable_citizen()->set_cpr_number(number);
    *envelope.mutable_alert() = alert;
    index.set_order_id(order.order_id());
    index.set_previous_of_order(order.last_sequence_plus_one());
    JOBBRO_TRY(
        stage_alert(std::move(envelope), std::move(index), KeySlot{order.slot()}, subject, work));
    order.set_last_sequence_plus_one(journal_->size().value());
    order.set_entries(order.entries() + 1);
    return alert;
}

// To the jobcentre that watches them alone. A job plan may have come under an order, so that
// nothing has been said under the citizen's own key yet.
Result<v1::Alert> Core::raise_of_limits(const domain::RaisedAlert& raised,
                                        const journal::SubjectId& subject,
                                        const journal::rows::LimitsRow& limits, Work& work) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    JOBBRO_TRY_ASSIGN(const std::string number, number_of(subject));
    const v1::Alert alert = body_of(raised);
    if (row->slot() == 0) {
        JOBBRO_TRY_ASSIGN(const KeySlot slot, journal_->take_slot());
        row->set_slot(slot.value());
    }
    const auto id = contract::MessageId::make(work.now, *work.randomness);
    v1::Envelope envelope =
        own_envelope(id, rulebook_.time.start_of(raised.as_of), *work.randomness);
    envelope.mutable_audience()->set_party(limits.jobcentre());
    envelope.mutable_citizen()->set_cpr_number(number);
    *envelope.mutable_alert() = alert;
    v1::EntryIndex index;
    index.add_audience(limits.jobcentre());
    JOBBRO_TRY(
        stage_alert(std::move(envelope), std::move(index), KeySlot{row->slot()}, subject, work));
    row->set_entries(row->entries() + 1);
    row->set_last_own_plus_one(journal_->size().value());
    return alert;
}

Result<void> Core::stage_alert(v1::Envelope envelope, v1::EntryIndex index, KeySlot slot,
                               const journal::SubjectId& subject, Work& work) {
    JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(subject));
    JOBBRO_TRY_ASSIGN(const auto id, contract::MessageId::parse(envelope.message_id()));
    index.set_kind(v1::MESSAGE_KIND_ALERT);
    index.set_subject_id(Bytes{view(subject)});
    index.set_previous_of_subject(row->last_sequence_plus_one());
    for (const std::string& party : index.audience())
        work.to_wake.push_back(party);
    const Bytes body = envelope.SerializeAsString();
    const journal::Draft draft{id,   envelope.sender(), body, evidence::sha256(body), {},
                               slot, std::move(index)};
    JOBBRO_TRY_ASSIGN(const Sequence sequence, journal_->stage(draft, work.now, *work.randomness));
    row->set_last_sequence_plus_one(sequence.value() + 1);
    journal_->cases().changed(subject);
    ++work.recorded;
    ++work.turn.report.alerts;
    return {};
}

// What was said after a number changed names the new one, and the change itself is on no order; so
// the latest entry that can be read names the number the person has now.
Result<std::string> Core::number_of(const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const Latest latest, latest_entries(subject, journal_->cases()));
    for (const std::uint64_t number : latest) {
        if (number > journal_->size().value()) return Error{ErrorCode::tampered, "a case's row"};
        const auto entry = journal_->read(Sequence{number - 1});
        if (!entry && entry.error().code == ErrorCode::erased) continue;
        if (!entry) return entry.error();
        v1::Envelope envelope;
        if (envelope.ParseFromString((*entry)->body) && envelope.has_citizen()) {
            return envelope.citizen().cpr_number();
        }
    }
    return Error{ErrorCode::tampered, "a case of which nothing can be read"};
}

}  // namespace jobbro::core
