#include "hub/front/router.h"

#include <map>
#include <zmq.hpp>

#include "jobbro/v1/frame.pb.h"
#include "proto/base/limits.h"
#include "proto/evidence/sealing.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::front {
namespace {

constexpr const char* zap_endpoint = "inproc://zeromq.zap.01";
constexpr const char* zap_domain = "jobbro";
constexpr int option_zap_enforce_domain = 93;  // ZMQ_ZAP_ENFORCE_DOMAIN, in no stable header
constexpr int linger_ms = 500;
constexpr int handshake_ms_max = 10000;
constexpr int connection_heartbeat_ms = 10000;
constexpr int connection_timeout_ms = 30000;

Bytes bytes_of(const zmq::message_t& message) {
    return {static_cast<const char*>(message.data()), message.size()};
}

}  // namespace

struct Router::Sockets {
    Sockets(const evidence::CurveSecretKey& hub_key, Admission admission)
        : zap(context, zmq::socket_type::rep),
          router(context, zmq::socket_type::router),
          key(hub_key.copy()),
          admits(std::move(admission)) {
        evidence::SystemRandomness randomness;
        nonce_start = randomness.take<16>();
    }

    void answer_handshakes();
    void answer_handshake();
    const evidence::BoxKey* box_key(const evidence::CurvePublicKey& party);

    zmq::context_t context{1};
    zmq::socket_t zap;
    zmq::socket_t router;
    evidence::CurveSecretKey key;
    Admission admits;
    std::string endpoint;
    // Nonces of sealed frames: 16 random bytes a run, then a count.
    ByteArray<16> nonce_start{};
    std::uint64_t nonce_count = 0;
    // Computed once a party; bounded by forgetting all when there are too many.
    std::map<evidence::CurvePublicKey, evidence::BoxKey> box_keys;
};

Router::Router(std::unique_ptr<Sockets> sockets) : sockets_(std::move(sockets)) {}
Router::~Router() = default;

Result<std::unique_ptr<Router>> Router::bind(const std::string& endpoint,
                                             const evidence::CurveSecretKey& key,
                                             Admission admits) {
    auto sockets = std::make_unique<Sockets>(key, std::move(admits));
    try {
        sockets->zap.set(zmq::sockopt::linger, 0);
        sockets->zap.bind(zap_endpoint);
        zmq::socket_t& router = sockets->router;
        router.set(zmq::sockopt::linger, linger_ms);
        router.set(zmq::sockopt::router_mandatory, true);
        router.set(zmq::sockopt::router_handover, false);
        router.set(zmq::sockopt::maxmsgsize, static_cast<std::int64_t>(limits::frame_bytes_cut));
        router.set(zmq::sockopt::rcvhwm, limits::frames_in_queued_max);
        router.set(zmq::sockopt::sndhwm, limits::frames_out_queued_max);
        router.set(zmq::sockopt::backlog, limits::listen_backlog);
        router.set(zmq::sockopt::handshake_ivl, handshake_ms_max);
        // A connection whose peer is gone without a word does not keep what waits for it.
        router.set(zmq::sockopt::heartbeat_ivl, connection_heartbeat_ms);
        router.set(zmq::sockopt::heartbeat_timeout, connection_timeout_ms);
        router.set(zmq::sockopt::curve_server, true);
        router.set(zmq::sockopt::curve_secretkey,
                   zmq::const_buffer(key.bytes().data(), key.bytes().size()));
        router.set(zmq::sockopt::zap_domain, zap_domain);
        const int enforce = 1;
        if (zmq_setsockopt(router.handle(), option_zap_enforce_domain, &enforce, sizeof enforce) !=
            0) {
            return Error{ErrorCode::store_failed, "libzmq cannot enforce the ZAP domain"};
        }
        router.bind(endpoint);
        sockets->endpoint = router.get(zmq::sockopt::last_endpoint);
    } catch (const zmq::error_t& error) {
        if (error.num() == EADDRINUSE || error.num() == EACCES) {
            return Error{ErrorCode::port_in_use, endpoint};
        }
        return Error{ErrorCode::config_value_invalid, endpoint + ": " + error.what()};
    }
    return std::unique_ptr<Router>(new Router(std::move(sockets)));
}

const std::string& Router::endpoint() const {
    return sockets_->endpoint;
}

void Router::wait(int wake_fd, int timeout_ms) {
    zmq::pollitem_t items[] = {{sockets_->router.handle(), 0, ZMQ_POLLIN, 0},
                               {sockets_->zap.handle(), 0, ZMQ_POLLIN, 0},
                               {nullptr, wake_fd, ZMQ_POLLIN, 0}};
    const std::size_t count = wake_fd >= 0 ? 3 : 2;
    if (zmq_poll(items, static_cast<int>(count), timeout_ms) < 0) return;  // a signal: look again
    if ((items[1].revents & ZMQ_POLLIN) != 0) sockets_->answer_handshakes();
}

