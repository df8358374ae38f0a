// A daemon as a program.
#pragma once

#include <string>

#include "proto/contract/party_id.h"

namespace jobbro::daemon {

// What tells one program from another.
struct Program {
    std::string name;         // "jobbro-provider"
    std::string description;  // one sentence, for --help
    contract::Role role;      // of the party it works for
};

// Reads the command line, the configuration and the key files, and runs until SIGINT or SIGTERM.
// Returns the exit status deploy/README.md lists; an error is one line on standard error.
int run_program(const Program& program, int argc, char** argv);

}  // namespace jobbro::daemon
