#include "hub/domain/suppression.h"

#include <gmock/gmock.h>

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;

// So many persons of the one part and of the other, from a first mark on.
SuppressionLeaf leaf(std::vector<std::uint32_t> rows, std::vector<std::uint32_t> columns,
                     Person first, std::uint64_t count, std::uint64_t others = 0) {
    SuppressionLeaf made{std::move(rows), std::move(columns), {}, count + others};
    for (Person person = first; person < first + count + others; ++person)
        made.parts[person < first + count ? 0 : 1].add(person);
    return made;
}

constexpr SuppressionCell row{false, true, 1, 0};
constexpr SuppressionCell whole_row{false, true, 1, 1};
constexpr SuppressionCell column{false, false, 1, 0};

std::vector<bool> told(const std::vector<SuppressionLeaf>& leaves,
                       const std::vector<SuppressionCell>& cells, std::size_t parts = 1) {
    return tellable(leaves, cells, parts);
}

TEST(SomePersons, FiveAreKeptAndEachCountsOnce) {
    SomePersons some;
    for (const Person person : {9U, 3U, 9U, 5U})
        some.add(person);
    EXPECT_THAT(std::vector<Person>(some.all().begin(), some.all().end()), ElementsAre(3, 5, 9));
    EXPECT_FALSE(some.is_full());
    SomePersons more;
    for (const Person person : {1U, 3U, 7U, 8U})
        more.add(person);
    some.add(more);
    EXPECT_TRUE(some.is_full());
    EXPECT_EQ(some.all().size(), persons_min);
}

TEST(Suppression, AColumnIsToldWhereItsRowsAreTiedTogether) {
    EXPECT_THAT(told({leaf({0}, {2}, 1, 8), leaf({1}, {2}, 11, 8)}, {row, row, column}),
                ElementsAre(true, true, true));
    EXPECT_THAT(told({leaf({0}, {2}, 1, 3), leaf({1}, {2}, 11, 3)}, {row, row, column}),
                ElementsAre(false, false, true));
}

TEST(Suppression, APersonInTwoRowsIsOne) {
    EXPECT_THAT(told({leaf({0}, {1}, 1, 4), leaf({0}, {2}, 1, 4)}, {row, column, column}),
                ElementsAre(false, false, false));
}

TEST(Suppression, ARestThatIsTooSmallTakesTheSmallestRowWithIt) {
    EXPECT_THAT(told({leaf({0, 3}, {}, 1, 20), leaf({1, 3}, {}, 31, 9), leaf({2, 3}, {}, 51, 2)},
                     {row, row, row, whole_row}),
                ElementsAre(true, false, false, true));
}

TEST(Suppression, WhatIsToldAlreadyStaysAndTheWholeGoesUnsaid) {
    SuppressionCell before = row;
    before.is_told = true;
    EXPECT_THAT(told({leaf({0, 2}, {}, 1, 20), leaf({1, 2}, {}, 31, 2)}, {before, row, whole_row}),
                ElementsAre(true, false, false));
}

TEST(Suppression, EachPartNeedsFive) {
    EXPECT_THAT(told({leaf({0}, {}, 1, 8, 4)}, {row}, 2), ElementsAre(false));
    EXPECT_THAT(told({leaf({0}, {}, 1, 8, 5)}, {row}, 2), ElementsAre(true));
    // The first has five of both, and so has the whole: but the rest has none of one part.
    EXPECT_THAT(
        told({leaf({0, 2}, {}, 1, 8, 5), leaf({1, 2}, {}, 31, 8)}, {row, row, whole_row}, 2),
        ElementsAre(false, false, true));
}

TEST(Suppression, NothingIsToldOfNothing) {
    EXPECT_THAT(told({}, {row, column}), ElementsAre(false, false));
}

}  // namespace
}  // namespace jobbro::domain
