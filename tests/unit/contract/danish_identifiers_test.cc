#include "proto/contract/danish_identifiers.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

std::string cpr_text(int day, int month, int year_in_century, int seventh_digit) {
    char text[16];
    std::snprintf(text, sizeof text, "%02d%02d%02d%d000", day, month, year_in_century,
                  seventh_digit);
    return text;
}

// The table as the CPR office prints it, row by row.
int expected_year(int year_in_century, int seventh_digit) {
    switch (seventh_digit) {
        case 0:
        case 1:
        case 2:
        case 3:
            return 1900 + year_in_century;
        case 4:
        case 9:
            return (year_in_century < 37 ? 2000 : 1900) + year_in_century;
        default:
            return (year_in_century < 58 ? 2000 : 1800) + year_in_century;
    }
}

bool is_leap(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool is_day(int day, int month, int year) {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12) return false;
    return day >= 1 && day <= days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

TEST(CprNumber, EveryYearAndSeventhDigitGivesItsCentury) {
    for (int year = 0; year < 100; ++year) {
        for (int seventh = 0; seventh < 10; ++seventh) {
            const auto number = CprNumber::parse(cpr_text(1, 1, year, seventh));
            ASSERT_THAT(number, Succeeds());
            EXPECT_EQ(static_cast<int>(number->birth_date().year()), expected_year(year, seventh));
        }
    }
}

TEST(CprNumber, ExactlyTheDaysOfTheCalendarAreTakenPlainAndAsTestNumbers) {
    for (int day = 0; day < 100; ++day) {
        for (int month = 0; month < 15; ++month) {
            for (int year = 0; year < 100; ++year) {
                for (const int seventh : {0, 4, 5}) {
                    const int plain_day = day > 60 ? day - 60 : day;
                    const bool is_valid = is_day(plain_day, month, expected_year(year, seventh));
                    const auto number = CprNumber::parse(cpr_text(day, month, year, seventh));
                    ASSERT_EQ(number.has_value(), is_valid) << day << "." << month << "." << year;
                    ASSERT_TRUE(!is_valid || number->is_test_number() == (day > 60));
                }
            }
        }
    }
}

TEST(CprNumber, BirthDateIsToComeUntilTheDayBeginsInDenmark) {
    // Born on 2 May 2011, which began in Denmark at 22:00 UTC the day before.
    const auto number = CprNumber::parse("620511-4000");
    ASSERT_THAT(number, Succeeds());
    const Instant beginning{1304287200000000};
    EXPECT_TRUE(number->is_born_after(beginning.plus_ms(-1)));
    EXPECT_FALSE(number->is_born_after(beginning));
}

TEST(CprNumber, HyphenMakesNoDifference) {
    const auto plain = CprNumber::parse("6908701478");
    const auto hyphened = CprNumber::parse("690870-1478");
    ASSERT_THAT(plain, Succeeds());
    ASSERT_THAT(hyphened, Succeeds());
    EXPECT_EQ(*plain, *hyphened);
    EXPECT_EQ(hyphened->digits(), "6908701478");
}

TEST(CprNumber, TestNumbersAreExemptFromTheCheckDigit) {
    for (const char* text : {"690870-1478", "741176-1201", "720392-1858"}) {
        const auto number = CprNumber::parse(text);
        ASSERT_THAT(number, Succeeds());
        EXPECT_TRUE(number->is_test_number());
        EXPECT_TRUE(number->check_digit_holds());
    }
}

TEST(CprNumber, CheckDigitIsToldAndNotRefused) {
    const auto holds = CprNumber::parse("211062-5629");
    const auto fails = CprNumber::parse("211062-5628");
    ASSERT_THAT(holds, Succeeds());
    ASSERT_THAT(fails, Succeeds());
    EXPECT_TRUE(holds->check_digit_holds());
    EXPECT_FALSE(fails->check_digit_holds());
}

TEST(CprNumber, RefusesOtherForms) {
    for (const char* text :
         {"", "511062-5629", "0000000000", "690870 1478", "69087-01478", "690870-147",
          "690870-14789", "69087o1478", "690870--478", " 6908701478", "-690870147"}) {
        EXPECT_THAT(CprNumber::parse(text), FailsWith(ErrorCode::cpr_invalid));
    }
}

TEST(CprNumber, ErrorsHoldNothingOfTheNumber) {
    const auto number = CprNumber::parse("690870-147x");
    ASSERT_THAT(number, FailsWith(ErrorCode::cpr_invalid));
    EXPECT_EQ(number.error().line().find("690870"), std::string::npos);
}

TEST(CvrNumber, TakesIssuedNumbers) {
    for (const char* text : {"13748136", "13585628", "10213231", "19319970"}) {
        const auto number = CvrNumber::parse(text);
        ASSERT_THAT(number, Succeeds());
        EXPECT_EQ(number->digits(), text);
    }
}

TEST(CvrNumber, RefusesOthers) {
    for (const char* text : {"", "13585627", "03585628", "1358562", "135856280", "1358562a"}) {
        EXPECT_THAT(CvrNumber::parse(text), FailsWith(ErrorCode::cvr_invalid));
    }
}

TEST(CvrNumber, EveryChangeOfOneDigitIsSeen) {
    const std::string valid = "13748136";
    for (std::size_t at = 0; at < valid.size(); ++at) {
        for (char digit = '0'; digit <= '9'; ++digit) {
            std::string text = valid;
            text[at] = digit;
            EXPECT_EQ(CvrNumber::parse(text).has_value(), text == valid);
        }
    }
}

TEST(PNumber, IsTenDigitsWithoutCheck) {
    const auto number = PNumber::parse("1003388394");
    ASSERT_THAT(number, Succeeds());
    EXPECT_EQ(number->digits(), "1003388394");
    for (const char* text : {"", "100338839", "10033883941", "100338839x"}) {
        EXPECT_THAT(PNumber::parse(text), FailsWith(ErrorCode::p_number_invalid));
    }
}

TEST(MunicipalityCode, ThereAreNinetyEight) {
    int count = 0;
    for (int code = 0; code < 1000; ++code) {
        char text[8];
        std::snprintf(text, sizeof text, "%03d", code);
        count += MunicipalityCode::parse(text).has_value() ? 1 : 0;
    }
    EXPECT_EQ(count, 98);
}

TEST(MunicipalityCode, ALeadingZeroMakesNoDifference) {
    const auto short_form = MunicipalityCode::parse("101");
    const auto long_form = MunicipalityCode::parse("0101");
    ASSERT_THAT(short_form, Succeeds());
    ASSERT_THAT(long_form, Succeeds());
    EXPECT_EQ(*short_form, *long_form);
    EXPECT_EQ(long_form->digits(), "101");
}

TEST(MunicipalityCode, RefusesOthers) {
    for (const char* text : {"", "411", "0411", "100", "1010", "00101", "10", "1o1", "851 "}) {
        EXPECT_THAT(MunicipalityCode::parse(text), FailsWith(ErrorCode::municipality_unknown));
    }
}

}  // namespace
}  // namespace jobbro::contract
