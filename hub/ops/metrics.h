// What the hub counts and measures, for Prometheus.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace jobbro::ops {

// Counters. In brackets the label whose value count() is given.
enum class Counted : std::uint8_t {
    frames_received,   // jobbro_frames_received_total {kind}
    rejections,        // jobbro_rejections_total {code}
    deliveries,        // jobbro_deliveries_total
    acks,              // jobbro_acks_total
    errors,            // jobbro_errors_total {code}: error frames sent
    commits,           // jobbro_commits_total
    entries,           // jobbro_entries_total
    sessions_refused,  // jobbro_sessions_refused_total
    redeliveries,      // jobbro_redeliveries_total: of the deliveries, those from parked lists
    nacks,             // jobbro_nacks_total
    fetches,           // jobbro_fetches_total: messages handed out by Fetch
    orders_erased,     // jobbro_orders_erased_total
    alerts,            // jobbro_alerts_total
    queries,           // jobbro_queries_total {outcome}: answered, busy or refused
};

// What became of a message: jobbro_messages_total {kind, fate}.
enum class Fate : std::uint8_t { accepted, duplicate, rejected };

// Gauges.
enum class Gauged : std::uint8_t {
    sessions,                       // jobbro_sessions
    tree_size,                      // jobbro_tree_size
    last_commit_timestamp_seconds,  // jobbro_last_commit_timestamp_seconds: since 1970
    free_bytes,                     // jobbro_free_bytes: of the data folder's file system
    queue_depth,                    // jobbro_queue_depth {queue}
    parked_messages,                // jobbro_parked_messages
    stopped_subscriptions,          // jobbro_stopped_subscriptions: whose parked list is full
    unfinished_erasures,            // jobbro_unfinished_erasures: recorded, on the disk still
    clock_unsure,                   // jobbro_clock_unsure: 1 when it has jumped ahead
};

// Histograms.
enum class Observed : std::uint8_t {
    turn_duration_seconds,    // jobbro_turn_duration_seconds
    commit_duration_seconds,  // jobbro_commit_duration_seconds
    commit_entries,           // jobbro_commit_entries
};

// All values that the labels kind and queue can have. Codes are those of error_codes.def.
struct MetricLabels {
    std::vector<std::string> frame_kinds;
    std::vector<std::string> message_kinds;
    std::vector<std::string> queues;
};

// The hub's metrics, and jobbro_build_info {version}, which is 1. Every series exists, at zero,
// from the start, and none is added later: a label value that is not known counts as "other", so
// no id can become a label and nothing a client sends makes the page grow.
// Thread: any.
class Metrics {
  public:
    Metrics(std::string_view version, const MetricLabels& labels);
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;
    ~Metrics();

    // `label` is left out for counters and gauges without one. A negative `by` is not counted.
    void count(Counted what, std::string_view label = {}, double by = 1);
    // One message, or `by`, of the kind met this fate.
    void count(Fate fate, std::string_view kind, double by = 1);
    void set(Gauged what, double value, std::string_view label = {});
    void observe(Observed what, double value);

    // Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    struct Inner;
    std::unique_ptr<Inner> inner_;
};

}  // namespace jobbro::ops
