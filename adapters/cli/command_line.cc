#include "adapters/cli/command_line.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "proto/base/file_clock.h"
#include "proto/contract/body_rules.h"

namespace jobbro::cli {
namespace {

constexpr Instant birth_dates_end{4'102'444'800'000'000};  // 2100

}  // namespace

std::chrono::milliseconds GlobalOptions::timeout() const {
    return std::chrono::milliseconds{static_cast<std::int64_t>(timeout_s * 1000)};
}

int exit_status(const Error& error) {
    switch (error.code) {
        case ErrorCode::usage:
            return exit_usage;
        case ErrorCode::hub_unreachable:
        case ErrorCode::hub_key_wrong:
        case ErrorCode::key_unknown:
        case ErrorCode::key_disabled:
        case ErrorCode::protocol_version_unsupported:
        case ErrorCode::log_identity_wrong:
        case ErrorCode::sender_wrong:
        case ErrorCode::session_lost:
        case ErrorCode::session_limit:
        case ErrorCode::session_silent:
        case ErrorCode::session_taken:
        case ErrorCode::hub_stopping:
        case ErrorCode::opening_failed:
        case ErrorCode::tampered:
            return exit_no_connection;
        default:
            return exit_refused;
    }
}

bool is_refusal_of_statement(ErrorCode code) {
    switch (code) {
        case ErrorCode::statement_malformed:
        case ErrorCode::statement_origin_wrong:
        case ErrorCode::statement_outdated:
        case ErrorCode::signer_unknown:
        case ErrorCode::signer_not_entitled:
        case ErrorCode::signature_missing:
        case ErrorCode::signature_wrong:
        case ErrorCode::key_malformed:
        case ErrorCode::key_in_use:
        case ErrorCode::party_unknown:
        case ErrorCode::list_too_long:
        case ErrorCode::field_out_of_bounds:
        case ErrorCode::role_not_allowed:
        case ErrorCode::clock_unsure:
        case ErrorCode::hub_sealed:
            return true;
        default:
            return false;
    }
}

Result<void> write_out(std::string_view text) {
    while (!text.empty()) {
        const ssize_t size = ::write(STDOUT_FILENO, text.data(), text.size());
        if (size >= 0) {
            text.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno != EINTR) {
            return Error{ErrorCode::file_unwritable,
                         std::string{"standard output: "} + std::strerror(errno)};
        }
    }
    return {};
}

void tell_error(const Error& error) {
    std::string line = error.line();
    if (contract::holds_cpr(line, contract::CprSearch{nullptr, birth_dates_end})) {
        line = Error{error.code, "not repeated: it may hold a CPR number"}.line();
    }
    std::fprintf(stderr, "jobbro: %s\n", line.c_str());
}

Result<kit::Settings> read_settings(const GlobalOptions& global) {
    if (global.hub_key.empty()) {
        return Error{ErrorCode::usage, "--hub-key FILE, the hub's public key file, is missing"};
    }
    if (global.key.empty()) {
        return Error{ErrorCode::usage, "--key FILE, the party's own key file, is missing"};
    }
    JOBBRO_TRY_ASSIGN(evidence::HubPublicKeys hub, evidence::read_hub_public_keys(global.hub_key));
    JOBBRO_TRY_ASSIGN(evidence::PartySecretKeys own, evidence::read_party_secret_keys(global.key));
    kit::Settings settings{.endpoint = global.hub,
                           .hub = std::move(hub),
                           .own = std::move(own),
                           .software = "jobbro 0.1.0"};
    if (!global.clock_file.empty()) {
        JOBBRO_TRY_ASSIGN(settings.clock, FileClock::open(global.clock_file));
    }
    return settings;
}

Result<std::unique_ptr<kit::Client>> open_client(kit::Settings settings,
                                                 const GlobalOptions& global) {
    const std::string endpoint = settings.endpoint;
    JOBBRO_TRY_ASSIGN(auto client, kit::Client::connect(std::move(settings)));
    const auto ready = client->wait_ready(global.timeout());
    if (!ready) {
        Error error = ready.error();
        if (error.detail.empty()) error.detail = endpoint;
        return error;
    }
    return client;
}

}  // namespace jobbro::cli
