#include "adapters/kit/proofs.h"

namespace jobbro::kit {
namespace {

Error wrong(const char* what) {
    return {ErrorCode::proof_wrong, what};
}

Result<std::vector<evidence::Digest>> hashes_of(const v1::Proof& answer) {
    std::vector<evidence::Digest> hashes;
    for (const Bytes& hash : answer.hashes()) {
        if (hash.size() != evidence::Digest{}.size()) return wrong("a hash has another length");
        hashes.push_back(array_of<32>(hash));
    }
    return hashes;
}

// The checkpoint that is proved to.
Result<evidence::Checkpoint> checkpoint_of(const v1::Proof& answer, std::optional<TreeSize> size,
                                           const evidence::NoteVerifier& verifier) {
    const TreeSize told{answer.tree_size()};
    if (size && told != *size) return wrong("it is about a tree of another size");
    if (answer.checkpoint().empty()) {
        return Error{ErrorCode::signature_missing, "the log signed no tree of this size"};
    }
    JOBBRO_TRY_ASSIGN(evidence::Checkpoint checkpoint,
                      evidence::open_checkpoint(answer.checkpoint(), verifier));
    if (checkpoint.size != told) return wrong("the checkpoint is of another size");
    return checkpoint;
}

}  // namespace

Result<ProvedEntry> check_inclusion(const v1::Proof& answer, Sequence sequence,
                                    std::optional<TreeSize> size,
                                    const std::optional<evidence::Digest>& leaf,
                                    const evidence::NoteVerifier& verifier) {
    JOBBRO_TRY_ASSIGN(const auto checkpoint, checkpoint_of(answer, size, verifier));
    JOBBRO_TRY_ASSIGN(auto hashes, hashes_of(answer));
    ProvedEntry proved{{answer.entry(), leaf_of(sequence), std::move(hashes), answer.checkpoint()},
                       {},
                       checkpoint};
    if (!answer.entry().empty()) {
        proved.leaf = evidence::leaf_hash(answer.entry());
        if (leaf && *leaf != proved.leaf) return wrong("the entry is another one");
    } else if (leaf) {
        proved.leaf = *leaf;
    } else {
        return Error{ErrorCode::entry_unknown, "it takes the entry's leaf hash"};
    }
    JOBBRO_TRY(evidence::verify_tlog_proof(proved.proof, proved.leaf, verifier));
    return proved;
}

Result<ProvedGrowth> check_consistency(const v1::Proof& answer, const evidence::Checkpoint& old,
                                       std::optional<TreeSize> size,
                                       const evidence::NoteVerifier& verifier) {
    JOBBRO_TRY_ASSIGN(auto checkpoint, checkpoint_of(answer, size, verifier));
    JOBBRO_TRY_ASSIGN(auto hashes, hashes_of(answer));
    JOBBRO_TRY(
        evidence::verify_consistency(old.size, old.root, checkpoint.size, checkpoint.root, hashes));
    return ProvedGrowth{std::move(checkpoint), answer.checkpoint(), std::move(hashes)};
}

}  // namespace jobbro::kit
