#include "hub/journal/tiles.h"

#include "hub/journal/tables.h"
#include "proto/base/assert.h"

namespace jobbro::journal {
namespace {

using evidence::Digest;
using evidence::tile_width;

constexpr std::size_t hash_bytes = Digest{}.size();

Error missing(std::uint8_t level, std::uint64_t number) {
    return {ErrorCode::tampered, "tile " + std::to_string(number) + " of level " +
                                     std::to_string(level) + " is missing"};
}

// The first `width` hashes of a full tile; none when its row is not there.
Result<std::optional<std::vector<Digest>>> stored_hashes(const store::Store& log,
                                                         std::uint8_t level, std::uint64_t number,
                                                         std::size_t width) {
    JOBBRO_TRY_ASSIGN(const auto row, log.get(log_table::tiles, tile_key(level, number)));
    if (!row) return std::optional<std::vector<Digest>>{};
    if (row->size() != tile_width * hash_bytes) return missing(level, number);
    std::vector<Digest> hashes;
    hashes.reserve(width);
    for (std::size_t i = 0; i < width; ++i) {
        hashes.push_back(array_of<hash_bytes>(BytesView{*row}.substr(hash_bytes * i, hash_bytes)));
    }
    return std::optional{std::move(hashes)};
}

Result<Bytes> read_entry(const store::Store& log, std::uint64_t sequence) {
    JOBBRO_TRY_ASSIGN(auto entry, log.get(log_table::entries, key_of(sequence)));
    if (!entry) {
        return Error{ErrorCode::tampered, "entry " + std::to_string(sequence) + " is missing"};
    }
    return *std::move(entry);
}

// Hash `place` of a level, made from what is below it.
Result<Digest> made_hash(const store::Store& log, std::uint8_t level, std::uint64_t place) {
    if (level == 0) {
        JOBBRO_TRY_ASSIGN(const Bytes entry, read_entry(log, place));
        return evidence::leaf_hash(entry);
    }
    const auto below = static_cast<std::uint8_t>(level - 1);
    JOBBRO_TRY_ASSIGN(const auto hashes, stored_hashes(log, below, place, tile_width));
    if (!hashes) return missing(below, place);
    return evidence::root_of(*hashes);
}

}  // namespace

Bytes tile_key(std::uint8_t level, std::uint64_t number) {
    Bytes key(1, static_cast<char>(level));
    append_big_endian(key, number);
    return key;
}

Bytes tile_bytes(std::span<const Digest> hashes) {
    Bytes bytes;
    bytes.reserve(hashes.size() * hash_bytes);
    for (const Digest& hash : hashes)
        bytes += view(hash);
    return bytes;
}

Result<std::vector<Digest>> read_tile(const store::Store& log, const evidence::TileId& tile) {
    JOBBRO_ASSERT(1 <= tile.width && tile.width <= tile_width);
    JOBBRO_TRY_ASSIGN(auto stored, stored_hashes(log, tile.level, tile.number, tile.width));
    if (stored) return *std::move(stored);
    if (tile.width == tile_width) return missing(tile.level, tile.number);
    std::vector<Digest> hashes;
    hashes.reserve(tile.width);
    for (std::uint64_t i = 0; i < tile.width; ++i) {
        JOBBRO_TRY_ASSIGN(const Digest hash,
                          made_hash(log, tile.level, tile.number * tile_width + i));
        hashes.push_back(hash);
    }
    return hashes;
}

Result<Bytes> read_bundle(const store::Store& log, std::uint64_t number, std::uint16_t width) {
    JOBBRO_ASSERT(1 <= width && width <= tile_width);
    Bytes bundle;
    for (std::uint64_t i = 0; i < width; ++i) {
        JOBBRO_TRY_ASSIGN(const Bytes entry, read_entry(log, number * tile_width + i));
        evidence::append_to_bundle(bundle, entry);
    }
    return bundle;
}

bool TreeView::holds(const evidence::TileId& tile) const {
    if (tile.level >= sizeof(std::uint64_t)) return false;  // 256^8 leaves are more than there are
    const std::uint64_t hashes = size.value() >> (8U * tile.level);
    return 1 <= tile.width && tile.width <= tile_width && tile.width <= hashes &&
           tile.number <= (hashes - tile.width) / tile_width;
}

Result<std::vector<Digest>> TreeView::tile(const store::Store& log,
                                           const evidence::TileId& tile) const {
    JOBBRO_ASSERT(holds(tile));
    const std::uint64_t full = (size.value() >> (8U * tile.level)) / tile_width;
    if (tile.number < full) {
        JOBBRO_TRY_ASSIGN(auto stored, stored_hashes(log, tile.level, tile.number, tile.width));
        if (!stored) return missing(tile.level, tile.number);
        return *std::move(stored);
    }
    const std::vector<Digest>& hashes = edge[tile.level];
    return std::vector<Digest>(hashes.begin(), hashes.begin() + tile.width);
}

}  // namespace jobbro::journal
