// The party's durable subscriptions as the client sees them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/back_off.h"
#include "adapters/kit/messages.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/base/limits.h"

namespace jobbro::kit {

// A delivery and the opening of the subscription it came by: what is left of an earlier opening
// will come again and need not be handled.
struct NumberedDelivery {
    Delivery delivery;
    std::uint64_t opening = 0;
};

// Something became of a subscription.
struct SubscriptionNews {
    enum class Kind { opened, stopped, ended };
    Kind kind;
    std::string name;
    // opened: deliveries start after this many entries.
    std::uint64_t next_sequence = 0;
    // stopped: the handler's error, tried again later; ended: why it is over, none when asked for.
    std::optional<Error> error;
};

// Keeps subscriptions open across sessions; acks what was handled, cumulatively: at once when
// nothing is outstanding, else every few deliveries. After a failed handling nothing more is acked;
// the subscription is closed and opened again after a while, so that the message comes again.
// Pure; instants come from one clock that never steps back. Thread: one at a time.
class SubscriptionSet {
  public:
    explicit SubscriptionSet(std::uint64_t jitter_seed) : jitter_seed_(jitter_seed) {}

    // Errors: field_out_of_bounds (name or credit), subscription_replaced when the name is open
    // here already, subscription_limit.
    Result<void> add(const std::string& name, std::uint32_t credit);
    // Nothing more is to be handled; it ends with its next news. Unknown names are passed over.
    void remove(const std::string& name);

    void session_opened();
    void session_ended(Instant now);

    void subscribed(const v1::Subscribed& subscribed);
    // The hub closed it, or has followed our wish to.
    void closed(const v1::SubscriptionEnded& closed, Instant now);
    // An error without a number. One that can be the answer to a Subscribe goes to the one asked
    // for first; false when there is none, or the error is about something else.
    bool refused(const Error& error, bool retry, Instant now);

    // Deliveries to be handled, in order. Errors: frame_malformed when the hub sent more than the
    // credit or not in rising order.
    Result<std::vector<NumberedDelivery>> delivered(const v1::Deliveries& deliveries);
    // Handled, or not. Those of an earlier opening are only remembered.
    void handled(const std::string& name, std::uint64_t opening, Sequence sequence);
    void failed(const std::string& name, std::uint64_t opening, const Error& error, Instant now);

    void tick(Instant now);
    // When tick() has something to do next; after tick(), later than its instant.
    [[nodiscard]] std::optional<Instant> next_due() const;
    // The session is about to end for good: acks that wait for more to be handled are due now, and
    // nothing is subscribed to any more.
    void leave();
    // The next Subscribe, Ack or Unsubscribe; only while a session is open.
    std::optional<v1::ClientFrame> next_frame();
    std::vector<SubscriptionNews> take_news();

  private:
    enum class State { wanted, opening, open, closing, paused };
    struct Subscription {
        Subscription(std::uint32_t credit_given, BackOff back_off_given)
            : credit(credit_given), back_off(std::move(back_off_given)) {}
        State state = State::wanted;
        std::uint32_t credit;
        std::uint64_t opening = 0;
        std::uint64_t asked = 0;  // order in which Subscribe was sent
        std::uint32_t outstanding = 0;
        std::uint32_t unacked = 0;
        std::optional<Sequence> last_delivered;
        std::optional<Sequence> last_handled;
        bool ack_due = false;
        bool unsubscribe_due = false;
        bool is_removed = false;
        Instant resume_at;
        BackOff back_off;
    };

    static bool may_ack(const Subscription& subscription);
    void count_handled(Subscription& subscription);
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
