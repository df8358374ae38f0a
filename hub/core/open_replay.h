// An auditor's replay: what was asked for, and how far it has come.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "hub/journal/vault.h"
#include "jobbro/v1/audit.pb.h"
#include "proto/base/numbers.h"
#include "proto/contract/uuid.h"

namespace jobbro::core {

// Opened when its trace was staged; handed out a page at a time from the commit of the trace on.
// At most limits::replay_found_max places, limits::replay_kinds_max kinds, and
// limits::merged_subjects_max subjects and one with limits::orders_per_subject_max orders each.
struct OpenReplay {
    // Entries that are linked, each to the one before: those of an order, or of a subject.
    struct Chain {
        std::optional<contract::OrderId> order;  // none: it is the subject's
        journal::SubjectId subject{};            // unused of an order's
        std::uint64_t next = 0;                  // where to look next, plus one; 0: it is walked
        // Entries of the subject under no order that have not been come by.
        std::uint64_t unmet = 0;
    };

    std::uint64_t number = 0;  // request_number of the Replay
    v1::ReplayView view = v1::REPLAY_VIEW_UNSPECIFIED;
    Sequence next;  // all below has been looked at
    Sequence end;   // the first one not to look at; never less than next
    // What is asked for; none, or empty: of all.
    std::string party;
    std::optional<contract::OrderId> order;
    // All subjects of the citizen, the kept one first; of one not known: one that nobody has.
    std::vector<journal::SubjectId> person;
    std::vector<v1::MessageKind> kinds;
    // By order or citizen: first the links are walked back from the latest entry, then what was
    // found is handed out. One for the order, or one for each subject and each of its orders.
    std::vector<Chain> chains;
    std::size_t blind_looks = 0;  // at entries that no link led to
    std::vector<Sequence> found;  // latest first
    // The request that waits for a page. None: nobody does.
    std::optional<std::uint64_t> owed;

    [[nodiscard]] bool is_by_links() const { return order || !person.empty(); }
    // Where to look next by the links, plus one; 0: they are walked.
    [[nodiscard]] std::uint64_t latest_link() const {
        std::uint64_t latest = 0;
        for (const Chain& chain : chains)
            latest = std::max(latest, chain.next);
        return latest;
    }
    // Nothing is left to look at.
    [[nodiscard]] bool is_over() const {
        return is_by_links() ? latest_link() == 0 && found.empty() : next >= end;
    }
};

}  // namespace jobbro::core
