#include "adapters/cli/json_line.h"

#include <gtest/gtest.h>

namespace jobbro::cli {
namespace {

TEST(JsonLine, KeepsTheOrderOfItsFields) {
    EXPECT_EQ(JsonLine{}.str(), "{}");
    EXPECT_EQ(JsonLine{}
                  .text("z", "last")
                  .number("a", 18446744073709551615U)
                  .boolean("b", true)
                  .boolean("c", false)
                  .raw("list", "[1]")
                  .str(),
              R"({"z":"last","a":18446744073709551615,"b":true,"c":false,"list":[1]})");
}

TEST(JsonLine, EscapesWhatJsonDoesNotAllow) {
    EXPECT_EQ(json_string("a\"b\\c\n\t\x01\x1f"), R"("a\"b\\c\n\t\u0001\u001f")");
    EXPECT_EQ(json_string("blåbær"), "\"blåbær\"");
}

}  // namespace
}  // namespace jobbro::cli
