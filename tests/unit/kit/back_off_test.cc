#include "adapters/kit/back_off.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace jobbro::kit {
namespace {

TEST(BackOff, TheCeilingDoublesUpToTheLargest) {
    BackOff back_off{limits::reconnect_ms_min, limits::reconnect_ms_max, 1};
    std::int64_t ceiling = limits::reconnect_ms_min;
    for (int attempt = 0; attempt < 12; ++attempt) {
        EXPECT_EQ(back_off.ceiling_ms(), ceiling);
        const std::int64_t delay = back_off.next_ms();
        EXPECT_GE(delay, 0);
        EXPECT_LE(delay, ceiling);
        ceiling = std::min(limits::reconnect_ms_max, ceiling * 2);
    }
    EXPECT_EQ(back_off.ceiling_ms(), limits::reconnect_ms_max);
}

TEST(BackOff, SuccessStartsItOver) {
    BackOff back_off{100, 10'000, 1};
    back_off.next_ms();
    back_off.next_ms();
    back_off.reset();
    EXPECT_EQ(back_off.ceiling_ms(), 100);
}

TEST(BackOff, DelaysSpreadOverTheWholeRange) {
    int lower_half = 0;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        BackOff back_off{1000, 1000, seed};
        if (back_off.next_ms() < 500) ++lower_half;
    }
    EXPECT_GT(lower_half, 60);
    EXPECT_LT(lower_half, 140);
}

}  // namespace
}  // namespace jobbro::kit
