// What the tests of this room share: published vectors as bytes, and results as expectations.
#pragma once

#include <gmock/gmock.h>

#include <string_view>

#include "proto/base/result.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::evidence {

// Requires: hexadecimal.
inline Bytes unhex(std::string_view text) {
    return *hex_decode(text);
}

// Requires: hexadecimal of N bytes.
template <std::size_t N>
ByteArray<N> array_from_hex(std::string_view text) {
    const Bytes bytes = unhex(text);
    JOBBRO_ASSERT(bytes.size() == N);
    return array_of<N>(bytes);
}

inline Digest digest_from_hex(std::string_view text) {
    return array_from_hex<32>(text);
}

template <std::size_t N>
std::string hex(const ByteArray<N>& bytes) {
    return hex_encode(view(bytes));
}

// The same bytes with one bit of the byte at `at` turned.
inline Bytes flipped(Bytes bytes, std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    return bytes;
}

MATCHER(Succeeds, "") {
    return arg.has_value();
}
MATCHER_P(FailsWith, code, "") {
    return !arg.has_value() && arg.error().code == code;
}
MATCHER_P(Holds, value, "") {
    return arg.has_value() && *arg == value;
}

}  // namespace jobbro::evidence
