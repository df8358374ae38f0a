#include <gtest/gtest.h>

#include <string>

#include "proto/contract/body_rules.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {
namespace {

bool is_found(std::string_view text) {
    const auto own = CprNumber::parse("690870-1478");
    JOBBRO_ASSERT(own.has_value());
    return holds_cpr(text, CprSearch{&*own, sample_now});
}

bool is_found_in_reference(std::string_view text) {
    return holds_cpr(text, CprSearch{nullptr, sample_now, true});
}

TEST(CprInText, AnotherPersonsNumberIsFoundOnEndAndInTwoParts) {
    for (const char* text :
         {"7411761201", "741176-1201", "741176 1201", "741176 - 1201", "741176/1201", "741176.1201",
          "741176\n1201", "741176-\n1201", "741176 -\n 1201", "741176\t1201",
          "lives with 741176-1201, who works", "cpr:741176-1201.", "x7411761201x", "1 741176-1201",
          "+741176-1201", "mother + 7411761201"}) {
        EXPECT_TRUE(is_found(text)) << text;
    }
}

TEST(CprInText, AnotherPersonsNumberIsFoundInGroups) {
    for (const char* text :
         {"74 11 76-1201", "74.11.76-1201", "74-11-76-1201", "74/11/76 1201", "74. 11. 76 - 1201",
          "74\n11\n76\n1201", "44 74 11 76 1201", "(74 11 76 1201)"}) {
        EXPECT_TRUE(is_found(text)) << text;
    }
}

TEST(CprInText, EveryDashAndSpaceOfWordProcessorsSeparates) {
    for (const char* separator : {"\xc2\xa0",
                                  "\xc2\xad",
                                  "\xe2\x80\x89",
                                  "\xe2\x80\xaf",
                                  "\xe2\x80\x90",
                                  "\xe2\x80\x91",
                                  "\xe2\x80\x92",
                                  "\xe2\x80\x93",
                                  "\xe2\x80\x94",
                                  "\xe2\x80\x95",
                                  "\xe2\x81\x83",
                                  "\xe2\x88\x92",
                                  " \xe2\x80\x93 ",
                                  "\xe2\x80\x82",
                                  "\xe2\x80\x87",
                                  "\xe2\x80\x8b-",
                                  "\xef\xbc\x8d",
                                  "\xef\xb9\xa3",
                                  "\xe3\x80\x80",
                                  "\xef\xbb\xbf",
                                  "     ",
                                  "\n\n\n - \n\n\n",
                                  ")",
                                  "("}) {
        const std::string between{separator};
        EXPECT_TRUE(is_found("741176" + between + "1201")) << separator;
        EXPECT_TRUE(is_found("74" + between + "11" + between + "76" + between + "1201"))
            << separator;
    }
}

TEST(CprInText, RealLookingNumbersAreFoundWithAndWithoutCheckDigit) {
    EXPECT_TRUE(is_found("211062-5629"));
    EXPECT_TRUE(is_found("211062-5628"));
    EXPECT_TRUE(is_found("21 10 62-5628"));
}

TEST(CprInText, TheCitizensOwnNumberIsNot) {
    EXPECT_FALSE(is_found("690870-1478"));
    EXPECT_FALSE(is_found("6908701478 and 690870 1478"));
    EXPECT_FALSE(is_found("69 08 70-1478"));
    EXPECT_TRUE(is_found("6908701478 and 741176-1201"));
}

TEST(CprInText, WhereNobodysNumberMayStandTheCitizensIsFoundToo) {
    EXPECT_TRUE(holds_cpr("690870-1478", CprSearch{nullptr, sample_now}));
}

TEST(CprInText, PhoneNumbersAreNot) {
    for (const char* text : {"33123456", "33 12 34 56", "+45 33123456", "+45 33 12 34 56",
                             "+4533123456", "+3112345678", "+31 10 62 5629", "+45 00 00 00 31"}) {
        EXPECT_FALSE(is_found(text)) << text;
    }
}

TEST(CprInText, NumbersWithoutADateAreNot) {
    EXPECT_FALSE(is_found("511062-5629"));
    EXPECT_FALSE(is_found("741376-1201"));
    EXPECT_FALSE(is_found("74 13 76 1201"));
    EXPECT_FALSE(is_found("0000000000"));
}

// The samples are of 2 May 2011: the first was born that day, the second is of the day after.
TEST(CprInText, NumbersOfThoseNotYetBornAreNot) {
    EXPECT_TRUE(is_found("620511-4000"));
    EXPECT_FALSE(is_found("630511-4000"));
    EXPECT_FALSE(is_found("6305114000"));
    EXPECT_FALSE(is_found("63 05 11-4000"));
}

TEST(CprInText, DatesAndTimesOfDayAreNot) {
    EXPECT_FALSE(is_found("2011-05-02 10:30"));
    EXPECT_FALSE(is_found("02.05.2011 1030"));
    EXPECT_FALSE(is_found("02.05.11 at 10.30"));
    EXPECT_FALSE(is_found("02.05.11, 10:30"));
}

TEST(CprInText, LongerAndShorterRunsOfDigitsAreNot) {
    for (const char* text :
         {"17411761201", "74117612011", "741176-12011", "1741176-1201", "741176-120",
          "741176 -- - 1201", "741176", "174 11 76-1201", "74 11 76-12011", "74 11 761-201",
          "74 11 76 12 01", "7411 76 1201", "74 1176 1201", "741176,1201", "741176x1201", ""}) {
        EXPECT_FALSE(is_found(text)) << text;
    }
}

TEST(CprInText, InAReferenceOnlySixAndFourAreANumber) {
    EXPECT_TRUE(is_found_in_reference("741176-1201"));
    EXPECT_TRUE(is_found_in_reference("J 741176 1201"));
    EXPECT_TRUE(is_found_in_reference("741176/1201"));
    EXPECT_FALSE(is_found_in_reference("7411761201"));
    EXPECT_FALSE(is_found_in_reference("74-11-76-1201"));
}

}  // namespace
}  // namespace jobbro::contract
