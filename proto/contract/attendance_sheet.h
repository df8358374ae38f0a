// A site's sheet of many citizens, and the one message a citizen that is made of it.
#pragma once

#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"
#include "proto/contract/uuid.h"

namespace jobbro::contract {

using ListId = Uuid<struct ListIdTag>;

// Checks the sheet as what it is to become: presence, shapes, bounds, the period, the days of each
// row, and that no order has two rows. The first thing wrong is the error, with its field path
// ("rows[2].days[0].date"). No error holds any part of a value.
// Errors: field_missing, field_invalid, field_too_long, list_too_long, enum_unspecified,
// dates_reversed, cpr_invalid. Thread: any.
Result<void> validate_sheet(const v1::AttendanceSheet& sheet, Instant now);

// One envelope a row, in the order of the rows: order, citizen, the audience order_parties and an
// AttendanceList. Message id, sender, salt, time and schema version are left to whoever sends them.
// All lists bear the sheet's list_id, or `list_id` where the sheet has none; give the same one when
// the same sheet is split again. Errors: those of validate_sheet. Thread: any.
Result<std::vector<v1::Envelope>> split_sheet(const v1::AttendanceSheet& sheet,
                                              const ListId& list_id, Instant now);

}  // namespace jobbro::contract
