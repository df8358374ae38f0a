#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "adapters/audit/hub_reader.h"
#include "proto/base/limits.h"
#include "tests/support/messages.h"

namespace jobbro::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* order = "019b7cbd-6b08-7000-8000-000000000001";

Error refusal(const Selection& selection) {
    const auto request = replay_request(selection);
    EXPECT_FALSE(request.has_value());
    return request ? Error{ErrorCode::usage, "it was taken"} : request.error();
}

TEST(Selection, OfNothingIsAllOfTheTrail) {
    const auto request = replay_request({});
    ASSERT_TRUE(request.has_value());
    v1::Replay expected;
    expected.set_view(v1::REPLAY_VIEW_MASKED);
    EXPECT_EQ(request->SerializeAsString(), expected.SerializeAsString());
}

TEST(Selection, SaysWhatIsAskedFor) {
    const auto request = replay_request({.from = 3,
                                         .to = 9,
                                         .since = "2026-01-31",
                                         .until = "2026-02-01T12:00:00.5+01:00",
                                         .party = jobbro::testing::provider,
                                         .order = order,
                                         .citizen = jobbro::testing::citizen,
                                         .kinds = {"order", "registry_change"},
                                         .unmask = true,
                                         .ground = "a complaint"});
    ASSERT_TRUE(request.has_value()) << request.error().line();
    EXPECT_EQ(request->from_sequence(), 3U);
    EXPECT_EQ(request->end_sequence(), 10U);
    EXPECT_EQ(request->from_time().seconds(), 1769817600);
    EXPECT_EQ(request->until_time().seconds(), 1769943600);
    EXPECT_EQ(request->until_time().nanos(), 500'000'000);
    EXPECT_EQ(request->party(), jobbro::testing::provider);
    EXPECT_EQ(request->order_id(), order);
    EXPECT_EQ(request->cpr_number(), "6908701478");
    EXPECT_THAT(request->kinds(),
                ElementsAre(v1::MESSAGE_KIND_ORDER, v1::MESSAGE_KIND_REGISTRY_CHANGE));
    EXPECT_EQ(request->view(), v1::REPLAY_VIEW_UNMASKED);
    EXPECT_EQ(request->ground(), "a complaint");
}

TEST(Selection, WhatCannotBeMeantIsSaidWithItsOption) {
    const auto expect = [](const Selection& selection, const char* option) {
        const Error error = refusal(selection);
        EXPECT_EQ(error.code, ErrorCode::usage);
        EXPECT_THAT(error.detail, HasSubstr(option));
    };
    expect({.from = 9, .to = 3}, "--to");
    expect({.to = ~std::uint64_t{0}}, "--to");
    expect({.since = "yesterday"}, "--since");
    expect({.until = "2026-02-30"}, "--until");
    expect({.since = "2026-02-02", .until = "2026-02-02"}, "--until");
    expect({.party = "the neighbour"}, "--party");
    expect({.order = "17"}, "--order");
    expect({.kinds = {"gossip"}}, "--kind is one of order, ");
    expect({.kinds = std::vector<std::string>(limits::replay_kinds_max + 1, "order")}, "--kind");
    expect({.ground = "no need"}, "--ground");
    expect({.unmask = true, .ground = std::string(limits::ground_bytes_max + 1, 'x')}, "--ground");
}

TEST(Selection, NoErrorRepeatsACitizensNumber) {
    const Error error = refusal({.citizen = "6913991478"});
    EXPECT_EQ(error.code, ErrorCode::usage);
    EXPECT_THAT(error.line(), Not(HasSubstr("691399")));
    EXPECT_THAT(refusal({.order = "690870-1478"}).line(), Not(HasSubstr("690870")));
}

TEST(Selection, ACitizensNumberCanComeByStandardInput) {
    const auto request_of = [](const std::string& input) {
        std::istringstream in{input};
        return replay_request({.citizen = "-"}, in);
    };
    for (const char* const input : {"690870-1478\n", "6908701478", "690870-1478 \r\nmore\n"}) {
        const auto request = request_of(input);
        ASSERT_TRUE(request.has_value()) << input << request.error().line();
        EXPECT_EQ(request->cpr_number(), "6908701478");
    }
    for (const std::string& input : {std::string{}, std::string{"\n"}, std::string(1000, '1')}) {
        const auto request = request_of(input);
        ASSERT_FALSE(request.has_value()) << input;
        EXPECT_EQ(request.error().code, ErrorCode::usage);
        EXPECT_THAT(request.error().detail, HasSubstr("--citizen"));
    }
    EXPECT_THAT(request_of("6913991478\n").error().line(), Not(HasSubstr("691399")));
    std::istringstream untouched{"690870-1478\n"};
    EXPECT_TRUE(replay_request({}, untouched).has_value());
    EXPECT_EQ(untouched.tellg(), std::streampos{0}) << "nothing is read that is not asked for";
}

TEST(Selection, ContentTakesAGround) {
    EXPECT_EQ(refusal({.unmask = true}).code, ErrorCode::ground_missing);
}

TEST(KindText, IsTheNameOfTheKind) {
    EXPECT_EQ(kind_text(v1::MESSAGE_KIND_ABSENCE_REPORT), "absence_report");
    EXPECT_EQ(kind_text(v1::MESSAGE_KIND_LOG_OPENED), "log_opened");
    EXPECT_EQ(kind_text(static_cast<v1::MessageKind>(99)), "99");
}

}  // namespace
}  // namespace jobbro::audit
