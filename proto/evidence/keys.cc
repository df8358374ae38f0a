#include "proto/evidence/keys.h"

#include <sodium.h>

#include <algorithm>

namespace jobbro::evidence {
namespace {

static_assert(crypto_sign_SEEDBYTES == 32 && crypto_sign_PUBLICKEYBYTES == 32);
static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_BYTES == 64);
static_assert(crypto_scalarmult_BYTES == 32 && crypto_scalarmult_SCALARBYTES == 32);

// libsodium picks the fastest code for this machine when it starts, and opens its randomness.
void start_libsodium() {
    static const int status = sodium_init();
    JOBBRO_ASSERT(status >= 0);
}

}  // namespace

VerifyingKey verifying_key(const SigningKey& key) {
    return Signer{key}.verifying_key();
}

CurvePublicKey curve_public_key(const CurveSecretKey& key) {
    start_libsodium();
    ByteArray<32> bytes{};
    JOBBRO_ASSERT(crypto_scalarmult_base(bytes.data(), key.bytes().data()) == 0);
    return CurvePublicKey{bytes};
}

Signature sign(const SigningKey& key, BytesView message) {
    return Signer{key}.sign(message);
}

bool signature_holds(const VerifyingKey& key, BytesView message, const Signature& signature) {
    start_libsodium();
    return crypto_sign_verify_detached(signature.data(), data_of(message), message.size(),
                                       key.bytes().data()) == 0;
}

Signer::Signer(const SigningKey& seed) {
    start_libsodium();
    ByteArray<32> public_bytes{};
    JOBBRO_ASSERT(
        crypto_sign_seed_keypair(public_bytes.data(), expanded_.data(), seed.bytes().data()) == 0);
    verifying_key_ = VerifyingKey{public_bytes};
}

Signer::Signer(Signer&& other) noexcept
    : expanded_(other.expanded_), verifying_key_(other.verifying_key_) {
    sodium_memzero(other.expanded_.data(), other.expanded_.size());
}

Signer::~Signer() {
    sodium_memzero(expanded_.data(), expanded_.size());
}

Signature Signer::sign(BytesView message) const {
    Signature signature{};
    JOBBRO_ASSERT(crypto_sign_detached(signature.data(), nullptr, data_of(message), message.size(),
                                       expanded_.data()) == 0);
    return signature;
}

void SystemRandomness::fill(std::span<std::uint8_t> out) {
    start_libsodium();
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

PooledRandomness::~PooledRandomness() {
    sodium_memzero(pool_.data(), pool_.size());
}

void PooledRandomness::fill(std::span<std::uint8_t> out) {
    if (out.size() > pool_.size()) {
        SystemRandomness{}.fill(out);
        return;
    }
    if (pool_.size() - used_ < out.size()) {
        SystemRandomness{}.fill(pool_);
        used_ = 0;
    }
    std::copy_n(pool_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    sodium_memzero(pool_.data() + used_, out.size());
    used_ += out.size();
}

}  // namespace jobbro::evidence
