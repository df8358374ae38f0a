#include "adapters/cli/result_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

v1::ResultFigure& add(v1::ResultCell& cell, v1::ResultMeasure measure) {
    v1::ResultFigure& figure = *cell.add_figures();
    figure.set_measure(measure);
    return figure;
}

v1::Answer two_cells() {
    v1::Answer answer;
    v1::ResultCell& cell = *answer.add_results();
    cell.set_of(v1::RESULTS_OF_OFFER);
    cell.set_party("provider:13585628");
    cell.set_offer_reference("V-12");
    cell.set_first_month("2011-10");
    cell.set_months(3);
    add(cell, v1::RESULT_MEASURE_COURSES).set_count(14);
    v1::ResultFigure& completion = add(cell, v1::RESULT_MEASURE_COMPLETION);
    completion.add_percent(62);
    completion.add_percent(38);
    add(cell, v1::RESULT_MEASURE_DAYS_TO_KNOW).set_median_half_days(5);
    v1::ResultCell& silent = *answer.add_results();
    silent.set_of(v1::RESULTS_OF_JOBCENTRE);
    silent.set_party("jobcentre:630");
    silent.set_first_month("2011-12");
    silent.set_months(1);
    return answer;
}

TEST(ResultLines, ATableHasALineAFigure) {
    EXPECT_EQ(results_table(two_cells(), Language::english),
              "OF         PARTY              OFFER  PERIOD           MEASURE        FIGURE\n"
              "offer      provider:13585628  V-12   2011-10/2011-12  courses begun  14\n"
              "offer      provider:13585628  V-12   2011-10/2011-12  completion     "
              "62 % carried out, 38 % not carried out\n"
              "offer      provider:13585628  V-12   2011-10/2011-12  days to know   "
              "2.5 days (median)\n"
              "jobcentre  jobcentre:630      -      2011-12          -              -\n");
}

TEST(ResultLines, TheSameInDanish) {
    EXPECT_THAT(results_table(two_cells(), Language::danish),
                AllOf(HasSubstr("62 % gennemført, 38 % ikke gennemført"),
                      HasSubstr("2,5 dage (median)"), HasSubstr("forløb begyndt")));
}

TEST(ResultLines, NothingIsNoLines) {
    EXPECT_EQ(results_table({}, Language::danish), "");
    EXPECT_EQ(results_json({}), "");
}

TEST(ResultLines, JsonHasTheNamesOfTheContract) {
    EXPECT_THAT(results_json(two_cells()),
                HasSubstr(R"({"result":{"of":"RESULTS_OF_JOBCENTRE","party":"jobcentre:630",)"
                          R"("first_month":"2011-12","months":1}})"
                          "\n"));
}

TEST(ResultLines, AMonthThatIsNoneIsShownAsItIs) {
    v1::Answer answer = two_cells();
    answer.mutable_results(0)->set_first_month("\x1b[2J");
    EXPECT_THAT(results_table(answer, Language::english), HasSubstr("?[2J"));
}

}  // namespace
}  // namespace jobbro::cli
