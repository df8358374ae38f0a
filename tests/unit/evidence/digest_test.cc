#include "proto/evidence/digest.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <thread>
#include <vector>

#include "proto/base/randomness.h"
#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

TEST(Digest, Sha256AnswersTheVectorsOfFips180) {
    EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hex(sha256(Bytes(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Digest, PartsAreHashedAsTheirConcatenation) {
    const std::array<BytesView, 5> parts = {"a", "", "bc", BytesView{}, "d"};
    EXPECT_EQ(sha256_of_parts(parts), sha256("abcd"));
    EXPECT_EQ(sha256_of_parts({}), sha256(""));
}

TEST(Digest, ARunningDigestIsThatOfAllPieces) {
    RunningDigest none;
    EXPECT_EQ(none.finish(), sha256(""));
    RunningDigest pieces;
    pieces.add("ab");
    pieces.add("");
    pieces.add("c");
    EXPECT_EQ(pieces.finish(), sha256("abc"));
}

TEST(Digest, ThreadsHashWithoutDisturbingEachOther) {
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < wrong.size(); ++t) {
        threads.emplace_back([&wrong, t] {
            for (int i = 0; i < 2000; ++i) {
                const bool is_right =
                    hex(sha256("abc")) ==
                    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
                if (!is_right) ++wrong[t];
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
    EXPECT_EQ(wrong, std::vector<int>(4, 0));
}

TEST(Digest, HmacAnswersTheVectorsOfRfc4231) {
    EXPECT_EQ(hex(hmac_sha256(Bytes(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(hex(hmac_sha256(Bytes(131, '\xaa'),
                              "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

// Bytes from `first` to `last`, as RFC 5869 gives its inputs.
Bytes counting(int first, int last) {
    Bytes bytes;
    for (int i = first; i <= last; ++i)
        bytes.push_back(static_cast<char>(i));
    return bytes;
}

TEST(Digest, HkdfAnswersTheVectorsOfRfc5869) {
    // The first 32 bytes of what the vectors ask for.
    EXPECT_EQ(hex(hkdf_sha256(Bytes(22, '\x0b'), counting(0, 0x0c), counting(0xf0, 0xf9))),
              "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
    EXPECT_EQ(hex(hkdf_sha256(counting(0, 0x4f), counting(0x60, 0xaf), counting(0xb0, 0xff))),
              "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c");
    EXPECT_EQ(hex(hkdf_sha256(Bytes(22, '\x0b'), "", "")),
              "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

// RFC 5869 sections 2.2 and 2.3 as they stand, for one block of output.
Digest hkdf_by_hand(const Bytes& key_material, const Bytes& salt, const Bytes& info) {
    const Digest extracted = hmac_sha256(salt, key_material);
    return hmac_sha256(view(extracted), info + '\x01');
}

TEST(Digest, HkdfIsTwoHmacsForRandomInputs) {
    SeededRandomness randomness{20260101};
    const auto random_bytes = [&randomness](std::uint64_t most) {
        Bytes bytes;
        for (std::uint64_t n = randomness.below(most + 1); n > 0; --n) {
            bytes.push_back(static_cast<char>(randomness.below(256)));
        }
        return bytes;
    };
    for (int i = 0; i < 500; ++i) {
        const Bytes key_material = random_bytes(100);
        const Bytes salt = random_bytes(100);
        const Bytes info = random_bytes(100);
        ASSERT_EQ(hkdf_sha256(key_material, salt, info), hkdf_by_hand(key_material, salt, info));
    }
}

TEST(Digest, HkdfTakesNothingAndTheLongestInfo) {
    EXPECT_EQ(hkdf_sha256({}, {}, {}), hkdf_by_hand("", "", ""));
    EXPECT_EQ(hkdf_sha256("key", "salt", Bytes(1024, 'i')),
              hkdf_by_hand("key", "salt", Bytes(1024, 'i')));
}

TEST(DigestDeathTest, LongerInfoIsABrokenInvariant) {
    EXPECT_DEATH(hkdf_sha256("key", "salt", Bytes(1025, 'i')), "broken invariant");
}

Digest hmac_of_openssl(const Bytes& key, const Bytes& message) {
    Digest digest{};
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data_of(message), message.size(),
         digest.data(), nullptr);
    return digest;
}

TEST(Digest, HmacAgreesWithOpensslForEveryLengthOfKey) {
    for (std::size_t length = 0; length <= 200; ++length) {
        const Bytes key(length, 'k');
        ASSERT_EQ(hmac_sha256(key, "message"), hmac_of_openssl(key, "message")) << length;
    }
}

TEST(Digest, ConstantTimeComparisonTellsEqualFromDifferent) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
    EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
    EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
    EXPECT_FALSE(equal_in_constant_time("", "a"));
}

}  // namespace
}  // namespace jobbro::evidence
