#include "proto/evidence/merkle.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

using Path = std::vector<Digest>;

// The entries of the published test trees, sizes 1 to 8.
constexpr std::string_view published_entries[] = {"",
                                                  "00",
                                                  "10",
                                                  "2021",
                                                  "3031",
                                                  "40414243",
                                                  "5051525354555657",
                                                  "606162636465666768696a6b6c6d6e6f"};
constexpr std::string_view published_roots[] = {
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
constexpr std::string_view inclusion_of_5_in_7[] = {
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};
constexpr std::string_view consistency_of_6_and_8[] = {
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"};

Path published_leaves() {
    Path leaves;
    for (const std::string_view entry : published_entries) {
        leaves.push_back(leaf_hash(unhex(entry)));
    }
    return leaves;
}

Path path_from_hex(std::span<const std::string_view> hashes) {
    Path path;
    for (const std::string_view hash : hashes)
        path.push_back(digest_from_hex(hash));
    return path;
}

Path leaves_of(std::size_t size) {
    Path leaves;
    for (std::size_t i = 0; i < size; ++i)
        leaves.push_back(leaf_hash(std::to_string(i)));
    return leaves;
}

std::span<const Digest> first(const Path& leaves, std::size_t size) {
    return std::span{leaves}.first(size);
}

TEST(Merkle, EmptyTreeHasTheHashOfNothing) {
    EXPECT_EQ(hex(empty_root()),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(CompactTree{}.root(), empty_root());
    EXPECT_EQ(CompactTree{}.size(), TreeSize{0});
}

TEST(Merkle, RootsAnswerThePublishedVectors) {
    const Path leaves = published_leaves();
    CompactTree tree;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        tree.append(leaves[size - 1]);
        EXPECT_EQ(hex(root_of(first(leaves, size))), published_roots[size - 1]);
        EXPECT_EQ(hex(tree.root()), published_roots[size - 1]);
    }
}

TEST(Merkle, LeavesAndNodesAnswerTheVectorOfThreeEntries) {
    const Path leaves = {leaf_hash("a"), leaf_hash("b"), leaf_hash("c")};
    EXPECT_EQ(hex(leaves[0]), "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c");
    EXPECT_EQ(hex(leaves[1]), "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31");
    EXPECT_EQ(hex(leaves[2]), "597fcb31282d34654c200d3418fca5705c648ebf326ec73d8ddef11841f876d8");
    EXPECT_EQ(hex(node_hash(leaves[0], leaves[1])),
              "b137985ff484fb600db93107c77b0365c80d78f5b429ded0fd97361d077999eb");
    EXPECT_EQ(hex(root_of(leaves)),
              "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
}

TEST(Merkle, InclusionPathAnswersThePublishedVector) {
    const Path leaves = published_leaves();
    const Path path = path_from_hex(inclusion_of_5_in_7);
    EXPECT_EQ(inclusion_path(first(leaves, 7), 5), path);
    EXPECT_THAT(verify_inclusion(leaves[5], LeafIndex{5}, TreeSize{7}, path,
                                 digest_from_hex(published_roots[6])),
                Succeeds());
}

TEST(Merkle, ConsistencyPathAnswersThePublishedVector) {
    const Path leaves = published_leaves();
    const Path path = path_from_hex(consistency_of_6_and_8);
    EXPECT_EQ(consistency_path(leaves, 6), path);
    EXPECT_THAT(verify_consistency(TreeSize{6}, digest_from_hex(published_roots[5]), TreeSize{8},
                                   digest_from_hex(published_roots[7]), path),
                Succeeds());
}

TEST(Merkle, CompactTreeAgreesWithTheWholeTree) {
    const Path leaves = leaves_of(300);
    CompactTree tree;
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        tree.append(leaves[size - 1]);
        ASSERT_EQ(tree.size(), TreeSize{size});
        ASSERT_EQ(tree.edge().size(), static_cast<std::size_t>(std::popcount(size)));
        ASSERT_EQ(tree.root(), root_of(first(leaves, size))) << "size " << size;
    }
}

TEST(Merkle, CompactTreeGoesOnFromItsEdge) {
    const Path leaves = leaves_of(70);
    CompactTree tree;
    for (const Digest& leaf : leaves) {
        tree = CompactTree{tree.size(), tree.edge()};
        tree.append(leaf);
    }
    EXPECT_EQ(tree.root(), root_of(leaves));
}

TEST(MerkleDeathTest, EdgeThatDoesNotFitTheSizeIsABrokenInvariant) {
    EXPECT_DEATH(CompactTree(TreeSize{3}, Path(1)), "broken invariant");
}

// Every way to spoil a path by one step: a bit turned, a hash dropped, a hash added.
std::vector<Path> spoiled(const Path& path) {
    std::vector<Path> result;
    for (std::size_t i = 0; i < path.size(); ++i) {
        Path turned = path;
        turned[i][(7 * i) % 32] ^= 1U;
        result.push_back(turned);
        Path dropped = path;
        dropped.erase(dropped.begin() + static_cast<std::ptrdiff_t>(i));
        result.push_back(dropped);
    }
    for (const std::size_t at : {std::size_t{0}, path.size()}) {
        Path added = path;
        added.insert(added.begin() + static_cast<std::ptrdiff_t>(at), sha256("added"));
        result.push_back(added);
    }
    return result;
}

constexpr std::size_t exhaustive_size_max = 64;

TEST(Merkle, EveryLeafOfEverySmallTreeIsProved) {
    const Path leaves = leaves_of(exhaustive_size_max);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t i = 0; i < size; ++i) {
            const Path path = inclusion_path(first(leaves, size), i);
            ASSERT_THAT(root_from_inclusion(leaves[i], LeafIndex{i}, TreeSize{size}, path),
                        Holds(root));
            ASSERT_THAT(verify_inclusion(leaves[i], LeafIndex{i}, TreeSize{size}, path, root),
                        Succeeds());
        }
    }
}

