// Durable subscriptions: who has come how far, what is parked, and what goes out next.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "hub/delivery/parked_list.h"
#include "hub/delivery/parked_rows.h"
#include "hub/journal/journal.h"
#include "jobbro/v1/administration.pb.h"
#include "jobbro/v1/subscription.pb.h"
#include "proto/base/limits.h"

namespace jobbro::delivery {

// A session, by the number the core gave it. Never used twice in a run.
using SessionNumber = Numbered<struct SessionNumberTag>;

// A frame to be sent.
struct Outgoing {
    SessionNumber session;
    v1::Deliveries deliveries;
};

// How a subscription is to be opened.
struct Opening {
    std::uint32_t credit = 1;
    std::vector<v1::MessageKind> kinds = {};  // empty: all
    v1::DeliveryForm form = v1::DELIVERY_FORM_FULL;
    std::optional<Sequence> start = std::nullopt;  // none: where the cursor is
};

// How many messages may be parked before cursors stop. Beside them each subscription may park what
// was in flight when there was no more room: in a run all lists together hold at most `total`, or
// what they held at its start, and `in_flight` for each subscription.
struct ParkedBounds {
    std::size_t of_subscription = limits::parked_per_subscription_max;
    std::size_t total = limits::parked_total_max;  // then every cursor stops that has parked any
    std::size_t in_flight = limits::credit_max;    // the most that may be
    std::size_t of_party = limits::parked_per_party_max;  // then its cursors that have parked any
};

// What opening a subscription led to.
struct Opened {
    Sequence next;                          // everything below is acked, parked or not the party's
    std::optional<SessionNumber> replaced;  // the session that had it until now
    v1::ParkedState parked;
};

// A page of what is parked; notifications are left to whoever knows what the party may see.
struct ParkedPage {
    std::vector<v1::ParkedMessage> messages;
    bool more = false;
};

// The message as a party gets it, without what belongs to one subscription: lane and attempt.
v1::Delivery delivery_of(const journal::OpenedEntry& entry, v1::DeliveryForm form);
v1::Notification notification_of(const journal::OpenedEntry& entry);

// All subscriptions of all parties. A subscription that a session has open is sent what the journal
// routes to its party, from its cursor on, catching up and then live by the same rule: never more
// than its credit unacked, never more than limits::unacked_bytes_max bytes.
//
// What its receiver gives back with a Nack leaves the account and is parked, with everything later
// of the same lane; the cursor goes past it. What was erased while it was out is not: it leaves the
// account, and what the Nack said of it is kept nowhere. The head of a lane goes out again when it
// is due, one of a lane at a time, and only when nothing earlier of the lane is out or still before
// the cursor: so a lane's messages go out in log order. Heads take at most half of the credit and
// half of the bytes, and where both wait they take turns with what comes by way of the cursor.
//
// Rows are staged into the turn's batch with what they say, so a cursor is never stored before the
// parked messages it has passed. What collect() stages is in the next turn's batch: until then the
// store knows of neither, and after a crash the cursor meets the messages again.
//
// What goes out is counted, and stage_traces() makes the count an entry now and then. Opening
// stages a row, to be synced, that says from where on no entry covers what may go out: after a
// crash that becomes the entry.
//
// Thread: the hub's loop. Life: the journal given to open() must outlive it.
class Subscriptions {
  public:
    // Errors: store_failed, tampered, opening_failed.
    static Result<Subscriptions> open(journal::Journal& journal, ParkedBounds bounds = {});

    // --- What sessions ask for ---

