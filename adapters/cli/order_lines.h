// Orders and how they stand, as text and as JSON.
#pragma once

#include <optional>
#include <string>

#include "adapters/cli/query_words.h"
#include "proto/contract/party_id.h"

namespace jobbro::cli {

// {"order":{…}} a line for each order of the answer; names as in query.proto.
std::string orders_json(const v1::Answer& answer);
// A table, a line an order; nothing when there are none. What cannot be shown on a terminal is
// shown as "?".
std::string orders_table(const v1::Answer& answer, Language language);
// One order by itself: how it stands, the steps its state allows a party of this role (none told of
// other roles than jobcentre and provider), and its reports with a date.
std::string order_text(const v1::OrderStanding& order, contract::Role asker, Language language);

}  // namespace jobbro::cli
