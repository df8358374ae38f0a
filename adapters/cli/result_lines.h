// Results, as text and as JSON.
#pragma once

#include <string>

#include "adapters/cli/query_words.h"

namespace jobbro::cli {

// {"result":{…}} a line for each owner and period; names as in query.proto.
std::string results_json(const v1::Answer& answer);
// A table, a line a figure, and one for an owner and period of which no figure is told; nothing
// when there are no results.
std::string results_table(const v1::Answer& answer, Language language);

}  // namespace jobbro::cli
