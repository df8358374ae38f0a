// The tree of a log in tiles, as C2SP tlog-tiles (v0.1.0) lays it out: where they stand, and proofs
// made from them. No storage.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/merkle.h"

namespace jobbro::evidence {

// Hashes of a full tile, and entries of a full bundle.
inline constexpr std::uint64_t tile_width = 256;

// Tile `number` of `level`: hash i is the root of the 256^level leaves from
// (256 number + i) 256^level on. `width` hashes of it, 1 to 256.
struct TileId {
    std::uint8_t level = 0;
    std::uint64_t number = 0;
    std::uint16_t width = tile_width;
    friend bool operator==(const TileId&, const TileId&) = default;
};

// "tile/0/x001/067" or, with fewer than 256 hashes, "tile/0/000.p/3". Thread: any, for all below.
std::string tile_path(const TileId& tile);
// "tile/entries/000.p/3": `width` entries from 256 number on.
std::string bundle_path(std::uint64_t number, std::uint16_t width);
// What such a path means; none when it is not written exactly so. A bundle is told by `is_bundle`,
// and its level is 0.
struct TilePath {
    TileId tile;
    bool is_bundle = false;
};
std::optional<TilePath> parse_tile_path(std::string_view path);

// How many hashes the last, unfinished tile of a level has in a tree of this size; 0: none.
std::uint16_t partial_width(std::uint8_t level, TreeSize size);

// An entry in a bundle: its length (2 bytes, big-endian), then the entry.
// Requires: entry.size() <= 65535.
void append_to_bundle(Bytes& bundle, BytesView entry);
// Views into the bundle. Errors: proof_wrong when the lengths do not add up.
Result<std::vector<BytesView>> entries_of_bundle(BytesView bundle);

// The hashes of a tile; exactly `width` of them. Errors are handed on.
using ReadTile = std::function<Result<std::vector<Digest>>(const TileId&)>;

// Root of the tree of `size` leaves; of none: empty_root(). Reads at most one tile a level.
Result<Digest> root_from_tiles(const ReadTile& read, TreeSize size);
// Path of leaf `index` in the tree of `size`, leaf side first; what root_from_inclusion takes.
// Requires: index < size. Reads a few tiles a level.
Result<std::vector<Digest>> inclusion_from_tiles(const ReadTile& read, LeafIndex index,
                                                 TreeSize size);
// What verify_consistency takes. Empty when old_size is 0 or size. Requires: old_size <= size.
Result<std::vector<Digest>> consistency_from_tiles(const ReadTile& read, TreeSize old_size,
                                                   TreeSize size);

}  // namespace jobbro::evidence
