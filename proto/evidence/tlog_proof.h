// Proof files that stand by themselves: C2SP tlog-proof (draft of 2026), "….tlog-proof".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"

namespace jobbro::evidence {

// That a leaf is in a log. Lines, each ended by LF: "c2sp.org/tlog-proof@v1"; "extra" and base64
// where there is any; "index" and a number; the hashes in base64, leaf side first; an empty line;
// the checkpoint as it was signed.
struct TlogProof {
    Bytes extra;  // for Jobbro's own proofs the entry itself
    LeafIndex index;
    std::vector<Digest> hashes;  // at most 64
    std::string checkpoint;      // a signed note, with as many signatures as it has

    [[nodiscard]] std::string text() const;
    // Errors: note_malformed.
    static Result<TlogProof> parse(std::string_view text);
};

// That the leaf is in the tree of the proof's checkpoint, and that the verifier signed it.
// Errors: as open_checkpoint; proof_wrong. Returns the checkpoint. Thread: any.
Result<Checkpoint> verify_tlog_proof(const TlogProof& proof, const Digest& leaf,
                                     const NoteVerifier& verifier);

}  // namespace jobbro::evidence
