#include "hub/ops/config.h"

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <optional>
#include <set>

#include "hub/ops/address.h"
#include "hub/ops/config_keys.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::ops {
namespace {

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

// As contract::PartyId takes it; that the municipality exists is for whoever makes the id.
bool is_jobcentre(std::string_view text) {
    constexpr std::string_view prefix = "jobcentre:";
    return text.size() == prefix.size() + 3 && text.substr(0, prefix.size()) == prefix &&
           has_only(text.substr(prefix.size()), "0123456789");
}

bool is_party_name(std::string_view text) {
    return !text.empty() && text.size() <= 32 && text.front() != '-' && text.back() != '-' &&
           has_only(text, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

bool is_signing_key(std::string_view text) {
    const auto bytes = evidence::base64_decode(text);
    return bytes && bytes->size() == 32;
}

constexpr TextRule a_folder = {is_path, "the path of a folder, 1 to 4096 bytes"};
constexpr TextRule a_file = {is_path, "the path of a file, 1 to 4096 bytes"};
constexpr TextRule an_endpoint = {
    is_tcp_endpoint,
    "tcp://ADDRESS:PORT with a numeric address or \"*\", and a port from 1 to 65535 or \"*\""};
constexpr TextRule an_http_address = {
    [](std::string_view text) { return text.empty() || parse_host_port(text).has_value(); },
    "ADDRESS:PORT with a numeric address and a port from 0 to 65535, or empty for none"};
constexpr TextRule a_level = {
    [](std::string_view text) {
        constexpr std::array levels = {"trace", "debug", "info", "warn", "error"};
        return std::find(levels.begin(), levels.end(), text) != levels.end();
    },
    "trace, debug, info, warn or error"};
constexpr TextRule a_format = {
    [](std::string_view text) { return text == "auto" || text == "text" || text == "json"; },
    "auto, text or json"};
constexpr TextRule a_party_name = {is_party_name,
                                   "1 to 32 of a-z, 0-9 and \"-\", no \"-\" first or last"};
constexpr TextRule a_signing_key = {is_signing_key, "base64 of 32 bytes"};

Level level_of(std::string_view text) {
    for (const Level level : {Level::trace, Level::debug, Level::info, Level::warn}) {
        if (text == level_name(level)) return level;
    }
    return Level::error;
}

Format format_of(std::string_view text) {
    if (text == "auto") return Format::automatic;
    return text == "text" ? Format::text : Format::json;
}

using Position = toml::source_position;

bool is_before(const Position& a, const Position& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
}

// A table of the file, or where it would be expected.
struct Place {
    std::string_view name;
    const toml::table* table;
    Position at;
};

struct UnknownKey {
    std::string_view table;
    const toml::key* key;
};

// A key as it can be shown: whoever wrote it may have put a value in the wrong place.
std::string shown_key(std::string_view table, std::string_view key) {
    constexpr std::string_view plain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    constexpr std::size_t shown_bytes_max = 32;
    if (key.empty() || key.size() > shown_bytes_max || !has_only(key, plain)) {
        return table.empty() ? "a key" : "a key of " + std::string{table};
    }
    return dotted(table, key);
}

// What the library says of a syntax error, without what it says it saw.
std::string syntax_reason(std::string_view description) {
    constexpr std::string_view opening = "Error while parsing ";
    if (description.substr(0, opening.size()) != opening) return "not TOML";
    const std::string_view rest = description.substr(opening.size());
    const std::size_t colon = rest.find(": ");
    const std::string scope{rest.substr(0, colon)};
    std::string_view reason = colon == std::string_view::npos ? "" : rest.substr(colon + 2);
    if (reason.substr(0, 16) == "cannot redefine ") return "in " + scope + ": given twice";
    reason = reason.substr(0, reason.find(", saw "));
    if (reason.substr(0, 8) != "expected") reason = reason.substr(0, reason.find('\''));
    while (!reason.empty() && reason.back() == ' ')
        reason.remove_suffix(1);
    return "in " + scope + ": " + (reason.empty() ? "not valid" : std::string{reason});
}

// Makes a Config of a parsed file.
class Reader {
  public:
    Reader(const toml::table& root, std::string_view name) : root_(root), name_(name) {}

    Result<Config> read() const;
    // Where, and then what.
    [[nodiscard]] Error error(ErrorCode code, Position at, const std::string& what) const;

  private:
    [[nodiscard]] Error invalid(const Place& place, std::string_view key, Position at,
                                std::string_view allowed) const;
    Result<void> refuse_unknown_keys() const;
    void find_unknown(const toml::table& table, std::string_view name,
                      std::optional<UnknownKey>& first) const;
    Result<Place> table(std::string_view name) const;
    Result<std::vector<Place>> tables(std::string_view name, std::size_t count_max) const;

    Result<std::string> text(const Place& place, std::string_view key, const TextRule& rule,
                             const std::optional<std::string>& fallback) const;
    Result<bool> flag(const Place& place, std::string_view key, bool fallback) const;
    Result<std::int64_t> number(const Place& place, std::string_view key, std::int64_t least,
                                std::int64_t most, std::int64_t fallback) const;

    Result<void> read_hub(Config& config) const;
    Result<void> read_ops(Config& config) const;
    Result<void> read_limits(Config& config) const;
    Result<void> read_access(Config& config) const;
    Result<void> read_retention(Config& config) const;
    Result<void> read_rules(Config& config) const;
    Result<void> read_controllers(Config& config) const;
    Result<void> read_operators(Config& config) const;
    Result<std::vector<std::string>> jobcentres(const Place& place,
                                                std::set<std::string>& taken) const;

    const toml::table& root_;
    std::string_view name_;
};

Error Reader::error(ErrorCode code, Position at, const std::string& what) const {
    std::string detail{name_};
    if (!detail.empty()) detail += ", ";
    detail += "line " + std::to_string(at.line) + ", column " + std::to_string(at.column) + ": ";
    return Error{code, detail + what};
}

Error Reader::invalid(const Place& place, std::string_view key, Position at,
                      std::string_view allowed) const {
    return error(ErrorCode::config_value_invalid, at,
                 dotted(place.name, key) + " must be " + std::string{allowed});
}

void Reader::find_unknown(const toml::table& table, std::string_view name,
                          std::optional<UnknownKey>& first) const {
    for (auto&& [key, node] : table) {
        if (is_known_key(name, key.str())) continue;
        const bool is_first = !first || is_before(key.source().begin, first->key->source().begin);
        if (is_first) first = UnknownKey{name, &key};
    }
}

Result<void> Reader::refuse_unknown_keys() const {
    std::optional<UnknownKey> first;
    find_unknown(root_, "", first);
    for (auto&& [key, node] : root_) {
        if (!is_known_key("", key.str())) continue;
        if (const toml::table* section = node.as_table()) find_unknown(*section, key.str(), first);
        const toml::array* list = node.as_array();
        for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
            const toml::table* item = list->get(i)->as_table();
            if (item != nullptr) find_unknown(*item, key.str(), first);
        }
    }
    if (!first) return {};
    const std::string_view key = first->key->str().substr(0, 64);
    return error(ErrorCode::config_key_unknown, first->key->source().begin,
                 shown_key(first->table, first->key->str()) +
                     " is unknown; the nearest known key is " +
                     nearest_known_key(first->table, key));
}

Result<Place> Reader::table(std::string_view name) const {
    const toml::node* node = root_.get(name);
    if (node == nullptr) return Place{name, nullptr, Position{1, 1}};
    const Position at = node->source().begin;
    if (!node->is_table()) {
        return error(ErrorCode::config_value_invalid, at,
                     std::string{name} + " must be a table, [" + std::string{name} + "]");
    }
    return Place{name, node->as_table(), at};
}

Result<std::vector<Place>> Reader::tables(std::string_view name, std::size_t count_max) const {
    const toml::node* node = root_.get(name);
    if (node == nullptr) return std::vector<Place>{};
    const std::string shape = std::string{name} + " must be at most " + std::to_string(count_max) +
                              " tables, [[" + std::string{name} + "]]";
    const toml::array* list = node->as_array();
    if (list == nullptr || list->size() > count_max) {
        return error(ErrorCode::config_value_invalid, node->source().begin, shape);
    }
    std::vector<Place> places;
    for (const toml::node& item : *list) {
        const Position at = item.source().begin;
        if (!item.is_table()) return error(ErrorCode::config_value_invalid, at, shape);
        places.push_back(Place{name, item.as_table(), at});
    }
    return places;
}

Result<std::string> Reader::text(const Place& place, std::string_view key, const TextRule& rule,
                                 const std::optional<std::string>& fallback) const {
    const toml::node* node = place.table == nullptr ? nullptr : place.table->get(key);
    if (node == nullptr) {
        if (fallback) return *fallback;
        return error(
            ErrorCode::config_value_invalid, place.at,
            dotted(place.name, key) + " is missing; it must be " + std::string{rule.allowed});
    }
    const toml::value<std::string>* value = node->as_string();
    if (value == nullptr || !rule.allows(value->get())) {
        return invalid(place, key, node->source().begin, rule.allowed);
    }
    return value->get();
}

Result<bool> Reader::flag(const Place& place, std::string_view key, bool fallback) const {
    const toml::node* node = place.table == nullptr ? nullptr : place.table->get(key);
    if (node == nullptr) return fallback;
    const toml::value<bool>* value = node->as_boolean();
    if (value == nullptr) return invalid(place, key, node->source().begin, "true or false");
    return value->get();
}

Result<std::int64_t> Reader::number(const Place& place, std::string_view key, std::int64_t least,
                                    std::int64_t most, std::int64_t fallback) const {
    const toml::node* node = place.table == nullptr ? nullptr : place.table->get(key);
    if (node == nullptr) return fallback;
    const toml::value<std::int64_t>* value = node->as_integer();
    if (value == nullptr || value->get() < least || value->get() > most) {
        return invalid(
            place, key, node->source().begin,
            "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value->get();
}

Result<void> Reader::read_hub(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place hub, table("hub"));
    JOBBRO_TRY_ASSIGN(config.data, text(hub, "data", a_folder, std::nullopt));
    JOBBRO_TRY_ASSIGN(config.keys, text(hub, "keys", a_file, std::nullopt));
    JOBBRO_TRY_ASSIGN(config.erasure_marks,
                      text(hub, "erasure_marks", a_file, config.keys.string() + ".marks"));
    JOBBRO_TRY_ASSIGN(config.listen, text(hub, "listen", an_endpoint, config.listen));
    JOBBRO_TRY_ASSIGN(config.demo_clock, text(hub, "demo_clock", a_file, ""));
    if (config.demo_clock.empty() || is_loopback_endpoint(config.listen)) return {};
    return invalid(hub, "listen", hub.table->get("listen")->source().begin,
                   "a loopback address with hub.demo_clock");
}

Result<void> Reader::read_ops(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place ops, table("ops"));
    JOBBRO_TRY_ASSIGN(config.http, text(ops, "http", an_http_address, config.http));
    JOBBRO_TRY_ASSIGN(config.http_beyond_loopback,
                      flag(ops, "http_beyond_loopback", config.http_beyond_loopback));
    const auto address = parse_host_port(config.http);
    if (address && !address->is_loopback && !config.http_beyond_loopback) {
        return invalid(ops, "http", ops.table->get("http")->source().begin,
                       "a loopback address, or ops.http_beyond_loopback must be true");
    }
    if (address && !address->is_loopback && !config.demo_clock.empty()) {
        return invalid(ops, "http", ops.table->get("http")->source().begin,
                       "a loopback address with hub.demo_clock");
    }
    JOBBRO_TRY_ASSIGN(const std::string level, text(ops, "log_level", a_level, "info"));
    config.log_level = level_of(level);
    JOBBRO_TRY_ASSIGN(const std::string format, text(ops, "log_format", a_format, "auto"));
    config.log_format = format_of(format);
    return {};
}

Result<void> Reader::read_limits(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place place, table("limits"));
    constexpr auto any = std::numeric_limits<std::int64_t>::max();
    JOBBRO_TRY_ASSIGN(
        const std::int64_t free_bytes,
        number(place, "free_bytes_min", 0, any, static_cast<std::int64_t>(config.free_bytes_min)));
    config.free_bytes_min = static_cast<std::uint64_t>(free_bytes);
    constexpr auto sessions_most = static_cast<std::int64_t>(limits::sessions_max);
    JOBBRO_TRY_ASSIGN(const std::int64_t sessions,
                      number(place, "sessions_max", 1, sessions_most, sessions_most));
    config.sessions_max = static_cast<std::size_t>(sessions);
    JOBBRO_TRY_ASSIGN(config.session_silent_ms,
                      number(place, "session_silent_ms", config_limits::session_silent_ms_least,
                             config_limits::session_silent_ms_most, config.session_silent_ms));
    return {};
}

Result<void> Reader::read_access(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place place, table("access"));
    JOBBRO_TRY_ASSIGN(config.provider_grace_days,
                      number(place, "provider_grace_days", 0,
                             config_limits::provider_grace_days_most, config.provider_grace_days));
    return {};
}

