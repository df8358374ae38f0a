// jobbro-audit: a hub's log, read and verified by whoever does not trust the hub.
#include <CLI/CLI.hpp>

#include "adapters/audit/command_line.h"

namespace {

using namespace jobbro;

// 0 when a command was chosen or help was asked for and given; else the exit status.
int parse(CLI::App& program, int argc, char** argv) {
    try {
        program.parse(argc, argv);
    } catch (const CLI::Success& asked) {
        return program.exit(asked);
    } catch (const CLI::ParseError& error) {
        audit::tell_error(Error{ErrorCode::usage, error.what()});
        return audit::exit_usage;
    }
    return 0;
}

void add_global_options(CLI::App& program, audit::GlobalOptions& global) {
    audit::add_hub_options(program, global.hub);
    program.add_option("--hub-keys", global.hub_keys,
                       "The hub's secret key file, to follow the registry of a data folder");
    program.add_flag("--torn-tail", global.torn_tail,
                     "The machine stopped in the middle of a write: drop an unfinished record");
}

}  // namespace

int main(int argc, char** argv) {
    audit::GlobalOptions global;
    audit::Command chosen;
    CLI::App program{"A hub's log, read and verified without trusting the hub", "jobbro-audit"};
    program.set_version_flag("--version", "jobbro-audit 0.1.0");
    program.require_subcommand(1);
    program.fallthrough();
    add_global_options(program, global);
    audit::add_verify(program, global, chosen);
    audit::add_checkpoint(program, global, chosen);
    audit::add_tiles(program, global, chosen);
    audit::add_prove(program, global, chosen);
    audit::add_replay(program, global, chosen);
    audit::add_export(program, global, chosen);
    audit::add_timeline(program, global, chosen);
    audit::add_access(program, global, chosen);
    audit::add_extract(program, global, chosen);
    const int status = parse(program, argc, argv);
    if (status != 0 || !chosen) return status;
    const auto done = chosen();
    if (done) return *done;
    audit::tell_error(done.error());
    return audit::exit_status(done.error());
}
