// What the loop tells of itself to whoever asks over HTTP.
#pragma once

#include <atomic>
#include <cstdint>

#include "hub/ops/http_server.h"

namespace jobbro::app {

// Written by the loop, read by the HTTP threads. Thread: any.
class Health {
  public:
    std::atomic<bool> is_serving{false};
    std::atomic<bool> is_sealed{false};
    std::atomic<bool> is_disk_nearly_full{false};
    std::atomic<bool> is_clock_behind{false};  // earlier than the last entry
    std::atomic<bool> is_clock_unsure{false};  // has jumped ahead
    // The loop brings erasures to their end, which may take as long as writing the tables anew.
    std::atomic<bool> is_ending_erasures{false};
    std::atomic<std::int64_t> last_turn_us{0};

    // The loop has turned within the last ten seconds, or would only begin what it does anew if it
    // was started again.
    [[nodiscard]] bool is_live() const;
    // Messages are taken.
    [[nodiscard]] ops::Readiness readiness() const;

  private:
    [[nodiscard]] bool has_turned() const;
};

}  // namespace jobbro::app
