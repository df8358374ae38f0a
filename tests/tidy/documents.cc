#include "tests/tidy/documents.h"

#include <filesystem>

namespace jobbro::tidy {
namespace {

// The word a command line runs: without prompt, and without variables set before it. Empty for a
// comment, an empty line or the rest of the line before.
std::string_view command_of(std::string_view line) {
    for (const std::string_view word : words_of(line)) {
        if (word.starts_with('#')) return {};
        const std::size_t equals = word.find('=');
        const bool sets = equals != std::string_view::npos && equals < word.find('/');
        if (word != "$" && !sets) return word;
    }
    return {};
}

// "jobbro-hub" of "build/release/bin/jobbro-hub"; empty when the path has another shape.
std::string_view program_of(std::string_view path) {
    const auto parts = words_of(path, "/");
    return parts.size() == 4 && parts[2] == "bin" ? parts[3] : std::string_view{};
}

// True when some jobbro_program(target name …) is called so.
bool is_program(std::string_view cmake, std::string_view name) {
    constexpr std::string_view call = "jobbro_program(";
    std::size_t at = cmake.find(call);
    for (; at != std::string_view::npos; at = cmake.find(call, at + 1)) {
        const auto words = words_of(cmake.substr(at + call.size(), 200), " \t\n()");
        if (words.size() > 1 && words[1] == name) return true;
    }
    return false;
}

// `line` with its `code` spans blanked.
std::string without_code(std::string_view line) {
    std::string text{line};
    bool inside = false;
    for (char& c : text) {
        if (c == '`') {
            inside = !inside;
        } else if (inside) {
            c = ' ';
        }
    }
    return text;
}

// The targets of "](target)" in a line.
std::vector<std::string> targets_in(const std::string& line) {
    std::vector<std::string> targets;
    for (std::size_t at = line.find("]("); at != std::string::npos; at = line.find("](", at + 2)) {
        const std::size_t close = line.find(')', at);
        if (close == std::string::npos) break;
        targets.push_back(line.substr(at + 2, close - at - 2));
    }
    return targets;
}

}  // namespace

Offences command_offences(const TextFile& document, std::string_view cmake, const Exists& exists) {
    Offences offences;
    bool in_block = false;
    bool goes_on = false;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(document.text)) {
        ++number;
        if (trimmed(line).starts_with("```")) {
            const std::string_view language = trimmed(trimmed(line).substr(3));
            in_block = !in_block && (language == "sh" || language == "bash");
            continue;
        }
        if (!in_block) continue;
        std::string_view command = goes_on ? std::string_view{} : command_of(line);
        goes_on = trimmed(line).ends_with('\\');
        if (command.starts_with("./")) command.remove_prefix(2);
        if (command.find('/') == std::string_view::npos || command.starts_with('/')) continue;
        if (command.starts_with("build/")) {
            if (is_program(cmake, program_of(command))) continue;
        } else if (exists(std::string{command})) {
            continue;
        }
        offences.push_back(
            at_line(document.path, number, std::string{command} + ": nothing of that name"));
    }
    return offences;
}

Offences link_offences(const TextFile& document, const Exists& exists) {
    Offences offences;
    bool in_block = false;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(document.text)) {
        ++number;
        if (trimmed(line).starts_with("```")) in_block = !in_block;
        if (in_block) continue;
        for (const std::string& target : targets_in(without_code(line))) {
            const std::string path = target.substr(0, target.find_first_of("# "));
            if (path.empty() || path.find(':') != std::string::npos) continue;
            const std::filesystem::path folder{folder_of(document.path)};
            const std::string from_root = (folder / path).lexically_normal().generic_string();
            if (exists(from_root)) continue;
            offences.push_back(at_line(document.path, number, target + ": the link leads nowhere"));
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
