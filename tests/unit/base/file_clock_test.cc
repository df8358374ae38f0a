#include "proto/base/file_clock.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace jobbro {
namespace {

constexpr std::int64_t second_us = 1000000;

class FileClockTest : public ::testing::Test {
  protected:
    // As whoever drives the clock writes it.
    void say(const std::string& text) const {
        const auto next = folder.path() / "clock.new";
        std::ofstream(next) << text;
        std::filesystem::rename(next, file);
    }
    testing::TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "clock";
};

TEST(ClockText, IsATimeInUtcToTheSecond) {
    EXPECT_EQ(parse_clock_text("1970-01-01T00:00:00Z"), Instant{0});
    EXPECT_EQ(parse_clock_text("2011-01-10T09:00:07Z\n"), Instant{1294650007 * second_us});
    EXPECT_EQ(parse_clock_text("2012-02-29T23:59:59Z"), Instant{1330559999 * second_us});
    for (const char* const wrong :
         {"", "\n", "2011-01-10", "2011-01-10T09:00:00", "2011-02-29T09:00:00Z",
          "2011-01-10T24:00:00Z", "2011-01-10T09:60:00Z", "2011-01-10T09:00:60Z",
          "2011-01-10T09:00:00Z ", "2011-1-10T09:00:00Z", "2011-01-10T09:00:0aZ",
          "2011-01-10 09:00:00Z", "+011-01-10T09:00:00Z"}) {
        EXPECT_FALSE(parse_clock_text(wrong)) << wrong;
    }
}

TEST_F(FileClockTest, SaysWhatTheFileSaysAndGoesOnFromThere) {
    say("2011-01-10T09:00:00Z\n");
    const auto clock = FileClock::open(file);
    ASSERT_TRUE(clock);
    const Instant first = (*clock)->now();
    EXPECT_GE(first, Instant{1294650000 * second_us});
    EXPECT_LT(first, Instant{1294650000 * second_us}.plus_ms(600000)) << "on a slow machine too";
    EXPECT_GE((*clock)->now(), first);
    // Two that read the same file agree, whenever they began to.
    const auto other = FileClock::open(file);
    ASSERT_TRUE(other);
    const Instant before = (*clock)->now();
    const Instant between = (*other)->now();
    EXPECT_LE(before, between);
    EXPECT_LE(between, (*clock)->now());
}

TEST_F(FileClockTest, FollowsAFileThatIsReplacedAndOutlivesOneThatIsNone) {
    say("2011-01-10T09:00:00Z\n");
    const auto clock = FileClock::open(file);
    ASSERT_TRUE(clock);
    say("2011-03-01T00:00:00Z\n");
    const Instant later = (*clock)->now();
    EXPECT_GE(later, Instant{1298937600 * second_us});
    // Also of two that are said to be written at the same time.
    const auto written = std::filesystem::last_write_time(file);
    say("2011-06-01T00:00:00Z\n");
    std::filesystem::last_write_time(file, written);
    const Instant latest = (*clock)->now();
    EXPECT_GE(latest, Instant{1306886400 * second_us});
    say("no time\n");
    EXPECT_GE((*clock)->now(), latest);
    std::filesystem::remove(file);
    EXPECT_GE((*clock)->now(), latest);
}

TEST_F(FileClockTest, AFileThatIsNotThereOrSaysNoTimeIsNoClock) {
    EXPECT_EQ(FileClock::open(file).error().code, ErrorCode::file_unreadable);
    say("tomorrow\n");
    const auto refused = FileClock::open(file);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::file_unreadable);
    EXPECT_EQ(refused.error().detail, file.string());
}

}  // namespace
}  // namespace jobbro
