// What anybody may have of the log's tree.
#pragma once

#include <optional>

#include "hub/journal/tiles.h"
#include "hub/ops/latest.h"
#include "hub/store/store.h"

namespace jobbro::app {

// The latest checkpoint and the tiles of its tree. Written by the loop after a commit, read by the
// HTTP threads; a reader has one tree or the next, and waits for a pointer to be swapped at most.
// Thread: any.
class PublishedTree {
  public:
    // `checkpoint` is the log's note of exactly this tree.
    void publish(Bytes checkpoint, journal::TreeView tree);

    // Empty before the first is published.
    [[nodiscard]] Bytes checkpoint() const;
    // The bytes of a tile, at most one row of `log`; none when the tree does not have it.
    // Errors: store_failed, tampered.
    [[nodiscard]] Result<std::optional<Bytes>> tile(const store::Store& log,
                                                    const evidence::TileId& tile) const;

  private:
    struct Snapshot {
        Bytes checkpoint;
        journal::TreeView tree;
    };
    ops::Latest<Snapshot> latest_;
};

}  // namespace jobbro::app
