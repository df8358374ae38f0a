#include "hub/delivery/subscriptions.h"

#include <algorithm>

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::delivery {
namespace {

namespace tables = journal::log_table;

// How many entries one subscription may get before the next one's turn.
constexpr std::size_t share_of_turn = 128;

Bytes cursor_key(const std::string& party, const std::string& name) {
    Bytes key = party;
    key.push_back('\0');
    key += name;
    return key;
}

Bytes cursor_row(Sequence next) {
    journal::rows::CursorRow row;
    row.set_next_sequence(next.value());
    return row.SerializeAsString();
}

v1::Delivery delivery_of(const journal::OpenedEntry& entry) {
    v1::Delivery delivery;
    delivery.set_sequence(entry.sequence.value());
    auto& time = *delivery.mutable_recorded_at();
    time.set_seconds(entry.recorded_at.microseconds / 1000000);
    time.set_nanos(static_cast<std::int32_t>(entry.recorded_at.microseconds % 1000000) * 1000);
    delivery.set_envelope(entry.body);
    *delivery.mutable_findings() = entry.index.findings();
    return delivery;
}

}  // namespace

Result<Subscriptions> Subscriptions::open(const store::Store& log) {
    Subscriptions subscriptions;
    bool whole = true;
    JOBBRO_TRY(log.scan(tables::cursors, {}, [&](BytesView key, BytesView value) {
        journal::rows::CursorRow row;
        const std::size_t end = key.find('\0');
        whole = end != BytesView::npos &&
                row.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (!whole) return false;
        Subscription& subscription =
            subscriptions
                .subscriptions_[Key{Bytes{key.substr(0, end)}, Bytes{key.substr(end + 1)}}];
        subscription.next = Sequence{row.next_sequence()};
        return true;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a cursor's row"};
    return subscriptions;
}

Result<Opened> Subscriptions::subscribe(const std::string& party, const std::string& name,
                                        std::uint32_t credit, SessionNumber session,
                                        store::Batch& batch) {
    const Key key{party, name};
    auto found = subscriptions_.find(key);
    if (found == subscriptions_.end()) {
        const auto first = subscriptions_.lower_bound(Key{party, ""});
        std::size_t count = 0;
        for (auto each = first; each != subscriptions_.end() && each->first.first == party;
             ++each) {
            ++count;
        }
        if (count >= limits::subscriptions_per_party_max) return ErrorCode::subscription_limit;
        found = subscriptions_.emplace(key, Subscription{}).first;
        batch.put(tables::cursors, cursor_key(party, name), cursor_row(Sequence{0}));
    }
    Subscription& subscription = found->second;
    Opened opened{subscription.next, std::nullopt};
    if (subscription.session && *subscription.session != session) {
        opened.replaced = subscription.session;
    }
    close(key, subscription);
    subscription.session = session;
    subscription.credit = credit;
    subscription.look_from = subscription.next;
    enqueue(key, subscription);
    return opened;
}

Result<void> Subscriptions::ack(const std::string& party, const std::string& name,
                                SessionNumber session, Sequence sequence, store::Batch& batch) {
    const Key key{party, name};
    Subscription* const subscription = find_open(key, session);
    if (subscription == nullptr) return ErrorCode::subscription_unknown;
    if (sequence < subscription->next) return {};
    if (subscription->unacked.empty() || sequence > subscription->unacked.back().sequence) {
        return ErrorCode::ack_ahead;
    }
    while (!subscription->unacked.empty() && subscription->unacked.front().sequence <= sequence) {
        subscription->unacked_bytes -= subscription->unacked.front().bytes;
        unacked_bytes_total_ -= subscription->unacked.front().bytes;
        subscription->unacked.pop_front();
    }
    subscription->next = sequence.next();
    batch.put(tables::cursors, cursor_key(party, name), cursor_row(subscription->next));
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

void Subscriptions::close(const Key& key, Subscription& subscription) {
    unacked_bytes_total_ -= subscription.unacked_bytes;
    subscription.unacked.clear();
    subscription.unacked_bytes = 0;
    subscription.session.reset();
    if (subscription.is_ready) std::erase(ready_, key);
    subscription.is_ready = false;
}

void Subscriptions::enqueue(const Key& key, Subscription& subscription) {
    if (subscription.is_ready) return;
    subscription.is_ready = true;
    ready_.push_back(key);
}

Subscriptions::Subscription* Subscriptions::find_open(const Key& key, SessionNumber session) {
    const auto found = subscriptions_.find(key);
    if (found == subscriptions_.end() || found->second.session != session) return nullptr;
    return &found->second;
}

void Subscriptions::wake(const std::string& party) {
    for (auto each = subscriptions_.lower_bound(Key{party, ""});
         each != subscriptions_.end() && each->first.first == party; ++each) {
        if (each->second.session) enqueue(each->first, each->second);
    }
}

Result<Subscriptions::Collected> Subscriptions::collect(journal::Journal& journal,
                                                        const MayReceive& may_receive) {
    Collected collected;
    std::size_t budget = limits::deliveries_per_turn_max;
    // Each ready subscription is looked at once; those with more to say go to the back of the line.
    for (std::size_t left = ready_.size(); left > 0 && budget > 0; --left) {
        const Key key = ready_.front();
        ready_.pop_front();
        auto done = collect_one(key, journal, may_receive, budget, collected.outgoing);
        if (done) continue;
        if (done.error().code == ErrorCode::store_failed) return std::move(done).error();
        Subscription& subscription = subscriptions_.at(key);
        collected.damaged.push_back({*subscription.session, key.second, std::move(done).error()});
        close(key, subscription);
    }
    return collected;
}

Result<void> Subscriptions::collect_one(const Key& key, journal::Journal& journal,
                                        const MayReceive& may_receive, std::size_t& budget,
                                        std::vector<Outgoing>& out) {
    Subscription& subscription = subscriptions_.at(key);
    subscription.is_ready = false;
    const std::size_t credit_left = subscription.credit - subscription.unacked.size();
    const std::size_t most = std::min({credit_left, budget, share_of_turn});
    if (most == 0) return {};  // an ack puts it back in the line
    JOBBRO_TRY_ASSIGN(const auto routed,
                      journal.routing().next(key.first, subscription.look_from, most));
    std::size_t frame_bytes = limits::delivery_frame_bytes_max;
    for (const Sequence each : routed) {
        // Waits for an ack of its own. One message at a time goes out to everybody, so that those
        // who do not ack keep nobody else waiting.
        const bool is_full = subscription.unacked_bytes >= limits::unacked_bytes_max ||
                             unacked_bytes_total_ >= limits::unacked_bytes_total_max;
        if (is_full && !subscription.unacked.empty()) return {};
        JOBBRO_TRY_ASSIGN(const auto entry, journal.read(each));
        subscription.look_from = each.next();
        if (!may_receive(key.first, *entry)) continue;
        v1::Delivery delivery = delivery_of(*entry);
        const std::size_t bytes = delivery.ByteSizeLong();
        if (frame_bytes + bytes > limits::delivery_frame_bytes_max) {
            out.push_back({*subscription.session, {}});
            out.back().deliveries.set_name(key.second);
            frame_bytes = 0;
        }
        *out.back().deliveries.add_deliveries() = std::move(delivery);
        frame_bytes += bytes;
        subscription.unacked.push_back({each, bytes});
        subscription.unacked_bytes += bytes;
        unacked_bytes_total_ += bytes;
        --budget;
    }
    if (routed.size() == most) enqueue(key, subscription);
    return {};
}

std::vector<v1::SubscriptionStatus> Subscriptions::status(std::size_t most) const {
    std::vector<v1::SubscriptionStatus> all;
    for (const auto& [key, subscription] : subscriptions_) {
        if (all.size() == most) break;
        v1::SubscriptionStatus& status = all.emplace_back();
        status.set_party(key.first);
        status.set_name(key.second);
        status.set_next_sequence(subscription.next.value());
        status.set_unacked(static_cast<std::uint32_t>(subscription.unacked.size()));
        status.set_open(subscription.session.has_value());
    }
    return all;
}

}  // namespace jobbro::delivery
