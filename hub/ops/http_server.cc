#include "hub/ops/http_server.h"

#include <httplib.h>

#include <future>
#include <semaphore>
#include <thread>

#include "hub/ops/address.h"
#include "proto/base/limits.h"

namespace jobbro::ops {
namespace {

// Connections taken and not finished, those in the threads' hands included.
constexpr std::ptrdiff_t connections_max = 16;
constexpr std::size_t payload_bytes_max = 1024;  // no page reads one
constexpr time_t first_byte_s_max = 1;
constexpr time_t silence_s_max = 5;

// A tile that is there never changes; one that is not may be there soon.
constexpr const char* cache_for_ever = "public, max-age=31536000, immutable";
constexpr const char* cache_for_two_seconds = "public, max-age=2";
constexpr const char* cache_never = "no-store";

constexpr const char* plain_text = "text/plain; charset=utf-8";

// The library's pool queues without bound; this one makes the accepting thread wait instead.
class BoundedPool final : public httplib::TaskQueue {
  public:
    void enqueue(std::function<void()> task) override {
        room_.acquire();
        pool_.enqueue([this, task = std::move(task)] {
            task();
            room_.release();
        });
    }
    void shutdown() override { pool_.shutdown(); }

  private:
    std::counting_semaphore<connections_max> room_{connections_max};
    httplib::ThreadPool pool_{limits::http_threads};
};

std::string readiness_page(const Readiness& readiness, bool is_verbose) {
    std::string page;
    if (is_verbose) {
        for (const Check& check : readiness.checks) {
            page += check.ok ? "[+] " : "[-] ";
            page += check.name + (check.ok ? " ok" : " failed");
            if (!check.detail.empty()) page += ": " + check.detail;
            page += '\n';
        }
    }
    return page + (readiness.ok ? "ready" : "not ready");
}

void answer(httplib::Response& response, int status, const std::string& text) {
    response.status = status;
    response.set_content(text, plain_text);
}

// Of a path that begins with a slash; none: it names no tile of hashes.
std::optional<evidence::TileId> tile_at(std::string_view path) {
    if (path.empty()) return std::nullopt;
    const auto parsed = evidence::parse_tile_path(path.substr(1));
    if (!parsed || parsed->is_bundle) return std::nullopt;
    return parsed->tile;
}

void answer_tile(const Routes& routes, const std::string& path, httplib::Response& response) {
    const auto id = tile_at(path);
    Result<std::optional<Bytes>> tile = std::optional<Bytes>{};
    if (id) tile = routes.tile(*id);
    if (tile && *tile) {
        response.set_header("Cache-Control", cache_for_ever);
        response.set_content(**tile, "application/octet-stream");
        return;
    }
    response.set_header("Cache-Control", cache_never);
    answer(response, tile ? 404 : 500, tile ? "not found" : "failed");
}

void add_log_routes(httplib::Server& server, const Routes& routes) {
    server.Get("/checkpoint",
               [checkpoint = routes.checkpoint](const auto&, httplib::Response& response) {
                   response.set_header("Cache-Control", cache_for_two_seconds);
                   answer(response, 200, checkpoint());
               });
    // As long as the longest path there is; what is longer is matched by nothing.
    server.Get("/tile/[0-9x/.p]{1,48}",
               [routes](const httplib::Request& request, httplib::Response& response) {
                   answer_tile(routes, request.path, response);
               });
}

void add_routes(httplib::Server& server, const Routes& routes) {
    server.Get("/livez", [live = routes.live](const auto&, httplib::Response& response) {
        const bool is_live = live();
        answer(response, is_live ? 200 : 503, is_live ? "ok" : "not ok");
    });
    server.Get("/readyz", [ready = routes.ready](const httplib::Request& request,
                                                 httplib::Response& response) {
        const Readiness readiness = ready();
        answer(response, readiness.ok ? 200 : 503,
               readiness_page(readiness, request.has_param("verbose")));
    });
    server.Get("/metrics", [metrics = routes.metrics](const auto&, httplib::Response& response) {
        response.set_content(metrics(), "text/plain; version=0.0.4; charset=utf-8");
    });
}

bool is_page(const std::string& path) {
    return path == "/livez" || path == "/readyz" || path == "/metrics" || path == "/checkpoint" ||
           tile_at(path).has_value();
}

// Words for what no route has answered; the library says 400 or 404 to it, by method.
httplib::Server::HandlerResponse refuse(const httplib::Request& request,
                                        httplib::Response& response) {
    if (!response.body.empty()) return httplib::Server::HandlerResponse::Unhandled;
    const bool is_read = request.method == "GET" || request.method == "HEAD";
    const bool is_unrouted = response.status == 404 || response.status == 400;
    if (is_unrouted && is_page(request.path) && !is_read) {
        response.set_header("Allow", "GET, HEAD");
        answer(response, 405, "method not allowed");
    } else if (is_unrouted && !is_page(request.path) && !request.path.empty()) {
        answer(response, 404, "not found");
    } else {
        answer(response, response.status, "refused");
    }
    return httplib::Server::HandlerResponse::Handled;
}

void add_refusals(httplib::Server& server) {
    server.set_error_handler(httplib::Server::HandlerWithResponse{refuse});
    // The library would put what the exception says into a header.
    server.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, const std::exception_ptr&) {
            answer(response, 500, "failed");
        });
}

