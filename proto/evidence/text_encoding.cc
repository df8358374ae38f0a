#include "proto/evidence/text_encoding.h"

#include <sodium.h>

namespace jobbro::evidence {

// libsodium's encoders take the same time for all content, which matters for keys.

std::string base64_encode(BytesView bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), data_of(bytes), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the NUL it ends with
    return text;
}

Result<Bytes> base64_decode(std::string_view text) {
    Bytes bytes(text.size() / 4 * 3, '\0');
    std::size_t length = 0;
    const int status =
        sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (status != 0) return Error{ErrorCode::field_invalid, "not base64"};
    bytes.resize(length);
    std::string again = base64_encode(bytes);
    const bool is_canonical = again == text;
    sodium_memzero(again.data(), again.size());
    if (!is_canonical) return Error{ErrorCode::field_invalid, "not canonical base64"};
    return bytes;
}

std::string hex_encode(BytesView bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), data_of(bytes), bytes.size());
    text.pop_back();  // the NUL it ends with
    return text;
}

Result<Bytes> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return Error{ErrorCode::field_invalid, "odd number of hex digits"};
    Bytes bytes(text.size() / 2, '\0');
    const int status = sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                      text.data(), text.size(), nullptr, nullptr, nullptr);
    if (status != 0) return Error{ErrorCode::field_invalid, "not hexadecimal"};
    return bytes;
}

}  // namespace jobbro::evidence
