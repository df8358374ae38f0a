// Asking the hub a question from a command.
#pragma once

#include <string>

#include "adapters/cli/command_line.h"

namespace jobbro::cli {

// What came of a question.
struct Asked {
    v1::Answer answer;  // all pages as one; what a page has once, as the last had it
    std::string party;  // who asked
};

// Opens a session and asks for all pages. Errors: as read_settings, open_client and
// kit::AnswerPages::next; session_lost when asked to stop between two pages.
Result<Asked> ask(const GlobalOptions& global, const v1::Query& question);

}  // namespace jobbro::cli
