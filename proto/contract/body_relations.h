// What the fields of a body are to each other.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <string>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/result.h"
#include "proto/contract/body_rules.h"

namespace jobbro::contract {

// Requires: each field by itself is as its row says. Errors: field_missing, field_invalid,
// dates_reversed, happened_in_future. Thread: any.
Result<void> check_relations(const v1::Envelope& envelope, const BodyContext& context);

// Of an attendance list and of a sheet: last_date is not before first_date and not too long after.
// `path` is that of last_date. Requires and errors: as above.
Result<void> check_attendance_period(const std::string& first_date, const std::string& last_date,
                                     const std::string& path);
// The days are within the period, by date and each once. `path` is the list's. Requires and errors:
// as above.
Result<void> check_attendance_days(
    const google::protobuf::RepeatedPtrField<v1::AttendanceDay>& days,
    const std::string& first_date, const std::string& last_date, const std::string& path);

}  // namespace jobbro::contract
