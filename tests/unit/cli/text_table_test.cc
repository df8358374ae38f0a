#include "adapters/cli/text_table.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

TEST(TextTable, ColumnsAreAsWideAsTheirLongestTextInCharacters) {
    TextTable table{{"A", "B"}};
    table.add({"ærø", "1"});
    table.add({"four", ""});
    table.add_below("and below");
    table.add({"", "2"});
    EXPECT_EQ(table.str(),
              "A     B\n"
              "ærø   1\n"
              "four  -\n"
              "    and below\n"
              "-     2\n");
}

TEST(TextTable, HeadingsAloneAreNoTable) {
    EXPECT_EQ(TextTable({"A", "B"}).str(), "");
}

TEST(TextTable, NothingSteersTheTerminal) {
    EXPECT_EQ(shown("\x1b[2Jgone\n\t\x7f\xc3\xb8"), "?[2Jgone???\xc3\xb8");
    EXPECT_EQ(shown("a\xc2\x9b"
                    "1Jb"),
              "a?1Jb")
        << "U+009B begins a command too";
    EXPECT_EQ(shown("\xe2\x80\xae\xe2\x81\xa7\xe2\x80\x8f\xe2\x80\xa8\xd8\x9c"), "?????");
    EXPECT_EQ(shown("– … ‰ 漢 😀 \xc2\xa0"), "– … ‰ 漢 😀 \xc2\xa0");
    TextTable table{{"A"}};
    table.add({"x\ny"});
    table.add_below("u\x1bv");
    EXPECT_EQ(table.str(), "A\nx?y\n    u?v\n");
}

TEST(TextTable, ATextCutInACharacterStaysWithinItsBytes) {
    EXPECT_EQ(shown("a\xe2\x80").substr(0, 1), "a");
}

}  // namespace
}  // namespace jobbro::cli
