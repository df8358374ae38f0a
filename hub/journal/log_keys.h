// Which key signs the log's checkpoints, from which entry on.
#pragma once

#include <vector>

#include "jobbro/v1/journal.pb.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/note.h"

namespace jobbro::journal {

// The chain from entry 0 to the key of now, each handed over by the one before. Thread: one.
class LogKeys {
  public:
    // As entry 0 says. Errors: tampered when it names no key of the origin.
    static Result<LogKeys> first(const v1::LogOpened& opened);
    // The entry hands the log over: trees with it are signed by the new key. Requires: later than
    // the one before. Errors: tampered when one of the two has not signed it, or the log has had
    // the key before.
    Result<void> take(Sequence sequence, const v1::LogKeyChange& change);

    [[nodiscard]] const evidence::NoteVerifier& first() const { return keys_.front().verifier; }
    [[nodiscard]] const evidence::NoteVerifier& now() const { return keys_.back().verifier; }
    // It has one of these now or had it before.
    [[nodiscard]] bool has_had(const evidence::VerifyingKey& key) const;
    // The key that a tree of this size is signed with.
    [[nodiscard]] const evidence::NoteVerifier& of_size(TreeSize size) const;
    // The entries that handed the log over, as a row: sequences of 8 bytes.
    [[nodiscard]] Bytes row() const;

  private:
    struct Key {
        Sequence from;
        evidence::NoteVerifier verifier;
    };
    std::vector<Key> keys_;  // never empty
};

// What hands a log over. Thread: any.
v1::LogKeyChange make_log_key_change(const std::string& origin, const evidence::Signer& former,
                                     const evidence::Signer& to);

}  // namespace jobbro::journal
