// A message in the outbox: as its caller sees it, and as it stands in the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "adapters/kit/messages.h"
#include "adapters/kit/sqlite.h"
#include "proto/base/clock.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/key_file.h"

namespace jobbro::kit {

enum class OutboxState : std::uint8_t { waiting = 1, accepted = 2, refused = 3 };

// One message as the outbox has it.
struct OutboxRecord {
    std::uint64_t ticket = 0;  // its place in the order of putting; grows, never used twice
    std::string message_id;
    std::string order_id;  // its lane; empty: none
    std::string tag;       // the caller's name for it; empty: none
    OutboxState state = OutboxState::waiting;
    Instant put_at;
    std::optional<Instant> settled_at;    // when it was accepted or refused
    std::optional<Instant> noted_at;      // when the caller had taken note of that
    std::optional<Result<Receipt>> fate;  // none while it waits
    Bytes envelope;             // gone once it is refused and noted, or accepted and no longer kept
    evidence::Digest digest{};  // SHA-256 of the envelope
};

// Its row. Each sealed part is bound to what of the row stands in the clear and says where it
// belongs, so that none can be put elsewhere or given another state.
struct OutboxRow {
    std::uint64_t ticket = 0;
    std::string message_id;
    std::optional<Bytes> tag_hash;
    OutboxState state = OutboxState::waiting;
    Instant put_at;
    std::optional<Instant> settled_at;
    std::optional<Instant> noted_at;
    Bytes identity;                 // sealed: tag, order id, digest
    std::optional<Bytes> fate;      // sealed: receipt or refusal; none while it waits
    std::optional<Bytes> envelope;  // sealed; none when it is not needed or not kept any more

    // Of the envelope, when there is one.
    [[nodiscard]] std::uint64_t envelope_bytes() const;
};

// Seals rows and opens them under keys of the party's. Thread: one at a time.
class OutboxSealing {
  public:
    explicit OutboxSealing(const evidence::PartySecretKeys& own);

    // The keyed hash by which a tag is found; none for no tag.
    [[nodiscard]] std::optional<Bytes> hash_of(const std::string& tag) const;

    // Fills in identity and envelope. Requires: the parts in the clear are set.
    void seal_message(OutboxRow& row, const OutboxRecord& record);
    // Fills in the fate. Requires: state and instants are as they are to be.
    void seal_fate(OutboxRow& row, const Result<Receipt>& fate);
    // Errors: tampered, with the ticket, when a part does not open or does not go with the rest.
    [[nodiscard]] Result<OutboxRecord> open(const OutboxRow& row) const;

    Bytes seal_head(BytesView head);
    // Errors: opening_failed.
    [[nodiscard]] Result<Bytes> open_head(BytesView sealed) const;

  private:
    [[nodiscard]] Result<void> open_fate(const OutboxRow& row, OutboxRecord& record) const;
    [[nodiscard]] Result<void> open_envelope(const OutboxRow& row, OutboxRecord& record) const;

    const evidence::SymmetricKey row_key_;
    const evidence::SymmetricKey tag_key_;
    evidence::SystemRandomness randomness_;
};

}  // namespace jobbro::kit
