#include "adapters/connectors/message_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace jobbro::connectors {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant now{1'767'323'045'000'000};
constexpr const char* order_id = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* other_order_id = "0190163d-8694-739b-aea5-966c26f8ad92";

const evidence::SymmetricKey& key() {
    static const evidence::SymmetricKey made{ByteArray<32>{1, 2, 3}};
    return made;
}

Result<MessageFile> read(std::string_view text, FileShape shape = FileShape::lines,
                         std::string_view name = "a") {
    return read_message_file(text, shape, FileOrigin{name, key()}, now);
}

MessageFile content(std::string_view text, FileShape shape = FileShape::lines,
                    std::string_view name = "a") {
    auto file = read(text, shape, name);
    if (!file) ADD_FAILURE() << file.error().line();
    return file ? *std::move(file) : MessageFile{};
}

std::string sheet(const std::string& rows) {
    return R"({"attendance_sheet": {"first_date": "2011-02-14", "last_date": "2011-02-18",)"
           "\n\"rows\": [" +
           rows + "]}}";
}

std::string row(const std::string& order, const std::string& days = "[]") {
    return R"({"order_id": ")" + order + R"(", "cpr_number": "690870-1478", "days": )" + days + "}";
}

TEST(MessageFileTest, OneObjectMayTakeManyLines) {
    const MessageFile file = content("\n{\n\"order_id\":\n\"x\"\n}\n", FileShape::one_object);
    ASSERT_EQ(file.messages.size(), 1U);
    ASSERT_TRUE(file.messages[0].envelope);
    EXPECT_EQ(file.messages[0].envelope->order_id(), "x");
    EXPECT_EQ(file.messages[0].line, 1U);
    EXPECT_FALSE(file.may_be_unfinished);
}

TEST(MessageFileTest, OneThatCannotBeReadDoesNotKeepTheNextFromBeingRead) {
    const MessageFile file =
        content("{\"order_id\":\"x\"}\n\n{\"order_id\":}\r\n{\"none\":1}\n{\"order_id\":\"y\"}");
    ASSERT_EQ(file.messages.size(), 4U);
    EXPECT_TRUE(file.messages[0].envelope);
    ASSERT_FALSE(file.messages[1].envelope);
    EXPECT_EQ(file.messages[1].line, 3U);
    EXPECT_EQ(file.messages[1].envelope.error().code, ErrorCode::json_syntax);
    EXPECT_THAT(file.messages[1].envelope.error().detail, HasSubstr("line 3, column 13"));
    EXPECT_EQ(file.messages[2].envelope.error().code, ErrorCode::json_field_unknown);
    EXPECT_THAT(file.messages[2].envelope.error().detail, HasSubstr("line 4, column 9"));
    ASSERT_TRUE(file.messages[3].envelope);
    EXPECT_EQ(file.messages[3].envelope->order_id(), "y");
    EXPECT_EQ(file.messages[3].line, 5U);
    EXPECT_TRUE(file.may_be_unfinished);
}

TEST(MessageFileTest, AnUnknownFieldIsNoSignOfAnUnfinishedFile) {
    EXPECT_FALSE(content("{\"none\":1}").may_be_unfinished);
    EXPECT_TRUE(content("{\"order_id\":\"x\"", FileShape::one_object).may_be_unfinished);
}

TEST(MessageFileTest, AFileWithoutAMessageIsAnError) {
    for (const FileShape shape : {FileShape::one_object, FileShape::lines}) {
        const auto file = read(" \n\r\n", shape);
        ASSERT_FALSE(file);
        EXPECT_EQ(file.error().code, ErrorCode::json_syntax);
    }
}

TEST(MessageFileTest, AFileOfTooManyMessagesIsAnError) {
    std::string text;
    for (std::size_t i = 0; i < messages_of_file_max; ++i)
        text += "{}\n";
    EXPECT_EQ(content(text).messages.size(), messages_of_file_max);
    const auto file = read(text + "{}");
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::list_too_long);
}

TEST(MessageFileTest, ATagIsOfTheNameTheTextAndHowOftenItCameBefore) {
    const MessageFile file = content("{}\n{}\n{\"order_id\":\"x\"}");
    std::set<std::string> tags;
    for (const FileMessage& each : file.messages) {
        EXPECT_EQ(each.tag.size(), 64U);
        tags.insert(each.tag);
    }
    EXPECT_EQ(tags.size(), 3U);
    EXPECT_EQ(content("{}").messages[0].tag, file.messages[0].tag);
    EXPECT_NE(content("{}", FileShape::lines, "b").messages[0].tag, file.messages[0].tag);
    // A line that is mended, taken out or put before it changes nothing for the others.
    const MessageFile mended = content("{\"order_id\":\"new\"}\n{}\n{\"order_id\":\"x\"}");
    EXPECT_EQ(mended.messages[1].tag, file.messages[0].tag);
    EXPECT_EQ(mended.messages[2].tag, file.messages[2].tag);
    EXPECT_EQ(tags.count(mended.messages[0].tag), 0U);
}

