#include "hub/app/published_tree.h"

namespace jobbro::app {

void PublishedTree::publish(Bytes checkpoint, journal::TreeView tree) {
    latest_.set({std::move(checkpoint), std::move(tree)});
}

Bytes PublishedTree::checkpoint() const {
    const auto snapshot = latest_.get();
    return snapshot ? snapshot->checkpoint : Bytes{};
}

Result<std::optional<Bytes>> PublishedTree::tile(const store::Store& log,
                                                 const evidence::TileId& tile) const {
    const auto snapshot = latest_.get();
    if (!snapshot || !snapshot->tree.holds(tile)) return std::optional<Bytes>{};
    JOBBRO_TRY_ASSIGN(const auto hashes, snapshot->tree.tile(log, tile));
    return std::optional{journal::tile_bytes(hashes)};
}

}  // namespace jobbro::app
