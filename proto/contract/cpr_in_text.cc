#include <array>

#include "proto/contract/body_rules.h"

namespace jobbro::contract {
namespace {

// What people and their programs put between the two parts of a CPR number: space, hyphen, no-break
// space, and the hyphens and dashes from U+2010 to U+2013.
constexpr std::array<std::string_view, 7> separators = {
    " ", "-", "\xc2\xa0", "\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93"};
constexpr int separators_max = 3;  // " - "

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count]))
        ++count;
    return count;
}

// How many bytes of one to three separators stand at the start of `text`.
std::size_t separator_bytes(std::string_view text) {
    std::size_t bytes = 0;
    for (int i = 0; i < separators_max; ++i) {
        for (const std::string_view separator : separators) {
            if (text.substr(bytes, separator.size()) == separator) {
                bytes += separator.size();
                break;
            }
        }
    }
    return bytes;
}

bool is_foreign(const std::string& digits, const CprNumber& own) {
    const auto number = CprNumber::parse(digits);
    return number && !(*number == own);
}

}  // namespace

bool holds_foreign_cpr(std::string_view text, const CprNumber& own) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t run = digits_at(text, at);
        if (run == 0) {
            ++at;
            continue;
        }
        const bool is_phone = at > 0 && text[at - 1] == '+';
        if (run == 10 && !is_phone && is_foreign(std::string{text.substr(at, 10)}, own)) {
            return true;
        }
        if (run == 6) {
            const std::size_t gap = separator_bytes(text.substr(at + 6));
            const std::size_t serial = at + 6 + gap;
            if (gap > 0 && digits_at(text, serial) == 4) {
                std::string digits{text.substr(at, 6)};
                digits.append(text.substr(serial, 4));
                if (is_foreign(digits, own)) return true;
            }
        }
        at += run;
    }
    return false;
}

}  // namespace jobbro::contract
