#include "adapters/cli/offer_file.h"

#include "proto/base/limits.h"
#include "proto/contract/json.h"

namespace jobbro::cli {
namespace {

// Within a text the quotes would have a backslash before them.
bool is_envelope(std::string_view text) {
    return text.find("\"offer_published\"") != std::string_view::npos ||
           text.find("\"offerPublished\"") != std::string_view::npos;
}

}  // namespace

Result<v1::Envelope> read_offer(std::string_view text) {
    if (text.size() > limits::json_bytes_max) {
        return Error{ErrorCode::json_syntax, "the offer is too large"};
    }
    v1::Envelope envelope;
    if (!is_envelope(text)) {
        JOBBRO_TRY(contract::from_json(text, *envelope.mutable_offer_published()));
        return envelope;
    }
    JOBBRO_TRY(contract::from_json(text, envelope));
    if (!envelope.has_offer_published()) {
        return Error{ErrorCode::usage, "the message is not an offer_published"};
    }
    return envelope;
}

}  // namespace jobbro::cli
