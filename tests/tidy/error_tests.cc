#include "tests/tidy/error_tests.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "tests/tidy/code_text.h"

namespace jobbro::tidy {
namespace {

constexpr std::string_view list_path = "proto/base/error_codes.def";

bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// The name that starts at `at`.
std::string name_at(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && is_name(text[end]))
        ++end;
    return std::string{text.substr(at, end - at)};
}

std::string in_lower_case(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return name;
}

std::vector<std::string> listed_codes(std::string_view list) {
    static constexpr std::string_view row = "JOBBRO_ERROR(";
    std::vector<std::string> codes;
    for (const std::string_view line : lines_of(list)) {
        if (line.starts_with(row)) codes.push_back(name_at(line, row.size()));
    }
    return codes;
}

// What stands before `at` in its statement: back over closed brackets and out of open ones.
struct Before {
    std::string_view statement;   // from its start, or from the brace it stands in
    bool in_braces_later{false};  // in braces, and not first there
};

Before before(std::string_view code, std::size_t at) {
    int closed = 0;
    bool has_comma = false;
    bool is_innermost = true;
    for (std::size_t i = at; i > 0; --i) {
        const char c = code[i - 1];
        if (c == ')' || c == '}' || c == ']') ++closed;
        if (closed > 0) {
            if (c == '(' || c == '{' || c == '[') --closed;
            continue;
        }
        if (c == ',' && is_innermost) has_comma = true;
        if (c == '{') return {code.substr(i, at - i), is_innermost && has_comma};
        if (c == ';') return {code.substr(i, at - i), false};
        if (c == '(' || c == '[') is_innermost = false;
    }
    return {code.substr(0, at), false};
}

bool is_expected(std::string_view code, std::size_t at) {
    const Before found = before(code, at);
    if (found.in_braces_later) return true;
    static constexpr std::string_view words[] = {"EXPECT", "ASSERT", "expect",
                                                 "assert", "==",     "Fails"};
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
        return found.statement.find(word) != std::string_view::npos;
    });
}

// The text in quotes that opens at `quote`, where it is a name.
void add_quoted(std::string_view source, std::size_t quote, std::set<std::string>& codes) {
    const std::string name = name_at(source, quote + 1);
    const std::size_t end = quote + 1 + name.size();
    if (end < source.size() && source[end] == '"') codes.insert(name);
}

void add_expected(const std::string& source, std::set<std::string>& codes) {
    const std::string code = code_only(source);
    for (const std::string_view start : {"ErrorCode::", "ERROR_CODE_"}) {
        for (std::size_t at = code.find(start); at != std::string::npos;
             at = code.find(start, at + 1)) {
            if (!is_expected(code, at)) continue;
            codes.insert(in_lower_case(name_at(code, at + start.size())));
        }
    }
    for (std::size_t at = code.find('"'); at != std::string::npos; at = code.find('"', at + 1)) {
        if (is_expected(code, at)) add_quoted(source, at, codes);
    }
}

void add_every_quoted(std::string_view source, std::set<std::string>& codes) {
    for (std::size_t at = source.find('"'); at != std::string_view::npos;
         at = source.find('"', at + 1)) {
        add_quoted(source, at, codes);
    }
}

}  // namespace

Offences codes_without_test(const TextFiles& files) {
    std::set<std::string> expected;
    for (const TextFile& file : files) {
        if (!file.path.starts_with("tests/") || file.path.starts_with("tests/unit/base/")) continue;
        if (file.path.ends_with("_test.cc")) add_expected(file.text, expected);
        if (file.path.ends_with("_test.py")) add_every_quoted(file.text, expected);
    }
    Offences offences;
    const TextFile* list = find(files, list_path);
    if (list == nullptr) return {std::string{list_path} + ": not there"};
    for (const std::string& code : listed_codes(list->text)) {
        if (expected.count(code) == 0) offences.push_back(code + ": no test expects it");
    }
    return offences;
}

}  // namespace jobbro::tidy
