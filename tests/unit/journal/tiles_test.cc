#include "hub/journal/tiles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "hub/journal/tree.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

using evidence::Digest;
using evidence::tile_width;
using evidence::TileId;

class TilesTest : public ::testing::Test {
  protected:
    void grow(std::uint64_t size) {
        store::Batch batch;
        while (tree.size().value() < size) {
            const Bytes entry = "entry " + std::to_string(tree.size().value());
            batch.put(log_table::entries, key_of(tree.size().value()), entry);
            leaves.push_back(evidence::leaf_hash(entry));
            tree.append(leaves.back(), batch);
        }
        ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    }
    void erase(store::Table table, BytesView key) {
        store::Batch batch;
        batch.erase(table, key);
        ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    }
    // The hashes of a tile, made from the leaves.
    std::vector<Digest> expected(const TileId& tile) const {
        std::vector<Digest> hashes;
        const std::uint64_t span = std::uint64_t{1} << (8U * tile.level);
        for (std::uint64_t i = 0; i < tile.width; ++i) {
            const std::uint64_t first = (tile.number * tile_width + i) * span;
            hashes.push_back(evidence::root_of(std::span{leaves}.subspan(first, span)));
        }
        return hashes;
    }
    testing::MemoryStore store{std::size(log_table::names)};
    Tree tree = *Tree::open(store, TreeSize{0});
    std::vector<Digest> leaves;
};

TEST_F(TilesTest, OfEveryWidthAreReadFromTheStoreAlone) {
    grow(600);
    for (std::uint16_t width = 1; width <= 256; ++width) {
        for (const std::uint64_t number : {0U, 1U}) {
            const TileId tile{0, number, width};
            ASSERT_EQ(*read_tile(store, tile), expected(tile)) << number << " " << width;
        }
    }
    for (std::uint16_t width = 1; width <= 600 - 512; ++width) {
        const TileId tile{0, 2, width};
        ASSERT_EQ(*read_tile(store, tile), expected(tile)) << width;
    }
    for (std::uint16_t width = 1; width <= 2; ++width) {
        const TileId tile{1, 0, width};
        ASSERT_EQ(*read_tile(store, tile), expected(tile)) << width;
    }
}

TEST_F(TilesTest, AViewGivesWhatTheStoreGivesAtEverySize) {
    for (const std::uint64_t size :
         {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 65535U, 65536U, 65537U, 66000U}) {
        grow(size);
        const TreeView view = tree.view();
        EXPECT_EQ(view.size, TreeSize{size});
        for (std::uint8_t level = 0; level < 4; ++level) {
            const std::uint64_t hashes = size >> (8U * level);
            const std::uint16_t width = evidence::partial_width(level, TreeSize{size});
            if (width > 0) {
                const TileId last{level, hashes / tile_width, width};
                ASSERT_TRUE(view.holds(last));
                ASSERT_EQ(*view.tile(store, last), *read_tile(store, last)) << size;
            }
            if (hashes < tile_width) continue;
            const TileId full{level, hashes / tile_width - 1};
            ASSERT_TRUE(view.holds(full));
            ASSERT_EQ(*view.tile(store, full), *read_tile(store, full)) << size;
        }
        EXPECT_EQ(*evidence::root_from_tiles(
                      [&](const TileId& tile) { return view.tile(store, tile); }, view.size),
                  tree.root());
    }
}

TEST_F(TilesTest, AViewStaysAsItWasWhileTheTreeGrows) {
    grow(300);
    const TreeView view = tree.view();
    grow(70000);
    EXPECT_EQ(*evidence::root_from_tiles([&](const TileId& tile) { return view.tile(store, tile); },
                                         view.size),
              evidence::root_of(std::span{leaves}.first(300)));
    EXPECT_FALSE(view.holds({0, 1, 45}));
}

TEST_F(TilesTest, AViewAfterOpeningIsTheSame) {
    grow(66000);
    const TreeView again = Tree::open(store, TreeSize{66000})->view();
    for (const TileId& tile : {TileId{0, 257, 208}, TileId{1, 1, 1}, TileId{2, 0, 1}}) {
        ASSERT_TRUE(again.holds(tile)) << evidence::tile_path(tile);
        EXPECT_EQ(*again.tile(store, tile), *tree.view().tile(store, tile));
    }
}

TEST_F(TilesTest, NoEmptyTileAndNothingBeyondTheTreeIsHeld) {
    const TreeView empty = tree.view();
    EXPECT_FALSE(empty.holds({0, 0, 1}));
    grow(512);
    const TreeView view = tree.view();
    EXPECT_TRUE(view.holds({0, 0, 256}));
    EXPECT_TRUE(view.holds({0, 1, 256}));
    EXPECT_TRUE(view.holds({0, 1, 7})) << "a partial tile is there when the full one is";
    EXPECT_TRUE(view.holds({1, 0, 2}));
    EXPECT_FALSE(view.holds({0, 0, 0}));
    EXPECT_FALSE(view.holds({0, 0, 257}));
    EXPECT_FALSE(view.holds({0, 2, 1}));
    EXPECT_FALSE(view.holds({0, ~std::uint64_t{0}, 1}));
    EXPECT_FALSE(view.holds({0, ~std::uint64_t{0} / 256, 256}));
    EXPECT_FALSE(view.holds({1, 0, 3}));
    EXPECT_FALSE(view.holds({1, 0, 256}));
    EXPECT_FALSE(view.holds({2, 0, 1}));
    EXPECT_FALSE(view.holds({8, 0, 1}));
    EXPECT_FALSE(view.holds({63, 0, 1}));
}

TEST_F(TilesTest, ABundleHoldsTheEntriesAsTheyStand) {
    grow(300);
    const auto full = read_bundle(store, 0, 256);
    ASSERT_TRUE(full);
    const auto entries = evidence::entries_of_bundle(*full);
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 256U);
    EXPECT_EQ(entries->back(), "entry 255");
    const auto last = read_bundle(store, 1, 44);
    ASSERT_TRUE(last);
    EXPECT_EQ(evidence::entries_of_bundle(*last)->back(), "entry 299");
}

TEST_F(TilesTest, AMissingTileOrEntryIsTampering) {
    grow(300);
    const TreeView view = tree.view();
    erase(log_table::tiles, tile_key(0, 0));
    erase(log_table::entries, key_of(280));
    for (const TileId& tile : {TileId{0, 0, 256}, TileId{1, 0, 1}, TileId{0, 1, 44}}) {
        EXPECT_EQ(read_tile(store, tile).error().code, ErrorCode::tampered);
    }
    EXPECT_EQ(view.tile(store, {0, 0, 256}).error().code, ErrorCode::tampered);
    EXPECT_EQ(view.tile(store, {0, 0, 3}).error().code, ErrorCode::tampered);
    EXPECT_EQ(read_bundle(store, 1, 44).error().code, ErrorCode::tampered);
}

TEST_F(TilesTest, ATileOfAnotherLengthIsTampering) {
    grow(256);
    store::Batch batch;
    batch.put(log_table::tiles, tile_key(0, 0), Bytes(8191, 'x'));
    ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    EXPECT_EQ(read_tile(store, {0, 0}).error().code, ErrorCode::tampered);
    EXPECT_EQ(tree.view().tile(store, {0, 0}).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::journal
