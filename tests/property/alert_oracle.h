// What the hub is to raise, said again in the slowest way: after every message all that waits is
// worked out from the whole history anew.
#pragma once

#include <string>
#include <vector>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {

// A message that was accepted.
struct Said {
    v1::Envelope envelope;
    v1::MessageKind kind;
    MessageNumber number;
    std::vector<MessageNumber> answers;
    MessageNumber corrects;
    int day;
};

// Or a day at whose beginning the hub was up: `said` is not set.
struct Event {
    int day = 0;
    bool is_dawn = false;
    Said said{};
};

// The alerts of a history under the rules, as CourseLog::alerts() tells them but for their order.
std::vector<std::string> alerts_of(const std::vector<Event>& history, const RuleSet& rules,
                                   Day first_day, Day birth);

}  // namespace jobbro::domain
