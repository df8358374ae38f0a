// How long a citizen's orders are kept, and how fast they may be erased.
#pragma once

#include <cstdint>

#include "proto/base/clock.h"

namespace jobbro::domain {

// Whether orders, the last of which was over at `last_over_at`, have been kept for `days` days; so
// for anything else the last of which was at that time. Thread: any.
bool is_kept_long_enough(Instant last_over_at, std::int64_t days, Instant now);

// When what fell due at `due_at` may be erased without a person saying so: seven days later, for
// somebody to see that the clock was wrong. Thread: any.
Instant erasable_from(Instant due_at);
// The same in milliseconds that hubs have lived through, whatever was done to the clock. Both must
// have come. Thread: any.
std::uint64_t erasable_from_lived_ms(std::uint64_t due_lived_ms);

// Whether a day has been lived through since another one began. Thread: any.
bool is_next_day(std::uint64_t day_began_lived_ms, std::uint64_t lived_ms);

// Whether `orders` more may be erased by the clock on a day on which `erased` were, of a log that
// began the day with `all`: one in a hundred, and the first citizen's whatever they are. Thread:
// any.
bool may_erase_today(std::uint64_t orders, std::uint64_t erased, std::uint64_t all);

}  // namespace jobbro::domain
