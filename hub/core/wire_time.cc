#include "hub/core/wire_time.h"

namespace jobbro::core {
namespace {

constexpr std::int64_t timestamp_seconds_min = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t timestamp_seconds_max = 253402300799;  // 9999-12-31T23:59:59Z

}  // namespace

Result<Instant> instant_of(const google::protobuf::Timestamp& time, const char* field) {
    if (time.seconds() < timestamp_seconds_min || time.seconds() > timestamp_seconds_max ||
        time.nanos() < 0 || time.nanos() > 999999999) {
        return Error{ErrorCode::field_out_of_bounds, {}, field};
    }
    return Instant{time.seconds() * 1000000 + (time.nanos() + 999) / 1000};
}

google::protobuf::Timestamp timestamp_of(Instant time) {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(time.microseconds / 1000000);
    timestamp.set_nanos(static_cast<std::int32_t>(time.microseconds % 1000000) * 1000);
    return timestamp;
}

}  // namespace jobbro::core
