// Proofs for whoever asks: they are about the log, and tell nothing of what is in it. The entry
// that goes with one is sealed, so no reading is recorded; it goes to its sender and to whoever
// could fetch it now. Auditors have replays, which leave a trace.
#include "hub/core/core.h"
#include "hub/journal/proofs.h"
#include "proto/base/limits.h"

namespace jobbro::core {
namespace {

void add_hashes(const std::vector<evidence::Digest>& hashes, v1::Proof& proof) {
    for (const evidence::Digest& hash : hashes)
        proof.add_hashes(hash.data(), hash.size());
}

bool is_refusal(const Error& error) {
    return error.code == ErrorCode::entry_unknown || error.code == ErrorCode::field_out_of_bounds;
}

}  // namespace

void Core::prove(Session& session, const v1::Prove& request, Work& work) {
    if (work.prove_requests.size() >= limits::proofs_per_turn_max) {
        send_error(session, ErrorCode::busy, false, work, request.request_number());
        return;
    }
    work.prove_requests.emplace_back(session.number, request);
}

// After the commit: what is staged is not in any tree that was signed.
Result<void> Core::answer_proofs(Work& work) {
    for (const auto& [number, request] : work.prove_requests) {
        const Session* const session = find_session(number);
        if (session == nullptr) continue;
        auto proof = proof_of(*session, request, work.now);
        if (proof) {
            v1::HubFrame frame;
            *frame.mutable_proof() = *std::move(proof);
            send(*session, std::move(frame), work);
        } else if (is_refusal(proof.error())) {
            send_error(*session, proof.error(), false, work, request.request_number());
        } else {
            JOBBRO_TRY(answer_damage(*session, proof.error(), work, request.request_number()));
        }
    }
    return {};
}

Result<v1::Proof> Core::proof_of(const Session& session, const v1::Prove& request, Instant now) {
    const TreeSize latest = journal_->size();
    const TreeSize size = request.has_tree_size() ? TreeSize{request.tree_size()} : latest;
    if (size > latest) return Error{ErrorCode::field_out_of_bounds, {}, "tree_size"};
    v1::Proof proof;
    switch (request.what_case()) {
        case v1::Prove::kInclusionOf: {
            JOBBRO_TRY_ASSIGN(
                proof, prove_inclusion(session, Sequence{request.inclusion_of()}, size, now));
            break;
        }
        case v1::Prove::kConsistencyFrom: {
            const TreeSize old_size{request.consistency_from()};
            if (old_size > size) {
                return Error{ErrorCode::field_out_of_bounds, {}, "consistency_from"};
            }
            JOBBRO_TRY_ASSIGN(const auto path,
                              journal::prove_consistency(*journal_, old_size, size));
            add_hashes(path, proof);
            break;
        }
        default:
            return Error{ErrorCode::field_out_of_bounds, {}, "what"};
    }
    JOBBRO_TRY_ASSIGN(const Bytes checkpoint, journal::checkpoint_of_size(*journal_, size));
    proof.set_request_number(request.request_number());
    proof.set_tree_size(size.value());
    proof.set_checkpoint(checkpoint);
    return proof;
}

Result<v1::Proof> Core::prove_inclusion(const Session& session, Sequence sequence, TreeSize size,
                                        Instant now) {
    if (sequence.value() >= size.value()) return ErrorCode::entry_unknown;
    JOBBRO_TRY_ASSIGN(journal::Inclusion inclusion,
                      journal::prove_inclusion(*journal_, sequence, size));
    v1::Proof proof;
    add_hashes(inclusion.path, proof);
    bool may_have_entry = inclusion.sender == session.party.text();
    if (!may_have_entry) {
        JOBBRO_TRY_ASSIGN(const auto entry, entry_for(session, sequence, now));
        may_have_entry = entry != nullptr;
    }
    if (may_have_entry) proof.set_entry(std::move(inclusion.entry));
    return proof;
}

}  // namespace jobbro::core
