// What became of submitted envelopes, told after the commit.
#include "hub/core/core.h"

namespace jobbro::core {
namespace {

// With the most findings a message can have, a frame stays well under limits::frame_bytes_max.
constexpr int outcomes_per_frame_max = 128;

v1::Receipt receipt_of(Sequence sequence, Instant recorded_at) {
    v1::Receipt receipt;
    receipt.set_sequence(sequence.value());
    const std::int64_t us = recorded_at.microseconds;
    receipt.mutable_recorded_at()->set_seconds(us / 1000000);
    receipt.mutable_recorded_at()->set_nanos(static_cast<std::int32_t>(us % 1000000) * 1000);
    return receipt;
}

// Of what is erased there is the clear part: the receipt comes again without its findings.
Result<v1::Receipt> stored_receipt(journal::Journal& journal, Sequence sequence) {
    const auto entry = journal.read(sequence);
    if (!entry && entry.error().code == ErrorCode::erased) {
        JOBBRO_TRY_ASSIGN(const Instant recorded_at, journal.recorded_at(sequence));
        return receipt_of(sequence, recorded_at);
    }
    if (!entry) return entry.error();
    v1::Receipt receipt = receipt_of(sequence, (*entry)->recorded_at);
    *receipt.mutable_findings() = (*entry)->index.findings();
    return receipt;
}

v1::Rejection rejection_of(const Error& error) {
    v1::Rejection rejection;
    const Disposition disposition = error_text(error.code).disposition;
    rejection.set_code(static_cast<v1::ErrorCode>(error.code));
    rejection.set_disposition(static_cast<v1::Disposition>(disposition));
    rejection.set_field_path(error.field_path);
    rejection.set_detail(error.detail);
    if (disposition == Disposition::retry) {
        rejection.set_retry_after_ms(limits::busy_retry_after_ms);
    }
    return rejection;
}

}  // namespace

// A receipt is made from what was stored, whether it is the first or the answer to a duplicate.
// Where that cannot be read there is no answer: a rejection would say that nothing was recorded.
Result<std::optional<v1::Outcome>> Core::outcome_of(const Answer& answer, Bytes& checkpoint,
                                                    Work& work) {
    v1::Outcome outcome;
    outcome.set_submit_number(answer.submit_number);
    outcome.set_index(answer.index);
    outcome.set_message_id(answer.message_id);
    if (const auto* const error = std::get_if<Error>(&answer.fate)) {
        *outcome.mutable_rejection() = rejection_of(*error);
        ++work.turn.report.rejected[error->code];
        ++work.turn.report.messages[answer.kind].rejected;
        return std::optional<v1::Outcome>{std::move(outcome)};
    }
    const Sequence sequence = std::get<Sequence>(answer.fate);
    auto receipt = stored_receipt(*journal_, sequence);
    auto note = journal_->checkpoint_with(sequence);
    if (!receipt || !note) {
        const Error& error = receipt ? note.error() : receipt.error();
        if (error.code == ErrorCode::store_failed) return error;
        JOBBRO_TRY(seal(error, work));
        return std::optional<v1::Outcome>{};
    }
    checkpoint = *std::move(note);
    *outcome.mutable_receipt() = *std::move(receipt);
    return std::optional<v1::Outcome>{std::move(outcome)};
}

Result<void> Core::answer_submits(Work& work) {
    // One frame a session and commit: a duplicate's first receipt belongs to an earlier commit.
    std::map<std::pair<delivery::SessionNumber, Bytes>, v1::Outcomes> frames;
    const auto flush = [&](delivery::SessionNumber number, v1::Outcomes&& outcomes) {
        const Session* const session = find_session(number);
        if (session == nullptr) return;  // it ended in this turn; the client will ask again
        v1::HubFrame frame;
        *frame.mutable_outcomes() = std::move(outcomes);
        send(*session, std::move(frame), work);
    };
    for (const Answer& answer : work.answers) {
        Bytes checkpoint;
        JOBBRO_TRY_ASSIGN(auto outcome, outcome_of(answer, checkpoint, work));
        if (!outcome) {
            if (const Session* const session = find_session(answer.session)) {
                send_error(*session, ErrorCode::hub_sealed, false, work, answer.submit_number);
            }
            continue;
        }
        v1::Outcomes& frame = frames[{answer.session, checkpoint}];
        frame.set_checkpoint(checkpoint);
        *frame.add_outcomes() = *std::move(outcome);
        if (frame.outcomes_size() >= outcomes_per_frame_max) {
            flush(answer.session, std::move(frame));
            frames.erase({answer.session, checkpoint});
        }
    }
    for (auto& [key, outcomes] : frames)
        flush(key.first, std::move(outcomes));
    return {};
}

}  // namespace jobbro::core
