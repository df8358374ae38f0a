#include "proto/evidence/merkle.h"

#include <algorithm>
#include <array>
#include <bit>

#include "proto/base/assert.h"

namespace jobbro::evidence {
namespace {

constexpr char leaf_prefix = '\x00';
constexpr char node_prefix = '\x01';

// Where RFC 6962 splits a tree of `size` leaves: the largest power of two below it.
// Requires: size > 1.
std::size_t split_of(std::size_t size) {
    return std::bit_floor(size - 1);
}

// SUBPROOF of RFC 6962 section 2.1.2. `is_whole`: the old tree is all of what is left of it, so
// whoever checks has its root already.
void append_subproof(std::span<const Digest> leaves, std::size_t old_size, bool is_whole,
                     std::vector<Digest>& path) {
    if (old_size == leaves.size()) {
        if (!is_whole) path.push_back(root_of(leaves));
        return;
    }
    const std::size_t split = split_of(leaves.size());
    if (old_size <= split) {
        append_subproof(leaves.first(split), old_size, is_whole, path);
        path.push_back(root_of(leaves.subspan(split)));
    } else {
        append_subproof(leaves.subspan(split), old_size - split, false, path);
        path.push_back(root_of(leaves.first(split)));
    }
}

// Appends to each leaf's path what it needs within `leaves`; returns their root.
Digest append_paths(std::span<const Digest> leaves, std::span<std::vector<Digest>> paths) {
    if (leaves.size() == 1) return leaves.front();
    const std::size_t split = split_of(leaves.size());
    const Digest left = append_paths(leaves.first(split), paths.first(split));
    const Digest right = append_paths(leaves.subspan(split), paths.subspan(split));
    for (std::size_t i = 0; i < paths.size(); ++i) paths[i].push_back(i < split ? right : left);
    return node_hash(left, right);
}

// Where a check stands on its way up: a node of the level, and the last node of that level.
struct Ascent {
    std::uint64_t node;
    std::uint64_t last;

