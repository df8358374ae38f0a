#include "adapters/cli/activity.h"

#include <gtest/gtest.h>

namespace jobbro::cli {
namespace {

TEST(Activity, IsQuietWhenNothingHasComeForLongEnough) {
    Activity activity{1000};
    EXPECT_FALSE(activity.is_quiet(700, 1699));
    EXPECT_TRUE(activity.is_quiet(700, 1700));
    activity.note(1700);
    EXPECT_FALSE(activity.is_quiet(700, 2399));
}

TEST(Activity, IsNotQuietWhileALineIsBeingWrittenHoweverLongThatTakes) {
    Activity activity{0};
    activity.begin(100);
    EXPECT_FALSE(activity.is_quiet(700, 1'000'000));
    activity.end(1'000'000);
    EXPECT_FALSE(activity.is_quiet(700, 1'000'699));
    EXPECT_TRUE(activity.is_quiet(700, 1'000'700));
}

}  // namespace
}  // namespace jobbro::cli
