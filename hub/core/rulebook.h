// Rule sets in the log: what was recorded decides, and files are held against it.
#pragma once

#include <span>

#include "hub/domain/danish_time.h"
#include "hub/domain/rule_set.h"
#include "hub/journal/journal.h"

namespace jobbro::core {

// What the rules of a course's life go by.
struct Rulebook {
    domain::DanishTime time;
    domain::RuleSets rules;
    std::vector<v1::RuleSet> messages;  // those of `rules` as they stand in the log, in their order

    // Those in force on the day of the time, or a set without limits and alerts. Lives as long as
    // `rules` is not changed.
    [[nodiscard]] const domain::RuleSet& rules_at(Instant time) const;
    // A message is judged by the day it tells of, so that day must have a rule set, or who tells of
    // another day would go by none; without any rule set at all every day is as good. Errors:
    // no_rules_in_force at "happened_at", with the next day that has one in the detail, or with the
    // last that had where none follows.
    [[nodiscard]] Result<void> check_in_force(Instant happened_at) const;
};

// Reads the rule sets of the log, and records of `configured` (by their first day) what is not
// there yet; committed when it returns. A rule set takes the place of that of the same first day,
// and of those it overlaps that had not begun when it was recorded. A sealed log is only read.
//
// What has been in force stays as it was: of a rule set that has begun only its last day may
// change, to one that is not past. Errors, with the name of the rule set in the detail:
// rules_changed otherwise; rules_overlap with one that has begun; those of domain::read_rule_set();
// file_unreadable without time zone data; those of Journal::rule_sets() and commit().
Result<Rulebook> open_rulebook(journal::Journal& journal, std::span<const v1::RuleSet> configured,
                               Instant now, Randomness& randomness);

}  // namespace jobbro::core
