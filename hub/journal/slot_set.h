// Slots of data keys that are destroyed.
#pragma once

#include <map>
#include <optional>

#include "proto/base/bytes.h"
#include "proto/base/numbers.h"

namespace jobbro::journal {

// Kept as ranges: slots are given out in order and erased roughly in that order, so there are few.
// Thread: one at a time.
class SlotSet {
  public:
    void add(KeySlot slot);
    [[nodiscard]] bool contains(KeySlot slot) const;
    [[nodiscard]] std::uint64_t count() const;
    // First slot and count of each range, ascending, apart from each other.
    [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& ranges() const { return ranges_; }

    // Of each range how many slots lie between the one before, or slot 0, and its first, and how
    // many it has: as varints of protobuf, so two bytes for most.
    [[nodiscard]] Bytes encode() const;
    // None when that is not what encode() makes.
    static std::optional<SlotSet> decode(BytesView bytes);

  private:
    std::map<std::uint64_t, std::uint64_t> ranges_;
};

}  // namespace jobbro::journal
