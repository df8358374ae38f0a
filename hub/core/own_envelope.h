// Envelopes that the hub itself sends.
#pragma once

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/randomness.h"
#include "proto/contract/uuid.h"

namespace jobbro::core {

// One without audience and body. Thread: any.
v1::Envelope own_envelope(const contract::MessageId& id, Instant happened_at,
                          Randomness& randomness);

}  // namespace jobbro::core
