// jobbro-hub: the hub as a program.
#include <sys/signalfd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "hub/app/hub.h"
#include "hub/ops/config.h"
#include "hub/ops/logging.h"

namespace {

// Exit statuses, as deploy/README.md lists them.
constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_config = 3;
constexpr int exit_start = 4;
constexpr int exit_failed = 5;

int fail(const jobbro::Error& error, int status) {
    std::fprintf(stderr, "jobbro-hub: %s\n", error.line().c_str());
    return status;
}

// SIGTERM and SIGINT as something to wait for. Called before any thread is started, so that none
// takes them away.
int stop_signal_fd() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // A file that cannot grow is an error to report, not a reason to be killed.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

// What the command line asks for.
struct Options {
    std::string config_file;
    bool only_check = false;
    bool rewrap_vault = false;
    std::string new_master_key;
    std::string former_hub_keys;
    jobbro::journal::Assurances assured;
};

int check(const jobbro::ops::Config& config) {
    const auto checked = jobbro::app::Hub::check(config);
    if (!checked) return fail(checked.error(), exit_config);
    std::printf("%s\n", jobbro::ops::config_digest(config).c_str());
    return exit_ok;
}

int rewrap_vault(const jobbro::ops::Config& config, const std::string& new_keys) {
    const auto done = jobbro::app::Hub::rewrap_vault(config, new_keys);
    if (!done) return fail(done.error(), exit_start);
    std::printf("the vault opens with the master key of %s\n", new_keys.c_str());
    return exit_ok;
}

int run(const Options& options) {
    const auto config = jobbro::ops::read_config(options.config_file);
    if (!config) return fail(config.error(), exit_config);
    if (options.only_check) return check(*config);
    if (options.rewrap_vault) return rewrap_vault(*config, options.new_master_key);
    const int stop_fd = stop_signal_fd();
    auto log = jobbro::ops::Log::to_stderr(config->log_level, config->log_format);
    auto hub = jobbro::app::Hub::start(*config, log, options.assured, options.former_hub_keys);
    if (!hub) return fail(hub.error(), exit_start);
    std::printf("listening %s\n", (*hub)->endpoint().c_str());
    if (const std::string http = (*hub)->http_address(); !http.empty()) {
        std::printf("http %s\n", http.c_str());
    }
    std::fflush(stdout);
    const auto done = (*hub)->run(stop_fd);
    if (!done) {
        fail(done.error(), exit_failed);
        // A store that failed is not touched again, not even to close it.
        std::_Exit(exit_failed);
    }
    close(stop_fd);
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app{
        "Jobbro's hub: takes, records and delivers messages between jobcentres and "
        "providers."};
    Options options;
    app.add_option("--config", options.config_file, "Configuration file (TOML)")->required();
    app.add_flag("--check-config", options.only_check,
                 "Check the configuration, print its digest and exit");
    CLI::Option* const rewrap =
        app.add_flag("--rewrap-vault", options.rewrap_vault,
                     "Put the keys of a stopped hub's vault under another master key, and exit");
    CLI::Option* const new_master_key =
        app.add_option("--new-master-key", options.new_master_key,
                       "The hub's key file with the master key to come");
    app.add_option("--former-hub-keys", options.former_hub_keys,
                   "The hub's key file until now: hands the log over to the key of the new one");
    rewrap->needs(new_master_key);
    new_master_key->needs(rewrap);
    app.add_flag("--clock-is-right", options.assured.clock_is_right,
                 "Start although nothing was recorded for more than a year");
    app.add_flag("--accept-missing-erasure-marks", options.assured.erasure_marks_are_lost,
                 "Make the erasure marks anew: they are lost for good, and nothing was put back");
    app.set_version_flag("--version", jobbro::app::software());
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return fail({jobbro::ErrorCode::usage, error.what()}, exit_usage);
    }
    return run(options);
}
