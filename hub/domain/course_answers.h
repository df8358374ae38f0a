// Which follow-ups answer a report or the end of a course, so that a correction which answers it no
// more leaves it unanswered. A part of course.cc.
//
// A correction of a follow-up tells its answers anew: one that points at a message which has been
// corrected since, as the first did, still answers what took its place. A correction of a follow-up
// that answered something else, or was replaced itself, counts as one of its own.
#pragma once

#include "hub/domain/course.h"

namespace jobbro::domain {

using Answers = google::protobuf::RepeatedPtrField<rows::Answer>;

// Of one matter. Further ones are not known: when all that are have been taken back, the matter
// waits once too often rather than once too seldom.
inline constexpr int answers_max = 8;

// Takes a recorded follow-up into the answers of a message that goes by `number` now. Whether that
// was answered and is no more.
bool take_follow_up(Answers& answers, const OrderMessage& follow_up, MessageNumber number);

}  // namespace jobbro::domain
