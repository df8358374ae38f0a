// Months of the results that are over, as the log keeps them: what is told of each as entries of
// the hub's, for everybody, and what the rest of its year needs as a sealed row, for nobody.
#pragma once

#include <cstddef>
#include <vector>

#include "hub/domain/results.h"
#include "hub/journal/journal.h"

namespace jobbro::core {

// Into the turn's batch: its entries, and with them the rows, in one commit. How many entries. A
// month that ends a year takes away what was kept for the year, also by months of the same turn.
// `first`: the oldest month ever frozen. Requires: it is the one after the one staged before it.
// Errors: as Journal::stage_own().
Result<std::size_t> stage_frozen(journal::Journal& journal, const domain::FrozenMonth& month,
                                 domain::Month first, Instant now, Randomness& randomness);

// All that there are, oldest first: cells from the entries, the rest from the rows. Reads of the
// log what was recorded since the first month without a row was over, which a hub that runs keeps
// to nine days of it. Requires: nothing is staged. Errors: as Journal::read(); tampered when row
// and entries do not agree, when a month from the first to the last is not there, or what quarter
// and year need of one of the year that runs, and when the log tells of a month behind the last
// row: that would be told again, and with other figures.
Result<std::vector<domain::FrozenMonth>> frozen_months(journal::Journal& journal);

}  // namespace jobbro::core
