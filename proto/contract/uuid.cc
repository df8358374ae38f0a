#include "proto/contract/uuid.h"

#include <optional>

namespace jobbro::contract {
namespace {

constexpr std::size_t text_bytes = 36;
constexpr std::string_view hex_digits = "0123456789abcdef";

// A hyphen stands before the bytes 4, 6, 8 and 10.
constexpr bool hyphen_before(std::size_t byte) {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

std::optional<std::uint8_t> nibble(char c) {
    if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
    if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
    return std::nullopt;
}

}  // namespace

Result<ByteArray<16>> parse_uuid7(std::string_view text) {
    if (text.size() != text_bytes) return ErrorCode::field_invalid;
    ByteArray<16> bytes{};
    std::size_t at = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (hyphen_before(i) && text[at++] != '-') return ErrorCode::field_invalid;
        const auto high = nibble(text[at++]);
        const auto low = nibble(text[at++]);
        if (!high || !low) return ErrorCode::field_invalid;
        bytes[i] = static_cast<std::uint8_t>(*high << 4U | *low);
    }
    if (!is_uuid7(bytes)) return ErrorCode::field_invalid;
    return bytes;
}

std::string uuid_text(const ByteArray<16>& bytes) {
    std::string text;
    text.reserve(text_bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (hyphen_before(i)) text.push_back('-');
        text.push_back(hex_digits[bytes[i] >> 4U]);
        text.push_back(hex_digits[bytes[i] & 0x0fU]);
    }
    return text;
}

ByteArray<16> make_uuid7(Instant now, Randomness& randomness) {
    const auto random = randomness.take<10>();
    const auto milliseconds = static_cast<std::uint64_t>(now.milliseconds());
    ByteArray<16> bytes{};
    for (std::size_t i = 0; i < 6; ++i) {
        bytes[i] = static_cast<std::uint8_t>(milliseconds >> (40 - 8 * i));
    }
    for (std::size_t i = 0; i < random.size(); ++i)
        bytes[6 + i] = random[i];
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x70U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    return bytes;
}

bool is_uuid7(const ByteArray<16>& bytes) {
    return (bytes[6] & 0xf0U) == 0x70U && (bytes[8] & 0xc0U) == 0x80U;
}

}  // namespace jobbro::contract