TEST(MessageFileTest, ASheetBecomesOneMessageARowUnderOneListId) {
    const std::string text = sheet(row(order_id) + ",\n" + row(other_order_id));
    const MessageFile file = content(text, FileShape::one_object);
    ASSERT_EQ(file.messages.size(), 2U);
    ASSERT_TRUE(file.messages[0].envelope && file.messages[1].envelope);
    const v1::Envelope& first = *file.messages[0].envelope;
    const v1::Envelope& second = *file.messages[1].envelope;
    EXPECT_EQ(first.order_id(), order_id);
    EXPECT_EQ(second.order_id(), other_order_id);
    EXPECT_EQ(first.citizen().cpr_number(), "690870-1478");
    EXPECT_EQ(file.messages[0].row, 0U);
    EXPECT_EQ(file.messages[1].row, 1U);
    EXPECT_NE(file.messages[0].tag, file.messages[1].tag);
    EXPECT_FALSE(first.attendance_list().list_id().empty());
    EXPECT_EQ(first.attendance_list().list_id(), second.attendance_list().list_id());
    // The same again, however often it is read.
    const MessageFile again = content(text, FileShape::one_object);
    EXPECT_EQ(again.messages[0].envelope->SerializeAsString(), first.SerializeAsString());
    EXPECT_EQ(again.messages[0].tag, file.messages[0].tag);
}

TEST(MessageFileTest, MendingARowChangesNothingForTheOthers) {
    const auto days = [](const char* date) {
        return R"([{"date": ")" + std::string{date} + R"("}])";
    };
    const MessageFile file =
        content(sheet(row(order_id, days("2011-02-14")) + "," + row(other_order_id)),
                FileShape::one_object);
    const MessageFile mended =
        content(sheet(row(order_id, days("2011-02-15")) + ",\n\n" + row(other_order_id)),
                FileShape::one_object);
    ASSERT_EQ(file.messages.size(), 2U);
    ASSERT_EQ(mended.messages.size(), 2U);
    ASSERT_TRUE(file.messages[0].envelope) << file.messages[0].envelope.error().line();
    EXPECT_NE(mended.messages[0].tag, file.messages[0].tag);
    EXPECT_EQ(mended.messages[1].tag, file.messages[1].tag);
    EXPECT_EQ(mended.messages[0].envelope->attendance_list().list_id(),
              file.messages[0].envelope->attendance_list().list_id());
    EXPECT_NE(content(sheet(row(other_order_id)), FileShape::one_object, "b").messages[0].tag,
              file.messages[1].tag);
    // Of another period, all of it is something else.
    std::string later = sheet(row(other_order_id));
    later.replace(later.find("2011-02-18"), 10, "2011-02-17");
    const MessageFile other = content(later, FileShape::one_object);
    EXPECT_NE(other.messages[0].tag, file.messages[1].tag);
    EXPECT_NE(other.messages[0].envelope->attendance_list().list_id(),
              file.messages[0].envelope->attendance_list().list_id());
}

TEST(MessageFileTest, TwoSheetsOfOnePeriodAreTwo) {
    std::string text = sheet(row(order_id));
    text.erase(text.find('\n'), 1);
    const MessageFile file = content(text + "\n" + text);
    ASSERT_EQ(file.messages.size(), 2U);
    EXPECT_NE(file.messages[0].tag, file.messages[1].tag);
    EXPECT_NE(file.messages[0].envelope->attendance_list().list_id(),
              file.messages[1].envelope->attendance_list().list_id());
}

TEST(MessageFileTest, ASheetMayStandInALineAndBeNamedInCamelCase) {
    std::string text = sheet(row(order_id));
    text.replace(text.find("attendance_sheet"), 16, "attendanceSheet");
    text.erase(text.find('\n'), 1);
    const MessageFile file = content("{\"order_id\":\"x\"}\n" + text + "\n");
    ASSERT_EQ(file.messages.size(), 2U);
    ASSERT_TRUE(file.messages[1].envelope) << file.messages[1].envelope.error().line();
    EXPECT_EQ(file.messages[1].line, 2U);
    EXPECT_EQ(file.messages[1].envelope->order_id(), order_id);
}

TEST(MessageFileTest, WhatIsWrongInASheetIsToldWithItsPathAndPlace) {
    const MessageFile file =
        content(sheet(row(order_id) + ",\n" + row(other_order_id, R"([{"date": 3}])")),
                FileShape::one_object);
    ASSERT_EQ(file.messages.size(), 1U);
    ASSERT_FALSE(file.messages[0].envelope);
    const Error& type = file.messages[0].envelope.error();
    EXPECT_EQ(type.code, ErrorCode::json_type_wrong);
    EXPECT_EQ(type.field_path, "attendance_sheet.rows[1].days[0].date");
    EXPECT_THAT(type.detail, HasSubstr("line 3, column 101"));
    const MessageFile twice =
        content(sheet(row(order_id) + "," + row(order_id)), FileShape::one_object);
    ASSERT_FALSE(twice.messages.at(0).envelope);
    EXPECT_EQ(twice.messages[0].envelope.error().field_path, "attendance_sheet.rows[1].order_id");
    EXPECT_THAT(twice.messages[0].envelope.error().line(), Not(HasSubstr(order_id)));
}

}  // namespace
}  // namespace jobbro::connectors
