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

int run(const std::string& config_file, bool only_check) {
    const auto config = jobbro::ops::read_config(config_file);
    if (!config) return fail(config.error(), exit_config);
    if (only_check) {
        const auto checked = jobbro::app::Hub::check(*config);
        if (!checked) return fail(checked.error(), exit_config);
        std::printf("%s\n", jobbro::ops::config_digest(*config).c_str());
        return exit_ok;
    }
    const int stop_fd = stop_signal_fd();
    auto log = jobbro::ops::Log::to_stderr(config->log_level, config->log_format);
    auto hub = jobbro::app::Hub::start(*config, log);
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
    std::string config_file;
    bool only_check = false;
    app.add_option("--config", config_file, "Configuration file (TOML)")->required();
    app.add_flag("--check-config", only_check,
                 "Check the configuration, print its digest and exit");
    app.set_version_flag("--version", jobbro::app::software());
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return fail({jobbro::ErrorCode::usage, error.what()}, exit_usage);
    }
    return run(config_file, only_check);
}
