#include "adapters/kit/sheet_json.h"

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

TEST(SheetJson, ReadsTheSheetAndNothingElse) {
    for (const std::string text :
         {R"({"attendance_sheet":{"first_date":"2026-01-05","rows":[{},{}]}})",
          "\n{ \"attendanceSheet\" :\n {\"firstDate\":\"2026-01-05\",\"rows\":[{},{}]} } \n"}) {
        const auto sheet = read_sheet_json(text);
        ASSERT_TRUE(sheet) << text;
        ASSERT_TRUE(sheet->has_value()) << sheet->error().line();
        EXPECT_EQ((*sheet)->first_date(), "2026-01-05");
        EXPECT_EQ((*sheet)->rows_size(), 2);
    }
    for (const std::string text :
         {"", "{", "{}", "[]", R"({"order":{}})", R"({"attendance_sheet":[]})",
          R"([{"attendance_sheet":{}}])", R"({"attendance_sheet":{},"message_id":"m"})",
          R"({"notice":{"text":"attendance_sheet"}})", R"({"attendance_sheet":{})"}) {
        EXPECT_FALSE(read_sheet_json(text)) << text;
    }
}

TEST(SheetJson, ErrorsSayWhereInTheText) {
    const auto sheet = read_sheet_json("{\"attendance_sheet\":\n  {\"row\":[]}\n}");
    ASSERT_TRUE(sheet);
    ASSERT_THAT(*sheet, FailsWith(ErrorCode::json_field_unknown));
    EXPECT_EQ(sheet->error().field_path, "attendance_sheet");
    EXPECT_THAT(sheet->error().detail, ::testing::HasSubstr("line 2, column "));
    const auto typed = read_sheet_json(R"({"attendance_sheet":{"first_date":7}})");
    ASSERT_TRUE(typed);
    ASSERT_THAT(*typed, FailsWith(ErrorCode::json_type_wrong));
    EXPECT_EQ(typed->error().field_path, "attendance_sheet.first_date");
    EXPECT_THAT(typed->error().detail, ::testing::HasSubstr("line 1, column 35"));
}

}  // namespace
}  // namespace jobbro::kit