TEST(Merkle, SpoiledInclusionPathsAreRefused) {
    const Path leaves = leaves_of(exhaustive_size_max);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t i = 0; i < size; ++i) {
            const Path path = inclusion_path(first(leaves, size), i);
            for (const Path& wrong : spoiled(path)) {
                ASSERT_THAT(verify_inclusion(leaves[i], LeafIndex{i}, TreeSize{size}, wrong, root),
                            FailsWith(ErrorCode::proof_wrong))
                    << "leaf " << i << " of " << size;
            }
            ASSERT_THAT(verify_inclusion(sha256("other"), LeafIndex{i}, TreeSize{size}, path, root),
                        FailsWith(ErrorCode::proof_wrong));
            ASSERT_THAT(
                verify_inclusion(leaves[i], LeafIndex{i}, TreeSize{size}, path, sha256("other")),
                FailsWith(ErrorCode::proof_wrong));
        }
    }
}

TEST(Merkle, LeafIsProvedAtNoOtherIndex) {
    const std::size_t size_max = 33;
    const Path leaves = leaves_of(size_max);
    for (std::size_t size = 1; size <= size_max; ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t i = 0; i < size; ++i) {
            const Path path = inclusion_path(first(leaves, size), i);
            for (std::size_t wrong = 0; wrong <= size; ++wrong) {
                if (wrong == i) continue;
                ASSERT_THAT(
                    verify_inclusion(leaves[i], LeafIndex{wrong}, TreeSize{size}, path, root),
                    FailsWith(ErrorCode::proof_wrong))
                    << "leaf " << i << " of " << size << " as " << wrong;
            }
        }
    }
}

