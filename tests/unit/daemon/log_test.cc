#include "adapters/daemon/log.h"

#include <gtest/gtest.h>

#include "adapters/connectors/fate_text.h"

namespace jobbro::daemon {
namespace {

constexpr Instant at{1'767'323'045'000'001};  // 2026-01-02T03:04:05.000001Z

TEST(DaemonLog, ALineIsAJsonObjectOrAText) {
    EXPECT_EQ(json_line(at, Level::info, "file_sent", {{"file", "0a1b"}, {"messages", 3U}}),
              R"({"ts":"2026-01-02T03:04:05.000001Z","level":"info","event":"file_sent",)"
              R"("file":"0a1b","messages":3})");
    EXPECT_EQ(text_line(at, Level::warn, "held", {{"code", "busy"}, {"detail", "no room"}}),
              "2026-01-02T03:04:05.000001Z WARN held code=busy detail=\"no room\"");
}

TEST(DaemonLog, AValueCannotEndItsLineOrItsString) {
    EXPECT_EQ(json_line(at, Level::error, "e", {{"x", "a\n\"b\\\x1b"}}),
              R"({"ts":"2026-01-02T03:04:05.000001Z","level":"error","event":"e",)"
              R"("x":"a\u000a\"b\\\u001b"})");
    EXPECT_EQ(text_line(at, Level::debug, "e", {{"x", "a\nb"}, {"y", ""}}),
              "2026-01-02T03:04:05.000001Z DEBUG e x=\"a\\u000ab\" y=\"\"");
}

TEST(DaemonLog, TimesBefore1970AreTimes) {
    EXPECT_EQ(connectors::time_text(Instant{-1}), "1969-12-31T23:59:59.999999Z");
}

}  // namespace
}  // namespace jobbro::daemon
