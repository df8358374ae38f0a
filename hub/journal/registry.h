// Who the parties are, as signed statements have made them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hub/store/store.h"
#include "jobbro/v1/journal.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/keys.h"

namespace jobbro::journal {

// What one data controller lets a party take part in.
struct Grant {
    std::string controller;
    std::vector<std::string> jobcentres;  // party ids
    std::optional<Instant> valid_from;
    std::optional<Instant> valid_until;
    // Of auditors only: whether content too, and which entries, by recorded time.
    bool may_unmask = false;
    std::optional<Instant> covers_from = std::nullopt;
    std::optional<Instant> covers_until = std::nullopt;

    [[nodiscard]] bool is_valid(Instant now) const;
    // The recorded time lies in the period it covers.
    [[nodiscard]] bool covers(Instant recorded_at) const;
    friend bool operator==(const Grant&, const Grant&) = default;
};

// How much of an entry an auditor may read.
enum class AuditRight : std::uint8_t { none, trail, content };

// A registered party.
struct Party {
    contract::PartyId id;
    evidence::CurvePublicKey curve_key;
    evidence::VerifyingKey signing_key;
    Sequence sequence;       // of its latest registry entry
    Sequence keys_sequence;  // of the registry entry that bound its keys
    bool disabled = false;
    std::vector<Grant> grants;
    friend bool operator==(const Party&, const Party&) = default;

    // Neither disabled nor without a grant valid now. First operators need no grant.
    [[nodiscard]] bool is_in_force(Instant now) const;
    // A grant valid now lets it take part in this jobcentre's orders.
    [[nodiscard]] bool reaches(const std::string& jobcentre, Instant now) const;
    // What the grants valid now let an auditor read of this jobcentre's entries of that time; of
    // any jobcentre's, when it is empty.
    [[nodiscard]] AuditRight audit_right(const std::string& jobcentre, Instant recorded_at,
                                         Instant now) const;
    // A grant valid now allows reading content of some entries.
    [[nodiscard]] bool may_unmask(Instant now) const;
};

// All parties, in memory; a row each so that the next start need not read the log.
// Thread: the hub's loop.
class Registry {
  public:
    // A registry entry: its body and when it was recorded.
    struct Change {
        v1::RegistryChange change;
        Instant recorded_at;
    };
    using ReadChange = std::function<Result<Change>(Sequence)>;

    // Reads the rows, and makes every party again from its signed statements in the log, each
    // judged as when it came: a row that says something else is tampering. Errors: store_failed,
    // tampered.
    static Result<Registry> open(const store::Store& store, const v1::LogOpened& opened,
                                 const ReadChange& read);
    // As entry 0 makes it: controllers and first operators.
    static Result<Registry> first(const v1::LogOpened& opened);

    // Null when there is none. Pointers are good until the next apply().
    [[nodiscard]] const Party* find(const std::string& party) const;
    [[nodiscard]] const Party* find_by_curve_key(const evidence::CurvePublicKey& key) const;
    [[nodiscard]] const std::map<std::string, Party>& parties() const { return parties_; }
    // The jobcentres that any grant of the party's has named, also one that another has taken the
    // place of; none when there is no such party. Good until the next apply().
    [[nodiscard]] const std::set<std::string>& ever_granted(const std::string& party) const;
    // A data controller of the log's first entry, by party id; null when it is none.
    [[nodiscard]] const v1::Controller* find_controller(const std::string& party) const;

    // What the party would be after the statement; changes nothing. The rules: design section 3 and
    // registry.proto. `origin` is the log's.
    // Errors: statement_malformed, statement_origin_wrong, statement_outdated, signer_unknown,
    // signer_not_entitled, signature_missing, signature_wrong, key_malformed, key_in_use,
    // party_unknown, party_limit, list_too_long (rotations), last_operator.
    [[nodiscard]] Result<Party> judge(BytesView statement, BytesView signature,
                                      const std::string& origin, Instant now) const;

    // The party is now as judged, by entry `sequence`. Keys it had and has no more lead to nobody.
    void apply(Party party, Sequence sequence, store::Batch& batch);

  private:
    Result<Party> judge_grant(const v1::RegistryStatement& statement, const Party* before) const;
    Result<Party> judge_disabling(const v1::RegistryStatement& statement, const Party* before,
                                  Instant now) const;
    Result<Party> judge_rotation(const v1::RegistryStatement& statement, const Party* before) const;
    [[nodiscard]] Result<evidence::VerifyingKey> signer_key(const v1::RegistryStatement& statement,
                                                            Instant now) const;
    [[nodiscard]] bool was_ever_had(const evidence::CurvePublicKey& curve,
                                    const evidence::VerifyingKey& signing) const;
    [[nodiscard]] bool is_signed_with(const evidence::VerifyingKey& signing) const;
    void retire_keys(const Party& before, const Party& after);
    [[nodiscard]] bool is_last_operator(const Party& party, Instant now) const;
    static Result<std::map<Sequence, Change>> changes_of(const Party& party,
                                                         const ReadChange& read);
    void keep(Party party);

    std::vector<v1::Controller> controllers_;  // constant after open()
    std::map<std::string, Party> parties_;
    std::map<evidence::CurvePublicKey, std::string> by_curve_key_;  // the keys they have now
    // Keys that a party had once and that are nobody's ever again.
    std::set<evidence::CurvePublicKey> former_curve_keys_;
    std::set<evidence::VerifyingKey> former_signing_keys_;
    std::map<std::string, std::size_t> rotations_;  // how many, by party
    // By party; of controllers' jobcentres only, so no more than there are.
    std::map<std::string, std::set<std::string>> ever_granted_;
};

}  // namespace jobbro::journal
