// Traces of what was delivered.
#include <algorithm>

#include "hub/delivery/subscriptions.h"
#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/assert.h"
#include "proto/base/limits.h"

namespace jobbro::delivery {
namespace {

namespace tables = journal::log_table;

constexpr Instant at_once{};  // before any time that a turn is at

v1::Reading reading_of(const SubscriptionKey& key, Sequence first, Sequence last) {
    v1::Reading reading;
    reading.set_party(key.first);
    v1::DeliveryReading& told = *reading.mutable_deliveries();
    told.set_subscription(key.second);
    told.set_first_sequence(first.value());
    told.set_last_sequence(last.value());
    return reading;
}

Result<void> stage(const v1::Reading& reading, const Moment& moment) {
    JOBBRO_TRY(moment.journal->stage_own(v1::MESSAGE_KIND_READING, reading.SerializeAsString(),
                                         moment.now, *moment.randomness));
    return {};
}

}  // namespace

// --- The row ---------------------------------------------------------------------------------

// What is the party's from the row on may have gone out untold.
Result<void> Subscriptions::read_open_traces(journal::Journal& journal) {
    const Sequence end{journal.size().value()};
    bool whole = true;
    JOBBRO_TRY(journal.log().scan(tables::open_traces, {}, [&](BytesView bytes, BytesView value) {
        journal::rows::OpenTraceRow row;
        const auto key = read_row_key(bytes);
        const auto found = key ? subscriptions_.find(*key) : subscriptions_.end();
        whole = found != subscriptions_.end() &&
                row.ParseFromArray(value.data(), static_cast<int>(value.size())) &&
                row.next_sequence() <= end.value();
        if (!whole) return false;
        found->second.tracing.row = Sequence{row.next_sequence()};
        return true;
    }));
    if (!whole) return Error{ErrorCode::tampered, "the row of an open trace"};
    for (auto& [key, subscription] : subscriptions_) {
        Tracing& tracing = subscription.tracing;
        if (!tracing.row) continue;
        JOBBRO_TRY_ASSIGN(const auto routed, journal.routing().next(key.first, *tracing.row, 1));
        if (!routed.empty()) tracing.unsure.emplace(routed.front(), end);
        set_trace_due(key, subscription, at_once);
    }
    return {};
}

// Before the commit after which its messages go out. Synced, so that neither a crash of the process
// nor of the machine leaves a delivery without a trace. A row that is there was synced when it was
// put, or with the entries before it; losing a later one only makes the trace say more.
void Subscriptions::open_trace(const Key& key, Subscription& subscription, const Moment& moment) {
    const Sequence first = may_go_out_from(subscription);
    if (subscription.tracing.row && *subscription.tracing.row <= first) return;
    put_trace_row(key, subscription, first, moment);
    moment.journal->sync_rows();
}

// What is parked may come again, and may never have gone out.
Sequence Subscriptions::may_go_out_from(const Subscription& subscription) {
    const auto& parked = subscription.parked.messages();
    return parked.empty() ? subscription.look_from
                          : std::min(subscription.look_from, parked.begin()->first);
}

void Subscriptions::put_trace_row(const Key& key, Subscription& subscription, Sequence first,
                                  const Moment& moment) {
    subscription.tracing.row = first;
    journal::rows::OpenTraceRow row;
    row.set_next_sequence(first.value());
    moment.journal->batch().put(tables::open_traces, row_key(key), row.SerializeAsString());
}

// --- Counting --------------------------------------------------------------------------------

void Subscriptions::count_delivery(const Key& key, Subscription& subscription, Sequence sequence,
                                   Instant now) {
    Tracing& tracing = subscription.tracing;
    JOBBRO_ASSERT(tracing.row);
    tracing.first = tracing.deliveries == 0 ? sequence : std::min(tracing.first, sequence);
    tracing.last = tracing.deliveries == 0 ? sequence : std::max(tracing.last, sequence);
    ++tracing.deliveries;
    if (tracing.deliveries >= limits::deliveries_per_trace_max) {
        set_trace_due(key, subscription, at_once);
    } else if (!tracing.due) {
        set_trace_due(key, subscription, now.plus_ms(limits::trace_after_ms));
    }
}

void Subscriptions::close_trace(const Key& key, Subscription& subscription) {
    if (subscription.tracing.row) set_trace_due(key, subscription, at_once);
}

void Subscriptions::set_trace_due(const Key& key, Subscription& subscription,
                                  std::optional<Instant> due) {
    std::optional<Instant>& stands = subscription.tracing.due;
    if (stands == due) return;
    if (stands) traces_due_.erase({*stands, key});
    stands = due;
    if (due) traces_due_.emplace(*due, key);
}

// --- Entries ---------------------------------------------------------------------------------

bool Subscriptions::has_traces() const {
    return !traces_due_.empty() && traces_due_.begin()->first == at_once;
}

std::optional<Instant> Subscriptions::next_trace_due() const {
    if (traces_due_.empty()) return std::nullopt;
    return traces_due_.begin()->first;
}

// One that is due further ahead than any is ever made to wait tells that the clock was set back.
std::optional<Subscriptions::Key> Subscriptions::trace_due(Instant now) const {
    if (traces_due_.empty()) return std::nullopt;
    if (traces_due_.begin()->first <= now) return traces_due_.begin()->second;
    const auto& last = *traces_due_.rbegin();
    if (last.first > now.plus_ms(limits::trace_after_ms)) return last.second;
    return std::nullopt;
}

Result<std::size_t> Subscriptions::stage_traces(std::size_t most, const Moment& moment) {
    std::size_t entries = 0;
    for (; most > 0; --most) {
        const std::optional<Key> key = trace_due(moment.now);
        if (!key) break;
        JOBBRO_TRY_ASSIGN(const std::size_t staged,
                          stage_traces_of(*key, subscriptions_.at(*key), moment));
        entries += staged;
    }
    return entries;
}

// The row goes on to what they do not cover, in their batch.
Result<std::size_t> Subscriptions::stage_traces_of(const Key& key, Subscription& subscription,
                                                   const Moment& moment) {
    Tracing& tracing = subscription.tracing;
    std::size_t entries = 0;
    if (tracing.unsure) {
        const auto& [first, end] = *tracing.unsure;
        v1::Reading reading = reading_of(key, first, Sequence{end.value() - 1});
        reading.mutable_deliveries()->set_is_unsure(true);
        JOBBRO_TRY(stage(reading, moment));
        tracing.unsure.reset();
        ++entries;
    }
    if (tracing.deliveries > 0) {
        v1::Reading reading = reading_of(key, tracing.first, tracing.last);
        reading.mutable_deliveries()->set_deliveries(tracing.deliveries);
        JOBBRO_TRY(stage(reading, moment));
        tracing.deliveries = 0;
        ++entries;
    }
    set_trace_due(key, subscription, std::nullopt);
    if (subscription.session) {
        put_trace_row(key, subscription, may_go_out_from(subscription), moment);
    } else {
        tracing.row.reset();
        moment.journal->batch().erase(tables::open_traces, row_key(key));
    }
    return entries;
}

}  // namespace jobbro::delivery
