#include "hub/ops/metrics.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <thread>

#include "proto/base/error.h"

namespace jobbro::ops {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSubsetOf;
using ::testing::Not;

const MetricLabels labels = {{"hello", "submit"}, {"order", "absence"}, {"inbox", "reader"}};

std::vector<std::string> lines(const Metrics& metrics) {
    std::istringstream text{metrics.text()};
    std::vector<std::string> result;
    for (std::string line; std::getline(text, line);)
        result.push_back(line);
    return result;
}

TEST(Metrics, AllFamiliesExistFromTheStart) {
    const Metrics metrics{"0.1.0", labels};
    const std::vector<std::string> page = lines(metrics);
    for (const char* family : {"jobbro_frames_received_total counter",
                               "jobbro_messages_total counter",
                               "jobbro_rejections_total counter",
                               "jobbro_deliveries_total counter",
                               "jobbro_acks_total counter",
                               "jobbro_errors_total counter",
                               "jobbro_commits_total counter",
                               "jobbro_entries_total counter",
                               "jobbro_sessions_refused_total counter",
                               "jobbro_redeliveries_total counter",
                               "jobbro_nacks_total counter",
                               "jobbro_fetches_total counter",
                               "jobbro_sessions gauge",
                               "jobbro_parked_messages gauge",
                               "jobbro_stopped_subscriptions gauge",
                               "jobbro_unfinished_erasures gauge",
                               "jobbro_clock_unsure gauge",
                               "jobbro_orders_erased_total counter",
                               "jobbro_alerts_total counter",
                               "jobbro_queries_total counter",
                               "jobbro_tree_size gauge",
                               "jobbro_last_commit_timestamp_seconds gauge",
                               "jobbro_free_bytes gauge",
                               "jobbro_queue_depth gauge",
                               "jobbro_build_info gauge",
                               "jobbro_turn_duration_seconds histogram",
                               "jobbro_commit_duration_seconds histogram",
                               "jobbro_commit_entries histogram"}) {
        EXPECT_THAT(page, Contains("# TYPE " + std::string{family}));
    }
    EXPECT_EQ(std::count_if(page.begin(), page.end(),
                            [](const std::string& line) { return line.rfind("# TYPE", 0) == 0; }),
              28);
    EXPECT_THAT(page, Contains("jobbro_build_info{version=\"0.1.0\"} 1"));
    EXPECT_THAT(page, Contains("jobbro_frames_received_total{kind=\"hello\"} 0"));
    EXPECT_THAT(page, Contains("jobbro_commits_total 0"));
}

TEST(Metrics, CountersCount) {
    Metrics metrics{"0.1.0", labels};
    metrics.count(Counted::frames_received, "submit");
    metrics.count(Counted::frames_received, "submit", 2);
    metrics.count(Counted::rejections, "cpr_invalid");
    metrics.count(Counted::errors, "busy", 4);
    metrics.count(Counted::deliveries, {}, 5);
    metrics.count(Counted::acks);
    metrics.count(Counted::commits);
    metrics.count(Counted::entries, {}, 512);
    metrics.count(Counted::sessions_refused);
    const std::vector<std::string> page = lines(metrics);
    const std::vector<std::string> expected = {"jobbro_frames_received_total{kind=\"submit\"} 3",
                                               "jobbro_frames_received_total{kind=\"hello\"} 0",
                                               "jobbro_rejections_total{code=\"cpr_invalid\"} 1",
                                               "jobbro_errors_total{code=\"busy\"} 4",
                                               "jobbro_rejections_total{code=\"busy\"} 0",
                                               "jobbro_deliveries_total 5",
                                               "jobbro_acks_total 1",
                                               "jobbro_commits_total 1",
                                               "jobbro_entries_total 512",
                                               "jobbro_sessions_refused_total 1"};
    EXPECT_THAT(expected, IsSubsetOf(page));
}

TEST(Metrics, QuestionsAreCountedByWhatCameOfThem) {
    Metrics metrics{"0.1.0", labels};
    metrics.count(Counted::queries, "answered", 3);
    metrics.count(Counted::queries, "busy", 2);
    metrics.count(Counted::queries, "690870-1478");
    const std::vector<std::string> page = lines(metrics);
    const std::vector<std::string> expected = {R"(jobbro_queries_total{outcome="answered"} 3)",
                                               R"(jobbro_queries_total{outcome="busy"} 2)",
                                               R"(jobbro_queries_total{outcome="refused"} 0)",
                                               R"(jobbro_queries_total{outcome="other"} 1)"};
    EXPECT_THAT(expected, IsSubsetOf(page));
}

TEST(Metrics, MessagesAreCountedByKindAndFate) {
    Metrics metrics{"0.1.0", labels};
    metrics.count(Fate::accepted, "order", 7);
    metrics.count(Fate::duplicate, "order");
    metrics.count(Fate::rejected, "absence");
    metrics.count(Fate::rejected, "what is this");
    const std::vector<std::string> page = lines(metrics);
    const std::vector<std::string> expected = {
        R"(jobbro_messages_total{fate="accepted",kind="order"} 7)",
        R"(jobbro_messages_total{fate="duplicate",kind="order"} 1)",
        R"(jobbro_messages_total{fate="rejected",kind="order"} 0)",
        R"(jobbro_messages_total{fate="rejected",kind="absence"} 1)",
        R"(jobbro_messages_total{fate="rejected",kind="other"} 1)"};
    EXPECT_THAT(expected, IsSubsetOf(page));
}

TEST(Metrics, GaugesHoldTheirLastValue) {
    Metrics metrics{"0.1.0", labels};
    metrics.set(Gauged::sessions, 3);
    metrics.set(Gauged::sessions, 2);
    metrics.set(Gauged::tree_size, 123456789);
    metrics.set(Gauged::last_commit_timestamp_seconds, 1769850900.5);
    metrics.set(Gauged::free_bytes, 68719476736);
    metrics.set(Gauged::queue_depth, 9, "inbox");
    const std::vector<std::string> page = lines(metrics);
    const std::vector<std::string> expected = {"jobbro_sessions 2",
                                               "jobbro_tree_size 123456789",
                                               "jobbro_last_commit_timestamp_seconds 1769850900.5",
                                               "jobbro_free_bytes 68719476736",
                                               R"(jobbro_queue_depth{queue="inbox"} 9)",
                                               R"(jobbro_queue_depth{queue="reader"} 0)"};
    EXPECT_THAT(expected, IsSubsetOf(page));
}

TEST(Metrics, HistogramsSortWhatTheyObserve) {
    Metrics metrics{"0.1.0", labels};
    metrics.observe(Observed::turn_duration_seconds, 0.003);
    metrics.observe(Observed::commit_duration_seconds, 30);
    metrics.observe(Observed::commit_entries, 1);
    metrics.observe(Observed::commit_entries, 1024);
    const std::vector<std::string> page = lines(metrics);
    const std::vector<std::string> expected = {
        R"(jobbro_turn_duration_seconds_bucket{le="0.0025"} 0)",
        R"(jobbro_turn_duration_seconds_bucket{le="0.005"} 1)",
        R"(jobbro_commit_duration_seconds_bucket{le="2.5"} 0)",
        R"(jobbro_commit_duration_seconds_bucket{le="+Inf"} 1)",
        R"(jobbro_commit_entries_bucket{le="1"} 1)",
        R"(jobbro_commit_entries_bucket{le="512"} 1)",
        R"(jobbro_commit_entries_bucket{le="1024"} 2)",
        "jobbro_commit_entries_sum 1025",
        "jobbro_commit_entries_count 2"};
    EXPECT_THAT(expected, IsSubsetOf(page));
}

TEST(Metrics, UnknownLabelsCountAsOtherAndAddNoLine) {
    Metrics metrics{"0.1.0", labels};
    const std::size_t before = lines(metrics).size();
    metrics.count(Counted::frames_received, "690870-1478");
    metrics.count(Counted::frames_received);
    metrics.count(Counted::rejections, "690870-1478");
    metrics.count(Fate::accepted, "690870-1478");
    metrics.set(Gauged::queue_depth, 1, "690870-1478");
    const std::vector<std::string> page = lines(metrics);
    EXPECT_EQ(page.size(), before);
    EXPECT_THAT(page, Contains(R"(jobbro_frames_received_total{kind="other"} 2)"));
    EXPECT_THAT(page, Contains(R"(jobbro_rejections_total{code="other"} 1)"));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("1478")));
}

