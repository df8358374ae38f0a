#include <gtest/gtest.h>

#include "proto/contract/body_rules.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

bool is_found(std::string_view text) {
    const auto own = CprNumber::parse("690870-1478");
    JOBBRO_ASSERT(own.has_value());
    return holds_foreign_cpr(text, *own);
}

TEST(CprInText, AnotherPersonsNumberIsFoundHoweverItIsWritten) {
    EXPECT_TRUE(is_found("7411761201"));
    EXPECT_TRUE(is_found("741176-1201"));
    EXPECT_TRUE(is_found("741176 1201"));
    EXPECT_TRUE(is_found("741176 - 1201"));
    EXPECT_TRUE(
        is_found("741176\xe2\x80\x93"
                 "1201"));
    EXPECT_TRUE(
        is_found("741176\xc2\xa0"
                 "1201"));
    EXPECT_TRUE(is_found("lives with 741176-1201, who works"));
    EXPECT_TRUE(is_found("cpr:741176-1201."));
    EXPECT_TRUE(is_found("x7411761201x"));
    EXPECT_TRUE(is_found("1 741176-1201"));
}

TEST(CprInText, RealLookingNumbersAreFoundWithAndWithoutCheckDigit) {
    EXPECT_TRUE(is_found("211062-5629"));
    EXPECT_TRUE(is_found("211062-5628"));
}

TEST(CprInText, TheCitizensOwnNumberIsNot) {
    EXPECT_FALSE(is_found("690870-1478"));
    EXPECT_FALSE(is_found("6908701478 and 690870 1478"));
    EXPECT_TRUE(is_found("6908701478 and 741176-1201"));
}

TEST(CprInText, PhoneNumbersAreNot) {
    EXPECT_FALSE(is_found("33123456"));
    EXPECT_FALSE(is_found("33 12 34 56"));
    EXPECT_FALSE(is_found("+45 33123456"));
    EXPECT_FALSE(is_found("+4533123456"));
    EXPECT_FALSE(is_found("+3112345678"));
}

TEST(CprInText, NumbersWithoutADateAreNot) {
    EXPECT_FALSE(is_found("511062-5629"));
    EXPECT_FALSE(is_found("741376-1201"));
    EXPECT_FALSE(is_found("0000000000"));
}

TEST(CprInText, LongerAndShorterRunsOfDigitsAreNot) {
    EXPECT_FALSE(is_found("17411761201"));
    EXPECT_FALSE(is_found("74117612011"));
    EXPECT_FALSE(is_found("741176-12011"));
    EXPECT_FALSE(is_found("1741176-1201"));
    EXPECT_FALSE(is_found("741176-120"));
    EXPECT_FALSE(is_found("741176 -- - 1201"));
    EXPECT_FALSE(is_found("741176"));
    EXPECT_FALSE(is_found(""));
}

}  // namespace
}  // namespace jobbro::contract
