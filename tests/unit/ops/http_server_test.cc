#include "hub/ops/http_server.h"

#include <gmock/gmock.h>
#include <httplib.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

namespace jobbro::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Routes healthy() {
    return Routes{[] { return true; },
                  [] {
                      return Readiness{true, {{"store", true, ""}, {"disk", true, "9 GiB free"}}};
                  },
                  [] { return std::string{"jobbro_sessions 2\n"}; },
                  [] { return Bytes{"hub.example/log\n"}; },
                  [](const evidence::TileId& tile) -> Result<std::optional<Bytes>> {
                      if (tile.level > 0) return std::optional<Bytes>{};
                      return std::optional{Bytes(32U * tile.width, '\x80')};
                  }};
}

std::unique_ptr<HttpServer> start(const Routes& routes, std::string_view address = "127.0.0.1:0") {
    auto server = HttpServer::start(address, routes);
    if (!server) {
        ADD_FAILURE() << server.error().line();
        return nullptr;
    }
    return *std::move(server);
}

std::string address_of(const HttpServer& server) {
    return "127.0.0.1:" + std::to_string(server.port());
}

httplib::Client client_of(const HttpServer& server) {
    return httplib::Client{"127.0.0.1", server.port()};
}

void expect_page(const httplib::Result& result, int status, std::string_view body) {
    ASSERT_TRUE(result) << httplib::to_string(result.error());
    EXPECT_EQ(result->status, status);
    EXPECT_EQ(result->body, body);
}

TEST(HttpServer, AnyFreePortIsTakenAndTold) {
    const auto server = start(healthy());
    ASSERT_NE(server, nullptr);
    EXPECT_NE(server->port(), 0);
    expect_page(client_of(*server).Get("/livez"), 200, "ok");
}

TEST(HttpServer, ListensOnIpv6LoopbackToo) {
    auto server = HttpServer::start("[::1]:0", healthy());
    if (!server && server.error().code == ErrorCode::port_in_use) {
        GTEST_SKIP() << "no IPv6 on this machine";
    }
    ASSERT_TRUE(server.has_value());
    httplib::Client client{"::1", (*server)->port()};
    expect_page(client.Get("/livez"), 200, "ok");
}

TEST(HttpServer, LivezIs503WhenNotLive) {
    Routes routes = healthy();
    routes.live = [] { return false; };
    const auto server = start(routes);
    expect_page(client_of(*server).Get("/livez"), 503, "not ok");
}

TEST(HttpServer, ReadyzTellsReadinessAndVerboselyItsChecks) {
    const auto server = start(healthy());
    expect_page(client_of(*server).Get("/readyz"), 200, "ready");
    expect_page(client_of(*server).Get("/readyz?verbose"), 200,
                "[+] store ok\n[+] disk ok: 9 GiB free\nready");
}

TEST(HttpServer, ReadyzIs503WhenNotReady) {
    Routes routes = healthy();
    routes.ready = [] {
        return Readiness{false, {{"store", true, ""}, {"disk", false, "too little room"}}};
    };
    const auto server = start(routes);
    expect_page(client_of(*server).Get("/readyz"), 503, "not ready");
    expect_page(client_of(*server).Get("/readyz?verbose"), 503,
                "[+] store ok\n[-] disk failed: too little room\nnot ready");
}

TEST(HttpServer, ReadinessIsAskedForAtEachRequest) {
    auto ready = std::make_shared<std::atomic<bool>>(false);
    Routes routes = healthy();
    routes.ready = [ready] { return Readiness{ready->load(), {}}; };
    const auto server = start(routes);
    expect_page(client_of(*server).Get("/readyz"), 503, "not ready");
    ready->store(true);
    expect_page(client_of(*server).Get("/readyz"), 200, "ready");
}

