// How an event looks as a line.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "hub/ops/logging.h"

namespace jobbro::ops {

// "2026-01-31T09:15:00.000001Z" (RFC 3339, UTC, microseconds). Thread: any.
std::string rfc3339(Instant time);

// The line of an event without its newline. Requires: keys as Field says. Thread: any.
std::string json_line(Instant time, Level level, std::string_view event,
                      std::span<const Field> fields);
std::string text_line(Instant time, Level level, std::string_view event,
                      std::span<const Field> fields);

}  // namespace jobbro::ops
