// Entries of the log, read from their bytes alone as hub/journal/FORMAT.md lays them out. Shares
// nothing with the code that wrote them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "jobbro/v1/journal.pb.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/merkle.h"

namespace jobbro::audit {

// What shows that the sender submitted the envelope.
struct Submitted {
    Sequence registry_entry;  // that holds the sender's signing key
    evidence::Signature signature{};
    std::uint16_t count = 0;  // envelopes of the submit
    std::uint16_t index = 0;  // this one among them
    std::vector<evidence::Digest> path;
};

// An entry taken apart. Views point into the bytes it was read from.
struct Entry {
    Sequence sequence;
    Instant recorded_at;
    ByteArray<16> message_id{};
    evidence::Digest envelope_digest{};
    ByteArray<16> salt{};
    std::uint64_t hidden_slot = 0;
    evidence::Digest index_commitment{};
    evidence::Digest body_commitment{};
    std::string_view sender;             // a party id
    std::optional<Submitted> submitted;  // none: the hub made the entry
    bool is_of_case = false;  // it did, about an order or a citizen: nobody may sign by it
    BytesView clear;                     // associated data of both sealed parts
    BytesView sealed_index;
    BytesView sealed_body;
};

// Keys of an entry's sealed parts, as far as the reader has them.
struct PartKeys {
    std::optional<evidence::SymmetricKey> index;
    std::optional<evidence::SymmetricKey> body;
    std::optional<KeySlot> gone;  // the entry's slot, when there is no data key in it any more
};

// Thread: any, for all below.

// Errors: tampered, with what is wrong with the bytes.
Result<Entry> read_entry(BytesView bytes);

// The slot of the entry's data key. It is only as right as the slot key.
KeySlot slot_of(const Entry& entry, const evidence::SymmetricKey& slot_key);

// Errors: opening_failed when the key is not the one the entry commits to, or does not open it;
// tampered when what is inside is no EntryIndex.
Result<v1::EntryIndex> open_index(const Entry& entry, const evidence::SymmetricKey& key);
// The body: an envelope's bytes, or one of the hub's own messages. Errors: opening_failed as above;
// tampered when it is not what the clear part's digest is of.
Result<Bytes> open_body(const Entry& entry, const evidence::SymmetricKey& key);

// Root of the submit's tree that the sender signed, as it follows from this entry.
// Requires: entry.submitted. Errors: tampered when the path cannot be one.
Result<evidence::Digest> submit_root(const Entry& entry);

}  // namespace jobbro::audit
