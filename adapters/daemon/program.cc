#include "adapters/daemon/program.h"

#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "adapters/daemon/daemon.h"
#include "proto/base/file_clock.h"

namespace jobbro::daemon {
namespace {

// Exit statuses, as deploy/README.md lists them.
constexpr int exit_ok = 0;
constexpr int exit_usage = 2;
constexpr int exit_config = 3;
constexpr int exit_start = 4;
constexpr int exit_store = 5;

int fail(const Program& program, const Error& error, int status) {
    std::fprintf(stderr, "%s: %s\n", program.name.c_str(), error.line().c_str());
    return status;
}

// SIGTERM and SIGINT as something to wait for. Called before any thread is started, so that none
// takes them away.
int stop_signal_descriptor() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    // A file that cannot grow is an error to report; a read lease that is broken is of no interest.
    std::signal(SIGXFSZ, SIG_IGN);
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGIO, SIG_IGN);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

Result<std::shared_ptr<const Clock>> clock_of(const std::string& file) {
    if (file.empty()) return std::shared_ptr<const Clock>{std::make_shared<SystemClock>()};
    JOBBRO_TRY_ASSIGN(std::shared_ptr<const Clock> clock, FileClock::open(file));
    return clock;
}

// What the command line asks for.
struct Options {
    std::string config_file;
    std::string clock_file;
    bool only_check = false;
};

int run(const Program& program, const Options& options) {
    constexpr mode_t others = 0077;
    ::umask(others);
    const auto config = read_config(options.config_file);
    if (!config) return fail(program, config.error(), exit_config);
    if (options.only_check) {
        const auto checked = Daemon::check(*config, program.role);
        if (!checked) return fail(program, checked.error(), exit_config);
        std::printf("%s\n", config_digest(*config).c_str());
        return exit_ok;
    }
    const int stop = stop_signal_descriptor();
    Log log{config->log_level, config->log_format};
    const auto clock = clock_of(options.clock_file);
    if (!clock) return fail(program, clock.error(), exit_start);
    const auto daemon = Daemon::start(*config, program.role, log, *clock);
    if (!daemon) return fail(program, daemon.error(), exit_start);
    const auto done = (*daemon)->run(stop);
    ::close(stop);
    if (done) return exit_ok;
    return fail(program, done.error(), (*daemon)->has_store_failed() ? exit_store : exit_start);
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
    CLI::App app{program.description, program.name};
    Options options;
    app.add_option("--config", options.config_file, "Configuration file (TOML)")->required();
    app.add_flag("--check-config", options.only_check,
                 "Check the configuration and the key files, print a digest and exit");
    app.add_option("--clock-file", options.clock_file,
                   "For demos: a file that says what time it is, as the hub's demo_clock");
    app.set_version_flag("--version", program.name + " " JOBBRO_VERSION);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);
        return fail(program, Error{ErrorCode::usage, error.what()}, exit_usage);
    }
    return run(program, options);
}

}  // namespace jobbro::daemon
