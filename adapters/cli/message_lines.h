// The lines that `submit` and `subscribe` print.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/kit/messages.h"

namespace jobbro::cli {

// RFC 3339 in UTC with microseconds.
std::string instant_text(Instant instant);

// {"message_id","sequence","recorded_at","findings":[{"code","severity","field_path","text"}]};
// `severity` is "remark" or "thin", or empty where the hub told none this build knows.
std::string receipt_line(const kit::Receipt& receipt);
// {"message_id","rejected":{"code","number","disposition","field_path","detail","text"},"line"};
// `line` is where the message begins in the input.
std::string rejection_line(const std::string& message_id, const Error& error, std::uint64_t line);
// {"sequence","recorded_at","findings","message":{…}}
std::string delivery_line(const kit::Delivery& delivery);

}  // namespace jobbro::cli
