// When something of a case falls due: one row a subject, by day.
#pragma once

#include <vector>

#include "hub/domain/day.h"
#include "hub/journal/rows.pb.h"
#include "hub/journal/vault.h"
#include "hub/store/store.h"

namespace jobbro::journal {

// Something of the subject's case is due on that day, or was to be.
struct Timer {
    domain::Day day;
    SubjectId subject{};
};

// Rows are staged into a batch, and seen by reading once it is committed. Thread: the hub's loop.
//
// Brings the subject's row in line with its case, which knows the row: whoever calls it has the
// case stored in the same batch.
void set_timer(store::Batch& batch, const SubjectId& subject, rows::CaseRow& row);
// There is none from now on, until set_timer() makes one.
void forget_timer(store::Batch& batch, const SubjectId& subject, rows::CaseRow& row);
// The earliest, up to and with `day`, at most `most`. Errors: store_failed, tampered.
Result<std::vector<Timer>> timers_until(const store::Store& log, domain::Day day, std::size_t most);

}  // namespace jobbro::journal
