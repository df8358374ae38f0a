#include "tests/tidy/style.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "tests/tidy/code_text.h"

namespace jobbro::tidy {
namespace {

using Texts = std::vector<std::string_view>;

struct Ban {
    std::string_view word;
    std::string_view instead;
    Texts allowed;  // starts of paths
};

const std::vector<Ban>& bans() {
    static const Texts bracketed = {"hub/store/",
                                    "hub/domain/danish_time.cc",
                                    "hub/front/",
                                    "hub/ops/",
                                    "hub/app/",
                                    "hub/main/",
                                    "adapters/kit/",
                                    "tests/",
                                    "adapters/cli/",
                                    "adapters/daemon/",
                                    "adapters/audit/",
                                    "proto/contract/json.cc"};
    static const Texts talkers = {"hub/main/",          "adapters/cli/", "adapters/audit/",
                                  "adapters/daemon/",   "tests/",        "adapters/kit/examples/",
                                  "proto/base/assert.h"};
    static const Texts timed = {"proto/base/clock.h", "hub/app/",  "hub/front/",
                                "hub/ops/",           "adapters/", "tests/"};
    static const Texts sleepers = {"hub/app/", "adapters/", "tests/bench/"};
    static const Texts lockers = {"proto/base/", "hub/ops/", "adapters/kit/", "adapters/daemon/",
                                  "tests/"};
    static const Texts dice = {"proto/base/randomness.h"};
    static const std::string_view a_result = "return an Error in a Result";
    static const std::string_view caught = "catch in the room that calls the library";
    static const std::string_view a_log = "log through hub/ops, or return an Error";
    static const std::string_view an_instant = "take an Instant or a Clock";
    static const std::string_view no_sleep = "wait for what is to happen, with a limit";
    static const std::string_view a_seed = "take a Randomness";
    static const std::string_view a_queue = "share nothing but a bounded queue";
    static const std::vector<Ban> all = {
        {"throw", a_result, {"tests/"}},
        {"catch", caught, bracketed},
        {"std::cout", a_log, talkers},
        {"std::cerr", a_log, talkers},
        {"printf(", a_log, talkers},
        {"fprintf(", a_log, talkers},
        {"puts(", a_log, talkers},
        {"system_clock", an_instant, timed},
        {"steady_clock", an_instant, timed},
        {"sleep_for", no_sleep, sleepers},
        {"sleep_until", no_sleep, sleepers},
        {"usleep(", no_sleep, sleepers},
        {"nanosleep(", no_sleep, sleepers},
        {"sleep(", no_sleep, sleepers},
        {"random_device", a_seed, dice},
        {"rand(", a_seed, {}},
        {".detach()", "keep the thread and join it", {}},
        {"assert(", "say JOBBRO_ASSERT, which stays on in every build", {}},
        {"std::mutex", a_queue, lockers},
        {"std::shared_mutex", a_queue, lockers},
        {"std::recursive_mutex", a_queue, lockers},
        {"goto", "write a function", {}},
    };
    return all;
}

// Split, so that this file does not hold them.
const std::vector<std::string>& unfinished_words() {
    static const std::vector<std::string> words = {
        "TO"
        "DO",
        "FIX"
        "ME",
        "X"
        "XX"};
    return words;
}

bool is_code(std::string_view path) {
    return ends_with_any(path, {".h", ".cc"});
}

bool is_handwritten(std::string_view path) {
    if (ends_with_any(path, {".h", ".cc", ".proto", ".def", ".py", ".md", ".toml"})) return true;
    if (name_of(path) == "CMakeLists.txt") return true;
    return starts_with_any(path, {"deploy/", ".ci/"}) || path == "hub/floors.txt";
}

// Characters, not bytes: UTF-8 continuation bytes do not count.
std::size_t columns(std::string_view line) {
    return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) {
        return (static_cast<unsigned char>(c) >> 6U) != 2;
    }));
}

Offences lengths_of(const TextFile& file) {
    Offences offences;
    const auto lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (columns(lines[i]) <= line_columns_max) continue;
        offences.push_back(at_line(file.path, i + 1, "more than 100 columns"));
    }
    if (lines.size() > file_lines_max) {
        offences.push_back(at_line(file.path, lines.size(), "more than 600 lines; split the file"));
    }
    if (!is_code(file.path)) return offences;
    for (const Function& function : functions_of(file.text)) {
        if (function.lines <= function_lines_max) continue;
        offences.push_back(
            at_line(file.path, function.first_line,
                    "a function of " + std::to_string(function.lines) + " lines; 70 at most"));
    }
    return offences;
}

// An owner made on the same line or begun on the one before may take what a private constructor
// made.
bool is_raw_new(std::string_view line, std::string_view before) {
    return has_word(line, "new") && !has_word(line, "unique_ptr") && !has_word(line, "reset(new") &&
           !has_word(before, "unique_ptr") && line.find("operator new") == std::string_view::npos;
}

bool is_raw_delete(std::string_view line) {
    return (has_word(line, "delete ") || has_word(line, "delete[]")) &&
           line.find("operator delete") == std::string_view::npos;
}

