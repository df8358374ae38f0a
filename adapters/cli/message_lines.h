// The lines that `submit`, `subscribe` and `fetch` print.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "adapters/kit/messages.h"

namespace jobbro::cli {

// RFC 3339 in UTC with microseconds.
std::string instant_text(Instant instant);

// {"message_id","sequence","recorded_at","findings":[{"code","severity","field_path","text"}]};
// `severity` is "remark" or "thin", or empty where the hub told none this build knows.
std::string receipt_line(const kit::Receipt& receipt);
// Where a message stands in the input.
struct InputPlace {
    std::uint64_t line;              // where its object begins
    std::optional<std::size_t> row;  // of an attendance sheet, from 0
};
// {"message_id","rejected":{"code","number","disposition","field_path","detail","text"},"line"}
// and, for what was made of a sheet, "row".
std::string rejection_line(const std::string& message_id, const Error& error,
                           const InputPlace& place);
// {"sequence","recorded_at","findings","message":{…}}; of a thin delivery, instead of "message",
// "notification":{"kind","sender","message_id","order_id"}.
std::string delivery_line(const kit::Delivery& delivery);

// "order"; the number, of a kind this build does not know.
std::string kind_text(v1::MessageKind kind);

}  // namespace jobbro::cli
