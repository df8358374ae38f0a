// What stands behind options of `jobbro`.
#pragma once

#include <string>

#include "adapters/kit/subscribe_options.h"
#include "proto/base/result.h"

namespace jobbro::cli {

// RFC 3339, "2026-01-31T12:00:00Z". Errors: usage, naming the option.
Result<Instant> parse_instant(const std::string& option, const std::string& text);
// The same, or a date, "2026-01-31", which is its midnight in UTC.
Result<Instant> parse_day_or_instant(const std::string& option, const std::string& text);
// As a google.protobuf.Timestamp holds it.
template <typename Timestamp>
void set_time(Timestamp& timestamp, Instant instant) {
    std::int64_t seconds = instant.microseconds / 1'000'000;
    if (instant.microseconds < seconds * 1'000'000) --seconds;
    timestamp.set_seconds(seconds);
    timestamp.set_nanos(static_cast<std::int32_t>(instant.microseconds - seconds * 1'000'000) *
                        1000);
}
// A calendar date, "2026-01-31"; the text as it is. Errors: usage, naming the option.
Result<std::string> parse_day(const std::string& option, const std::string& text);
// A month, "2026-01"; the text as it is. Errors: usage, naming the option.
Result<std::string> parse_month(const std::string& option, const std::string& text);
// "beginning", a sequence, a time as above, or a date, which is its midnight in UTC.
// Errors: usage.
Result<kit::Start> parse_start(const std::string& text);
// The name of a kind, "order". Errors: usage, with the names there are.
Result<v1::MessageKind> parse_kind(const std::string& text);

}  // namespace jobbro::cli
