#include "adapters/kit/statements.h"

#include "proto/evidence/signed_text.h"

namespace jobbro::kit {
namespace {

template <typename Timestamp>
void set_instant(Timestamp& timestamp, Instant instant) {
    // Nanoseconds count forward also before 1970.
    std::int64_t seconds = instant.microseconds / 1'000'000;
    std::int64_t rest = instant.microseconds % 1'000'000;
    if (rest < 0) {
        --seconds;
        rest += 1'000'000;
    }
    timestamp.set_seconds(seconds);
    timestamp.set_nanos(static_cast<std::int32_t>(rest * 1000));
}

v1::RegistryStatement begin(const StatementAbout& about, const std::string& signer) {
    v1::RegistryStatement statement;
    statement.set_origin(about.origin);
    statement.set_party(about.party);
    statement.set_preceding(about.preceding);
    statement.set_signer(signer);
    set_instant(*statement.mutable_signed_at(), about.signed_at);
    return statement;
}

SignedStatement finish(const v1::RegistryStatement& statement, const evidence::SigningKey& key) {
    SignedStatement result;
    result.statement = statement.SerializeAsString();
    result.signature = evidence::sign(key, evidence::statement_text(result.statement));
    return result;
}

}  // namespace

SignedStatement make_grant(const StatementAbout& about, const evidence::PartyPublicKeys& keys,
                           const GrantTerms& terms, const evidence::PartySecretKeys& controller) {
    v1::RegistryStatement statement = begin(about, controller.party);
    v1::PartyGrant& grant = *statement.mutable_grant();
    grant.set_curve_key(keys.curve.view().data(), keys.curve.view().size());
    grant.set_signing_key(keys.signing.view().data(), keys.signing.view().size());
    for (const std::string& jobcentre : terms.jobcentres)
        grant.add_jobcentres(jobcentre);
    if (terms.valid_from) set_instant(*grant.mutable_valid_from(), *terms.valid_from);
    if (terms.valid_until) set_instant(*grant.mutable_valid_until(), *terms.valid_until);
    grant.set_may_unmask(terms.may_unmask);
    if (terms.covers_from) set_instant(*grant.mutable_covers_from(), *terms.covers_from);
    if (terms.covers_until) set_instant(*grant.mutable_covers_until(), *terms.covers_until);
    return finish(statement, controller.signing);
}

SignedStatement make_disabling(const StatementAbout& about,
                               const evidence::PartySecretKeys& signer) {
    v1::RegistryStatement statement = begin(about, signer.party);
    statement.mutable_disabling();
    return finish(statement, signer.signing);
}

SignedStatement make_rotation(const StatementAbout& about, const evidence::PartySecretKeys& own,
                              const evidence::PartySecretKeys& renewed) {
    const auto curve = evidence::curve_public_key(renewed.curve);
    const auto signing = evidence::verifying_key(renewed.signing);
    v1::RegistryStatement statement = begin(about, own.party);
    v1::PartyRotation& rotation = *statement.mutable_rotation();
    rotation.set_curve_key(Bytes{curve.view()});
    rotation.set_signing_key(Bytes{signing.view()});
    const auto possession = evidence::sign(
        renewed.signing,
        evidence::rotation_text(about.origin, about.party, about.preceding, curve, signing));
    rotation.set_possession(Bytes{view(possession)});
    return finish(statement, own.signing);
}

SignedStatement make_citizen_statement(const CitizenStatementAbout& about, CitizenActKind act,
                                       const evidence::PartySecretKeys& controller) {
    v1::CitizenStatement statement;
    statement.set_origin(about.origin);
    statement.set_subject_id(about.subject_id);
    statement.set_preceding(about.preceding);
    statement.set_signer(controller.party);
    set_instant(*statement.mutable_signed_at(), about.signed_at);
    statement.set_ground(about.ground);
    switch (act) {
        case CitizenActKind::erase:
            statement.mutable_erase()->set_orders(about.erasure.orders);
            statement.mutable_erase()->set_last_sequence_plus_one(
                about.erasure.last_sequence_plus_one);
            statement.mutable_erase()->set_even_running(about.erasure.even_running);
            break;
        case CitizenActKind::place_hold:
            statement.mutable_place_hold();
            break;
        case CitizenActKind::lift_hold:
            statement.mutable_lift_hold();
            break;
    }
    SignedStatement result;
    result.statement = statement.SerializeAsString();
    result.signature =
        evidence::sign(controller.signing, evidence::citizen_statement_text(result.statement));
    return result;
}

}  // namespace jobbro::kit
