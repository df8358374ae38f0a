// The whole hub: opens what it stands on, runs the loop, stops in order.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "hub/journal/assurances.h"
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
    // port_in_use, config_value_invalid, log_identity_wrong, store_format_unknown,
    // file_unwritable, tampered, opening_failed, store_failed; those of ops::read_rule_folder() and
    // core::open_rulebook(); erasure_marks_missing and
    // clock_unsure, unless the assurances say otherwise; hub_sealed when a sealed log would be
    // handed over.
    //
    // `former_keys`: the hub's key file until now, when the log's key of this one is another: the
    // log is handed over to it, by an entry. Empty: there is none. No matter once that is done.
    static Result<std::unique_ptr<Hub>> start(const ops::Config& config, ops::Log& log,
                                              journal::Assurances assured = {},
                                              const std::filesystem::path& former_keys = {});
    // What start() would refuse before it opens anything: controllers, operators, key files and
    // rule sets. Errors: config_value_invalid, key_file_exposed, key_file_malformed,
    // file_unreadable; those of ops::read_rule_folder().
    static Result<void> check(const ops::Config& config);
    // Of a hub that does not run: wraps the keys of its vault under the master key that the file
    // `new_keys`, another key file of the same hub, holds; see journal/rewrapping.h. From then on
    // the hub starts with that one. Broken off, the same call goes on.
    // Errors: those of reading key files; file_unreadable when there is no vault;
    // log_identity_wrong, config_value_invalid when the file is another hub's or holds the same
    // key; data_folder_locked; those of journal::rewrap_vault.
    static Result<void> rewrap_vault(const ops::Config& config,
                                     const std::filesystem::path& new_keys);
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
