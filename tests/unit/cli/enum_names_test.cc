#include "adapters/cli/enum_names.h"

#include <gmock/gmock.h>

#include "jobbro/v1/query.pb.h"

namespace jobbro::cli {
namespace {

TEST(EnumNames, ANameIsTheValuesWithoutThePrefix) {
    const auto value = parse_name<v1::WaitingFor>("--kind", "question_answer");
    ASSERT_TRUE(value.has_value()) << value.error().line();
    EXPECT_EQ(*value, v1::WAITING_FOR_QUESTION_ANSWER);
    EXPECT_EQ(value_name(*v1::OrderDialogueState_descriptor(), 7), "followed_up");
    EXPECT_EQ(value_name(*v1::OrderDialogueState_descriptor(), 77), "77");
}

TEST(EnumNames, WhatIsNoNameIsToldWithTheNamesThereAre) {
    for (const std::string text : {"", "unspecified", "OFFER", "nonsense"}) {
        SCOPED_TRACE(text);
        const auto value = parse_name<v1::ResultsOf>("--of", text);
        ASSERT_FALSE(value.has_value());
        EXPECT_EQ(value.error().code, ErrorCode::usage);
        EXPECT_EQ(value.error().detail, "--of is one of offer, provider, jobcentre");
    }
}

}  // namespace
}  // namespace jobbro::cli