Result<void> Reader::read_retention(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place place, table("retention"));
    JOBBRO_TRY_ASSIGN(
        config.retention_days,
        number(place, "days", 0, config_limits::retention_days_most, config.retention_days));
    return {};
}

Result<void> Reader::read_rules(Config& config) const {
    JOBBRO_TRY_ASSIGN(const Place place, table("rules"));
    JOBBRO_TRY_ASSIGN(config.rules_folder, text(place, "folder", a_folder, ""));
    return {};
}

Result<std::vector<std::string>> Reader::jobcentres(const Place& place,
                                                    std::set<std::string>& taken) const {
    const std::string allowed = "a list of 1 to " + std::to_string(config_limits::jobcentres_max) +
                                " party ids, \"jobcentre:\" and three digits";
    const toml::node* node = place.table->get("jobcentres");
    if (node == nullptr) {
        return error(ErrorCode::config_value_invalid, place.at,
                     "controller.jobcentres is missing; it must be " + allowed);
    }
    const toml::array* list = node->as_array();
    if (list == nullptr || list->empty() || list->size() > config_limits::jobcentres_max) {
        return invalid(place, "jobcentres", node->source().begin, allowed);
    }
    std::vector<std::string> ids;
    for (const toml::node& item : *list) {
        const toml::value<std::string>* id = item.as_string();
        if (id == nullptr || !is_jobcentre(id->get())) {
            return invalid(place, "jobcentres", item.source().begin, allowed);
        }
        if (!taken.insert(id->get()).second) {
            return invalid(place, "jobcentres", item.source().begin,
                           "without repetition: a jobcentre has one controller");
        }
        ids.push_back(id->get());
    }
    return ids;
}

