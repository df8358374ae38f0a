// Results of months that are over are told, once.
#include "hub/core/core.h"
#include "hub/core/frozen_months.h"
#include "proto/base/limits.h"

namespace jobbro::core {

// Up to the month before that of the day, the oldest first. A turn does so much of it that none is
// long, also of a large month, and where the hub was down for years. False: the rest is for later
// turns, the next one first, and until then nothing may be erased that is counted in it.
Result<bool> Core::freeze_before(domain::Day day, Work& work) {
    const domain::Month last = domain::month_of(day) - 1;
    domain::Results& results = overview_.results;
    while (results.is_to_freeze(last)) {
        const bool has_done_enough =
            work.months_frozen >= limits::results_months_per_turn_max || work.leaves_left == 0;
        if (has_done_enough || capacity_error(work)) {
            alerts_wait_ = true;
            raised_through_ = {};
            return false;
        }
        const auto month = results.freeze_on(last, work.leaves_left);
        if (!month) continue;
        JOBBRO_TRY_ASSIGN(
            const std::size_t entries,
            stage_frozen(*journal_, *month, results.first_frozen(), work.now, *work.randomness));
        work.recorded += entries;
        ++work.months_frozen;
        for (const domain::ResultCell& cell : month->cells)
            overview_.told.add(told_cell(cell));
    }
    return true;
}

}  // namespace jobbro::core
