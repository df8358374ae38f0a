// What the party decides: a daemon's configuration file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/daemon/log.h"
#include "proto/base/result.h"

namespace jobbro::daemon {

namespace config_limits {
inline constexpr std::size_t file_bytes_max = std::size_t{1024} * 1024;
inline constexpr std::size_t path_bytes_max = 4096;
inline constexpr std::int64_t rescan_s_most = 3600;
inline constexpr std::int64_t metrics_s_most = 3600;
}  // namespace config_limits

// The keys of deploy/config/provider.example.toml and jobcentre.example.toml, which say what each
// means, with their defaults. Relative paths are taken from the current folder of the process.
struct Config {
    // [hub]
    std::string endpoint = "tcp://127.0.0.1:7411";
    std::filesystem::path public_keys;  // required

    // [party]
    std::filesystem::path keys;  // required

    // [folder]
    std::filesystem::path base;    // required
    std::filesystem::path outbox;  // empty: state/outbox.db below base
    std::int64_t rescan_s = 10;
    bool inotify = true;

    // [subscription]
    std::string subscription = "folder";
    std::uint32_t credit = 256;

    // [ops]
    Level log_level = Level::info;
    Format log_format = Format::automatic;
    std::int64_t metrics_s = 10;  // 0: none

    friend bool operator==(const Config&, const Config&) = default;
};

// Reads a configuration. What is wrong is told in the error's detail with where it stands
// ("provider.toml, line 4, column 1: …"; `name` names the text and may be empty) and what is
// allowed, never with the value that stands there.
// Errors: config_syntax         not TOML; also a key given twice
//         config_key_unknown    the first unknown key, and the known one nearest to it
//         config_value_invalid  a value of the wrong type or out of its limits, or a required key
//                               that is missing
// Thread: any.
Result<Config> parse_config(std::string_view text, std::string_view name);

// Errors: file_unreadable (also when larger than config_limits::file_bytes_max); parse_config's.
Result<Config> read_config(const std::filesystem::path& path);

// SHA-256 in hexadecimal of what was decided, however the file was written. Thread: any.
std::string config_digest(const Config& config);

// Every key there is: "hub.endpoint", …, in the order of the samples.
std::vector<std::string> config_keys();

}  // namespace jobbro::daemon