TEST(Merkle, IndexOutsideTheTreeIsRefused) {
    const Digest leaf = leaf_hash("a");
    const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    EXPECT_THAT(root_from_inclusion(leaf, LeafIndex{0}, TreeSize{0}, {}),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(root_from_inclusion(leaf, LeafIndex{1}, TreeSize{1}, {}),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(root_from_inclusion(leaf, LeafIndex{largest}, TreeSize{largest}, {}),
                FailsWith(ErrorCode::proof_wrong));
}

TEST(Merkle, HugeSizesAreHandledWithoutHarm) {
    const Digest leaf = leaf_hash("a");
    const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    EXPECT_THAT(root_from_inclusion(leaf, LeafIndex{0}, TreeSize{largest}, Path(64)), Succeeds());
    for (const std::size_t length : {0U, 1U, 63U, 65U, 1000U}) {
        EXPECT_THAT(root_from_inclusion(leaf, LeafIndex{0}, TreeSize{largest}, Path(length)),
                    FailsWith(ErrorCode::proof_wrong));
    }
    for (const std::uint64_t old_size :
         {std::uint64_t{1}, std::uint64_t{3}, largest / 2, largest / 2 + 1, largest - 1}) {
        for (const std::size_t length : {0U, 1U, 2U, 63U, 64U, 65U, 1000U}) {
            EXPECT_THAT(
                verify_consistency(TreeSize{old_size}, leaf, TreeSize{largest}, leaf, Path(length)),
                FailsWith(ErrorCode::proof_wrong));
        }
    }
}

TEST(Merkle, EverySmallTreeIsProvedTheBeginningOfEveryLarger) {
    const Path leaves = leaves_of(exhaustive_size_max);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t old = 1; old <= size; ++old) {
            const Path path = consistency_path(first(leaves, size), old);
            ASSERT_THAT(verify_consistency(TreeSize{old}, root_of(first(leaves, old)),
                                           TreeSize{size}, root, path),
                        Succeeds())
                << old << " to " << size;
        }
    }
}

TEST(Merkle, SpoiledConsistencyPathsAreRefused) {
    const Path leaves = leaves_of(exhaustive_size_max);
    for (std::size_t size = 1; size <= leaves.size(); ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t old = 1; old <= size; ++old) {
            const Digest old_root = root_of(first(leaves, old));
            const Path path = consistency_path(first(leaves, size), old);
            for (const Path& wrong : spoiled(path)) {
                ASSERT_THAT(
                    verify_consistency(TreeSize{old}, old_root, TreeSize{size}, root, wrong),
                    FailsWith(ErrorCode::proof_wrong))
                    << old << " to " << size;
            }
            ASSERT_THAT(
                verify_consistency(TreeSize{old}, sha256("other"), TreeSize{size}, root, path),
                FailsWith(ErrorCode::proof_wrong));
            ASSERT_THAT(
                verify_consistency(TreeSize{old}, old_root, TreeSize{size}, sha256("other"), path),
                FailsWith(ErrorCode::proof_wrong));
        }
    }
}

TEST(Merkle, ConsistencyIsProvedForNoOtherOldSize) {
    const std::size_t size_max = 33;
    const Path leaves = leaves_of(size_max);
    for (std::size_t size = 1; size <= size_max; ++size) {
        const Digest root = root_of(first(leaves, size));
        for (std::size_t old = 1; old <= size; ++old) {
            const Digest old_root = root_of(first(leaves, old));
            const Path path = consistency_path(first(leaves, size), old);
            for (std::size_t wrong = 0; wrong <= size + 1; ++wrong) {
                if (wrong == old) continue;
                ASSERT_THAT(
                    verify_consistency(TreeSize{wrong}, old_root, TreeSize{size}, root, path),
                    FailsWith(ErrorCode::proof_wrong))
                    << old << " to " << size << " as " << wrong;
            }
        }
    }
}

TEST(Merkle, EveryTreeBeginsWithTheEmptyOne) {
    const Digest root = root_of(leaves_of(5));
    EXPECT_THAT(verify_consistency(TreeSize{0}, empty_root(), TreeSize{5}, root, {}), Succeeds());
    EXPECT_THAT(verify_consistency(TreeSize{0}, empty_root(), TreeSize{0}, empty_root(), {}),
                Succeeds());
    EXPECT_THAT(verify_consistency(TreeSize{0}, root, TreeSize{5}, root, {}),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(verify_consistency(TreeSize{0}, empty_root(), TreeSize{5}, root, Path(1)),
                FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(verify_consistency(TreeSize{0}, empty_root(), TreeSize{0}, root, {}),
                FailsWith(ErrorCode::proof_wrong));
}

TEST(Merkle, TreeThatHasShrunkIsRefused) {
    const Path leaves = leaves_of(5);
    EXPECT_THAT(verify_consistency(TreeSize{5}, root_of(leaves), TreeSize{4},
                                   root_of(first(leaves, 4)), {}),
                FailsWith(ErrorCode::proof_wrong));
}

}  // namespace
}  // namespace jobbro::evidence
