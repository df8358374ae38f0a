#include "proto/base/randomness.h"

#include <gtest/gtest.h>

namespace jobbro {
namespace {

TEST(SeededRandomness, OneSeedGivesOneSeries) {
    SeededRandomness first{42};
    SeededRandomness second{42};
    EXPECT_EQ(first.take<32>(), second.take<32>());
    SeededRandomness other{43};
    EXPECT_NE(SeededRandomness{42}.take<32>(), other.take<32>());
}

// First outputs of SplitMix64 with seed 0, from the author's reference code.
TEST(SeededRandomness, IsSplitMix64) {
    SeededRandomness randomness{0};
    EXPECT_EQ(randomness.next(), 0xe220a8397b1dcdafU);
    EXPECT_EQ(randomness.next(), 0x6e789e6aa1b965f4U);
    EXPECT_EQ(randomness.next(), 0x06c45d188009454fU);
}

TEST(SeededRandomness, StaysBelowTheBound) {
    SeededRandomness randomness{1};
    for (std::uint64_t bound = 1; bound < 100; ++bound) {
        EXPECT_LT(randomness.below(bound), bound);
    }
}

}  // namespace
}  // namespace jobbro
