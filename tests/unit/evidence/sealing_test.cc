#include "proto/evidence/sealing.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

DataKey data_key() {
    return DataKey{sha256("data key")};
}
SymmetricKey some_key() {
    return SymmetricKey{sha256("some key")};
}
SymmetricKey other_key() {
    return SymmetricKey{sha256("other key")};
}
const Bytes salt(16, 's');

Bytes random_bytes(SeededRandomness& randomness, std::size_t length) {
    Bytes bytes(length, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(randomness.below(256));
    return bytes;
}

// --- Parts of journal entries -------------------------------------------------------------------

TEST(Sealing, PartKeyIsTheKeyThatTheFormatDescribes) {
    Bytes info = "jobbro entry v1";
    info += '\0';
    info += "index";
    info += '\0';
    info += unhex("0000000000000107");
    EXPECT_EQ(part_key(data_key(), salt, part_index, Sequence{0x107}).bytes(),
              hkdf_sha256(data_key().view(), salt, info));
}

TEST(Sealing, PartKeyDiffersWithEveryInput) {
    const SymmetricKey key = part_key(data_key(), salt, part_body, Sequence{7});
    EXPECT_EQ(part_key(data_key(), salt, part_body, Sequence{7}).bytes(), key.bytes());
    EXPECT_NE(part_key(DataKey{sha256("x")}, salt, part_body, Sequence{7}).bytes(), key.bytes());
    EXPECT_NE(part_key(data_key(), Bytes(16, 't'), part_body, Sequence{7}).bytes(), key.bytes());
    EXPECT_NE(part_key(data_key(), salt, part_index, Sequence{7}).bytes(), key.bytes());
    EXPECT_NE(part_key(data_key(), salt, part_body, Sequence{8}).bytes(), key.bytes());
}

TEST(Sealing, CommitmentIsTheDigestThatTheFormatDescribes) {
    Bytes committed = "jobbro key commitment v1";
    committed += '\0';
    committed += some_key().view();
    EXPECT_EQ(key_commitment(some_key()), sha256(committed));
}

TEST(Sealing, PartIsEncryptedAsRfc8439Describes) {
    // RFC 8439 appendix A.1, test vector 2: key and nonce of zeros, block counter 1, which is
    // where the ciphertext of a sealed text begins.
    const SymmetricKey zeros{ByteArray<32>{}};
    EXPECT_EQ(hex_encode(seal_part(zeros, Bytes(64, '\0'), "").substr(0, 64)),
              "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
              "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f");
}

TEST(Sealing, PartAgreesWithLibsodium) {
    SeededRandomness randomness{1};
    const ByteArray<12> nonce{};
    for (std::size_t length = 0; length < 300; ++length) {
        const SymmetricKey key = SymmetricKey::random(randomness);
        const Bytes plaintext = random_bytes(randomness, length);
        const Bytes associated = random_bytes(randomness, randomness.below(50));
        Bytes expected(length + 16, '\0');
        crypto_aead_chacha20poly1305_ietf_encrypt(
            reinterpret_cast<std::uint8_t*>(expected.data()), nullptr, data_of(plaintext), length,
            data_of(associated), associated.size(), nullptr, nonce.data(), key.bytes().data());
        ASSERT_EQ(hex_encode(seal_part(key, plaintext, associated)), hex_encode(expected));
        ASSERT_THAT(open_part(key, key_commitment(key), expected, associated), Holds(plaintext));
    }
}

TEST(Sealing, LargestPartOpensAgain) {
    SeededRandomness randomness{2};
    const Bytes plaintext = random_bytes(randomness, 65535);
    const Bytes sealed = seal_part(some_key(), plaintext, "clear");
    EXPECT_EQ(sealed.size(), plaintext.size() + 16);
    EXPECT_THAT(open_part(some_key(), key_commitment(some_key()), sealed, "clear"),
                Holds(plaintext));
}

TEST(Sealing, PartOpensWithItsKeyAndCommitmentAlone) {
    const Bytes sealed = seal_part(some_key(), "plain", "clear");
    EXPECT_THAT(open_part(some_key(), key_commitment(some_key()), sealed, "clear"), Holds("plain"));
    // The commitment of the entry tells the wrong key before it is tried.
    EXPECT_THAT(open_part(other_key(), key_commitment(some_key()), sealed, "clear"),
                FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(open_part(other_key(), key_commitment(other_key()), sealed, "clear"),
                FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(open_part(some_key(), key_commitment(other_key()), sealed, "clear"),
                FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(open_part(some_key(), Digest{}, sealed, "clear"),
                FailsWith(ErrorCode::opening_failed));
}

TEST(Sealing, EveryByteOfAPartCounts) {
    const Digest commitment = key_commitment(some_key());
    const Bytes sealed = seal_part(some_key(), "plain", "clear");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        EXPECT_THAT(open_part(some_key(), commitment, flipped(sealed, i), "clear"),
                    FailsWith(ErrorCode::opening_failed));
        EXPECT_THAT(open_part(some_key(), commitment, BytesView{sealed}.substr(0, i), "clear"),
                    FailsWith(ErrorCode::opening_failed));
    }
    EXPECT_THAT(open_part(some_key(), commitment, sealed + "x", "clear"),
                FailsWith(ErrorCode::opening_failed));
    for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_THAT(open_part(some_key(), commitment, sealed, flipped("clear", i)),
                    FailsWith(ErrorCode::opening_failed));
    }
    EXPECT_THAT(open_part(some_key(), commitment, sealed, ""),
                FailsWith(ErrorCode::opening_failed));
    // A refusal leaves nothing behind that would spoil the next opening.
    EXPECT_THAT(open_part(some_key(), commitment, sealed, "clear"), Holds("plain"));
}

TEST(Sealing, PartMovedToAnotherPlaceDoesNotOpen) {
    const SymmetricKey own = part_key(data_key(), salt, part_body, Sequence{7});
    const Bytes sealed = seal_part(own, "plain", "clear");
    const SymmetricKey elsewhere[] = {
        part_key(data_key(), salt, part_body, Sequence{8}),
        part_key(data_key(), salt, part_index, Sequence{7}),
        part_key(data_key(), Bytes(16, 't'), part_body, Sequence{7}),
    };
    for (const SymmetricKey& key : elsewhere) {
        EXPECT_THAT(open_part(key, key_commitment(own), sealed, "clear"),
                    FailsWith(ErrorCode::opening_failed));
        EXPECT_THAT(open_part(key, key_commitment(key), sealed, "clear"),
                    FailsWith(ErrorCode::opening_failed));
    }
}

TEST(Sealing, EmptyPartIsItsTagAlone) {
    const Digest commitment = key_commitment(some_key());
    const Bytes sealed = seal_part(some_key(), "", "");
    EXPECT_EQ(sealed.size(), 16U);
    EXPECT_THAT(open_part(some_key(), commitment, sealed, ""), Holds(""));
    EXPECT_THAT(open_part(some_key(), commitment, flipped(sealed, 0), ""),
                FailsWith(ErrorCode::opening_failed));
}

// --- Rows at rest -------------------------------------------------------------------------------

TEST(Sealing, RowOpensAgainAndIsNeverSealedTheSameTwice) {
    SeededRandomness randomness{3};
    const Bytes first = seal_row(some_key(), "plain", "row 1", randomness);
    const Bytes second = seal_row(some_key(), "plain", "row 1", randomness);
    EXPECT_EQ(first.size(), 5U + 40U);
    EXPECT_NE(first.substr(24), second.substr(24));
    EXPECT_THAT(open_row(some_key(), first, "row 1"), Holds("plain"));
    EXPECT_THAT(open_row(some_key(), second, "row 1"), Holds("plain"));
    EXPECT_THAT(open_row(some_key(), seal_row(some_key(), "", "", randomness), ""), Holds(""));
}

TEST(Sealing, RowBeginsWithItsNonceAndIsXChaCha20Poly1305) {
    SeededRandomness randomness{4};
    const Bytes row = seal_row(some_key(), "plain", "row 1", randomness);
    SeededRandomness same{4};
    const ByteArray<24> nonce = same.take<24>();
    EXPECT_EQ(row.substr(0, 24), view(nonce));
    Bytes expected(5 + 16, '\0');
    crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<std::uint8_t*>(expected.data()),
                                               nullptr, data_of("plain"), 5, data_of("row 1"), 5,
                                               nullptr, nonce.data(), some_key().bytes().data());
    EXPECT_EQ(row.substr(24), expected);
}

TEST(Sealing, RowOpensInItsPlaceWithItsKeyAlone) {
    SeededRandomness randomness{5};
    const Bytes row = seal_row(some_key(), "plain", "row 1", randomness);
    EXPECT_THAT(open_row(other_key(), row, "row 1"), FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(open_row(some_key(), row, "row 2"), FailsWith(ErrorCode::opening_failed));
    for (std::size_t i = 0; i < row.size(); ++i) {
        EXPECT_THAT(open_row(some_key(), flipped(row, i), "row 1"),
                    FailsWith(ErrorCode::opening_failed));
        EXPECT_THAT(open_row(some_key(), BytesView{row}.substr(0, i), "row 1"),
                    FailsWith(ErrorCode::opening_failed));
    }
}

// --- Frames to a party --------------------------------------------------------------------------

// The keys, nonce and beginning of the box that libsodium's and NaCl's own tests use.
CurveSecretKey alice() {
    return CurveSecretKey{
        array_from_hex<32>("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a")};
}
CurveSecretKey bob() {
    return CurveSecretKey{
        array_from_hex<32>("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")};
}
const ByteArray<24> box_nonce =
    array_from_hex<24>("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");

BoxKey box_key(const CurveSecretKey& own, const CurveSecretKey& other) {
    Result<BoxKey> key = BoxKey::between(own, curve_public_key(other));
    JOBBRO_ASSERT(key.has_value());
    return *std::move(key);
}

TEST(Sealing, BoxAnswersTheVectorOfNacl) {
    const Bytes message = unhex(
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffc"
        "e5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
        "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde"
        "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
        "5e0705");
    const Bytes box = box_key(alice(), bob()).seal(box_nonce, message);
    EXPECT_EQ(hex_encode(box),
              "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce"
              "48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
              "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae"
              "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
              "7973f622a43d14a6599b1f654cb45a74e355a5");
    EXPECT_THAT(box_key(bob(), alice()).open(view(box_nonce), box), Holds(message));
}

TEST(Sealing, BoxOpensForItsPartyAlone) {
    const Bytes box = box_key(alice(), bob()).seal(box_nonce, "frame");
    EXPECT_EQ(box.size(), 5U + 16U);
    const CurveSecretKey eve{sha256("eve")};
    EXPECT_THAT(box_key(eve, alice()).open(view(box_nonce), box),
                FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(box_key(bob(), eve).open(view(box_nonce), box),
                FailsWith(ErrorCode::opening_failed));
}

TEST(Sealing, EveryByteOfABoxAndItsNonceCounts) {
    const BoxKey sender = box_key(alice(), bob());
    const BoxKey receiver = box_key(bob(), alice());
    const Bytes box = sender.seal(box_nonce, "frame");
    const Bytes nonce{view(box_nonce)};
    ASSERT_THAT(receiver.open(nonce, box), Holds("frame"));
    for (std::size_t i = 0; i < nonce.size(); ++i) {
        EXPECT_THAT(receiver.open(flipped(nonce, i), box), FailsWith(ErrorCode::opening_failed));
    }
    for (std::size_t i = 0; i < box.size(); ++i) {
        EXPECT_THAT(receiver.open(nonce, flipped(box, i)), FailsWith(ErrorCode::opening_failed));
        EXPECT_THAT(receiver.open(nonce, BytesView{box}.substr(0, i)),
                    FailsWith(ErrorCode::opening_failed));
    }
    EXPECT_THAT(receiver.open(nonce.substr(1), box), FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(receiver.open(nonce + "x", box), FailsWith(ErrorCode::opening_failed));
    EXPECT_THAT(receiver.open("", box), FailsWith(ErrorCode::opening_failed));
}

TEST(Sealing, EmptyFrameIsBoxedToo) {
    const Bytes box = box_key(alice(), bob()).seal(box_nonce, "");
    EXPECT_THAT(box_key(bob(), alice()).open(view(box_nonce), box), Holds(""));
}

TEST(Sealing, PublicKeysOfSmallOrderAreRefused) {
    ByteArray<32> one{};
    one[0] = 1;
    for (const ByteArray<32>& bytes :
         {ByteArray<32>{}, one,
          array_from_hex<32>("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
          array_from_hex<32>("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")}) {
        EXPECT_THAT(BoxKey::between(alice(), CurvePublicKey{bytes}),
                    FailsWith(ErrorCode::key_malformed));
    }
}

}  // namespace
}  // namespace jobbro::evidence
