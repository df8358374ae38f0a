#include <array>

#include "proto/contract/body_rules.h"

namespace jobbro::contract {
namespace {

// What people and their programs put between the parts of a CPR number: white space, line breaks
// and no-break spaces, points and slashes, hyphens, dashes and the minus sign.
constexpr std::array<std::string_view, 18> separators = {
    " ",
    "\n",
    "\t",
    "-",
    ".",
    "/",
    "\xc2\xa0",      // no-break space
    "\xc2\xad",      // soft hyphen
    "\xe2\x80\x89",  // thin space
    "\xe2\x80\xaf",  // narrow no-break space
    "\xe2\x80\x90",  // hyphen
    "\xe2\x80\x91",  // no-break hyphen
    "\xe2\x80\x92",  // figure dash
    "\xe2\x80\x93",  // en dash
    "\xe2\x80\x94",  // em dash
    "\xe2\x80\x95",  // horizontal bar
    "\xe2\x81\x83",  // hyphen bullet
    "\xe2\x88\x92",  // minus sign
};
constexpr int separators_max = 4;  // " - ", and a line break

constexpr std::array<std::size_t, 1> on_end = {10};
constexpr std::array<std::size_t, 2> six_and_four = {6, 4};
constexpr std::array<std::size_t, 4> in_groups = {2, 2, 2, 4};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count]))
        ++count;
    return count;
}

// How many bytes of separators stand at the start of `text`.
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

// The digits at the start of `text`, when they come in runs of these lengths with separators
// between; else nothing.
template <std::size_t groups>
std::string spelt_so(std::string_view text, const std::array<std::size_t, groups>& lengths) {
    std::string digits;
    std::size_t at = 0;
    for (const std::size_t length : lengths) {
        if (at > 0) {
            const std::size_t gap = separator_bytes(text.substr(at));
            if (gap == 0) return {};
            at += gap;
        }
        if (digits_at(text, at) != length) return {};
        digits.append(text.substr(at, length));
        at += length;
    }
    return digits;
}

bool is_told(const std::string& digits, const CprSearch& search) {
    const auto number = CprNumber::parse(digits);
    if (!number || number->is_born_after(search.now)) return false;
    return search.allowed == nullptr || !(*number == *search.allowed);
}

}  // namespace

bool holds_cpr(std::string_view text, const CprSearch& search) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t run = digits_at(text, at);
        if (run == 0) {
            ++at;
            continue;
        }
        const std::string_view rest = text.substr(at);
        const bool is_phone = at > 0 && text[at - 1] == '+';
        if (is_told(spelt_so(rest, six_and_four), search)) return true;
        if (!search.six_and_four_only && !is_phone &&
            (is_told(spelt_so(rest, on_end), search) ||
             is_told(spelt_so(rest, in_groups), search))) {
            return true;
        }
        at += run;
    }
    return false;
}

}  // namespace jobbro::contract
