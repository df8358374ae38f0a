#include "proto/contract/party_id.h"

#include <algorithm>
#include <array>
#include <optional>

#include "proto/base/limits.h"
#include "proto/contract/danish_identifiers.h"

namespace jobbro::contract {
namespace {

constexpr std::size_t name_bytes_max = 32;

struct RoleName {
    Role role;
    std::string_view name;
};

constexpr std::array role_names = {
    RoleName{Role::jobcentre, "jobcentre"},   RoleName{Role::provider, "provider"},
    RoleName{Role::auditor, "auditor"},       RoleName{Role::operator_, "operator"},
    RoleName{Role::controller, "controller"}, RoleName{Role::hub, "hub"},
};

std::optional<Role> role_of(std::string_view name) {
    for (const RoleName& row : role_names) {
        if (row.name == name) return row.role;
    }
    return std::nullopt;
}

bool is_name(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.empty() && text.size() <= name_bytes_max && text.front() != '-' &&
           text.back() != '-' && std::all_of(text.begin(), text.end(), allowed);
}

Result<void> check_jobcentre(std::string_view rest) {
    JOBBRO_TRY_ASSIGN(const auto code, MunicipalityCode::parse(rest));
    // One party, one spelling: the form padded to four digits is refused here.
    if (code.digits() != rest) return ErrorCode::party_id_invalid;
    return {};
}

Result<void> check_provider(std::string_view rest) {
    const std::size_t hyphen = rest.find('-');
    JOBBRO_TRY(CvrNumber::parse(rest.substr(0, hyphen)));
    if (hyphen != std::string_view::npos) JOBBRO_TRY(PNumber::parse(rest.substr(hyphen + 1)));
    return {};
}

}  // namespace

Result<PartyId> PartyId::parse(std::string_view text) {
    if (text == "hub") return hub();
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos || text.size() > limits::party_id_bytes_max) {
        return ErrorCode::party_id_invalid;
    }
    const auto role = role_of(text.substr(0, colon));
    const std::string_view rest = text.substr(colon + 1);
    if (!role || *role == Role::hub) return ErrorCode::party_id_invalid;
    if (*role == Role::jobcentre) {
        JOBBRO_TRY(check_jobcentre(rest));
    } else if (*role == Role::provider) {
        JOBBRO_TRY(check_provider(rest));
    } else if (!is_name(rest)) {
        return ErrorCode::party_id_invalid;
    }
    return PartyId{std::string{text}, *role};
}

std::string_view role_name(Role role) {
    for (const RoleName& row : role_names) {
        if (row.role == role) return row.name;
    }
    JOBBRO_ASSERT(false);
    return {};
}

}  // namespace jobbro::contract
