#include "adapters/audit/signed_registry.h"

#include <algorithm>

#include "proto/base/limits.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::audit {
namespace {

constexpr std::uint32_t format_version_known = 1;

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

// Names in what a fault says are party ids or nothing: a statement could hold any text.
std::string named(const std::string& party) {
    return contract::PartyId::parse(party) ? party : "somebody whose name is no party id";
}

bool owns_all(const v1::Controller& controller, const v1::PartyGrant& grant) {
    const auto& own = controller.jobcentres();
    return std::all_of(grant.jobcentres().begin(), grant.jobcentres().end(),
                       [&](const std::string& jobcentre) {
                           return std::find(own.begin(), own.end(), jobcentre) != own.end();
                       });
}

bool is_about_reading(const v1::PartyGrant& grant) {
    return grant.may_unmask() || grant.has_covers_from() || grant.has_covers_until();
}

// What registry.proto lets a controller grant a party of this role.
bool is_entitled(const v1::Controller& controller, const contract::PartyId& party,
                 const v1::PartyGrant& grant) {
    if (is_about_reading(grant) && party.role() != contract::Role::auditor) return false;
    const auto& own = controller.jobcentres();
    switch (party.role()) {
        case contract::Role::jobcentre:
            return grant.jobcentres().empty() &&
                   std::find(own.begin(), own.end(), party.text()) != own.end();
        case contract::Role::operator_:
            return grant.jobcentres().empty();
        case contract::Role::provider:
        case contract::Role::auditor:
            return !grant.jobcentres().empty() && owns_all(controller, grant);
        default:
            return false;
    }
}

bool signs(const evidence::VerifyingKey& key, const v1::RegistryChange& change) {
    return change.signature().size() == 64 &&
           evidence::signature_holds(key, evidence::statement_text(change.statement()),
                                     array_of<64>(change.signature()));
}

// Each is a controller with a key, and none is named twice: with two keys either could sign.
Result<void> check_controllers(const v1::LogOpened& opened) {
    std::set<std::string> names;
    for (const v1::Controller& each : opened.controllers()) {
        const auto id = contract::PartyId::parse(each.party());
        const bool is_one = id && id->role() == contract::Role::controller &&
                            evidence::VerifyingKey::from_bytes(each.signing_key());
        if (!is_one) return tampered("one of the controllers has no id or no key");
        if (!names.insert(each.party()).second) {
            return tampered(each.party() + " is named twice among the controllers");
        }
    }
    return {};
}

}  // namespace

Result<void> SignedRegistry::open(const v1::LogOpened& opened, const std::string& origin) {
    if (opened.format_version() != format_version_known) {
        return tampered("the log says it is of format version " +
                        std::to_string(opened.format_version()) + ", not 1");
    }
    if (opened.origin() != origin) return tampered("the log says it is another one");
    JOBBRO_TRY(check_controllers(opened));
    for (const v1::Operator& each : opened.operators()) {
        const auto curve = evidence::CurvePublicKey::from_bytes(each.curve_key());
        const auto signing = evidence::VerifyingKey::from_bytes(each.signing_key());
        if (!contract::PartyId::parse(each.party()) || !curve || !signing) {
            return tampered("one of the first operators has no id or no keys");
        }
        parties_.insert_or_assign(each.party(), Party{*curve, *signing, {}, {}, {}, false});
    }
    controllers_.assign(opened.controllers().begin(), opened.controllers().end());
    origin_ = opened.origin();
    is_open_ = true;
    return {};
}

std::vector<ControllerKey> SignedRegistry::controllers() const {
    std::vector<ControllerKey> keys;
    for (const v1::Controller& each : controllers_) {
        keys.push_back({each.party(), *evidence::VerifyingKey::from_bytes(each.signing_key())});
    }
    return keys;
}

bool SignedRegistry::pass_over(Sequence sequence) {
    if (passed_over_.size() >= limits::parties_max) return is_passed_over(sequence);
    passed_over_.insert(sequence.value());
    return true;
}

const v1::Controller* SignedRegistry::find_controller(const std::string& party) const {
    for (const v1::Controller& each : controllers_) {
        if (each.party() == party) return &each;
    }
    return nullptr;
}

Result<evidence::VerifyingKey> SignedRegistry::signer_key(const std::string& signer) const {
    if (const auto* controller = find_controller(signer); controller != nullptr) {
        return evidence::VerifyingKey::from_bytes(controller->signing_key());
    }
    const auto id = contract::PartyId::parse(signer);
    const auto party = parties_.find(signer);
    const bool is_operator = id && id->role() == contract::Role::operator_ &&
                             party != parties_.end() && !party->second.is_disabled;
    if (!is_operator) {
        return tampered("the statement is by " + named(signer) + ", who may state nothing");
    }
    return party->second.signing_key;
}

