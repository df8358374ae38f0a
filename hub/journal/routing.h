// Which entries each party is to have.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hub/store/store.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/base/numbers.h"

namespace jobbro::journal {

// One entry that a party is to have.
struct Routed {
    Sequence sequence;
    v1::MessageKind kind;
};

// Blocks of limits::block_entries entries. The unfinished block is in memory, and is read from the
// entries' sealed indexes when the journal is opened; a finished one is a row a party.
//
// Thread: the hub's loop.
class Routing {
  public:
    explicit Routing(const store::Store& store) : store_(&store) {}

    // Entry `sequence` goes to `party`. Requires: sequences never decrease.
    void add(const std::string& party, Sequence sequence, v1::MessageKind kind);
    // The log has reached `size` entries; stages the block's rows when that finishes it. Requires:
    // called after each entry.
    void advance(TreeSize size, store::Batch& batch);

    // The party's entries from `from` on, in order, at most `most`. Errors: store_failed, tampered.
    [[nodiscard]] Result<std::vector<Routed>> next(const std::string& party, Sequence from,
                                                   std::size_t most) const;
    // First entry of the unfinished block.
    [[nodiscard]] static Sequence block_start(TreeSize size);

  private:
    const store::Store* store_;
    std::map<std::string, std::vector<Routed>> unfinished_;
};

}  // namespace jobbro::journal
