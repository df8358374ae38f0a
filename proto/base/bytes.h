// Byte strings, and integers in them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace jobbro {

// Bytes of any length are std::string, which protobuf, RocksDB and ZeroMQ all speak; bytes of a
// known length are arrays of their own type (Digest, keys), never strings.
using Bytes = std::string;
using BytesView = std::string_view;

template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

template <std::size_t N>
BytesView view(const ByteArray<N>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), N};
}

inline const std::uint8_t* data_of(BytesView bytes) {
    return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

// Requires: bytes.size() == N.
template <std::size_t N>
ByteArray<N> array_of(BytesView bytes) {
    ByteArray<N> result{};
    std::memcpy(result.data(), bytes.data(), N);
    return result;
}

// Appends `value` most significant byte first.
template <typename Integer>
void append_big_endian(Bytes& out, Integer value) {
    for (std::size_t i = sizeof(Integer); i-- > 0;) {
        out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
}

// Reads sizeof(Integer) bytes, most significant first. Requires: that many bytes at `at`.
template <typename Integer>
Integer read_big_endian(BytesView bytes, std::size_t at = 0) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        value = (value << 8U) | static_cast<std::uint8_t>(bytes[at + i]);
    }
    return static_cast<Integer>(value);
}

// Eight bytes that sort as the number does.
inline Bytes key_of(std::uint64_t value) {
    Bytes key;
    append_big_endian(key, value);
    return key;
}

}  // namespace jobbro
