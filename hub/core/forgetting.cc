// Erasing citizens: what a turn records of it, whom it tells, and the sweep that erases by the
// clock.
#include <algorithm>

#include "hub/core/core.h"
#include "hub/core/own_envelope.h"
#include "hub/domain/retention.h"
#include "hub/journal/retention.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

constexpr KeySlot general_slot{0};
constexpr std::int64_t sweep_every_ms = std::int64_t{3600} * 1000;

// There is something of the person, under orders or none, and nothing that keeps it from being
// erased but its time.
bool is_at_rest(const journal::PersonState& state) {
    return state.last_said_plus_one > 0 && state.running_orders == 0 && !state.is_held;
}

// What erasing the person takes of a day's share: one who has no order is not nothing.
std::uint64_t share_of(const journal::PersonState& state) {
    return std::max<std::uint64_t>(state.orders, 1);
}

}  // namespace

// --- One citizen -----------------------------------------------------------------------------

// Requires: everything else the turn does of the citizen is done. Errors: busy, and nothing is
// erased, as long as months that are over wait to be frozen.
Result<Sequence> Core::erase(const journal::ErasurePlan& plan, const journal::ErasureScope& scope,
                             v1::Erasure body, Work& work) {
    JOBBRO_TRY_ASSIGN(const bool is_frozen, freeze_before(today(work), work));
    if (!is_frozen) return Error{ErrorCode::busy, "results of past months are being frozen"};
    JOBBRO_TRY(forget_parked(plan, work));
    JOBBRO_TRY(forget_days(plan.subjects));
    JOBBRO_TRY_ASSIGN(const auto erased, orders_of(plan));
    JOBBRO_TRY_ASSIGN(const Sequence sequence, journal_->stage_erasure(plan, scope, std::move(body),
                                                                       work.now, *work.randomness));
    const domain::Person person = person_mark(journal_->vault(), plan.subjects.front());
    for (const journal::rows::OrderRow& order : erased)
        overview_.apply(person, &order, nullptr);
    if (plan.is_whole) {
        for (const journal::SubjectId& subject : plan.subjects)
            overview_.results.forget_merged(person_mark(journal_->vault(), subject));
    } else {
        JOBBRO_TRY(look_again_at(plan.subjects.front()));
    }
    ++work.recorded;
    work.has_erased = true;
    work.turn.report.orders_erased += plan.orders.size();
    for (const auto& [party, orders] : plan.parties)
        JOBBRO_TRY(tell_of_erasure(party, orders, work));
    return sequence;
}

// As they are before they go.
Result<std::vector<journal::rows::OrderRow>> Core::orders_of(const journal::ErasurePlan& plan) {
    std::vector<journal::rows::OrderRow> orders;
    for (const contract::OrderId& id : plan.orders) {
        JOBBRO_TRY_ASSIGN(const auto subject, journal_->cases().subject_of(id));
        if (!subject) return Error{ErrorCode::tampered, "an order without its case"};
        JOBBRO_TRY_ASSIGN(auto* const row, journal_->cases().open(*subject));
        const journal::rows::OrderRow* const found = journal::find_order(*row, id);
        if (found == nullptr) return Error{ErrorCode::tampered, "an order without its case"};
        orders.push_back(*found);
    }
    return orders;
}

Result<void> Core::forget_parked(const journal::ErasurePlan& plan, const Work& work) {
    for (const journal::SubjectId& subject : plan.subjects) {
        std::set<Sequence> parked = subscriptions_.parked_in(subject);
        if (!plan.is_whole) {
            std::set<Sequence> of_orders;
            for (const Sequence each : parked) {
                const auto entry = journal_->read(each);
                if (!entry && entry.error().code == ErrorCode::erased) continue;
                if (!entry) return entry.error();
                const auto order = contract::OrderId::from_bytes((*entry)->index.order_id());
                if (order && std::find(plan.orders.begin(), plan.orders.end(), *order) !=
                                 plan.orders.end()) {
                    of_orders.insert(each);
                }
            }
            parked = std::move(of_orders);
        }
        subscriptions_.forget(subject, parked, moment_of(work));
    }
    return {};
}

// The days on which something of the person ended.
Result<void> Core::forget_days(const std::vector<journal::SubjectId>& subjects) {
    JOBBRO_TRY_ASSIGN(const journal::PersonState state,
                      journal::state_of_person(journal_->cases(), subjects.front()));
    JOBBRO_TRY_ASSIGN(const Instant last, last_of(state));
    return journal::forget_all_over(journal_->batch(), journal_->log(), subjects, last);
}

// What kept the person from falling due may be gone. While something else still does, its end has
// the person looked at.
Result<void> Core::look_again_at(const journal::SubjectId& subject) {
    JOBBRO_TRY_ASSIGN(const journal::PersonState state,
                      journal::state_of_person(journal_->cases(), subject));
    if (!is_at_rest(state)) return {};
    JOBBRO_TRY_ASSIGN(const Instant last, last_of(state));
    journal::stage_over(journal_->batch(), state.kept, last);
    return {};
}

