// Spans of time that tests wait out on clocks of their own, in milliseconds.
#pragma once

#include <cstdint>

namespace jobbro::testing {

inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;
inline constexpr std::int64_t day_ms = 24 * hour_ms;

}  // namespace jobbro::testing
