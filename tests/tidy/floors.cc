#include "tests/tidy/floors.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <set>

namespace jobbro::tidy {
namespace {

struct Include {
    std::string_view path;
    bool quoted;
};

bool contains(const std::vector<std::string>& texts, std::string_view text) {
    return std::find(texts.begin(), texts.end(), text) != texts.end();
}

constexpr std::string_view standard_headers =
    "algorithm any array atomic barrier bit bitset cassert cctype cerrno cfloat charconv "
    "chrono cinttypes climits cmath compare complex concepts condition_variable coroutine "
    "csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime deque exception filesystem "
    "forward_list fstream functional future initializer_list iomanip ios iosfwd iostream "
    "istream iterator latch limits list locale map memory memory_resource mutex new numbers "
    "numeric optional ostream queue random ratio regex semaphore set shared_mutex "
    "source_location span sstream stack stdexcept stop_token streambuf string string_view "
    "system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set "
    "utility valarray variant vector version";

bool is_standard_header(std::string_view name) {
    const auto headers = words_of(standard_headers);
    return std::find(headers.begin(), headers.end(), name) != headers.end();
}

// "hub/core" of "hub/core/core.h"; generated code belongs to the room of its .proto.
std::string room_of(std::string_view path) {
    if (path.starts_with("jobbro/")) return "proto/jobbro";
    if (!starts_with_any(path, {"proto/", "hub/", "adapters/"})) return {};
    const std::size_t second = path.find('/', path.find('/') + 1);
    return second == std::string_view::npos ? std::string{} : std::string{path.substr(0, second)};
}

std::optional<Include> include_in(std::string_view line, bool is_proto) {
    line = trimmed(line);
    if (is_proto) {
        if (!line.starts_with("import ")) return std::nullopt;
    } else {
        if (!line.starts_with('#')) return std::nullopt;
        line = trimmed(line.substr(1));
        if (!line.starts_with("include")) return std::nullopt;
    }
    const std::size_t open = line.find_first_of("\"<");
    if (open == std::string_view::npos) return std::nullopt;
    const bool quoted = line[open] == '"';
    const std::size_t close = line.find(quoted ? '"' : '>', open + 1);
    if (close == std::string_view::npos) return std::nullopt;
    return Include{line.substr(open + 1, close - open - 1), quoted};
}

// "zmq" names zmq.hpp and zmq/x.h, not zmqtools/x.h.
bool library_allowed(const Room& room, std::string_view path) {
    return std::any_of(room.libraries.begin(), room.libraries.end(), [path](const auto& library) {
        return path.starts_with(library) &&
               (path.size() == library.size() ||
                std::isalnum(static_cast<unsigned char>(path[library.size()])) == 0);
    });
}

// What is wrong with the include, or nothing.
std::string verdict(const std::string& room_name, const Room& room, const Include& include) {
    const std::string path{include.path};
    const std::string target = room_of(include.path);
    if (include.quoted && !target.empty()) {
        if (target == room_name || contains(room.rooms, target)) return {};
        return room_name + " may not include " + target + " (\"" + path + "\")";
    }
    if (library_allowed(room, include.path)) return {};
    if (include.quoted) return room_name + ": \"" + path + "\" is no path from the root";
    if (is_standard_header(include.path)) return {};
    return room_name + " may not use the library of <" + path + ">";
}

}  // namespace

Floors read_floors(std::string_view text) {
    Floors floors;
    std::size_t number = 0;
    for (std::string_view line : lines_of(text)) {
        ++number;
        line = trimmed(line);
        if (line.empty() || line.starts_with('#')) continue;
        const std::size_t colon = line.find(':');
        const std::size_t semicolon = line.find(';');
        const auto offend = [&](std::string_view what) {
            floors.offences.push_back(at_line("hub/floors.txt", number, what));
        };
        if (colon == std::string_view::npos || semicolon == std::string_view::npos) {
            offend("write \"room : rooms ; libraries\"");
            continue;
        }
        Room room;
        for (const auto word : words_of(line.substr(colon + 1, semicolon - colon - 1))) {
            if (!floors.rooms.contains(std::string{word})) {
                offend(std::string{word} + " does not stand above the room that may include it");
            }
            room.rooms.emplace_back(word);
        }
        for (const auto word : words_of(line.substr(semicolon + 1))) {
            room.libraries.emplace_back(word);
        }
        const std::string name{trimmed(line.substr(0, colon))};
        if (!floors.rooms.emplace(name, std::move(room)).second) offend(name + " stands twice");
    }
    return floors;
}

Offences floor_offences(const TextFiles& files, const Floors& floors) {
    Offences offences = floors.offences;
    std::set<std::string> folders;
    std::set<std::string> without_line;
    for (const TextFile& file : files) {
        const std::string room_name = room_of(file.path);
        if (room_name.empty()) continue;
        folders.insert(room_name);
        if (!ends_with_any(file.path, {".h", ".cc", ".proto"})) continue;
        const auto room = floors.rooms.find(room_name);
        if (room == floors.rooms.end()) {
            without_line.insert(room_name);
            continue;
        }
        const bool is_proto = file.path.ends_with(".proto");
        std::size_t number = 0;
        for (const std::string_view line : lines_of(file.text)) {
            ++number;
            const auto include = include_in(line, is_proto);
            if (!include) continue;
            const std::string wrong = verdict(room_name, room->second, *include);
            if (!wrong.empty()) offences.push_back(at_line(file.path, number, wrong));
        }
    }
    for (const std::string& room : without_line) {
        offences.push_back(room + ": has sources and no line in hub/floors.txt");
    }
    for (const auto& [name, room] : floors.rooms) {
        if (!folders.contains(name)) {
            offences.push_back(name + ": has a line in hub/floors.txt and no folder");
        }
    }
    return offences;
}

}  // namespace jobbro::tidy
