// What waits for a party, as text and as JSON.
#pragma once

#include <string>

#include "adapters/cli/query_words.h"

namespace jobbro::cli {

// {"today","waiting":{…}} a line for each; names as in query.proto.
std::string inbox_json(const v1::Answer& answer);
// A table in the order of the answer, with the days left or late by its `today`; nothing when
// nothing waits.
std::string inbox_table(const v1::Answer& answer, Language language);

}  // namespace jobbro::cli
