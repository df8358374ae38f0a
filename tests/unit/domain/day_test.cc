#include "hub/domain/day.h"

#include <gtest/gtest.h>

#include "tests/unit/contract/expectations.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

constexpr Span months(std::uint16_t count) {
    return {0, count};
}

TEST(Day, IsNumberedFromTheFirstDayOf1900AndNoneIsZero) {
    EXPECT_EQ(day("1900-01-01").number(), 1U);
    EXPECT_EQ(Day::numbered(1).text(), "1900-01-01");
    EXPECT_FALSE(Day{}.is_set());
    EXPECT_EQ(Day{}.number(), 0U);
    EXPECT_EQ(Day::numbered(day("2199-12-31").number()).text(), "2199-12-31");
    EXPECT_LT(Day{}, day("1900-01-01"));
}

TEST(Day, IsReadFromADateAndNothingElse) {
    EXPECT_FALSE(parse_day("")->is_set());
    EXPECT_EQ(parse_day("2012-02-29")->text(), "2012-02-29");
    for (const char* const text : {"2011-02-29", "2011-13-01", "1899-12-31", "2200-01-01", "d8"})
        EXPECT_EQ(parse_day(text).error().code, ErrorCode::field_invalid) << text;
}

TEST(Day, EveryDayOfThreeCenturiesIsItsOwnText) {
    Day before;
    for (Day each = day("1900-01-01"); each <= day("2199-12-31"); each = each.plus(1)) {
        ASSERT_EQ(day(each.text()), each) << each.text();
        ASSERT_LT(before, each);
        before = each;
    }
}

TEST(Day, CountsForwardsAndBackwardsOverLeapDays) {
    EXPECT_EQ(day("2012-02-28").plus(1).text(), "2012-02-29");
    EXPECT_EQ(day("2011-02-28").plus(1).text(), "2011-03-01");
    EXPECT_EQ(day("1900-02-28").plus(1).text(), "1900-03-01") << "1900 was no leap year";
    EXPECT_EQ(day("2000-02-28").plus(1).text(), "2000-02-29");
    EXPECT_EQ(day("2011-01-01").plus(-1).text(), "2010-12-31");
    EXPECT_EQ(day("2012-03-01").since(day("2012-02-01")), 29);
    EXPECT_EQ(day("1900-01-05").plus(-100).text(), "1900-01-01") << "nothing is before it";
}

TEST(Day, KnowsItsWeekday) {
    EXPECT_EQ(day("1900-01-01").weekday(), 1U);
    EXPECT_EQ(day("2011-01-10").weekday(), 1U);
    EXPECT_EQ(day("2011-01-16").weekday(), 7U);
    EXPECT_EQ(week_start(day("2011-01-16")).text(), "2011-01-10");
    EXPECT_EQ(week_start(day("2011-01-10")).text(), "2011-01-10");
}

TEST(Day, MonthsEndOnTheLastDayThereIs) {
    EXPECT_EQ(after(day("2011-03-20"), months(6)).text(), "2011-09-20");
    EXPECT_EQ(after(day("2011-08-31"), months(6)).text(), "2012-02-29");
    EXPECT_EQ(after(day("2010-08-31"), months(6)).text(), "2011-02-28");
    EXPECT_EQ(after(day("2011-01-31"), months(1)).text(), "2011-02-28");
    EXPECT_EQ(after(day("2012-02-29"), months(12)).text(), "2013-02-28");
    EXPECT_EQ(after(day("2011-12-31"), months(2)).text(), "2012-02-29");
    EXPECT_EQ(month_start(day("2012-02-29")).text(), "2012-02-01");
    EXPECT_EQ(month_end(day("2012-02-01")).text(), "2012-02-29");
    EXPECT_EQ(month_end(day("2011-12-31")).text(), "2011-12-31");
}

TEST(Day, PeriodsIncludeBothEnds) {
    EXPECT_EQ(last_day(day("2011-05-09"), {13, 0}).text(), "2011-08-07");
    EXPECT_EQ(last_day(day("2011-01-01"), months(12)).text(), "2011-12-31");
    EXPECT_EQ(last_day(day("2012-02-29"), months(1)).text(), "2012-03-28");
}

TEST(Day, WeeksAreThoseOfIso8601) {
    EXPECT_EQ(week_of(day("2011-01-02")), (Week{2010, 52}));
    EXPECT_EQ(week_of(day("2011-01-03")), (Week{2011, 1}));
    EXPECT_EQ(week_of(day("2009-12-31")), (Week{2009, 53}));
    EXPECT_EQ(week_of(day("2010-01-03")), (Week{2009, 53}));
    EXPECT_EQ(week_of(day("2012-12-31")), (Week{2013, 1}));
}

TEST(Day, AgeGrowsOnTheBirthday) {
    EXPECT_EQ(age_on(day("1981-05-02"), day("2011-05-01")), 29);
    EXPECT_EQ(age_on(day("1981-05-02"), day("2011-05-02")), 30);
    EXPECT_EQ(age_on(day("1984-02-29"), day("2014-02-28")), 29);
    EXPECT_EQ(age_on(day("1984-02-29"), day("2014-03-01")), 30);
}

}  // namespace
}  // namespace jobbro::domain
