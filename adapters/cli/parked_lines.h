// Parked messages as text and as JSON.
#pragma once

#include <string>
#include <vector>

#include "jobbro/v1/subscription.pb.h"

namespace jobbro::cli {

// {"sequence","kind","sender","message_id","order_id","parked_at","attempts","waits_for","reason"}
// and, where it waits for them, "next_attempt_at" or "behind_sequence". `waits_for` is
// "next_attempt", "ack", "person" or "earlier_message", or empty for what this build does not know.
std::string parked_json(const v1::ParkedMessage& message);

// A table for people, a line a message below one of headings; nothing when there are none. What
// cannot be shown on a terminal is shown as "?".
std::string parked_table(const std::vector<v1::ParkedMessage>& messages);

}  // namespace jobbro::cli
