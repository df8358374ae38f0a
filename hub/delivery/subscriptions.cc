// Opening, acking and closing; where each subscription stands.
#include "hub/delivery/subscriptions.h"

#include <algorithm>

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::delivery {
namespace {

namespace tables = journal::log_table;

void forget_settled(const SubscriptionKey& key, ParkedList& parked, Sequence end,
                    const Moment& moment) {
    for (const Sequence each : parked.forget_settled_below(end))
        erase_parked(key, each, moment);
}

}  // namespace

// Of the tables with a row a subscription.
Bytes Subscriptions::row_key(const Key& key) {
    Bytes bytes = key.first;
    bytes.push_back('\0');
    bytes += key.second;
    return bytes;
}

std::optional<Subscriptions::Key> Subscriptions::read_row_key(BytesView bytes) {
    const std::size_t end = bytes.find('\0');
    if (end == BytesView::npos) return std::nullopt;
    return Key{Bytes{bytes.substr(0, end)}, Bytes{bytes.substr(end + 1)}};
}

// --- At start --------------------------------------------------------------------------------

Result<Subscriptions> Subscriptions::open(journal::Journal& journal, ParkedBounds bounds) {
    Subscriptions all{bounds};
    bool whole = true;
    JOBBRO_TRY(journal.log().scan(tables::cursors, {}, [&](BytesView bytes, BytesView value) {
        journal::rows::CursorRow row;
        const auto key = read_row_key(bytes);
        whole = key && row.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (whole) all.subscriptions_[*key].next = Sequence{row.next_sequence()};
        return whole;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a cursor's row"};
    JOBBRO_TRY(read_parked(journal, [&](const ParkedFound& found) {
        const auto subscription = all.subscriptions_.find(found.key);
        whole = subscription != all.subscriptions_.end() &&
                found.sequence.value() < journal.size().value();
        if (!whole) return false;
        if (found.message) {
            subscription->second.parked.add(found.sequence, *found.message);
        } else {
            subscription->second.parked.settle(found.sequence);
        }
        return true;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a parked message's row"};
    JOBBRO_TRY(all.read_open_traces(journal));
    for (auto& [key, subscription] : all.subscriptions_) {
        subscription.held_with_room = subscription.parked.held();
        all.count(key, subscription);
    }
    all.look_at_crowded();
    return all;
}

// --- What sessions ask for -------------------------------------------------------------------

bool Subscriptions::has_room_for(const std::string& party) const {
    std::size_t count = 0;
    for (auto each = subscriptions_.lower_bound(Key{party, ""});
         each != subscriptions_.end() && each->first.first == party; ++each) {
        ++count;
    }
    return count < limits::subscriptions_per_party_max;
}

Result<Opened> Subscriptions::subscribe(const std::string& party, const std::string& name,
                                        Opening opening, SessionNumber session,
                                        const Moment& moment) {
    const Key key{party, name};
    auto found = subscriptions_.find(key);
    if (found == subscriptions_.end()) {
        if (!has_room_for(party)) return ErrorCode::subscription_limit;
        found = subscriptions_.emplace(key, Subscription{}).first;
        move_cursor(key, found->second, Sequence{0}, moment);
    }
    Subscription& subscription = found->second;
    Opened opened;
    if (subscription.session && *subscription.session != session) {
        opened.replaced = subscription.session;
    }
    close(key, subscription);
    if (opening.start) {
        if (*opening.start < subscription.next || *opening.start == Sequence{0}) {
            // Everything from there on is asked for, what was acked or dropped too.
            const Sequence end{moment.journal->size().value()};
            forget_settled(key, subscription.parked, end, moment);
        }
        move_cursor(key, subscription, *opening.start, moment);
    }
    subscription.session = session;
    subscription.opening = std::move(opening);
    subscription.salt = moment.randomness->take<16>();
    subscription.look_from = subscription.next;
    subscription.delivered_before = subscription.next;
    subscription.passed_before = subscription.next;
    subscription.nacks_taken = 0;
    open_trace(key, subscription, moment);
    count(key, subscription);
    enqueue(key, subscription);
    opened.next = subscription.next;
    opened.parked = state_of(key, subscription);
    subscription.told_stopped = opened.parked.is_stopped();
    return opened;
}

Result<void> Subscriptions::ack(const std::string& party, const std::string& name,
                                SessionNumber session, Sequence sequence, const Moment& moment) {
    const Key key{party, name};
    Subscription* const subscription = find_open(key, session);
    if (subscription == nullptr) return ErrorCode::subscription_unknown;
    if (sequence < subscription->next) return {};
    if (sequence >= subscription->delivered_before) return ErrorCode::ack_ahead;
    while (!subscription->unacked.empty() && subscription->unacked.front().sequence <= sequence) {
        give_back(*subscription, subscription->unacked.front().bytes);
        subscription->unacked.pop_front();
    }
    move_cursor(key, *subscription,
                subscription->unacked.empty() ? subscription->passed_before : sequence.next(),
                moment);
    count(key, *subscription);
    enqueue(key, *subscription);
    return {};
}

Result<void> Subscriptions::unsubscribe(const std::string& party, const std::string& name,
                                        SessionNumber session) {
    const Key key{party, name};
    Subscription* const subscription = find_open(key, session);
    if (subscription == nullptr) return ErrorCode::subscription_unknown;
    close(key, *subscription);
    return {};
}

void Subscriptions::end_session(const std::string& party, SessionNumber session) {
    for (auto each = subscriptions_.lower_bound(Key{party, ""});
         each != subscriptions_.end() && each->first.first == party; ++each) {
        if (each->second.session == session) close(each->first, each->second);
    }
}

// What was out is due again when its row says: when it went out, that was told already.
void Subscriptions::close(const Key& key, Subscription& subscription) {
    for (const auto& [lane, out] : subscription.out) {
        const Parked* const found = subscription.parked.find(out.sequence);
        if (found == nullptr) continue;  // dropped while it was out
        Parked message = *found;
        message.is_out = false;
        subscription.parked.change(out.sequence, message);
    }
    subscription.out.clear();
    subscription.unacked.clear();
    unacked_bytes_total_ -= subscription.unacked_bytes;
    subscription.unacked_bytes = 0;
    subscription.out_bytes = 0;
    subscription.session.reset();
    close_trace(key, subscription);
    set_timer(key, subscription, std::nullopt);
    if (subscription.is_ready) std::erase(ready_, key);
    subscription.is_ready = false;
    count(key, subscription);
}

void Subscriptions::move_cursor(const Key& key, Subscription& subscription, Sequence next,
                                const Moment& moment) {
    subscription.next = next;
    journal::rows::CursorRow row;
    row.set_next_sequence(next.value());
    moment.journal->batch().put(tables::cursors, row_key(key), row.SerializeAsString());
    forget_settled(key, subscription.parked, next, moment);
}

void Subscriptions::give_back(Subscription& subscription, std::size_t bytes) {
    subscription.unacked_bytes -= bytes;
    unacked_bytes_total_ -= bytes;
}

// --- The line --------------------------------------------------------------------------------

void Subscriptions::enqueue(const Key& key, Subscription& subscription) {
    if (subscription.is_ready || !subscription.session) return;
    subscription.is_ready = true;
    ready_.push_back(key);
}

void Subscriptions::set_timer(const Key& key, Subscription& subscription,
                              std::optional<Instant> timer) {
    if (subscription.timer) timers_.erase({*subscription.timer, key});
    subscription.timer = timer;
    if (timer) timers_.emplace(*timer, key);
}

std::optional<Instant> Subscriptions::next_due() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

Subscriptions::Subscription* Subscriptions::find_open(const Key& key, SessionNumber session) {
    const auto found = subscriptions_.find(key);
    if (found == subscriptions_.end() || found->second.session != session) return nullptr;
    return &found->second;
}

void Subscriptions::wake(const std::string& party) {
    for (auto each = subscriptions_.lower_bound(Key{party, ""});
         each != subscriptions_.end() && each->first.first == party; ++each) {
        enqueue(each->first, each->second);
    }
}

// --- How things are --------------------------------------------------------------------------

v1::SubscriptionStatus Subscriptions::status_of(const Key& key,
                                                const Subscription& subscription) const {
    v1::SubscriptionStatus status;
    status.set_party(key.first);
    status.set_name(key.second);
    status.set_next_sequence(subscription.next.value());
    status.set_unacked(static_cast<std::uint32_t>(subscription.in_flight()));
    status.set_open(subscription.session.has_value());
    status.set_parked(static_cast<std::uint32_t>(subscription.parked.size()));
    status.set_parked_for_person(
        static_cast<std::uint32_t>(subscription.parked.count_for_person()));
    status.set_is_stopped(is_stopped(key, subscription));
    return status;
}

std::vector<v1::SubscriptionStatus> Subscriptions::status(std::size_t most) const {
    std::vector<v1::SubscriptionStatus> all;
    for (const bool are_urgent : {true, false}) {
        for (const auto& [key, subscription] : subscriptions_) {
            if (all.size() == most) return all;
            const bool is_urgent =
                subscription.parked.has_for_person() || is_stopped(key, subscription);
            if (is_urgent == are_urgent) all.push_back(status_of(key, subscription));
        }
    }
    return all;
}

}  // namespace jobbro::delivery
