#include "adapters/kit/subscriptions.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {
namespace {

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

template <typename Timestamp>
void set_instant(Timestamp& timestamp, Instant instant) {
    // Nanoseconds count forward also before 1970.
    std::int64_t seconds = instant.microseconds / 1'000'000;
    std::int64_t rest = instant.microseconds % 1'000'000;
    if (rest < 0) {
        --seconds;
        rest += 1'000'000;
    }
    timestamp.set_seconds(seconds);
    timestamp.set_nanos(static_cast<std::int32_t>(rest * 1000));
}

}  // namespace

Result<void> SubscriptionSet::add(const std::string& name, SubscribeOptions options) {
    if (!is_subscription_name(name)) {
        return Error{ErrorCode::field_out_of_bounds,
                     "a subscription's name is 1 to 64 of a-z, 0-9, \"-\", \"_\" and \".\"",
                     "name"};
    }
    if (options.credit < 1 || options.credit > limits::credit_max) {
        return Error{ErrorCode::field_out_of_bounds,
                     "credit is 1 to " + std::to_string(limits::credit_max), "credit"};
    }
    if (options.kinds.size() > limits::kinds_of_subscription_max) {
        return Error{ErrorCode::field_out_of_bounds,
                     "at most " + std::to_string(limits::kinds_of_subscription_max) + " kinds",
                     "kinds"};
    }
    if (subscriptions_.count(name) != 0) return ErrorCode::subscription_replaced;
    if (subscriptions_.size() >= limits::subscriptions_per_party_max) {
        return ErrorCode::subscription_limit;
    }
    const BackOff back_off{limits::reconnect_ms_min, limits::reconnect_ms_max,
                           jitter_seed_ + subscriptions_.size()};
    subscriptions_.emplace(name, Subscription{std::move(options), back_off});
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
        close(subscription);
    }
}

// Acks what was handled, then takes leave of it.
void SubscriptionSet::close(Subscription& subscription) {
    subscription.state = State::closing;
    subscription.flow.flush();
    subscription.unsubscribe_due = true;
}

void SubscriptionSet::session_opened() {
    session_is_open_ = true;
}

void SubscriptionSet::session_ended(Instant now) {
    session_is_open_ = false;
    std::vector<std::string> removed;
    for (auto& [name, subscription] : subscriptions_) {
        subscription.flow.restart();
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
    // Once: asked for again, it would take the cursor back each time.
    found->second.options.start.reset();
    news_.push_back(SubscriptionNews{SubscriptionNews::Kind::opened, subscribed.name(),
                                     subscribed.next_sequence(), std::nullopt,
                                     subscribed.parked()});
}

void SubscriptionSet::parked_state(const v1::ParkedState& state) {
    const auto found = subscriptions_.find(state.name());
    if (found == subscriptions_.end() || found->second.state != State::open) return;
    news_.push_back(SubscriptionNews{SubscriptionNews::Kind::parked, state.name(), 0, std::nullopt,
                                     state.parked(), state.is_stopped()});
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
    JOBBRO_TRY_ASSIGN(const auto wires, subscription.flow.take(deliveries));
    to_handle.reserve(wires.size());
    for (const v1::Delivery* wire : wires) {
        to_handle.push_back(NumberedDelivery{delivery_from_wire(deliveries.name(), *wire),
                                             subscription.opening,
                                             subscription.options.on_failure});
    }
    return to_handle;
}

void SubscriptionSet::handled(const DeliveryPlace& place) {
    const auto found = subscriptions_.find(place.subscription);
    if (found == subscriptions_.end()) return;
    Subscription& subscription = found->second;
    if (subscription.opening != place.opening) return subscription.flow.remember(place.sequence);
    if (subscription.flow.handled(place.sequence, place.attempt)) subscription.back_off.reset();
}

// After an Unsubscribe the hub knows nothing any more that an Ack could be about.
bool SubscriptionSet::may_ack(const Subscription& subscription) {
    return subscription.state == State::open ||
           (subscription.state == State::closing && subscription.unsubscribe_due);
}

void SubscriptionSet::failed(const DeliveryPlace& place, const Error& error, Instant now) {
    const auto found = subscriptions_.find(place.subscription);
    if (found == subscriptions_.end() || found->second.opening != place.opening) return;
    Subscription& subscription = found->second;
    if (subscription.state != State::open) return;
    if (is_parked(subscription.options.on_failure, error)) {
        subscription.flow.nack(place.sequence, place.attempt, error);
        return;
    }
    close(subscription);
    subscription.resume_at = now;
    news_.push_back(
        SubscriptionNews{SubscriptionNews::Kind::stopped, place.subscription, 0, error});
}

void SubscriptionSet::pause(Subscription& subscription, Instant now) {
    subscription.state = State::paused;
    subscription.opening = 0;
    subscription.flow.restart();
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
        subscription.flow.flush();
    }
}

v1::ClientFrame SubscriptionSet::subscribe_frame(const std::string& name,
                                                 const SubscribeOptions& options) {
    v1::ClientFrame frame;
    v1::Subscribe& subscribe = *frame.mutable_subscribe();
    subscribe.set_name(name);
    subscribe.set_credit(options.credit);
    for (const v1::MessageKind kind : options.kinds)
        subscribe.add_kinds(kind);
    subscribe.set_form(options.form);
    if (!options.start) return frame;
    if (const auto* sequence = std::get_if<Sequence>(&*options.start)) {
        subscribe.set_from_sequence(sequence->value());
    } else if (const auto* instant = std::get_if<Instant>(&*options.start)) {
        set_instant(*subscribe.mutable_from_time(), *instant);
    } else {
        subscribe.mutable_from_beginning();
    }
    return frame;
}

std::optional<v1::ClientFrame> SubscriptionSet::next_frame() {
    if (!session_is_open_) return std::nullopt;
    for (auto& [name, subscription] : subscriptions_) {
        if (subscription.state == State::wanted && !is_leaving_) {
            subscription.state = State::opening;
            subscription.opening = ++openings_;
            subscription.asked = openings_;
            subscription.flow.restart();
            return subscribe_frame(name, subscription.options);
        }
        if (may_ack(subscription)) {
            if (auto frame = subscription.flow.next_frame(name)) return frame;
        }
        if (subscription.unsubscribe_due) {
            subscription.unsubscribe_due = false;
            v1::ClientFrame frame;
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
