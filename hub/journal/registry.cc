#include "hub/journal/registry.h"

#include <algorithm>

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"

namespace jobbro::journal {
namespace {

constexpr int jobcentres_per_grant_max = 128;
// Sixteen years of one a quarter. Each costs some 200 bytes of memory, and two signatures to verify
// at every start.
constexpr std::size_t rotations_per_party_max = 64;

// Year 1 to 9999, as protobuf's JSON form has it; other values are nobody's intention.
bool is_sane(const google::protobuf::Timestamp& time) {
    return time.seconds() >= -62135596800 && time.seconds() <= 253402300799 && time.nanos() >= 0 &&
           time.nanos() < 1000000000;
}

// A field this version does not know could be a restriction: a statement with one is not obeyed.
bool holds_unknown_fields(const v1::RegistryStatement& statement) {
    v1::RegistryStatement known = statement;
    known.DiscardUnknownFields();
    return known.ByteSizeLong() != statement.ByteSizeLong();
}

bool is_well_formed(const v1::RegistryStatement& statement) {
    const v1::PartyGrant& grant = statement.grant();
    return !holds_unknown_fields(statement) && statement.has_signed_at() &&
           is_sane(statement.signed_at()) && is_sane(grant.valid_from()) &&
           is_sane(grant.valid_until()) && is_sane(grant.covers_from()) &&
           is_sane(grant.covers_until());
}

bool speaks_of_auditing(const v1::PartyGrant& grant) {
    return grant.may_unmask() || grant.has_covers_from() || grant.has_covers_until();
}

std::optional<Instant> instant_of(bool is_set, const google::protobuf::Timestamp& time) {
    if (!is_set) return std::nullopt;
    return Instant{time.seconds() * 1000000 + time.nanos() / 1000};
}

rows::RegistryRow row_of(const Party& party) {
    rows::RegistryRow row;
    row.set_party(party.id.text());
    row.set_curve_key(Bytes{party.curve_key.view()});
    row.set_signing_key(Bytes{party.signing_key.view()});
    row.set_sequence(party.sequence.value());
    row.set_keys_sequence(party.keys_sequence.value());
    row.set_disabled(party.disabled);
    for (const Grant& grant : party.grants) {
        rows::GrantRow& to = *row.add_grants();
        to.set_controller(grant.controller);
        for (const std::string& jobcentre : grant.jobcentres)
            to.add_jobcentres(jobcentre);
        if (grant.valid_from) to.set_valid_from_us(grant.valid_from->microseconds);
        if (grant.valid_until) to.set_valid_until_us(grant.valid_until->microseconds);
        to.set_may_unmask(grant.may_unmask);
        if (grant.covers_from) to.set_covers_from_us(grant.covers_from->microseconds);
        if (grant.covers_until) to.set_covers_until_us(grant.covers_until->microseconds);
    }
    return row;
}

Result<Party> party_of(const rows::RegistryRow& row) {
    JOBBRO_TRY_ASSIGN(auto id, contract::PartyId::parse(row.party()));
    JOBBRO_TRY_ASSIGN(const auto curve, evidence::CurvePublicKey::from_bytes(row.curve_key()));
    JOBBRO_TRY_ASSIGN(const auto signing, evidence::VerifyingKey::from_bytes(row.signing_key()));
    Party party{
        std::move(id),  curve, signing, Sequence{row.sequence()}, Sequence{row.keys_sequence()},
        row.disabled(), {}};
    for (const rows::GrantRow& from : row.grants()) {
        Grant grant{
            from.controller(), {from.jobcentres().begin(), from.jobcentres().end()}, {}, {}, {}};
        if (from.has_valid_from_us()) grant.valid_from = Instant{from.valid_from_us()};
        if (from.has_valid_until_us()) grant.valid_until = Instant{from.valid_until_us()};
        grant.may_unmask = from.may_unmask();
        if (from.has_covers_from_us()) grant.covers_from = Instant{from.covers_from_us()};
        if (from.has_covers_until_us()) grant.covers_until = Instant{from.covers_until_us()};
        party.grants.push_back(std::move(grant));
    }
    return party;
}

// What a controller may let this party reach: a jobcentre of its own, or, for a provider or an
// auditor, the orders of jobcentres of its own.
bool is_entitled(const v1::Controller& controller, const contract::PartyId& party,
                 const v1::PartyGrant& grant) {
    const auto owns = [&](const std::string& jobcentre) {
        return std::find(controller.jobcentres().begin(), controller.jobcentres().end(),
                         jobcentre) != controller.jobcentres().end();
    };
    switch (party.role()) {
        case contract::Role::jobcentre:
            return owns(party.text()) && grant.jobcentres().empty();
        case contract::Role::provider:
        case contract::Role::auditor:
            return !grant.jobcentres().empty() &&
                   std::all_of(grant.jobcentres().begin(), grant.jobcentres().end(), owns);
        case contract::Role::operator_:
            return grant.jobcentres().empty();
        default:
            return false;
    }
}

}  // namespace

bool Grant::is_valid(Instant now) const {
    return (!valid_from || *valid_from <= now) && (!valid_until || now < *valid_until);
}

bool Grant::covers(Instant recorded_at) const {
    return (!covers_from || *covers_from <= recorded_at) &&
           (!covers_until || recorded_at < *covers_until);
}

bool Party::is_in_force(Instant now) const {
    if (disabled) return false;
    if (grants.empty()) return id.role() == contract::Role::operator_;
    return std::any_of(grants.begin(), grants.end(),
                       [&](const Grant& grant) { return grant.is_valid(now); });
}

bool Party::reaches(const std::string& jobcentre, Instant now) const {
    if (disabled) return false;
    return std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
        return grant.is_valid(now) && std::find(grant.jobcentres.begin(), grant.jobcentres.end(),
                                                jobcentre) != grant.jobcentres.end();
    });
}

