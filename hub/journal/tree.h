// The log's Merkle tree on disk: full tiles as rows, the unfinished right edge in memory.
#pragma once

#include <vector>

#include "hub/journal/tiles.h"
#include "hub/store/store.h"
#include "proto/base/numbers.h"
#include "proto/evidence/merkle.h"

namespace jobbro::journal {

// Tiles as C2SP tlog-tiles lays them out: tile n of level l holds 256 hashes, each the root of
// 256^l leaves. Only full tiles are stored; what is unfinished is read from the level below when
// the tree is opened: at most 255 entries and 255 tiles a level.
//
// Thread: the hub's loop.
class Tree {
  public:
    // Errors: store_failed; tampered when a tile or an entry that must be there is not.
    static Result<Tree> open(const store::Store& store, TreeSize size);

    // Adds the next leaf; stages tiles that became full.
    void append(const evidence::Digest& leaf, store::Batch& batch);
    [[nodiscard]] TreeSize size() const { return compact_.size(); }
    [[nodiscard]] evidence::Digest root() const { return compact_.root(); }
    // Its tiles can be read once what append() has staged is committed.
    [[nodiscard]] TreeView view() const { return {size(), edge_}; }

  private:
    Tree() = default;
    std::vector<std::vector<evidence::Digest>> edge_;  // by level, the unfinished tile's hashes
    evidence::CompactTree compact_;
};

}  // namespace jobbro::journal