    // Opens, or takes over. Requires: name, credit, kinds and start are within bounds.
    // Errors: subscription_limit.
    Result<Opened> subscribe(const std::string& party, const std::string& name, Opening opening,
                             SessionNumber session, const Moment& moment);
    // Cumulative. Errors: subscription_unknown, ack_ahead.
    Result<void> ack(const std::string& party, const std::string& name, SessionNumber session,
                     Sequence sequence, const Moment& moment);
    // One that was delivered from the parked list. Errors: subscription_unknown, delivery_unknown.
    Result<void> ack_parked(const std::string& party, const std::string& name,
                            SessionNumber session, Sequence sequence, const Moment& moment);
    // Whatever its outcome, it counts among the Nacks taken when the session has the subscription
    // open: the client counts what it has sent. Errors: subscription_unknown, delivery_unknown,
    // field_out_of_bounds, cpr_in_text; store_failed, tampered, opening_failed when what was out
    // cannot be read. With any of them nothing is parked.
    Result<void> nack(const std::string& party, const v1::Nack& nack, SessionNumber session,
                      const Moment& moment);
    // Errors: subscription_unknown.
    Result<void> unsubscribe(const std::string& party, const std::string& name,
                             SessionNumber session);
    // Closes all that the session has open; cursors and parked lists stay.
    void end_session(const std::string& party, SessionNumber session);

    // --- What people do with parked messages ---

    // The messages that an act on `sequences` is about (none: on all), in order: for RELEASE, all
    // of their lanes. Errors: subscription_unknown; parked_unknown when one is not parked.
    [[nodiscard]] Result<std::vector<Sequence>> meant_by(
        const std::string& party, const std::string& name, v1::ParkedActKind act,
        const std::optional<std::set<Sequence>>& sequences) const;
    // Releases or drops. Requires: meant_by() said so, and nothing has happened since.
    void act(const std::string& party, const std::string& name, v1::ParkedActKind act,
             const std::vector<Sequence>& messages, const Moment& moment);
    // At most `most` of them. Requires: nothing is staged that is not committed.
    // Errors: subscription_unknown, store_failed, opening_failed.
    Result<ParkedPage> parked_page(const std::string& party, const std::string& name,
                                   std::optional<Sequence> after, std::size_t most,
                                   journal::Journal& journal) const;

    // --- What is erased ---

    // The messages of the lane that are parked, in any list.
    [[nodiscard]] std::set<Sequence> parked_in(const LaneId& lane) const;
    // They leave every list, with what their Nacks said. Requires: each is parked, in this lane.
    void forget(const LaneId& lane, const std::set<Sequence>& messages, const Moment& moment);

    // --- What goes out ---

    // There is something new for the party.
    void wake(const std::string& party);
    // Something may go out at the next collect().
    [[nodiscard]] bool has_work() const { return !ready_.empty(); }
    // When something parked is due next, of what is open and not at work already.
    [[nodiscard]] std::optional<Instant> next_due() const;
    // Whether a party may have an entry that was routed to it, now.
    using MayReceive =
        std::function<Result<bool>(const std::string& party, const journal::OpenedEntry&)>;
    // What goes out now, at most limits::deliveries_per_turn_max messages, fairly over the
    // subscriptions. What is erased is passed over and leaves the parked list. What a party may not
    // have at this moment is passed over too; a head stays parked, holds up its lane, and is asked
    // about again in limits::parked_delay_s_max: a grant may come back.
    // Requires: called after the commit, so that nothing goes out undurable.
    // Errors: store_failed. An entry that cannot be read (tampered, opening_failed) closes its
    // subscription, whose cursor stays, and is told in `damaged`; the others go on.
    struct Damaged {
        SessionNumber session;
        std::string name;
        Error error;
    };
    struct Collected {
        std::vector<Outgoing> outgoing;
        std::vector<std::pair<SessionNumber, v1::ParkedState>> states;  // that changed
        std::vector<Damaged> damaged;
        std::size_t redeliveries = 0;
    };
    Result<Collected> collect(const MayReceive& may_receive, const Moment& moment);

    // --- Traces of what went out ---

