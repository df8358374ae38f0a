#include "tests/tidy/secrets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Put together here, so that this file holds none. Of somebody born in 1870, with the hyphen.
std::string cpr_number(std::string_view day_and_month, std::string_view last = "5000") {
    return std::string{day_and_month} + "70-" + std::string{last};
}

std::string without_hyphen(std::string number) {
    return number.erase(6, 1);
}

TEST(Secrets, TheRepositoryHoldsNone) {
    const Offences offences = secret_offences(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Secrets, APersonsCprNumberIsFoundWithAndWithoutHyphen) {
    const std::string without = without_hyphen(cpr_number("0908", "5009"));
    EXPECT_THAT(secret_offences({{"hub/x.cc", "f(\"" + cpr_number("3112") + "\");\n"},
                                 {"deploy/x.json", "{\n\"" + without + "\"}\n"}}),
                ElementsAre("hub/x.cc:1: reads as a person's CPR number; add 60 to the day",
                            "deploy/x.json:2: reads as a person's CPR number; add 60 to the day"));
}

TEST(Secrets, TestNumbersAndOtherDigitsAreNone) {
    EXPECT_THAT(secret_offences({{"hub/x.cc", "690870-1478 7411761201 9100000031 99104007\n"},
                                 {"hub/y.cc", "a" + cpr_number("0908") + "\n"},
                                 {"hub/z.cc", cpr_number("0908") + "5 " + cpr_number("0913")}}),
                IsEmpty());
}

TEST(Secrets, TenDigitsInARowAreNoneWithoutTheirCheckDigit) {
    EXPECT_THAT(secret_offences({{"hub/x.cc", without_hyphen(cpr_number("0908", "5008"))}}),
                IsEmpty());
}

TEST(Secrets, APublicExampleMayStandInTestsOnly) {
    const std::string example = "2110" + std::string{"62-5629\n"};
    EXPECT_THAT(secret_offences({{"tests/unit/x.cc", example}}), IsEmpty());
    EXPECT_THAT(secret_offences({{"deploy/x", example}}),
                ElementsAre("deploy/x:1: reads as a person's CPR number; add 60 to the day"));
}

TEST(Secrets, AKeyFileIsFound) {
    const std::string party = std::string{"jobbro secret"} + " key v1\n";
    const std::string hub = std::string{"jobbro hub"} + " key v1\n";
    const std::string pem = std::string{"-----BEGIN PRIVATE"} + " KEY-----\n";
    EXPECT_THAT(secret_offences({{"deploy/a.key", party}, {"b", hub}, {"c.pem", pem}}),
                ElementsAre("deploy/a.key:1: a secret key file", "b:1: a secret key file",
                            "c.pem:1: a private key"));
    EXPECT_THAT(secret_offences({{"proto/evidence/key_file.h", "//   " + party}}), IsEmpty());
}

TEST(Secrets, APathOfOneMachineIsFound) {
    const std::string work = std::string{"/wo"} + "rk/x";
    const std::string home = std::string{"/ro"} + "ot/x";
    EXPECT_THAT(secret_offences({{"deploy/a", "cd " + work + "\n"}, {"b.md", home}}),
                ElementsAre("deploy/a:1: a path of one machine; write it from the root",
                            "b.md:1: a path of one machine; write it from the root"));
    EXPECT_THAT(secret_offences({{"deploy/a", "cd tests" + work + "\n"}}), IsEmpty());
}

}  // namespace
}  // namespace jobbro::tidy
