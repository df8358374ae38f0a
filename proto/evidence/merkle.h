// RFC 6962 section 2.1 Merkle trees: hashing, proofs and their verification. No storage.
#pragma once

#include <span>
#include <vector>

#include "proto/base/numbers.h"
#include "proto/base/result.h"
#include "proto/evidence/digest.h"

namespace jobbro::evidence {

// SHA-256(0x00 || entry). Thread: any, for all below.
Digest leaf_hash(BytesView entry);
// SHA-256(0x01 || left || right).
Digest node_hash(const Digest& left, const Digest& right);
// Root of the tree without leaves: SHA-256("").
Digest empty_root();

// The right edge of a growing tree: the roots of its perfect subtrees, largest first. At most 64
// digests, whatever the size. Thread: one at a time.
class CompactTree {
  public:
    CompactTree() = default;
    // A tree of `size` leaves with the given edge. Requires: edge.size() == popcount(size).
    CompactTree(TreeSize size, std::vector<Digest> edge);

    // Adds the leaf with this leaf hash.
    void append(const Digest& leaf);
    [[nodiscard]] TreeSize size() const { return size_; }
    [[nodiscard]] Digest root() const;
    [[nodiscard]] const std::vector<Digest>& edge() const { return edge_; }

  private:
    TreeSize size_;
    std::vector<Digest> edge_;
};

// A small tree held whole: root and inclusion paths over given leaf hashes.
// Requires: !leaves.empty(); index < leaves.size().
Digest root_of(std::span<const Digest> leaves);
std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::size_t index);
// All inclusion paths at once, in the order of the leaves; each node is hashed once.
std::vector<std::vector<Digest>> inclusion_paths(std::span<const Digest> leaves);
// Requires: 0 < old_size <= leaves.size().
std::vector<Digest> consistency_path(std::span<const Digest> leaves, std::size_t old_size);

// Root that follows from a leaf hash and its path in a tree of `size` leaves.
// Errors: proof_wrong when the index is not in the tree or the path has not the right length.
Result<Digest> root_from_inclusion(const Digest& leaf, LeafIndex index, TreeSize size,
                                   std::span<const Digest> path);
// Errors: proof_wrong.
Result<void> verify_inclusion(const Digest& leaf, LeafIndex index, TreeSize size,
                              std::span<const Digest> path, const Digest& root);
// That the tree of old_size is the beginning of the tree of new_size. Errors: proof_wrong.
Result<void> verify_consistency(TreeSize old_size, const Digest& old_root, TreeSize new_size,
                                const Digest& new_root, std::span<const Digest> path);

}  // namespace jobbro::evidence
