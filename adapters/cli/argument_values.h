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
// "beginning", a sequence, a time as above, or a date, which is its midnight in UTC.
// Errors: usage.
Result<kit::Start> parse_start(const std::string& text);
// The name of a kind, "order". Errors: usage, with the names there are.
Result<v1::MessageKind> parse_kind(const std::string& text);

}  // namespace jobbro::cli
