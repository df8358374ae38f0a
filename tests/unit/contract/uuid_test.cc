#include "proto/contract/uuid.h"

#include <gtest/gtest.h>

#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

// The version 7 example of RFC 9562, appendix A.6: 2022-02-22T19:22:22Z.
constexpr std::string_view rfc_example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
constexpr std::int64_t rfc_example_ms = 1645557742000;

TEST(Uuid, ReadsTheExampleOfTheRfc) {
    const auto id = MessageId::parse(rfc_example);
    ASSERT_THAT(id, Succeeds());
    EXPECT_EQ(id->milliseconds(), rfc_example_ms);
    EXPECT_EQ(id->text(), rfc_example);
}

TEST(Uuid, MadeOnesAreOfVersionSevenAndTellTheirTime) {
    SeededRandomness randomness{1};
    for (int i = 0; i < 200; ++i) {
        const Instant now{rfc_example_ms * 1000 + i * 997};
        const auto id = MessageId::make(now, randomness);
        EXPECT_TRUE(is_uuid7(id.bytes()));
        EXPECT_EQ(id.milliseconds(), now.milliseconds());
        const auto again = MessageId::parse(id.text());
        ASSERT_THAT(again, Succeeds());
        EXPECT_EQ(*again, id);
    }
}

TEST(Uuid, MadeLaterSortsLater) {
    SeededRandomness randomness{2};
    const auto first = MessageId::make(Instant{rfc_example_ms * 1000}, randomness);
    const auto second = MessageId::make(Instant{(rfc_example_ms + 1) * 1000}, randomness);
    EXPECT_LT(first, second);
    EXPECT_LT(first.text(), second.text());
}

TEST(Uuid, MadeInTheSameMillisecondDiffer) {
    SeededRandomness randomness{3};
    const Instant now{rfc_example_ms * 1000};
    EXPECT_NE(MessageId::make(now, randomness), MessageId::make(now, randomness));
}

TEST(Uuid, ComesBackFromItsBytes) {
    const auto id = MessageId::parse(rfc_example);
    ASSERT_THAT(id, Succeeds());
    const auto again = MessageId::from_bytes(id->view());
    ASSERT_THAT(again, Succeeds());
    EXPECT_EQ(*again, *id);
}

TEST(Uuid, RefusesBytesThatAreNotSixteenOrNotVersionSeven) {
    EXPECT_THAT(MessageId::from_bytes(std::string(15, '\x77')),
                FailsWith(ErrorCode::field_invalid));
    EXPECT_THAT(MessageId::from_bytes(std::string(16, '\0')), FailsWith(ErrorCode::field_invalid));
}

class NoUuid : public testing::TestWithParam<const char*> {};

TEST_P(NoUuid, IsRefused) {
    EXPECT_THAT(MessageId::parse(GetParam()), FailsWith(ErrorCode::field_invalid));
}

INSTANTIATE_TEST_SUITE_P(Uuid, NoUuid,
                         testing::Values("",                                        //
                                         "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",    // upper case
                                         "017f22e279b07cc398c4dc0c0c07398f",        // no hyphens
                                         "017f22e2-79b07-cc3-98c4-dc0c0c07398f",    // one moved
                                         "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",    // version 4
                                         "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",    // variant 0
                                         "017f22e2-79b0-7cc3-d8c4-dc0c0c07398f",    // variant 110
                                         "017f22e2-79b0-7cc3-98c4-dc0c0c07398",     // too short
                                         "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",   // too long
                                         "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",    // brace
                                         "017f22e2-79b0-7cc3-98c4-dc0c0c07398g"));  // no hex

}  // namespace
}  // namespace jobbro::contract
