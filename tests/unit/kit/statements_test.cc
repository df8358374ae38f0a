#include "adapters/kit/statements.h"

#include "proto/evidence/signed_text.h"
#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

const StatementAbout about{"jobbro.test/log", "provider:13585628", 5,
                           Instant{1'700'000'000'250'000}};

evidence::PartySecretKeys controller_keys() {
    auto keys = party_keys(21);
    keys.party = "controller:demo";
    return keys;
}

TEST(Statements, AGrantSaysAllAndIsSignedByTheController) {
    const auto controller = controller_keys();
    const auto provider = party_keys(22);
    const evidence::PartyPublicKeys keys{"provider:13585628",
                                         evidence::curve_public_key(provider.curve),
                                         evidence::verifying_key(provider.signing)};
    const GrantTerms terms{{"jobcentre:630"}, Instant{1'000'000}, Instant{-1}};
    const SignedStatement made = make_grant(about, keys, terms, controller);

    EXPECT_TRUE(evidence::signature_holds(evidence::verifying_key(controller.signing),
                                          evidence::statement_text(made.statement),
                                          made.signature));
    v1::RegistryStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_EQ(read.origin(), "jobbro.test/log");
    EXPECT_EQ(read.party(), "provider:13585628");
    EXPECT_EQ(read.preceding(), 5U);
    EXPECT_EQ(read.signer(), "controller:demo");
    EXPECT_EQ(read.signed_at().seconds(), 1'700'000'000);
    EXPECT_EQ(read.signed_at().nanos(), 250'000'000);
    EXPECT_EQ(read.grant().curve_key(), keys.curve.view());
    EXPECT_EQ(read.grant().signing_key(), keys.signing.view());
    ASSERT_EQ(read.grant().jobcentres_size(), 1);
    EXPECT_EQ(read.grant().jobcentres(0), "jobcentre:630");
    EXPECT_EQ(read.grant().valid_from().seconds(), 1);
    EXPECT_EQ(read.grant().valid_until().seconds(), -1);
    EXPECT_EQ(read.grant().valid_until().nanos(), 999'999'000);
}

TEST(Statements, AGrantWithoutDatesHasNone) {
    const auto controller = controller_keys();
    const SignedStatement made = make_grant(about, {}, {}, controller);
    v1::RegistryStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_FALSE(read.grant().has_valid_from());
    EXPECT_FALSE(read.grant().has_valid_until());
    EXPECT_FALSE(read.grant().may_unmask());
    EXPECT_FALSE(read.grant().has_covers_from());
    EXPECT_FALSE(read.grant().has_covers_until());
}

TEST(Statements, AnAuditorsGrantSaysWhatMayBeRead) {
    const auto controller = controller_keys();
    GrantTerms terms;
    terms.may_unmask = true;
    terms.covers_from = Instant{2'000'000};
    terms.covers_until = Instant{3'500'000};
    const SignedStatement made = make_grant(about, {}, terms, controller);
    v1::RegistryStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_TRUE(read.grant().may_unmask());
    EXPECT_EQ(read.grant().covers_from().seconds(), 2);
    EXPECT_EQ(read.grant().covers_until().seconds(), 3);
    EXPECT_EQ(read.grant().covers_until().nanos(), 500'000'000);
}

TEST(Statements, ADisablingIsSignedByWhoStatesIt) {
    auto keys = party_keys(23);
    keys.party = "operator:night";
    const SignedStatement made = make_disabling(about, keys);
    v1::RegistryStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_TRUE(read.has_disabling());
    EXPECT_EQ(read.signer(), "operator:night");
    EXPECT_TRUE(evidence::signature_holds(evidence::verifying_key(keys.signing),
                                          evidence::statement_text(made.statement),
                                          made.signature));
}

TEST(Statements, ARotationIsSignedWithTheKeysBeforeAndShowsThoseThatCome) {
    const auto own = party_keys(24);
    auto renewed = party_keys(25);
    renewed.party = own.party;
    const SignedStatement made = make_rotation(about, own, renewed);
    EXPECT_TRUE(evidence::signature_holds(evidence::verifying_key(own.signing),
                                          evidence::statement_text(made.statement),
                                          made.signature));
    v1::RegistryStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_EQ(read.signer(), own.party);
    EXPECT_EQ(read.preceding(), 5U);
    const auto curve = evidence::curve_public_key(renewed.curve);
    const auto signing = evidence::verifying_key(renewed.signing);
    EXPECT_EQ(read.rotation().curve_key(), curve.view());
    EXPECT_EQ(read.rotation().signing_key(), signing.view());
    ASSERT_EQ(read.rotation().possession().size(), 64U);
    EXPECT_TRUE(evidence::signature_holds(
        signing, evidence::rotation_text(about.origin, about.party, 5, curve, signing),
        array_of<64>(read.rotation().possession())));
}

TEST(Statements, OneAboutACitizenSaysAllAndCannotPassForOneAboutAParty) {
    const auto controller = controller_keys();
    const CitizenStatementAbout citizen{
        "jobbro.test/log",           Bytes(16, 's'), 5, "case 12", Instant{1'700'000'000'250'000},
        ErasureDecision{3, 42, true}};
    const SignedStatement made = make_citizen_statement(citizen, CitizenActKind::erase, controller);
    const auto key = evidence::verifying_key(controller.signing);
    EXPECT_TRUE(evidence::signature_holds(key, evidence::citizen_statement_text(made.statement),
                                          made.signature));
    EXPECT_FALSE(
        evidence::signature_holds(key, evidence::statement_text(made.statement), made.signature));
    v1::CitizenStatement read;
    ASSERT_TRUE(read.ParseFromString(made.statement));
    EXPECT_EQ(read.origin(), "jobbro.test/log");
    EXPECT_EQ(read.subject_id(), Bytes(16, 's'));
    EXPECT_EQ(read.preceding(), 5U);
    EXPECT_EQ(read.signer(), "controller:demo");
    EXPECT_EQ(read.signed_at().seconds(), 1'700'000'000);
    EXPECT_EQ(read.ground(), "case 12");
    ASSERT_TRUE(read.has_erase());
    EXPECT_EQ(read.erase().orders(), 3U);
    EXPECT_EQ(read.erase().last_sequence_plus_one(), 42U);
    EXPECT_TRUE(read.erase().even_running());
}

TEST(Statements, HoldsArePlacedAndLifted) {
    const auto act_of = [](CitizenActKind act) {
        v1::CitizenStatement read;
        EXPECT_TRUE(
            read.ParseFromString(make_citizen_statement({}, act, controller_keys()).statement));
        return read.act_case();
    };
    EXPECT_EQ(act_of(CitizenActKind::place_hold), v1::CitizenStatement::kPlaceHold);
    EXPECT_EQ(act_of(CitizenActKind::lift_hold), v1::CitizenStatement::kLiftHold);
}

}  // namespace
}  // namespace jobbro::kit
