#include "adapters/cli/call_error.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

namespace jobbro::cli {
namespace {

constexpr std::ptrdiff_t digits_told_max = 5;  // in a row; a date of birth has six

bool is_digit(char c) {
    return '0' <= c && c <= '9';
}

// CLI11 puts commas between words.
bool is_separator(char c) {
    return std::string_view{" -.,/"}.find(c) != std::string_view::npos;
}

std::ptrdiff_t digits_in(std::string_view text) {
    return std::count_if(text.begin(), text.end(), is_digit);
}

// CLI11 names them one after another.
std::string unexpected(const std::string& told) {
    if (digits_in(told) == 0) return told;
    std::string options;
    std::istringstream words{told};
    for (std::string word; words >> word;) {
        if (word.starts_with("--") && digits_in(word) == 0) options += " " + word;
    }
    const std::string all = "there are arguments that were not expected";
    return options.empty() ? all + "; what has digits is not repeated"
                           : all + ":" + options + "; what has digits is not repeated";
}

// Digits with nothing but separators between two of them are one number.
std::string without_numbers(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        std::size_t end = 0;
        while (end < text.size() && is_digit(text[end])) {
            ++end;
            std::size_t next = end;
            while (next < text.size() && is_separator(text[next]))
                ++next;
            if (next < text.size() && is_digit(text[next])) end = next;
        }
        const std::string_view number = text.substr(0, end);
        if (digits_in(number) > digits_told_max) {
            result += "(not repeated)";
        } else {
            result += number;
        }
        text.remove_prefix(end);
        if (text.empty()) break;
        result += text.front();
        text.remove_prefix(1);
    }
    return result;
}

}  // namespace

Error call_error(const CLI::ParseError& error, std::span<const char* const> arguments) {
    const std::string told = error.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
        return {ErrorCode::usage, unexpected(told)};
    }
    // A number may have been split into several.
    std::ptrdiff_t digits = 0;
    for (const std::string_view argument : arguments)
        digits += digits_in(argument);
    return {ErrorCode::usage, digits > digits_told_max ? without_numbers(told) : told};
}

}  // namespace jobbro::cli