    void climb() {
        node >>= 1U;
        last >>= 1U;
    }
    // True when the next hash of the path stands to the left.
    [[nodiscard]] bool takes_from_left() const { return (node & 1U) != 0 || node == last; }
    // After a hash from the left: a last node without a sibling is its own parent.
    void climb_past_left() {
        while ((node & 1U) == 0 && node != 0)
            climb();
        climb();
    }
};

}  // namespace

Digest leaf_hash(BytesView entry) {
    return sha256_of_parts(std::array<BytesView, 2>{BytesView{&leaf_prefix, 1}, entry});
}

Digest node_hash(const Digest& left, const Digest& right) {
    return sha256_of_parts(
        std::array<BytesView, 3>{BytesView{&node_prefix, 1}, view(left), view(right)});
}

Digest empty_root() {
    return sha256({});
}

CompactTree::CompactTree(TreeSize size, std::vector<Digest> edge)
    : size_(size), edge_(std::move(edge)) {
    JOBBRO_ASSERT(edge_.size() == static_cast<std::size_t>(std::popcount(size_.value())));
}

void CompactTree::append(const Digest& leaf) {
    Digest subtree = leaf;
    for (std::uint64_t size = size_.value(); (size & 1U) != 0; size >>= 1U) {
        subtree = node_hash(edge_.back(), subtree);
        edge_.pop_back();
    }
    edge_.push_back(subtree);
    size_ = size_.next();
}

Digest CompactTree::root() const {
    if (edge_.empty()) return empty_root();
    Digest root = edge_.back();
    for (std::size_t i = edge_.size() - 1; i-- > 0;)
        root = node_hash(edge_[i], root);
    return root;
}

Digest root_of(std::span<const Digest> leaves) {
    JOBBRO_ASSERT(!leaves.empty());
    if (leaves.size() == 1) return leaves.front();
    const std::size_t split = split_of(leaves.size());
    return node_hash(root_of(leaves.first(split)), root_of(leaves.subspan(split)));
}

std::vector<std::vector<Digest>> inclusion_paths(std::span<const Digest> leaves) {
    std::vector<std::vector<Digest>> paths(leaves.size());
    if (!leaves.empty()) append_paths(leaves, paths);
    return paths;
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index) {
    JOBBRO_ASSERT(index < leaves.size());
    std::vector<Digest> path;  // made from the root down
    while (leaves.size() > 1) {
        const std::size_t split = split_of(leaves.size());
        if (index < split) {
            path.push_back(root_of(leaves.subspan(split)));
            leaves = leaves.first(split);
        } else {
            path.push_back(root_of(leaves.first(split)));
            leaves = leaves.subspan(split);
            index -= split;
        }
    }
    std::reverse(path.begin(), path.end());
    return path;
}

std::vector<Digest> consistency_path(std::span<const Digest> leaves, std::size_t old_size) {
    JOBBRO_ASSERT(0 < old_size && old_size <= leaves.size());
    std::vector<Digest> path;
    append_subproof(leaves, old_size, true, path);
    return path;
}

// RFC 9162 section 2.1.3.2.
Result<Digest> root_from_inclusion(const Digest& leaf, LeafIndex index, TreeSize size,
                                   std::span<const Digest> path) {
    if (index.value() >= size.value()) {
        return Error{ErrorCode::proof_wrong, "the index is not in the tree"};
    }
    Ascent at{index.value(), size.value() - 1};
    Digest root = leaf;
    for (const Digest& sibling : path) {
        if (at.last == 0) return Error{ErrorCode::proof_wrong, "the path is too long"};
        if (at.takes_from_left()) {
            root = node_hash(sibling, root);
            at.climb_past_left();
        } else {
            root = node_hash(root, sibling);
            at.climb();
        }
    }
    if (at.last != 0) return Error{ErrorCode::proof_wrong, "the path is too short"};
    return root;
}

Result<void> verify_inclusion(const Digest& leaf, LeafIndex index, TreeSize size,
                              std::span<const Digest> path, const Digest& root) {
    JOBBRO_TRY_ASSIGN(const Digest computed, root_from_inclusion(leaf, index, size, path));
    if (computed != root) return Error{ErrorCode::proof_wrong, "the path leads to another root"};
    return {};
}

// RFC 9162 section 2.1.4.2.
Result<void> verify_consistency(TreeSize old_size, const Digest& old_root, TreeSize new_size,
                                const Digest& new_root, std::span<const Digest> path) {
    if (old_size > new_size) return Error{ErrorCode::proof_wrong, "the tree has shrunk"};
    if (old_size.value() == 0 && old_root != empty_root()) {
        return Error{ErrorCode::proof_wrong, "an empty tree has another root"};
    }
    if (old_size.value() == 0 || old_size == new_size) {
        if (!path.empty()) return Error{ErrorCode::proof_wrong, "the path is too long"};
        if (old_size == new_size && old_root != new_root) {
            return Error{ErrorCode::proof_wrong, "trees of one size have two roots"};
        }
        return {};
    }

    Ascent at{old_size.value() - 1, new_size.value() - 1};
    while ((at.node & 1U) != 0)
        at.climb();
    // An old tree that is one perfect subtree is where the path begins; its root is not sent.
    Digest computed_old = old_root;
    if (!std::has_single_bit(old_size.value())) {
        if (path.empty()) return Error{ErrorCode::proof_wrong, "the path is too short"};
        computed_old = path.front();
        path = path.subspan(1);
    }
    Digest computed_new = computed_old;
    for (const Digest& sibling : path) {
        if (at.last == 0) return Error{ErrorCode::proof_wrong, "the path is too long"};
        if (at.takes_from_left()) {
            computed_old = node_hash(sibling, computed_old);
            computed_new = node_hash(sibling, computed_new);
            at.climb_past_left();
        } else {
            computed_new = node_hash(computed_new, sibling);
            at.climb();
        }
    }
    if (at.last != 0) return Error{ErrorCode::proof_wrong, "the path is too short"};
    if (computed_old != old_root || computed_new != new_root) {
        return Error{ErrorCode::proof_wrong, "the path leads to other roots"};
    }
    return {};
}

}  // namespace jobbro::evidence
