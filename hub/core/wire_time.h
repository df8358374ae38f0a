// Times as frames have them.
#pragma once

#include "jobbro/v1/frame.pb.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::core {

// The first microsecond that is not before the time. Errors: field_out_of_bounds, naming the field,
// when it is not within the years 1 to 9999. Thread: any.
Result<Instant> instant_of(const google::protobuf::Timestamp& time, const char* field);

// Thread: any.
google::protobuf::Timestamp timestamp_of(Instant time);

}  // namespace jobbro::core
