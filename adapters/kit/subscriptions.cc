#include "adapters/kit/subscriptions.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {
namespace {

constexpr std::uint32_t handled_before_ack_max = 64;

bool is_subscription_name(const std::string& name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    return !name.empty() && name.size() <= limits::subscription_name_bytes_max &&
           std::all_of(name.begin(), name.end(), is_allowed);
}

// What the hub may answer a Subscribe with. It is never busy with one; a newer hub may be.
bool concerns_subscribing(ErrorCode code) {
    return code == ErrorCode::field_out_of_bounds || code == ErrorCode::subscription_limit ||
           code == ErrorCode::role_not_allowed || code == ErrorCode::busy;
}

Delivery to_delivery(const std::string& name, const v1::Delivery& wire) {
    Delivery delivery;
    delivery.subscription = name;
    delivery.sequence = Sequence{wire.sequence()};
    delivery.recorded_at =
        Instant{wire.recorded_at().seconds() * 1'000'000 + wire.recorded_at().nanos() / 1000};
    delivery.envelope = wire.envelope();
    delivery.findings.assign(wire.findings().begin(), wire.findings().end());
    return delivery;
}

}  // namespace

Result<void> SubscriptionSet::add(const std::string& name, std::uint32_t credit) {
    if (!is_subscription_name(name)) {
        return Error{ErrorCode::field_out_of_bounds,
                     "a subscription's name is 1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\"",
                     "name"};
    }
    if (credit < 1 || credit > limits::credit_max) {
        return Error{ErrorCode::field_out_of_bounds,
                     "credit is 1 to " + std::to_string(limits::credit_max), "credit"};
    }
    if (subscriptions_.count(name) != 0) return ErrorCode::subscription_replaced;
    if (subscriptions_.size() >= limits::subscriptions_per_party_max) {
        return ErrorCode::subscription_limit;
    }
    const BackOff back_off{limits::reconnect_ms_min, limits::reconnect_ms_max,
                           jitter_seed_ + subscriptions_.size()};
    subscriptions_.emplace(name, Subscription{credit, back_off});
    return {};
}

void SubscriptionSet::remove(const std::string& name) {
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return;
    Subscription& subscription = found->second;
    subscription.is_removed = true;
    if (subscription.state == State::wanted || subscription.state == State::paused) {
        end(name, std::nullopt);
    } else if (subscription.state != State::closing) {
        subscription.state = State::closing;
        subscription.ack_due = subscription.unacked > 0;
        subscription.unsubscribe_due = true;
    }
}

void SubscriptionSet::session_opened() {
    session_is_open_ = true;
}

void SubscriptionSet::session_ended(Instant now) {
    session_is_open_ = false;
    std::vector<std::string> removed;
    for (auto& [name, subscription] : subscriptions_) {
        subscription.outstanding = 0;
        subscription.unacked = 0;
        subscription.ack_due = false;
        subscription.unsubscribe_due = false;
        subscription.opening = 0;
        if (subscription.is_removed) {
            removed.push_back(name);
        } else if (subscription.state == State::closing) {
            pause(subscription, now);
        } else if (subscription.state != State::paused) {
            subscription.state = State::wanted;
        }
    }
    for (const std::string& name : removed)
        end(name, std::nullopt);
}

void SubscriptionSet::subscribed(const v1::Subscribed& subscribed) {
    const auto found = subscriptions_.find(subscribed.name());
    if (found == subscriptions_.end() || found->second.state != State::opening) return;
    found->second.state = State::open;
    news_.push_back(SubscriptionNews{SubscriptionNews::Kind::opened, subscribed.name(),
                                     subscribed.next_sequence(), std::nullopt});
}

void SubscriptionSet::closed(const v1::SubscriptionEnded& closed, Instant now) {
    const auto found = subscriptions_.find(closed.name());
    if (found == subscriptions_.end()) return;
    Subscription& subscription = found->second;
    if (subscription.state == State::wanted || subscription.state == State::paused) return;
    subscription.opening = 0;
    if (closed.code() == v1::ERROR_CODE_UNSPECIFIED) {
        if (subscription.is_removed) {
            end(closed.name(), std::nullopt);
        } else {
            pause(subscription, now);
        }
        return;
    }
    Error error = error_from_wire(closed.code(), v1::DISPOSITION_UNSPECIFIED, {});
    if (may_be_retried(v1::DISPOSITION_UNSPECIFIED, error.code) && !subscription.is_removed) {
        pause(subscription, now);
        news_.push_back(
            SubscriptionNews{SubscriptionNews::Kind::stopped, closed.name(), 0, std::move(error)});
    } else {
        end(closed.name(), std::move(error));
    }
}

bool SubscriptionSet::refused(const Error& error, bool retry, Instant now) {
    if (!concerns_subscribing(error.code)) return false;
    auto first = subscriptions_.end();
    for (auto it = subscriptions_.begin(); it != subscriptions_.end(); ++it) {
        if (it->second.state != State::opening) continue;
        if (first == subscriptions_.end() || it->second.asked < first->second.asked) first = it;
    }
    if (first == subscriptions_.end()) return false;
    if (retry) {
        pause(first->second, now);
        news_.push_back(SubscriptionNews{SubscriptionNews::Kind::stopped, first->first, 0, error});
    } else {
        end(first->first, error);
    }
    return true;
}

