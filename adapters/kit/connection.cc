#include "adapters/kit/connection.h"

#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "proto/base/limits.h"

namespace jobbro::kit {
namespace {

constexpr int frames_from_hub_max = 64;
constexpr int handshake_ms = 5000;
constexpr int connect_ms = 5000;
constexpr int finish_ms = 500;
constexpr std::uint32_t zap_refused = 400;

bool set_option(void* socket, int option, int value) {
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

bool set_key(void* socket, int option, BytesView key) {
    return zmq_setsockopt(socket, option, key.data(), key.size()) == 0;
}

bool configure(void* socket, const Peering& peering) {
    const evidence::CurvePublicKey own_public = evidence::curve_public_key(peering.own_curve);
    return set_option(socket, ZMQ_LINGER, 0) && set_option(socket, ZMQ_RECONNECT_IVL, -1) &&
           set_option(socket, ZMQ_SNDHWM, limits::frames_in_queued_max) &&
           set_option(socket, ZMQ_RCVHWM, frames_from_hub_max) &&
           set_option(socket, ZMQ_HANDSHAKE_IVL, handshake_ms) &&
           set_option(socket, ZMQ_CONNECT_TIMEOUT, connect_ms) && set_option(socket, ZMQ_IPV6, 1) &&
           set_key(socket, ZMQ_CURVE_SERVERKEY, peering.hub_curve.view()) &&
           set_key(socket, ZMQ_CURVE_PUBLICKEY, own_public.view()) &&
           set_key(socket, ZMQ_CURVE_SECRETKEY, peering.own_curve.view());
}

bool set_frame_limit(void* socket) {
    const auto bytes_max = static_cast<std::int64_t>(limits::frame_bytes_cut);
    return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes_max, sizeof bytes_max) == 0;
}

// Receives one part without waiting, by way of a buffer that is large enough for all there can be.
std::optional<BytesView> receive_part(void* socket, Bytes& buffer) {
    const int size = zmq_recv(socket, buffer.data(), buffer.size(), ZMQ_DONTWAIT);
    if (size < 0) return std::nullopt;
    return BytesView{buffer}.substr(0, static_cast<std::size_t>(size));
}

bool has_more_parts(void* socket) {
    int more = 0;
    std::size_t size = sizeof more;
    return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more != 0;
}

// An address of its own for each monitor, whatever else this process monitors.
std::string monitor_address(void* socket) {
    return "inproc://jobbro-kit-monitor-" +
           std::to_string(reinterpret_cast<std::uintptr_t>(socket));
}

}  // namespace

Result<std::unique_ptr<Wiring>> Wiring::make() {
    const int descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) return Error{ErrorCode::hub_unreachable, std::strerror(errno)};
    void* context = zmq_ctx_new();
    if (context == nullptr) {
        ::close(descriptor);
        return Error{ErrorCode::hub_unreachable, "no ZeroMQ context"};
    }
    return std::unique_ptr<Wiring>(new Wiring(context, descriptor));
}

Wiring::~Wiring() {
    while (zmq_ctx_term(context_) != 0 && errno == EINTR) {
    }
    ::close(wake_descriptor_);
}

void Wiring::wake() const {
    const std::uint64_t one = 1;
    // Only a counter at its limit refuses, and then the thread is awake anyway.
    if (::write(wake_descriptor_, &one, sizeof one) < 0) return;
}

void Wiring::clear_wakes() const {
    std::uint64_t count = 0;
    if (::read(wake_descriptor_, &count, sizeof count) < 0) return;
}

void Wiring::wait(std::int64_t ms_max) const {
    zmq_pollitem_t item{nullptr, wake_descriptor_, ZMQ_POLLIN, 0};
    zmq_poll(&item, 1, static_cast<long>(std::max<std::int64_t>(0, ms_max)));
    if ((item.revents & ZMQ_POLLIN) != 0) clear_wakes();
}

