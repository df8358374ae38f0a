#include "adapters/daemon/config.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <optional>

#include "proto/base/limits.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::daemon {
namespace {

// A key, and the table it stands in.
struct ConfigKey {
    std::string_view table;
    std::string_view key;
};
constexpr std::array config_key_list = {
    ConfigKey{"hub", "endpoint"},        ConfigKey{"hub", "public_keys"},
    ConfigKey{"party", "keys"},          ConfigKey{"folder", "base"},
    ConfigKey{"folder", "outbox"},       ConfigKey{"folder", "rescan_s"},
    ConfigKey{"folder", "inotify"},      ConfigKey{"subscription", "name"},
    ConfigKey{"subscription", "credit"}, ConfigKey{"ops", "log_level"},
    ConfigKey{"ops", "log_format"},      ConfigKey{"ops", "metrics_s"},
};

// What a text may be, and how to say so.
struct TextRule {
    bool (*allows)(std::string_view text);
    std::string_view allowed;
};

bool has_only(std::string_view text, std::string_view allowed) {
    return text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_path(std::string_view text) {
    return !text.empty() && text.size() <= config_limits::path_bytes_max &&
           std::none_of(text.begin(), text.end(),
                        [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

bool is_endpoint(std::string_view text) {
    constexpr std::string_view opening = "tcp://";
    constexpr unsigned port_max = 65535;
    const std::size_t colon = text.rfind(':');
    if (!text.starts_with(opening) || colon <= opening.size()) return false;
    const std::string_view host = text.substr(opening.size(), colon - opening.size());
    const std::string_view port = text.substr(colon + 1);
    unsigned number = 0;
    for (const char c : port)
        number = number * 10 + static_cast<unsigned>(c - '0');
    return has_only(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:[]") &&
           !port.empty() && port.size() <= 5 && has_only(port, "0123456789") && number >= 1 &&
           number <= port_max;
}

bool is_subscription_name(std::string_view text) {
    constexpr std::ptrdiff_t digits_max = 9;
    return !text.empty() && text.size() <= limits::subscription_name_bytes_max &&
           has_only(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.") &&
           std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }) <=
               digits_max;
}

constexpr TextRule a_folder = {is_path, "the path of a folder, 1 to 4096 bytes"};
constexpr TextRule a_file = {is_path, "the path of a file, 1 to 4096 bytes"};
constexpr TextRule a_file_or_none = {
    [](std::string_view text) { return text.empty() || is_path(text); },
    "the path of a file, 1 to 4096 bytes, or empty"};
constexpr TextRule an_endpoint = {is_endpoint, "tcp://HOST:PORT with a port from 1 to 65535"};
constexpr TextRule a_name = {is_subscription_name,
                             "1 to 64 of a-z, 0-9, \"-\", \"_\", \".\", at most nine of them "
                             "digits"};
constexpr TextRule a_level = {[](std::string_view text) {
                                  return text == "debug" || text == "info" || text == "warn" ||
                                         text == "error";
                              },
                              "debug, info, warn or error"};
constexpr TextRule a_format = {
    [](std::string_view text) { return text == "auto" || text == "text" || text == "json"; },
    "auto, text or json"};

Level level_of(std::string_view text) {
    for (const Level level : {Level::debug, Level::info, Level::warn}) {
        if (text == level_name(level)) return level;
    }
    return Level::error;
}

Format format_of(std::string_view text) {
    if (text == "auto") return Format::automatic;
    return text == "text" ? Format::text : Format::json;
}

std::string_view format_name(Format format) {
    if (format == Format::automatic) return "auto";
    return format == Format::text ? "text" : "json";
}

std::string dotted(std::string_view table, std::string_view key) {
    return std::string{table}.append(table.empty() ? "" : ".").append(key);
}

bool is_known(std::string_view table, std::string_view key) {
    return std::any_of(config_key_list.begin(), config_key_list.end(), [&](const ConfigKey& known) {
        return table.empty() ? known.table == key : known.table == table && known.key == key;
    });
}

// How many characters must be inserted, removed or replaced to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[b.size()];
}

// Of two as near, the one of the same table.
std::string nearest_known(std::string_view table, std::string_view key) {
    std::string nearest;
    std::size_t least = 0;
    for (const ConfigKey& known : config_key_list) {
        const std::string_view name = table.empty() ? known.table : known.key;
        const std::size_t distance =
            2 * edit_distance(key, name) + (table.empty() || known.table == table ? 0 : 1);
        if (!nearest.empty() && distance >= least) continue;
        nearest = table.empty() ? std::string{known.table} : dotted(known.table, known.key);
        least = distance;
    }
    return nearest;
}

using Position = toml::source_position;

bool is_before(const Position& a, const Position& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

// Makes a Config of a parsed file.
class Reader {
  public:
    Reader(const toml::table& root, std::string_view name) : root_(root), name_(name) {}

    [[nodiscard]] Result<Config> read() const;
    // Where, and then what.
    [[nodiscard]] Error error(ErrorCode code, Position at, const std::string& what) const;

  private:
    struct UnknownKey {
        std::string_view table;
        const toml::key* key;
    };
    [[nodiscard]] Result<void> refuse_unknown_keys() const;
    static void find_unknown(const toml::table& table, std::string_view name,
                             std::optional<UnknownKey>& first);
    [[nodiscard]] Result<void> refuse_what_is_no_table() const;
    [[nodiscard]] const toml::node* find(std::string_view table, std::string_view key) const;
    [[nodiscard]] Error invalid(std::string_view table, std::string_view key, Position at,
                                std::string_view allowed) const;
    [[nodiscard]] Result<std::string> text(std::string_view table, std::string_view key,
                                           const TextRule& rule,
                                           const std::optional<std::string>& fallback) const;
    [[nodiscard]] Result<bool> flag(std::string_view table, std::string_view key,
                                    bool fallback) const;
    [[nodiscard]] Result<std::int64_t> number(std::string_view table, std::string_view key,
                                              std::int64_t least, std::int64_t most,
                                              std::int64_t fallback) const;

    const toml::table& root_;
    std::string_view name_;
};

Error Reader::error(ErrorCode code, Position at, const std::string& what) const {
    std::string detail{name_};
    if (!detail.empty()) detail += ", ";
    detail += "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": ";
    return Error{code, detail + what};
}

void Reader::find_unknown(const toml::table& table, std::string_view name,
                          std::optional<UnknownKey>& first) {
    for (auto&& [key, node] : table) {
        if (is_known(name, key.str())) continue;
        const bool is_first = !first || is_before(key.source().begin, first->key->source().begin);
        if (is_first) first = UnknownKey{name, &key};
    }
}

// The key is shown only as far as it can be one: whoever wrote it may have put a value in its
// place.
Result<void> Reader::refuse_unknown_keys() const {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyz_";
    constexpr std::size_t shown_bytes_max = 32;
    std::optional<UnknownKey> first;
    find_unknown(root_, "", first);
    for (auto&& [key, node] : root_) {
        const toml::table* const table = node.as_table();
        if (table != nullptr && is_known("", key.str())) find_unknown(*table, key.str(), first);
    }
    if (!first) return {};
    const std::string_view key = first->key->str();
    const bool can_be_shown = !key.empty() && key.size() <= shown_bytes_max && has_only(key, plain);
    return error(ErrorCode::config_key_unknown, first->key->source().begin,
                 (can_be_shown ? dotted(first->table, key) : std::string{"a key"}) +
                     " is unknown; the nearest known key is " +
                     nearest_known(first->table, key.substr(0, 64)));
}

Result<void> Reader::refuse_what_is_no_table() const {
    for (auto&& [key, node] : root_) {
        if (node.is_table()) continue;
        return error(ErrorCode::config_value_invalid, node.source().begin,
                     std::string{key.str()} + " must be a table, [" + std::string{key.str()} + "]");
    }
    return {};
}

const toml::node* Reader::find(std::string_view table, std::string_view key) const {
    const toml::node* const node = root_.get(table);
    return node == nullptr ? nullptr : node->as_table()->get(key);
}

Error Reader::invalid(std::string_view table, std::string_view key, Position at,
                      std::string_view allowed) const {
    return error(ErrorCode::config_value_invalid, at,
                 dotted(table, key) + " must be " + std::string{allowed});
}

Result<std::string> Reader::text(std::string_view table, std::string_view key, const TextRule& rule,
                                 const std::optional<std::string>& fallback) const {
    const toml::node* const node = find(table, key);
    if (node == nullptr) {
        if (fallback) return *fallback;
        const toml::node* const place = root_.get(table);
        return error(ErrorCode::config_value_invalid,
                     place == nullptr ? Position{1, 1} : place->source().begin,
                     dotted(table, key) + " is missing; it must be " + std::string{rule.allowed});
    }
    const toml::value<std::string>* const value = node->as_string();
    if (value == nullptr || !rule.allows(value->get())) {
        return invalid(table, key, node->source().begin, rule.allowed);
    }
    return value->get();
}

Result<bool> Reader::flag(std::string_view table, std::string_view key, bool fallback) const {
    const toml::node* const node = find(table, key);
    if (node == nullptr) return fallback;
    const toml::value<bool>* const value = node->as_boolean();
    if (value == nullptr) return invalid(table, key, node->source().begin, "true or false");
    return value->get();
}

Result<std::int64_t> Reader::number(std::string_view table, std::string_view key,
                                    std::int64_t least, std::int64_t most,
                                    std::int64_t fallback) const {
    const toml::node* const node = find(table, key);
    if (node == nullptr) return fallback;
    const toml::value<std::int64_t>* const value = node->as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
        return invalid(
            table, key, node->source().begin,
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value->get();
}

Result<Config> Reader::read() const {
    JOBBRO_TRY(refuse_unknown_keys());
    JOBBRO_TRY(refuse_what_is_no_table());
    Config config;
    JOBBRO_TRY_ASSIGN(config.endpoint, text("hub", "endpoint", an_endpoint, config.endpoint));
    JOBBRO_TRY_ASSIGN(config.public_keys, text("hub", "public_keys", a_file, std::nullopt));
    JOBBRO_TRY_ASSIGN(config.keys, text("party", "keys", a_file, std::nullopt));
    JOBBRO_TRY_ASSIGN(config.base, text("folder", "base", a_folder, std::nullopt));
    JOBBRO_TRY_ASSIGN(config.outbox, text("folder", "outbox", a_file_or_none, ""));
    JOBBRO_TRY_ASSIGN(config.rescan_s, number("folder", "rescan_s", 1, config_limits::rescan_s_most,
                                              config.rescan_s));
    JOBBRO_TRY_ASSIGN(config.inotify, flag("folder", "inotify", config.inotify));
    JOBBRO_TRY_ASSIGN(config.subscription,
                      text("subscription", "name", a_name, config.subscription));
    JOBBRO_TRY_ASSIGN(const std::int64_t credit,
                      number("subscription", "credit", 1, limits::credit_max, config.credit));
    config.credit = static_cast<std::uint32_t>(credit);
    JOBBRO_TRY_ASSIGN(const std::string level, text("ops", "log_level", a_level, "info"));
    config.log_level = level_of(level);
    JOBBRO_TRY_ASSIGN(const std::string format, text("ops", "log_format", a_format, "auto"));
    config.log_format = format_of(format);
    JOBBRO_TRY_ASSIGN(config.metrics_s, number("ops", "metrics_s", 0, config_limits::metrics_s_most,
                                               config.metrics_s));
    return config;
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view name) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        // What the library says of it quotes what it saw.
        const toml::table none;
        return Reader{none, name}.error(ErrorCode::config_syntax, parsed.error().source().begin,
                                        "not TOML, or given twice");
    }
    return Reader{parsed.table(), name}.read();
}

Result<Config> read_config(const std::filesystem::path& path) {
    std::ifstream file{path, std::ios::binary};
    std::string text(config_limits::file_bytes_max + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    // Reading a folder opens well and only then goes bad.
    if (!file.eof() || file.bad()) return Error{ErrorCode::file_unreadable, path.string()};
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse_config(text, path.string());
}

std::string config_digest(const Config& config) {
    std::string rendered = "jobbro daemon configuration v1\n";
    const auto add = [&rendered](std::string_view key, const std::string& value) {
        rendered.append(key).append(" " + std::to_string(value.size()) + ":" + value + "\n");
    };
    add("hub.endpoint", config.endpoint);
    add("hub.public_keys", config.public_keys.string());
    add("party.keys", config.keys.string());
    add("folder.base", config.base.string());
    add("folder.outbox", config.outbox.string());
    add("folder.rescan_s", std::to_string(config.rescan_s));
    add("folder.inotify", config.inotify ? "true" : "false");
    add("subscription.name", config.subscription);
    add("subscription.credit", std::to_string(config.credit));
    add("ops.log_level", std::string{level_name(config.log_level)});
    add("ops.log_format", std::string{format_name(config.log_format)});
    add("ops.metrics_s", std::to_string(config.metrics_s));
    return evidence::hex_encode(view(evidence::sha256(rendered)));
}

std::vector<std::string> config_keys() {
    std::vector<std::string> keys;
    keys.reserve(config_key_list.size());
    for (const ConfigKey& known : config_key_list)
        keys.push_back(dotted(known.table, known.key));
    return keys;
}

}  // namespace jobbro::daemon
