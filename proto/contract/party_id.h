// Who takes part.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace jobbro::contract {

enum class Role : std::uint8_t { jobcentre, provider, auditor, operator_, controller, hub };

// A party's id: "jobcentre:<municipality code>", "provider:<CVR>[-<P number>]", "auditor:<name>",
// "operator:<name>", "controller:<name>" or "hub". A name is 1 to 32 of a-z, 0-9 and "-", not
// starting or ending with "-". Cannot hold anything else. At most limits::party_id_bytes_max.
class PartyId {
  public:
    // Errors: party_id_invalid, cvr_invalid, p_number_invalid, municipality_unknown.
    static Result<PartyId> parse(std::string_view text);
    static PartyId hub() { return PartyId{"hub", Role::hub}; }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] Role role() const { return role_; }
    friend bool operator==(const PartyId& a, const PartyId& b) { return a.text_ == b.text_; }
    friend auto operator<=>(const PartyId& a, const PartyId& b) { return a.text_ <=> b.text_; }

  private:
    PartyId(std::string text, Role role) : text_(std::move(text)), role_(role) {}
    std::string text_;
    Role role_;
};

// "jobcentre", "provider", …
std::string_view role_name(Role role);

}  // namespace jobbro::contract
