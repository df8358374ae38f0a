#include <algorithm>
#include <array>

#include "proto/contract/body_rules.h"
#include "proto/contract/white_space.h"

namespace jobbro::contract {
namespace {

// What people and their programs put between the parts of a CPR number, beside white space: points
// and slashes, brackets of a telephone number, hyphens, dashes and the minus sign.
constexpr std::array<std::string_view, 17> marks = {
    "-",
    ".",
    "/",
    "(",
    ")",
    "\xc2\xad",      // soft hyphen
    "\xe2\x80\x90",  // hyphen
    "\xe2\x80\x91",  // no-break hyphen
    "\xe2\x80\x92",  // figure dash
    "\xe2\x80\x93",  // en dash
    "\xe2\x80\x94",  // em dash
    "\xe2\x80\x95",  // horizontal bar
    "\xe2\x81\x83",  // hyphen bullet
    "\xe2\x88\x92",  // minus sign
    "\xef\xb8\xb2",  // dashes of other widths
    "\xef\xb9\xa3",
    "\xef\xbc\x8d",
};
constexpr int marks_max = 2;  // a range of dates and times has more

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

std::size_t mark_bytes(std::string_view text) {
    const auto found = std::find_if(marks.begin(), marks.end(), [text](std::string_view mark) {
        return text.starts_with(mark);
    });
    return found == marks.end() ? 0 : found->size();
}

// How many bytes of separators stand at the start of `text`: any white space, and a few marks.
std::size_t separator_bytes(std::string_view text) {
    std::size_t bytes = 0;
    int marks_seen = 0;
    while (bytes < text.size()) {
        std::size_t next = white_space_at_start(text.substr(bytes));
        if (next == 0 && marks_seen < marks_max) {
            next = mark_bytes(text.substr(bytes));
            ++marks_seen;
        }
        if (next == 0) break;
        bytes += next;
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
