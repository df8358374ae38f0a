// jobbro: the hub from a command line.
#include <CLI/CLI.hpp>
#include <span>

#include "adapters/cli/call_error.h"
#include "adapters/cli/command_line.h"
#include "adapters/cli/interruption.h"

namespace {

using namespace jobbro;

// 0 when a command was chosen or help was asked for and given; else the exit status.
int parse(CLI::App& program, int argc, char** argv) {
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return program.exit(asked);
    } catch (const CLI::ParseError& error) {
        const std::span arguments{argv, static_cast<std::size_t>(argc)};
        cli::tell_error(cli::call_error(error, arguments));
        return cli::exit_usage;
    }
    return 0;
}

void add_global_options(CLI::App& program, cli::GlobalOptions& global) {
    program.add_option("--hub", global.hub, "Where the hub listens")->capture_default_str();
    program.add_option("--hub-key", global.hub_key, "The hub's public key file");
    program.add_option("--key", global.key, "The party's own key file");
    program.add_option("--timeout", global.timeout_s, "Seconds to wait for the hub")
        ->capture_default_str()
        ->check(CLI::Range(0.1, 86400.0));
    program.add_option("--clock-file", global.clock_file,
                       "For demos: a file that says what time it is, as the hub's demo_clock");
}

}  // namespace

int main(int argc, char** argv) {
    cli::watch_interruption();
    cli::GlobalOptions global;
    cli::Command chosen;
    CLI::App program{"Messages between jobcentres and providers, from a command line", "jobbro"};
    program.set_version_flag("--version", "jobbro 0.1.0");
    program.require_subcommand(1);
    program.fallthrough();
    add_global_options(program, global);
    cli::add_keygen(program, chosen);
    cli::add_keygen_hub(program, chosen);
    cli::add_party(program, global, chosen);
    cli::add_submit(program, global, chosen);
    cli::add_subscribe(program, global, chosen);
    cli::add_fetch(program, global, chosen);
    cli::add_prove(program, global, chosen);
    cli::add_erase(program, global, chosen);
    cli::add_hold(program, global, chosen);
    cli::add_parked(program, global, chosen);
    cli::add_order(program, global, chosen);
    cli::add_inbox(program, global, chosen);
    cli::add_offer(program, global, chosen);
    cli::add_citizen(program, global, chosen);
    cli::add_results(program, global, chosen);
    cli::add_rules(program, global, chosen);
    cli::add_status(program, global, chosen);
    cli::add_bench(program, global, chosen);
    const int status = parse(program, argc, argv);
    if (status != 0 || !chosen) return status;
    const auto done = chosen();
    if (done) return *done;
    cli::tell_error(done.error());
    return cli::exit_status(done.error());
}
