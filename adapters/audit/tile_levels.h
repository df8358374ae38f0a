// The hashes of a growing tree, tile by tile and level by level.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "proto/base/numbers.h"
#include "proto/evidence/tiles.h"

namespace jobbro::audit {

// Gathers leaf hashes into tiles: at most 256 hashes a level are kept. A hash may be unknown; what
// it is part of is unknown then. Thread: one at a time.
class TileLevels {
  public:
    using Hash = std::optional<evidence::Digest>;
    // A tile of 256 hashes, or, from finish(), of fewer. Returns the root that stands for a full
    // one in the level above: usually root_of_hashes() of it.
    using OnTile = std::function<Hash(const evidence::TileId&, const std::vector<Hash>&)>;

    explicit TileLevels(OnTile on_tile) : on_tile_(std::move(on_tile)) {}

    void append(const Hash& leaf);
    // Tells the unfinished tile of each level that has one.
    void finish();

  private:
    struct Level {
        std::uint64_t number = 0;  // of the tile being filled
        std::vector<Hash> hashes;
    };
    OnTile on_tile_;
    std::vector<Level> levels_;
};

// None when one of them is unknown. Requires: !hashes.empty(). Thread: any.
TileLevels::Hash root_of_hashes(const std::vector<TileLevels::Hash>& hashes);

}  // namespace jobbro::audit
