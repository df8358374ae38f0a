// What was said on an order or of a citizen, as text and as JSON: the oldest first.
#pragma once

#include <string>

#include "adapters/cli/query_words.h"

namespace jobbro::cli {

// {"entry":{"sequence","recorded_at","findings","message":{…}},"corrected_by"} a line for each
// entry, as `subscribe` prints a delivery; "corrected_by" where a later one takes its place, or
// "may_be_corrected" where the hub does not know.
std::string time_line_json(const v1::Answer& answer);
// A table, a line a message with its findings below it; nothing when there are none. What was
// corrected is there, with what corrected it.
std::string time_line_table(const v1::Answer& answer, Language language);
// The five attention points over the progression reports that stand or may, by the end of their
// periods: a table with a line a point and a column a report; nothing when there is no report.
std::string attention_points_table(const v1::Answer& answer, Language language);

}  // namespace jobbro::cli
