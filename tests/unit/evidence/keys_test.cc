#include "proto/evidence/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include <type_traits>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

struct Rfc8032Vector {
    std::string_view seed;
    std::string_view public_key;
    std::string_view message;
    std::string_view signature;
};

// RFC 8032 section 7.1, tests 1 to 3.
constexpr Rfc8032Vector rfc8032_vectors[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
     "b46bd25bf5f0595bbe24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f1"
     "1d8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984d"
     "c6594a7c15e9716ed28dc027beceea1ec40a"},
};

SigningKey signing_key(std::string_view seed) {
    return SigningKey{array_from_hex<32>(seed)};
}

TEST(Keys, SigningAnswersTheVectorsOfRfc8032) {
    for (const Rfc8032Vector& vector : rfc8032_vectors) {
        const SigningKey key = signing_key(vector.seed);
        const Bytes message = unhex(vector.message);
        EXPECT_EQ(hex(verifying_key(key).bytes()), vector.public_key);
        EXPECT_EQ(hex(sign(key, message)), vector.signature);
        const Signer signer{key};
        EXPECT_EQ(hex(signer.verifying_key().bytes()), vector.public_key);
        EXPECT_EQ(hex(signer.sign(message)), vector.signature);
        EXPECT_TRUE(signature_holds(verifying_key(key), message, sign(key, message)));
    }
}

TEST(Keys, SignatureHoldsForItsKeyAndMessageAlone) {
    const SigningKey key = signing_key(rfc8032_vectors[0].seed);
    const SigningKey other = signing_key(rfc8032_vectors[1].seed);
    const Signature signature = sign(key, "message");
    EXPECT_TRUE(signature_holds(verifying_key(key), "message", signature));
    EXPECT_FALSE(signature_holds(verifying_key(other), "message", signature));
    EXPECT_FALSE(signature_holds(verifying_key(key), "messagf", signature));
    EXPECT_FALSE(signature_holds(verifying_key(key), "", signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        Signature changed = signature;
        changed[i] ^= 1U;
        EXPECT_FALSE(signature_holds(verifying_key(key), "message", changed)) << "byte " << i;
    }
}

TEST(Keys, NothingHoldsForAPublicKeyOfZeros) {
    EXPECT_FALSE(signature_holds(VerifyingKey{}, "message", Signature{}));
}

TEST(Keys, SignerThatWasMovedSignsAsBefore) {
    Signer first{signing_key(rfc8032_vectors[0].seed)};
    const Signer second{std::move(first)};
    EXPECT_EQ(hex(second.sign("")), rfc8032_vectors[0].signature);
    EXPECT_EQ(hex(second.verifying_key().bytes()), rfc8032_vectors[0].public_key);
}

TEST(Keys, CurvePublicKeysAnswerTheVectorsOfRfc7748) {
    const CurveSecretKey alice{
        array_from_hex<32>("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")};
    EXPECT_EQ(hex(curve_public_key(alice).bytes()),
              "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
    const CurveSecretKey bob{
        array_from_hex<32>("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")};
    EXPECT_EQ(hex(curve_public_key(bob).bytes()),
              "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
}

TEST(Keys, BytesOfAnotherLengthThan32AreMalformed) {
    for (const std::size_t length : {0U, 31U, 33U, 64U}) {
        const Bytes bytes(length, 'x');
        EXPECT_THAT(SigningKey::from_bytes(bytes), FailsWith(ErrorCode::key_malformed));
        EXPECT_THAT(CurvePublicKey::from_bytes(bytes), FailsWith(ErrorCode::key_malformed));
    }
    const Result<SigningKey> key = SigningKey::from_bytes(Bytes(32, 'x'));
    ASSERT_THAT(key, Succeeds());
    EXPECT_EQ(key->view(), Bytes(32, 'x'));
}

TEST(Keys, SecretKeyIsEmptyAfterItHasMoved) {
    SymmetricKey first{array_of<32>(Bytes(32, 'x'))};
    const SymmetricKey copy = first.copy();
    const SymmetricKey second{std::move(first)};
    EXPECT_EQ(second.view(), Bytes(32, 'x'));
    EXPECT_EQ(copy.view(), Bytes(32, 'x'));
    EXPECT_EQ(first.view(), Bytes(32, '\0'));  // NOLINT(bugprone-use-after-move): the point
}

TEST(Keys, NoKeyStandsWhereAnotherBelongs) {
    EXPECT_FALSE((std::is_constructible_v<DataKey, const MasterKey&>));
    EXPECT_FALSE((std::is_constructible_v<VerifyingKey, const CurvePublicKey&>));
    EXPECT_FALSE((std::is_copy_constructible_v<SigningKey>));
    EXPECT_FALSE((std::is_copy_constructible_v<Signer>));
}

TEST(Keys, PooledRandomnessNeverHandsOutTheSameBytesTwice) {
    PooledRandomness randomness;
    std::set<ByteArray<16>> seen;
    for (int i = 0; i < 2000; ++i)
        EXPECT_TRUE(seen.insert(randomness.take<16>()).second);
    std::vector<std::uint8_t> large(10000, 0);
    randomness.fill(large);
    EXPECT_LT(std::count(large.begin(), large.end(), 0), 200);
}

TEST(Keys, SystemRandomnessDoesNotRepeatItself) {
    SystemRandomness randomness;
    const ByteArray<32> first = randomness.take<32>();
    EXPECT_NE(first, randomness.take<32>());
    EXPECT_NE(first, ByteArray<32>{});
    randomness.fill({});  // nothing to fill is no error
}

}  // namespace
}  // namespace jobbro::evidence