TEST(Metrics, LabelOfASeriesWithoutLabelsIsNotTaken) {
    Metrics metrics{"0.1.0", labels};
    metrics.count(Counted::commits, "690870-1478");
    EXPECT_THAT(lines(metrics), Contains("jobbro_commits_total 1"));
    EXPECT_THAT(metrics.text(), Not(HasSubstr("1478")));
}

TEST(Metrics, FamilyWithoutKnownLabelsStillCountsOthers) {
    Metrics metrics{"0.1.0", MetricLabels{}};
    metrics.set(Gauged::queue_depth, 4, "inbox");
    EXPECT_THAT(lines(metrics), Contains(R"(jobbro_queue_depth{queue="other"} 4)"));
}

TEST(Metrics, EveryErrorCodeIsALabel) {
    const Metrics metrics{"0.1.0", labels};
    const std::vector<std::string> page = lines(metrics);
    for (const ErrorText& text : error_texts) {
        EXPECT_THAT(page,
                    Contains("jobbro_errors_total{code=\"" + std::string{text.name} + "\"} 0"));
    }
}

TEST(Metrics, ThreadsCountTogether) {
    Metrics metrics{"0.1.0", labels};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&metrics] {
            for (int i = 0; i < 1000; ++i) {
                metrics.count(Counted::frames_received, "hello");
                metrics.count(Fate::accepted, "order");
                metrics.observe(Observed::commit_entries, 1);
            }
        });
    }
    EXPECT_THAT(metrics.text(), HasSubstr("jobbro_sessions 0"));
    for (std::thread& thread : threads)
        thread.join();
    const std::vector<std::string> page = lines(metrics);
    EXPECT_THAT(page, Contains(R"(jobbro_frames_received_total{kind="hello"} 4000)"));
    EXPECT_THAT(page, Contains("jobbro_commit_entries_count 4000"));
}

}  // namespace
}  // namespace jobbro::ops
