// Results of months that are over are told, once.
#include "hub/core/core.h"
#include "hub/core/frozen_months.h"

namespace jobbro::core {

// Up to the month before that of the day.
Result<void> Core::freeze_before(domain::Day day, Work& work) {
    const domain::Month last = domain::month_of(day) - 1;
    if (!overview_.results.is_to_freeze(last)) return {};
    const auto frozen = overview_.results.freeze_up_to(last);
    JOBBRO_TRY(stage_frozen(*journal_, frozen, work.now, *work.randomness));
    for (const domain::FrozenMonth& month : frozen) {
        ++work.recorded;
        for (const domain::ResultCell& cell : month.cells)
            overview_.told.add(told_cell(cell));
    }
    return {};
}

}  // namespace jobbro::core
