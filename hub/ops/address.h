// Where the hub listens: addresses as the configuration writes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace jobbro::ops {

// A numeric IP address, without the brackets that IPv6 has in text, and a TCP port.
struct HostPort {
    std::string host;
    std::uint16_t port = 0;
    bool is_loopback = false;  // 127.0.0.0/8 or ::1
};

// Reads "127.0.0.1:7412" or "[::1]:7412"; port 0 to 65535 without leading zeros. None for anything
// else, host names included: what is listened on must not hang on a name server. Thread: any.
std::optional<HostPort> parse_host_port(std::string_view text);

// True of "tcp://127.0.0.1:7411", "tcp://[::1]:7411" and "tcp://*:7411" (all interfaces); the port
// is 1 to 65535, or "*" for any free one. Thread: any.
bool is_tcp_endpoint(std::string_view text);

// Such an endpoint that only this machine can reach. Requires: is_tcp_endpoint(). Thread: any.
bool is_loopback_endpoint(std::string_view text);

}  // namespace jobbro::ops
