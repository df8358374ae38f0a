// The hub's half of the dialogue for the kit's tests: keys, sealed frames, signed checkpoints.
#pragma once

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "jobbro/v1/frame.pb.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"
#include "proto/evidence/sealing.h"

namespace jobbro::kit {

// A party that there is, for tests.
inline evidence::PartySecretKeys party_keys(std::uint64_t seed = 7) {
    SeededRandomness randomness{seed};
    return evidence::PartySecretKeys{"jobcentre:630", evidence::CurveSecretKey::random(randomness),
                                     evidence::SigningKey::random(randomness)};
}

// One hub with an empty log. Thread: one at a time.
class HubSide {
  public:
    explicit HubSide(std::uint64_t seed = 1)
        : randomness_(seed),
          curve_(evidence::CurveSecretKey::random(randomness_)),
          signer_(evidence::SigningKey::random(randomness_)) {}

    [[nodiscard]] const evidence::CurveSecretKey& curve() const { return curve_; }
    [[nodiscard]] evidence::HubPublicKeys public_keys() const {
        return evidence::HubPublicKeys{
            origin, evidence::curve_public_key(curve_),
            evidence::NoteVerifier{origin, signer_.verifying_key()}.text()};
    }

    // Grows the log to this many entries and signs it. `salt` makes another log.
    std::string checkpoint(std::uint64_t size, const std::string& salt = {}) const {
        evidence::CompactTree tree;
        for (std::uint64_t i = 0; i < size; ++i) {
            tree.append(evidence::leaf_hash(salt + std::to_string(i)));
        }
        const evidence::Checkpoint checkpoint{origin, tree.size(), tree.root()};
        return evidence::sign_note(checkpoint.text(), origin, signer_);
    }

    // Sealed to the party, as it stands on the wire.
    Bytes seal(const v1::HubFrame& frame, const evidence::PartySecretKeys& to = party_keys()) {
        const auto key = evidence::BoxKey::between(curve_, evidence::curve_public_key(to.curve));
        const ByteArray<24> nonce = randomness_.take<24>();
        v1::HubFrame outer;
        outer.mutable_sealed()->set_nonce(nonce.data(), nonce.size());
        outer.mutable_sealed()->set_box(key->seal(nonce, frame.SerializeAsString()));
        return outer.SerializeAsString();
    }

    v1::HubFrame welcome(std::uint64_t size = 1) const {
        v1::HubFrame frame;
        frame.mutable_welcome()->set_party("jobcentre:630");
        frame.mutable_welcome()->set_origin(origin);
        frame.mutable_welcome()->set_verifier_key(public_keys().verifier_key);
        frame.mutable_welcome()->set_checkpoint(checkpoint(size));
        return frame;
    }

    // Receipts for the first `count` of a Submit, with sequences from `first`.
    v1::HubFrame receipts(std::uint64_t submit, std::uint32_t count, std::uint64_t first) const {
        v1::HubFrame frame;
        for (std::uint32_t i = 0; i < count; ++i) {
            v1::Outcome& outcome = *frame.mutable_outcomes()->add_outcomes();
            outcome.set_submit_number(submit);
            outcome.set_index(i);
            outcome.mutable_receipt()->set_sequence(first + i);
        }
        frame.mutable_outcomes()->set_checkpoint(checkpoint(first + count));
        return frame;
    }

    // Page `page`, from 0, of a replay of a log of three entries, each a page.
    v1::HubFrame replayed(std::uint64_t request_number, std::uint64_t page) const {
        constexpr std::uint64_t end = 3;
        v1::HubFrame frame;
        v1::Replayed& replayed = *frame.mutable_replayed();
        replayed.set_request_number(request_number);
        replayed.add_entries()->set_entry(std::to_string(page));
        replayed.set_next_sequence(page + 1);
        replayed.set_end_sequence(end);
        replayed.set_is_end(page + 1 == end);
        replayed.set_checkpoint(checkpoint(end));
        return frame;
    }

    // Out of a log of `size` entries "0", "1", …: what was asked for, or entry_unknown.
    v1::HubFrame proof(const v1::Prove& asked, std::uint64_t size = 20) const {
        v1::HubFrame frame;
        const std::uint64_t of = asked.has_tree_size() ? asked.tree_size() : size;
        if (asked.has_inclusion_of() && asked.inclusion_of() >= of) {
            frame.mutable_error()->set_code(v1::ERROR_CODE_ENTRY_UNKNOWN);
            frame.mutable_error()->set_request_number(asked.request_number());
            return frame;
        }
        std::vector<evidence::Digest> leaves;
        for (std::uint64_t i = 0; i < of; ++i)
            leaves.push_back(evidence::leaf_hash(std::to_string(i)));
        v1::Proof& proof = *frame.mutable_proof();
        proof.set_request_number(asked.request_number());
        proof.set_tree_size(of);
        proof.set_checkpoint(checkpoint(of));
        if (asked.has_inclusion_of()) proof.set_entry(std::to_string(asked.inclusion_of()));
        const auto path = asked.has_inclusion_of()
                              ? evidence::inclusion_path(leaves, asked.inclusion_of())
                              : evidence::consistency_path(leaves, asked.consistency_from());
        for (const evidence::Digest& hash : path)
            proof.add_hashes(hash.data(), hash.size());
        return frame;
    }

    static v1::HubFrame rejection(std::uint64_t submit, std::uint32_t index, v1::ErrorCode code,
                                  v1::Disposition disposition, std::uint32_t retry_after_ms = 0) {
        v1::HubFrame frame;
        v1::Outcome& outcome = *frame.mutable_outcomes()->add_outcomes();
        outcome.set_submit_number(submit);
        outcome.set_index(index);
        outcome.mutable_rejection()->set_code(code);
        outcome.mutable_rejection()->set_disposition(disposition);
        outcome.mutable_rejection()->set_retry_after_ms(retry_after_ms);
        return frame;
    }

    const std::string origin = "jobbro.test/log";

  private:
    SeededRandomness randomness_;
    evidence::CurveSecretKey curve_;
    evidence::Signer signer_;
};

MATCHER_P(FailsWith, code, "fails with " + std::string{error_text(code).name}) {
    if (arg.has_value()) {
        *result_listener << "which succeeded";
        return false;
    }
    *result_listener << "which is " << arg.error().line();
    return arg.error().code == code;
}

}  // namespace jobbro::kit
