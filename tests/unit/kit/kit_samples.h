// What the kit's tests have in common: a time to start at, an envelope that is ready to be sent.
#pragma once

#include <chrono>
#include <string>

#include "adapters/kit/messages.h"
#include "proto/base/clock.h"

namespace jobbro::kit {

inline constexpr Instant start{1'700'000'000'000'000};
inline constexpr std::chrono::seconds patience{10};  // for what a thread is to do

inline MadeEnvelope envelope(const std::string& bytes, const std::string& lane = "a") {
    return MadeEnvelope{bytes, "id-" + bytes, lane};
}

}  // namespace jobbro::kit
