#include "hub/domain/retention.h"

#include <gtest/gtest.h>

namespace jobbro::domain {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
constexpr std::uint64_t lived_day_ms = day_ms;
constexpr Instant then{1'700'000'000'000'000};

TEST(Retention, OrdersAreKeptForTheDaysToldToTheMoment) {
    EXPECT_FALSE(is_kept_long_enough(then, 10, then.plus_ms(10 * day_ms - 1)));
    EXPECT_TRUE(is_kept_long_enough(then, 10, then.plus_ms(10 * day_ms)));
}

TEST(Retention, WhatFellDueIsErasableAWeekLater) {
    EXPECT_EQ(erasable_from(then), then.plus_ms(7 * day_ms));
}

TEST(Retention, WhatFellDueIsErasableAWeekOfLivedTimeLater) {
    EXPECT_EQ(erasable_from_lived_ms(5), 5U + 7 * lived_day_ms);
}

TEST(Retention, ADayIsOverWhenItHasBeenLivedThrough) {
    EXPECT_FALSE(is_next_day(100, 100 + lived_day_ms - 1));
    EXPECT_TRUE(is_next_day(100, 100 + lived_day_ms));
}

TEST(Retention, OneOrderInAHundredMayBeErasedADayAndOneCitizenInAnyCase) {
    EXPECT_TRUE(may_erase_today(1, 99, 10'000));
    EXPECT_FALSE(may_erase_today(2, 99, 10'000));
    EXPECT_FALSE(may_erase_today(1, 100, 10'000));
    EXPECT_TRUE(may_erase_today(5, 0, 20)) << "a small log is not kept for ever";
    EXPECT_FALSE(may_erase_today(1, 5, 20));
}

}  // namespace
}  // namespace jobbro::domain