Result<void> Reader::read_controllers(Config& config) const {
    JOBBRO_TRY_ASSIGN(const std::vector<Place> places,
                      tables("controller", config_limits::controllers_max));
    std::set<std::string> names;
    std::set<std::string> taken;
    for (const Place& place : places) {
        ControllerConfig controller;
        JOBBRO_TRY_ASSIGN(controller.name, text(place, "name", a_party_name, std::nullopt));
        if (!names.insert(controller.name).second) {
            return invalid(place, "name", place.table->get("name")->source().begin,
                           "another than that of an earlier controller");
        }
        JOBBRO_TRY_ASSIGN(const std::string key,
                          text(place, "signing_key", a_signing_key, std::nullopt));
        JOBBRO_TRY_ASSIGN(const Bytes bytes, evidence::base64_decode(key));
        JOBBRO_TRY_ASSIGN(controller.signing_key, evidence::VerifyingKey::from_bytes(bytes));
        JOBBRO_TRY_ASSIGN(controller.jobcentres, jobcentres(place, taken));
        config.controllers.push_back(std::move(controller));
    }
    return {};
}

Result<void> Reader::read_operators(Config& config) const {
    JOBBRO_TRY_ASSIGN(const std::vector<Place> places,
                      tables("operator", config_limits::operators_max));
    for (const Place& place : places) {
        OperatorConfig operator_config;
        JOBBRO_TRY_ASSIGN(operator_config.public_keys,
                          text(place, "public_keys", a_file, std::nullopt));
        config.operators.push_back(std::move(operator_config));
    }
    return {};
}

