#include "hub/domain/danish_time.h"

#include <gtest/gtest.h>

#include "proto/contract/calendar.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

Instant at(std::string_view time) {
    const auto parsed = contract::parse_time(time);
    EXPECT_THAT(parsed, Succeeds()) << time;
    return Instant{parsed->seconds * 1000000};
}

DanishTime danish_time() {
    const auto time = DanishTime::load();
    EXPECT_THAT(time, Succeeds());
    return *time;
}

TEST(DanishTime, ADayBeginsAtLocalMidnight) {
    const DanishTime time = danish_time();
    EXPECT_EQ(time.start_of(day("2011-01-17")), at("2011-01-16T23:00:00Z"));
    EXPECT_EQ(time.start_of(day("2011-05-08")), at("2011-05-07T22:00:00Z"));
    EXPECT_EQ(time.day_of(at("2011-01-16T22:59:59Z")), day("2011-01-16"));
    EXPECT_EQ(time.day_of(at("2011-01-16T23:00:00Z")), day("2011-01-17"));
    EXPECT_EQ(time.day_of(at("2011-05-07T21:59:59Z")), day("2011-05-07"));
    EXPECT_EQ(time.day_of(at("2011-05-07T22:00:00Z")), day("2011-05-08"));
}

TEST(DanishTime, DaysOfTheChangeHave23And25Hours) {
    const DanishTime time = danish_time();
    const auto hours_of = [&time](std::string_view date) {
        const Day first = day(date);
        return (time.start_of(first.plus(1)).microseconds - time.start_of(first).microseconds) /
               3600000000;
    };
    EXPECT_EQ(hours_of("2011-03-27"), 23);
    EXPECT_EQ(hours_of("2011-10-30"), 25);
    EXPECT_EQ(hours_of("2012-03-25"), 23);
    EXPECT_EQ(hours_of("2011-03-26"), 24);
}

TEST(DanishTime, AnInstantIsOfTheDayThatBeganLast) {
    const DanishTime time = danish_time();
    for (Day each = day("2009-12-25"); each < day("2013-01-10"); each = each.plus(1)) {
        const Instant start = time.start_of(each);
        ASSERT_EQ(time.day_of(start), each) << each.text();
        ASSERT_EQ(time.day_of(Instant{start.microseconds - 1}), each.plus(-1)) << each.text();
    }
}

}  // namespace
}  // namespace jobbro::domain
