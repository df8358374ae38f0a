// The texts that parties sign. Every signature covers a context line, so that none can be passed
// off as another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/evidence/digest.h"
#include "proto/evidence/keys.h"

namespace jobbro::evidence {

// "jobbro submit v1\n" origin "\n" party "\n" count "\n" base64(root) "\n"; `root` is the RFC 6962
// tree hash over the envelopes' SHA-256 digests. Requires: origin and party hold no LF.
std::string submit_text(std::string_view origin, std::string_view party, std::size_t count,
                        const Digest& root);

// "jobbro statement v1\n" and the serialised RegistryStatement.
std::string statement_text(BytesView statement);

// "jobbro rotation v1\n" origin "\n" party "\n" preceding "\n" and the two new keys as bytes: what
// a party signs with a new signing key, to show that it has it. Requires: as submit_text().
std::string rotation_text(std::string_view origin, std::string_view party, std::uint64_t preceding,
                          const CurvePublicKey& curve_key, const VerifyingKey& signing_key);

// "jobbro log key v1\n" origin "\n" former vkey "\n" new vkey "\n": what hands a log over to
// another key, signed by both. Requires: none holds LF.
std::string log_key_text(std::string_view origin, std::string_view former_verifier_key,
                         std::string_view verifier_key);

// "jobbro citizen statement v1\n" and the serialised CitizenStatement.
std::string citizen_statement_text(BytesView statement);

}  // namespace jobbro::evidence
