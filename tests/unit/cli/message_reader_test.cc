#include "adapters/cli/message_reader.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

#include "proto/contract/uuid.h"

namespace jobbro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const SystemClock wall_clock;

std::vector<InputMessage> read_all(const std::string& text) {
    std::istringstream input{text};
    SeededRandomness randomness{1};
    MessageReader reader{input, wall_clock, randomness};
    std::vector<InputMessage> messages;
    while (auto message = reader.next())
        messages.push_back(*std::move(message));
    return messages;
}

TEST(MessageReader, NothingHoldsNoMessage) {
    EXPECT_THAT(read_all(""), IsEmpty());
    EXPECT_THAT(read_all("\n  \r\n"), IsEmpty());
}

TEST(MessageReader, OneObjectMayTakeSeveralLines) {
    const auto messages = read_all("\n{\n  \"sender\": \"a}{\",\n  \"order\": {}\n}\n\n");
    ASSERT_THAT(messages, SizeIs(1));
    EXPECT_EQ(messages[0].line, 2U);
    ASSERT_TRUE(messages[0].envelope.has_value()) << messages[0].envelope.error().line();
    EXPECT_EQ(messages[0].envelope->sender(), "a}{");
}

TEST(MessageReader, TellsHowManyMessagesItPassesOver) {
    const auto skipped = [](const std::string& text, int read_before) {
        std::istringstream input{text};
        SeededRandomness randomness{1};
        MessageReader reader{input, wall_clock, randomness};
        for (int i = 0; i < read_before; ++i)
            reader.next();
        return reader.skip_rest();
    };
    EXPECT_EQ(skipped("", 0), 0U);
    EXPECT_EQ(skipped("{}\n\n{}\n{}", 0), 3U);
    EXPECT_EQ(skipped("{}\n\n{}\n{}", 1), 2U);
    EXPECT_EQ(skipped("{\n\"sender\":\n\"x\"}\n", 0), 1U);
    EXPECT_EQ(skipped("{\n\"sender\":\n\"x\"}\n", 1), 0U);
}

TEST(MessageReader, OneObjectALine) {
    const auto messages = read_all("{\"sender\":\"a\\\"{\"}\n\n{\"sender\":\"b\"}");
    ASSERT_THAT(messages, SizeIs(2));
    EXPECT_EQ(messages[0].envelope->sender(), "a\"{");
    EXPECT_EQ(messages[1].line, 3U);
    EXPECT_EQ(messages[1].envelope->sender(), "b");
}

TEST(MessageReader, AnErrorNamesTheLineOfTheFileAndTheNextIsRead) {
    const auto messages = read_all("{}\n{\"sender\": oops}\n{\"sendr\":\"b\"}\n{}\n");
    ASSERT_THAT(messages, SizeIs(4));
    EXPECT_TRUE(messages[0].envelope.has_value());
    ASSERT_FALSE(messages[1].envelope.has_value());
    EXPECT_EQ(messages[1].envelope.error().code, ErrorCode::json_syntax);
    EXPECT_THAT(messages[1].envelope.error().detail, HasSubstr("line 2"));
    ASSERT_FALSE(messages[2].envelope.has_value());
    EXPECT_EQ(messages[2].envelope.error().code, ErrorCode::json_field_unknown);
    EXPECT_THAT(messages[2].envelope.error().detail, HasSubstr("line 3"));
    EXPECT_TRUE(messages[3].envelope.has_value());
}

TEST(MessageReader, AnErrorInOneObjectNamesTheLineOfTheFile) {
    const auto messages = read_all("\n\n{\n  \"sender\": oops\n}\n");
    ASSERT_THAT(messages, SizeIs(1));
    ASSERT_FALSE(messages[0].envelope.has_value());
    EXPECT_EQ(messages[0].envelope.error().code, ErrorCode::json_syntax);
    EXPECT_THAT(messages[0].envelope.error().detail, HasSubstr("line 4"));
}

