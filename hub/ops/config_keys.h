// The names of the configuration's keys.
#pragma once

#include <string>
#include <string_view>

namespace jobbro::ops {

// A key, and the table it stands in; tables themselves stand in the table "".
struct ConfigKey {
    std::string_view table;
    std::string_view key;
};

inline constexpr ConfigKey config_key_list[] = {
    {"", "hub"},
    {"", "ops"},
    {"", "limits"},
    {"", "access"},
    {"", "retention"},
    {"", "rules"},
    {"", "controller"},
    {"", "operator"},
    {"hub", "data"},
    {"hub", "keys"},
    {"hub", "erasure_marks"},
    {"hub", "listen"},
    {"hub", "demo_clock"},
    {"ops", "http"},
    {"ops", "http_beyond_loopback"},
    {"ops", "log_level"},
    {"ops", "log_format"},
    {"limits", "free_bytes_min"},
    {"limits", "sessions_max"},
    {"limits", "session_silent_ms"},
    {"access", "provider_grace_days"},
    {"retention", "days"},
    {"rules", "folder"},
    {"controller", "name"},
    {"controller", "signing_key"},
    {"controller", "jobcentres"},
    {"operator", "public_keys"},
};

// "hub.data", or "hub" where the table is "".
std::string dotted(std::string_view table, std::string_view key);

bool is_known_key(std::string_view table, std::string_view key);

// The known key with the smallest edit distance to this one, as dotted() writes it; of two as
// near, the one of the same table.
std::string nearest_known_key(std::string_view table, std::string_view key);

// How many characters must be inserted, removed or replaced to make one of the other.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace jobbro::ops
