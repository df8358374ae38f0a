// What the kit has seen of the log, and whether what comes next fits it.
#pragma once

#include <optional>

#include "proto/evidence/note.h"

namespace jobbro::kit {

// Remembers the largest checkpoint the hub has signed for us. A hub that shows a shorter log after
// it, or another log of the same size, is caught; proofs of consistency in between are not asked
// for. Thread: one at a time.
class SeenLog {
  public:
    explicit SeenLog(evidence::NoteVerifier verifier) : verifier_(std::move(verifier)) {}

    // The latest checkpoint, as told on opening a session.
    // Errors: tampered (not signed by the log's key of now, shorter than seen before, or another
    // log).
    Result<evidence::Checkpoint> take_latest(BytesView note);
    // The checkpoint of a commit, which may be an old one when the receipts are for messages sent
    // before; `highest` is the greatest sequence it is to hold. A former key of the log is good for
    // one that is no larger than what was seen signed with the key of now. Errors: tampered.
    Result<evidence::Checkpoint> take_commit(BytesView note, Sequence highest);

    [[nodiscard]] const std::optional<evidence::Checkpoint>& largest() const { return largest_; }

  private:
    Result<evidence::Checkpoint> open(BytesView note, const evidence::NoteVerifier& verifier);

    const evidence::NoteVerifier verifier_;
    std::optional<evidence::Checkpoint> largest_;  // signed with the key of now
};

}  // namespace jobbro::kit
