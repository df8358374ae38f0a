#include "hub/ops/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <functional>
#include <map>

#include "proto/base/error.h"
#include "proto/base/limits.h"

namespace jobbro::ops {
namespace {

constexpr std::string_view other = "other";

// Which values a row's label has.
enum class Values : std::uint8_t { none, frame_kinds, codes, queues, query_outcomes };

struct Row {
    const char* name;
    const char* help;
    const char* label;
    Values values;
};

// In the order of Counted.
constexpr std::array<Row, 14> counter_rows = {{
    {"jobbro_frames_received_total", "Frames received from clients.", "kind", Values::frame_kinds},
    {"jobbro_rejections_total", "Messages rejected, by error code.", "code", Values::codes},
    {"jobbro_deliveries_total", "Messages delivered to subscribers.", "", Values::none},
    {"jobbro_acks_total", "Acks received from subscribers.", "", Values::none},
    {"jobbro_errors_total", "Error frames sent, by error code.", "code", Values::codes},
    {"jobbro_commits_total", "Batches committed to the disk.", "", Values::none},
    {"jobbro_entries_total", "Entries committed to the log.", "", Values::none},
    {"jobbro_sessions_refused_total", "Sessions refused.", "", Values::none},
    {"jobbro_redeliveries_total", "Messages delivered again from a parked list.", "", Values::none},
    {"jobbro_nacks_total", "Messages given back by subscribers.", "", Values::none},
    {"jobbro_fetches_total", "Messages handed out by Fetch.", "", Values::none},
    {"jobbro_orders_erased_total", "Orders erased.", "", Values::none},
    {"jobbro_alerts_total", "Alerts raised.", "", Values::none},
    {"jobbro_queries_total", "Questions of Query, by what came of them.", "outcome",
     Values::query_outcomes},
}};
static_assert(counter_rows.size() == static_cast<std::size_t>(Counted::queries) + 1);

// In the order of Gauged.
constexpr std::array<Row, 9> gauge_rows = {{
    {"jobbro_sessions", "Sessions open.", "", Values::none},
    {"jobbro_tree_size", "Entries in the log's tree.", "", Values::none},
    {"jobbro_last_commit_timestamp_seconds", "When the last batch was committed.", "",
     Values::none},
    {"jobbro_free_bytes", "Room left on the data folder's file system.", "", Values::none},
    {"jobbro_queue_depth", "What waits in a queue.", "queue", Values::queues},
    {"jobbro_parked_messages", "Messages that are parked.", "", Values::none},
    {"jobbro_stopped_subscriptions", "Subscriptions whose parked list is full.", "", Values::none},
    {"jobbro_unfinished_erasures", "Erasures recorded that the files may still show.", "",
     Values::none},
    {"jobbro_clock_unsure", "Whether the clock has jumped ahead and is not believed.", "",
     Values::none},
}};
static_assert(gauge_rows.size() == static_cast<std::size_t>(Gauged::clock_unsure) + 1);

// In the order of Fate.
constexpr std::array<const char*, 3> fate_names = {"accepted", "duplicate", "rejected"};
static_assert(fate_names.size() == static_cast<std::size_t>(Fate::rejected) + 1);

using Bounds = prometheus::Histogram::BucketBoundaries;

// From a turn with nothing in it to one that waits for a slow disk.
Bounds duration_bounds() {
    return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01,
            0.025,  0.05,    0.1,    0.25,  0.5,    1,     2.5};
}

// Powers of two up to the most that a turn can hold.
Bounds entries_bounds() {
    Bounds bounds;
    for (std::size_t bound = 1; bound <= limits::entries_per_turn_max; bound *= 2) {
        bounds.push_back(static_cast<double>(bound));
    }
    return bounds;
}

std::vector<std::string> label_values(Values values, const MetricLabels& labels) {
    switch (values) {
        case Values::none:
            return {};
        case Values::frame_kinds:
            return labels.frame_kinds;
        case Values::queues:
            return labels.queues;
        case Values::query_outcomes:
            return {"answered", "busy", "refused"};
        case Values::codes:
            break;
    }
    std::vector<std::string> codes;
    for (const ErrorText& text : error_texts)
        codes.emplace_back(text.name);
    return codes;
}

// The series of one family by label value; "" is the only one of a family without label. Not
// changed once built, so that reading needs no lock.
template <typename Metric>
class Series {
  public:
    Series(prometheus::Family<Metric>& family, const Row& row, const MetricLabels& labels) {
        if (row.values == Values::none) {
            by_label_.emplace("", &family.Add({}));
            return;
        }
        std::vector<std::string> values = label_values(row.values, labels);
        values.emplace_back(other);
        for (const std::string& value : values) {
            by_label_.emplace(value, &family.Add({{row.label, value}}));
        }
    }

