// hub/domain/ACCESS.md, held to the table it shows.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "hub/domain/access.h"

namespace jobbro::domain {
namespace {

std::string page() {
    std::ifstream file(JOBBRO_SOURCE_DIR "/hub/domain/ACCESS.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// "ORDER_DECLINE" as "`order_decline`".
std::string name_of(v1::MessageKind kind) {
    std::string name = v1::MessageKind_Name(kind).substr(std::string{"MESSAGE_KIND_"}.size());
    for (char& c : name)
        c = static_cast<char>(c == '_' ? c : c - 'A' + 'a');
    return '`' + name + '`';
}

std::string cell_of(char letter) {
    if (letter == 'c') return "corrections";
    return letter == 'y' ? "yes" : "";
}

std::string line_of(v1::MessageKind kind, std::string_view row) {
    std::string line = "| " + name_of(kind) + " |";
    for (const char letter : row) {
        if (letter != ' ') line += ' ' + cell_of(letter) + (letter == '-' ? "|" : " |");
    }
    return line + '\n';
}

std::string name_of(Answer answer) {
    switch (answer) {
        case Answer::own:
            return "own";
        case Answer::granted:
            return "granted";
        case Answer::unmasked:
            return "unmasked";
        case Answer::all:
            return "all";
        case Answer::no:
            break;
    }
    return "no";
}

// The lines of the table under a heading, without its own two.
std::string table_under(const std::string& text, const std::string& heading) {
    const std::size_t section = text.find("\n" + heading + "\n");
    if (section == std::string::npos) return "no such heading: " + heading;
    std::istringstream lines{text.substr(section + heading.size() + 2)};
    std::string table;
    int of_table = 0;
    for (std::string line; std::getline(lines, line) && line.rfind("## ", 0) != 0;) {
        if (line.rfind("| ", 0) == 0 && ++of_table > 2) table += line + '\n';
    }
    return table;
}

TEST(AccessPage, ShowsWhoMaySayWhat) {
    std::string expected;
    for (const KindAccess& row : kind_access()) {
        if (row.kind < v1::MESSAGE_KIND_LOG_OPENED) expected += line_of(row.kind, row.says);
    }
    EXPECT_EQ(table_under(page(), "## Who may say what"), expected);
}

TEST(AccessPage, ShowsWhoMaySeeWhat) {
    std::string expected;
    for (const KindAccess& row : kind_access()) {
        if (row.kind < v1::MESSAGE_KIND_LOG_OPENED) expected += line_of(row.kind, row.sees);
    }
    EXPECT_EQ(table_under(page(), "## Who may see what"), expected);
}

TEST(AccessPage, ShowsWhoMayAskForWhat) {
    std::string expected;
    for (const QuestionAccess& row : question_access()) {
        expected += "| `" + std::string{row.name} + "` |";
        for (const Answer answer : row.answers)
            expected += ' ' + name_of(answer) + " |";
        expected += '\n';
    }
    EXPECT_EQ(table_under(page(), "## Who may ask for what"), expected);
}

}  // namespace
}  // namespace jobbro::domain
