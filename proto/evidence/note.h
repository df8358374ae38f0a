// C2SP signed notes (signed-note.md v1.0.0) and checkpoints (tlog-checkpoint.md v1.0.0), Ed25519.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/numbers.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/keys.h"

namespace jobbro::evidence {

// The first four bytes of SHA-256(name || LF || 0x01 || public key).
ByteArray<4> note_key_id(std::string_view name, const VerifyingKey& key);

// A verifier key with its name: "name+hhhhhhhh+base64(0x01 || key)".
struct NoteVerifier {
    std::string name;
    VerifyingKey key;
    // Those that signed by this name before; what they signed is as good. Not part of the text.
    std::vector<VerifyingKey> former = {};

    // The same without former keys.
    [[nodiscard]] NoteVerifier newest() const { return {name, key}; }
    // Errors: key_malformed (shape, wrong key id, other algorithm than Ed25519).
    static Result<NoteVerifier> parse(std::string_view vkey);
    [[nodiscard]] std::string text() const;
};

// True for a name a note or an origin may bear: 1 to 128 bytes of printable ASCII without space
// or "+".
bool is_note_name(std::string_view name);

// The note: text, empty line, one signature line. Requires: text ends in LF, is_note_name(name).
std::string sign_note(std::string_view text, std::string_view name, const Signer& signer);

// The text (with its last LF) of a note that `verifier` has signed. Unknown signers are passed
// over; up to 16 signature lines.
// Errors: note_malformed; signature_missing when the verifier did not sign it; signature_wrong.
Result<std::string> open_note(std::string_view note, const NoteVerifier& verifier);

// What a log says of itself at one size.
struct Checkpoint {
    std::string origin;
    TreeSize size;
    Digest root{};

    // Three lines: origin, size in decimal, root in base64.
    [[nodiscard]] std::string text() const;
    // Errors: note_malformed. Extension lines are passed over.
    static Result<Checkpoint> parse(std::string_view text);
};

// Opens the note and parses the checkpoint; the origin must be the verifier's name.
// Errors: as open_note; note_malformed.
Result<Checkpoint> open_checkpoint(std::string_view note, const NoteVerifier& verifier);

}  // namespace jobbro::evidence
