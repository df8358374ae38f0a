#include "hub/app/health.h"

#include "proto/base/clock.h"

namespace jobbro::app {
namespace {

constexpr std::int64_t stuck_after_us = 10'000'000;

}  // namespace

bool Health::has_turned() const {
    return SystemClock{}.now().microseconds - last_turn_us.load() < stuck_after_us;
}

bool Health::is_live() const {
    return is_ending_erasures.load() || has_turned();
}

ops::Readiness Health::readiness() const {
    ops::Readiness readiness;
    readiness.checks = {
        {"serving", is_serving.load(), "the socket is open"},
        {"loop", has_turned(), "turned within ten seconds"},
        {"log", !is_sealed.load(), "refuses new messages after signs of tampering"},
        {"disk", !is_disk_nearly_full.load(), "refuses new messages below limits.free_bytes_min"},
        {"clock_sure", !is_clock_unsure.load(), "refuses new messages after a jump ahead"},
    };
    readiness.ok = true;
    for (const ops::Check& check : readiness.checks)
        readiness.ok = readiness.ok && check.ok;
    // Told, but no reason to stop: recorded times stay at the last one until the clock is past it.
    readiness.checks.push_back(
        {"clock", !is_clock_behind.load(), "records the last entry's time while it is behind"});
    return readiness;
}

}  // namespace jobbro::app
