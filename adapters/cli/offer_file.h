// An offer to be published, from JSON.
#pragma once

#include <string_view>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/result.h"

namespace jobbro::cli {

// The text is an OfferPublished, or a whole message with one, as `jobbro submit` takes it. Errors:
// those of contract::from_json, json_syntax also when it is too large; usage when the message is
// of another kind.
Result<v1::Envelope> read_offer(std::string_view text);

}  // namespace jobbro::cli
