// Proofs from the log as it is committed.
#pragma once

#include <string>
#include <vector>

#include "hub/journal/journal.h"

namespace jobbro::journal {

// What proves that an entry is in a tree.
struct Inclusion {
    Bytes entry;         // as it stands in the log
    std::string sender;  // party id, from its clear part
    std::vector<evidence::Digest> path;
};

// Each holds its answer to what the log has signed of these sizes, so that damage on the disk does
// not leave the house as a proof. For all: nothing is staged in the journal. Errors: store_failed;
// tampered. Thread: the hub's loop.
//
// Requires: sequence below size; size at most journal.size().
Result<Inclusion> prove_inclusion(const Journal& journal, Sequence sequence, TreeSize size);
// Requires: old_size at most size; size at most journal.size().
Result<std::vector<evidence::Digest>> prove_consistency(const Journal& journal, TreeSize old_size,
                                                        TreeSize size);
// The note the log signed at exactly this size; empty when it signed none.
Result<Bytes> checkpoint_of_size(const Journal& journal, TreeSize size);

}  // namespace jobbro::journal
