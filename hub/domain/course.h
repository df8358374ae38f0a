// The life of a course: from an order to the answer to its last report. Pure rules over a row that
// the caller stores; COURSE.md shows how they are used.
//
// Of each message that reaches an order, judge_on_order() says whether it may be recorded and
// record_on_order() what it brings about. Neither allocates but for what is found, raised or newly
// kept. Thread: one at a time for a state, for all here.
#pragma once

#include <span>
#include <vector>

#include "hub/domain/course_state.pb.h"
#include "hub/domain/order_dialogue.h"
#include "hub/domain/rule_set.h"
#include "hub/domain/watches.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/base/result.h"

namespace jobbro::domain {

// A message on an order, and what the log knows of it.
struct OrderMessage {
    const v1::Envelope& envelope;            // validated
    v1::MessageKind kind;                    // of its body
    MessageNumber number;                    // its sequence plus one
    std::span<const MessageNumber> answers;  // what it answers, resolved
    MessageNumber corrects = 0;              // what it corrects, resolved; 0: nothing
    Day day;                                 // the local day on which it is recorded
    std::span<const v1::Finding> found;      // in itself, by contract::findings_of()
};

// Of an offer in the catalogue that an order names.
struct OfferFacts {
    std::span<const int> match_categories;  // v1::MatchCategory; empty: not told
    v1::LegalCategory legal_category = v1::LEGAL_CATEGORY_UNSPECIFIED;  // unspecified: not told
};

// By which chapter of the law a course of the order is given: the order's own word, or else that of
// the offer it names. Unspecified: neither tells. `offer`: nullptr where the catalogue has none.
v1::LegalCategory legal_category_of(const v1::Order& order, const OfferFacts* offer);

// Whether the message may be recorded on the order as it is, and what is to be remarked on beside
// what was found in itself. For the Order that opens an order `course` is a new row. `rules` are
// those in force on the day of the event, envelope.happened_at; `offer` is of an Order or
// OrderRevision, as the catalogue has it when the message comes, nullptr where it has none. Errors,
// with the field's path:
//   order_step_not_allowed  the state does not allow it; the detail names what it does
//   period_too_long         beyond what the rule set allows; the detail names the last day allowed
//   absence_outside_course  days before the start or after the end
//   report_before_course    a report dated before the start
//   happened_in_future      a progression report on days to come
//   list_too_long           as many questions or reports as can wait for an answer wait for one
// That a message points only at what it may, and at what there is, has been checked already.
Result<std::vector<v1::Finding>> judge_on_order(const rows::CourseState& course,
                                                const OrderMessage& message, const RuleSet& rules,
                                                const OfferFacts* offer);

// Takes a recorded message into the row. What was due by the day has been raised before. `rules`
// and `offer` as above. Requires: judge_on_order() let it pass.
Consequences record_on_order(rows::CourseState& course, const OrderMessage& message,
                             const RuleSet& rules, const OfferFacts* offer);

// Both. After an error nothing has changed.
struct Advance {
    std::vector<v1::Finding> findings;
    Consequences consequences;
};
Result<Advance> advance(rows::CourseState& course, const OrderMessage& message,
                        const RuleSet& rules, const OfferFacts* offer);

// The citizen's next interview is on the day, or on none that is known (not set).
void set_next_interview(rows::CourseState& course, Day interview, const RuleSet& rules, Day today,
                        Consequences& consequences);

// The alerts that are due by the beginning of the local day, in order; those due before it are
// late. What is raised is told to the row by record_alert(), so that nothing is raised twice.
std::vector<RaisedAlert> due(const rows::CourseState& course, Day day);
// The first day on which due() will have something; not set: none, unless a message comes.
Day next_due(const rows::CourseState& course);
// An alert of the log. What comes with a message is in the row already and changes nothing.
void record_alert(rows::CourseState& course, const v1::Alert& alert);

DialogueState dialogue_state(const rows::CourseState& course);
// The order is over and nothing waits. let_go() then keeps what a late message is judged by, a few
// bytes; the row may as well be kept whole.
bool is_followed_up(const rows::CourseState& course);
void let_go(rows::CourseState& course);

}  // namespace jobbro::domain