Result<std::unique_ptr<Connection>> Connection::open(Wiring& wiring, const Peering& peering) {
    void* socket = zmq_socket(wiring.context(), ZMQ_DEALER);
    if (socket == nullptr) return Error{ErrorCode::hub_unreachable, zmq_strerror(zmq_errno())};
    void* monitor = zmq_socket(wiring.context(), ZMQ_PAIR);
    std::unique_ptr<Connection> connection;
    if (monitor == nullptr) {
        zmq_close(socket);
        return Error{ErrorCode::hub_unreachable, zmq_strerror(zmq_errno())};
    }
    connection.reset(new Connection(wiring, socket, monitor));
    const std::string address = monitor_address(socket);
    if (!configure(socket, peering) || !set_frame_limit(socket) ||
        !set_option(monitor, ZMQ_LINGER, 0) ||
        zmq_socket_monitor(socket, address.c_str(), ZMQ_EVENT_ALL) != 0 ||
        zmq_connect(monitor, address.c_str()) != 0) {
        return Error{ErrorCode::hub_unreachable, zmq_strerror(zmq_errno())};
    }
    if (zmq_connect(socket, peering.endpoint.c_str()) != 0) {
        return Error{ErrorCode::usage,
                     "the endpoint " + peering.endpoint + ": " + zmq_strerror(zmq_errno())};
    }
    return connection;
}

Connection::~Connection() {
    zmq_socket_monitor(socket_, nullptr, 0);
    zmq_close(socket_);
    zmq_close(monitor_);
}

void Connection::let_finish() {
    set_option(socket_, ZMQ_LINGER, finish_ms);
}

void Connection::wait(std::int64_t ms_max, bool until_room) const {
    const short socket_events = static_cast<short>(ZMQ_POLLIN | (until_room ? ZMQ_POLLOUT : 0));
    zmq_pollitem_t items[] = {
        {socket_, 0, socket_events, 0},
        {monitor_, 0, ZMQ_POLLIN, 0},
        {nullptr, wiring_.wake_descriptor(), ZMQ_POLLIN, 0},
    };
    // An interrupted wait is a short one; the caller looks at everything anyway.
    zmq_poll(items, 3, static_cast<long>(std::max<std::int64_t>(0, ms_max)));
    if ((items[2].revents & ZMQ_POLLIN) != 0) wiring_.clear_wakes();
}

SendOutcome Connection::send(BytesView frame) {
    if (zmq_send(socket_, frame.data(), frame.size(), ZMQ_DONTWAIT) >= 0) return SendOutcome::sent;
    return zmq_errno() == EAGAIN || zmq_errno() == EINTR ? SendOutcome::no_room
                                                         : SendOutcome::failed;
}

std::optional<Bytes> Connection::receive() {
    const auto part = receive_part(socket_, buffer_);
    if (!part) return std::nullopt;
    Bytes frame{*part};
    // The dialogue has frames of one part; more of them are not ours to read.
    while (has_more_parts(socket_) && receive_part(socket_, buffer_)) {
    }
    return frame;
}

std::optional<Result<void>> Connection::take_change() {
    while (!is_over_) {
        const auto part = receive_part(monitor_, buffer_);
        if (!part) return std::nullopt;
        const Bytes head{*part};
        while (has_more_parts(monitor_) && receive_part(monitor_, buffer_)) {
        }
        std::uint16_t event = 0;
        std::uint32_t value = 0;
        if (head.size() < sizeof event + sizeof value) continue;
        std::memcpy(&event, head.data(), sizeof event);
        std::memcpy(&value, head.data() + sizeof event, sizeof value);
        auto change = change_of(event, value);
        if (!change) continue;
        is_ready_ = change->has_value();
        is_over_ = !change->has_value();
        return change;
    }
    return std::nullopt;
}

std::optional<Result<void>> Connection::change_of(std::uint16_t event, std::uint32_t value) {
    switch (event) {
        case ZMQ_EVENT_CONNECTED:
            has_connected_ = true;
            return std::nullopt;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
            return Result<void>{};
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            if (value == zap_refused) return Result<void>{ErrorCode::key_unknown};
            return Result<void>{Error{ErrorCode::hub_unreachable, "the hub cannot check keys now"}};
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
            // The value is an errno: nothing came at all, which a wrong key does not cause.
            if (value == ETIMEDOUT) return Result<void>{ErrorCode::hub_unreachable};
            return Result<void>{ErrorCode::hub_key_wrong};
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
            return Result<void>{ErrorCode::hub_key_wrong};
        case ZMQ_EVENT_DISCONNECTED:
        case ZMQ_EVENT_CLOSED:
        case ZMQ_EVENT_CONNECT_RETRIED:
            if (is_ready_) return Result<void>{ErrorCode::session_lost};
            if (has_connected_) return Result<void>{ErrorCode::hub_key_wrong};
            return Result<void>{ErrorCode::hub_unreachable};
        default:
            return std::nullopt;
    }
}

}  // namespace jobbro::kit
