#include "hub/journal/tree.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

class TreeTest : public ::testing::Test {
  protected:
    // Grows the tree to `size` entries, committing each.
    void grow(Tree& tree, std::uint64_t size) {
        while (tree.size().value() < size) {
            const Bytes entry = "entry " + std::to_string(tree.size().value());
            store::Batch batch;
            batch.put(log_table::entries, key_of(tree.size().value()), entry);
            leaves.push_back(evidence::leaf_hash(entry));
            tree.append(leaves.back(), batch);
            ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
        }
    }
    testing::MemoryStore store{std::size(log_table::names)};
    std::vector<evidence::Digest> leaves;
};

TEST_F(TreeTest, HasTheRootOfItsLeavesAtEverySize) {
    Tree tree = *Tree::open(store, TreeSize{0});
    EXPECT_EQ(tree.root(), evidence::empty_root());
    for (std::uint64_t size = 1; size <= 600; ++size) {
        grow(tree, size);
        ASSERT_EQ(tree.root(), evidence::root_of(leaves)) << size;
    }
}

TEST_F(TreeTest, ReopensAtEverySizeAroundTileBorders) {
    Tree tree = *Tree::open(store, TreeSize{0});
    for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U}) {
        grow(tree, size);
        const auto again = Tree::open(store, TreeSize{size});
        ASSERT_TRUE(again);
        EXPECT_EQ(again->root(), tree.root()) << size;
    }
}

TEST_F(TreeTest, GoesOnAfterReopeningAcrossTheSecondLevel) {
    Tree tree = *Tree::open(store, TreeSize{0});
    grow(tree, 65536 - 3);
    Tree again = *Tree::open(store, tree.size());
    grow(again, 65536 + 300);
    EXPECT_EQ(again.root(), evidence::root_of(leaves));
    EXPECT_EQ(store.rows(log_table::tiles), 256U + 1U + 1U) << "257 of level 0 and one of level 1";
    EXPECT_EQ(Tree::open(store, again.size())->root(), again.root());
}

TEST_F(TreeTest, AStoredTileIsTheConcatenationOfItsHashes) {
    Tree tree = *Tree::open(store, TreeSize{0});
    grow(tree, 256);
    const auto tile = *store.get(log_table::tiles, tile_key(0, 0));
    Bytes expected;
    for (const evidence::Digest& leaf : leaves)
        expected += view(leaf);
    EXPECT_EQ(*tile, expected);
}

TEST_F(TreeTest, AMissingTileOrEntryIsTampering) {
    Tree tree = *Tree::open(store, TreeSize{0});
    grow(tree, 300);
    store::Batch batch;
    batch.erase(log_table::tiles, tile_key(0, 0));
    ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    EXPECT_EQ(Tree::open(store, TreeSize{300}).error().code, ErrorCode::tampered);
    EXPECT_EQ(Tree::open(store, TreeSize{301}).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::journal
