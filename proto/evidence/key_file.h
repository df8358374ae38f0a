// Key files: a few lines of text, the secret ones readable by their owner alone.
//
//   jobbro secret key v1            jobbro public key v1
//   party provider:99104007         party provider:99104007
//   curve <base64>                  curve <base64>
//   signing <base64>                signing <base64>
//
// A hub's secret file has the first line "jobbro hub key v1", then "origin <name>", "curve",
// "signing" (the log's key) and "master"; its public file "jobbro hub public key v1", "origin",
// "curve" and "verifier <vkey>", then a line "former <vkey>" for each key the log had before, the
// latest last.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "proto/evidence/keys.h"
#include "proto/evidence/note.h"

namespace jobbro::evidence {

struct PartySecretKeys {
    std::string party;
    CurveSecretKey curve;
    SigningKey signing;
};
struct PartyPublicKeys {
    std::string party;
    CurvePublicKey curve;
    VerifyingKey signing;
};
struct HubSecretKeys {
    std::string origin;
    CurveSecretKey curve;
    SigningKey signing;
    MasterKey master;
};
struct HubPublicKeys {
    std::string origin;
    CurvePublicKey curve;
    std::string verifier_key;  // a C2SP vkey
    // Those the log had before, the latest last: what was signed then is held to them. At most 16.
    std::vector<std::string> former_verifier_keys = {};
};

// What the log's notes are held to. Errors: key_malformed. Thread: any.
Result<NoteVerifier> verifier_of(const HubPublicKeys& hub);

// The key under which a party's own programs seal rows at rest: HKDF-SHA-256 with the signing key
// and then the CURVE key as key material, no salt, and "jobbro party rows v1" 0x00 party 0x00
// purpose as info. Each purpose has a key of its own; other party keys give other keys.
// Requires: purpose.size() <= 128. Thread: any.
SymmetricKey party_row_key(const PartySecretKeys& keys, std::string_view purpose);

// Reading. Errors: file_unreadable; key_file_exposed when group or others may read or write a
// secret file; key_file_malformed (detail: which line, never its content). Thread: any.
Result<PartySecretKeys> read_party_secret_keys(const std::filesystem::path& path);
Result<PartyPublicKeys> read_party_public_keys(const std::filesystem::path& path);
Result<HubSecretKeys> read_hub_secret_keys(const std::filesystem::path& path);
Result<HubPublicKeys> read_hub_public_keys(const std::filesystem::path& path);

// Writing: secret files with mode 0600, never over an existing file, synced before they count.
// Errors: file_unwritable. Thread: any.
Result<void> write_keys(const std::filesystem::path& path, const PartySecretKeys& keys);
Result<void> write_keys(const std::filesystem::path& path, const PartyPublicKeys& keys);
Result<void> write_keys(const std::filesystem::path& path, const HubSecretKeys& keys);
Result<void> write_keys(const std::filesystem::path& path, const HubPublicKeys& keys);

}  // namespace jobbro::evidence
