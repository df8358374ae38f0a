#include "tests/tidy/sources.h"

#include <algorithm>
#include <set>

namespace jobbro::tidy {
namespace {

std::set<std::string_view> named_in(std::string_view cmake) {
    std::set<std::string_view> words;
    for (const std::string_view line : lines_of(cmake)) {
        for (const std::string_view word : words_of(line.substr(0, line.find('#')), " \t()\"")) {
            words.insert(word);
        }
    }
    return words;
}

// True when a CMakeLists.txt in `folder` or above names `path` relative to itself.
bool is_named(const TextFiles& files, std::string_view path, std::string_view folder) {
    while (true) {
        const std::string list = folder.empty() ? "" : std::string{folder} + "/";
        if (const TextFile* cmake = find(files, list + "CMakeLists.txt")) {
            if (named_in(cmake->text).contains(path.substr(list.size()))) return true;
        }
        if (folder.empty()) return false;
        folder = folder_of(folder);
    }
}

}  // namespace

Offences source_offences(const TextFiles& files) {
    Offences offences;
    for (const TextFile& file : files) {
        const std::string_view path = file.path;
        if (!starts_with_any(path, {"proto/", "hub/", "adapters/", "tests/"})) continue;
        const std::string_view folder = folder_of(path);
        if (ends_with_any(path, {".cc", ".proto"}) && !is_named(files, path, folder)) {
            offences.push_back(file.path + ": no CMakeLists.txt of its folder or above names it");
        }
        if (name_of(path) == "CMakeLists.txt" && !is_named(files, folder, folder_of(folder))) {
            offences.push_back(file.path + ": no CMakeLists.txt above adds its folder");
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
