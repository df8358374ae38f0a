// Statements about parties and citizens, made and signed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "jobbro/v1/erasure.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "proto/base/clock.h"
#include "proto/evidence/key_file.h"

namespace jobbro::kit {

// A serialised RegistryStatement or CitizenStatement, and its signer's signature.
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
    // For auditors: to read what was said too, and the recorded times of what may be read.
    bool may_unmask = false;
    std::optional<Instant> covers_from = std::nullopt;   // none: from the beginning
    std::optional<Instant> covers_until = std::nullopt;  // not included; none: without end
};

// A data controller (dataansvarlig) binds a party to its keys. Thread: any.
SignedStatement make_grant(const StatementAbout& about, const evidence::PartyPublicKeys& keys,
                           const GrantTerms& terms, const evidence::PartySecretKeys& controller);

// A controller or an operator has a party's keys refused from now on. Thread: any.
SignedStatement make_disabling(const StatementAbout& about,
                               const evidence::PartySecretKeys& signer);

// A party takes the keys of `renewed`, which names the same party, instead of those it has had.
// Thread: any.
SignedStatement make_rotation(const StatementAbout& about, const evidence::PartySecretKeys& own,
                              const evidence::PartySecretKeys& renewed);

// What an erasure is decided on: the hub obeys it while that is what it has.
struct ErasureDecision {
    std::uint32_t orders = 0;                  // as SubjectFound has it
    std::uint64_t last_sequence_plus_one = 0;  // as SubjectFound has it
    bool even_running = false;                 // also orders that are not over
};

// What a statement about a citizen is about.
struct CitizenStatementAbout {
    std::string origin;            // of the log it is meant for
    Bytes subject_id;              // the hub's own id, as SubjectFound has it
    std::uint64_t preceding = 0;   // as SubjectFound has it
    std::string ground;            // why, for the record
    Instant signed_at;             // obeyed for a day from then
    ErasureDecision erasure = {};  // of an erasure only
};

enum class CitizenActKind : std::uint8_t { erase, place_hold, lift_hold };

// A data controller has a citizen erased, or keeps one from being erased. Thread: any.
SignedStatement make_citizen_statement(const CitizenStatementAbout& about, CitizenActKind act,
                                       const evidence::PartySecretKeys& controller);

}  // namespace jobbro::kit