Result<void> SignedRegistry::check_signature(const v1::RegistryChange& change,
                                             const std::string& signer) const {
    JOBBRO_TRY_ASSIGN(const evidence::VerifyingKey key, signer_key(signer));
    if (!signs(key, change)) return tampered("the statement is not signed by " + named(signer));
    return {};
}

bool SignedRegistry::builds_on_passed_over(const v1::RegistryStatement& statement) const {
    return statement.preceding() > 0 && is_passed_over(Sequence{statement.preceding() - 1});
}

Result<void> SignedRegistry::check_preceding(const v1::RegistryStatement& statement,
                                             Sequence sequence) const {
    if (statement.preceding() > sequence.value()) {
        return tampered("the statement builds on a later entry");
    }
    if (statements_ == Statements::some || builds_on_passed_over(statement)) return {};
    const auto party = parties_.find(statement.party());
    const std::uint64_t latest = party == parties_.end() ? 0 : party->second.latest.value() + 1;
    if (statement.preceding() != latest) {
        return tampered("the statement does not build on the latest entry about " +
                        named(statement.party()));
    }
    return {};
}

Result<void> SignedRegistry::take(Sequence sequence, const v1::RegistryChange& change) {
    JOBBRO_ASSERT(is_open_);
    v1::RegistryStatement statement;
    if (!statement.ParseFromString(change.statement())) {
        return tampered("it holds no statement that can be read");
    }
    if (statement.origin() != origin_) return tampered("the statement is for another log");
    if (!contract::PartyId::parse(statement.party())) {
        return tampered("the statement is about no party");
    }
    const auto about = parties_.find(statement.party());
    if (about != parties_.end() && builds_on_passed_over(statement)) {
        about->second.are_keys_sure = false;
    }
    if (statement.has_rotation()) return take_rotation(sequence, change, statement);
    JOBBRO_TRY(check_signature(change, statement.signer()));
    JOBBRO_TRY(check_preceding(statement, sequence));
    switch (statement.act_case()) {
        case v1::RegistryStatement::kGrant:
            return take_grant(sequence, statement);
        case v1::RegistryStatement::kDisabling:
            return take_disabling(sequence, statement);
        default:
            return tampered("the statement states nothing that is known");
    }
}

Result<void> SignedRegistry::take_grant(Sequence sequence, const v1::RegistryStatement& statement) {
    const v1::Controller* const controller = find_controller(statement.signer());
    JOBBRO_TRY_ASSIGN(const auto id, contract::PartyId::parse(statement.party()));
    if (controller == nullptr || !is_entitled(*controller, id, statement.grant())) {
        return tampered(named(statement.signer()) + " may not grant this to " + id.text());
    }
    const auto curve = evidence::CurvePublicKey::from_bytes(statement.grant().curve_key());
    const auto signing = evidence::VerifyingKey::from_bytes(statement.grant().signing_key());
    if (!curve || !signing) return tampered("the grant to " + id.text() + " has no keys");
    const auto known = parties_.find(id.text());
    if (known == parties_.end()) {
        if (parties_.size() >= limits::parties_max) return tampered("there are too many parties");
        if (is_spent(*curve, *signing)) {
            return tampered("the grant gives " + id.text() + " keys that a party has given up");
        }
        if (is_curve_of_another(*curve, id.text())) {
            return tampered("the grant gives " + id.text() + " a key that another party has");
        }
        parties_.emplace(id.text(),
                         Party{*curve, *signing, sequence, sequence, {statement.signer()}, false});
        return {};
    }
    Party& party = known->second;
    if (!party.are_keys_sure) {
        party.curve_key = *curve;
        party.signing_key = *signing;
        party.are_keys_sure = true;
    }
    if (party.curve_key != *curve || party.signing_key != *signing) {
        return tampered("the grant gives " + id.text() + " other keys than it has");
    }
    // Of what others granted, nothing comes back with a party that was disabled.
    if (party.is_disabled) party.granted_by.clear();
    party.granted_by.insert(statement.signer());
    party.is_disabled = false;
    party.latest = sequence;
    return {};
}

Result<void> SignedRegistry::take_disabling(Sequence sequence,
                                            const v1::RegistryStatement& statement) {
    const auto known = parties_.find(statement.party());
    const bool is_past_known = statements_ == Statements::all && !builds_on_passed_over(statement);
    if (known == parties_.end()) {
        // What builds on this one cannot be held to it either.
        if (!is_past_known) {
            if (statements_ == Statements::all) pass_over(sequence);
            return {};
        }
        return tampered(named(statement.party()) + " is disabled and was never granted anything");
    }
    Party& party = known->second;
    const bool is_by_operator = find_controller(statement.signer()) == nullptr;
    const bool may = is_by_operator || party.granted_by.contains(statement.signer());
    if (!may && is_past_known) {
        return tampered(named(statement.signer()) + " may not disable " + named(statement.party()));
    }
    party.is_disabled = true;
    party.latest = sequence;
    return {};
}

