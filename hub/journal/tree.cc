#include "hub/journal/tree.h"

#include <bit>

#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

constexpr std::uint64_t tile_width = 256;

// Roots of the perfect subtrees that the hashes of an unfinished tile make up, largest first.
void add_perfect_subtrees(std::span<const evidence::Digest> hashes,
                          std::vector<evidence::Digest>& edge) {
    while (!hashes.empty()) {
        const std::size_t width = std::bit_floor(hashes.size());
        edge.push_back(evidence::root_of(hashes.first(width)));
        hashes = hashes.subspan(width);
    }
}

Result<evidence::Digest> tile_root(const store::Store& store, std::uint8_t level,
                                   std::uint64_t number) {
    JOBBRO_TRY_ASSIGN(const auto row, store.get(log_table::tiles, tile_key(level, number)));
    if (!row || row->size() != tile_width * 32) {
        return Error{ErrorCode::tampered, "tile " + std::to_string(number) + " of level " +
                                              std::to_string(level) + " is missing"};
    }
    std::vector<evidence::Digest> hashes;
    hashes.reserve(tile_width);
    for (std::size_t i = 0; i < tile_width; ++i) {
        hashes.push_back(array_of<32>(BytesView{*row}.substr(32 * i, 32)));
    }
    return evidence::root_of(hashes);
}

Result<std::vector<evidence::Digest>> unfinished_hashes(const store::Store& store,
                                                        std::uint8_t level, std::uint64_t first,
                                                        std::uint64_t end) {
    std::vector<evidence::Digest> hashes;
    for (std::uint64_t i = first; i < end; ++i) {
        if (level > 0) {
            JOBBRO_TRY_ASSIGN(const auto root,
                              tile_root(store, static_cast<std::uint8_t>(level - 1), i));
            hashes.push_back(root);
            continue;
        }
        JOBBRO_TRY_ASSIGN(const auto entry, store.get(log_table::entries, key_of(i)));
        if (!entry) {
            return Error{ErrorCode::tampered, "entry " + std::to_string(i) + " is missing"};
        }
        hashes.push_back(evidence::leaf_hash(*entry));
    }
    return hashes;
}

}  // namespace

Bytes tile_key(std::uint8_t level, std::uint64_t number) {
    Bytes key(1, static_cast<char>(level));
    append_big_endian(key, number);
    return key;
}

Result<Tree> Tree::open(const store::Store& store, TreeSize size) {
    Tree tree;
    std::uint64_t width = size.value();
    for (std::uint8_t level = 0; width > 0; ++level) {
        const std::uint64_t first = width - width % tile_width;
        JOBBRO_TRY_ASSIGN(auto hashes, unfinished_hashes(store, level, first, width));
        tree.edge_.push_back(std::move(hashes));
        width /= tile_width;
    }
    std::vector<evidence::Digest> roots;
    for (auto level = tree.edge_.rbegin(); level != tree.edge_.rend(); ++level) {
        add_perfect_subtrees(*level, roots);
    }
    tree.compact_ = evidence::CompactTree{size, std::move(roots)};
    return tree;
}

void Tree::append(const evidence::Digest& leaf, store::Batch& batch) {
    compact_.append(leaf);
    evidence::Digest hash = leaf;
    std::uint64_t count = compact_.size().value();
    for (std::uint8_t level = 0;; ++level) {
        if (edge_.size() <= level) edge_.emplace_back();
        std::vector<evidence::Digest>& hashes = edge_[level];
        hashes.push_back(hash);
        if (hashes.size() < tile_width) return;
        Bytes tile;
        tile.reserve(tile_width * 32);
        for (const evidence::Digest& each : hashes)
            tile += view(each);
        count /= tile_width;
        batch.put(log_table::tiles, tile_key(level, count - 1), tile);
        hash = evidence::root_of(hashes);
        hashes.clear();
    }
}

}  // namespace jobbro::journal
