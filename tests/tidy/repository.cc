#include "tests/tidy/repository.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace jobbro::tidy {
namespace {

namespace fs = std::filesystem;

bool is_ignored_folder(std::string_view path) {
    const std::string_view name = name_of(path);
    if (name == "__pycache__") return true;
    return name == path && (name == ".git" || name == "var" || name.starts_with("build"));
}

bool is_ignored_file(std::string_view path) {
    return name_of(path) == "compile_commands.json" || ends_with_any(path, {".swp", ".pyc"});
}

std::string read(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TextFiles read_repository() {
    TextFiles files;
    fs::recursive_directory_iterator entry(root());
    for (; entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string path = fs::relative(entry->path(), root()).generic_string();
        if (entry->is_directory()) {
            if (is_ignored_folder(path)) entry.disable_recursion_pending();
        } else if (entry->is_regular_file() && !is_ignored_file(path)) {
            files.push_back({path, read(entry->path())});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const TextFile& a, const TextFile& b) { return a.path < b.path; });
    return files;
}

}  // namespace

fs::path root() {
    return JOBBRO_SOURCE_DIR;
}

const TextFiles& repository() {
    static const TextFiles files = read_repository();
    return files;
}

const TextFile* find(const TextFiles& files, std::string_view path) {
    const auto found = std::find_if(files.begin(), files.end(),
                                    [path](const TextFile& file) { return file.path == path; });
    return found == files.end() ? nullptr : &*found;
}

std::string at_line(std::string_view path, std::size_t line, std::string_view text) {
    std::string result{path};
    result += ":" + std::to_string(line) + ": ";
    result += text;
    return result;
}

std::string listed(const Offences& offences) {
    std::string result = "\n";
    for (const std::string& offence : offences)
        result += "  " + offence + "\n";
    return result;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return lines;
}

std::vector<std::string_view> words_of(std::string_view text, std::string_view separators) {
    std::vector<std::string_view> words;
    std::size_t start = text.find_first_not_of(separators);
    while (start != std::string_view::npos) {
        const std::size_t end = text.find_first_of(separators, start);
        words.push_back(text.substr(start, end - start));
        start = text.find_first_not_of(separators, end);
    }
    return words;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string_view folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool starts_with_any(std::string_view text, const std::vector<std::string_view>& starts) {
    return std::any_of(starts.begin(), starts.end(),
                       [text](std::string_view start) { return text.starts_with(start); });
}

bool ends_with_any(std::string_view text, const std::vector<std::string_view>& ends) {
    return std::any_of(ends.begin(), ends.end(),
                       [text](std::string_view end) { return text.ends_with(end); });
}

}  // namespace jobbro::tidy