    // Reading entries for no party, into the turn's batch: of a subscription that was sent
    // limits::deliveries_per_trace_max messages since the last, or one limits::trace_after_ms ago,
    // or that was closed; and after a start of what an earlier run may have sent. A clock that is
    // set back makes none wait longer. Of at most `most` subscriptions, the others' at the next
    // call. Returns how many entries.
    // Requires: called before the commit. Errors: as Journal::stage(); what is not staged stays
    // due.
    Result<std::size_t> stage_traces(std::size_t most, const Moment& moment);
    // stage_traces() would do something now, whatever the time.
    [[nodiscard]] bool has_traces() const;
    // When it would by time; in the past when has_traces(). None: not before something goes out.
    [[nodiscard]] std::optional<Instant> next_trace_due() const;

    // --- How things are ---

    // How many subscriptions wait for their share.
    [[nodiscard]] std::size_t waiting() const { return ready_.size(); }
    // Messages parked, of all subscriptions.
    [[nodiscard]] std::size_t parked() const { return parked_total_; }
    // Subscriptions that stand still because their list is full, or all lists or those of the party
    // are together.
    [[nodiscard]] std::size_t stopped() const { return stopped_.size(); }
    // At most `most` of them: first those that stand still or have messages waiting for a person,
    // then the others; each by party and name.
    [[nodiscard]] std::vector<v1::SubscriptionStatus> status(std::size_t most) const;

  private:
    using Key = SubscriptionKey;
    struct Unacked {
        Sequence sequence;
        std::size_t bytes;
        LaneId lane;
    };
    // The head of a lane that was delivered from the list. A person may have dropped it meanwhile.
    struct Out {
        Sequence sequence;
        std::size_t bytes;
    };
    // What went out, over openings, and what no entry tells of yet.
    struct Tracing {
        // As staged: what may go out below has been told of. None: there is no row, and nothing may
        // go out.
        std::optional<Sequence> row;
        // Since the last entry.
        std::uint64_t deliveries = 0;
        Sequence first;  // the lowest of them
        Sequence last;   // the highest of them
        // From the first on and before the second an earlier run may have sent.
        std::optional<std::pair<Sequence, Sequence>> unsure;
        std::optional<Instant> due;  // stands in traces_due_
    };
    struct Subscription {
        Sequence next;  // the cursor
        ParkedList parked;
        Tracing tracing;
        std::size_t held_with_room = 0;  // in the list, when those of all and of the party had room
        // Of this opening.
        std::optional<SessionNumber> session;
        Opening opening;
        ByteArray<16> salt{};       // of the lanes' numbers
        Sequence look_from;         // the next entry to look at for sending
        Sequence delivered_before;  // one past the last that went out by way of the cursor
        Sequence passed_before;     // one past the last that did, was found parked or is no kind
                                    // asked for: where the cursor goes when nothing is unacked
        std::deque<Unacked> unacked;
        std::map<LaneId, Out> out;
        std::size_t unacked_bytes = 0;  // of both
        std::size_t out_bytes = 0;      // of what came from the list
        std::uint64_t nacks_taken = 0;
        bool parked_goes_first = true;
        bool told_stopped = false;
        bool is_ready = false;         // stands in the line
        std::optional<Instant> timer;  // stands in timers_
        // As they are counted in the totals.
        std::size_t counted_parked = 0;
        std::size_t counted_held = 0;

        [[nodiscard]] std::size_t in_flight() const { return unacked.size() + out.size(); }
    };
    struct Pass;  // of one subscription through collect()

    // subscriptions.cc
    static Bytes row_key(const Key& key);
    static std::optional<Key> read_row_key(BytesView bytes);
    void close(const Key& key, Subscription& subscription);
    void enqueue(const Key& key, Subscription& subscription);
    void set_timer(const Key& key, Subscription& subscription, std::optional<Instant> timer);
    [[nodiscard]] Subscription* find_open(const Key& key, SessionNumber session);
    [[nodiscard]] bool has_room_for(const std::string& party) const;
    static void move_cursor(const Key& key, Subscription& subscription, Sequence next,
                            const Moment& moment);
    void give_back(Subscription& subscription, std::size_t bytes);
    [[nodiscard]] v1::SubscriptionStatus status_of(const Key& key,
                                                   const Subscription& subscription) const;

