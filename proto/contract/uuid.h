// UUIDs (RFC 9562), as 16 bytes and as canonical lower-case text.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/randomness.h"
#include "proto/base/result.h"

namespace jobbro::contract {

// A UUIDv7 of one use; the Tag keeps a message id from standing where an order id belongs. Sorts by
// the time it was made. Cannot hold anything but a version 7 UUID.
template <typename Tag>
class Uuid;

// Shared by all tags.
// Strict: 36 characters, lower-case, hyphens in place, version 7, variant 10. Errors:
// field_invalid.
Result<ByteArray<16>> parse_uuid7(std::string_view text);
std::string uuid_text(const ByteArray<16>& bytes);
// 48 bits of milliseconds, version, 74 random bits.
ByteArray<16> make_uuid7(Instant now, Randomness& randomness);
// True when version and variant are those of a UUIDv7.
bool is_uuid7(const ByteArray<16>& bytes);

template <typename Tag>
class Uuid {
  public:
    // Errors: field_invalid.
    static Result<Uuid> parse(std::string_view text) {
        JOBBRO_TRY_ASSIGN(const auto bytes, parse_uuid7(text));
        return Uuid{bytes};
    }
    // Errors: field_invalid (not 16 bytes, not version 7).
    static Result<Uuid> from_bytes(BytesView bytes) {
        if (bytes.size() != 16 || !is_uuid7(array_of<16>(bytes))) return ErrorCode::field_invalid;
        return Uuid{array_of<16>(bytes)};
    }
    static Uuid make(Instant now, Randomness& randomness) {
        return Uuid{make_uuid7(now, randomness)};
    }

    [[nodiscard]] std::string text() const { return uuid_text(bytes_); }
    [[nodiscard]] const ByteArray<16>& bytes() const { return bytes_; }
    [[nodiscard]] BytesView view() const { return jobbro::view(bytes_); }
    // Milliseconds since 1970 that the id was made at, as its maker says.
    [[nodiscard]] std::int64_t milliseconds() const {
        return static_cast<std::int64_t>(read_big_endian<std::uint64_t>(view()) >> 16U);
    }
    friend auto operator<=>(const Uuid&, const Uuid&) = default;

  private:
    explicit Uuid(const ByteArray<16>& bytes) : bytes_(bytes) {}
    ByteArray<16> bytes_;
};

using MessageId = Uuid<struct MessageIdTag>;
using OrderId = Uuid<struct OrderIdTag>;

}  // namespace jobbro::contract