TEST(MessageReader, AListIsNoMessage) {
    const auto messages = read_all("[{}]");
    ASSERT_THAT(messages, SizeIs(1));
    ASSERT_FALSE(messages[0].envelope.has_value());
    EXPECT_EQ(messages[0].envelope.error().code, ErrorCode::json_type_wrong);
}

TEST(MessageReader, WhatIsTooLargeIsRefused) {
    const auto messages = read_all("{\"sender\":\"" + std::string(1100 * 1024, 'x') + "\"}\n{}");
    ASSERT_THAT(messages, SizeIs(2));
    ASSERT_FALSE(messages[0].envelope.has_value());
    EXPECT_EQ(messages[0].envelope.error().code, ErrorCode::json_syntax);
    EXPECT_TRUE(messages[1].envelope.has_value());
}

std::string row(int order, const std::string& cpr_number) {
    return R"({"order_id":"0199a5c0-0000-7000-8000-00000000000)" + std::to_string(order) +
           R"(","cpr_number":")" + cpr_number +
           R"(","days":[{"date":"2026-01-05","planned_hours":6}]})";
}
std::string sheet(const std::string& rows) {
    return R"({"attendance_sheet":{"first_date":"2026-01-05","last_date":"2026-01-09","rows":[)" +
           rows + "]}}";
}

TEST(MessageReader, ASheetBecomesAMessageARow) {
    const auto messages =
        read_all("{}\n" + sheet(row(1, "690870-1478") + "," + row(2, "741176-1201")) + "\n{}\n");
    ASSERT_THAT(messages, SizeIs(4));
    ASSERT_TRUE(messages[1].envelope.has_value()) << messages[1].envelope.error().line();
    EXPECT_EQ(messages[1].line, 2U);
    EXPECT_EQ(messages[1].row, 0U);
    EXPECT_EQ(messages[2].line, 2U);
    EXPECT_EQ(messages[2].row, 1U);
    EXPECT_EQ(messages[2].envelope->citizen().cpr_number(), "741176-1201");
    const v1::AttendanceList& first = messages[1].envelope->attendance_list();
    EXPECT_EQ(first.days_size(), 1);
    EXPECT_TRUE(contract::parse_uuid7(first.list_id()).has_value()) << first.list_id();
    EXPECT_EQ(messages[2].envelope->attendance_list().list_id(), first.list_id());
    EXPECT_FALSE(messages[3].row.has_value());
}

TEST(MessageReader, ASheetMayTakeSeveralLines) {
    std::string text = sheet(row(1, "690870-1478"));
    text.insert(1, "\n");
    EXPECT_THAT(read_all(text), SizeIs(1));
}

TEST(MessageReader, WhatIsWrongWithASheetIsToldOnceAndWhere) {
    const auto twice = read_all("\n" + sheet(row(1, "690870-1478") + "," + row(1, "741176-1201")));
    ASSERT_THAT(twice, SizeIs(1));
    ASSERT_FALSE(twice[0].envelope.has_value());
    EXPECT_EQ(twice[0].envelope.error().field_path, "attendance_sheet.rows[1].order_id");
    const auto unreadable = read_all("{}\n" + sheet(R"({"order":7})"));
    ASSERT_THAT(unreadable, SizeIs(2));
    ASSERT_FALSE(unreadable[1].envelope.has_value());
    EXPECT_EQ(unreadable[1].envelope.error().code, ErrorCode::json_field_unknown);
    EXPECT_EQ(unreadable[1].envelope.error().field_path, "attendance_sheet.rows[0]");
    EXPECT_THAT(unreadable[1].envelope.error().detail, HasSubstr("line 2, column 90"));
}

TEST(MessageReader, TheRowsThatAreLeftOfASheetAreCounted) {
    std::istringstream input{sheet(row(1, "690870-1478") + "," + row(2, "741176-1201")) + "\n{}\n"};
    SeededRandomness randomness{1};
    MessageReader reader{input, wall_clock, randomness};
    reader.next();
    EXPECT_FALSE(reader.would_wait());
    EXPECT_EQ(reader.skip_rest(), 2U);
    EXPECT_FALSE(reader.next());
}

}  // namespace
}  // namespace jobbro::cli
