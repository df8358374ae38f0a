// Envelopes as a party's system would make them. CPR numbers are test numbers (60 added to the
// day).
#pragma once

#include <string>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/randomness.h"
#include "proto/contract/uuid.h"

namespace jobbro::testing {

inline constexpr const char* jobcentre = "jobcentre:630";
inline constexpr const char* other_jobcentre = "jobcentre:740";
inline constexpr const char* third_jobcentre = "jobcentre:376";
inline constexpr const char* provider = "provider:99326018-9100000031";
inline constexpr const char* other_provider = "provider:99104007";
inline constexpr const char* operator_party = "operator:duty";
inline constexpr const char* controller = "controller:demo";
inline constexpr const char* second_controller = "controller:other";
inline constexpr const char* citizen = "690870-1478";
inline constexpr const char* other_citizen = "741176-1201";

// An envelope with everything but the body: an id at `now`, salt, sender, order and citizen.
v1::Envelope envelope(const std::string& sender, const contract::OrderId& order, Instant now,
                      Randomness& randomness, const std::string& cpr = citizen);

v1::Envelope order(const contract::OrderId& order, Instant now, Randomness& randomness,
                   const std::string& to = provider, const std::string& cpr = citizen);
v1::Envelope acceptance(const contract::OrderId& order, Instant now, Randomness& randomness);
v1::Envelope course_start(const contract::OrderId& order, Instant now, Randomness& randomness,
                          const std::string& cpr = citizen);
// Something a provider says that every order takes until it is over, and that moves none.
v1::Envelope provider_notice(const contract::OrderId& order, Instant now, Randomness& randomness,
                             const std::string& cpr = citizen);
// Of a day on which the course of course_start() runs.
v1::Envelope absence(const contract::OrderId& order, Instant now, Randomness& randomness,
                     const std::string& cpr = citizen);
// The test number of the n-th of some 120,000 made-up citizens.
std::string made_up_citizen(std::uint64_t n);

}  // namespace jobbro::testing
