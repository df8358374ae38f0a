#include "adapters/cli/message_reader.h"

#include <gmock/gmock.h>

#include <sstream>
#include <vector>

namespace jobbro::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<InputMessage> read_all(const std::string& text) {
    std::istringstream input{text};
    MessageReader reader{input};
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
        MessageReader reader{input};
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

}  // namespace
}  // namespace jobbro::cli
