#include "tests/tidy/code_text.h"

#include <algorithm>
#include <cctype>

#include "tests/tidy/repository.h"

namespace jobbro::tidy {
namespace {

bool is_word_char(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Blanks [from, to) of `text`, but not its line ends.
void blank(std::string& text, std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
        if (text[i] != '\n') text[i] = ' ';
    }
}

std::size_t end_of(std::string_view text, std::string_view mark, std::size_t from) {
    const std::size_t found = text.find(mark, from);
    return found == std::string_view::npos ? text.size() : found;
}

// The closing quote of the literal that opens at `open`.
std::size_t closing_quote(std::string_view text, std::size_t open) {
    for (std::size_t i = open + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == text[open] || text[i] == '\n') {
            return i;
        }
    }
    return text.size();
}

// Blanks the raw literal whose quote is at `open` and returns its closing quote.
std::size_t blank_raw(std::string& text, std::size_t open) {
    const std::size_t paren = end_of(text, "(", open);
    const std::string mark = ")" + text.substr(open + 1, paren - open - 1) + "\"";
    const std::size_t close = end_of(text, mark, paren) + mark.size() - 1;
    blank(text, open + 1, close);
    return close;
}

// Where the directive that starts at `from` ends: the first line end without a backslash before it.
std::size_t end_of_directive(std::string_view text, std::size_t from) {
    std::size_t end = end_of(text, "\n", from);
    while (end < text.size() && text[end - 1] == '\\')
        end = end_of(text, "\n", end + 1);
    return end;
}

enum class Level { scope, function, other };

// True within a parameter list: an argument in braces, a lambda in a table.
bool is_open(std::string_view head) {
    return std::count(head.begin(), head.end(), '(') > std::count(head.begin(), head.end(), ')');
}

// What the brace behind `head` opens.
Level level_of(std::string_view head) {
    head = trimmed(head);
    for (const std::string_view word : {"namespace", "extern"}) {
        if (has_word(head, word) && head.find('(') == std::string_view::npos) return Level::scope;
    }
    if (head.ends_with('=') || is_open(head)) return Level::other;
    const bool has_parameters = head.find('(') != std::string_view::npos;
    for (const std::string_view word : {"class", "struct", "union"}) {
        if (has_word(head, word) && !has_word(head, "enum") && !has_parameters) return Level::scope;
    }
    return has_parameters ? Level::function : Level::other;
}

// True when the colon at `colon` ends "public:" or the like, standing alone.
bool is_access(std::string_view text, std::size_t head, std::size_t colon) {
    const std::string_view word = trimmed(text.substr(head, colon - head));
    return word == "public" || word == "protected" || word == "private";
}

}  // namespace

std::string code_only(std::string_view source) {
    std::string text{source};
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 2, "//") == 0) {
            const std::size_t end = end_of(text, "\n", i);
            blank(text, i, end);
            i = end;
        } else if (text.compare(i, 2, "/*") == 0) {
            const std::size_t end = end_of(text, "*/", i + 2) + 2;
            blank(text, i, end);
            i = end - 1;
        } else if (text[i] == '"' && i > 0 && text[i - 1] == 'R') {
            i = blank_raw(text, i);
        } else if (text[i] == '"' || (text[i] == '\'' && (i == 0 || !is_word_char(text[i - 1])))) {
            const std::size_t close = closing_quote(text, i);
            blank(text, i + 1, close);
            i = close;
        }
    }
    return text;
}

std::string code_without_directives(std::string_view source) {
    std::string text = code_only(source);
    bool at_line_start = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '#' && at_line_start) {
            const std::size_t end = end_of_directive(text, i);
            blank(text, i, end);
            i = end;
        } else if (text[i] != '\n' && std::isspace(static_cast<unsigned char>(text[i])) == 0) {
            at_line_start = false;
            continue;
        }
        at_line_start = at_line_start || (i < text.size() && text[i] == '\n');
    }
    return text;
}

std::vector<Function> functions_of(std::string_view source) {
    const std::string text = code_without_directives(source);
    const auto line_at = [&text](std::size_t i) {
        const auto end = text.begin() + static_cast<std::ptrdiff_t>(i);
        return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
    };
    std::vector<Function> functions;
    std::size_t head = 0;   // where the text before the next brace starts
    std::size_t depth = 0;  // of braces within a block that is no scope
    Level inside = Level::other;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (depth > 0) {
            if (c == '{') ++depth;
            if (c != '}' || --depth > 0) continue;
            const std::size_t first = text.find_first_not_of(" \n", head);
            if (inside == Level::function) {
                functions.push_back({line_at(first), line_at(i) - line_at(first) + 1});
            }
            // An argument or a member initialised in braces does not end the head of a function.
            const std::size_t next = text.find_first_not_of(" \n", i + 1);
            const bool goes_on = next != std::string::npos &&
                                 (is_open(std::string_view{text}.substr(head, i - head)) ||
                                  text[next] == ',' || text[next] == '{');
            if (!goes_on) head = i + 1;
        } else if (c == '{') {
            inside = level_of(std::string_view{text}.substr(head, i - head));
            if (inside == Level::scope) {
                head = i + 1;
            } else {
                depth = 1;
            }
        } else if (c == ';' || c == '}' || (c == ':' && is_access(text, head, i))) {
            head = i + 1;
        }
    }
    return functions;
}

bool has_word(std::string_view line, std::string_view word) {
    std::size_t at = line.find(word);
    for (; at != std::string_view::npos; at = line.find(word, at + 1)) {
        const std::size_t after = at + word.size();
        const bool starts = at == 0 || !is_word_char(word.front()) || !is_word_char(line[at - 1]);
        const bool ends =
            after == line.size() || !is_word_char(word.back()) || !is_word_char(line[after]);
        if (starts && ends) return true;
    }
    return false;
}

}  // namespace jobbro::tidy
