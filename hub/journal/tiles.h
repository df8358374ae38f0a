// Tiles and entry bundles of the log, as C2SP tlog-tiles lays them out, read from the store.
#pragma once

#include <span>
#include <vector>

#include "hub/store/store.h"
#include "proto/evidence/tiles.h"

namespace jobbro::journal {

// Key of a tile's row: level (1 byte), number (8 bytes, big-endian).
Bytes tile_key(std::uint8_t level, std::uint64_t number);
// The bytes of a tile, as its row and HTTP have them: its hashes one after another.
Bytes tile_bytes(std::span<const evidence::Digest> hashes);

// A tile of any width from what is stored alone: its row, or what it is made of, at most 255
// entries or tiles of the level below. Requires: the log is long enough for it.
// Errors: store_failed; tampered when a tile or an entry that must be there is not. Thread: any.
Result<std::vector<evidence::Digest>> read_tile(const store::Store& log,
                                                const evidence::TileId& tile);
// `width` entries from 256 number on. Requires and errors: as above. Thread: any.
Result<Bytes> read_bundle(const store::Store& log, std::uint64_t number, std::uint16_t width);

// The tiles of a tree as it was after one commit. It does not follow the tree, so it may be read
// beside the loop. Thread: any.
struct TreeView {
    TreeSize size;
    std::vector<std::vector<evidence::Digest>> edge;  // by level, the unfinished tile's hashes

    // True for a tile, full or of a smaller width, that the tree has.
    [[nodiscard]] bool holds(const evidence::TileId& tile) const;
    // At most one row is read. Requires: holds(tile). Errors: as read_tile.
    [[nodiscard]] Result<std::vector<evidence::Digest>> tile(const store::Store& log,
                                                             const evidence::TileId& tile) const;
};

}  // namespace jobbro::journal
