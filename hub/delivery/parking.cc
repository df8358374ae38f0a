// What a Nack leads to, and what people do with parked messages.
#include <algorithm>

#include "hub/delivery/subscriptions.h"
#include "proto/base/limits.h"
#include "proto/contract/body_rules.h"

namespace jobbro::delivery {
namespace {

Result<void> check(const v1::Nack& nack, Instant now) {
    if (nack.verdict() != v1::NACK_VERDICT_RETRY_LATER &&
        nack.verdict() != v1::NACK_VERDICT_GIVE_UP) {
        return Error{ErrorCode::field_out_of_bounds, {}, "verdict"};
    }
    if (nack.reason().size() > limits::nack_reason_bytes_max) {
        return Error{ErrorCode::field_out_of_bounds, {}, "reason"};
    }
    if (contract::holds_cpr(nack.reason(), contract::CprSearch{nullptr, now})) {
        return Error{ErrorCode::cpr_in_text, {}, "reason"};
    }
    return {};
}

google::protobuf::Timestamp timestamp_of(Instant time) {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(time.microseconds / 1000000);
    timestamp.set_nanos(static_cast<std::int32_t>(time.microseconds % 1000000) * 1000);
    return timestamp;
}

v1::ParkedMessage told(Sequence sequence, const Parked& message, Sequence head) {
    v1::ParkedMessage told;
    told.set_sequence(sequence.value());
    *told.mutable_parked_at() = timestamp_of(message.parked_at);
    told.set_attempts(message.attempts);
    if (head != sequence) {
        told.set_waits_for(v1::PARKED_WAIT_EARLIER_MESSAGE);
        told.set_behind_sequence(head.value());
    } else if (message.is_out) {
        told.set_waits_for(v1::PARKED_WAIT_ACK);
    } else if (message.waits_for_person) {
        told.set_waits_for(v1::PARKED_WAIT_PERSON);
    } else {
        told.set_waits_for(v1::PARKED_WAIT_NEXT_ATTEMPT);
        *told.mutable_next_attempt_at() = timestamp_of(message.due);
    }
    return told;
}

}  // namespace

// --- The list --------------------------------------------------------------------------------

void Subscriptions::park(const Key& key, Subscription& subscription, Sequence sequence,
                         const LaneId& lane, const Moment& moment) {
    Parked message;
    message.lane = lane;
    message.parked_at = moment.now;
    message.due = moment.now;
    subscription.parked.add(sequence, message);
    stage_parked(key, sequence, message, moment);
}

void Subscriptions::change(const Key& key, Subscription& subscription, Sequence sequence,
                           const Parked& message, const Moment& moment) {
    subscription.parked.change(sequence, message);
    stage_parked(key, sequence, message, moment);
}

void Subscriptions::leave_list(const Key& key, Subscription& subscription, Sequence sequence,
                               const Moment& moment) {
    const Parked* const message = subscription.parked.find(sequence);
    JOBBRO_ASSERT(message != nullptr);
    if (message->has_reason) erase_reason(key, sequence, moment);
    subscription.parked.remove(sequence);
    if (sequence >= subscription.next) {
        subscription.parked.settle(sequence);
        stage_settled(key, sequence, moment);
    } else {
        erase_parked(key, sequence, moment);
    }
}

// All lists, or those of the party, hold as many together as they may.
bool Subscriptions::is_crowded(const std::string& party) const {
    if (held_total_ >= bounds_.total) return true;
    const auto of_party = held_of_party_.find(party);
    return of_party != held_of_party_.end() && of_party->second >= bounds_.of_party;
}

bool Subscriptions::is_full(const Key& key, const Subscription& subscription) const {
    const std::size_t held = subscription.parked.held();
    return held >= bounds_.of_subscription || (held > 0 && is_crowded(key.first));
}

// With what could have been in flight when there was no more room. What a crowded one held then
// counts, and not what it holds when it is opened: else each reconnect would make room for more.
std::size_t Subscriptions::held_most(const Key& key, const Subscription& subscription) const {
    std::size_t most = bounds_.of_subscription;
    if (is_crowded(key.first)) most = std::min(most, subscription.held_with_room);
    return most + bounds_.in_flight;
}

// What is parked may have to wait for what is still before the cursor (after a reconnect that is
// what was unacked), so the cursor goes on until it has passed the list; by no more than could have
// been in flight when it filled up.
bool Subscriptions::is_stopped(const Key& key, const Subscription& subscription) const {
    if (!is_full(key, subscription)) return false;
    const ParkedList& parked = subscription.parked;
    const bool is_behind = subscription.session && *parked.last() >= subscription.look_from;
    return !is_behind ||
           parked.held() + subscription.unacked.size() >= held_most(key, subscription);
}

v1::ParkedState Subscriptions::state_of(const Key& key, const Subscription& subscription) const {
    v1::ParkedState state;
    state.set_name(key.second);
    state.set_parked(static_cast<std::uint32_t>(subscription.parked.size()));
    state.set_is_stopped(is_stopped(key, subscription));
    return state;
}

// After each change of the list, so that the sums are never behind.
void Subscriptions::count(const Key& key, Subscription& subscription) {
    const std::size_t held = subscription.parked.held();
    parked_total_ += subscription.parked.size() - subscription.counted_parked;
    subscription.counted_parked = subscription.parked.size();
    if (held != subscription.counted_held) count_held(key, subscription);
    if (!is_crowded(key.first) || held < subscription.held_with_room) {
        subscription.held_with_room = held;
    }
    note_stopped(key, subscription);
}

void Subscriptions::count_held(const Key& key, Subscription& subscription) {
    const std::size_t held = subscription.parked.held();
    // Whether the sum fills up or gets room by it.
    const auto turns = [&](std::size_t& sum, std::size_t bound) {
        const bool was_full = sum >= bound;
        sum = sum - subscription.counted_held + held;
        return was_full != (sum >= bound);
    };
    const auto of_party = held_of_party_.try_emplace(key.first, 0).first;
    if (turns(held_total_, bounds_.total)) total_has_turned_ = true;
    if (turns(of_party->second, bounds_.of_party)) parties_turned_.insert(key.first);
    if (of_party->second == 0) held_of_party_.erase(of_party);
    subscription.counted_held = held;
}

// True when that is news.
bool Subscriptions::note_stopped(const Key& key, const Subscription& subscription) {
    if (is_stopped(key, subscription)) return stopped_.insert(key).second;
    return stopped_.erase(key) > 0;
}

// Those that are stopped, or go on, by what others have parked or no longer have: they are counted
// and stand in the line, where they are told.
void Subscriptions::look_at_crowded() {
    const auto look_at = [&](const Key& key, Subscription& subscription) {
        if (subscription.parked.held() == 0) return;
        if (note_stopped(key, subscription)) enqueue(key, subscription);
    };
    if (total_has_turned_) {
        for (auto& [key, subscription] : subscriptions_)
            look_at(key, subscription);
    } else {
        for (const std::string& party : parties_turned_) {
            for (auto each = subscriptions_.lower_bound(Key{party, ""});
                 each != subscriptions_.end() && each->first.first == party; ++each) {
                look_at(each->first, each->second);
            }
        }
    }
    total_has_turned_ = false;
    parties_turned_.clear();
}

// --- Nack and ack ----------------------------------------------------------------------------

Result<void> Subscriptions::ack_parked(const std::string& party, const std::string& name,
                                       SessionNumber session, Sequence sequence,
                                       const Moment& moment) {
    const Key key{party, name};
    Subscription* const subscription = find_open(key, session);
    if (subscription == nullptr) return ErrorCode::subscription_unknown;
    if (!come_back(*subscription, sequence)) return ErrorCode::delivery_unknown;
    if (subscription->parked.find(sequence) != nullptr) {
        leave_list(key, *subscription, sequence, moment);
    }
    count(key, *subscription);
    enqueue(key, *subscription);
    return {};
}

// True when it was out from the list; it is no longer.
bool Subscriptions::come_back(Subscription& subscription, Sequence sequence) {
    const auto found =
        std::find_if(subscription.out.begin(), subscription.out.end(),
                     [&](const auto& each) { return each.second.sequence == sequence; });
    if (found == subscription.out.end()) return false;
    give_back(subscription, found->second.bytes);
    subscription.out_bytes -= found->second.bytes;
    subscription.out.erase(found);
    return true;
}

Result<void> Subscriptions::nack(const std::string& party, const v1::Nack& nack,
                                 SessionNumber session, const Moment& moment) {
    const Key key{party, nack.name()};
    Subscription* const subscription = find_open(key, session);
    if (subscription == nullptr) return ErrorCode::subscription_unknown;
    ++subscription->nacks_taken;
    JOBBRO_TRY(check(nack, moment.now));
    const Sequence sequence{nack.sequence()};
    if (!come_back(*subscription, sequence)) {
        const auto found =
            std::find_if(subscription->unacked.begin(), subscription->unacked.end(),
                         [&](const auto& each) { return each.sequence == sequence; });
        if (found == subscription->unacked.end()) return ErrorCode::delivery_unknown;
        JOBBRO_TRY(park_lane_from(key, *subscription, sequence, LaneId{found->lane}, moment));
    }
    // A person may have dropped it while it was out, or an erasure taken it.
    if (subscription->parked.find(sequence) != nullptr) judge(key, *subscription, nack, moment);
    count(key, *subscription);
    enqueue(key, *subscription);
    return {};
}

// Of the message and what is in flight of its lane after it.
Result<std::set<Sequence>> Subscriptions::erased_in_flight(const Subscription& subscription,
                                                           Sequence sequence, const LaneId& lane,
                                                           const Moment& moment) {
    std::set<Sequence> erased;
    for (const Unacked& each : subscription.unacked) {
        if (each.lane != lane || each.sequence < sequence) continue;
        const auto entry = moment.journal->read(each.sequence);
        if (entry) continue;
        if (entry.error().code != ErrorCode::erased) return entry.error();
        erased.insert(each.sequence);
    }
    return erased;
}

// The message and what is in flight of its lane after it. The receiver has let go of all of it. A
// row of what is erased would bring back who it was about, after the erasure's end.
Result<void> Subscriptions::park_lane_from(const Key& key, Subscription& subscription,
                                           Sequence sequence, const LaneId& lane,
                                           const Moment& moment) {
    JOBBRO_TRY_ASSIGN(const std::set<Sequence> erased,
                      erased_in_flight(subscription, sequence, lane, moment));
    Sequence next = subscription.next;
    std::deque<Unacked> kept;
    for (const Unacked& each : subscription.unacked) {
        if (each.lane != lane || each.sequence < sequence) {
            kept.push_back(each);
            continue;
        }
        give_back(subscription, each.bytes);
        if (!erased.contains(each.sequence)) park(key, subscription, each.sequence, lane, moment);
        if (kept.empty()) next = each.sequence.next();
    }
    subscription.unacked = std::move(kept);
    if (subscription.unacked.empty()) next = subscription.passed_before;
    if (next > subscription.next) move_cursor(key, subscription, next, moment);
    return {};
}

void Subscriptions::judge(const Key& key, Subscription& subscription, const v1::Nack& nack,
                          const Moment& moment) {
    const Sequence sequence{nack.sequence()};
    Parked message = *subscription.parked.find(sequence);
    message.is_out = false;
    message.due = due_after(message.attempts, moment.now);
    message.waits_for_person = nack.verdict() == v1::NACK_VERDICT_GIVE_UP ||
                               message.attempts >= limits::parked_attempts_max;
    if (!nack.reason().empty()) {
        stage_reason(key, sequence, nack.reason(), moment);
    } else if (message.has_reason) {
        erase_reason(key, sequence, moment);
    }
    message.has_reason = !nack.reason().empty();
    change(key, subscription, sequence, message, moment);
}

// --- What is erased --------------------------------------------------------------------------

std::set<Sequence> Subscriptions::parked_in(const LaneId& lane) const {
    std::set<Sequence> all;
    for (const auto& [key, subscription] : subscriptions_) {
        for (const Sequence each : subscription.parked.messages_of(lane))
            all.insert(each);
    }
    return all;
}

void Subscriptions::forget(const LaneId& lane, const std::set<Sequence>& messages,
                           const Moment& moment) {
    for (auto& [key, subscription] : subscriptions_) {
        bool has_any = false;
        for (const Sequence each : subscription.parked.messages_of(lane)) {
            if (!messages.contains(each)) continue;
            leave_list(key, subscription, each, moment);
            has_any = true;
        }
        if (!has_any) continue;
        count(key, subscription);
        enqueue(key, subscription);
    }
}

// --- What people do --------------------------------------------------------------------------

Result<std::vector<Sequence>> Subscriptions::meant_by(
    const std::string& party, const std::string& name, v1::ParkedActKind act,
    const std::optional<std::set<Sequence>>& sequences) const {
    const auto found = subscriptions_.find(Key{party, name});
    if (found == subscriptions_.end()) return ErrorCode::subscription_unknown;
    const ParkedList& parked = found->second.parked;
    std::vector<Sequence> meant;
    if (!sequences) {
        for (const auto& [sequence, message] : parked.messages())
            meant.push_back(sequence);
        return meant;
    }
    std::set<LaneId> lanes;
    for (const Sequence each : *sequences) {
        const Parked* const message = parked.find(each);
        if (message == nullptr) return ErrorCode::parked_unknown;
        lanes.insert(message->lane);
    }
    if (act == v1::PARKED_ACT_KIND_DROP) {
        return std::vector<Sequence>(sequences->begin(), sequences->end());
    }
    for (const LaneId& lane : lanes) {
        const auto messages = parked.messages_of(lane);
        meant.insert(meant.end(), messages.begin(), messages.end());
    }
    std::sort(meant.begin(), meant.end());
    return meant;
}

void Subscriptions::act(const std::string& party, const std::string& name, v1::ParkedActKind act,
                        const std::vector<Sequence>& messages, const Moment& moment) {
    const Key key{party, name};
    Subscription& subscription = subscriptions_.at(key);
    for (const Sequence each : messages) {
        if (act == v1::PARKED_ACT_KIND_RELEASE) {
            release(key, subscription, each, moment);
        } else {
            JOBBRO_ASSERT(act == v1::PARKED_ACT_KIND_DROP);
            leave_list(key, subscription, each, moment);
        }
    }
    count(key, subscription);
    enqueue(key, subscription);
}

void Subscriptions::release(const Key& key, Subscription& subscription, Sequence sequence,
                            const Moment& moment) {
    Parked message = *subscription.parked.find(sequence);
    const bool waits = message.waits_for_person || message.due > moment.now;
    if (message.attempts == 0 && !waits) return;
    message.attempts = 0;
    message.waits_for_person = false;
    message.due = moment.now;
    change(key, subscription, sequence, message, moment);
}

Result<ParkedPage> Subscriptions::parked_page(const std::string& party, const std::string& name,
                                              std::optional<Sequence> after, std::size_t most,
                                              journal::Journal& journal) const {
    const auto found = subscriptions_.find(Key{party, name});
    if (found == subscriptions_.end()) return ErrorCode::subscription_unknown;
    const auto& [key, subscription] = *found;
    const auto& messages = subscription.parked.messages();
    ParkedPage page;
    for (auto each = after ? messages.upper_bound(*after) : messages.begin();
         each != messages.end(); ++each) {
        if (page.messages.size() == most) {
            page.more = true;
            break;
        }
        const auto& [sequence, message] = *each;
        page.messages.push_back(
            told(sequence, message, *subscription.parked.head_of(message.lane)));
        if (!message.has_reason) continue;
        JOBBRO_TRY_ASSIGN(std::string reason, reason_of(key, sequence, journal));
        page.messages.back().set_reason(std::move(reason));
    }
    return page;
}

}  // namespace jobbro::delivery
