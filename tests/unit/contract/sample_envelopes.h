// One well-formed envelope of each kind, for tests to spoil.
#pragma once

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"

namespace jobbro::contract {

// 2011-05-02T08:00:00Z, the time the samples are checked at.
inline constexpr Instant sample_now{1304323200000000};

// Everything but audience and body.
v1::Envelope sample_without_body();

v1::Envelope sample_order();
v1::Envelope sample_order_acceptance();
v1::Envelope sample_order_decline();
v1::Envelope sample_course_start();
v1::Envelope sample_absence_report();
v1::Envelope sample_progression_report();
v1::Envelope sample_course_end();

}  // namespace jobbro::contract
