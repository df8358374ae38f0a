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
    const std::string text = metrics_text(client, inlet, SessionCounts{true, 1, 2, 5, 0}, false);
    EXPECT_THAT(text, HasSubstr("# HELP jobbro_daemon_outbox_waiting "));
    EXPECT_THAT(text, HasSubstr("# TYPE jobbro_daemon_outbox_waiting gauge\n"
                                "jobbro_daemon_outbox_waiting 3\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_outbox_oldest_waiting_seconds 2\n"));
    EXPECT_THAT(text, HasSubstr("# TYPE jobbro_daemon_files_refused_total counter\n"
                                "jobbro_daemon_files_refused_total 4\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_session_open 1\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_deliveries_written_total 5\n"));
    EXPECT_THAT(text, HasSubstr("\njobbro_daemon_store_failed 0\n"));
    EXPECT_EQ(text.back(), '\n');
}

TEST(DaemonMetrics, AStoreThatHasFailedIsAFigure) {
    const std::string figure =
        "# TYPE jobbro_daemon_store_failed gauge\n"
        "jobbro_daemon_store_failed 1\n";
    EXPECT_THAT(metrics_text({}, {}, {}, true), HasSubstr(figure));
    kit::DurableMetrics client;
    client.has_store_failed = true;
    EXPECT_THAT(metrics_text(client, {}, {}, false), HasSubstr(figure));
}

}  // namespace
}  // namespace jobbro::daemon
