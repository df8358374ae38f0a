// What of one subscription is out, what may be acked, and what a Nack has made void.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "jobbro/v1/frame.pb.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"

namespace jobbro::kit {

// The account of one subscription over its openings. What came by way of the cursor (attempt 0) is
// acked cumulatively, up to the first that is still being handled: at once when none is, else every
// few. What came from the parked list (attempt from 1) is acked one by one.
//
// A Nack takes its message out of the account. If that came by way of the cursor, it takes with it
// all of the same lane with a later sequence that came before the hub had taken the Nack, also what
// comes later in frames from before it: these are void, will come again from the parked list, and
// neither are handled nor keep others from being acked. No Ack goes out before a Nack of what it
// covers.
//
// Pure. Thread: one at a time.
class DeliveryFlow {
  public:
    // Requires: credit from 1.
    explicit DeliveryFlow(std::uint32_t credit) : credit_(credit) {}

    // An opening begins, or is over: nothing is out and nothing is due any more. What was handled
    // is remembered, so that it is only acked when it comes again.
    void restart();
    // Takes a frame in. What is to be handled, in order; the pointers are into the frame.
    // Errors: frame_malformed when the hub sent more than the credit, or by way of the cursor not
    // in rising order, or has taken more Nacks than there are.
    Result<std::vector<const v1::Delivery*>> take(const v1::Deliveries& frame);

    // It was handled in an earlier opening.
    void remember(Sequence sequence);
    // Handled, or not. False: it is not out, and nothing was done but to remember it.
    bool handled(Sequence sequence, std::uint32_t attempt);
    bool nack(Sequence sequence, std::uint32_t attempt, const Error& error);

    // Acks that wait for more to be handled are due now, in this opening.
    void flush() { is_flushing_ = true; }
    // The next Nack or Ack that is due.
    std::optional<v1::ClientFrame> next_frame(const std::string& name);

  private:
    struct Out {
        std::uint64_t lane;
        bool is_done = false;
    };
    // A Nack that the hub is not known to have taken.
    struct OpenNack {
        std::uint64_t number;
        std::uint64_t lane;
        bool makes_void;
    };

    Result<void> take_nacks(std::uint64_t taken);
    Result<bool> take_by_cursor(const v1::Delivery& delivery);
    bool take_parked(const v1::Delivery& delivery);
    [[nodiscard]] bool is_void(const v1::Delivery& delivery) const;
    [[nodiscard]] bool has_room() const;
    void take_out_lane(std::uint64_t lane, std::map<Sequence, Out>::iterator from);
    [[nodiscard]] bool ack_is_due() const;
    std::optional<Sequence> take_done();

    const std::uint32_t credit_;
    // The latest that were handled, and the order in which they were.
    std::set<Sequence> handled_;
    std::deque<Sequence> handled_order_;
    // Of this opening.
    std::map<Sequence, Out> by_cursor_;  // not acked, not void
    std::size_t done_ = 0;               // of those
    std::optional<Sequence> last_by_cursor_;
    std::set<Sequence> parked_;  // being handled
    std::deque<Sequence> parked_acks_due_;
    std::deque<v1::Nack> nacks_due_;
    std::deque<OpenNack> open_nacks_;
    std::uint64_t nacks_ = 0;  // made
    bool is_flushing_ = false;
};

}  // namespace jobbro::kit