// By order ids only, under the general key: the notice outlives what it is about.
Result<void> Core::tell_of_erasure(const std::string& party,
                                   std::span<const contract::OrderId> orders, Work& work) {
    while (!orders.empty()) {
        const auto part =
            orders.first(std::min(orders.size(), limits::orders_per_erasure_notice_max));
        orders = orders.subspan(part.size());
        const auto id = contract::MessageId::make(work.now, *work.randomness);
        v1::Envelope envelope =
            own_envelope(id, journal_->recording_time(work.now), *work.randomness);
        envelope.mutable_audience()->set_party(party);
        for (const contract::OrderId& order : part)
            envelope.mutable_erasure_notice()->add_order_ids(order.text());
        const Bytes body = envelope.SerializeAsString();
        journal::Draft draft{id, envelope.sender(), body, evidence::sha256(body),
                             {}, general_slot,      {}};
        draft.index.set_kind(v1::MESSAGE_KIND_ERASURE_NOTICE);
        draft.index.add_audience(party);
        JOBBRO_TRY(journal_->stage(draft, work.now, *work.randomness));
        ++work.recorded;
        work.to_wake.push_back(party);
    }
    return {};
}

// After this nobody can read it, and nothing that follows in the turn may want to.
Result<void> Core::carry_out_erasures(Work& work) {
    const auto done = journal_->carry_out_erasures(work.conditions.steady);
    if (done || done.error().code == ErrorCode::store_failed) return done;
    return seal(done.error(), work);
}

// --- By the clock ----------------------------------------------------------------------------

// An hour apart by steady time, so that a clock that jumps hurries nothing. In the first hour of a
// run nothing is erased: whoever starts a hub by a wrong clock has that long to see what is due.
Result<void> Core::sweep(Work& work) {
    const Instant steady = work.conditions.steady;
    if (settings_.retention_days == 0 || steady < next_sweep_) return {};
    if (capacity_error(work)) return {};
    SweepPace pace;
    const auto swept = sweep_now(pace, work);
    if (!swept && swept.error().code == ErrorCode::store_failed) return swept;
    if (!swept) JOBBRO_TRY(seal(swept.error(), work));
    next_sweep_ = pace.has_more ? steady : steady.plus_ms(sweep_every_ms);
    return {};
}

Result<void> Core::sweep_now(SweepPace& pace, Work& work) {
    const Instant steady = work.conditions.steady;
    JOBBRO_TRY_ASSIGN(auto row, journal::read_retention(journal_->log()));
    if (!lived_) lived_ = Lived{steady, row.lived_ms()};
    row.set_lived_ms(lived_ms(steady));
    if (steady >= lived_->began.plus_ms(sweep_every_ms)) JOBBRO_TRY(erase_due(row, pace, work));
    JOBBRO_TRY(find_due(row, pace, work));
    journal::stage_retention(journal_->batch(), row);
    return {};
}

std::uint64_t Core::lived_ms(Instant steady) const {
    const std::int64_t in_this_run = steady.milliseconds() - lived_->began.milliseconds();
    return lived_->before_ms + static_cast<std::uint64_t>(std::max<std::int64_t>(in_this_run, 0));
}

// What was not stored is lived through once more: it only delays.
Result<void> Core::stop(Instant steady, Randomness& randomness) {
    if (!lived_ || is_sealed_) return {};
    JOBBRO_TRY_ASSIGN(auto row, journal::read_retention(journal_->log()));
    row.set_lived_ms(lived_ms(steady));
    journal::stage_retention(journal_->batch(), row);
    JOBBRO_TRY(journal_->commit(randomness));
    return {};
}

// When the last was that a party said of the person, or that an order of the person's was over.
Result<Instant> Core::last_of(const journal::PersonState& state) const {
    const Instant over_at = state.last_over_at.value_or(Instant{});
    const std::uint64_t end = state.last_said_plus_one;
    if (end == 0) return over_at;
    if (end > journal_->size().value()) return Error{ErrorCode::tampered, "a case's row"};
    JOBBRO_TRY_ASSIGN(const Instant said_at, journal_->recorded_at(Sequence{end - 1}));
    return std::max(over_at, said_at);
}

