// Keys, each of its own type, so that none can stand where another belongs.
#pragma once

#include "proto/base/bytes.h"
#include "proto/base/randomness.h"
#include "proto/base/result.h"

namespace jobbro::evidence {

// 32 secret bytes; wiped when they go out of scope. Move-only on purpose: copies are asked for.
template <typename Tag>
class SecretKey {
  public:
    explicit SecretKey(const ByteArray<32>& bytes) : bytes_(bytes) {}
    SecretKey(SecretKey&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }
    SecretKey& operator=(SecretKey&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            other.wipe();
        }
        return *this;
    }
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    ~SecretKey() { wipe(); }

    // Errors: key_malformed when not 32 bytes.
    static Result<SecretKey> from_bytes(BytesView bytes) {
        if (bytes.size() != 32) return ErrorCode::key_malformed;
        return SecretKey{array_of<32>(bytes)};
    }
    static SecretKey random(Randomness& randomness) { return SecretKey{randomness.take<32>()}; }

    [[nodiscard]] SecretKey copy() const { return SecretKey{bytes_}; }
    [[nodiscard]] const ByteArray<32>& bytes() const { return bytes_; }
    [[nodiscard]] BytesView view() const { return jobbro::view(bytes_); }

  private:
    void wipe() noexcept {
        volatile std::uint8_t* at = bytes_.data();
        for (std::size_t i = 0; i < bytes_.size(); ++i)
            at[i] = 0;
    }
    ByteArray<32> bytes_;
};

// 32 public bytes.
template <typename Tag>
class PublicKey {
  public:
    PublicKey() = default;
    explicit PublicKey(const ByteArray<32>& bytes) : bytes_(bytes) {}
    // Errors: key_malformed when not 32 bytes.
    static Result<PublicKey> from_bytes(BytesView bytes) {
        if (bytes.size() != 32) return ErrorCode::key_malformed;
        return PublicKey{array_of<32>(bytes)};
    }
    [[nodiscard]] const ByteArray<32>& bytes() const { return bytes_; }
    [[nodiscard]] BytesView view() const { return jobbro::view(bytes_); }
    friend auto operator<=>(const PublicKey&, const PublicKey&) = default;

  private:
    ByteArray<32> bytes_{};
};

// Ed25519 (RFC 8032): the 32-byte seed, and its public key.
using SigningKey = SecretKey<struct SigningTag>;
using VerifyingKey = PublicKey<struct SigningTag>;
// X25519, as ZeroMQ's CURVE uses it.
using CurveSecretKey = SecretKey<struct CurveTag>;
using CurvePublicKey = PublicKey<struct CurveTag>;
// Seals the entries of one order or subject, through keys derived from it.
using DataKey = SecretKey<struct DataTag>;
// Wraps the data keys; stands outside the data folder.
using MasterKey = SecretKey<struct MasterTag>;
// Any other symmetric key.
using SymmetricKey = SecretKey<struct SymmetricTag>;

// An Ed25519 signature.
using Signature = ByteArray<64>;

// Thread: any, for all below.
VerifyingKey verifying_key(const SigningKey& key);
CurvePublicKey curve_public_key(const CurveSecretKey& key);
// Derives the expanded key each time (about 35 µs); whoever signs often keeps a Signer.
Signature sign(const SigningKey& key, BytesView message);
bool signature_holds(const VerifyingKey& key, BytesView message, const Signature& signature);

// Signs with the expanded key kept. Thread: any.
class Signer {
  public:
    explicit Signer(const SigningKey& seed);
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    Signer(Signer&&) noexcept;
    ~Signer();
    [[nodiscard]] Signature sign(BytesView message) const;
    [[nodiscard]] const VerifyingKey& verifying_key() const { return verifying_key_; }

  private:
    ByteArray<64> expanded_{};
    VerifyingKey verifying_key_;
};

// The operating system's randomness. Thread: any.
class SystemRandomness final : public Randomness {
  public:
    void fill(std::span<std::uint8_t> out) override;
};

// The same, fetched a few kilobytes at a time: for whoever takes a little very often. What was
// handed out is wiped from its store. Thread: one at a time.
class PooledRandomness final : public Randomness {
  public:
    PooledRandomness() = default;
    PooledRandomness(const PooledRandomness&) = delete;
    PooledRandomness& operator=(const PooledRandomness&) = delete;
    ~PooledRandomness() override;
    void fill(std::span<std::uint8_t> out) override;

  private:
    ByteArray<4096> pool_{};
    std::size_t used_ = sizeof pool_;
};

}  // namespace jobbro::evidence
