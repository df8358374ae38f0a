#include "adapters/cli/inbox_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

v1::WaitingRow& add(v1::Answer& answer, v1::WaitingFor what, const std::string& limit) {
    v1::WaitingRow& row = *answer.add_waiting();
    row.set_what(what);
    row.set_order_id("order-1");
    row.set_other_party("provider:13585628");
    row.set_limit_date(limit);
    return row;
}

v1::Answer answer_of_the_first_of_march() {
    v1::Answer answer;
    answer.set_today("2011-03-01");
    v1::WaitingRow& overdue = add(answer, v1::WAITING_FOR_FOLLOW_UP, "2011-02-26");
    overdue.set_is_overdue(true);
    overdue.set_about_sequence(12);
    v1::WaitingRow& theirs = add(answer, v1::WAITING_FOR_REPORT, "2011-02-28");
    theirs.set_report(v1::REPORT_KIND_PROGRESSION_FINAL);
    theirs.set_is_overdue(true);
    theirs.set_is_of_other_party(true);
    add(answer, v1::WAITING_FOR_QUESTION_ANSWER, "2011-03-01");
    add(answer, v1::WAITING_FOR_NEXT_STEP, "2011-03-02");
    add(answer, v1::WAITING_FOR_NEXT_STEP, "2011-04-01");
    add(answer, v1::WAITING_FOR_START, "");
    return answer;
}

TEST(InboxLines, DaysAreCountedFromTheDayOfTheAnswer) {
    EXPECT_EQ(inbox_table(answer_of_the_first_of_march(), Language::english),
              "WHAT                      BY          DAYS          ORDER    OTHER PARTY        "
              "SEQUENCE  NOTE\n"
              "follow-up                 2011-02-26  3 days late   order-1  provider:13585628  "
              "12        OVERDUE\n"
              "final progression report  2011-02-28  1 day late    order-1  provider:13585628  "
              "-         OVERDUE, for the other party to do\n"
              "answer to a question      2011-03-01  today         order-1  provider:13585628  "
              "-         -\n"
              "next step                 2011-03-02  1 day left    order-1  provider:13585628  "
              "-         -\n"
              "next step                 2011-04-01  31 days left  order-1  provider:13585628  "
              "-         -\n"
              "start of the course       -           -             order-1  provider:13585628  "
              "-         -\n");
}

TEST(InboxLines, TheSameInDanish) {
    EXPECT_THAT(inbox_table(answer_of_the_first_of_march(), Language::danish),
                AllOf(HasSubstr("opfølgning"), HasSubstr("3 dage for sent"), HasSubstr("i dag"),
                      HasSubstr("1 dag tilbage"), HasSubstr("31 dage tilbage"),
                      HasSubstr("OVERSKREDET, den anden part skal svare\n")));
}

TEST(InboxLines, NothingIsNoLines) {
    EXPECT_EQ(inbox_table({}, Language::english), "");
    EXPECT_EQ(inbox_json({}), "");
}

TEST(InboxLines, JsonHasTheDayItIsCountedFrom) {
    v1::Answer answer;
    answer.set_today("2011-03-01");
    v1::WaitingRow& row = add(answer, v1::WAITING_FOR_FOLLOW_UP, "2011-02-26");
    row.set_is_overdue(true);
    row.set_about_sequence(12);
    EXPECT_EQ(inbox_json(answer),
              R"({"today":"2011-03-01","waiting":{"what":"WAITING_FOR_FOLLOW_UP",)"
              R"("order_id":"order-1","other_party":"provider:13585628",)"
              R"("limit_date":"2011-02-26","is_overdue":true,"about_sequence":"12"}})"
              "\n");
}

TEST(InboxLines, ADateThatIsNoneHasNoDays) {
    v1::Answer answer;
    answer.set_today("2011-03-01");
    add(answer, v1::WAITING_FOR_NEXT_STEP, "\x1b[2J");
    EXPECT_THAT(inbox_table(answer, Language::english), HasSubstr("?[2J  -     order-1"));
}

}  // namespace
}  // namespace jobbro::cli
