#include "adapters/cli/argument_values.h"

#include "tests/unit/kit/hub_side.h"

namespace jobbro::cli {
namespace {

using kit::FailsWith;

TEST(ArgumentValues, AStartIsTheBeginningASequenceATimeOrADate) {
    EXPECT_TRUE(std::holds_alternative<kit::StartAtBeginning>(*parse_start("beginning")));
    EXPECT_EQ(std::get<Sequence>(*parse_start("0")), Sequence{0});
    EXPECT_EQ(std::get<Sequence>(*parse_start("1234567890")), Sequence{1'234'567'890});
    EXPECT_EQ(std::get<Instant>(*parse_start("1970-01-02T00:00:01.5+01:00")),
              (Instant{(86'400 - 3600 + 1) * std::int64_t{1'000'000} + 500'000}));
    EXPECT_EQ(std::get<Instant>(*parse_start("1970-01-02")),
              (Instant{std::int64_t{86'400} * 1'000'000}));
}

TEST(ArgumentValues, AnythingElseIsNoStart) {
    for (const std::string text : {"", "end", "-1", "1.5", "2026-02-30", "2026-1-1", "12:00",
                                   "2026-01-31T12:00:00", "99999999999999999999999"}) {
        EXPECT_THAT(parse_start(text), FailsWith(ErrorCode::usage)) << text;
    }
}

TEST(ArgumentValues, ADateIsItsMidnightInUtc) {
    EXPECT_EQ(*parse_day_or_instant("--covers-from", "1970-01-02"),
              (Instant{std::int64_t{86'400} * 1'000'000}));
    EXPECT_EQ(*parse_day_or_instant("--covers-from", "1970-01-01T00:00:01Z"), Instant{1'000'000});
    const auto wrong = parse_day_or_instant("--covers-from", "2026-02-30");
    ASSERT_THAT(wrong, FailsWith(ErrorCode::usage));
    EXPECT_THAT(wrong.error().detail, ::testing::HasSubstr("--covers-from"));
}

TEST(ArgumentValues, DaysAndMonthsStayAsTheyAre) {
    EXPECT_EQ(*parse_day("--day", "2012-02-29"), "2012-02-29");
    EXPECT_EQ(*parse_month("--from", "2011-12"), "2011-12");
    for (const std::string text : {"", "2011-02-29", "2011", "soon", "2011-12"}) {
        const auto day = parse_day("--day", text);
        ASSERT_THAT(day, FailsWith(ErrorCode::usage)) << text;
        EXPECT_THAT(day.error().detail, ::testing::HasSubstr("--day"));
    }
    for (const std::string text : {"", "2011-13", "2011", "soon", "2011-12-01"})
        EXPECT_THAT(parse_month("--from", text), FailsWith(ErrorCode::usage)) << text;
}

TEST(ArgumentValues, ATimeBefore1970IsATimestampToo) {
    google::protobuf::Timestamp timestamp;
    set_time(timestamp, Instant{-1});
    EXPECT_EQ(timestamp.seconds(), -1);
    EXPECT_EQ(timestamp.nanos(), 999'999'000);
    set_time(timestamp, Instant{1'500'000});
    EXPECT_EQ(timestamp.seconds(), 1);
    EXPECT_EQ(timestamp.nanos(), 500'000'000);
}

TEST(ArgumentValues, AKindIsCalledAsInJson) {
    EXPECT_EQ(*parse_kind("order"), v1::MESSAGE_KIND_ORDER);
    EXPECT_EQ(*parse_kind("attendance_list"), v1::MESSAGE_KIND_ATTENDANCE_LIST);
    EXPECT_EQ(*parse_kind("alert"), v1::MESSAGE_KIND_ALERT);
    for (const std::string text : {"", "Order", "MESSAGE_KIND_ORDER", "citizen", "20"}) {
        const auto kind = parse_kind(text);
        ASSERT_THAT(kind, FailsWith(ErrorCode::usage)) << text;
        EXPECT_THAT(kind.error().detail, ::testing::HasSubstr("order, order_acceptance, "));
    }
}

}  // namespace
}  // namespace jobbro::cli
