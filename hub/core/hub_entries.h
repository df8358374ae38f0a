// Entries that the hub makes about itself and its parties, for nobody: what an auditor may read of
// them.
#pragma once

#include "hub/journal/journal.h"
#include "hub/journal/registry.h"

namespace jobbro::core {

// If one names a citizen, then by the hub's own id, by an order or by the places of entries.
bool is_of_the_hub(v1::MessageKind kind);

// Whether the auditor may read the body of an entry of the hub's. All that it names has to be
// within the grants: a citizen or an order by a jobcentre that has, or had, to do with the citizen;
// what a party read, or decided about parked messages, by the jobcentre that it is, or by one that
// it works for or has worked for by any grant; an erasure of a part of a citizen's also by any
// jobcentre of the controller that stated it. What is not there is nobody's, so that nothing tells
// an order or a citizen the hub knows from one it does not: once a citizen is wholly erased, nobody
// reads who had looked at the citizen, that the erasure was due, or that there were holds. The
// erasure itself every auditor reads then. Thread: the hub's loop. Requires: is_of_the_hub(its
// kind). Errors: store_failed, opening_failed, tampered.
Result<bool> may_read_body_of_hub(const journal::OpenedEntry& entry, const journal::Party& auditor,
                                  Instant now, journal::Journal& journal);

}  // namespace jobbro::core
