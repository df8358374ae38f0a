// Points in time, and where they come from.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>

namespace jobbro {

// Microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
struct Instant {
    std::int64_t microseconds = 0;
    friend constexpr auto operator<=>(Instant, Instant) = default;
    [[nodiscard]] constexpr std::int64_t milliseconds() const { return microseconds / 1000; }
    [[nodiscard]] constexpr Instant plus_ms(std::int64_t ms) const {
        return Instant{microseconds + ms * 1000};
    }
};

// Whoever needs the time is given a Clock or, better, an Instant.
class Clock {
  public:
    virtual ~Clock() = default;
    // Wall-clock time; may step backwards. Thread: any.
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override {
        const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
        return Instant{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
    }
};

}  // namespace jobbro
