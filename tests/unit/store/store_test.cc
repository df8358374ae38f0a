// One suite over both stores: what the rooms above rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "hub/store/rocks_store.h"
#include "tests/support/memory_store.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::store {
namespace {

constexpr std::string_view table_names[] = {"first", "second"};
constexpr Table first{0};
constexpr Table second{1};

enum class Which { memory, rocks };

class StoreTest : public ::testing::TestWithParam<Which> {
  protected:
    StoreTest() {
        if (GetParam() == Which::memory) {
            store_ = std::make_unique<testing::MemoryStore>(2);
        } else {
            store_ = *RocksStore::open(folder_.path() / "db", table_names);
        }
    }
    void put(Table table, BytesView key, BytesView value) {
        Batch batch;
        batch.put(table, key, value);
        ASSERT_TRUE(store_->commit(batch, Durability::synced));
    }
    testing::TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreTest, ARowIsFoundInItsTableOnly) {
    put(first, "key", "value");
    EXPECT_EQ(**store_->get(first, "key"), "value");
    EXPECT_FALSE((*store_->get(second, "key")).has_value());
}

TEST_P(StoreTest, LaterOperationsOfABatchWin) {
    Batch batch;
    batch.put(first, "a", "1");
    batch.erase(first, "a");
    batch.put(first, "b", "1");
    batch.put(first, "b", "2");
    ASSERT_TRUE(store_->commit(batch, Durability::buffered));
    EXPECT_FALSE((*store_->get(first, "a")).has_value());
    EXPECT_EQ(**store_->get(first, "b"), "2");
}

TEST_P(StoreTest, ScanGoesInKeyOrderFromTheKeyGivenAndStopsWhenTold) {
    for (const char* key : {"c", "a", "b", "d"})
        put(first, key, key);
    Bytes seen;
    ASSERT_TRUE(store_->scan(first, "b", [&](BytesView key, BytesView) {
        seen += key;
        return key != "c";
    }));
    EXPECT_EQ(seen, "bc");
}

TEST_P(StoreTest, LastIsTheLargestKey) {
    EXPECT_FALSE((*store_->last(first)).has_value());
    for (const std::uint64_t number : {7U, 300U, 12U})
        put(first, key_of(number), "x");
    EXPECT_EQ((*store_->last(first))->key, key_of(300));
}

INSTANTIATE_TEST_SUITE_P(Both, StoreTest, ::testing::Values(Which::memory, Which::rocks),
                         [](const auto& parameter) {
                             return parameter.param == Which::memory ? "Memory" : "Rocks";
                         });

TEST(RocksStore, IsThereAgainAfterReopening) {
    testing::TemporaryFolder folder;
    {
        auto store = *RocksStore::open(folder / "db", table_names);
        Batch batch;
        batch.put(first, "key", "value");
        ASSERT_TRUE(store->commit(batch, Durability::synced));
    }
    auto store = *RocksStore::open(folder / "db", table_names);
    EXPECT_EQ(**store->get(first, "key"), "value");
}

TEST(RocksStore, TellsThatItsFolderIsLocked) {
    testing::TemporaryFolder folder;
    auto store = *RocksStore::open(folder / "db", table_names);
    const auto again = RocksStore::open(folder / "db", table_names);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::data_folder_locked);
}

TEST(RocksStore, TellsThatItsFolderCannotBeMade) {
    testing::TemporaryFolder folder;
    std::ofstream(folder / "file") << "x";
    const auto store = RocksStore::open(folder.path() / "file" / "db", table_names);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::file_unwritable);
}

TEST(RocksStore, ItsFolderIsItsOwnersAlone) {
    testing::TemporaryFolder folder;
    auto store = *RocksStore::open(folder / "db", table_names);
    EXPECT_EQ(std::filesystem::status(folder / "db").permissions(),
              std::filesystem::perms::owner_all);
}

}  // namespace
}  // namespace jobbro::store