void Router::Sockets::answer_handshakes() {
    while ((zap.get(zmq::sockopt::events) & ZMQ_POLLIN) != 0) {
        try {
            answer_handshake();
        } catch (const zmq::error_t&) {
            return;  // that handshake runs into its time limit
        }
    }
}

void Router::Sockets::answer_handshake() {
    std::vector<Bytes> request;
    for (bool more = true; more;) {
        zmq::message_t part;
        if (!zap.recv(part, zmq::recv_flags::dontwait)) return;
        more = part.more();
        request.push_back(bytes_of(part));
    }
    // version, request id, domain, address, routing id, mechanism, credentials
    const bool is_curve = request.size() == 7 && request[0] == "1.0" && request[2] == zap_domain &&
                          request[5] == "CURVE" && request[6].size() == 32;
    const bool is_known = is_curve && admits(evidence::CurvePublicKey{array_of<32>(request[6])});
    const Bytes reply[] = {"1.0",
                           request.size() > 1 ? request[1] : Bytes{},
                           is_known ? "200" : "400",
                           is_known ? "OK" : "unknown key",
                           is_known ? evidence::hex_encode(request[6]) : Bytes{},
                           Bytes{}};
    for (std::size_t i = 0; i < std::size(reply); ++i) {
        const auto flags = i + 1 < std::size(reply)
                               ? zmq::send_flags::sndmore | zmq::send_flags::dontwait
                               : zmq::send_flags::dontwait;
        zap.send(zmq::buffer(reply[i]), flags);
    }
}

std::optional<Received> Router::receive() {
    try {
        zmq::message_t route;
        if (!sockets_->router.recv(route, zmq::recv_flags::dontwait)) return std::nullopt;
        Received received{bytes_of(route), {}, {}};
        zmq::message_t part = std::move(route);
        std::size_t parts = 0;
        while (part.more()) {
            zmq::message_t next;
            if (!sockets_->router.recv(next)) return std::nullopt;
            if (++parts == 1) {
                received.bytes = bytes_of(next);
                // NOLINTNEXTLINE: a property of the connection, not C's gets
                const auto key = evidence::hex_decode(next.gets("User-Id"));
                if (!key || key->size() != 32) return std::nullopt;
                received.key = evidence::CurvePublicKey{array_of<32>(*key)};
            }
            part = std::move(next);
        }
        // More than one frame is not ours to join: the receiver finds it malformed.
        if (parts != 1) received.bytes.assign(1, '\xff');
        return received;
    } catch (const zmq::error_t&) {
        return std::nullopt;  // the peer's properties are gone with the peer
    }
}

const evidence::BoxKey* Router::Sockets::box_key(const evidence::CurvePublicKey& party) {
    const auto known = box_keys.find(party);
    if (known != box_keys.end()) return &known->second;
    if (box_keys.size() >= 2 * limits::sessions_max) box_keys.clear();
    auto made = evidence::BoxKey::between(key, party);
    if (!made) return nullptr;
    return &box_keys.emplace(party, *std::move(made)).first->second;
}

SendOutcome Router::send(BytesView route, const std::optional<evidence::CurvePublicKey>& seal_to,
                         BytesView hub_frame) {
    Bytes bytes{hub_frame};
    if (seal_to) {
        const evidence::BoxKey* const box_key = sockets_->box_key(*seal_to);
        if (box_key == nullptr) return SendOutcome::gone;
        ByteArray<24> nonce{};
        std::copy(sockets_->nonce_start.begin(), sockets_->nonce_start.end(), nonce.begin());
        Bytes count;
        append_big_endian(count, ++sockets_->nonce_count);
        std::copy(count.begin(), count.end(), nonce.begin() + 16);
        v1::HubFrame sealed;
        sealed.mutable_sealed()->set_nonce(Bytes{view(nonce)});
        sealed.mutable_sealed()->set_box(box_key->seal(nonce, hub_frame));
        bytes = sealed.SerializeAsString();
    }
    try {
        zmq::socket_t& router = sockets_->router;
        const auto first = zmq::send_flags::sndmore | zmq::send_flags::dontwait;
        if (!router.send(zmq::buffer(route), first)) return SendOutcome::full;
        if (!router.send(zmq::buffer(bytes), zmq::send_flags::dontwait)) return SendOutcome::full;
    } catch (const zmq::error_t& error) {
        return error.num() == EHOSTUNREACH ? SendOutcome::gone : SendOutcome::full;
    }
    return SendOutcome::sent;
}

}  // namespace jobbro::front
