#include "hub/app/published_tree.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "hub/journal/tree.h"
#include "tests/support/memory_store.h"

namespace jobbro::app {
namespace {

using evidence::TileId;

class PublishedTreeTest : public ::testing::Test {
  protected:
    void grow(std::uint64_t size) {
        store::Batch batch;
        while (tree.size().value() < size) {
            leaves.push_back(evidence::leaf_hash(std::to_string(tree.size().value())));
            tree.append(leaves.back(), batch);
        }
        ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    }
    Bytes tile(const TileId& id) const {
        const auto bytes = published.tile(store, id);
        EXPECT_TRUE(bytes);
        return bytes->value_or("none");
    }
    testing::MemoryStore store{std::size(journal::log_table::names)};
    journal::Tree tree = *journal::Tree::open(store, TreeSize{0});
    std::vector<evidence::Digest> leaves;
    PublishedTree published;
};

TEST_F(PublishedTreeTest, HasNothingBeforeTheFirst) {
    EXPECT_EQ(published.checkpoint(), "");
    EXPECT_EQ(tile({0, 0, 1}), "none");
}

TEST_F(PublishedTreeTest, HasTheTilesOfTheLatestAndNothingBeyondIt) {
    grow(300);
    published.publish("at 300", tree.view());
    grow(600);  // committed and not yet published
    EXPECT_EQ(published.checkpoint(), "at 300");
    EXPECT_EQ(tile({0, 0}), journal::tile_bytes(std::span{leaves}.first(256)));
    EXPECT_EQ(tile({0, 1, 44}), journal::tile_bytes(std::span{leaves}.subspan(256, 44)));
    EXPECT_EQ(tile({0, 1, 45}), "none");
    EXPECT_EQ(tile({0, 1}), "none");
    EXPECT_EQ(tile({1, 0, 2}), "none");
    published.publish("at 600", tree.view());
    EXPECT_EQ(published.checkpoint(), "at 600");
    EXPECT_EQ(tile({0, 1}), journal::tile_bytes(std::span{leaves}.subspan(256, 256)));
    EXPECT_EQ(tile({0, 1, 44}), journal::tile_bytes(std::span{leaves}.subspan(256, 44)))
        << "what was there for an earlier checkpoint still is";
    EXPECT_EQ(tile({1, 0, 2}).size(), 64U);
}

TEST_F(PublishedTreeTest, AMissingTileIsAnError) {
    grow(256);
    published.publish("at 256", tree.view());
    store::Batch batch;
    batch.erase(journal::log_table::tiles, journal::tile_key(0, 0));
    ASSERT_TRUE(store.commit(batch, store::Durability::buffered));
    EXPECT_EQ(published.tile(store, {0, 0}).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::app
