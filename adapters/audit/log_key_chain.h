// Which key signs the log's checkpoints from which entry on, as the log's own entries hand it over.
#pragma once

#include <vector>

#include "jobbro/v1/journal.pb.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/note.h"

namespace jobbro::audit {

// From the key of entry 0 to the one that is known from elsewhere; a log that was never handed over
// has one key. Holds some hundred bytes a change. Thread: one at a time.
class LogKeyChain {
  public:
    // The log's key as it is known from elsewhere: the one it has now.
    explicit LogKeyChain(evidence::NoteVerifier known) : known_(std::move(known)) {}

    // Entry 0. Errors: tampered when it is of another log or names no key.
    Result<void> open(const v1::LogOpened& opened);
    // An entry that hands the log over; in the order of the log. Before open() nothing is followed.
    // Errors: tampered when one of the two keys has not signed it, or the new one was the log's
    // before: no key comes back.
    Result<void> take(Sequence sequence, const v1::LogKeyChange& change);
    // Something could not be read that may have been such an entry, which has been told.
    void doubt() { is_doubtful_ = true; }
    // What a checkpoint of this size is held to: the key of its time, or the one known from
    // elsewhere. Before open() those that one had before it are as good.
    [[nodiscard]] evidence::NoteVerifier verifier_of(TreeSize size) const;
    // After all else. Errors: tampered when the log ends under another key than the known one.
    [[nodiscard]] Result<void> finish() const;

  private:
    struct Key {
        Sequence from;
        evidence::VerifyingKey key;
    };

    [[nodiscard]] bool has_had(const evidence::VerifyingKey& key) const;

    evidence::NoteVerifier known_;
    std::vector<Key> keys_;  // none before it is open
    bool is_doubtful_ = false;
};

}  // namespace jobbro::audit
