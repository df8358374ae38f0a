// What messages on orders and about citizens say: mostly what a course allows, now and then of days
// to come, of days before the course or beyond it, or of a period too long.
#pragma once

#include <string>

#include "hub/domain/course_state.pb.h"
#include "hub/domain/day.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/base/randomness.h"

namespace jobbro::testing {

// Bodies are valid by themselves, but for days to come. Life: `random` must outlive it.
class CourseBodies {
  public:
    explicit CourseBodies(SeededRandomness& random) : random_(random) {}

    // A body of the kind, of those on orders, LimitsWatched and InterviewHeld. `course`: the row of
    // the order; a new one for what is on none.
    void fill(v1::Envelope& envelope, v1::MessageKind kind, const domain::rows::CourseState& course,
              domain::Day today);

    // From `least` to `most`.
    int number(int least, int most);
    bool chance(int one_in) { return number(1, one_in) == 1; }

  private:
    // So many days from today.
    [[nodiscard]] std::string date(int days) const { return today_.plus(days).text(); }
    // The day of the course's start, or today where it has not begun.
    [[nodiscard]] int began() const;

    void fill_order(v1::Order& body);
    void fill_start(v1::CourseStart& body);
    void fill_absence(v1::AbsenceReport& body);
    void fill_attendance(v1::AttendanceList& body);
    void fill_progression(v1::ProgressionReport& body);
    void fill_mid_term(v1::MidTermEvaluation& body);
    void fill_end(v1::CourseEnd& body);
    void fill_question(v1::ClarificationRequest& body);
    static void fill_answer(v1::Clarification& body);
    void fill_extension(v1::Extension& body);
    void fill_job_plan(v1::JobPlanExtract& body);
    void fill_placement(v1::Placement& body);
    void fill_meeting(v1::Meeting& body);
    static void fill_decision(v1::FundingDecision& body);
    void fill_limits(v1::LimitsWatched& body);
    void fill_interview(v1::InterviewHeld& body);
    void fill_brief(v1::Envelope& envelope, v1::MessageKind kind);

    SeededRandomness& random_;
    const domain::rows::CourseState* course_ = nullptr;
    domain::Day today_;
};

}  // namespace jobbro::testing
