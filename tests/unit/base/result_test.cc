#include "proto/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>

namespace jobbro {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error{ErrorCode::field_invalid, "odd", "number"};
    return number / 2;
}

Result<void> must_be_even(int number) {
    JOBBRO_TRY(half(number));
    return {};
}

Result<int> quarter(int number) {
    JOBBRO_TRY_ASSIGN(const int once, half(number));
    JOBBRO_TRY_ASSIGN(const int twice, half(once));
    return twice;
}

TEST(Result, HoldsAValue) {
    const Result<int> result = half(8);
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(static_cast<bool>(result));
    EXPECT_EQ(*result, 4);
}

TEST(Result, HoldsAnErrorWithDetailAndPath) {
    const Result<int> result = half(7);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::field_invalid);
    EXPECT_EQ(result.error().detail, "odd");
    EXPECT_EQ(result.error().field_path, "number");
}

TEST(Result, OfNothingIsSuccessUntilItFails) {
    EXPECT_TRUE(Result<void>{}.has_value());
    const Result<void> failed = ErrorCode::busy;
    ASSERT_FALSE(failed.has_value());
    EXPECT_EQ(failed.error().code, ErrorCode::busy);
}

TEST(Result, TryPassesTheFirstErrorOn) {
    EXPECT_TRUE(must_be_even(2).has_value());
    EXPECT_EQ(must_be_even(3).error().code, ErrorCode::field_invalid);
    EXPECT_EQ(*quarter(12), 3);
    EXPECT_EQ(quarter(6).error().field_path, "number");
}

TEST(Result, AndThenGoesOnWithValuesOnly) {
    EXPECT_EQ(*half(12).and_then(half), 3);
    EXPECT_EQ(half(7).and_then(half).error().code, ErrorCode::field_invalid);
}

TEST(Result, MovesWhatItHolds) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
    const std::unique_ptr<int> taken = *std::move(result);
    ASSERT_NE(taken, nullptr);
    EXPECT_EQ(*taken, 5);
}

TEST(Result, HasNoEmptyState) {
    EXPECT_FALSE(std::is_default_constructible_v<Result<int>>);
}

TEST(ResultDeathTest, ReadingTheWrongSideEndsTheProcess) {
    const Result<int> failed = half(7);
    const Result<int> good = half(8);
    EXPECT_DEATH(static_cast<void>(*failed), "broken invariant");
    EXPECT_DEATH(static_cast<void>(good.error()), "broken invariant");
}

TEST(Error, LineTellsNameTextPathAndDetail) {
    const Error error{ErrorCode::json_syntax, "line 3, column 9", "order"};
    EXPECT_EQ(error.line(),
              "json_syntax: The JSON text has a syntax error. [order] (line 3, column 9)");
    EXPECT_EQ(Error{ErrorCode::busy}.line(), "busy: The hub is busy; try again shortly.");
}

}  // namespace
}  // namespace jobbro