    Metric& at(std::string_view label) {
        if (by_label_.size() == 1) return *by_label_.begin()->second;
        const auto found = by_label_.find(label);
        return *(found != by_label_.end() ? found : by_label_.find(other))->second;
    }

  private:
    std::map<std::string, Metric*, std::less<>> by_label_;
};

}  // namespace

struct Metrics::Inner {
    Inner(std::string_view version, const MetricLabels& labels) {
        for (const Row& row : counter_rows) {
            auto& family =
                prometheus::BuildCounter().Name(row.name).Help(row.help).Register(registry);
            counters.emplace_back(family, row, labels);
        }
        for (const Row& row : gauge_rows) {
            auto& family =
                prometheus::BuildGauge().Name(row.name).Help(row.help).Register(registry);
            gauges.emplace_back(family, row, labels);
        }
        add_messages(labels);
        add_histogram("jobbro_turn_duration_seconds", "How long a turn took, its commit included.",
                      duration_bounds());
        add_histogram("jobbro_commit_duration_seconds", "How long a synced commit took.",
                      duration_bounds());
        add_histogram("jobbro_commit_entries", "Entries in a commit.", entries_bounds());
        prometheus::BuildGauge()
            .Name("jobbro_build_info")
            .Help("The running version; always 1.")
            .Register(registry)
            .Add({{"version", std::string{version}}})
            .Set(1);
    }

    void add_messages(const MetricLabels& labels) {
        auto& family = prometheus::BuildCounter()
                           .Name("jobbro_messages_total")
                           .Help("Messages received, by kind and what became of them.")
                           .Register(registry);
        std::vector<std::string> kinds = labels.message_kinds;
        kinds.emplace_back(other);
        for (const std::string& kind : kinds) {
            auto& by_fate = messages[kind];
            for (std::size_t fate = 0; fate < fate_names.size(); ++fate) {
                by_fate[fate] = &family.Add({{"kind", kind}, {"fate", fate_names[fate]}});
            }
        }
    }

    void add_histogram(const char* name, const char* help, const Bounds& bounds) {
        auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
        histograms.push_back(&family.Add({}, bounds));
    }

    prometheus::Registry registry;
    std::vector<Series<prometheus::Counter>> counters;  // by Counted
    std::vector<Series<prometheus::Gauge>> gauges;      // by Gauged
    std::vector<prometheus::Histogram*> histograms;     // by Observed
    std::map<std::string, std::array<prometheus::Counter*, fate_names.size()>, std::less<>>
        messages;
};

Metrics::Metrics(std::string_view version, const MetricLabels& labels)
    : inner_(std::make_unique<Inner>(version, labels)) {}

Metrics::~Metrics() = default;

void Metrics::count(Counted what, std::string_view label, double by) {
    inner_->counters[static_cast<std::size_t>(what)].at(label).Increment(by);
}

void Metrics::count(Fate fate, std::string_view kind, double by) {
    auto found = inner_->messages.find(kind);
    if (found == inner_->messages.end()) found = inner_->messages.find(other);
    found->second[static_cast<std::size_t>(fate)]->Increment(by);
}

void Metrics::set(Gauged what, double value, std::string_view label) {
    inner_->gauges[static_cast<std::size_t>(what)].at(label).Set(value);
}

void Metrics::observe(Observed what, double value) {
    inner_->histograms[static_cast<std::size_t>(what)]->Observe(value);
}

std::string Metrics::text() const {
    return prometheus::TextSerializer{}.Serialize(inner_->registry.Collect());
}

}  // namespace jobbro::ops
