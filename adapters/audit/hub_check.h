// A running hub's log held to what a log must be, by what the hub hands out of it.
#pragma once

#include "adapters/audit/faults.h"
#include "adapters/audit/folder_check.h"
#include "adapters/audit/hub_reader.h"

namespace jobbro::audit {

// That what is proved is in the one tree that everything else is held to, and not in another one
// that the log's key has signed too. Errors: tampered. Thread: any.
Result<void> hold_to_one_tree(const evidence::Checkpoint& one, const evidence::Checkpoint& proved);

// Reads the log sealed, in memory that does not grow with it but for what ActCheck holds; `log` of
// the options is the hub's. What is found goes to the list. The whole log: entries, registry,
// signatures, and the tree over all of them against the checkpoint that the reading ends with;
// there is no tile to say which entry was changed. A range: its entries, made into the tree that
// follows from the proof of its first one, which must be the beginning of the latest checkpoint's;
// and the registry entries before it, each proved to be in that tree; one that the hub keeps back
// from before the range stays unseen. Every index of the hub's own entries must open. Errors: as
// HubReader::read_unchecked; entry_unknown for a range that is not in the log; proof_wrong when a
// proof of the hub does not hold; tampered when one is to another tree than the checkpoint's; those
// of evidence::open_checkpoint when the log's newest key has not signed that. Thread: one at a
// time.
Result<LogSummary> check_hub(HubReader& hub, const FolderCheckOptions& options, FaultList& faults);

}  // namespace jobbro::audit
