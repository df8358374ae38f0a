#include "proto/evidence/digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

#include "proto/base/assert.h"

namespace jobbro::evidence {
namespace {

constexpr std::size_t block_bytes = 64;       // of SHA-256
constexpr std::size_t info_bytes_max = 1024;  // what OpenSSL's HKDF has room for

// Fetched once, since a fetch costs more than hashing an entry does. Never freed, so that a thread
// that ends late can still hash.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    JOBBRO_ASSERT(fetched != nullptr);
    return fetched;
}

// Thread: the one that made it.
class Hasher {
  public:
    Hasher() : context_(EVP_MD_CTX_new()) {
        JOBBRO_ASSERT(context_ != nullptr);
        JOBBRO_ASSERT(EVP_DigestInit_ex2(context_, algorithm(), nullptr) == 1);
    }
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    ~Hasher() { EVP_MD_CTX_free(context_); }

    Digest hash(std::span<const BytesView> parts) {
        // Without an algorithm the context keeps the one it has, and its memory.
        JOBBRO_ASSERT(EVP_DigestInit_ex2(context_, nullptr, nullptr) == 1);
        for (const BytesView part : parts) {
            JOBBRO_ASSERT(EVP_DigestUpdate(context_, part.data(), part.size()) == 1);
        }
        Digest digest{};
        JOBBRO_ASSERT(EVP_DigestFinal_ex(context_, digest.data(), nullptr) == 1);
        return digest;
    }

  private:
    EVP_MD_CTX* context_;
};

// HKDF over OpenSSL. Thread: the one that made it.
class KeyDeriver {
  public:
    KeyDeriver() {
        EVP_KDF* const fetched = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
        JOBBRO_ASSERT(fetched != nullptr);
        context_ = EVP_KDF_CTX_new(fetched);
        JOBBRO_ASSERT(context_ != nullptr);
        EVP_KDF_free(fetched);  // the context keeps its own hold of it
    }
    KeyDeriver(const KeyDeriver&) = delete;
    KeyDeriver& operator=(const KeyDeriver&) = delete;
    ~KeyDeriver() { EVP_KDF_CTX_free(context_); }

    Digest derive(BytesView key_material, BytesView salt, BytesView info) {
        std::array<char, 7> hash = {"SHA256"};
        const std::array<OSSL_PARAM, 5> parameters = {
            OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash.data(), 0),
            octets(OSSL_KDF_PARAM_KEY, key_material), octets(OSSL_KDF_PARAM_SALT, salt),
            octets(OSSL_KDF_PARAM_INFO, info), OSSL_PARAM_construct_end()};
        Digest output{};
        JOBBRO_ASSERT(EVP_KDF_derive(context_, output.data(), output.size(), parameters.data()) ==
                      1);
        EVP_KDF_CTX_reset(context_);  // wipes the key material
        return output;
    }

  private:
    static OSSL_PARAM octets(const char* name, BytesView bytes) {
        // OpenSSL takes a null pointer for a missing parameter, and only reads what it is given.
        const char* const data = bytes.data() == nullptr ? "" : bytes.data();
        return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(data), bytes.size());
    }

    EVP_KDF_CTX* context_ = nullptr;
};

}  // namespace

Digest sha256_of_parts(std::span<const BytesView> parts) {
    // One context a thread: making one for each call would cost as much as the hash.
    thread_local Hasher hasher;
    return hasher.hash(parts);
}

Digest sha256(BytesView bytes) {
    return sha256_of_parts({&bytes, 1});
}

struct RunningDigest::Inner {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    Inner() { JOBBRO_ASSERT(EVP_DigestInit_ex2(context, algorithm(), nullptr) == 1); }
    Inner(const Inner&) = delete;
    Inner& operator=(const Inner&) = delete;
    ~Inner() { EVP_MD_CTX_free(context); }
};

RunningDigest::RunningDigest() : inner_(std::make_unique<Inner>()) {}
RunningDigest::RunningDigest(RunningDigest&&) noexcept = default;
RunningDigest::~RunningDigest() = default;

void RunningDigest::add(BytesView bytes) {
    JOBBRO_ASSERT(EVP_DigestUpdate(inner_->context, bytes.data(), bytes.size()) == 1);
}

Digest RunningDigest::finish() {
    Digest digest{};
    JOBBRO_ASSERT(EVP_DigestFinal_ex(inner_->context, digest.data(), nullptr) == 1);
    return digest;
}

Digest hmac_sha256(BytesView key, BytesView message) {
    ByteArray<block_bytes> inner_pad{};
    if (key.size() > block_bytes) {
        const Digest short_key = sha256(key);
        std::copy(short_key.begin(), short_key.end(), inner_pad.begin());
    } else {
        std::copy(key.begin(), key.end(), inner_pad.begin());
    }
    ByteArray<block_bytes> outer_pad = inner_pad;
    for (std::uint8_t& byte : inner_pad)
        byte ^= 0x36U;
    for (std::uint8_t& byte : outer_pad)
        byte ^= 0x5cU;

    const Digest inner = sha256_of_parts(std::array<BytesView, 2>{view(inner_pad), message});
    const Digest outer = sha256_of_parts(std::array<BytesView, 2>{view(outer_pad), view(inner)});
    OPENSSL_cleanse(inner_pad.data(), inner_pad.size());
    OPENSSL_cleanse(outer_pad.data(), outer_pad.size());
    return outer;
}

Digest hkdf_sha256(BytesView key_material, BytesView salt, BytesView info) {
    JOBBRO_ASSERT(info.size() <= info_bytes_max);
    thread_local KeyDeriver deriver;
    return deriver.derive(key_material, salt, info);
}

bool equal_in_constant_time(BytesView a, BytesView b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace jobbro::evidence
