// A citizen's CPR number, kept off the command line.
#pragma once

#include <string>

#include "proto/contract/danish_identifiers.h"

namespace jobbro::cli {

inline constexpr const char* citizen_number_help =
    "The citizen's CPR number: \"-\" for a line of standard input, @FILE for the first line of a "
    "file, or the number, which others on this machine can then see among the processes";

// What an option like that says. Errors: file_unreadable, cpr_invalid.
Result<contract::CprNumber> read_citizen_number(const std::string& option);

}  // namespace jobbro::cli
