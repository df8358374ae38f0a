#include "hub/journal/routing.h"

#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

class RoutingTest : public ::testing::Test {
  protected:
    void route(std::uint64_t sequence, const std::string& party) {
        routing.add(party, Sequence{sequence});
        store::Batch batch;
        routing.advance(TreeSize{sequence + 1}, batch);
        ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    }
    std::vector<std::uint64_t> next(const std::string& party, std::uint64_t from,
                                    std::size_t most = 100000) {
        std::vector<std::uint64_t> found;
        const auto routed = routing.next(party, Sequence{from}, most);
        for (const Sequence each : *routed)
            found.push_back(each.value());
        return found;
    }
    testing::MemoryStore store{std::size(log_table::names)};
    Routing routing{store};
};

TEST_F(RoutingTest, EachPartyHasItsOwnInOrderFromWhereItAsks) {
    route(0, "a");
    route(1, "b");
    route(2, "a");
    EXPECT_EQ(next("a", 0), (std::vector<std::uint64_t>{0, 2}));
    EXPECT_EQ(next("a", 1), (std::vector<std::uint64_t>{2}));
    EXPECT_EQ(next("a", 0, 1), (std::vector<std::uint64_t>{0}));
    EXPECT_EQ(next("b", 2), (std::vector<std::uint64_t>{}));
    EXPECT_EQ(next("nobody", 0), (std::vector<std::uint64_t>{}));
}

TEST_F(RoutingTest, FinishedBlocksAreRowsAndReadTogetherWithTheUnfinished) {
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 2 * limits::block_entries + 10; ++i) {
        route(i, i % 3 == 0 ? "a" : "ab");  // one name is the other's beginning
        if (i % 3 == 0) expected.push_back(i);
    }
    EXPECT_EQ(store.rows(log_table::routing), 4U);
    EXPECT_EQ(next("a", 0), expected);
    const std::uint64_t middle = limits::block_entries + 1;
    EXPECT_EQ(next("a", middle),
              std::vector<std::uint64_t>(std::lower_bound(expected.begin(), expected.end(), middle),
                                         expected.end()));
    // In small steps, as a subscription reads.
    std::vector<std::uint64_t> stepped;
    for (auto part = next("a", 0, 100); !part.empty(); part = next("a", stepped.back() + 1, 100)) {
        stepped.insert(stepped.end(), part.begin(), part.end());
    }
    EXPECT_EQ(stepped, expected);
}

TEST_F(RoutingTest, ARowThatIsNotARowIsTampering) {
    store::Batch batch;
    Bytes key = "a";
    key.push_back('\0');
    batch.put(log_table::routing, key + key_of(0), "odd");
    ASSERT_TRUE(store.commit(batch, store::Durability::synced));
    routing.resume(TreeSize{limits::block_entries});
    EXPECT_EQ(routing.next("a", Sequence{0}, 10).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::journal
