// C++ text with everything blanked that is not code, so that a word in a comment is no call.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jobbro::tidy {

// The same length and lines, with comments and the inside of string and character literals as
// spaces. Digit separators are no character literals.
std::string code_only(std::string_view source);

// As code_only, and the lines of preprocessor directives blanked too.
std::string code_without_directives(std::string_view source);

// A block that opens at namespace or class level and has a parameter list before it.
struct Function {
    std::size_t first_line;  // from 1, where its head starts
    std::size_t lines;       // to the closing brace
};

// By braces alone; a lambda at namespace level counts as a function.
std::vector<Function> functions_of(std::string_view source);

// True when `word` stands in `line` as a word: what is before and after it, where the word starts
// or ends with a letter, digit or '_', is none of these.
bool has_word(std::string_view line, std::string_view word);

}  // namespace jobbro::tidy
