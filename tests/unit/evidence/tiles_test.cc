#include "proto/evidence/tiles.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/unit/evidence/expectations.h"

namespace jobbro::evidence {
namespace {

using Path = std::vector<Digest>;
using ::testing::ElementsAre;

// A tree with all its tiles, made the simple way.
class Tiled {
  public:
    explicit Tiled(std::size_t size) : levels_(1) {
        for (std::size_t i = 0; i < size; ++i)
            levels_[0].push_back(leaf_hash(std::to_string(i)));
        while (levels_.back().size() >= tile_width) {
            const Path& below = levels_.back();
            Path above;
            for (std::size_t i = 0; i + tile_width <= below.size(); i += tile_width)
                above.push_back(root_of(std::span{below}.subspan(i, tile_width)));
            levels_.push_back(std::move(above));
        }
    }
    [[nodiscard]] std::span<const Digest> leaves(std::size_t size) const {
        return std::span{levels_[0]}.first(size);
    }
    // Serves what a tree of `size` leaves has; another tile fails the test. Counts readings.
    ReadTile reader(std::size_t size) {
        read.clear();
        return [this, size](const TileId& tile) -> Result<Path> {
            ++read[{tile.level, tile.number}];
            const std::uint64_t hashes = size >> (8U * tile.level);
            const std::uint64_t first = tile.number * tile_width;
            const bool is_full = first + tile_width <= hashes;
            if (first >= hashes ||
                tile.width != (is_full ? tile_width : partial_width(tile.level, TreeSize{size}))) {
                ADD_FAILURE() << tile_path(tile) << " of a tree of " << size;
                return ErrorCode::entry_unknown;
            }
            const auto begin = levels_.at(tile.level).begin() + static_cast<std::ptrdiff_t>(first);
            return Path(begin, begin + tile.width);
        };
    }
    std::map<std::pair<int, std::uint64_t>, int> read;