// The word after `class`, `struct` and the like, where a type is named.
std::string type_named_in(std::string_view line) {
    const auto words = words_of(line, " \t{;:<>(),");
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] != "class" && words[i] != "struct" && words[i] != "union" &&
            words[i] != "message" && words[i] != "enum") {
            continue;
        }
        if (words[i + 1] != "class" && words[i + 1] != "struct") return std::string{words[i + 1]};
    }
    return {};
}

// The word that says nothing in `name`, or none.
std::string_view empty_word_in(std::string_view name) {
    std::string lower{name};
    std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    for (const std::string_view word : {"util", "helper", "manager", "common"}) {
        if (lower.find(word) != std::string::npos) return word;
    }
    return {};
}

}  // namespace

AllowedLong read_allowed_long(std::string_view text) {
    AllowedLong allowed;
    std::size_t number = 0;
    for (std::string_view line : lines_of(text)) {
        ++number;
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t colon = line.find(" : ");
        if (colon == std::string_view::npos) {
            allowed.offences.push_back(
                at_line("tests/tidy/allowed_long.txt", number, "write \"path : reason\""));
            continue;
        }
        allowed.reasons.emplace(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 3)));
    }
    return allowed;
}

Offences length_offences(const TextFiles& files, const AllowedLong& allowed) {
    Offences offences = allowed.offences;
    std::set<std::string> needed;
    for (const TextFile& file : files) {
        if (!is_code(file.path) && !file.path.ends_with(".proto")) continue;
        Offences found = lengths_of(file);
        if (found.empty()) continue;
        needed.insert(file.path);
        if (allowed.reasons.contains(file.path)) continue;
        offences.insert(offences.end(), found.begin(), found.end());
    }
    for (const auto& [path, reason] : allowed.reasons) {
        if (needed.contains(path)) continue;
        offences.push_back(path + ": needs no line in tests/tidy/allowed_long.txt");
    }
    return offences;
}

Offences layout_offences(const TextFiles& files) {
    Offences offences;
    for (const TextFile& file : files) {
        if (file.path.ends_with(".h") && file.text.find("\n#pragma once\n") == std::string::npos &&
            !file.text.starts_with("#pragma once\n")) {
            offences.push_back(file.path + ": has no #pragma once");
        }
        if (!is_handwritten(file.path)) continue;
        const auto lines = lines_of(file.text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].find('\t') != std::string_view::npos) {
                offences.push_back(at_line(file.path, i + 1, "a tab; indent with spaces"));
            }
            if (ends_with_any(lines[i], {" ", "\t", "\r"})) {
                offences.push_back(at_line(file.path, i + 1, "white space at the end"));
            }
        }
        if (!file.text.empty() && file.text.back() != '\n') {
            offences.push_back(at_line(file.path, lines.size(), "the last line has no end"));
        }
    }
    return offences;
}

Offences banned_offences(const TextFiles& files) {
    Offences offences;
    for (const TextFile& file : files) {
        if (!is_handwritten(file.path)) continue;
        const auto raw = lines_of(file.text);
        for (std::size_t i = 0; i < raw.size(); ++i) {
            for (const std::string& word : unfinished_words()) {
                if (!has_word(raw[i], word)) continue;
                offences.push_back(at_line(file.path, i + 1, word + ": finish it or leave it out"));
            }
        }
        if (!is_code(file.path)) continue;
        const std::string code = code_only(file.text);
        const auto lines = lines_of(code);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto offend = [&](std::string_view word, std::string_view instead) {
                offences.push_back(
                    at_line(file.path, i + 1, std::string{word} + ": " + std::string{instead}));
            };
            for (const Ban& ban : bans()) {
                if (!has_word(lines[i], ban.word)) continue;
                if (!starts_with_any(file.path, ban.allowed)) offend(ban.word, ban.instead);
            }
            if (file.path.starts_with("tests/") || lines[i].starts_with("#")) continue;
            // A library that takes ownership is named behind NOLINT.
            if (raw[i].find("NOLINT: ") != std::string_view::npos) continue;
            if (is_raw_new(lines[i], i > 0 ? lines[i - 1] : ""))
                offend("new", "say std::make_unique");
            if (is_raw_delete(lines[i])) offend("delete", "let an owner do it");
        }
    }
    return offences;
}

Offences name_offences(const TextFiles& files) {
    Offences offences;
    for (const TextFile& file : files) {
        if (!starts_with_any(file.path, {"proto/", "hub/", "adapters/", "deploy/", "tests/"}))
            continue;
        if (const auto word = empty_word_in(file.path); !word.empty()) {
            offences.push_back(file.path + ": \"" + std::string{word} +
                               "\" in a file's name says nothing");
        }
        if (!is_code(file.path) && !file.path.ends_with(".proto")) continue;
        const std::string code = code_only(file.text);
        const auto lines = lines_of(code);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const std::string type = type_named_in(lines[i]);
            if (const auto word = empty_word_in(type); !word.empty()) {
                offences.push_back(at_line(file.path, i + 1,
                                           type + ": \"" + std::string{word} + "\" says nothing"));
            }
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
