// The party's durable subscriptions as the client sees them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/back_off.h"
#include "adapters/kit/delivery_flow.h"
#include "adapters/kit/messages.h"
#include "adapters/kit/subscribe_options.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/base/limits.h"

namespace jobbro::kit {

// Names one delivery of one opening of a subscription: what is left of an earlier opening will come
// again and need not be handled.
struct DeliveryPlace {
    std::string subscription;
    std::uint64_t opening = 0;
    Sequence sequence;
    std::uint32_t attempt = 0;
};

// A delivery to be handled.
struct NumberedDelivery {
    Delivery delivery;
    std::uint64_t opening = 0;
    OnFailure on_failure = OnFailure::stop;

    [[nodiscard]] DeliveryPlace place() const {
        return {delivery.subscription, opening, delivery.sequence, delivery.attempt};
    }
};

// Something became of a subscription.
struct SubscriptionNews {
    enum class Kind { opened, stopped, ended, parked };
    Kind kind;
    std::string name;
    // opened: deliveries start after this many entries.
    std::uint64_t next_sequence = 0;
    // stopped: the handler's error, tried again later; ended: why it is over, none when asked for.
    std::optional<Error> error;
    // opened, parked: how many messages are parked at the hub.
    std::uint32_t parked = 0;
    // parked: so many that nothing comes by way of the cursor until some are handled or dropped.
    bool is_stopped = false;
};

// Keeps subscriptions open across sessions and acks what was handled, as DeliveryFlow says. After a
// failed handling, by OnFailure: nothing more is acked, and the subscription is closed and opened
// again after a while, so that the message comes again; or the message is given back with a Nack.
// Pure; instants come from one clock that never steps back. Thread: one at a time.
class SubscriptionSet {
  public:
    explicit SubscriptionSet(std::uint64_t jitter_seed) : jitter_seed_(jitter_seed) {}

    // Errors: field_out_of_bounds (name, credit or kinds), subscription_replaced when the name is
    // open here already, subscription_limit.
    Result<void> add(const std::string& name, SubscribeOptions options);
    // Nothing more is to be handled; it ends with its next news. Unknown names are passed over.
    void remove(const std::string& name);

    void session_opened();
    void session_ended(Instant now);

    void subscribed(const v1::Subscribed& subscribed);
    void parked_state(const v1::ParkedState& state);
    // The hub closed it, or has followed our wish to.
    void closed(const v1::SubscriptionEnded& closed, Instant now);
    // An error without a number. One that can be the answer to a Subscribe goes to the one asked
    // for first; false when there is none, or the error is about something else.
    bool refused(const Error& error, bool retry, Instant now);

    // Deliveries to be handled, in order. Errors: as DeliveryFlow::take.
    Result<std::vector<NumberedDelivery>> delivered(const v1::Deliveries& deliveries);
    // Handled, or not. Those of an earlier opening are only remembered.
    void handled(const DeliveryPlace& place);
    void failed(const DeliveryPlace& place, const Error& error, Instant now);

    void tick(Instant now);
    // When tick() has something to do next; after tick(), later than its instant.
    [[nodiscard]] std::optional<Instant> next_due() const;
    // The session is about to end for good: acks that wait for more to be handled are due now, and
    // nothing is subscribed to any more.
    void leave();
    // The next Subscribe, Nack, Ack or Unsubscribe; only while a session is open.
    std::optional<v1::ClientFrame> next_frame();
    std::vector<SubscriptionNews> take_news();

  private:
    enum class State { wanted, opening, open, closing, paused };
    struct Subscription {
        Subscription(SubscribeOptions options_given, BackOff back_off_given)
            : options(std::move(options_given)),
              flow(options.credit),
              back_off(std::move(back_off_given)) {}
        State state = State::wanted;
        SubscribeOptions options;  // without the start once the hub has taken it
        DeliveryFlow flow;
        std::uint64_t opening = 0;
        std::uint64_t asked = 0;  // order in which Subscribe was sent
        bool unsubscribe_due = false;
        bool is_removed = false;
        Instant resume_at;
        BackOff back_off;
    };

    static bool may_ack(const Subscription& subscription);
    static void close(Subscription& subscription);
    static v1::ClientFrame subscribe_frame(const std::string& name,
                                           const SubscribeOptions& options);
    void pause(Subscription& subscription, Instant now);
    void end(const std::string& name, std::optional<Error> error);

    const std::uint64_t jitter_seed_;
    std::map<std::string, Subscription> subscriptions_;
    std::vector<SubscriptionNews> news_;
    std::uint64_t openings_ = 0;
    bool session_is_open_ = false;
    bool is_leaving_ = false;
};

}  // namespace jobbro::kit
