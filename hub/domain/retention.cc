#include "hub/domain/retention.h"

#include "proto/base/limits.h"

namespace jobbro::domain {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

}  // namespace

bool is_kept_long_enough(Instant last_over_at, std::int64_t days, Instant now) {
    return now >= last_over_at.plus_ms(days * day_ms);
}

Instant erasable_from(Instant due_at) {
    return due_at.plus_ms(limits::erasure_waits_days * day_ms);
}

std::uint64_t erasable_from_lived_ms(std::uint64_t due_lived_ms) {
    return due_lived_ms + static_cast<std::uint64_t>(limits::erasure_waits_days * day_ms);
}

bool is_next_day(std::uint64_t day_began_lived_ms, std::uint64_t lived_ms) {
    return lived_ms >= day_began_lived_ms + static_cast<std::uint64_t>(day_ms);
}

bool may_erase_today(std::uint64_t orders, std::uint64_t erased, std::uint64_t all) {
    return erased == 0 || erased + orders <= all / limits::erasure_share_a_day;
}

}  // namespace jobbro::domain
