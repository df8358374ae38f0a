// Which reports a course is to have and by when, and which have come. A part of course.cc.
//
// A report has a date in the order, or follows a cadence from the start of the course, or comes so
// many days before the next interview; of the last two any progression report will do. Reports may
// come early. A report is for every one of its kind that is due by the day it comes, and where none
// is, for the next. A final report is also for the interim ones due by then.
#pragma once

#include "hub/domain/course_state.pb.h"
#include "hub/domain/watches.h"
#include "jobbro/v1/order.pb.h"

namespace jobbro::domain {

inline constexpr int given_reports_max = 64;  // of one course; then the oldest is let go

// The order reads so from now on. What was given for a report of the same kind and date stays
// given; for a new date in the past a report that came on or after it counts.
void set_reports_due(rows::CourseState& course, const v1::ReportsDue& due);

// A report came, and not in the place of another.
void give_report(rows::CourseState& course, v1::ReportKind kind, MessageNumber number, Day day);
// One came in the place of another: both count as one, of the kind of the later, on the day of the
// first. False when there is none such.
bool correct_report(rows::CourseState& course, v1::ReportKind kind, MessageNumber number,
                    MessageNumber corrected);

// Brings the watches in line with what is due. Only while the course runs, and after its end what
// was due by then or is final. To be called after anything that is told of reports, of start and
// end, or of the next interview.
void watch_reports(rows::CourseState& course, const AlertSettings& settings, Day today,
                   Watches& watches);

// Something due by now or later has not come, after the end of the course.
bool waits_for_final_report(const rows::CourseState& course);

}  // namespace jobbro::domain
