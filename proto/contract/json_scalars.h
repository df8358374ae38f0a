// Scalar values of proto3 JSON.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/result.h"
#include "proto/contract/json_tree.h"

namespace jobbro::contract {

// Base64 of RFC 4648 section 4, with padding and without stray bits: one text for each byte string.
// Errors: json_type_wrong. Thread: any.
Result<Bytes> decode_base64(std::string_view text);

// A number that is whole, or its decimal digits as text, within the type's bounds. Integer: one of
// std::int32_t, std::int64_t, std::uint32_t, std::uint64_t. Errors: json_type_wrong. Thread: any.
template <typename Integer>
Result<Integer> integer_of(const JsonNode& node);

// A number, its decimal digits as text, or one of the texts "NaN", "Infinity" and "-Infinity".
// Errors: json_type_wrong. Thread: any.
Result<double> real_of(const JsonNode& node);

}  // namespace jobbro::contract
