// One connection to the hub: a DEALER socket that is never reused, and its monitor.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proto/base/bytes.h"
#include "proto/base/limits.h"
#include "proto/base/result.h"
#include "proto/evidence/keys.h"

namespace jobbro::kit {

// ZeroMQ's context and a descriptor that wakes a waiting I/O thread. Life: outlives its
// connections. Thread: wake() any; the rest one at a time.
class Wiring {
  public:
    // Errors: hub_unreachable (the system gives no sockets).
    static Result<std::unique_ptr<Wiring>> make();
    Wiring(const Wiring&) = delete;
    Wiring& operator=(const Wiring&) = delete;
    ~Wiring();

    void wake() const;
    // Forgets the wakes so far.
    void clear_wakes() const;
    // Waits for a wake.
    void wait(std::int64_t ms_max) const;
    [[nodiscard]] void* context() const { return context_; }
    [[nodiscard]] int wake_descriptor() const { return wake_descriptor_; }

  private:
    Wiring(void* context, int wake_descriptor)
        : context_(context), wake_descriptor_(wake_descriptor) {}
    void* const context_;
    const int wake_descriptor_;
};

// Where the hub is and who we are to it.
struct Peering {
    std::string endpoint;
    evidence::CurveSecretKey own_curve;
    evidence::CurvePublicKey hub_curve;
};

enum class SendOutcome { sent, no_room, failed };

// Thread: the one that made it.
class Connection {
  public:
    // Starts connecting; what becomes of it is told by take_change().
    // Errors: usage (the endpoint cannot be read), hub_unreachable (no sockets to be had).
    static Result<std::unique_ptr<Connection>> open(Wiring& wiring, const Peering& peering);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    // Drops what is not sent, unless let_finish() was called.
    ~Connection();

    // Waits for something to do: a frame, a change, a wake, room to send (when asked for).
    void wait(std::int64_t ms_max, bool until_room) const;

    SendOutcome send(BytesView frame);
    // A frame if one has come. One larger than the hub may send ends the connection.
    std::optional<Bytes> receive();

    // What the connection has become since the last call: nothing, ready (no value in the result's
    // error), or over, with the reason:
    //   key_unknown      the hub refused our key
    //   hub_key_wrong    the hub, or whoever is there, could not go on with the handshake
    //   hub_unreachable  nobody there, or no answer in time
    //   session_lost     it stood and is gone
    std::optional<Result<void>> take_change();

    // What is sent already may take a moment more to leave after the end.
    void let_finish();

  private:
    Connection(const Wiring& wiring, void* socket, void* monitor)
        : wiring_(wiring),
          socket_(socket),
          monitor_(monitor),
          buffer_(limits::frame_bytes_cut, '\0') {}
    std::optional<Result<void>> change_of(std::uint16_t event, std::uint32_t value);

    const Wiring& wiring_;
    void* const socket_;
    void* const monitor_;
    Bytes buffer_;
    bool is_ready_ = false;
    bool has_connected_ = false;
    bool is_over_ = false;
};

}  // namespace jobbro::kit
