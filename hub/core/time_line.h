// What was said on an order or of a citizen, walked back along the links of the entries.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "hub/journal/journal.h"
#include "proto/base/result.h"

namespace jobbro::core {

// Entries that are linked, each to the one before: those of an order, or of a subject. Where an
// erasure has broken a subject's links, the entries before are looked at one by one.
struct LinkedEntries {
    std::optional<contract::OrderId> order;  // none: they are the subject's
    journal::SubjectId subject{};
    std::uint64_t next = 0;  // where to look next, plus one; 0: all have been come by

    // The entry it has come to, and a step back. Null: it stands in a gap. Errors: as
    // Journal::read(), but for erased; field_out_of_bounds where an order's have been left, which
    // is where no link leads.
    Result<std::shared_ptr<const journal::OpenedEntry>> step(journal::Journal& journal);
};

// One for the order, or one for each subject of the person. Thread: the hub's loop.
struct TimeLine {
    std::vector<LinkedEntries> chains;
    std::optional<Instant> known_at;  // none: now
    // What corrects an entry, as far as it has been come by: the latest that does, by sequence.
    std::map<std::uint64_t, std::uint64_t> corrected_by;
    // What was recorded before this sequence and after what is still to come has been come by.
    std::uint64_t known_from = 0;
    // Of an entry before this sequence it is not known whether corrections of it are missing.
    std::uint64_t unsure_before = 0;

    // Where the latest entry is that has not been come by; null: all have.
    LinkedEntries* latest();
    // The sequence of that entry, plus one; 0: all have been come by.
    [[nodiscard]] std::uint64_t to_come() const;
    // It was recorded by then.
    [[nodiscard]] bool is_known(Instant recorded_at) const {
        return !known_at || recorded_at <= *known_at;
    }
    void note_corrections(const journal::OpenedEntry& entry);

    // How far it has come, for the next page, with the corrections of what is still to come; at
    // most limits::query_after_bytes_max less one. What does not fit makes it unsure.
    [[nodiscard]] Bytes cursor() const;
    // Goes on from there. Returns false, and changes nothing, where it cannot be one of this time
    // line's.
    bool go_to(BytesView cursor);
};

}  // namespace jobbro::core
