// Whether a report tells anything of a sub-goal of the order. A part of course.cc.
//
// A sub-goal is kept as the hashed starts of its longer words: enough to see whether a text speaks
// of it, in whatever inflection, and nothing to read.
#pragma once

#include "hub/domain/course_state.pb.h"
#include "jobbro/v1/order.pb.h"
#include "jobbro/v1/progression.pb.h"

namespace jobbro::domain {

void set_sub_goals(rows::CourseState& course, const v1::Order& order);

// True when there is a sub-goal of which no text of the report has a single one of the words.
bool leaves_out_sub_goal(const rows::CourseState& course, const v1::ProgressionReport& report);

}  // namespace jobbro::domain