bool SignedRegistry::is_spent(const evidence::CurvePublicKey& curve,
                              const evidence::VerifyingKey& signing) const {
    return former_curve_keys_.contains(curve) || former_signing_keys_.contains(signing);
}

bool SignedRegistry::is_curve_of_another(const evidence::CurvePublicKey& curve,
                                         const std::string& party) const {
    return std::any_of(parties_.begin(), parties_.end(), [&](const auto& each) {
        return each.first != party && each.second.curve_key == curve;
    });
}

bool SignedRegistry::is_signing_of_another(const evidence::VerifyingKey& signing,
                                           const std::string& party) const {
    return std::any_of(parties_.begin(), parties_.end(), [&](const auto& each) {
        return each.first != party && each.second.signing_key == signing;
    });
}

Result<void> SignedRegistry::take_rotation(Sequence sequence, const v1::RegistryChange& change,
                                           const v1::RegistryStatement& statement) {
    const std::string name = named(statement.party());
    if (statement.signer() != statement.party()) {
        return tampered(named(statement.signer()) + " may not give " + name + " other keys");
    }
    JOBBRO_TRY(check_preceding(statement, sequence));
    const auto known = parties_.find(statement.party());
    const bool is_signed = known != parties_.end() && signs(known->second.signing_key, change);
    const bool is_sure =
        known == parties_.end() ? !builds_on_passed_over(statement) : known->second.are_keys_sure;
    if (!is_signed && !is_sure) {
        pass_over(sequence);
        return {};
    }
    if (!is_signed) {
        return tampered("the statement is not signed with the key that " + name + " had before");
    }
    if (known->second.is_disabled) return tampered(name + " is disabled and takes other keys");
    JOBBRO_TRY(check_new_keys(statement, known->second));
    rotate(statement, sequence, known->second);
    return {};
}

Result<void> SignedRegistry::check_new_keys(const v1::RegistryStatement& statement,
                                            const Party& party) const {
    const v1::PartyRotation& said = statement.rotation();
    const std::string name = named(statement.party());
    const auto curve = evidence::CurvePublicKey::from_bytes(said.curve_key());
    const auto signing = evidence::VerifyingKey::from_bytes(said.signing_key());
    if (!curve || !signing) return tampered("the rotation gives " + name + " no keys");
    const std::string text = evidence::rotation_text(origin_, statement.party(),
                                                     statement.preceding(), *curve, *signing);
    if (said.possession().size() != 64 ||
        !evidence::signature_holds(*signing, text, array_of<64>(said.possession()))) {
        return tampered("nothing shows that " + name + " has its new signing key");
    }
    if (*signing == party.signing_key || is_spent(*curve, *signing)) {
        return tampered(name + " takes a key that a party has given up, or the one it has");
    }
    if (is_curve_of_another(*curve, statement.party()) ||
        is_signing_of_another(*signing, statement.party())) {
        return tampered(name + " takes a key that another party has");
    }
    return {};
}

void SignedRegistry::rotate(const v1::RegistryStatement& statement, Sequence sequence,
                            Party& party) {
    const auto curve = *evidence::CurvePublicKey::from_bytes(statement.rotation().curve_key());
    former_signing_keys_.emplace(party.signing_key, statement.party());
    if (curve != party.curve_key) former_curve_keys_.insert(party.curve_key);
    party.curve_key = curve;
    party.signing_key = *evidence::VerifyingKey::from_bytes(statement.rotation().signing_key());
    party.latest = party.bound_by = sequence;
    party.are_keys_sure = true;
}

bool SignedRegistry::has_had(std::string_view party, const evidence::VerifyingKey& key) const {
    const auto known = parties_.find(party);
    if (known != parties_.end() && known->second.signing_key == key) return true;
    const auto former = former_signing_keys_.find(key);
    return former != former_signing_keys_.end() && former->second == party;
}

Result<const evidence::VerifyingKey*> SignedRegistry::signing_key(std::string_view party,
                                                                  Sequence bound_by) const {
    const auto known = parties_.find(party);
    if (known == parties_.end()) {
        return tampered("nothing in the registry binds a key to " + std::string{party});
    }
    if (known->second.bound_by != bound_by) {
        return tampered("entry " + std::to_string(bound_by.value()) + " does not hold the key of " +
                        std::string{party});
    }
    if (known->second.is_disabled) {
        return tampered(std::string{party} + " was disabled by entry " +
                        std::to_string(known->second.latest.value()));
    }
    return &known->second.signing_key;
}

}  // namespace jobbro::audit
