#include "tests/tidy/secrets.h"

#include <cctype>

namespace jobbro::tidy {
namespace {

// Examples that others have published as such; in tests only.
constexpr std::string_view public_examples[] = {
    "2110625629",  // python-stdnum's documentation; the year is 1862
    "2110625628",  // the same with a check digit that fails
};

bool is_digit(char c) {
    return std::isdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_word_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The ten digits of a number with or without hyphen that starts at `at`; empty when there is none.
std::string ten_digits_at(std::string_view line, std::size_t at) {
    if (at > 0 && is_word_char(line[at - 1])) return {};
    std::string digits;
    for (; at < line.size() && digits.size() < 10; ++at) {
        if (is_digit(line[at])) {
            digits.push_back(line[at]);
        } else if (digits.size() != 6 || line[at] != '-' || line[at - 1] == '-') {
            return {};
        }
    }
    if (digits.size() < 10 || (at < line.size() && is_word_char(line[at]))) return {};
    return digits;
}

// A day and a month a person could be born on; a test number's day is beyond 31.
bool has_birthday(const std::string& digits) {
    const int day = std::stoi(digits.substr(0, 2));
    const int month = std::stoi(digits.substr(2, 2));
    return day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

// Modulus 11, as every number had it before 2007.
bool check_digit_holds(const std::string& digits) {
    constexpr int weights[] = {4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
    int sum = 0;
    for (std::size_t i = 0; i < 10; ++i)
        sum += weights[i] * (digits[i] - '0');
    return sum % 11 == 0;
}

// Ten digits in a row are often something else (seconds since 1970, a P number), so there the check
// digit decides; behind a hyphen nothing else looks so.
bool reads_as_cpr_number(const std::string& digits, bool has_hyphen) {
    return has_birthday(digits) && (has_hyphen || check_digit_holds(digits));
}

bool is_public_example(std::string_view path, std::string_view digits) {
    if (!path.starts_with("tests/")) return false;
    for (const std::string_view example : public_examples) {
        if (digits == example) return true;
    }
    return false;
}

bool holds_cpr_number(std::string_view path, std::string_view line) {
    for (std::size_t at = 0; at < line.size(); ++at) {
        if (!is_digit(line[at])) continue;
        const std::string digits = ten_digits_at(line, at);
        if (digits.empty() || is_public_example(path, digits)) continue;
        if (reads_as_cpr_number(digits, line[at + 6] == '-')) return true;
    }
    return false;
}

// Sources and documents may name the first line of a key file; anything else that does is one.
bool may_name_key_files(std::string_view path) {
    return ends_with_any(path, {".h", ".cc", ".py", ".md"});
}

// Split, so that this file does not hold them.
bool starts_key_file(std::string_view line) {
    return line.find(
               "jobbro secret"
               " key v1") != std::string_view::npos ||
           line.find(
               "jobbro hub"
               " key v1") != std::string_view::npos;
}

bool holds_pem_key(std::string_view line) {
    return line.find(
               "PRIVATE"
               " KEY-----") != std::string_view::npos;
}

bool names_machine(std::string_view line) {
    for (const std::string_view folder : {"/wo"
                                          "rk/",
                                          "/ro"
                                          "ot/"}) {
        std::size_t at = line.find(folder);
        for (; at != std::string_view::npos; at = line.find(folder, at + 1)) {
            if (at == 0 || (!is_word_char(line[at - 1]) && line[at - 1] != '.' &&
                            line[at - 1] != '}' && line[at - 1] != '*')) {
                return true;
            }
        }
    }
    return false;
}

}  // namespace

Offences secret_offences(const TextFiles& files) {
    Offences offences;
    for (const TextFile& file : files) {
        std::size_t number = 0;
        for (const std::string_view line : lines_of(file.text)) {
            ++number;
            const auto offend = [&](std::string_view what) {
                offences.push_back(at_line(file.path, number, what));
            };
            if (holds_cpr_number(file.path, line)) {
                offend("reads as a person's CPR number; add 60 to the day");
            }
            if (starts_key_file(line) && !may_name_key_files(file.path))
                offend("a secret key file");
            if (holds_pem_key(line)) offend("a private key");
            if (names_machine(line)) offend("a path of one machine; write it from the root");
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