Result<Config> Reader::read() const {
    JOBBRO_TRY(refuse_unknown_keys());
    Config config;
    JOBBRO_TRY(read_hub(config));
    JOBBRO_TRY(read_ops(config));
    JOBBRO_TRY(read_limits(config));
    JOBBRO_TRY(read_access(config));
    JOBBRO_TRY(read_retention(config));
    JOBBRO_TRY(read_rules(config));
    JOBBRO_TRY(read_controllers(config));
    JOBBRO_TRY(read_operators(config));
    return config;
}

// Names and values, each with its length, so that no two configurations render alike.
class Rendering {
  public:
    void add(std::string_view key, std::string_view value) {
        text_ += std::string{key} + ' ' + std::to_string(value.size()) + ':';
        text_ += value;
        text_ += '\n';
    }
    void add(std::string_view key, std::uint64_t value) { add(key, std::to_string(value)); }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_ = "jobbro-hub configuration v1\n";
};

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view name) {
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return Reader{toml::table{}, name}.error(ErrorCode::config_syntax, error.source().begin,
                                                 syntax_reason(error.description()));
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
    Rendering rendering;
    rendering.add("hub.data", config.data.string());
    rendering.add("hub.keys", config.keys.string());
    rendering.add("hub.erasure_marks", config.erasure_marks.string());
    rendering.add("hub.listen", config.listen);
    rendering.add("hub.demo_clock", config.demo_clock.string());
    rendering.add("ops.http", config.http);
    rendering.add("ops.http_beyond_loopback", config.http_beyond_loopback ? 1U : 0U);
    rendering.add("ops.log_level", level_name(config.log_level));
    rendering.add("ops.log_format", static_cast<std::uint64_t>(config.log_format));
    rendering.add("limits.free_bytes_min", config.free_bytes_min);
    rendering.add("limits.sessions_max", config.sessions_max);
    rendering.add("limits.session_silent_ms", static_cast<std::uint64_t>(config.session_silent_ms));
    rendering.add("access.provider_grace_days",
                  static_cast<std::uint64_t>(config.provider_grace_days));
    rendering.add("retention.days", static_cast<std::uint64_t>(config.retention_days));
    rendering.add("rules.folder", config.rules_folder.string());
    for (const ControllerConfig& controller : config.controllers) {
        rendering.add("controller.name", controller.name);
        rendering.add("controller.signing_key", controller.signing_key.view());
        for (const std::string& id : controller.jobcentres) {
            rendering.add("controller.jobcentres", id);
        }
    }
    for (const OperatorConfig& operator_config : config.operators) {
        rendering.add("operator.public_keys", operator_config.public_keys.string());
    }
    return evidence::hex_encode(view(evidence::sha256(rendering.text())));
}

}  // namespace jobbro::ops