Result<std::vector<NumberedDelivery>> SubscriptionSet::delivered(const v1::Deliveries& deliveries) {
    std::vector<NumberedDelivery> to_handle;
    const auto found = subscriptions_.find(deliveries.name());
    // On its way when we closed the subscription: it comes again when that is opened again.
    if (found == subscriptions_.end() || found->second.state != State::open) return to_handle;
    Subscription& subscription = found->second;
    for (const v1::Delivery& wire : deliveries.deliveries()) {
        const Sequence sequence{wire.sequence()};
        if (subscription.outstanding + subscription.unacked >= subscription.credit) {
            return Error{ErrorCode::frame_malformed, "more deliveries than the credit"};
        }
        if (subscription.last_delivered && sequence <= *subscription.last_delivered) {
            return Error{ErrorCode::frame_malformed, "deliveries out of order"};
        }
        subscription.last_delivered = sequence;
        if (subscription.last_handled && sequence <= *subscription.last_handled) {
            count_handled(subscription);
            continue;
        }
        ++subscription.outstanding;
        to_handle.push_back(
            NumberedDelivery{to_delivery(deliveries.name(), wire), subscription.opening});
    }
    return to_handle;
}

void SubscriptionSet::handled(const std::string& name, std::uint64_t opening, Sequence sequence) {
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end()) return;
    Subscription& subscription = found->second;
    if (!subscription.last_handled || *subscription.last_handled < sequence) {
        subscription.last_handled = sequence;
    }
    if (subscription.opening != opening || subscription.outstanding == 0) return;
    --subscription.outstanding;
    subscription.back_off.reset();
    count_handled(subscription);
}

// After an Unsubscribe the hub knows nothing any more that an Ack could be about.
bool SubscriptionSet::may_ack(const Subscription& subscription) {
    return subscription.state == State::open ||
           (subscription.state == State::closing && subscription.unsubscribe_due);
}

void SubscriptionSet::count_handled(Subscription& subscription) {
    ++subscription.unacked;
    if (!may_ack(subscription)) return;
    const std::uint32_t enough =
        std::min(handled_before_ack_max, std::max(1U, subscription.credit / 2));
    if (subscription.outstanding == 0 || subscription.unacked >= enough) {
        subscription.ack_due = true;
    }
}

void SubscriptionSet::failed(const std::string& name, std::uint64_t opening, const Error& error,
                             Instant now) {
    const auto found = subscriptions_.find(name);
    if (found == subscriptions_.end() || found->second.opening != opening) return;
    Subscription& subscription = found->second;
    if (subscription.state != State::open) return;
    subscription.state = State::closing;
    subscription.ack_due = subscription.unacked > 0;
    subscription.unsubscribe_due = true;
    subscription.resume_at = now;
    news_.push_back(SubscriptionNews{SubscriptionNews::Kind::stopped, name, 0, error});
}

void SubscriptionSet::pause(Subscription& subscription, Instant now) {
    subscription.state = State::paused;
    subscription.opening = 0;
    subscription.outstanding = 0;
    subscription.unacked = 0;
    subscription.ack_due = false;
    subscription.unsubscribe_due = false;
    subscription.resume_at = now.plus_ms(subscription.back_off.next_ms());
}

void SubscriptionSet::end(const std::string& name, std::optional<Error> error) {
    news_.push_back(SubscriptionNews{SubscriptionNews::Kind::ended, name, 0, std::move(error)});
    // A copy: the name may be the key that goes away.
    const std::string key = name;
    subscriptions_.erase(key);
}

void SubscriptionSet::tick(Instant now) {
    for (auto& [name, subscription] : subscriptions_) {
        if (subscription.state == State::paused && subscription.resume_at <= now) {
            subscription.state = State::wanted;
        }
    }
}

std::optional<Instant> SubscriptionSet::next_due() const {
    std::optional<Instant> due;
    for (const auto& [name, subscription] : subscriptions_) {
        if (subscription.state != State::paused) continue;
        if (!due || subscription.resume_at < *due) due = subscription.resume_at;
    }
    return due;
}

void SubscriptionSet::leave() {
    is_leaving_ = true;
    for (auto& [name, subscription] : subscriptions_) {
        if (subscription.unacked > 0 && may_ack(subscription)) subscription.ack_due = true;
    }
}

std::optional<v1::ClientFrame> SubscriptionSet::next_frame() {
    if (!session_is_open_) return std::nullopt;
    v1::ClientFrame frame;
    for (auto& [name, subscription] : subscriptions_) {
        if (subscription.state == State::wanted && !is_leaving_) {
            subscription.state = State::opening;
            subscription.opening = ++openings_;
            subscription.asked = openings_;
            subscription.last_delivered.reset();
            frame.mutable_subscribe()->set_name(name);
            frame.mutable_subscribe()->set_credit(subscription.credit);
            return frame;
        }
        if (subscription.ack_due) {
            // Never beyond what this opening has delivered.
            const Sequence up_to =
                std::min(*subscription.last_handled, *subscription.last_delivered);
            subscription.ack_due = false;
            subscription.unacked = 0;
            frame.mutable_ack()->set_name(name);
            frame.mutable_ack()->set_sequence(up_to.value());
            return frame;
        }
        if (subscription.unsubscribe_due) {
            subscription.unsubscribe_due = false;
            frame.mutable_unsubscribe()->set_name(name);
            return frame;
        }
    }
    return std::nullopt;
}

std::vector<SubscriptionNews> SubscriptionSet::take_news() {
    return std::exchange(news_, {});
}

}  // namespace jobbro::kit
