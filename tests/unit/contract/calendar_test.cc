#include "proto/contract/calendar.h"

#include <gtest/gtest.h>

#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

TEST(Calendar, ReadsADate) {
    const auto date = parse_date("2012-02-29");
    ASSERT_THAT(date, Succeeds());
    EXPECT_EQ(static_cast<int>(date->year()), 2012);
    EXPECT_EQ(static_cast<unsigned>(date->month()), 2U);
    EXPECT_EQ(static_cast<unsigned>(date->day()), 29U);
}

TEST(Calendar, RefusesWhatIsNoDate) {
    for (const char* text :
         {"", "2011-02-29", "2011-13-01", "2011-00-01", "2011-01-00", "2011-1-1", "02-05-2011",
          "2011/05/02", "2011-05-02T", " 2011-05-02", "0000-01-01", "+011-05-02", "20110502"}) {
        EXPECT_THAT(parse_date(text), FailsWith(ErrorCode::field_invalid)) << text;
    }
}

TEST(Calendar, ReadsTimesWithZOffsetAndDecimals) {
    const auto utc = parse_time("2011-05-02T08:00:00Z");
    ASSERT_THAT(utc, Succeeds());
    EXPECT_EQ(utc->seconds, 1304323200);
    EXPECT_EQ(utc->nanos, 0);
    const auto local = parse_time("2011-05-02T10:00:00.25+02:00");
    ASSERT_THAT(local, Succeeds());
    EXPECT_EQ(local->seconds, 1304323200);
    EXPECT_EQ(local->nanos, 250000000);
    const auto west = parse_time("2011-05-01T23:30:00.000000001-08:30");
    ASSERT_THAT(west, Succeeds());
    EXPECT_EQ(west->seconds, 1304323200);
    EXPECT_EQ(west->nanos, 1);
    const auto before_1970 = parse_time("1969-12-31T23:59:59.5Z");
    ASSERT_THAT(before_1970, Succeeds());
    EXPECT_EQ(before_1970->seconds, -1);
    EXPECT_EQ(before_1970->nanos, 500000000);
}

TEST(Calendar, TakesTheFirstAndLastSecondAndNoneBeyond) {
    const auto first = parse_time("0001-01-01T00:00:00Z");
    ASSERT_THAT(first, Succeeds());
    EXPECT_EQ(first->seconds, timestamp_seconds_min);
    const auto last = parse_time("9999-12-31T23:59:59Z");
    ASSERT_THAT(last, Succeeds());
    EXPECT_EQ(last->seconds, timestamp_seconds_max);
    EXPECT_THAT(parse_time("0001-01-01T00:00:00+01:00"), FailsWith(ErrorCode::field_invalid));
    EXPECT_THAT(parse_time("9999-12-31T23:59:59-01:00"), FailsWith(ErrorCode::field_invalid));
}

TEST(Calendar, RefusesWhatIsNoTime) {
    for (const char* text :
         {"", "2011-05-02", "2011-05-02T08:00:00", "2011-05-02 08:00:00Z", "2011-05-02T24:00:00Z",
          "2011-05-02T08:60:00Z", "2011-05-02T08:00:60Z", "2011-05-02T08:00:00.Z",
          "2011-05-02T08:00:00.1234567891Z", "2011-05-02T08:00:00z", "2011-05-02T08:00:00+2:00",
          "2011-05-02T08:00:00+24:00", "2011-05-02T08:00:00+00:60", "2011-05-02T08:00:00Z ",
          "2011-02-30T08:00:00Z"}) {
        EXPECT_THAT(parse_time(text), FailsWith(ErrorCode::field_invalid)) << text;
    }
}

TEST(Calendar, ReadsDurations) {
    const auto negative = parse_duration("-1.5s");
    ASSERT_THAT(negative, Succeeds());
    EXPECT_EQ(negative->seconds, -1);
    EXPECT_EQ(negative->nanos, -500000000);
    const auto longest = parse_duration("315576000000s");
    ASSERT_THAT(longest, Succeeds());
    EXPECT_EQ(longest->seconds, duration_seconds_max);
    for (const char* text : {"", "s", "1", "1.s", "1 s", "+1s", "--1s", "315576000001s",
                             "9999999999999999999999s", "1.0000000001s"}) {
        EXPECT_THAT(parse_duration(text), FailsWith(ErrorCode::field_invalid)) << text;
    }
}

// Denmark is two hours ahead of UTC in summer, and taken to be so in winter.
TEST(Calendar, ADayIsToComeUntilItHasBegunInDenmark) {
    constexpr Instant two_hours_to_midnight_utc{1304373600000000};  // 2011-05-02T22:00:00Z
    const auto tomorrow = parse_date("2011-05-03");
    ASSERT_THAT(tomorrow, Succeeds());
    EXPECT_TRUE(is_to_come(*tomorrow, two_hours_to_midnight_utc.plus_ms(-1)));
    EXPECT_FALSE(is_to_come(*tomorrow, two_hours_to_midnight_utc));
    EXPECT_TRUE(is_to_come(*parse_date("9999-12-31"), two_hours_to_midnight_utc));
    EXPECT_FALSE(is_to_come(*parse_date("0001-01-01"), two_hours_to_midnight_utc));
}

}  // namespace
}  // namespace jobbro::contract
