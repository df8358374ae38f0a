#include "hub/journal/slot_set.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <iterator>
#include <limits>
#include <utility>

namespace jobbro::journal {

void SlotSet::add(KeySlot slot) {
    if (contains(slot)) return;
    const std::uint64_t number = slot.value();
    auto next = ranges_.upper_bound(number);
    const bool joins_next = next != ranges_.end() && next->first == number + 1;
    const bool joins_before =
        next != ranges_.begin() && std::prev(next)->first + std::prev(next)->second == number;
    const std::uint64_t after = joins_next ? next->second : 0;
    if (joins_before) {
        std::prev(next)->second += 1 + after;
    } else {
        ranges_.emplace(number, 1 + after);
    }
    if (joins_next) ranges_.erase(next);
}

bool SlotSet::contains(KeySlot slot) const {
    const auto next = ranges_.upper_bound(slot.value());
    if (next == ranges_.begin()) return false;
    const auto& [first, count] = *std::prev(next);
    return slot.value() - first < count;
}

std::uint64_t SlotSet::count() const {
    std::uint64_t all = 0;
    for (const auto& [first, count] : ranges_)
        all += count;
    return all;
}

Bytes SlotSet::encode() const {
    Bytes bytes;
    {
        google::protobuf::io::StringOutputStream stream(&bytes);
        google::protobuf::io::CodedOutputStream out(&stream);  // writes the last of it at its end
        std::uint64_t free_from = 0;
        for (const auto& [first, count] : ranges_) {
            out.WriteVarint64(first - free_from);
            out.WriteVarint64(count);
            free_from = first + count;
        }
    }
    return bytes;
}

std::optional<SlotSet> SlotSet::decode(BytesView bytes) {
    constexpr auto slots_max = std::numeric_limits<std::uint64_t>::max();
    if (std::cmp_greater(bytes.size(), std::numeric_limits<int>::max())) return std::nullopt;
    const int size = static_cast<int>(bytes.size());
    google::protobuf::io::CodedInputStream in(data_of(bytes), size);
    SlotSet set;
    std::uint64_t free_from = 0;
    while (in.CurrentPosition() < size) {
        std::uint64_t gap = 0;
        std::uint64_t count = 0;
        if (!in.ReadVarint64(&gap) || !in.ReadVarint64(&count)) return std::nullopt;
        const bool is_apart = gap > 0 || set.ranges_.empty();
        if (!is_apart || count == 0 || gap > slots_max - free_from ||
            count > slots_max - free_from - gap) {
            return std::nullopt;
        }
        set.ranges_.emplace_hint(set.ranges_.end(), free_from + gap, count);
        free_from += gap + count;
    }
    // The same number can be written as a varint in several ways.
    if (set.encode() != bytes) return std::nullopt;
    return set;
}

}  // namespace jobbro::journal
