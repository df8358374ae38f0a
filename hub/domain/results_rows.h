// A frozen month as a message and back, the same. Thread: any.
#pragma once

#include "hub/domain/results.h"
#include "hub/domain/results_rows.pb.h"

namespace jobbro::domain {

rows::FrozenMonth row_of(const FrozenMonth& frozen);
// Requires: a row that row_of() made.
FrozenMonth frozen_month_of(const rows::FrozenMonth& row);

}  // namespace jobbro::domain
