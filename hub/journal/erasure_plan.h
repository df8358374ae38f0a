// What an erasure takes of a person: found out first, then recorded, then carried out.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "hub/journal/case_file.h"

namespace jobbro::journal {

// Jobcentres, by party id, whose part of a person's matters is meant; none: everybody's.
using ErasureScope = std::optional<std::set<std::string>>;

// How a person stands to an erasure.
struct PersonState {
    SubjectId kept{};  // the subject that statements are about
    bool is_held = false;
    std::uint64_t preceding = 0;  // the latest statement's sequence plus one; 0: none
    std::uint32_t orders = 0;
    std::uint32_t running_orders = 0;  // of those: not over
    // Sequence of the latest message that a party has sent about the person, under an order or
    // none, plus one. 0: none. The hub's alerts count for nothing here: they put no erasure off, by
    // the clock or by a statement, and go with the rest.
    std::uint64_t last_said_plus_one = 0;
    std::optional<Instant> last_over_at;  // of its orders that are over; none: there are none
    std::set<std::string> jobcentres;     // that have said something of the person or have an order
};

struct ErasurePlan {
    std::vector<SubjectId> subjects;        // of the person, the kept one first
    std::vector<contract::OrderId> orders;  // that go
    std::vector<KeySlot> slots;             // whose keys go, ascending
    std::vector<Bytes> cpr_hashes;          // of the numbers that go: all of them, or none
    std::uint32_t running_orders = 0;       // of those that go: not over
    std::uint64_t entries = 0;              // that cannot be read any more, alerts among them
    bool is_whole = false;                  // nothing of the person is left
    // Whom to tell, and of which orders: the jobcentres that have or had each, and its provider.
    std::map<std::string, std::vector<contract::OrderId>> parties;
};

// Errors, for all here: store_failed, opening_failed, tampered. Thread: the hub's loop.
Result<PersonState> state_of_person(CaseFile& cases, const SubjectId& subject);
// The orders that are with these jobcentres go. When no other jobcentre has an order or has said
// anything of the person, all that is left goes too: what was said under no order, and the numbers.
Result<ErasurePlan> plan_erasure(CaseFile& cases, const SubjectId& subject,
                                 const ErasureScope& scope);
// Takes out of the cases what the plan says, and the scope's jobcentres. Requires: the plan was
// made with this scope, and nothing has changed since.
Result<void> remove_planned(CaseFile& cases, const ErasurePlan& plan, const ErasureScope& scope);

}  // namespace jobbro::journal
