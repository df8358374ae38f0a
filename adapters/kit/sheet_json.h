// Attendance sheets as a site's system writes them.
#pragma once

#include <optional>
#include <string_view>

#include "jobbro/v1/course_reports.pb.h"
#include "proto/base/result.h"

namespace jobbro::kit {

// The sheet in {"attendance_sheet": {…}}, of which contract::split_sheet makes messages. None: the
// text is something else, an envelope perhaps, or no JSON. Errors: those of contract::from_json,
// with places in the text as it stands and field paths from "attendance_sheet". Thread: any.
std::optional<Result<v1::AttendanceSheet>> read_sheet_json(std::string_view text);

}  // namespace jobbro::kit
