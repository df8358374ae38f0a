// A party's messages as files, for as long as the program runs.
#pragma once

#include <memory>
#include <string>

#include "adapters/daemon/config.h"
#include "adapters/daemon/log.h"
#include "proto/base/clock.h"
#include "proto/contract/party_id.h"

namespace jobbro::daemon {

// Puts together a kit::DurableClient, the folder's inlet and outlet, and a loop that waits for
// whichever has something to do. The folder is looked after on the thread that calls run();
// deliveries are written on the client's handling thread.
class Daemon {
  public:
    // Makes the folders, locks them by way of outbox and inbox, and starts connecting.
    // Errors: as check(), make_folders and kit::DurableClient::open.
    // Life: `log` outlives the daemon.
    // `clock`: what messages are dated by; another than the machine's is for demos.
    static Result<std::unique_ptr<Daemon>> start(
        const Config& config, contract::Role role, Log& log,
        std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>());
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;
    ~Daemon();

    // Reads the key files, and touches nothing. Errors: those of reading them; role_not_allowed
    // when the own key is not of a party of this role.
    static Result<void> check(const Config& config, contract::Role role);

    // Runs until `stop_descriptor` is readable, and then ends in order: what was being written is
    // finished, what was answered is moved, the rest stays where it is. Errors, after which the
    // program is to end: store_failed or tampered (outbox or inbox), and what ends a client or a
    // subscription for good. Requires: SIGIO is ignored.
    Result<void> run(int stop_descriptor);
    // Whether run() has ended because outbox or inbox have failed.
    [[nodiscard]] bool has_store_failed() const;

  private:
    struct Parts;
    explicit Daemon(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace jobbro::daemon
