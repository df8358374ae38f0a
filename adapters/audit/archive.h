// Archives: entries chosen from a log with all it takes to verify them, in one text file.
// ARCHIVE.md in this folder has the lines.
#pragma once

#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/entry_check.h"
#include "adapters/audit/faults.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"

namespace jobbro::audit {

struct ArchiveHeader {
    evidence::NoteVerifier log;  // the key it had when the archive was made
    std::string checkpoint;      // a signed note by that key; all proofs lead to its root
    std::string selection;       // what was chosen, for people; names no citizen; one line
    std::string made_at;         // "2026-01-02T03:04:05Z"
};

struct ArchivedEntry {
    Sequence sequence;
    Bytes bytes;                          // as they stand in the log
    PartKeys keys;                        // as far as they were handed out
    bool is_erased = false;               // its keys are destroyed
    std::vector<evidence::Digest> proof;  // of its inclusion, leaf side first
};

// Makes the lines; the entries are taken as they are. Thread: one at a time.
class ArchiveWriter {
  public:
    // Takes one or more whole lines.
    using Write = std::function<Result<void>(std::string_view)>;
    explicit ArchiveWriter(Write write) : write_(std::move(write)) {}

    // Errors, here and below: those of `write`. In this order, each with sequences that rise; of
    // the header archive_malformed too, when it says what no reader would take.
    Result<void> header(const ArchiveHeader& header);
    // Entry 0, then the registry entries that hold the keys of senders. Requires: keys.body.
    Result<void> statement(const ArchivedEntry& entry);
    Result<void> entry(const ArchivedEntry& entry);
    // Without it the archive is not whole.
    Result<void> end();

  private:
    Result<void> add(const std::string& line);

    Write write_;
    evidence::RunningDigest digest_;
    std::uint64_t statements_ = 0;
    std::uint64_t entries_ = 0;
};

// What was read. Only of worth when there are no faults.
struct ArchiveSummary {
    ArchiveHeader header;
    evidence::Checkpoint checkpoint;
    EntryCounts entries;
    std::vector<ControllerKey> controllers;  // of entry 0; none: it is not in the archive
    std::uint64_t erased = 0;
    // The archive was held to a key known from elsewhere, not only to the one it names itself.
    bool is_key_known = false;
};

// Data controllers whose keys are known from elsewhere, by party id.
using KnownControllers = std::map<std::string, evidence::VerifyingKey>;

// Takes each entry that was read, in order, whether there were faults or not.
using OnArchived = std::function<Result<void>(const ArchivedEntry&)>;

// Reads an archive once through, a line at a time, and keeps of it its statements alone, at most
// some 65,000. Verifies the checkpoint's signature, each entry's form, proof, keys and signature by
// the key its sender had then, that the lines are as they were written and that none is missing.
// `log`: the log's key as the reader knows it, and those it had before; none: the one the archive
// names.
// `controllers`: entry 0 must be there and name them, with these keys.
// Errors: archive_malformed (truncated, garbled, changed; with the line); log_identity_wrong (of
// another log, or another key); note_malformed, signature_missing, signature_wrong (of the
// checkpoint); those of `on_entry`, which may be empty. Faults of entries before an error stand in
// the list. Thread: one at a time.
Result<ArchiveSummary> check_archive(std::istream& in,
                                     const std::optional<evidence::NoteVerifier>& log,
                                     FaultList& faults, const OnArchived& on_entry = {},
                                     const KnownControllers& controllers = {});

}  // namespace jobbro::audit
