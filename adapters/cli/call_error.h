// What is told of a call that could not be parsed.
#pragma once

#include <span>

#include "proto/base/result.h"

namespace CLI {
class ParseError;
}

namespace jobbro::cli {

// A usage error. Of the call nothing is repeated that could be a CPR number or a part of one: of
// words that were not expected, where there are digits in them, only the names of options.
// `arguments` is the call. Thread: any.
Error call_error(const CLI::ParseError& error, std::span<const char* const> arguments);

}  // namespace jobbro::cli
