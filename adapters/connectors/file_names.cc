#include "adapters/connectors/file_names.h"

#include <algorithm>

#include "proto/contract/body_rules.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::connectors {
namespace {

constexpr std::string_view ending_of_objects = ".json";
constexpr std::string_view ending_of_lines = ".ndjson";
constexpr std::size_t uuid_bytes = 36;
constexpr std::size_t kept_bytes_max = 200;  // of 255, with room for a number and an ending

bool is_hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// 8-4-4-4-12 hexadecimal digits at the start, and no more of them after.
bool begins_with_uuid(std::string_view text) {
    if (text.size() < uuid_bytes) return false;
    for (std::size_t i = 0; i < uuid_bytes; ++i) {
        const bool is_hyphen = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_hyphen ? text[i] != '-' : !is_hexadecimal(text[i])) return false;
    }
    return text.size() == uuid_bytes || !is_hexadecimal(text[uuid_bytes]);
}

// The name as a text to be searched: without UUIDs, and with "_" as the separator it is in names.
std::string searched(std::string_view name) {
    std::string text;
    while (!name.empty()) {
        const bool is_start = text.empty() || !is_hexadecimal(text.back());
        if (is_start && begins_with_uuid(name)) {
            text += 'u';
            name.remove_prefix(uuid_bytes);
        } else {
            text += name.front() == '_' ? '-' : name.front();
            name.remove_prefix(1);
        }
    }
    return text;
}

std::string_view ending_of(std::string_view name) {
    return name.ends_with(ending_of_lines) ? ending_of_lines : ending_of_objects;
}

}  // namespace

FileShape shape_of(std::string_view name) {
    if (name.starts_with(".") || name.ends_with(".receipt.json") || name.ends_with(".error.json")) {
        return FileShape::none;
    }
    if (name.ends_with(ending_of_lines)) return FileShape::lines;
    return name.ends_with(ending_of_objects) ? FileShape::one_object : FileShape::none;
}

bool holds_cpr_number(std::string_view name, Instant now) {
    return contract::holds_cpr(searched(name), contract::CprSearch{nullptr, now});
}

std::string log_name(std::string_view name, const evidence::SymmetricKey& key) {
    constexpr std::size_t shown_bytes = 6;
    const evidence::Digest hash = evidence::hmac_sha256(key.view(), name);
    return evidence::hex_encode(view(hash).substr(0, shown_bytes));
}

std::string kept_name(std::string_view name, const evidence::SymmetricKey& key, Instant now) {
    if (name.size() <= kept_bytes_max && !holds_cpr_number(name, now)) return std::string{name};
    return "file-" + log_name(name, key).append(ending_of(name));
}

std::string numbered_name(std::string_view name, unsigned number) {
    if (number <= 1) return std::string{name};
    const std::string_view ending = ending_of(name);
    std::string result{name.substr(0, name.size() - std::min(name.size(), ending.size()))};
    return result.append("-" + std::to_string(number)).append(ending);
}

}  // namespace jobbro::connectors
