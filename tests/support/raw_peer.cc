#include "tests/support/raw_peer.h"

#include <chrono>
#include <stdexcept>

#include "proto/evidence/merkle.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/hub_process.h"

namespace jobbro::testing {
namespace {

constexpr const char* monitor_endpoint = "inproc://monitor";
constexpr int wait_ms_max = 10000;

}  // namespace

RawPeer::RawPeer(const std::string& endpoint, const evidence::CurvePublicKey& hub,
                 const evidence::PartySecretKeys& keys, const std::string& routing_id)
    : socket_(context_, zmq::socket_type::dealer),
      monitor_(context_, zmq::socket_type::pair),
      keys_(&keys),
      box_key_(*evidence::BoxKey::between(keys.curve, hub)) {
    const evidence::CurvePublicKey own = evidence::curve_public_key(keys.curve);
    socket_.set(zmq::sockopt::linger, 0);
    socket_.set(zmq::sockopt::curve_serverkey, zmq::const_buffer(hub.bytes().data(), 32));
    socket_.set(zmq::sockopt::curve_publickey, zmq::const_buffer(own.bytes().data(), 32));
    socket_.set(zmq::sockopt::curve_secretkey, zmq::const_buffer(keys.curve.bytes().data(), 32));
    if (!routing_id.empty()) socket_.set(zmq::sockopt::routing_id, routing_id);
    if (zmq_socket_monitor(socket_.handle(), monitor_endpoint, ZMQ_EVENT_HANDSHAKE_SUCCEEDED) !=
        0) {
        throw std::runtime_error("no monitor");
    }
    monitor_.set(zmq::sockopt::linger, 0);
    monitor_.connect(monitor_endpoint);
    socket_.connect(endpoint);
}

std::unique_ptr<RawPeer> RawPeer::open(HubProcess& hub, const std::string& party) {
    auto peer = std::make_unique<RawPeer>(hub.endpoint(), hub.curve_key(), hub.keys(party));
    peer->hello();
    const auto frame = peer->receive();
    if (!frame || !frame->has_welcome()) {
        throw std::runtime_error("no welcome: " + (frame ? frame->ShortDebugString() : "silence"));
    }
    return peer;
}

bool RawPeer::wait_for_handshake() {
    monitor_.set(zmq::sockopt::rcvtimeo, wait_ms_max);
    zmq::message_t event;
    zmq::message_t address;
    return monitor_.recv(event).has_value() && monitor_.recv(address).has_value();
}

void RawPeer::send_bytes(const Bytes& bytes) {
    if (!socket_.send(zmq::buffer(bytes))) throw std::runtime_error("not sent");
}

void RawPeer::send(const v1::ClientFrame& frame) {
    send_bytes(frame.SerializeAsString());
}

void RawPeer::hello(std::uint32_t version) {
    v1::ClientFrame frame;
    frame.mutable_hello()->set_protocol_version(version);
    frame.mutable_hello()->set_software("raw peer");
    send(frame);
}

void RawPeer::submit(const std::vector<v1::Envelope>& envelopes, std::uint64_t number) {
    std::vector<Bytes> bytes;
    for (const v1::Envelope& envelope : envelopes)
        bytes.push_back(envelope.SerializeAsString());
    submit_bytes(bytes, number);
}

void RawPeer::submit_bytes(const std::vector<Bytes>& envelopes, std::uint64_t number) {
    v1::ClientFrame frame;
    v1::Submit& submit = *frame.mutable_submit();
    submit.set_submit_number(number);
    std::vector<evidence::Digest> leaves;
    for (const Bytes& bytes : envelopes) {
        submit.add_envelopes(bytes);
        leaves.push_back(evidence::leaf_hash(view(evidence::sha256(bytes))));
    }
    submit.set_signature(Bytes{view(evidence::sign(
        keys_->signing, evidence::submit_text(HubProcess::origin, keys_->party, leaves.size(),
                                              evidence::root_of(leaves))))});
    send(frame);
}

void RawPeer::subscribe(const std::string& name, std::uint32_t credit) {
    v1::ClientFrame frame;
    frame.mutable_subscribe()->set_name(name);
    frame.mutable_subscribe()->set_credit(credit);
    send(frame);
}

void RawPeer::ack(const std::string& name, std::uint64_t sequence) {
    v1::ClientFrame frame;
    frame.mutable_ack()->set_name(name);
    frame.mutable_ack()->set_sequence(sequence);
    send(frame);
}

void RawPeer::ping(std::uint64_t number) {
    v1::ClientFrame frame;
    frame.mutable_ping()->set_number(number);
    send(frame);
}

std::optional<Bytes> RawPeer::receive_bytes(int timeout_ms) {
    socket_.set(zmq::sockopt::rcvtimeo, timeout_ms);
    zmq::message_t message;
    if (!socket_.recv(message)) return std::nullopt;
    return Bytes{static_cast<const char*>(message.data()), message.size()};
}

std::optional<v1::HubFrame> RawPeer::receive(int timeout_ms) {
    const auto bytes = receive_bytes(timeout_ms);
    if (!bytes) return std::nullopt;
    v1::HubFrame frame;
    if (!frame.ParseFromString(*bytes)) throw std::runtime_error("not a hub frame");
    was_sealed_ = frame.has_sealed();
    if (!was_sealed_) return frame;
    const auto opened = box_key_.open(frame.sealed().nonce(), frame.sealed().box());
    if (!opened) throw std::runtime_error("sealed to another key");
    v1::HubFrame inner;
    if (!inner.ParseFromString(*opened)) throw std::runtime_error("not a hub frame inside");
    return inner;
}

std::optional<v1::HubFrame> RawPeer::receive_kind(v1::HubFrame::KindCase kind) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < until) {
        auto frame = receive(1000);
        if (frame && frame->kind_case() == kind) return frame;
    }
    return std::nullopt;
}

std::vector<v1::Outcome> RawPeer::outcomes(std::size_t count) {
    std::vector<v1::Outcome> all(count);
    for (std::size_t seen = 0; seen < count;) {
        const auto frame = receive_kind(v1::HubFrame::kOutcomes);
        if (!frame) throw std::runtime_error("no outcomes");
        for (const v1::Outcome& outcome : frame->outcomes().outcomes()) {
            all.at(outcome.index()) = outcome;
            ++seen;
        }
    }
    return all;
}

std::string RawPeer::routing_id() const {
    return socket_.get(zmq::sockopt::routing_id);
}

}  // namespace jobbro::testing
