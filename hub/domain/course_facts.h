// What is counted of an order and its course. A row beside rows::CourseState, kept by the same
// messages; RESULTS.md says what is counted and when. Thread: one at a time for a row.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "hub/domain/course.h"
#include "hub/domain/course_facts.pb.h"
#include "proto/contract/party_id.h"

namespace jobbro::domain {

// A calendar month: twelve times the year, and 0 for January.
using Month = std::uint32_t;
Month month_of(Day day);

// What results tell. Numbers are stored; never renumber.
enum class Measure : std::uint8_t {
    courses = 0,              // courses begun
    completion = 1,           // courses ended: carried out, not
    absence = 2,              // planned days of courses ended: away, there
    point_professional = 3,   // reports: progress, unchanged, setback; those not assessed are out
    point_personal = 4,       //
    point_health = 5,         //
    point_material = 6,       //
    point_perspective = 7,    //
    reports_in_time = 8,      // reports with a date: by it, later or never
    days_to_know = 9,         // from a start, an end or an absence to the hub being told
    follow_ups_in_time = 10,  // reports and evaluations: answered by their limit, later or never
    outcomes = 11,            // outcomes told: job or education, other
    provider_findings = 12,   // the provider's messages: with findings, without
    jobcentre_findings = 13,  // the jobcentre's
};
inline constexpr std::size_t measures = 14;
inline constexpr std::size_t categories_max = 3;
// How many parts a measure has, 1 to categories_max.
std::size_t categories_of(Measure measure);

// Of one course, one thing that is counted.
struct Counted {
    Month month = 0;
    Measure measure = Measure::courses;
    std::uint8_t category = 0;
    std::uint16_t days = 0;  // of days_to_know; else 0
    std::uint32_t amount = 0;
    friend auto operator<=>(const Counted&, const Counted&) = default;
};

inline constexpr std::uint16_t days_to_know_max = 400;  // what took longer counts as this
inline constexpr int facts_max = 512;                   // of one sort and course; then no more

// Takes a recorded message into the row. `course` is the order's row after record_on_order(), and
// before let_go(). `has_findings`: any, in itself or by judge_on_order().
void record_facts(rows::CourseFacts& facts, const OrderMessage& message,
                  const rows::CourseState& course, contract::Role sender, bool has_findings);

// All that is counted of the course, in order, each (month, measure, category, days) once.
std::vector<Counted> counted_of(const rows::CourseFacts& facts);

}  // namespace jobbro::domain