void set_bounds(httplib::Server& server) {
    server.set_keep_alive_max_count(1);
    server.set_keep_alive_timeout(first_byte_s_max);
    server.set_read_timeout(silence_s_max);
    server.set_write_timeout(silence_s_max);
    server.set_payload_max_length(payload_bytes_max);
    // The library's default is SO_REUSEPORT: two hubs would share a port and none be told.
    server.set_socket_options([](socket_t socket) {
        const int yes = 1;
        setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
}

}  // namespace

struct HttpServer::Inner {
    httplib::Server server;
    std::promise<void> accepting;
    std::thread listener;
    std::uint16_t port = 0;
};

HttpServer::HttpServer(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::string_view address,
                                                      const Routes& routes, Reach reach) {
    JOBBRO_ASSERT(routes.live && routes.ready && routes.metrics && routes.checkpoint &&
                  routes.tile);
    const auto place = parse_host_port(address);
    if (!place) {
        return Error{ErrorCode::config_value_invalid, "the HTTP address must be ADDRESS:PORT"};
    }
    if (!place->is_loopback && reach == Reach::loopback) {
        return Error{ErrorCode::config_value_invalid, "the HTTP address must be a loopback one"};
    }
    auto inner = std::make_unique<Inner>();
    httplib::Server& server = inner->server;
    add_routes(server, routes);
    add_log_routes(server, routes);
    add_refusals(server);
    set_bounds(server);

    int port = place->port;
    if (port == 0) {
        port = server.bind_to_any_port(place->host);
    } else if (!server.bind_to_port(place->host, port)) {
        port = -1;
    }
    if (port <= 0) return Error{ErrorCode::port_in_use, std::string{address}};
    inner->port = static_cast<std::uint16_t>(port);

    // The pool is made by the listening thread when it begins to accept; stopping before that
    // would be without effect.
    server.new_task_queue = [&accepting = inner->accepting] {
        auto* pool = new BoundedPool;  // NOLINT: the library takes ownership
        accepting.set_value();
        return pool;
    };
    inner->listener = std::thread{[&server] { server.listen_after_bind(); }};
    inner->accepting.get_future().wait();
    return std::unique_ptr<HttpServer>{new HttpServer{std::move(inner)}};
}

HttpServer::~HttpServer() {
    stop();
}

void HttpServer::stop() {
    inner_->server.stop();
    if (inner_->listener.joinable()) inner_->listener.join();
}

std::uint16_t HttpServer::port() const {
    return inner_->port;
}

}  // namespace jobbro::ops