// What has been kept long enough is recorded to be due; nothing is erased yet. A citizen with an
// order that runs, or a hold, is looked at again when that ends or is erased.
Result<void> Core::find_due(const journal::rows::RetentionRow& row, SweepPace& pace, Work& work) {
    const std::int64_t last_day = journal::day_of(work.now) - settings_.retention_days - 1;
    JOBBRO_TRY_ASSIGN(const auto over, journal::over_until(journal_->log(), last_day,
                                                           limits::retention_rows_per_sweep_max));
    std::set<journal::SubjectId> looked_at;
    for (const journal::OverRow& each : over) {
        if (pace.recorded >= limits::erasures_per_sweep_max) break;
        journal::forget_over(journal_->batch(), each);
        JOBBRO_TRY_ASSIGN(const journal::PersonState state,
                          journal::state_of_person(journal_->cases(), each.subject));
        if (!is_at_rest(state)) continue;
        if (!looked_at.insert(state.kept).second) continue;
        JOBBRO_TRY_ASSIGN(const Instant last, last_of(state));
        if (domain::is_kept_long_enough(last, settings_.retention_days, work.now)) {
            JOBBRO_TRY(record_due(state, row.lived_ms(), work));
            ++pace.recorded;
        } else {
            journal::stage_over(journal_->batch(), state.kept, last);  // a later day than any here
        }
    }
    pace.has_more = pace.has_more || pace.recorded >= limits::erasures_per_sweep_max ||
                    over.size() >= limits::retention_rows_per_sweep_max;
    return {};
}

Result<void> Core::record_due(const journal::PersonState& state, std::uint64_t lived_ms,
                              Work& work) {
    v1::ErasureDue body;
    body.set_subject_id(Bytes{view(state.kept)});
    body.set_orders(state.orders);
    body.set_kept_days(static_cast<std::uint32_t>(settings_.retention_days));
    JOBBRO_TRY_ASSIGN(const Sequence sequence,
                      journal_->stage_own(v1::MESSAGE_KIND_ERASURE_DUE, body.SerializeAsString(),
                                          work.now, *work.randomness));
    journal::stage_due(journal_->batch(), {sequence, lived_ms});
    ++work.recorded;
    return {};
}

Result<void> Core::erase_due(journal::rows::RetentionRow& row, SweepPace& pace, Work& work) {
    JOBBRO_TRY_ASSIGN(const auto due,
                      journal::due_entries(journal_->log(), limits::erasures_per_sweep_max));
    if (domain::is_next_day(row.day_began_lived_ms(), row.lived_ms())) {
        row.set_day_began_lived_ms(row.lived_ms());
        row.set_orders_erased(0);
    }
    const std::uint64_t all = journal_->cases().orders() + row.orders_erased();
    std::size_t acted_on = 0;
    for (const journal::DueEntry& each : due) {
        if (row.lived_ms() < domain::erasable_from_lived_ms(each.recorded_lived_ms)) break;
        JOBBRO_TRY_ASSIGN(const auto entry, journal_->read(each.entry));
        JOBBRO_TRY_ASSIGN(const bool goes_on, act_on_due(*entry, all, row, work));
        if (!goes_on) break;
        ++acted_on;
    }
    pace.has_more = acted_on == limits::erasures_per_sweep_max;
    return {};
}

// What has changed since it fell due is judged anew. False when it is to wait: for its time, for
// months that are over to be frozen, or because the day's share is used up.
Result<bool> Core::act_on_due(const journal::OpenedEntry& entry, std::uint64_t all,
                              journal::rows::RetentionRow& row, Work& work) {
    v1::ErasureDue due;
    if (entry.index.kind() != v1::MESSAGE_KIND_ERASURE_DUE || !due.ParseFromString(entry.body) ||
        due.subject_id().size() != sizeof(journal::SubjectId)) {
        return Error{ErrorCode::tampered, "a row of what is to be erased"};
    }
    const auto subject = array_of<16>(due.subject_id());
    JOBBRO_TRY_ASSIGN(const journal::PersonState state,
                      journal::state_of_person(journal_->cases(), subject));
    const bool is_over = is_at_rest(state);
    JOBBRO_TRY_ASSIGN(const Instant last, last_of(state));
    // An erasure is of the subject that was recorded to be due: one that has been merged into
    // another since falls due anew, as that one.
    const bool is_due = is_over && state.kept == subject &&
                        domain::is_kept_long_enough(last, settings_.retention_days, work.now);
    if (is_due && (work.now < domain::erasable_from(entry.recorded_at) ||
                   !domain::may_erase_today(share_of(state), row.orders_erased(), all))) {
        return false;
    }
    if (is_due) {
        JOBBRO_TRY_ASSIGN(const bool is_frozen, freeze_before(today(work), work));
        if (!is_frozen) return false;
    }
    journal::forget_due(journal_->batch(), entry.sequence);
    if (is_over && !is_due) journal::stage_over(journal_->batch(), state.kept, last);
    if (!is_due) return true;
    JOBBRO_TRY_ASSIGN(const journal::ErasurePlan plan,
                      journal::plan_erasure(journal_->cases(), state.kept, std::nullopt));
    v1::Erasure body;
    body.set_due(entry.sequence.value());
    JOBBRO_TRY(erase(plan, std::nullopt, std::move(body), work));
    row.set_orders_erased(row.orders_erased() + share_of(state));
    return true;
}

}  // namespace jobbro::core