TEST(HttpServer, MetricsAreServedInPrometheusTextFormat) {
    const auto server = start(healthy());
    const auto result = client_of(*server).Get("/metrics");
    expect_page(result, 200, "jobbro_sessions 2\n");
    EXPECT_EQ(result->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

TEST(HttpServer, TheCheckpointIsServedAsTextForSecondsOnly) {
    const auto server = start(healthy());
    const auto result = client_of(*server).Get("/checkpoint");
    expect_page(result, 200, "hub.example/log\n");
    EXPECT_EQ(result->get_header_value("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(result->get_header_value("Cache-Control"), "public, max-age=2");
}

TEST(HttpServer, ATileIsServedAsBytesThatNeverChange) {
    const auto server = start(healthy());
    for (const auto& [path, width] :
         {std::pair{"/tile/0/000", 256U}, std::pair{"/tile/0/000.p/3", 3U},
          std::pair{"/tile/0/x001/x234/067.p/255", 255U}}) {
        const auto result = client_of(*server).Get(path);
        expect_page(result, 200, Bytes(32U * width, '\x80'));
        EXPECT_EQ(result->get_header_value("Content-Type"), "application/octet-stream");
        EXPECT_EQ(result->get_header_value("Cache-Control"), "public, max-age=31536000, immutable");
    }
}

TEST(HttpServer, ATileIsAskedForByItsPlace) {
    evidence::TileId asked;
    Routes routes = healthy();
    routes.tile = [&asked](const evidence::TileId& tile) {
        asked = tile;
        return Result<std::optional<Bytes>>{std::optional<Bytes>{"x"}};
    };
    const auto server = start(routes);
    expect_page(client_of(*server).Get("/tile/63/x001/x234/067.p/112"), 200, "x");
    EXPECT_EQ(asked, (evidence::TileId{63, 1234067, 112}));
}

TEST(HttpServer, ATileThatIsNotThereYetIsNotFoundAndNotKept) {
    const auto server = start(healthy());
    const auto result = client_of(*server).Get("/tile/1/000");
    expect_page(result, 404, "not found");
    EXPECT_EQ(result->get_header_value("Cache-Control"), "no-store");
}

TEST(HttpServer, ATileSpeltOtherwiseAndABundleAreNotFound) {
    const auto server = start(healthy());
    for (const std::string& path :
         {std::string{"/tile/0/0"}, std::string{"/tile/00/000"}, std::string{"/tile/0/000/"},
          std::string{"/tile/0/x000/001"}, std::string{"/tile/0/000.p/0"},
          std::string{"/tile/0/000.p/256"}, std::string{"/tile/64/000"},
          std::string{"/tile/0/../0/000"}, std::string{"/tile/entries/000"},
          std::string{"/tile/entries/000.p/3"}, "/tile/0/" + std::string(4000, '0')}) {
        expect_page(client_of(*server).Get(path), 404, "not found");
    }
}

TEST(HttpServer, ATileThatCannotBeReadIs500) {
    Routes routes = healthy();
    routes.tile = [](const evidence::TileId&) -> Result<std::optional<Bytes>> {
        return Error{ErrorCode::tampered, "secret"};
    };
    const auto server = start(routes);
    const auto result = client_of(*server).Get("/tile/0/000");
    expect_page(result, 500, "failed");
    EXPECT_EQ(result->get_header_value("Cache-Control"), "no-store");
}

TEST(HttpServer, HeadIsGetWithoutBody) {
    const auto server = start(healthy());
    expect_page(client_of(*server).Head("/livez"), 200, "");
}

TEST(HttpServer, OtherPathsAreNotFound) {
    const auto server = start(healthy());
    for (const char* path : {"/", "/livez/", "/livezz", "/healthz", "/../etc/passwd",
                             "/checkpoint/", "/tile", "/tile/"}) {
        expect_page(client_of(*server).Get(path), 404, "not found");
    }
    expect_page(client_of(*server).Post("/", "x", "text/plain"), 404, "not found");
}

TEST(HttpServer, OtherMethodsAreNotAllowed) {
    const auto server = start(healthy());
    for (const char* path : {"/livez", "/readyz", "/metrics", "/checkpoint", "/tile/0/000"}) {
        const auto result = client_of(*server).Post(path, "x", "text/plain");
        expect_page(result, 405, "method not allowed");
        EXPECT_EQ(result->get_header_value("Allow"), "GET, HEAD");
        expect_page(client_of(*server).Delete(path), 405, "method not allowed");
        expect_page(client_of(*server).Options(path), 405, "method not allowed");
    }
}

TEST(HttpServer, LargePayloadIsRefused) {
    const auto server = start(healthy());
    const auto result =
        client_of(*server).Post("/livez", std::string(64 * 1024, 'x'), "text/plain");
    // The server may hang up while the client still writes.
    if (result) {
        EXPECT_EQ(result->status, 413);
    }
    expect_page(client_of(*server).Get("/livez"), 200, "ok");
}

TEST(HttpServer, LongHeaderLineIsRefused) {
    const auto server = start(healthy());
    const httplib::Headers headers = {{"X-Long", std::string(16 * 1024, 'x')}};
    const auto result = client_of(*server).Get("/livez", headers);
    if (result) {
        EXPECT_EQ(result->status, 400);
    }
    expect_page(client_of(*server).Get("/livez"), 200, "ok");
}

TEST(HttpServer, ConnectionCarriesOneRequest) {
    const auto server = start(healthy());
    httplib::Client client = client_of(*server);
    client.set_keep_alive(true);
    const auto result = client.Get("/livez");
    expect_page(result, 200, "ok");
    EXPECT_EQ(result->get_header_value("Connection"), "close");
    expect_page(client.Get("/livez"), 200, "ok");
}

TEST(HttpServer, ExceptionInARouteIs500WithoutItsText) {
    Routes routes = healthy();
    routes.metrics = []() -> std::string { throw std::runtime_error{"secret"}; };
    const auto server = start(routes);
    const auto result = client_of(*server).Get("/metrics");
    expect_page(result, 500, "failed");
    for (const auto& [name, value] : result->headers) {
        EXPECT_THAT(value, Not(HasSubstr("secret"))) << name;
    }
    expect_page(client_of(*server).Get("/livez"), 200, "ok");
}

TEST(HttpServer, OneSlowAnswerDoesNotHoldUpAnother) {
    auto release = std::make_shared<std::promise<void>>();
    auto entered = std::make_shared<std::promise<void>>();
    Routes routes = healthy();
    routes.metrics = [release, entered] {
        entered->set_value();
        release->get_future().wait();
        return std::string{"late"};
    };
    const auto server = start(routes);
    auto slow =
        std::async(std::launch::async, [&] { return client_of(*server).Get("/metrics")->body; });
    entered->get_future().wait();
    expect_page(client_of(*server).Get("/livez"), 200, "ok");
    release->set_value();
    EXPECT_EQ(slow.get(), "late");
}

TEST(HttpServer, MoreClientsThanThreadsAreAllAnswered) {
    const auto server = start(healthy());
    std::vector<std::future<int>> answers;
    for (int i = 0; i < 24; ++i) {
        answers.push_back(std::async(std::launch::async, [&] {
            const auto result = client_of(*server).Get("/livez");
            return result ? result->status : 0;
        }));
    }
    for (std::future<int>& answer : answers)
        EXPECT_EQ(answer.get(), 200);
}

TEST(HttpServer, PortOfAnotherServerIsInUse) {
    const auto first = start(healthy());
    const auto second = HttpServer::start(address_of(*first), healthy());
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::port_in_use);
    EXPECT_EQ(second.error().detail, address_of(*first));
}

TEST(HttpServer, PortIsFreeAgainAfterStop) {
    auto first = start(healthy());
    const std::string address = address_of(*first);
    expect_page(client_of(*first).Get("/livez"), 200, "ok");
    first->stop();
    first->stop();
    EXPECT_FALSE(client_of(*first).Get("/livez"));
    const auto second = start(healthy(), address);
    ASSERT_NE(second, nullptr);
    expect_page(client_of(*second).Get("/livez"), 200, "ok");
}

TEST(HttpServer, StopRightAfterStartTakesEffect) {
    for (int i = 0; i < 50; ++i) {
        const auto server = start(healthy());
        ASSERT_NE(server, nullptr);
    }
}

TEST(HttpServer, AddressBeyondLoopbackMustBeAskedFor) {
    for (const char* address : {"0.0.0.0:0", "192.168.1.2:7412", "[::]:0"}) {
        const auto server = HttpServer::start(address, healthy());
        ASSERT_FALSE(server.has_value()) << address;
        EXPECT_EQ(server.error().code, ErrorCode::config_value_invalid);
    }
    const auto server = HttpServer::start("0.0.0.0:0", healthy(), Reach::anywhere);
    ASSERT_TRUE(server.has_value());
    expect_page(client_of(**server).Get("/livez"), 200, "ok");
}

TEST(HttpServer, AddressThatIsNoneIsInvalid) {
    for (const char* address : {"", "7412", "localhost:7412", "127.0.0.1:", "127.0.0.1:65536"}) {
        const auto server = HttpServer::start(address, healthy());
        ASSERT_FALSE(server.has_value()) << address;
        EXPECT_EQ(server.error().code, ErrorCode::config_value_invalid);
    }
}

}  // namespace
}  // namespace jobbro::ops
