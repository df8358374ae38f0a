// Which entries each party is to have.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hub/store/store.h"
#include "proto/base/numbers.h"

namespace jobbro::journal {

// Blocks of limits::block_entries entries. The unfinished block is in memory, and is read from the
// entries' sealed indexes when the journal is opened; a finished one is a row a party.
//
// Thread: the hub's loop.
class Routing {
  public:
    explicit Routing(const store::Store& store) : store_(&store) {}

    // The log has `size` entries; the caller adds those of the unfinished block. Requires: nothing
    // has been added yet.
    void resume(TreeSize size) { unfinished_from_ = block_start(size); }

    // Entry `sequence` goes to `party`. Requires: sequences never decrease.
    void add(const std::string& party, Sequence sequence);
    // The log has reached `size` entries; stages the block's rows when that finishes it. Requires:
    // called after each entry.
    void advance(TreeSize size, store::Batch& batch);

    // The party's entries from `from` on, in order, at most `most`. Errors: store_failed, tampered.
    [[nodiscard]] Result<std::vector<Sequence>> next(const std::string& party, Sequence from,
                                                     std::size_t most) const;
    // First entry of the unfinished block.
    [[nodiscard]] static Sequence block_start(TreeSize size);

  private:
    Result<void> read_blocks(const std::string& party, Sequence from, std::size_t most,
                             std::vector<Sequence>& found) const;

    const store::Store* store_;
    Sequence unfinished_from_;  // first entry that may be in unfinished_
    std::map<std::string, std::vector<Sequence>> unfinished_;
};

}  // namespace jobbro::journal
