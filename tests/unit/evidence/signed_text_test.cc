#include "proto/evidence/signed_text.h"

#include <gtest/gtest.h>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

TEST(SignedText, SubmitTextHoldsContextOriginPartyCountAndRoot) {
    const Digest root =
        digest_from_hex("36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
    EXPECT_EQ(submit_text("hub.example/log", "provider:99104007", 3, root),
              "jobbro submit v1\n"
              "hub.example/log\n"
              "provider:99104007\n"
              "3\n"
              "NmQuc8JUCrEh46a/lUWwokmCzYMOsT080Z3jzmwCHsE=\n");
}

TEST(SignedText, StatementTextIsContextAndTheBytesAsTheyAre) {
    const Bytes statement{"\x0a\x00\xff\n", 4};
    EXPECT_EQ(statement_text(statement), Bytes{"jobbro statement v1\n"} + statement);
    EXPECT_EQ(statement_text(""), "jobbro statement v1\n");
}

TEST(SignedText, ARotationNamesWhatItBuildsOnAndBothNewKeys) {
    const CurvePublicKey curve = *CurvePublicKey::from_bytes(Bytes(32, 'c'));
    const VerifyingKey signing = *VerifyingKey::from_bytes(Bytes(32, 's'));
    EXPECT_EQ(rotation_text("hub.example/log", "provider:99104007", 12, curve, signing),
              "jobbro rotation v1\nhub.example/log\nprovider:99104007\n12\n" + Bytes(32, 'c') +
                  Bytes(32, 's'));
    EXPECT_NE(rotation_text("hub.example/log", "provider:99104007", 0, curve, signing),
              rotation_text("hub.example/log", "provider:99104007", 1, curve, signing));
}

TEST(SignedText, ALogIsHandedOverFromOneVerifierKeyToAnother) {
    EXPECT_EQ(log_key_text("hub.example/log", "former", "new"),
              "jobbro log key v1\nhub.example/log\nformer\nnew\n");
}

TEST(SignedText, AStatementAboutACitizenHasAContextOfItsOwn) {
    EXPECT_EQ(citizen_statement_text("x"), "jobbro citizen statement v1\nx");
}

TEST(SignedTextDeathTest, LineEndInOriginOrPartyIsABrokenInvariant) {
    EXPECT_DEATH(submit_text("hub\n", "party", 1, Digest{}), "broken invariant");
    EXPECT_DEATH(submit_text("hub", "par\nty", 1, Digest{}), "broken invariant");
    EXPECT_DEATH(rotation_text("hub", "par\nty", 1, {}, {}), "broken invariant");
    EXPECT_DEATH(log_key_text("hub", "former\n", "new"), "broken invariant");
}

}  // namespace
}  // namespace jobbro::evidence
