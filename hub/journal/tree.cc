#include "hub/journal/tree.h"

#include <bit>

#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

using evidence::tile_width;

// Roots of the perfect subtrees that the hashes of an unfinished tile make up, largest first.
void add_perfect_subtrees(std::span<const evidence::Digest> hashes,
                          std::vector<evidence::Digest>& edge) {
    while (!hashes.empty()) {
        const std::size_t width = std::bit_floor(hashes.size());
        edge.push_back(evidence::root_of(hashes.first(width)));
        hashes = hashes.subspan(width);
    }
}

}  // namespace

Result<Tree> Tree::open(const store::Store& store, TreeSize size) {
    Tree tree;
    std::uint64_t count = size.value();
    for (std::uint8_t level = 0; count > 0; ++level, count /= tile_width) {
        tree.edge_.emplace_back();
        const std::uint16_t width = evidence::partial_width(level, size);
        if (width == 0) continue;
        JOBBRO_TRY_ASSIGN(tree.edge_.back(), read_tile(store, {level, count / tile_width, width}));
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
        count /= tile_width;
        batch.put(log_table::tiles, tile_key(level, count - 1), tile_bytes(hashes));
        hash = evidence::root_of(hashes);
        hashes.clear();
    }
}

}  // namespace jobbro::journal
