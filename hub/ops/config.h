// What the operator decides: the hub's configuration file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hub/ops/logging.h"
#include "proto/base/limits.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"

namespace jobbro::ops {

namespace config_limits {
inline constexpr std::size_t file_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::size_t path_bytes_max = 4096;
inline constexpr std::size_t controllers_max = 128;  // municipalities there are: 98
inline constexpr std::size_t jobcentres_max = 128;   // of one controller
inline constexpr std::size_t operators_max = 64;
inline constexpr std::int64_t session_silent_ms_least = 1000;
inline constexpr std::int64_t session_silent_ms_most = 600000;
inline constexpr std::int64_t provider_grace_days_most = 3650;
inline constexpr std::int64_t retention_days_most = 36500;
}  // namespace config_limits

// A data controller (dataansvarlig): it states who its jobcentres are and what parties may do.
struct ControllerConfig {
    std::string name;  // of the party id "controller:<name>"
    evidence::VerifyingKey signing_key;
    std::vector<std::string> jobcentres;  // party ids, "jobcentre:<municipality code>"
    friend bool operator==(const ControllerConfig&, const ControllerConfig&) = default;
};

// Somebody who may operate the hub.
struct OperatorConfig {
    std::filesystem::path public_keys;  // a public key file
    friend bool operator==(const OperatorConfig&, const OperatorConfig&) = default;
};

// The keys of deploy/config/hub.example.toml, which says what each means, with their defaults.
// Relative paths are taken from the current folder of the process, not from the file's.
struct Config {
    // [hub]
    std::filesystem::path data;           // required
    std::filesystem::path keys;           // required
    std::filesystem::path erasure_marks;  // by default that of the keys, and ".marks"
    std::string listen = "tcp://127.0.0.1:7411";
    std::filesystem::path demo_clock;  // empty: the machine's clock

    // [ops]
    std::string http = "127.0.0.1:7412";  // "" for none
    bool http_beyond_loopback = false;
    Level log_level = Level::info;
    Format log_format = Format::automatic;

    // [limits]
    std::uint64_t free_bytes_min = std::uint64_t{256} * 1024 * 1024;
    std::size_t sessions_max = limits::sessions_max;
    std::int64_t session_silent_ms = limits::session_silent_ms_max;

    // [access]
    std::int64_t provider_grace_days = 90;

    // [retention]
    std::int64_t retention_days = 1826;  // five years; 0: for ever

    // [rules]
    std::filesystem::path rules_folder;  // empty: the rule sets the log has

    std::vector<ControllerConfig> controllers;  // [[controller]], in the order of the file
    std::vector<OperatorConfig> operators;      // [[operator]]

    friend bool operator==(const Config&, const Config&) = default;
};

// Reads a configuration. What is wrong is told in the error's detail with where it stands
// ("hub.toml, line 4, column 1: …"; `name` names the text and may be empty) and what is allowed,
// never with the value that stands there.
// Errors: config_syntax         not TOML; also a key given twice
//         config_key_unknown    the first unknown key, and the known one nearest to it
//         config_value_invalid  a value of the wrong type or out of its limits, or a required key
//                               that is missing
// Thread: any.
Result<Config> parse_config(std::string_view text, std::string_view name);

// Errors: file_unreadable (also when larger than config_limits::file_bytes_max); parse_config's.
Result<Config> read_config(const std::filesystem::path& path);

// SHA-256 in hexadecimal of what was decided, however the file was written: order of keys,
// comments and defaults written out make no difference. Thread: any.
std::string config_digest(const Config& config);

// Every key there is: "hub.data", …, "controller.name", …
std::vector<std::string> config_keys();

}  // namespace jobbro::ops
