// The whole hub: opens what it stands on, runs the loop, stops in order.
#pragma once

#include <memory>
#include <string>

#include "hub/ops/config.h"
#include "hub/ops/logging.h"
#include "proto/base/result.h"

namespace jobbro::app {

// Thread: all calls on one. The loop runs on the caller's thread; two more serve HTTP.
class Hub {
  public:
    // Opens stores, vault and journal, then the socket, then HTTP: when it returns the hub can be
    // connected to. Nothing is repaired; what cannot be trusted is an error.
    // Errors: data_folder_locked, key_file_exposed, key_file_malformed, file_unreadable,
    // port_in_use, config_value_invalid, log_identity_wrong, tampered, opening_failed,
    // store_failed.
    static Result<std::unique_ptr<Hub>> start(const ops::Config& config, ops::Log& log);
    // What start() would refuse before it opens anything: controllers, operators and key files.
    // Errors: config_value_invalid, key_file_exposed, key_file_malformed, file_unreadable.
    static Result<void> check(const ops::Config& config);
    ~Hub();

    // Turns until `stop_fd` is readable, then finishes what it has taken, tells every session
    // goodbye and stores what was buffered.
    // Errors: store_failed (nothing that was not durable has been answered).
    Result<void> run(int stop_fd);

    // As bound.
    [[nodiscard]] const std::string& endpoint() const;
    // "127.0.0.1:7412" as bound; empty when there is none.
    [[nodiscard]] std::string http_address() const;

  private:
    struct Parts;
    explicit Hub(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

// Name and version of this software, as sessions are told.
std::string software();

}  // namespace jobbro::app
