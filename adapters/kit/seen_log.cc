#include "adapters/kit/seen_log.h"

namespace jobbro::kit {

Result<evidence::Checkpoint> SeenLog::open(BytesView note, const evidence::NoteVerifier& verifier) {
    auto checkpoint = evidence::open_checkpoint(note, verifier);
    if (!checkpoint) {
        return Error{ErrorCode::tampered,
                     "the checkpoint is not one the log's key has signed: " +
                         std::string{error_text(checkpoint.error().code).name}};
    }
    if (largest_ && checkpoint->size == largest_->size && checkpoint->root != largest_->root) {
        return Error{ErrorCode::tampered,
                     "two different logs of the size " + std::to_string(largest_->size.value())};
    }
    return checkpoint;
}

Result<evidence::Checkpoint> SeenLog::take_latest(BytesView note) {
    JOBBRO_TRY_ASSIGN(evidence::Checkpoint checkpoint, open(note, verifier_.newest()));
    if (largest_ && checkpoint.size < largest_->size) {
        return Error{ErrorCode::tampered, "the log has " + std::to_string(checkpoint.size.value()) +
                                              " entries and had " +
                                              std::to_string(largest_->size.value())};
    }
    largest_ = checkpoint;
    return checkpoint;
}

Result<evidence::Checkpoint> SeenLog::take_commit(BytesView note, Sequence highest) {
    JOBBRO_TRY_ASSIGN(evidence::Checkpoint checkpoint, open(note, verifier_));
    const bool is_by_former = !evidence::open_checkpoint(note, verifier_.newest());
    if (is_by_former && (!largest_ || largest_->size < checkpoint.size)) {
        return Error{ErrorCode::tampered,
                     "a former key of the log has signed it for " +
                         std::to_string(checkpoint.size.value()) +
                         " entries, and is good for no more than were seen under the key of now"};
    }
    if (checkpoint.size < size_with(highest)) {
        return Error{ErrorCode::tampered,
                     "the checkpoint does not hold the entry " + std::to_string(highest.value())};
    }
    if (!largest_ || largest_->size < checkpoint.size) largest_ = checkpoint;
    return checkpoint;
}

}  // namespace jobbro::kit
