// Health and metrics over HTTP, for whoever watches the machine; the log's tree, for whoever
// watches the log.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/result.h"
#include "proto/evidence/tiles.h"

namespace jobbro::ops {

// One line of /readyz?verbose. Nothing personal in `detail`.
struct Check {
    std::string name;
    bool ok = false;
    std::string detail;
};

struct Readiness {
    bool ok = false;
    std::vector<Check> checks;
};

// What the pages are made from; all are required. They are called on the server's threads,
// two at a time, and must answer without waiting for the hub's loop.
struct Routes {
    std::function<bool()> live;
    std::function<Readiness()> ready;
    std::function<std::string()> metrics;
    // The latest checkpoint, a signed note.
    std::function<Bytes()> checkpoint;
    // The hashes of a tile; none when that checkpoint's tree does not have it. Errors: any.
    std::function<Result<std::optional<Bytes>>(const evidence::TileId&)> tile;
};

// Which addresses a server may listen on; beyond loopback only when the configuration says so, as
// the pages ask nobody who they are.
enum class Reach : std::uint8_t { loopback, anywhere };

// Serves
//   GET /livez            200 "ok", or 503 when the process should be restarted
//   GET /readyz           200 "ready", or 503 "not ready"; with ?verbose one line a check
//   GET /metrics          200, Prometheus text format 0.0.4
//   GET /checkpoint       200, the latest checkpoint; to be kept for two seconds at most
//   GET /tile/L/N[.p/W]   200, a tile as C2SP tlog-tiles has it, to be kept for ever; 404 when
//   there
//                         is none yet or it is spelt otherwise; 500 when it cannot be read
// Entry bundles are not served: whoever may read entries has a session.
// HEAD as GET without a body; 405 for other methods on these, 404 for all else. A connection
// carries one request, must start it within a second and is dropped when nothing comes for five.
// At most limits::http_threads requests are answered at a time and a few more wait; the rest stay
// with the operating system.
// Thread: start, stop and destruction on one; port on any.
// Life: what the routes refer to outlives the server. Making one turns SIGPIPE off for the process.
class HttpServer {
  public:
    // `address` as "127.0.0.1:7412" or "[::1]:7412"; port 0 takes any free one. Returns when the
    // port is bound and connections are accepted.
    // Errors: config_value_invalid  not an address, or beyond loopback without Reach::anywhere
    //         port_in_use           the address cannot be listened on; detail: the address
    static Result<std::unique_ptr<HttpServer>> start(std::string_view address, const Routes& routes,
                                                     Reach reach = Reach::loopback);

    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    // Stops.
    ~HttpServer();

    // Takes no more connections, lets requests in hand finish and joins all threads. May be called
    // again.
    void stop();

    [[nodiscard]] std::uint16_t port() const;

  private:
    struct Inner;
    explicit HttpServer(std::unique_ptr<Inner> inner);
    std::unique_ptr<Inner> inner_;
};

}  // namespace jobbro::ops
