// One well-formed envelope of each kind, for tests to spoil.
#pragma once

#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"

namespace jobbro::contract {

// 2011-05-02T08:00:00Z, the time the samples are checked at.
inline constexpr Instant sample_now{1304323200000000};

// Everything but audience and body: of a jobcentre, about a citizen and under an order.
v1::Envelope sample_without_body();

// Valid and without findings. Every field of a body is set in one of them, but for the
// not_assessed_reason of a point. Those that answer have a cause.
v1::Envelope sample_order();
v1::Envelope sample_order_acceptance();
v1::Envelope sample_order_decline();
v1::Envelope sample_course_start();
v1::Envelope sample_absence_report();
v1::Envelope sample_progression_report();
v1::Envelope sample_course_end();
v1::Envelope sample_clarification_request();
v1::Envelope sample_clarification();
v1::Envelope sample_order_revision();
v1::Envelope sample_order_cancellation();
v1::Envelope sample_extension();
v1::Envelope sample_job_plan_extract();  // under an order
v1::Envelope sample_placement();
v1::Envelope sample_attendance_list();
v1::Envelope sample_mid_term_evaluation();
v1::Envelope sample_meeting();
v1::Envelope sample_funding_request();
v1::Envelope sample_funding_decision();
v1::Envelope sample_follow_up();
v1::Envelope sample_contact_changed();  // of the provider
v1::Envelope sample_notice();           // of the jobcentre
v1::Envelope sample_course_outcome();
v1::Envelope sample_limits_watched();
v1::Envelope sample_interview_held();
v1::Envelope sample_offer_published();
v1::Envelope sample_offer_withdrawn();
v1::Envelope sample_case_transfer();
v1::Envelope sample_cpr_changed();
v1::Envelope sample_subjects_merged();
v1::Envelope sample_alert();           // of the hub
v1::Envelope sample_erasure_notice();  // of the hub

// All of these, by number of their kind.
std::vector<v1::Envelope> sample_of_each_kind();

// Two citizens, without list_id.
v1::AttendanceSheet sample_attendance_sheet();

}  // namespace jobbro::contract
