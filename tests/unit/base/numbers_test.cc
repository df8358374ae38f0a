#include "proto/base/numbers.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace jobbro {
namespace {

TEST(Numbered, KindsDoNotMix) {
    EXPECT_FALSE((std::is_convertible_v<Sequence, TreeSize>));
    EXPECT_FALSE((std::is_convertible_v<LeafIndex, Sequence>));
    EXPECT_FALSE((std::is_convertible_v<std::uint64_t, Sequence>));
    EXPECT_FALSE((std::is_convertible_v<Sequence, std::uint64_t>));
}

TEST(Numbered, ComparesAndCounts) {
    EXPECT_EQ(Sequence{}.value(), 0U);
    EXPECT_EQ(Sequence{6}.next(), Sequence{7});
    EXPECT_LT(Sequence{6}, Sequence{7});
}

TEST(Numbered, AnEntryIsItsLeafAndTheTreeThatHoldsItIsOneLarger) {
    EXPECT_EQ(leaf_of(Sequence{6}), LeafIndex{6});
    EXPECT_EQ(size_with(Sequence{6}), TreeSize{7});
    EXPECT_EQ(size_with(Sequence{0}), TreeSize{1});
}

}  // namespace
}  // namespace jobbro
