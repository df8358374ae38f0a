// The bytes of an entry: the leaf of the tree. FORMAT.md in this folder is the same, for readers in
// other languages.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/sealing.h"

namespace jobbro::journal {

// What proves that the sender submitted the envelope: its signature over the whole submit, and the
// envelope's place in it.
struct SubmitProof {
    Sequence registry_sequence;  // of the registry entry that holds the sender's signing key
    evidence::Signature signature{};
    std::uint16_t count = 0;
    std::uint16_t index = 0;
    std::vector<evidence::Digest> path;  // of the envelope's digest, in the submit's tree
};

// The part of an entry that is readable without a key, and stays so after an erasure.
struct ClearPart {
    Sequence sequence;
    Instant recorded_at;
    ByteArray<16> message_id{};
    evidence::Digest envelope_digest{};
    ByteArray<16> salt{};
    std::uint64_t hidden_slot = 0;  // the data key's slot, encrypted under a vault key
    std::uint32_t slot_key_number = 0;
    evidence::Digest index_commitment{};
    evidence::Digest body_commitment{};
    std::string sender;                // party id
    std::optional<SubmitProof> proof;  // none: made by the hub
    // Made by the hub about an order or a citizen, and sealed under the key of that: says nothing
    // of who may sign. Whoever is not handed its keys knows so much.
    bool is_of_case = false;
};

// An entry taken apart; views into the bytes it was read from.
struct EntryParts {
    ClearPart clear;
    BytesView clear_bytes;  // associated data of both sealed parts
    BytesView sealed_index;
    BytesView sealed_body;
};

// Thread: any, for all below.
Bytes encode_clear(const ClearPart& clear);
// Requires: the result is at most limits::entry_bytes_max.
Bytes encode_entry(BytesView clear_bytes, BytesView sealed_index, BytesView sealed_body);
// Errors: tampered when the bytes are not those of an entry of version 1.
Result<EntryParts> decode_entry(BytesView entry);

}  // namespace jobbro::journal
