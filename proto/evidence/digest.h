// SHA-256 and what is built on it.
#pragma once

#include <memory>
#include <span>

#include "proto/base/bytes.h"

namespace jobbro::evidence {

// A SHA-256 digest (FIPS 180-4): 32 bytes, never a string.
using Digest = ByteArray<32>;

// Thread: any.
Digest sha256(BytesView bytes);

// SHA-256 over the concatenation of the parts, without copying them together. Thread: any.
Digest sha256_of_parts(std::span<const BytesView> parts);

// SHA-256 over bytes that come piece by piece. Thread: one at a time.
class RunningDigest {
  public:
    RunningDigest();
    RunningDigest(RunningDigest&&) noexcept;
    ~RunningDigest();
    void add(BytesView bytes);
    // Of all that was added; add nothing more.
    [[nodiscard]] Digest finish();

  private:
    struct Inner;
    std::unique_ptr<Inner> inner_;
};

// HMAC-SHA-256 (RFC 2104). Thread: any.
Digest hmac_sha256(BytesView key, BytesView message);

// HKDF-SHA-256 (RFC 5869), 32 bytes of output. Requires: info.size() <= 1024. Thread: any.
Digest hkdf_sha256(BytesView key_material, BytesView salt, BytesView info);

// Compares without telling by its duration where they differ. Thread: any.
bool equal_in_constant_time(BytesView a, BytesView b);

}  // namespace jobbro::evidence
