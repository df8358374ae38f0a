// What goes out in a turn.
#include <algorithm>

#include "hub/delivery/subscriptions.h"
#include "proto/base/limits.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/digest.h"

namespace jobbro::delivery {
namespace {

// How many entries may be looked at for one subscription before the next one's turn.
constexpr std::size_t share_of_turn = 128;

LaneId lane_of(const journal::OpenedEntry& entry) {
    const Bytes& subject = entry.index.subject_id();
    if (subject.size() == lane_bytes) return array_of<lane_bytes>(subject);
    const auto digest = evidence::sha256("jobbro lane of a sender: " + entry.sender);
    return array_of<lane_bytes>(view(digest).substr(0, lane_bytes));
}

// The lane as the party sees it: the same within an opening, and telling nothing outside of it.
std::uint64_t number_of(const LaneId& lane, const ByteArray<16>& salt) {
    const auto digest = evidence::sha256(Bytes{view(salt)} + Bytes{view(lane)});
    return read_big_endian<std::uint64_t>(view(digest));
}

}  // namespace

v1::Notification notification_of(const journal::OpenedEntry& entry) {
    v1::Notification notification;
    notification.set_kind(entry.index.kind());
    notification.set_sender(entry.sender);
    notification.set_message_id(contract::uuid_text(entry.message_id));
    if (entry.index.order_id().size() == 16) {
        notification.set_order_id(contract::uuid_text(array_of<16>(entry.index.order_id())));
    }
    return notification;
}

v1::Delivery delivery_of(const journal::OpenedEntry& entry, v1::DeliveryForm form) {
    v1::Delivery delivery;
    delivery.set_sequence(entry.sequence.value());
    auto& time = *delivery.mutable_recorded_at();
    time.set_seconds(entry.recorded_at.microseconds / 1000000);
    time.set_nanos(static_cast<std::int32_t>(entry.recorded_at.microseconds % 1000000) * 1000);
    *delivery.mutable_findings() = entry.index.findings();
    if (form == v1::DELIVERY_FORM_THIN) {
        *delivery.mutable_notification() = notification_of(entry);
    } else {
        delivery.set_envelope(entry.body);
    }
    return delivery;
}

struct Subscriptions::Pass {
    const Key& key;
    Subscription& subscription;
    const MayReceive& may_receive;
    const Moment& moment;
    Collected& collected;
    std::size_t& budget;  // of the turn, in entries looked at
    std::size_t share = share_of_turn;
    std::size_t frame_bytes = limits::delivery_frame_bytes_max;  // so that a frame is begun
    bool has_redelivered = false;
    bool has_followed = false;
    bool was_stopped = false;  // with something to follow
    bool goes_on = false;      // there may be more for it in the next turn

