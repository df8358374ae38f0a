// A data folder held to what a log must be.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/faults.h"
#include "adapters/audit/log_check.h"
#include "adapters/audit/log_folder.h"

namespace jobbro::audit {

struct FolderCheckOptions {
    evidence::NoteVerifier log;
    // Keys known from elsewhere, each that a party has had.
    std::multimap<std::string, evidence::VerifyingKey> parties;
    std::map<std::string, evidence::VerifyingKey> controllers;  // likewise; entry 0 must name them
    std::vector<evidence::Checkpoint> checkpoints;              // of this log, kept elsewhere
    std::optional<Sequence> first;                              // either set: a range
    std::optional<Sequence> last;                               // in the range
    std::function<void(std::uint64_t)> progress;  // entries so far, now and then; may be empty
};

// Goes on past faults and past rows that cannot be read, as far as it can. What is found goes to
// the list. The whole log: entries, tree, checkpoints, tiles, signatures, every file's checksums,
// that the vault has seen no longer log, and with keys that those are gone that were erased, and no
// others. A range: its entries and checkpoints, against the latest checkpoint. Memory does not grow
// with the log, but for what ActCheck holds.
// Errors: what kept it from reading on (tampered with the file's name, store_failed);
// entry_unknown for a range that is not in the log. Thread: one at a time.
Result<LogSummary> check_folder(const LogFolder& folder, const FolderCheckOptions& options,
                                FaultList& faults);

}  // namespace jobbro::audit
