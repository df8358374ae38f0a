// A party's connection, frame by frame, without the client library.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include <zmq.hpp>

#include "jobbro/v1/envelope.pb.h"
#include "jobbro/v1/frame.pb.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/sealing.h"

namespace jobbro::testing {

class HubProcess;

// Thread: one.
class RawPeer {
  public:
    // Connects; says nothing. `routing_id` empty: libzmq's choice.
    RawPeer(const std::string& endpoint, const evidence::CurvePublicKey& hub,
            const evidence::PartySecretKeys& keys, const std::string& routing_id = {});
    // Connects as the party and opens a session.
    static std::unique_ptr<RawPeer> open(HubProcess& hub, const std::string& party);

    // Waits until the handshake is over and the hub's socket has this one's routing id. False when
    // that has not come within ten seconds.
    bool wait_for_handshake();
    void send(const v1::ClientFrame& frame);
    void send_bytes(const Bytes& bytes);
    void hello(std::uint32_t version = 1);
    void submit(const std::vector<v1::Envelope>& envelopes, std::uint64_t number = 1);
    void submit_bytes(const std::vector<Bytes>& envelopes, std::uint64_t number = 1);
    void subscribe(const std::string& name, std::uint32_t credit = 100);
    void ack(const std::string& name, std::uint64_t sequence);
    void ping(std::uint64_t number);

    // The next frame, opened if it was sealed. None within the time: none.
    std::optional<v1::HubFrame> receive(int timeout_ms = 10000);
    // The next frame as it came.
    std::optional<Bytes> receive_bytes(int timeout_ms = 10000);
    // The next frame of this kind; those before it are passed over. None within ten seconds: none.
    std::optional<v1::HubFrame> receive_kind(v1::HubFrame::KindCase kind);
    // Whether the last frame received was sealed.
    [[nodiscard]] bool was_sealed() const { return was_sealed_; }
    // The outcomes of a submit, by index, waiting for all.
    std::vector<v1::Outcome> outcomes(std::size_t count);
    [[nodiscard]] std::string routing_id() const;

  private:
    zmq::context_t context_{1};
    zmq::socket_t socket_;
    zmq::socket_t monitor_;
    const evidence::PartySecretKeys* keys_;
    evidence::BoxKey box_key_;
    bool was_sealed_ = false;
};

}  // namespace jobbro::testing