AuditRight Party::audit_right(const std::string& jobcentre, Instant recorded_at,
                              Instant now) const {
    AuditRight right = AuditRight::none;
    if (disabled || id.role() != contract::Role::auditor) return right;
    for (const Grant& grant : grants) {
        if (!grant.is_valid(now) || !grant.covers(recorded_at)) continue;
        const bool reaches_it =
            jobcentre.empty() || std::find(grant.jobcentres.begin(), grant.jobcentres.end(),
                                           jobcentre) != grant.jobcentres.end();
        if (!reaches_it) continue;
        right = std::max(right, grant.may_unmask ? AuditRight::content : AuditRight::trail);
    }
    return right;
}

bool Party::may_unmask(Instant now) const {
    return !disabled && std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
        return grant.may_unmask && grant.is_valid(now);
    });
}

Result<Registry> Registry::first(const v1::LogOpened& opened) {
    Registry registry;
    registry.controllers_.assign(opened.controllers().begin(), opened.controllers().end());
    for (const v1::Operator& each : opened.operators()) {
        JOBBRO_TRY_ASSIGN(auto id, contract::PartyId::parse(each.party()));
        JOBBRO_TRY_ASSIGN(const auto curve, evidence::CurvePublicKey::from_bytes(each.curve_key()));
        JOBBRO_TRY_ASSIGN(const auto key, evidence::VerifyingKey::from_bytes(each.signing_key()));
        registry.keep(Party{std::move(id), curve, key, Sequence{0}, Sequence{0}, false, {}});
    }
    return registry;
}

