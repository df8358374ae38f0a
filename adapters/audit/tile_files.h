// A log as the files of C2SP tlog-tiles, which verifiers by others read.
#pragma once

#include <filesystem>
#include <functional>

#include "adapters/audit/hub_reader.h"
#include "adapters/audit/log_folder.h"
#include "proto/evidence/note.h"

namespace jobbro::audit {

// Writes `checkpoint`, `tile/…` and `tile/entries/…`, unfinished ones included, of the tree of the
// latest checkpoint into an empty folder. The tiles are made from the entries anew; the checkpoint
// is written last, and only when its root is theirs. `progress` is told how many entries are done,
// now and then; may be empty. Returns the checkpoint.
// Errors: file_unwritable; tampered when the entries are not those of the checkpoint; as
// open_checkpoint; store_failed. Thread: one at a time. Memory does not grow with the log.
Result<evidence::Checkpoint> write_tiles(const LogFolder& folder, const evidence::NoteVerifier& log,
                                         const std::filesystem::path& out,
                                         const std::function<void(std::uint64_t)>& progress);
// The same of a running hub's log, read sealed. Errors: as HubReader::read_unchecked too.
Result<evidence::Checkpoint> write_tiles(HubReader& hub, const std::filesystem::path& out,
                                         const std::function<void(std::uint64_t)>& progress);

}  // namespace jobbro::audit
