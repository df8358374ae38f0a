// Statements about parties, made and signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jobbro/v1/registry.pb.h"
#include "proto/base/clock.h"
#include "proto/evidence/key_file.h"

namespace jobbro::kit {

// A serialised RegistryStatement and its signer's signature.
struct SignedStatement {
    Bytes statement;
    evidence::Signature signature{};
};

// What a statement of any kind is about.
struct StatementAbout {
    std::string origin;  // of the log it is meant for
    std::string party;
    std::uint64_t preceding = 0;  // the party's latest registry entry plus one; 0: it has none
    Instant signed_at;
};

struct GrantTerms {
    std::vector<std::string> jobcentres;  // whose orders the party may take part in
    std::optional<Instant> valid_from;    // none: at once
    std::optional<Instant> valid_until;   // none: until withdrawn
};

// A data controller (dataansvarlig) binds a party to its keys. Thread: any.
SignedStatement make_grant(const StatementAbout& about, const evidence::PartyPublicKeys& keys,
                           const GrantTerms& terms, const evidence::PartySecretKeys& controller);

// A controller or an operator has a party's keys refused from now on. Thread: any.
SignedStatement make_disabling(const StatementAbout& about,
                               const evidence::PartySecretKeys& signer);

}  // namespace jobbro::kit
