// Proofs of the hub, held to the log's key.
#pragma once

#include <optional>
#include <vector>

#include "jobbro/v1/audit.pb.h"
#include "proto/evidence/note.h"
#include "proto/evidence/tlog_proof.h"

namespace jobbro::kit {

// An entry that is in the log: the proof holds for `leaf`, and the log has signed `checkpoint`.
struct ProvedEntry {
    evidence::TlogProof proof;  // with the entry as its extra, where the hub handed it out
    evidence::Digest leaf{};
    evidence::Checkpoint checkpoint;
};

// A tree that begins with an earlier one: the log has signed `checkpoint`.
struct ProvedGrowth {
    evidence::Checkpoint checkpoint;
    Bytes note;  // the checkpoint as it was signed
    std::vector<evidence::Digest> hashes;
};

// For both: `size` is what was asked for, none the latest there was.
// Errors: proof_wrong when it does not hold, which is evidence against the hub: keep it;
// signature_missing when the log never signed a tree of that size; note_malformed,
// signature_wrong. Thread: any.
//
// `leaf` is the entry's leaf hash where the caller knows it; it takes one for an entry the party is
// not given. Errors too: entry_unknown when there is neither.
Result<ProvedEntry> check_inclusion(const v1::Proof& answer, Sequence sequence,
                                    std::optional<TreeSize> size,
                                    const std::optional<evidence::Digest>& leaf,
                                    const evidence::NoteVerifier& verifier);
// `old` is a checkpoint the caller has kept.
Result<ProvedGrowth> check_consistency(const v1::Proof& answer, const evidence::Checkpoint& old,
                                       std::optional<TreeSize> size,
                                       const evidence::NoteVerifier& verifier);

}  // namespace jobbro::kit
