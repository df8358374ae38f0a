#include "adapters/daemon/metrics_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::daemon {
namespace {

using ::testing::HasSubstr;

TEST(DaemonMetrics, EachFigureHasItsHelpAndType) {
    kit::DurableMetrics client;
    client.waiting = 3;
    client.oldest_waiting_ms = 2500;
    connectors::InletCounts inlet;
    inlet.files_refused = 4;
    const std::string text = metrics_text(client, inlet, SessionCounts{true, 1, 2, 5, 0});
    EXPECT_THAT(text, HasSubstr("# HELP jobbro_daemon_outbox_waiting "));
    EXPECT_THAT(text, HasSubstr("# TYPE jobbro_daemon_outbox_waiting gauge\n"
                                "jobbro_daemon_outbox_waiting 3\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_outbox_oldest_waiting_seconds 2\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE jobbro_daemon_files_refused_total counter\n"
                                "jobbro_daemon_files_refused_total 4\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_session_open 1\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_deliveries_written_total 5\n"));
    EXPECT_EQ(text.back(), '\n');
}

}  // namespace
}  // namespace jobbro::daemon
