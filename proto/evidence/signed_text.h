// The texts that parties sign. Every signature covers a context line, so that none can be passed
// off as another.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "proto/evidence/digest.h"

namespace jobbro::evidence {

// "jobbro submit v1\n" origin "\n" party "\n" count "\n" base64(root) "\n"; `root` is the RFC 6962
// tree hash over the envelopes' SHA-256 digests. Requires: origin and party hold no LF.
std::string submit_text(std::string_view origin, std::string_view party, std::size_t count,
                        const Digest& root);

// "jobbro statement v1\n" and the serialised RegistryStatement.
std::string statement_text(BytesView statement);

}  // namespace jobbro::evidence
