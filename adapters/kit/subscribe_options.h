// How a subscription is opened and what becomes of what its handler cannot take.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "jobbro/v1/subscription.pb.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"

namespace jobbro::kit {

// At the first entry of the log.
struct StartAtBeginning {};
// Where deliveries are to start: at the beginning, at a sequence, at the first entry recorded at an
// instant or later.
using Start = std::variant<StartAtBeginning, Sequence, Instant>;

// What an error of the handler does.
enum class OnFailure : std::uint8_t {
    // The subscription stops: nothing later is acked, and after a while it is opened again, so that
    // the message and all after it come again.
    stop,
    // The message is parked at the hub with everything later about the same citizen; all else flows
    // on. An error that may pass (*retry*) has it delivered again later, any other leaves it to a
    // person. But store_failed and tampered say nothing of the message: they stop.
    park,
};

// Whether this error of a handler has the message parked. Thread: any.
inline bool is_parked(OnFailure on_failure, const Error& error) {
    return on_failure == OnFailure::park && error.code != ErrorCode::store_failed &&
           error.code != ErrorCode::tampered;
}

struct SubscribeOptions {
    // The most deliveries that are out at once: 1 to limits::credit_max.
    std::uint32_t credit = 256;
    // These kinds only; none: all. At most limits::kinds_of_subscription_max.
    std::vector<v1::MessageKind> kinds = {};
    // Whole envelopes, or notices of them.
    v1::DeliveryForm form = v1::DELIVERY_FORM_FULL;
    // Moves the cursor once, when the hub first opens it; none: it stays where it is.
    std::optional<Start> start = {};
    OnFailure on_failure = OnFailure::stop;
};

}  // namespace jobbro::kit
