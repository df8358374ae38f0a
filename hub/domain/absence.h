// The days of a course, as absence reports and attendance lists tell them. A part of course.cc.
//
// A planned day is one of the weekdays CourseStart names, from its first day on; within the period
// of an attendance list it is a day the list has. Of two messages that tell of a day the later one
// holds; what was corrected holds no more.
#pragma once

#include <vector>

#include "hub/domain/course_state.pb.h"
#include "hub/domain/watches.h"
#include "jobbro/v1/course.pb.h"
#include "jobbro/v1/course_reports.pb.h"

namespace jobbro::domain {

inline constexpr int days_told_max = 512;      // messages of one course; then the oldest is let go
inline constexpr int absence_days_max = 1100;  // looked back over from the last day told of

// Takes the place of what `corrected` told (0: of nothing). Requires: a validated body.
void tell_absence(rows::CourseState& course, const v1::AbsenceReport& report, MessageNumber number,
                  MessageNumber corrected);
void tell_attendance(rows::CourseState& course, const v1::AttendanceList& list,
                     MessageNumber number, MessageNumber corrected);

// The alerts that what is told now brings about, and marks them as raised: no-shows in a row, once
// a spell; the whole first days, once; a share of the planned hours, once until it falls below
// again. A correction that takes a ground away unsays nothing.
void find_absence_alerts(rows::CourseState& course, const AlertSettings& settings, Day today,
                         std::vector<RaisedAlert>& raised);

}  // namespace jobbro::domain
