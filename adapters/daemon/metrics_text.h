// The daemon's figures as a text that Prometheus reads.
#pragma once

#include <string>

#include "adapters/connectors/folder_inlet.h"
#include "adapters/kit/durable_client.h"

namespace jobbro::daemon {

// What the client's threads count.
struct SessionCounts {
    bool is_open = false;
    std::uint64_t opened = 0;
    std::uint64_t lost = 0;
    std::uint64_t delivered = 0;          // written to files by this run
    std::uint64_t delivery_failures = 0;  // tried again
};

// `has_store_failed`: outbox or inbox, and the program is about to end. Thread: any.
std::string metrics_text(const kit::DurableMetrics& client, const connectors::InletCounts& inlet,
                         const SessionCounts& session, bool has_store_failed);

}  // namespace jobbro::daemon
