// Dates and times as the contract writes them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::contract {

// Seconds and nanoseconds, as google.protobuf.Timestamp and Duration count them.
struct SecondsAndNanos {
    std::int64_t seconds = 0;
    std::int32_t nanos = 0;
};

// First and last second a google.protobuf.Timestamp may hold: years 1 to 9999.
inline constexpr std::int64_t timestamp_seconds_min = -62135596800;
inline constexpr std::int64_t timestamp_seconds_max = 253402300799;
// Longest google.protobuf.Duration either way: ten thousand years.
inline constexpr std::int64_t duration_seconds_max = 315576000000;

// A calendar date, "2011-05-02", of a year from 1 to 9999. Errors: field_invalid. Thread: any.
Result<std::chrono::year_month_day> parse_date(std::string_view text);

// Later than the date anywhere in Denmark at `now`. Thread: any.
bool is_to_come(std::chrono::year_month_day date, Instant now);

// A time of RFC 3339 with "T", at most nine decimals, and "Z" or an offset.
// Errors: field_invalid. Thread: any.
Result<SecondsAndNanos> parse_time(std::string_view text);

// Seconds with at most nine decimals and a final "s", "-1.5s". Errors: field_invalid. Thread: any.
Result<SecondsAndNanos> parse_duration(std::string_view text);

}  // namespace jobbro::contract
