// What the retention of orders goes by: rows of when orders were over, and of what is to be erased.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hub/journal/rows.pb.h"
#include "hub/journal/vault.h"
#include "hub/store/store.h"
#include "proto/base/clock.h"

namespace jobbro::journal {

// Days since 1970-01-01, in UTC.
std::int64_t day_of(Instant time);

// The subject is to be looked at once that day is long enough ago: an order of it was over then, or
// something was said of it.
struct OverRow {
    std::int64_t day = 0;
    SubjectId subject{};
};

// Rows are staged into a batch, and seen by reading once it is committed. Thread: the hub's loop.
void stage_over(store::Batch& batch, const SubjectId& subject, Instant over_at);
void forget_over(store::Batch& batch, const OverRow& row);
// All rows of these subjects up to and with the day of `last`: those of that day also when they
// stand in the batch, the others when they are committed. Looks at all there are up to that day.
// Errors: store_failed, tampered.
Result<void> forget_all_over(store::Batch& batch, const store::Store& log,
                             std::span<const SubjectId> subjects, Instant last);
// The earliest, up to and with `day`, at most `most`. Errors: store_failed, tampered.
Result<std::vector<OverRow>> over_until(const store::Store& log, std::int64_t day,
                                        std::size_t most);

// An ErasureDue entry that has not been acted on.
struct DueEntry {
    Sequence entry;
    std::uint64_t recorded_lived_ms = 0;  // when it was recorded, in milliseconds lived through
};

void stage_due(store::Batch& batch, const DueEntry& due);
void forget_due(store::Batch& batch, Sequence entry);
// The earliest, at most `most`. Errors: store_failed, tampered.
Result<std::vector<DueEntry>> due_entries(const store::Store& log, std::size_t most);

// How far erasing by the clock has come; empty before the first time. Errors: store_failed,
// tampered.
Result<rows::RetentionRow> read_retention(const store::Store& log);
void stage_retention(store::Batch& batch, const rows::RetentionRow& row);

}  // namespace jobbro::journal