// A party's statements, from its latest entry back to its first: each names the one before.
Result<std::map<Sequence, Registry::Change>> Registry::changes_of(const Party& party,
                                                                  const ReadChange& read) {
    std::map<Sequence, Change> changes;
    Sequence at = party.sequence;
    while (at > Sequence{0}) {
        JOBBRO_TRY_ASSIGN(Change change, read(at));
        v1::RegistryStatement statement;
        const bool is_its_own = statement.ParseFromString(change.change.statement()) &&
                                statement.party() == party.id.text() &&
                                statement.preceding() <= at.value();
        if (!is_its_own) return Error{ErrorCode::tampered, "a registry row's entries"};
        changes.emplace(at, std::move(change));
        if (statement.preceding() == 0) break;
        at = Sequence{statement.preceding() - 1};
    }
    return changes;
}

Result<Registry> Registry::open(const store::Store& store, const v1::LogOpened& opened,
                                const ReadChange& read) {
    std::vector<Party> rows;
    bool whole = true;
    JOBBRO_TRY(store.scan(log_table::registry, {}, [&](BytesView, BytesView value) {
        rows::RegistryRow row;
        whole = row.ParseFromArray(value.data(), static_cast<int>(value.size()));
        auto party = whole ? party_of(row) : Result<Party>{ErrorCode::tampered};
        whole = party.has_value();
        if (whole) rows.push_back(*std::move(party));
        return whole;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a registry row"};
    std::map<Sequence, Change> changes;
    for (const Party& row : rows) {
        JOBBRO_TRY_ASSIGN(auto of_party, changes_of(row, read));
        changes.merge(of_party);
    }
    JOBBRO_TRY_ASSIGN(Registry registry, first(opened));
    for (const auto& [sequence, each] : changes) {
        auto party = registry.judge(each.change.statement(), each.change.signature(),
                                    opened.origin(), each.recorded_at);
        if (!party) return Error{ErrorCode::tampered, "a registry entry: " + party.error().line()};
        store::Batch unused;
        registry.apply(*std::move(party), sequence, unused);
    }
    const bool agree = rows.size() == registry.parties_.size() &&
                       std::all_of(rows.begin(), rows.end(), [&](const Party& row) {
                           const Party* const made = registry.find(row.id.text());
                           return made != nullptr && *made == row;
                       });
    if (!agree) return Error{ErrorCode::tampered, "the registry's rows are not what was stated"};
    return registry;
}

void Registry::keep(Party party) {
    by_curve_key_.insert_or_assign(party.curve_key, party.id.text());
    const std::string id = party.id.text();
    for (const Grant& grant : party.grants) {
        if (grant.jobcentres.empty()) continue;
        ever_granted_[id].insert(grant.jobcentres.begin(), grant.jobcentres.end());
    }
    parties_.insert_or_assign(id, std::move(party));
}

const std::set<std::string>& Registry::ever_granted(const std::string& party) const {
    static const std::set<std::string> none;
    const auto found = ever_granted_.find(party);
    return found == ever_granted_.end() ? none : found->second;
}

const Party* Registry::find(const std::string& party) const {
    const auto found = parties_.find(party);
    return found == parties_.end() ? nullptr : &found->second;
}

const v1::Controller* Registry::find_controller(const std::string& party) const {
    for (const v1::Controller& controller : controllers_) {
        if (controller.party() == party) return &controller;
    }
    return nullptr;
}

const Party* Registry::find_by_curve_key(const evidence::CurvePublicKey& key) const {
    const auto found = by_curve_key_.find(key);
    return found == by_curve_key_.end() ? nullptr : find(found->second);
}

Result<evidence::VerifyingKey> Registry::signer_key(const v1::RegistryStatement& statement,
                                                    Instant now) const {
    const std::string& signer = statement.signer();
    // Nobody else can have the keys changed, nor the party anything else.
    const bool is_rotation = statement.has_rotation();
    if (is_rotation && signer != statement.party()) return ErrorCode::signer_not_entitled;
    if (const v1::Controller* const controller = find_controller(signer); controller != nullptr) {
        return evidence::VerifyingKey::from_bytes(controller->signing_key());
    }
    const Party* const party = find(signer);
    if (party == nullptr || !party->is_in_force(now) ||
        (party->id.role() != contract::Role::operator_ && !is_rotation)) {
        return ErrorCode::signer_unknown;
    }
    return party->signing_key;
}

Result<Party> Registry::judge(BytesView bytes, BytesView signature, const std::string& origin,
                              Instant now) const {
    v1::RegistryStatement statement;
    if (!statement.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
        return ErrorCode::statement_malformed;
    }
    if (!is_well_formed(statement)) return ErrorCode::statement_malformed;
    if (statement.origin() != origin) return ErrorCode::statement_origin_wrong;
    JOBBRO_TRY_ASSIGN(const auto key, signer_key(statement, now));
    if (signature.empty()) return ErrorCode::signature_missing;
    if (signature.size() != 64 ||
        !evidence::signature_holds(key, evidence::statement_text(bytes), array_of<64>(signature))) {
        return ErrorCode::signature_wrong;
    }
    const auto id = contract::PartyId::parse(statement.party());
    if (!id) return id.error();
    const Party* const before = find(statement.party());
    const std::uint64_t preceding = before == nullptr ? 0 : before->sequence.value() + 1;
    if (statement.preceding() != preceding) return ErrorCode::statement_outdated;
    switch (statement.act_case()) {
        case v1::RegistryStatement::kGrant:
            return judge_grant(statement, before);
        case v1::RegistryStatement::kDisabling:
            return judge_disabling(statement, before, now);
        case v1::RegistryStatement::kRotation:
            return judge_rotation(statement, before);
        default:
            return ErrorCode::statement_malformed;
    }
}

Result<Party> Registry::judge_grant(const v1::RegistryStatement& statement,
                                    const Party* before) const {
    const auto controller =
        std::find_if(controllers_.begin(), controllers_.end(),
                     [&](const auto& each) { return each.party() == statement.signer(); });
    if (controller == controllers_.end()) return ErrorCode::signer_not_entitled;
    JOBBRO_TRY_ASSIGN(auto id, contract::PartyId::parse(statement.party()));
    const v1::PartyGrant& said = statement.grant();
    if (said.jobcentres_size() > jobcentres_per_grant_max) return ErrorCode::list_too_long;
    if (!is_entitled(*controller, id, said)) return ErrorCode::signer_not_entitled;
    if (speaks_of_auditing(said) && id.role() != contract::Role::auditor) {
        return Error{ErrorCode::statement_malformed, "only an auditor's grant covers entries"};
    }
    JOBBRO_TRY_ASSIGN(const auto curve, evidence::CurvePublicKey::from_bytes(said.curve_key()));
    JOBBRO_TRY_ASSIGN(const auto signing, evidence::VerifyingKey::from_bytes(said.signing_key()));
    if (before != nullptr && (before->curve_key != curve || before->signing_key != signing)) {
        return Error{ErrorCode::signer_not_entitled, "the party has other keys"};
    }
    if (before == nullptr) {
        if (parties_.size() >= limits::parties_max) return ErrorCode::party_limit;
        if (find_by_curve_key(curve) != nullptr || was_ever_had(curve, signing)) {
            return ErrorCode::key_in_use;
        }
    }
    Party after =
        before != nullptr ? *before : Party{std::move(id), curve, signing, {}, {}, false, {}};
    // A controller speaks for its own jobcentres: what others had granted a disabled party does not
    // come back with it.
    std::erase_if(after.grants, [&](const Grant& grant) {
        return after.disabled || grant.controller == statement.signer();
    });
    after.grants.push_back({statement.signer(),
                            {said.jobcentres().begin(), said.jobcentres().end()},
                            instant_of(said.has_valid_from(), said.valid_from()),
                            instant_of(said.has_valid_until(), said.valid_until()),
                            said.may_unmask(),
                            instant_of(said.has_covers_from(), said.covers_from()),
                            instant_of(said.has_covers_until(), said.covers_until())});
    after.disabled = false;
    return after;
}

bool Registry::is_last_operator(const Party& party, Instant now) const {
    if (party.id.role() != contract::Role::operator_) return false;
    return std::none_of(parties_.begin(), parties_.end(), [&](const auto& each) {
        return each.second.id.role() == contract::Role::operator_ && each.second.id != party.id &&
               each.second.is_in_force(now);
    });
}

Result<Party> Registry::judge_disabling(const v1::RegistryStatement& statement, const Party* before,
                                        Instant now) const {
    if (before == nullptr) return ErrorCode::party_unknown;
    const bool by_operator = find(statement.signer()) != nullptr;
    const bool by_granter =
        std::any_of(before->grants.begin(), before->grants.end(),
                    [&](const Grant& grant) { return grant.controller == statement.signer(); });
    if (!by_operator && !by_granter) return ErrorCode::signer_not_entitled;
    // Only operators hand statements in: without one, nobody could ever be one again.
    if (is_last_operator(*before, now)) return ErrorCode::last_operator;
    Party after = *before;
    after.disabled = true;
    return after;
}

bool Registry::was_ever_had(const evidence::CurvePublicKey& curve,
                            const evidence::VerifyingKey& signing) const {
    return former_curve_keys_.contains(curve) || former_signing_keys_.contains(signing);
}

bool Registry::is_signed_with(const evidence::VerifyingKey& signing) const {
    return std::any_of(parties_.begin(), parties_.end(),
                       [&](const auto& each) { return each.second.signing_key == signing; });
}

Result<Party> Registry::judge_rotation(const v1::RegistryStatement& statement,
                                       const Party* before) const {
    if (before == nullptr) return ErrorCode::party_unknown;
    const v1::PartyRotation& said = statement.rotation();
    JOBBRO_TRY_ASSIGN(const auto curve, evidence::CurvePublicKey::from_bytes(said.curve_key()));
    JOBBRO_TRY_ASSIGN(const auto signing, evidence::VerifyingKey::from_bytes(said.signing_key()));
    if (signing == before->signing_key) {
        return Error{ErrorCode::statement_malformed, "the signing key is the one the party has"};
    }
    const std::string text = evidence::rotation_text(statement.origin(), statement.party(),
                                                     statement.preceding(), curve, signing);
    if (said.possession().size() != 64 ||
        !evidence::signature_holds(signing, text, array_of<64>(said.possession()))) {
        return Error{ErrorCode::signature_wrong, "possession"};
    }
    const bool is_curve_taken = curve != before->curve_key && find_by_curve_key(curve) != nullptr;
    if (is_curve_taken || is_signed_with(signing) || was_ever_had(curve, signing)) {
        return ErrorCode::key_in_use;
    }
    const auto earlier = rotations_.find(before->id.text());
    if (earlier != rotations_.end() && earlier->second >= rotations_per_party_max) {
        return Error{ErrorCode::list_too_long, "rotations of the party"};
    }
    Party after = *before;
    after.curve_key = curve;
    after.signing_key = signing;
    return after;
}

void Registry::retire_keys(const Party& before, const Party& after) {
    former_signing_keys_.insert(before.signing_key);
    if (before.curve_key != after.curve_key) {
        former_curve_keys_.insert(before.curve_key);
        by_curve_key_.erase(before.curve_key);
    }
    ++rotations_[after.id.text()];
}

void Registry::apply(Party party, Sequence sequence, store::Batch& batch) {
    const Party* const before = find(party.id.text());
    const bool is_rotated = before != nullptr && before->signing_key != party.signing_key;
    if (before == nullptr || is_rotated) party.keys_sequence = sequence;
    if (is_rotated) retire_keys(*before, party);
    party.sequence = sequence;
    batch.put(log_table::registry, party.id.text(), row_of(party).SerializeAsString());
    keep(std::move(party));
}

}  // namespace jobbro::journal
