// The catalogue of offers, as text and as JSON.
#pragma once

#include <string>

#include "adapters/cli/query_words.h"

namespace jobbro::cli {

// {"offer":{…}} a line for each; names as in query.proto.
std::string offers_json(const v1::Answer& answer);
// A table, a line an offer; nothing when there are none.
std::string offers_table(const v1::Answer& answer, Language language);

}  // namespace jobbro::cli
