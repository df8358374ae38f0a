#include "adapters/audit/terminal_text.h"

#include <cstdint>
#include <optional>

namespace jobbro::audit {
namespace {

struct Character {
    std::uint32_t code = 0;
    std::size_t bytes = 0;
};

// The character at the front of `text`; none when UTF-8 does not allow it. Requires: !text.empty().
std::optional<Character> first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (byte(0) < 0x80) return Character{byte(0), 1};
    const std::size_t bytes = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < bytes) return std::nullopt;
    std::uint32_t code = byte(0) & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if (byte(i) >> 6U != 2) return std::nullopt;
        code = (code << 6U) | (byte(i) & 0x3FU);
    }
    static constexpr std::uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = 0xD800 <= code && code <= 0xDFFF;
    if (code < smallest[bytes] || code > 0x10FFFF || is_surrogate) return std::nullopt;
    return Character{code, bytes};
}

bool is_plain(std::uint32_t code) {
    if (code == '\n') return true;
    if (code < 0x20 || (0x7F <= code && code <= 0x9F)) return false;
    const bool turns_direction = (0x200E <= code && code <= 0x200F) ||
                                 (0x202A <= code && code <= 0x202E) ||
                                 (0x2066 <= code && code <= 0x2069) || code == 0x061C;
    const bool breaks_line = code == 0x2028 || code == 0x2029;
    return !turns_direction && !breaks_line;
}

}  // namespace

std::string terminal_safe(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const auto character = first_character(text);
        const std::size_t bytes = character ? character->bytes : 1;
        if (character && is_plain(character->code)) {
            safe += text.substr(0, bytes);
        } else {
            for (const char c : text.substr(0, bytes)) {
                safe += "\\x";
                safe += digits[static_cast<std::uint8_t>(c) >> 4U];
                safe += digits[static_cast<std::uint8_t>(c) & 0xFU];
            }
        }
        text.remove_prefix(bytes);
    }
    return safe;
}

std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : terminal_safe(text)) {
        if (c == '\n') {
            line += "\\x0a";
        } else {
            line += c;
        }
    }
    return line;
}

}  // namespace jobbro::audit