    // parking.cc
    static void park(const Key& key, Subscription& subscription, Sequence sequence,
                     const LaneId& lane, const Moment& moment);
    static void change(const Key& key, Subscription& subscription, Sequence sequence,
                       const Parked& message, const Moment& moment);
    void leave_list(const Key& key, Subscription& subscription, Sequence sequence,
                    const Moment& moment);
    static void release(const Key& key, Subscription& subscription, Sequence sequence,
                        const Moment& moment);
    static Result<std::set<Sequence>> erased_in_flight(const Subscription& subscription,
                                                       Sequence sequence, const LaneId& lane,
                                                       const Moment& moment);
    Result<void> park_lane_from(const Key& key, Subscription& subscription, Sequence sequence,
                                const LaneId& lane, const Moment& moment);
    [[nodiscard]] bool come_back(Subscription& subscription, Sequence sequence);
    static void judge(const Key& key, Subscription& subscription, const v1::Nack& nack,
                      const Moment& moment);
    [[nodiscard]] bool is_crowded(const std::string& party) const;
    [[nodiscard]] bool is_full(const Key& key, const Subscription& subscription) const;
    [[nodiscard]] std::size_t held_most(const Key& key, const Subscription& subscription) const;
    [[nodiscard]] bool is_stopped(const Key& key, const Subscription& subscription) const;
    [[nodiscard]] v1::ParkedState state_of(const Key& key, const Subscription& subscription) const;
    void count(const Key& key, Subscription& subscription);
    void count_held(const Key& key, Subscription& subscription);
    bool note_stopped(const Key& key, const Subscription& subscription);
    void look_at_crowded();

    // collecting.cc
    Result<void> collect_one(Pass& pass);
    [[nodiscard]] bool has_room(const Subscription& subscription) const;
    static Result<std::shared_ptr<const journal::OpenedEntry>> read(Pass& pass, Sequence sequence);
    Result<void> redeliver(Pass& pass);
    Result<void> redeliver_head(Pass& pass, Sequence sequence);
    Result<void> follow(Pass& pass);
    Result<void> take_in(Pass& pass, Sequence sequence);
    void send(Pass& pass, v1::Delivery delivery);

    // tracing.cc
    Result<void> read_open_traces(journal::Journal& journal);
    void open_trace(const Key& key, Subscription& subscription, const Moment& moment);
    [[nodiscard]] static Sequence may_go_out_from(const Subscription& subscription);
    static void put_trace_row(const Key& key, Subscription& subscription, Sequence first,
                              const Moment& moment);
    [[nodiscard]] std::optional<Key> trace_due(Instant now) const;
    void count_delivery(const Key& key, Subscription& subscription, Sequence sequence, Instant now);
    void close_trace(const Key& key, Subscription& subscription);
    Result<std::size_t> stage_traces_of(const Key& key, Subscription& subscription,
                                        const Moment& moment);
    void set_trace_due(const Key& key, Subscription& subscription, std::optional<Instant> due);

    explicit Subscriptions(ParkedBounds bounds) : bounds_(bounds) {}

    ParkedBounds bounds_;  // constant
    std::map<Key, Subscription> subscriptions_;
    std::deque<Key> ready_;                     // each at most once
    std::set<std::pair<Instant, Key>> timers_;  // of what is open
    std::set<std::pair<Instant, Key>> traces_due_;
    std::set<Key> stopped_;  // open or not
    std::size_t unacked_bytes_total_ = 0;
    std::size_t parked_total_ = 0;
    std::size_t held_total_ = 0;
    std::map<std::string, std::size_t> held_of_party_;  // of those that hold any
    // Filled up or got room since somebody looked whom it stops or lets go on.
    bool total_has_turned_ = false;
    std::set<std::string> parties_turned_;
};

}  // namespace jobbro::delivery
