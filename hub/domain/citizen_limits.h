// The limits of the law for a citizen, as far as a jobcentre has told of them, and the end of the
// citizen's job plan. Pure rules over a row that the caller stores; COURSE.md shows how they are
// used. What is raised here goes to that jobcentre alone. Thread: one at a time for a state.
#pragma once

#include "hub/domain/course_state.pb.h"
#include "hub/domain/order_dialogue.h"
#include "hub/domain/rule_set.h"
#include "hub/domain/watches.h"
#include "jobbro/v1/envelope.pb.h"

namespace jobbro::domain {

// A message about a citizen, on one of the citizen's orders or on none.
struct CitizenMessage {
    const v1::Envelope& envelope;  // validated
    v1::MessageKind kind;          // of its body
    MessageNumber number;          // its sequence plus one
    MessageNumber corrects = 0;    // 0: nothing
    Day day;                       // the local day on which it is recorded
    Day birth;                     // of the citizen, by the CPR number
    // Of the order before the message, where it is on one.
    OrderState order_state = OrderState::placed;
};

// Takes a recorded message into the row, whatever its kind: those that tell of no limit change
// nothing. `rules` are those in force on the day of the event. Nothing is ever raised with a
// message.
//
// A limit is watched from the LimitsWatched that names it, until one comes that does not, or an
// outcome of job or education. The first interview and the next ones are met by an InterviewHeld;
// the first offer by a CourseStart; a new offer is due counted from the end of the last course,
// while none runs.
//
// Somebody may come back after years, with a new first request: interviews, starts, ends and
// outcomes of days before first_request_date count no more. Where that date is not told, all do.
// A correction takes the place of what it corrects, and what it no longer meets or ends is watched
// again, from the day after. What is counted goes by the rules of the message that told what it is
// counted from, and no later message moves it.
Consequences record_on_citizen(rows::CitizenState& citizen, const CitizenMessage& message,
                               const RuleSet& rules);

// What another row knows of the same citizen goes into this one: the case was handed over to a
// jobcentre that has a row, or two turned out to be one person. Of the limits and of the job plan
// those told later stay; interviews, courses and outcomes are those of both. `today` as in a
// message.
void join(rows::CitizenState& citizen, const rows::CitizenState& other, Day today);

// Kept of a citizen, for corrections to come: so many interviews, starts, ends and outcomes each.
// Beyond, the one of the earliest day is let go.
inline constexpr int told_of_citizen_max = 32;

// As in course.h.
std::vector<RaisedAlert> due(const rows::CitizenState& citizen, Day day);
Day next_due(const rows::CitizenState& citizen);
void record_alert(rows::CitizenState& citizen, const v1::Alert& alert);

// The one after the last interview, as told; not set: not known.
Day next_interview(const rows::CitizenState& citizen);

}  // namespace jobbro::domain