    [[nodiscard]] std::size_t left() const { return std::min(share, budget); }
    void looked_at_one() {
        --share;
        --budget;
    }
};

Result<Subscriptions::Collected> Subscriptions::collect(const MayReceive& may_receive,
                                                        const Moment& moment) {
    while (!timers_.empty() && timers_.begin()->first <= moment.now) {
        const Key key = timers_.begin()->second;
        Subscription& subscription = subscriptions_.at(key);
        set_timer(key, subscription, std::nullopt);
        enqueue(key, subscription);
    }
    look_at_crowded();
    Collected collected;
    std::size_t budget = limits::deliveries_per_turn_max;
    // Each ready subscription is looked at once; those with more to say go to the back of the line.
    for (std::size_t left = ready_.size(); left > 0 && budget > 0; --left) {
        const Key key = ready_.front();
        ready_.pop_front();
        Subscription& subscription = subscriptions_.at(key);
        subscription.is_ready = false;
        Pass pass{key, subscription, may_receive, moment, collected, budget};
        auto done = collect_one(pass);
        if (done) continue;
        if (done.error().code == ErrorCode::store_failed) return std::move(done).error();
        collected.damaged.push_back({*subscription.session, key.second, std::move(done).error()});
        close(key, subscription);
    }
    look_at_crowded();
    return collected;
}

Result<void> Subscriptions::collect_one(Pass& pass) {
    Subscription& subscription = pass.subscription;
    const Sequence looked_from = subscription.look_from;
    if (subscription.parked_goes_first) JOBBRO_TRY(redeliver(pass));
    JOBBRO_TRY(follow(pass));
    if (!subscription.parked_goes_first) JOBBRO_TRY(redeliver(pass));
    if (pass.has_redelivered || pass.has_followed) {
        subscription.parked_goes_first = !pass.has_redelivered;
    }
    if (subscription.unacked.empty() && subscription.passed_before > subscription.next) {
        move_cursor(pass.key, subscription, subscription.passed_before, pass.moment);
    }
    count(pass.key, subscription);
    const bool is_stopped_now = is_stopped(pass.key, subscription);
    // The cursor may have moved past what was settled, which made room.
    if (pass.was_stopped && !is_stopped_now) pass.goes_on = true;
    if (is_stopped_now != subscription.told_stopped) {
        subscription.told_stopped = is_stopped_now;
        pass.collected.states.emplace_back(*subscription.session, state_of(pass.key, subscription));
    }
    set_timer(pass.key, subscription, subscription.parked.next_due_after(pass.moment.now));
    // What is parked may have waited for the cursor to get past it.
    const auto& due = subscription.parked.due();
    const bool has_due = !due.empty() && due.begin()->first <= pass.moment.now;
    if (pass.goes_on || (has_due && looked_from != subscription.look_from)) {
        enqueue(pass.key, subscription);
    }
    return {};
}

// One message at a time goes out to everybody, so that those who do not ack keep nobody else
// waiting.
bool Subscriptions::has_room(const Subscription& subscription) const {
    const std::size_t in_flight = subscription.in_flight();
    const bool is_heavy = subscription.unacked_bytes >= limits::unacked_bytes_max ||
                          unacked_bytes_total_ >= limits::unacked_bytes_total_max;
    return in_flight < subscription.opening.credit && (in_flight == 0 || !is_heavy);
}

// Null when its content is erased: then it is nobody's any more.
Result<std::shared_ptr<const journal::OpenedEntry>> Subscriptions::read(Pass& pass,
                                                                        Sequence sequence) {
    auto entry = pass.moment.journal->read(sequence);
    if (!entry && entry.error().code != ErrorCode::erased) return std::move(entry).error();
    pass.looked_at_one();
    return entry ? *std::move(entry) : nullptr;
}

// --- From the parked list --------------------------------------------------------------------

Result<void> Subscriptions::redeliver(Pass& pass) {
    Subscription& subscription = pass.subscription;
    const auto& due = subscription.parked.due();
    if (due.empty() || due.begin()->first > pass.moment.now) return {};
    const std::size_t most_out = std::max<std::size_t>(1, subscription.opening.credit / 2);
    std::set<LaneId> lanes_unacked;
    for (const Unacked& each : subscription.unacked)
        lanes_unacked.insert(each.lane);
    for (auto each = due.begin(); each != due.end() && each->first <= pass.moment.now;) {
        if (subscription.out.size() >= most_out || !has_room(subscription)) return {};
        if (!subscription.out.empty() && subscription.out_bytes >= limits::unacked_bytes_max / 2) {
            return {};
        }
        if (pass.left() == 0) {
            pass.goes_on = true;
            return {};
        }
        const Sequence head = each->second;
        ++each;  // it leaves what is due, and nothing else does
        const LaneId& lane = subscription.parked.find(head)->lane;
        // Whatever of the lane is out or still before the cursor is earlier.
        if (head >= subscription.look_from || lanes_unacked.contains(lane) ||
            subscription.out.contains(lane)) {
            continue;
        }
        JOBBRO_TRY(redeliver_head(pass, head));
    }
    return {};
}

Result<void> Subscriptions::redeliver_head(Pass& pass, Sequence sequence) {
    Subscription& subscription = pass.subscription;
    JOBBRO_TRY_ASSIGN(const auto entry, read(pass, sequence));
    if (entry == nullptr) {
        leave_list(pass.key, subscription, sequence, pass.moment);
        pass.goes_on = true;  // for the next of its lane
        return {};
    }
    Parked message = *subscription.parked.find(sequence);
    JOBBRO_TRY_ASSIGN(const bool may_have, pass.may_receive(pass.key.first, *entry));
    if (!may_have) {
        // It may have it again: a grant that has run out can be renewed. Not an attempt.
        message.due = pass.moment.now.plus_ms(limits::parked_delay_s_max * 1000);
        change(pass.key, subscription, sequence, message, pass.moment);
        return {};
    }
    count_attempt(message, pass.moment.now);
    change(pass.key, subscription, sequence, message, pass.moment);
    v1::Delivery delivery = delivery_of(*entry, subscription.opening.form);
    delivery.set_attempt(message.attempts);
    delivery.set_lane(number_of(message.lane, subscription.salt));
    const std::size_t bytes = delivery.ByteSizeLong();
    subscription.out.emplace(message.lane, Out{sequence, bytes});
    subscription.out_bytes += bytes;
    send(pass, std::move(delivery));
    pass.has_redelivered = true;
    ++pass.collected.redeliveries;
    return {};
}

// --- By way of the cursor --------------------------------------------------------------------

Result<void> Subscriptions::follow(Pass& pass) {
    Subscription& subscription = pass.subscription;
    // An ack, or room in the list, puts it back in the line.
    if (!has_room(subscription)) return {};
    if (is_stopped(pass.key, subscription)) {
        pass.was_stopped = true;
        return {};
    }
    const std::size_t most = pass.left();
    if (most == 0) {
        pass.goes_on = true;
        return {};
    }
    JOBBRO_TRY_ASSIGN(const auto routed, pass.moment.journal->routing().next(
                                             pass.key.first, subscription.look_from, most));
    for (const Sequence each : routed) {
        const ParkedList& parked = subscription.parked;
        if (parked.find(each) != nullptr || parked.is_settled(each)) {
            subscription.look_from = each.next();
            subscription.passed_before = each.next();
            continue;
        }
        if (!has_room(subscription)) return {};
        if (is_stopped(pass.key, subscription)) {
            pass.was_stopped = true;
            return {};
        }
        JOBBRO_TRY(take_in(pass, each));
    }
    pass.goes_on = pass.goes_on || routed.size() == most;
    return {};
}

Result<void> Subscriptions::take_in(Pass& pass, Sequence sequence) {
    Subscription& subscription = pass.subscription;
    JOBBRO_TRY_ASSIGN(const auto entry, read(pass, sequence));
    // Nothing between is kept from the party, for now.
    const bool is_passed_up_to_here = subscription.passed_before == subscription.look_from;
    subscription.look_from = sequence.next();
    if (entry == nullptr) {
        if (is_passed_up_to_here) subscription.passed_before = sequence.next();
        return {};
    }
    const auto& kinds = subscription.opening.kinds;
    const bool is_wanted =
        kinds.empty() || std::find(kinds.begin(), kinds.end(), entry->index.kind()) != kinds.end();
    if (!is_wanted) {
        if (is_passed_up_to_here) subscription.passed_before = sequence.next();
        return {};
    }
    JOBBRO_TRY_ASSIGN(const bool may_have, pass.may_receive(pass.key.first, *entry));
    if (!may_have) return {};
    const LaneId lane = lane_of(*entry);
    const auto head = subscription.parked.head_of(lane);
    const auto out = subscription.out.find(lane);
    subscription.passed_before = sequence.next();
    if ((head && *head < sequence) || out != subscription.out.end()) {
        park(pass.key, subscription, sequence, lane, pass.moment);
        count(pass.key, subscription);
        return {};
    }
    v1::Delivery delivery = delivery_of(*entry, subscription.opening.form);
    delivery.set_lane(number_of(lane, subscription.salt));
    subscription.unacked.push_back({sequence, delivery.ByteSizeLong(), lane});
    subscription.delivered_before = sequence.next();
    send(pass, std::move(delivery));
    pass.has_followed = true;
    return {};
}

void Subscriptions::send(Pass& pass, v1::Delivery delivery) {
    Subscription& subscription = pass.subscription;
    const std::size_t bytes = delivery.ByteSizeLong();
    subscription.unacked_bytes += bytes;
    unacked_bytes_total_ += bytes;
    count_delivery(pass.key, subscription, Sequence{delivery.sequence()}, pass.moment.now);
    auto& outgoing = pass.collected.outgoing;
    if (pass.frame_bytes + bytes > limits::delivery_frame_bytes_max) {
        outgoing.push_back({*subscription.session, {}});
        outgoing.back().deliveries.set_name(pass.key.second);
        outgoing.back().deliveries.set_nacks_taken(subscription.nacks_taken);
        pass.frame_bytes = 0;
    }
    *outgoing.back().deliveries.add_deliveries() = std::move(delivery);
    pass.frame_bytes += bytes;
}

}  // namespace jobbro::delivery
