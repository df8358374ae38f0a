// A part of alert_oracle.cc: what waits for a follow-up, worked out from the whole history.
#pragma once

#include <map>
#include <vector>

#include "tests/property/alert_oracle.h"

namespace jobbro::domain {

// The reports and the end of the course that wait, by the number each goes by now, and until which
// day. `history` without the days at whose beginning the hub was up; its order was not cancelled.
std::map<MessageNumber, int> waiting_for_follow_up(const std::vector<Said>& history,
                                                   const AlertSettings& alerts, Day first_day);

}  // namespace jobbro::domain
