// Months of the results that are over, as the log keeps them: what is told of each as entries of
// the hub's, for everybody, and what the rest of its year needs as a sealed row, for nobody.
#pragma once

#include <span>
#include <vector>

#include "hub/domain/results.h"
#include "hub/journal/journal.h"

namespace jobbro::core {

// Into the turn's batch, oldest first. A month that ends a year takes away what was kept for the
// year, also by months of the same turn. Requires: each is the one after the one staged before it.
// Errors: as Journal::stage_own().
Result<void> stage_frozen(journal::Journal& journal, std::span<const domain::FrozenMonth> months,
                          Instant now, Randomness& randomness);

// All that there are, oldest first: cells from the entries, the rest from the rows. Requires:
// nothing is staged. Errors: as Journal::read(); tampered when row and entries do not agree, or a
// month between others is not there.
Result<std::vector<domain::FrozenMonth>> frozen_months(journal::Journal& journal);

}  // namespace jobbro::core
