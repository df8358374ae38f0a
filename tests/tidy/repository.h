// The repository as text: what the checks of this folder read.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jobbro::tidy {

// One file: its path from the root, with '/', and its bytes.
struct TextFile {
    std::string path;
    std::string text;
};
using TextFiles = std::vector<TextFile>;

// What a check found, a line each: "path:line: what is wrong and what to do instead".
using Offences = std::vector<std::string>;

// Every file git tracks or would track, by path: all but build*/, var/, .git/, compiled Python and
// editors' leftovers. Read once per process.
const TextFiles& repository();

// Where the repository stands.
std::filesystem::path root();

// The file of that path, or nullptr. Lives as long as `files`.
const TextFile* find(const TextFiles& files, std::string_view path);

// "path:line: text".
std::string at_line(std::string_view path, std::size_t line, std::string_view text);

// The offences under each other, for a failure's message.
std::string listed(const Offences& offences);

// Text in pieces. The views live as long as the text.
std::vector<std::string_view> lines_of(std::string_view text);
std::vector<std::string_view> words_of(std::string_view text, std::string_view separators = " \t");
std::string_view trimmed(std::string_view text);
// "a/b" of "a/b/c.h"; empty for a file at the root.
std::string_view folder_of(std::string_view path);
// "c.h" of "a/b/c.h".
std::string_view name_of(std::string_view path);
bool starts_with_any(std::string_view text, const std::vector<std::string_view>& starts);
bool ends_with_any(std::string_view text, const std::vector<std::string_view>& ends);

}  // namespace jobbro::tidy
