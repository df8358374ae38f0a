// Who held which signing key when, as the signed statements in the log say. Follows registry.proto
// and the log's first entry; reads no working row of the hub.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "jobbro/v1/journal.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"

namespace jobbro::audit {

// How many of the log's registry entries are there to read.
enum class Statements : std::uint8_t {
    all,   // each, from the first on: that none is missing between two of a party is checked too
    some,  // those that hold a key that is needed
};

// A data controller as entry 0 names it.
struct ControllerKey {
    std::string party;
    evidence::VerifyingKey key;
};

// The times between which a grant is good are not looked at: the hub judges them by its clock, and
// what it records may be a moment later.
//
// All errors are tampered, with what is wrong. Holds a few hundred bytes a party.
// Thread: one at a time.
class SignedRegistry {
  public:
    explicit SignedRegistry(Statements statements) : statements_(statements) {}

    // Entry 0, of the log of this name.
    Result<void> open(const v1::LogOpened& opened, const std::string& origin);
    // A registry entry. Requires: is_open(); in the order of the log.
    Result<void> take(Sequence sequence, const v1::RegistryChange& change);
    // Entry 0 has been read.
    [[nodiscard]] bool is_open() const { return is_open_; }
    // Those of entry 0; none before it is open.
    [[nodiscard]] std::vector<ControllerKey> controllers() const;

    // That what stands at `sequence` may be a registry entry and could not be followed, which has
    // been told: statements that build on it are not held to it, and whoever names it for a key
    // cannot be judged. False when limits::parties_max are kept already; then it is not kept.
    bool pass_over(Sequence sequence);
    [[nodiscard]] bool is_passed_over(Sequence sequence) const {
        return passed_over_.contains(sequence.value());
    }

    // The key the party signs with now, which must be the one that `bound_by` holds, of a party not
    // disabled. Good until the next take().
    [[nodiscard]] Result<const evidence::VerifyingKey*> signing_key(std::string_view party,
                                                                    Sequence bound_by) const;
    // It signs with this key now, or did and has signed itself that it takes others.
    [[nodiscard]] bool has_had(std::string_view party, const evidence::VerifyingKey& key) const;

  private:
    struct Party {
        evidence::CurvePublicKey curve_key;
        evidence::VerifyingKey signing_key;
        Sequence latest;    // registry entry about it
        Sequence bound_by;  // registry entry that bound its keys
        std::set<std::string> granted_by;
        bool is_disabled = false;
        bool are_keys_sure = true;  // an entry passed over may have given it others
    };

    [[nodiscard]] const v1::Controller* find_controller(const std::string& party) const;
    [[nodiscard]] Result<evidence::VerifyingKey> signer_key(const std::string& signer) const;
    [[nodiscard]] bool is_spent(const evidence::CurvePublicKey& curve,
                                const evidence::VerifyingKey& signing) const;
    [[nodiscard]] bool is_curve_of_another(const evidence::CurvePublicKey& curve,
                                           const std::string& party) const;
    [[nodiscard]] bool is_signing_of_another(const evidence::VerifyingKey& signing,
                                             const std::string& party) const;
    Result<void> check_signature(const v1::RegistryChange& change, const std::string& signer) const;
    [[nodiscard]] bool builds_on_passed_over(const v1::RegistryStatement& statement) const;
    Result<void> check_preceding(const v1::RegistryStatement& statement, Sequence sequence) const;
    Result<void> take_grant(Sequence sequence, const v1::RegistryStatement& statement);
    Result<void> take_disabling(Sequence sequence, const v1::RegistryStatement& statement);
    Result<void> take_rotation(Sequence sequence, const v1::RegistryChange& change,
                               const v1::RegistryStatement& statement);
    [[nodiscard]] Result<void> check_new_keys(const v1::RegistryStatement& statement,
                                              const Party& party) const;
    void rotate(const v1::RegistryStatement& statement, Sequence sequence, Party& party);

    Statements statements_;
    bool is_open_ = false;
    std::string origin_;
    std::vector<v1::Controller> controllers_;
    std::map<std::string, Party, std::less<>> parties_;
    // What parties have rotated away from: nobody's ever again. By signing key whose it was.
    std::map<evidence::VerifyingKey, std::string> former_signing_keys_;
    std::set<evidence::CurvePublicKey> former_curve_keys_;
    std::set<std::uint64_t> passed_over_;
};

}  // namespace jobbro::audit
