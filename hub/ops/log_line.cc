#include "hub/ops/log_line.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace jobbro::ops {
namespace {

// A character of a UTF-8 text and how many bytes it takes; 0 bytes where there is no valid one.
struct Character {
    char32_t value = 0;
    std::size_t bytes = 0;
};

Character character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    std::size_t bytes = 0;
    if ((first & 0xe0U) == 0xc0U) bytes = 2;
    if ((first & 0xf0U) == 0xe0U) bytes = 3;
    if ((first & 0xf8U) == 0xf0U) bytes = 4;
    if (bytes == 0 || text.size() - at < bytes) return {};
    char32_t value = first & (0x7fU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        value = (value << 6U) | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < smallest[bytes] || value > 0x10ffff || is_surrogate) return {};
    return {value, bytes};
}

// What could end a line, move a terminal's cursor or turn the reading direction.
bool is_unseen(char32_t value) {
    return value < 0x20 || (value >= 0x7f && value <= 0x9f) || value == 0x200e || value == 0x200f ||
           (value >= 0x2028 && value <= 0x202e) || (value >= 0x2066 && value <= 0x2069);
}

void append_code(std::string& out, char32_t value) {
    std::array<char, 16> code{};
    std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(value));
    out += code.data();
}

// As a JSON string holds it, without the quotes.
std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (character.bytes == 0) {
            append_code(out, 0xfffd);
            ++at;
            continue;
        }
        switch (character.value) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default:
                if (is_unseen(character.value)) {
                    append_code(out, character.value);
                } else {
                    out += text.substr(at, character.bytes);
                }
        }
        at += character.bytes;
    }
    return out;
}

std::string cut(std::string_view text) {
    if (text.size() <= log_value_bytes_max) return std::string{text};
    std::size_t end = log_value_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
        --end;
    return std::string{text.substr(0, end)} + "…";
}

template <typename Number>
std::string digits(Number number) {
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return {text.data(), end};
}

// Rounds down also before 1970.
std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
}

bool is_field_key(std::string_view key) {
    if (key.empty() || key == "ts" || key == "level" || key == "event") return false;
    for (const char c : key) {
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

struct JsonValue {
    std::string operator()(const std::string& text) const { return '"' + escaped(cut(text)) + '"'; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return digits(number); }
    std::string operator()(std::uint64_t number) const { return digits(number); }
    // JSON has no infinity and nothing that is not a number.
    std::string operator()(double number) const {
        return std::isfinite(number) ? digits(number) : "null";
    }
};

std::string in_text(std::string_view text) {
    std::string safe = escaped(text);
    const bool is_plain =
        !text.empty() && safe == text && text.find_first_of(" =") == std::string_view::npos;
    return is_plain ? safe : '"' + safe + '"';
}

struct TextValue {
    std::string operator()(const std::string& text) const { return in_text(cut(text)); }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return digits(number); }
    std::string operator()(std::uint64_t number) const { return digits(number); }
    std::string operator()(double number) const { return digits(number); }
};

std::string_view level_word(Level level) {
    switch (level) {
        case Level::trace:
            return "TRACE";
        case Level::debug:
            return "DEBUG";
        case Level::info:
            return "INFO";
        case Level::warn:
            return "WARN";
        case Level::error:
            return "ERROR";
    }
    JOBBRO_ASSERT(false);
}

}  // namespace

std::string rfc3339(Instant time) {
    constexpr std::int64_t day_us = 24LL * 60 * 60 * 1000 * 1000;
    const std::int64_t days = floor_divide(time.microseconds, day_us);
    const std::int64_t in_day = time.microseconds - days * day_us;
    const std::chrono::year_month_day date{
        std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(in_day / 3'600'000'000),
                  static_cast<int>(in_day / 60'000'000 % 60),
                  static_cast<int>(in_day / 1'000'000 % 60), static_cast<int>(in_day % 1'000'000));
    return text.data();
}

std::string_view level_name(Level level) {
    switch (level) {
        case Level::trace:
            return "trace";
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
    }
    JOBBRO_ASSERT(false);
}

std::string json_line(Instant time, Level level, std::string_view event,
                      std::span<const Field> fields) {
    std::string line = "{\"ts\":\"" + rfc3339(time) + "\",\"level\":\"";
    line += level_name(level);
    line += "\",\"event\":\"" + escaped(cut(event)) + '"';
    for (const Field& field : fields) {
        JOBBRO_ASSERT(is_field_key(field.key));
        line += ",\"";
        line += field.key;
        line += "\":" + std::visit(JsonValue{}, field.value);
    }
    return line + '}';
}

std::string text_line(Instant time, Level level, std::string_view event,
                      std::span<const Field> fields) {
    std::string line = rfc3339(time) + ' ';
    line += level_word(level);
    line += ' ' + in_text(cut(event));
    for (const Field& field : fields) {
        JOBBRO_ASSERT(is_field_key(field.key));
        line += ' ';
        line += field.key;
        line += '=' + std::visit(TextValue{}, field.value);
    }
    return line;
}

}  // namespace jobbro::ops
