#include "hub/ops/address.h"

#include <arpa/inet.h>

#include <charconv>

namespace jobbro::ops {
namespace {

struct SplitAddress {
    std::string_view host;
    std::string_view port;
    bool is_bracketed = false;
};

// At the last colon, for an IPv6 address has others.
std::optional<SplitAddress> split(std::string_view text) {
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    SplitAddress result{text.substr(0, colon), text.substr(colon + 1)};
    if (result.host.size() > 2 && result.host.front() == '[' && result.host.back() == ']') {
        result.host = result.host.substr(1, result.host.size() - 2);
        result.is_bracketed = true;
    }
    return result;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
    std::uint16_t port = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return port;
}

// Whether the numeric address is a loopback one; none when it is no numeric address.
std::optional<bool> parse_host(const SplitAddress& address) {
    const std::string host{address.host};
    // inet_pton would stop at a zero byte and not see what follows it.
    if (host.find('\0') != std::string::npos) return std::nullopt;
    if (address.is_bracketed) {
        in6_addr six{};
        if (inet_pton(AF_INET6, host.c_str(), &six) != 1) return std::nullopt;
        return IN6_IS_ADDR_LOOPBACK(&six) != 0;
    }
    in_addr four{};
    if (inet_pton(AF_INET, host.c_str(), &four) != 1) return std::nullopt;
    return (ntohl(four.s_addr) >> 24U) == 127U;
}

}  // namespace

std::optional<HostPort> parse_host_port(std::string_view text) {
    const auto parts = split(text);
    if (!parts) return std::nullopt;
    const auto is_loopback = parse_host(*parts);
    const auto port = parse_port(parts->port);
    if (!is_loopback || !port) return std::nullopt;
    return HostPort{std::string{parts->host}, *port, *is_loopback};
}

bool is_tcp_endpoint(std::string_view text) {
    constexpr std::string_view scheme = "tcp://";
    if (text.substr(0, scheme.size()) != scheme) return false;
    const auto parts = split(text.substr(scheme.size()));
    if (!parts) return false;
    const bool is_any_host = parts->host == "*" && !parts->is_bracketed;
    if (!is_any_host && !parse_host(*parts)) return false;
    if (parts->port == "*") return true;
    return parse_port(parts->port).value_or(0) != 0;
}

bool is_loopback_endpoint(std::string_view text) {
    const std::size_t host = text.find("//") + 2;
    const std::size_t port = text.rfind(':') + 1;
    const auto address = parse_host_port(std::string{text.substr(host, port - host)} + "0");
    return address && address->is_loopback;
}

}  // namespace jobbro::ops
