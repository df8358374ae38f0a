// The hub's door: one ROUTER socket behind CURVE, and who may pass.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"

namespace jobbro::front {

// A frame as it came: by which routing id, and under which key the connection was made. Only the
// key says who it is.
struct Received {
    Bytes route;
    evidence::CurvePublicKey key;
    Bytes bytes;
};

enum class SendOutcome : std::uint8_t {
    sent,
    gone,  // nobody is connected by that routing id
    full,  // the peer does not read; its water mark is reached
};

// Knows nothing of what frames say. Connections under keys that `admits` does not know fail their
// handshake with status 400; the same question is asked for every connection (ZAP, RFC 27, domain
// "jobbro", enforced).
//
// Thread: all calls on the one that made it; libzmq's sockets allow no other.
class Router {
  public:
    using Admission = std::function<bool(const evidence::CurvePublicKey&)>;

    // `endpoint` as "tcp://127.0.0.1:7411"; port * takes any free one.
    // Errors: port_in_use; config_value_invalid for an endpoint libzmq does not take.
    static Result<std::unique_ptr<Router>> bind(const std::string& endpoint,
                                                const evidence::CurveSecretKey& key,
                                                Admission admits);
    // Gives frames on their way half a second to leave.
    ~Router();

    // The endpoint as bound.
    [[nodiscard]] const std::string& endpoint() const;

    // Waits until a frame has come, `wake_fd` is readable or the time is over; answers handshakes.
    void wait(int wake_fd, int timeout_ms);
    // The next frame that has come, if any.
    std::optional<Received> receive();

    // Sends one HubFrame (serialised), sealed to the key if there is one. Never blocks.
    SendOutcome send(BytesView route, const std::optional<evidence::CurvePublicKey>& seal_to,
                     BytesView hub_frame);

  private:
    struct Sockets;
    explicit Router(std::unique_ptr<Sockets> sockets);
    std::unique_ptr<Sockets> sockets_;
};

}  // namespace jobbro::front
