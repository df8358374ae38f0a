// Durable subscriptions: who has come how far, and what goes out next.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hub/journal/journal.h"
#include "hub/store/store.h"
#include "jobbro/v1/administration.pb.h"
#include "jobbro/v1/subscription.pb.h"

namespace jobbro::delivery {

// A session, by the number the core gave it. Never used twice in a run.
using SessionNumber = Numbered<struct SessionNumberTag>;

// A frame to be sent.
struct Outgoing {
    SessionNumber session;
    v1::Deliveries deliveries;
};

// What opening a subscription led to.
struct Opened {
    Sequence next;                          // everything below is acked or not the party's
    std::optional<SessionNumber> replaced;  // the session that had it until now
};

// All subscriptions of all parties. A subscription that a session has open is sent what the journal
// routes to its party, from its cursor on, catching up and then live by the same rule: never more
// than its credit unacked, never more than limits::unacked_bytes_max bytes.
//
// Thread: the hub's loop.
class Subscriptions {
  public:
    // Errors: store_failed, tampered.
    static Result<Subscriptions> open(const store::Store& log);

    // Opens, or takes over. Requires: name and credit are within bounds.
    // Errors: subscription_limit.
    Result<Opened> subscribe(const std::string& party, const std::string& name,
                             std::uint32_t credit, SessionNumber session, store::Batch& batch);
    // Errors: subscription_unknown, ack_ahead.
    Result<void> ack(const std::string& party, const std::string& name, SessionNumber session,
                     Sequence sequence, store::Batch& batch);
    // Errors: subscription_unknown.
    Result<void> unsubscribe(const std::string& party, const std::string& name,
                             SessionNumber session);
    // Closes all that the session has open; the cursors stay.
    void end_session(const std::string& party, SessionNumber session);

    // There is something new for the party.
    void wake(const std::string& party);
    // Something may go out at the next collect().
    [[nodiscard]] bool has_work() const { return !ready_.empty(); }
    // Whether a party may have an entry that was routed to it, now.
    using MayReceive = std::function<bool(const std::string& party, const journal::OpenedEntry&)>;
    // What goes out now, at most limits::deliveries_per_turn_max messages, fairly over the
    // subscriptions. What a party may not have any more is passed over. Requires: called after the
    // commit, so that nothing goes out undurable.
    // Errors: store_failed. An entry that cannot be read (tampered, opening_failed) closes its
    // subscription, whose cursor stays, and is told in `damaged`; the others go on.
    struct Damaged {
        SessionNumber session;
        std::string name;
        Error error;
    };
    struct Collected {
        std::vector<Outgoing> outgoing;
        std::vector<Damaged> damaged;
    };
    Result<Collected> collect(journal::Journal& journal, const MayReceive& may_receive);
    // How many subscriptions wait for their share.
    [[nodiscard]] std::size_t waiting() const { return ready_.size(); }

    // At most `most` of them, by party and name.
    [[nodiscard]] std::vector<v1::SubscriptionStatus> status(std::size_t most) const;

  private:
    using Key = std::pair<std::string, std::string>;  // party, name
    struct Unacked {
        Sequence sequence;
        std::size_t bytes;
    };
    struct Subscription {
        Sequence next;  // the cursor
        std::optional<SessionNumber> session;
        std::uint32_t credit = 0;
        Sequence look_from;  // the next entry to look at for sending
        std::deque<Unacked> unacked;
        std::size_t unacked_bytes = 0;
        bool is_ready = false;  // stands in the line
    };

    void close(const Key& key, Subscription& subscription);
    void enqueue(const Key& key, Subscription& subscription);
    [[nodiscard]] Subscription* find_open(const Key& key, SessionNumber session);
    Result<void> collect_one(const Key& key, journal::Journal& journal,
                             const MayReceive& may_receive, std::size_t& budget,
                             std::vector<Outgoing>& out);

    std::map<Key, Subscription> subscriptions_;
    std::deque<Key> ready_;  // each at most once
    std::size_t unacked_bytes_total_ = 0;
};

}  // namespace jobbro::delivery
