// What a subscription could not hand over: parked messages, citizen by citizen.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"

namespace jobbro::delivery {

// What messages are held up together by: the subject id, or for what is about no citizen a hash of
// the sender.
inline constexpr std::size_t lane_bytes = 16;
using LaneId = ByteArray<lane_bytes>;

// A parked message. What the Nack said stands in a row and not here.
struct Parked {
    LaneId lane{};
    Instant parked_at;
    Instant due;                 // when it may go out, once it is the first of its lane
    std::uint32_t attempts = 0;  // how often it was delivered from the list
    bool waits_for_person = false;
    bool is_out = false;  // delivered in this opening, and not answered
    bool has_reason = false;
};

// When a message comes again after so many attempts: min(10800, 2^n - 1) seconds from now, n being
// the attempts and 1 at least.
Instant due_after(std::uint32_t attempts, Instant now);
// It is delivered from the list: one attempt more. `due` and `waits_for_person` are then what holds
// when no answer comes.
void count_attempt(Parked& message, Instant now);

// The parked messages of one subscription: by sequence, by lane, and the heads (the first of each
// lane) by when they are due. A head that is out or waits for a person is never due, and nothing
// behind it is. Beside them it knows the settled ones: sequences that have left the list for good
// while the cursor was still before them, so that they do not come again when it gets there.
//
// Some 220 bytes a message. Pure. Thread: one at a time.
class ParkedList {
  public:
    using Due = std::set<std::pair<Instant, Sequence>>;

    // Requires: the sequence is neither parked nor settled.
    void add(Sequence sequence, const Parked& message);
    // Requires: it is parked; the lane stays.
    void change(Sequence sequence, const Parked& message);
    // Requires: it is parked.
    void remove(Sequence sequence);

    // Null when it is not parked. Good until the next change.
    [[nodiscard]] const Parked* find(Sequence sequence) const;
    [[nodiscard]] const std::map<Sequence, Parked>& messages() const { return messages_; }
    // None when the lane has no parked message.
    [[nodiscard]] std::optional<Sequence> head_of(const LaneId& lane) const;
    // In order.
    [[nodiscard]] std::vector<Sequence> messages_of(const LaneId& lane) const;
    // Heads that wait for their time, the earliest first.
    [[nodiscard]] const Due& due() const { return due_; }
    // When the first head after `now` is due.
    [[nodiscard]] std::optional<Instant> next_due_after(Instant now) const;
    // How many wait for a person or stand behind one that does.
    [[nodiscard]] std::size_t count_for_person() const;
    // Whether any does. Costs nothing.
    [[nodiscard]] bool has_for_person() const { return waiting_for_person_ > 0; }

    // Requires: it is not parked.
    void settle(Sequence sequence) { settled_.insert(sequence); }
    [[nodiscard]] bool is_settled(Sequence sequence) const { return settled_.contains(sequence); }
    // Forgets what is settled below, and returns it.
    std::vector<Sequence> forget_settled_below(Sequence end);

    [[nodiscard]] std::size_t size() const { return messages_.size(); }
    // With what is settled: what the list's bound is about.
    [[nodiscard]] std::size_t held() const { return messages_.size() + settled_.size(); }
    // The highest sequence that is parked or settled.
    [[nodiscard]] std::optional<Sequence> last() const;

  private:
    void leave_due(const LaneId& lane);
    void enter_due(const LaneId& lane);

    std::map<Sequence, Parked> messages_;
    std::set<std::pair<LaneId, Sequence>> lanes_;
    Due due_;
    std::set<Sequence> settled_;
    std::size_t waiting_for_person_ = 0;
};

}  // namespace jobbro::delivery
