// Sealing bytes: parts of journal entries, rows at rest, and frames to a party.
#pragma once

#include <optional>
#include <string_view>

#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/keys.h"

namespace jobbro::evidence {

// --- Parts of journal entries -------------------------------------------------------------------

// Names of the sealed parts.
inline constexpr std::string_view part_index = "index";
inline constexpr std::string_view part_body = "body";

// HKDF-SHA-256 with the data key as key material, the entry's 16 random bytes as salt and
// "jobbro entry v1" 0x00 part 0x00 sequence (8 bytes, big-endian) as info. Opens that part of that
// entry and nothing else.
SymmetricKey part_key(const DataKey& data_key, BytesView entry_salt, std::string_view part,
                      Sequence sequence);

// SHA-256("jobbro key commitment v1" 0x00 key). Stands in the clear part of the entry, so that
// sealed bytes have one key and one meaning.
Digest key_commitment(const SymmetricKey& key);

// ChaCha20-Poly1305 (RFC 8439) with an all-zero nonce: each key seals one part only.
// Adds 16 bytes.
Bytes seal_part(const SymmetricKey& key, BytesView plaintext, BytesView associated);
// Checks the commitment before it opens. Errors: opening_failed.
Result<Bytes> open_part(const SymmetricKey& key, const Digest& commitment, BytesView sealed,
                        BytesView associated);

// --- Rows at rest -------------------------------------------------------------------------------

// XChaCha20-Poly1305 under a key used many times: 24 random bytes of nonce, then ciphertext.
// Adds 40 bytes.
Bytes seal_row(const SymmetricKey& key, BytesView plaintext, BytesView associated,
               Randomness& randomness);
// Errors: opening_failed.
Result<Bytes> open_row(const SymmetricKey& key, BytesView sealed, BytesView associated);

// --- Frames to a party --------------------------------------------------------------------------

// The shared key of crypto_box (X25519, XSalsa20-Poly1305), computed once a session.
// Thread: one at a time.
class BoxKey {
  public:
    // Errors: key_malformed for a public key that is not usable.
    static Result<BoxKey> between(const CurveSecretKey& own, const CurvePublicKey& other);
    BoxKey(BoxKey&&) noexcept = default;
    BoxKey& operator=(BoxKey&&) noexcept = default;

    // Adds 16 bytes. The nonce must never be used twice with the same pair of keys.
    [[nodiscard]] Bytes seal(const ByteArray<24>& nonce, BytesView plaintext) const;
    // Errors: opening_failed.
    [[nodiscard]] Result<Bytes> open(BytesView nonce, BytesView box) const;

  private:
    explicit BoxKey(SymmetricKey shared) : shared_(std::move(shared)) {}
    SymmetricKey shared_;
};

}  // namespace jobbro::evidence