  private:
    std::vector<Path> levels_;
};

TEST(TilePaths, AreThoseOfTheSpecification) {
    EXPECT_EQ(tile_path({0, 0}), "tile/0/000");
    EXPECT_EQ(tile_path({1, 273}), "tile/1/273");
    EXPECT_EQ(tile_path({0, 1000}), "tile/0/x001/000");
    EXPECT_EQ(tile_path({63, 1234067, 112}), "tile/63/x001/x234/067.p/112");
    EXPECT_EQ(tile_path({0, ~std::uint64_t{0}, 1}), "tile/0/x018/x446/x744/x073/x709/x551/615.p/1");
    EXPECT_EQ(bundle_path(0, 3), "tile/entries/000.p/3");
    EXPECT_EQ(bundle_path(1000, 256), "tile/entries/x001/000");
}

TEST(TilePaths, AreReadAsTheyAreWritten) {
    for (const std::uint64_t number :
         {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{999}, std::uint64_t{1000},
          std::uint64_t{1234067}, ~std::uint64_t{0}}) {
        for (const int width : {1, 99, 255, 256}) {
            const TileId tile{3, number, static_cast<std::uint16_t>(width)};
            const auto hashes = parse_tile_path(tile_path(tile));
            ASSERT_TRUE(hashes.has_value()) << tile_path(tile);
            EXPECT_EQ(hashes->tile, tile);
            EXPECT_FALSE(hashes->is_bundle);
            const auto bundle = parse_tile_path(bundle_path(number, tile.width));
            ASSERT_TRUE(bundle.has_value()) << bundle_path(number, tile.width);
            EXPECT_EQ(bundle->tile, (TileId{0, number, tile.width}));
            EXPECT_TRUE(bundle->is_bundle);
        }
    }
}

TEST(TilePaths, WrittenOtherwiseAreNone) {
    for (const char* path : {"",
                             "tile",
                             "tile/",
                             "tile/0",
                             "tile/0/",
                             "/tile/0/000",
                             "tile/0/000/",
                             "tile//000",
                             "tile/00/000",
                             "tile/64/000",
                             "tile/-1/000",
                             "tile/256/000",
                             "tile/0/0",
                             "tile/0/0000",
                             "tile/0/1000",
                             "tile/0/x000/001",
                             "tile/0/001/000",
                             "tile/0/x001",
                             "tile/0/x001/x000",
                             "tile/0/X001/000",
                             "tile/0/+01",
                             "tile/0/0x1",
                             "tile/0/000.p",
                             "tile/0/000.p/",
                             "tile/0/000.p/0",
                             "tile/0/000.p/01",
                             "tile/0/000.p/256",
                             "tile/0/000.p/-1",
                             "tile/0/000.p/1/",
                             "tile/0/000.p/1.p/1",
                             "tile/0/000 ",
                             "tile/entries",
                             "tile/entries/",
                             "tile/entries/0",
                             "tile/entries/000.p/256",
                             "tile/Entries/000",
                             "checkpoint",
                             "tile/0/x018/x446/x744/x073/x709/x551/616",
                             "tile/0/x018/x446/x744/x073/x709/x551/x615/000"}) {
        EXPECT_FALSE(parse_tile_path(path).has_value()) << path;
    }
}

TEST(Tiles, ATreeOf70000HasTheWidthsOfTheSpecification) {
    EXPECT_EQ(partial_width(0, TreeSize{70000}), 112);
    EXPECT_EQ(partial_width(1, TreeSize{70000}), 17);
    EXPECT_EQ(partial_width(2, TreeSize{70000}), 1);
    EXPECT_EQ(partial_width(3, TreeSize{70000}), 0);
    EXPECT_EQ(partial_width(0, TreeSize{256}), 0);
    EXPECT_EQ(partial_width(1, TreeSize{256}), 1);
    EXPECT_EQ(partial_width(0, TreeSize{0}), 0);
    EXPECT_EQ(partial_width(7, TreeSize{~std::uint64_t{0}}), 255);
    EXPECT_EQ(partial_width(8, TreeSize{~std::uint64_t{0}}), 0);
    EXPECT_EQ(partial_width(63, TreeSize{~std::uint64_t{0}}), 0);
}

TEST(Bundles, AnswerTheComputedVector) {
    Bytes bundle;
    for (const char* entry : {"a", "b", "c"})
        append_to_bundle(bundle, entry);
    EXPECT_EQ(hex_encode(bundle), "000161000162000163");
    const auto entries = entries_of_bundle(bundle);
    ASSERT_THAT(entries, Succeeds());
    EXPECT_THAT(*entries, ElementsAre("a", "b", "c"));
}

TEST(Bundles, HoldEntriesOfAnyLengthTheyCan) {
    const Bytes longest(65535, 'x');
    Bytes bundle;
    append_to_bundle(bundle, "");
    append_to_bundle(bundle, longest);
    const auto entries = entries_of_bundle(bundle);
    ASSERT_THAT(entries, Succeeds());
    EXPECT_THAT(*entries, ElementsAre("", longest));
    EXPECT_THAT(entries_of_bundle({}), Holds(std::vector<BytesView>{}));
}

TEST(Bundles, ThatDoNotAddUpAreWrong) {
    Bytes bundle;
    append_to_bundle(bundle, "abc");
    for (std::size_t size = 1; size < bundle.size(); ++size) {
        EXPECT_THAT(entries_of_bundle(BytesView{bundle}.substr(0, size)),
                    FailsWith(ErrorCode::proof_wrong));
    }
    EXPECT_THAT(entries_of_bundle(bundle + Bytes(1, '\0')), FailsWith(ErrorCode::proof_wrong));
    EXPECT_THAT(entries_of_bundle(Bytes(2 * 256, '\0')), Succeeds());
    EXPECT_THAT(entries_of_bundle(Bytes(2 * 257, '\0')), FailsWith(ErrorCode::proof_wrong));
}

TEST(Tiles, OfASmallLogAnswerTheComputedVectors) {
    const Path leaves{leaf_hash("a"), leaf_hash("b"), leaf_hash("c")};
    Bytes tile;
    for (const Digest& leaf : leaves)
        tile += view(leaf);
    EXPECT_EQ(hex_encode(tile),
              "022a6979e6dab7aa5ae4c3e5e45f7e977112a7e63593820dbec1ec738a24f93c"
              "57eb35615d47f34ec714cacdf5fd74608a5e8e102724e80b24b287c0c27b6a31"
              "597fcb31282d34654c200d3418fca5705c648ebf326ec73d8ddef11841f876d8");
    const ReadTile read = [&](const TileId& id) -> Result<Path> {
        EXPECT_EQ(id, (TileId{0, 0, 3}));
        return leaves;
    };
    EXPECT_EQ(hex(*root_from_tiles(read, TreeSize{3})),
              "36642e73c2540ab121e3a6bf9545b0a24982cd830eb13d3cd19de3ce6c021ec1");
    const auto path = inclusion_from_tiles(read, LeafIndex{1}, TreeSize{3});
    ASSERT_THAT(path, Succeeds());
    ASSERT_EQ(path->size(), 2U);
    EXPECT_EQ(base64_encode(view(path->at(0))), "Aippeebat6pa5MPl5F9+l3ESp+Y1k4INvsHsc4ok+Tw=");
    EXPECT_EQ(base64_encode(view(path->at(1))), "WX/LMSgtNGVMIA00GPylcFxkjr8ybsc9jd7xGEH4dtg=");
}

TEST(Tiles, GiveTheRootAtEverySize) {
    Tiled tiles{600};
    EXPECT_THAT(root_from_tiles(tiles.reader(0), TreeSize{0}), Holds(empty_root()));
    EXPECT_TRUE(tiles.read.empty()) << "there are no empty tiles";
    for (std::size_t size = 1; size <= 600; ++size) {
        ASSERT_THAT(root_from_tiles(tiles.reader(size), TreeSize{size}),
                    Holds(root_of(tiles.leaves(size))))
            << size;
    }
}

TEST(Tiles, GiveTheInclusionPathOfEveryLeafOfASmallTree) {
    Tiled tiles{40};
    for (std::size_t size = 1; size <= 40; ++size) {
        for (std::size_t i = 0; i < size; ++i) {
            ASSERT_THAT(inclusion_from_tiles(tiles.reader(size), LeafIndex{i}, TreeSize{size}),
                        Holds(inclusion_path(tiles.leaves(size), i)))
                << i << " of " << size;
        }
    }
}

TEST(Tiles, GiveTheInclusionPathOfEveryLeafAroundTileBorders) {
    Tiled tiles{600};
    for (const std::size_t size : {255, 256, 257, 384, 511, 512, 513, 600}) {
        const auto paths = inclusion_paths(tiles.leaves(size));
        for (std::size_t i = 0; i < size; ++i) {
            ASSERT_THAT(inclusion_from_tiles(tiles.reader(size), LeafIndex{i}, TreeSize{size}),
                        Holds(paths[i]))
                << i << " of " << size;
        }
    }
}

TEST(Tiles, GiveTheConsistencyPathBetweenAnyTwoSizes) {
    Tiled tiles{600};
    for (std::size_t size = 1; size <= 600; size += size < 60 ? 1 : 27) {
        for (std::size_t old = 1; old <= size; ++old) {
            ASSERT_THAT(consistency_from_tiles(tiles.reader(size), TreeSize{old}, TreeSize{size}),
                        Holds(consistency_path(tiles.leaves(size), old)))
                << old << " to " << size;
        }
    }
}

TEST(Tiles, GiveTheConsistencyPathAroundTileBorders) {
    Tiled tiles{513};
    for (const std::size_t size : {255, 256, 257, 511, 512, 513}) {
        for (std::size_t old = 1; old <= size; ++old) {
            ASSERT_THAT(consistency_from_tiles(tiles.reader(size), TreeSize{old}, TreeSize{size}),
                        Holds(consistency_path(tiles.leaves(size), old)))
                << old << " to " << size;
        }
    }
}

TEST(Tiles, NothingIsReadForAPathThatIsEmpty) {
    Tiled tiles{300};
    for (const std::uint64_t old : {0U, 300U}) {
        EXPECT_THAT(consistency_from_tiles(tiles.reader(300), TreeSize{old}, TreeSize{300}),
                    Holds(Path{}));
        EXPECT_TRUE(tiles.read.empty());
    }
    EXPECT_THAT(inclusion_from_tiles(tiles.reader(1), LeafIndex{0}, TreeSize{1}), Holds(Path{}));
}

TEST(Tiles, OfThreeLevelsGiveWhatTheLeavesGive) {
    Tiled tiles{70000};
    for (const std::size_t size : {65535, 65536, 65537, 65793, 70000}) {
        const auto leaves = tiles.leaves(size);
        const Digest root = root_of(leaves);
        ASSERT_THAT(root_from_tiles(tiles.reader(size), TreeSize{size}), Holds(root)) << size;
        for (const std::size_t i : {0, 255, 256, 40000, 65279, 65534}) {
            ASSERT_THAT(inclusion_from_tiles(tiles.reader(size), LeafIndex{i}, TreeSize{size}),
                        Holds(inclusion_path(leaves, i)))
                << i << " of " << size;
        }
        for (const std::size_t old : {1, 255, 256, 257, 512, 65279, 65280, 65535}) {
            ASSERT_THAT(consistency_from_tiles(tiles.reader(size), TreeSize{old}, TreeSize{size}),
                        Holds(consistency_path(leaves, old)))
                << old << " to " << size;
        }
    }
}

TEST(Tiles, AreReadOnceEachAndFewOfThem) {
    Tiled tiles{70000};
    const auto expect_few = [&](std::size_t a_level) {
        std::map<int, std::size_t> by_level;
        for (const auto& [tile, times] : tiles.read) {
            EXPECT_EQ(times, 1);
            ++by_level[tile.first];
        }
        for (const auto& [level, count] : by_level)
            EXPECT_LE(count, a_level) << level;
    };
    ASSERT_THAT(root_from_tiles(tiles.reader(70000), TreeSize{70000}), Succeeds());
    expect_few(1);
    ASSERT_THAT(inclusion_from_tiles(tiles.reader(70000), LeafIndex{1000}, TreeSize{70000}),
                Succeeds());
    expect_few(2);
    ASSERT_THAT(consistency_from_tiles(tiles.reader(70000), TreeSize{1001}, TreeSize{70000}),
                Succeeds());
    expect_few(2);
}

TEST(Tiles, AnErrorOfTheReaderIsHandedOn) {
    const ReadTile fails = [](const TileId&) -> Result<Path> { return ErrorCode::store_failed; };
    EXPECT_THAT(root_from_tiles(fails, TreeSize{3}), FailsWith(ErrorCode::store_failed));
    EXPECT_THAT(inclusion_from_tiles(fails, LeafIndex{1}, TreeSize{3}),
                FailsWith(ErrorCode::store_failed));
    EXPECT_THAT(consistency_from_tiles(fails, TreeSize{2}, TreeSize{3}),
                FailsWith(ErrorCode::store_failed));
}

TEST(Tiles, AnotherWidthThanAskedForIsWrong) {
    const ReadTile narrow = [](const TileId&) -> Result<Path> { return Path(2); };
    EXPECT_THAT(root_from_tiles(narrow, TreeSize{3}), FailsWith(ErrorCode::proof_wrong));
}

}  // namespace
}  // namespace jobbro::evidence
