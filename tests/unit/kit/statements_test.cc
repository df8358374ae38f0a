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

}  // namespace
}  // namespace jobbro::kit
