// One suite over both stores: what the rooms above rely on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
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

TEST_P(StoreTest, ScrubbingKeepsEveryRowAndMakesWhatWasBufferedDurable) {
    put(first, "a", "1");
    Batch batch;
    batch.put(second, "b", "2");
    batch.erase(first, "a");
    batch.put(first, "c", "3");
    ASSERT_TRUE(store_->commit(batch, Durability::buffered));
    const Table tables[] = {first};
    ASSERT_TRUE(store_->scrub(tables));
    EXPECT_FALSE((*store_->get(first, "a")).has_value());
    EXPECT_EQ(**store_->get(first, "c"), "3");
    EXPECT_EQ(**store_->get(second, "b"), "2");
    ASSERT_TRUE(store_->scrub(tables)) << "with nothing to do";
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

TEST(RocksStore, WhatCannotBeReadIsNotLockedWhateverItsFolderIsCalled) {
    testing::TemporaryFolder folder;
    std::filesystem::create_directories(folder.path() / "block" / "CURRENT");
    const auto store = RocksStore::open(folder / "block", table_names);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().code, ErrorCode::store_failed) << store.error().line();
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

// --- What a look at the raw files finds --------------------------------------------------------

constexpr const char* secret_key = "a key that is to go";
constexpr const char* secret_value = "a value that is to go";

// Files of the folder in which these bytes stand.
std::size_t files_with(const std::filesystem::path& folder, std::string_view bytes) {
    std::size_t count = 0;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (!each.is_regular_file()) continue;
        std::ifstream file(each.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>{file}, {}};
        if (text.find(bytes) != std::string::npos) ++count;
    }
    return count;
}

class ScrubTest : public ::testing::Test {
  protected:
    ScrubTest() { open(); }
    void open() {
        store.reset();
        store = *RocksStore::open(folder / "db", table_names);
    }
    void put(Table table, BytesView key, BytesView value) {
        Batch batch;
        batch.put(table, key, value);
        ASSERT_TRUE(store->commit(batch, Durability::synced));
    }
    void scrub() {
        const Table tables[] = {first};
        const auto done = store->scrub(tables);
        ASSERT_TRUE(done) << done.error().line();
    }
    void expect_gone_after_erasing() {
        EXPECT_GT(files_with(folder.path(), secret_value), 0U) << "the look finds what is there";
        EXPECT_GT(files_with(folder.path(), secret_key), 0U);
        Batch batch;
        batch.erase(first, secret_key);
        ASSERT_TRUE(store->commit(batch, Durability::synced));
        EXPECT_GT(files_with(folder.path(), secret_value), 0U) << "erasing alone is not enough";
        scrub();
        EXPECT_EQ(files_with(folder.path(), secret_value), 0U);
        EXPECT_EQ(files_with(folder.path(), secret_key), 0U);
    }
    testing::TemporaryFolder folder;
    std::unique_ptr<RocksStore> store;
};

TEST_F(ScrubTest, ARowThatIsInTheWriteAheadLogOnly) {
    put(first, secret_key, secret_value);
    put(second, "beside", "it");  // of another table, in the same log
    expect_gone_after_erasing();
}

TEST_F(ScrubTest, ARowThatIsTheFirstAndLastOfItsFile) {
    put(first, secret_key, secret_value);
    open();  // written to a file, whose first and last key the manifest tells
    expect_gone_after_erasing();
}

TEST_F(ScrubTest, ARowAmongManyInFilesOfSeveralLevels) {
    for (int round = 0; round < 3; ++round) {
        Batch batch;
        for (std::uint64_t i = 0; i < 2000; ++i)
            batch.put(first, key_of(i), Bytes(200, static_cast<char>('a' + round)));
        ASSERT_TRUE(store->commit(batch, Durability::synced));
        if (round == 0) put(first, secret_key, secret_value);
        if (round == 1) scrub();
        open();
    }
    expect_gone_after_erasing();
    EXPECT_EQ(**store->get(first, key_of(1999)), Bytes(200, 'c'));
}

TEST_F(ScrubTest, WithoutRoomItIsBusyAndTheStoreGoesOn) {
    std::uint64_t room = 1024;
    store.reset();
    store = *RocksStore::open(folder / "db", table_names, [&](const auto&) { return room; });
    put(first, secret_key, secret_value);
    Batch batch;
    batch.erase(first, secret_key);
    ASSERT_TRUE(store->commit(batch, Durability::synced));
    const Table tables[] = {first};
    const auto refused = store->scrub(tables);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::busy);
    put(first, "another", "row");
    room = std::uint64_t{1} << 40;
    scrub();
    EXPECT_EQ(files_with(folder.path(), secret_value), 0U);
    EXPECT_EQ(**store->get(first, "another"), "row");
}

TEST_F(ScrubTest, AWriteAheadLogThatCannotBeReadMakesItBusyAndTheStoreGoesOn) {
    put(first, secret_key, secret_value);
    Batch batch;
    batch.erase(first, secret_key);
    ASSERT_TRUE(store->commit(batch, Durability::synced));
    const auto unreadable = folder.path() / "db" / "999999.log";
    ASSERT_TRUE(std::filesystem::create_directory(unreadable));
    const Table tables[] = {first};
    const auto refused = store->scrub(tables);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::busy) << refused.error().line();
    put(first, "another", "row");
    ASSERT_TRUE(std::filesystem::remove(unreadable));
    scrub();
    EXPECT_EQ(files_with(folder.path(), secret_value), 0U);
    EXPECT_EQ(**store->get(first, "another"), "row");
}

TEST_F(ScrubTest, AValueThatWasReplaced) {
    put(first, secret_key, secret_value);
    open();
    put(first, secret_key, "another value");
    ASSERT_GT(files_with(folder.path(), secret_value), 0U);
    scrub();
    EXPECT_EQ(files_with(folder.path(), secret_value), 0U);
    EXPECT_EQ(**store->get(first, secret_key), "another value");
}

}  // namespace
}  // namespace jobbro::store
