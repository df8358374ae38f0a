// The steps of the dialogue and the rule sets, as text and as JSON.
#pragma once

#include <string>

#include "adapters/cli/query_words.h"

namespace jobbro::cli {

// {"step":{"kind","placed","asked",…}} a line for each kind of the table: "yes", "corrections" or
// "no" for each state.
std::string steps_json();
// {"rule_set":{…}} a line for each; names as in rules.proto.
std::string rule_sets_json(const v1::Answer& answer);
// A paragraph a rule set: its name and period, and below it what it sets, by the names of
// rules.proto; nothing when there are none.
std::string rule_sets_text(const v1::Answer& answer, Language language);

}  // namespace jobbro::cli
