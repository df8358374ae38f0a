// How long to wait before the next attempt.
#pragma once

#include <algorithm>
#include <cstdint>

#include "proto/base/randomness.h"

namespace jobbro::kit {

// Exponential back-off with full jitter: the n-th delay is a random number from 0 to
// min(max, min * 2^n), so that many clients do not come back at one instant. Thread: one at a time.
class BackOff {
  public:
    // Requires: 0 < min_ms <= max_ms.
    BackOff(std::int64_t min_ms, std::int64_t max_ms, std::uint64_t seed)
        : min_ms_(min_ms), max_ms_(max_ms), ceiling_ms_(min_ms), randomness_(seed) {}

    // The delay before the next attempt.
    std::int64_t next_ms() {
        const std::int64_t ceiling = ceiling_ms_;
        ceiling_ms_ = std::min(max_ms_, ceiling_ms_ * 2);
        const auto choices = static_cast<std::uint64_t>(ceiling) + 1;
        return static_cast<std::int64_t>(randomness_.below(choices));
    }
    // The longest the next delay can be.
    [[nodiscard]] std::int64_t ceiling_ms() const { return ceiling_ms_; }
    // An attempt went well: start over.
    void reset() { ceiling_ms_ = min_ms_; }

  private:
    const std::int64_t min_ms_;
    const std::int64_t max_ms_;
    std::int64_t ceiling_ms_;
    SeededRandomness randomness_;
};

}  // namespace jobbro::kit
