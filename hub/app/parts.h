// What a running hub is made of, in the order it is built.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "hub/app/health.h"
#include "hub/app/hub.h"
#include "hub/app/marks_file.h"
#include "hub/app/observed_store.h"
#include "hub/app/published_tree.h"
#include "hub/core/core.h"
#include "hub/front/router.h"
#include "hub/journal/journal.h"
#include "hub/ops/http_server.h"
#include "hub/ops/metrics.h"
#include "proto/evidence/key_file.h"

namespace jobbro::app {

struct Hub::Parts {
    Parts(const ops::Config& hub_config, ops::Log& hub_log);

    ops::Config config;
    ops::Log* log;
    std::unique_ptr<const Clock> clock = std::make_unique<SystemClock>();
    evidence::PooledRandomness randomness;
    ops::Metrics metrics;
    Health health;
    std::unique_ptr<store::Store> vault_store;
    std::unique_ptr<store::Store> log_store;
    std::optional<MarksFileOnDisk> marks;
    std::unique_ptr<journal::Journal> journal;
    std::optional<core::Core> core;
    std::unique_ptr<front::Router> router;
    PublishedTree published;
    std::unique_ptr<ops::HttpServer> http;
    Instant last_look;          // at the surroundings
    bool frames_wait = false;   // the last turn left some in the socket
    bool marks_failed = false;  // as it was last told

    // start.cc
    Result<void> open(journal::Assurances assured, const std::filesystem::path& former_keys);
    Result<void> open_journal(journal::Journal::Identity who, evidence::MasterKey master,
                              journal::Assurances assured);
    Result<void> open_core(delivery::Subscriptions subscriptions);
    static Result<journal::Journal::Identity> identity(const ops::Config& config,
                                                       const evidence::HubSecretKeys& keys);

    // hub.cc
    Result<void> turn();
    void publish() { published.publish(journal->checkpoint(), journal->tree().view()); }
    int wait_ms() const;
    std::vector<core::FrameIn> take_frames();
    core::Conditions conditions(std::chrono::steady_clock::time_point start) const;
    void send(const std::vector<core::FrameOut>& frames);
    void report(const core::TurnReport& report);
    void report_clock();
    void look_around(Instant now);
    Result<void> look_after_erasures(Instant steady, bool at_once);
    Result<void> finish();
};

}  // namespace jobbro::app
