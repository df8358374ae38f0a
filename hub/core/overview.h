// What is known across courses: what waits for whom, the catalogue of offers, results, and which
// orders go on. Kept as courses change, and made again from the rows at a start: the same either
// way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "hub/core/frozen_results.h"
#include "hub/domain/catalogue.h"
#include "hub/domain/results.h"
#include "hub/domain/waiting.h"
#include "hub/journal/journal.h"
#include "proto/base/result.h"

namespace jobbro::core {

// Thread: the hub's loop.
struct Overview {
    domain::Catalogue catalogue;
    domain::Waiting waiting;
    domain::Results results;
    FrozenResults told;  // of months that are over
    // By party id, both sides: the orders that are not declined, cancelled, or ended with nothing
    // left to answer.
    std::map<std::string, std::set<domain::OrderKey>, std::less<>> going_on;

    // An order of the person was one way and is another now. nullptr: it was not, or is not, there.
    // `before` is what `after` was when it was last told.
    void apply(domain::Person person, const journal::rows::OrderRow* before,
               const journal::rows::OrderRow* after);
};

// What stands for the person in results: a keyed hash of the subject that is kept.
domain::Person person_mark(const journal::Vault& vault, const journal::SubjectId& kept);

// For which municipalities providers may work now, by the grants valid at the time.
void tell_municipalities(const journal::Registry& registry, Instant now,
                         domain::Catalogue& catalogue);

// Stages the row of an offer in log_table::offers: as the catalogue has it.
void stage_offer(store::Batch& batch, std::string_view provider,
                 const domain::PublishedOffer& offer);

// All that the rows and the frozen months hold. `journal` must have nothing staged. Errors:
// store_failed, opening_failed, tampered.
Result<Overview> open_overview(journal::Journal& journal);

}  // namespace jobbro::core
