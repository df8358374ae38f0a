// Bytes as text.
#pragma once

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace jobbro::evidence {

// Standard base64 with padding (RFC 4648 section 4). Thread: any.
std::string base64_encode(BytesView bytes);
// Strict: alphabet, padding and unused bits must be as base64_encode makes them.
// Errors: field_invalid.
Result<Bytes> base64_decode(std::string_view text);

// Lower-case hexadecimal. Thread: any.
std::string hex_encode(BytesView bytes);
// Errors: field_invalid (odd length, or other than 0-9 a-f A-F).
Result<Bytes> hex_decode(std::string_view text);

}  // namespace jobbro::evidence
