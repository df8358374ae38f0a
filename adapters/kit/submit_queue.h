// Messages on their way out: waiting, in flight, held back.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/kit/messages.h"
#include "proto/base/limits.h"

namespace jobbro::kit {

// One message handed in.
struct Submission {
    std::uint64_t ticket = 0;  // names it here; later ones have greater tickets
    MadeEnvelope envelope;
    // Answered with the last refusal, or session_lost, when it has not gone through after this
    // long and is not in flight. None: keeps trying.
    std::optional<std::int64_t> give_up_after_ms;
};

// The fate of one message; each ticket gets exactly one. Errors: session_lost, with the cause in
// the detail, when it is not known whether the hub has recorded the message; any other says that it
// has not.
struct Resolution {
    std::uint64_t ticket;
    Result<Receipt> fate;
};

// What the hub said against a message.
struct Refusal {
    Error error;
    bool retry = false;
    std::int64_t retry_after_ms = 0;
};

struct SubmitQueueOptions {
    std::size_t messages_max = limits::kit_queue_messages_max;
    std::size_t bytes_max = limits::kit_queue_bytes_max;
    std::size_t in_flight_max = limits::kit_in_flight_max;
    std::size_t batch_messages_max = limits::envelopes_per_submit_max;
    std::size_t batch_bytes_max = limits::frame_bytes_max - 1024;  // room for signature and tags
    std::int64_t cause_wait_ms = 30'000;  // how long a message waits for its cause to be known
};

// Decides what to send next and when to send again. Keeps the order within each order id (its
// lane): once a message of a lane is refused with *retry*, nothing of the lane is sent until all of
// the lane that was in flight is answered and the wait is over; then all goes again in order.
// Pure: no clock, socket or thread; instants come from one clock that never steps back.
// Thread: one at a time.
class SubmitQueue {
  public:
    explicit SubmitQueue(SubmitQueueOptions options = {}) : options_(options) {}
    SubmitQueue(const SubmitQueue&) = delete;
    SubmitQueue& operator=(const SubmitQueue&) = delete;

    // Requires: a ticket greater than all before. Errors: queue_full, envelope_too_large; the
    // queue is then as before.
    Result<void> add(Submission submission, Instant now);

    // Takes what can go now into one Submit of this number; it counts as in flight. The views hold
    // until the next call of anything else. Empty: nothing can go. Requires: a number not used
    // before.
    std::vector<BytesView> next_batch(std::uint64_t number, Instant now);

    // Answers. False when no such message is in flight.
    bool accepted(std::uint64_t number, std::uint32_t index, Receipt receipt);
    bool refused(std::uint64_t number, std::uint32_t index, const Refusal& refusal, Instant now);
    // Every message of that Submit that is not answered yet.
    bool all_refused(std::uint64_t number, const Refusal& refusal, Instant now);

    // What was in flight waits again, before what was behind it. It may have been recorded: until
    // the hub judges it in another session it ends with session_lost, whatever ends it.
    void session_ended(Instant now);
    // Gives up what is overdue, lets lanes go whose wait is over.
    void tick(Instant now);
    // When tick() has something to do next; after tick(), later than its instant. None: not without
    // other news.
    [[nodiscard]] std::optional<Instant> next_due() const;
    // The hub waits for a message that was given up, so a lane can go on only in a new session.
    [[nodiscard]] bool wants_new_session() const { return wants_new_session_; }

    // Answers everything: with this error, or session_lost where it may have been recorded.
    void fail_all(const Error& error);
    // The fates since the last call.
    std::vector<Resolution> take_resolved();

    [[nodiscard]] std::size_t size() const { return items_.size(); }
    [[nodiscard]] std::size_t in_flight() const { return in_flight_; }

  private:
    struct Lane {
        std::set<std::uint64_t> waiting;
        std::size_t in_flight = 0;
        bool halted = false;
        Instant hold_until;
    };
    struct Item {
        MadeEnvelope envelope;
        Lane* lane = nullptr;
        bool is_in_flight = false;
        bool is_overdue = false;
        bool waits_for_cause = false;
        bool is_undecided = false;  // sent in a session that ended before the answer
        std::optional<Instant> deadline;
        int refusals = 0;
        std::optional<Error> last_refusal;
    };
    struct Batch {
        std::vector<std::uint64_t> tickets;  // 0: answered
        std::size_t unanswered = 0;
    };

    std::uint64_t take_answered(std::uint64_t number, std::uint32_t index);
    void take_refusal(std::uint64_t ticket, const Refusal& refusal, bool is_judged, Instant now);
    void halt(Lane& lane);
    void resume(Lane& lane);
    void wait_again(std::uint64_t ticket, Item& item);
    void resolve(std::uint64_t ticket, Result<Receipt> fate);
    void resolve_undecided(std::uint64_t ticket, const Error& cause);
    void give_up(std::uint64_t ticket, const Item& item);
    void set_deadline(std::uint64_t ticket, Item& item, Instant deadline);
    void forget_if_idle(Lane& lane, const std::string& order_id);

    const SubmitQueueOptions options_;
    std::unordered_map<std::uint64_t, Item> items_;
    std::unordered_map<std::string, Lane> lanes_;
    std::set<Lane*> halted_;
    std::set<std::uint64_t> ready_;  // waiting, in lanes that are not halted
    std::map<std::uint64_t, Batch> batches_;
    std::set<std::pair<Instant, std::uint64_t>> deadlines_;
    std::vector<Resolution> resolved_;
    std::size_t bytes_ = 0;
    std::size_t in_flight_ = 0;
    Instant hold_until_;  // for all: the hub is short of something
    bool wants_new_session_ = false;
};

}  // namespace jobbro::kit
