// Results: told once of a month that is over, and asked for. Day 22 is 1 February.
#include "jobbro/v1/results.pb.h"
#include "tests/unit/core/query_fixture.h"

namespace jobbro::core {
namespace {

using ::testing::Contains;

class FreezingTest : public QueryTest {
  protected:
    // So many citizens begin a course in January.
    void begin(std::uint64_t citizens) {
        for (std::uint64_t i = 0; i < citizens; ++i)
            ids.push_back(started(made_up_citizen(i)));
    }
    static v1::Query results() {
        v1::Query query;
        query.mutable_results();
        return query;
    }
    // "PROVIDER 2011-01 1: COURSES 5", a line a figure, without those of findings.
    static std::vector<std::string> lines(const v1::Answer& answer) {
        std::vector<std::string> all;
        for (const v1::ResultCell& cell : answer.results()) {
            for (const v1::ResultFigure& figure : cell.figures()) {
                const std::string of = v1::ResultsOf_Name(cell.of());
                const std::string measure = v1::ResultMeasure_Name(figure.measure());
                std::string line = of.substr(std::string{"RESULTS_OF_"}.size()) + " " +
                                   cell.first_month() + " " + std::to_string(cell.months()) + ": " +
                                   measure.substr(std::string{"RESULT_MEASURE_"}.size());
                if (figure.count() != 0) line += " " + std::to_string(figure.count());
                if (measure.find("FINDINGS") == std::string::npos) all.push_back(line);
            }
        }
        return all;
    }
    std::vector<v1::ResultsFrozen> frozen() {
        std::vector<v1::ResultsFrozen> all;
        for (const auto& each : entries_of(v1::MESSAGE_KIND_RESULTS_FROZEN))
            EXPECT_TRUE(all.emplace_back().ParseFromString(each->body));
        return all;
    }
    std::vector<contract::OrderId> ids;
};

TEST_F(FreezingTest, AMonthIsToldOfOnceAndNineDaysAfterItsEnd) {
    begin(5);
    live_to(30, 23);
    EXPECT_THAT(frozen(), IsEmpty());
    EXPECT_THAT(ask(jobcentre, results()).results(), IsEmpty());
    live_to(31);
    ASSERT_THAT(frozen(), SizeIs(1));
    EXPECT_EQ(frozen()[0].month(), "2011-01");
    EXPECT_GT(frozen()[0].cells_size(), 0);
    const v1::Answer told = ask(provider, results());
    EXPECT_THAT(lines(told), Contains("PROVIDER 2011-01 1: COURSES 5"));
    EXPECT_THAT(lines(told), Contains("PROVIDER 2011-01 1: DAYS_TO_KNOW"));
    EXPECT_TRUE(told.next().empty());
    live_to(35);
    EXPECT_THAT(frozen(), SizeIs(1));
    restart();
    world.turn();
    EXPECT_THAT(frozen(), SizeIs(1));
    EXPECT_EQ(lines(ask(provider, results())), lines(told));
}

TEST_F(FreezingTest, OfFewerThanFivePersonsNothingIsTold) {
    begin(4);
    live_to(31);
    ASSERT_THAT(frozen(), SizeIs(1));
    EXPECT_EQ(frozen()[0].cells_size(), 0);
    EXPECT_THAT(ask(jobcentre, results()).results(), IsEmpty());
}

TEST_F(FreezingTest, WithoutAnythingCountedNoMonthIsFrozen) {
    live_to(100);
    EXPECT_THAT(frozen(), IsEmpty());
}

TEST_F(FreezingTest, WhatIsToldStaysWhateverBecomesOfTheCourses) {
    begin(5);
    live_to(31);
    const v1::Answer told = ask(jobcentre, results());
    for (std::uint64_t i = 0; i < 5; ++i) {
        v1::Envelope corrected = begun(ids[i], made_up_citizen(i));
        for (const auto& each : entries_of(v1::MESSAGE_KIND_COURSE_START)) {
            const v1::Envelope first = envelope_of(*each);
            if (first.order_id() == ids[i].text() && first.causes_size() == 0) {
                point_at(corrected, first, v1::CAUSE_RELATION_CORRECTS);
            }
        }
        corrected.mutable_course_start()->set_start_date(date(25));
        record(corrected);
    }
    erase_citizen(made_up_citizen(0));
    EXPECT_THAT(frozen(), SizeIs(1));
    live_to(40);
    v1::Query of_january = results();
    of_january.mutable_results()->set_until_month("2011-01");
    EXPECT_THAT(lines(ask(jobcentre, of_january)), Contains("JOBCENTRE 2011-01 1: COURSES 5"));
    EXPECT_EQ(lines(ask(jobcentre, of_january)), lines(told));
}

TEST_F(FreezingTest, AMonthThatIsOverIsFrozenBeforeAnErasureTouchesIt) {
    begin(5);
    live_to(25);
    EXPECT_THAT(frozen(), IsEmpty());
    erase_citizen(made_up_citizen(3));
    ASSERT_THAT(entries_of(v1::MESSAGE_KIND_RESULTS_FROZEN), SizeIs(1));
    EXPECT_LT(entries_of(v1::MESSAGE_KIND_RESULTS_FROZEN)[0]->sequence,
              entries_of(v1::MESSAGE_KIND_ERASURE)[0]->sequence);
    EXPECT_THAT(lines(ask(provider, results())), Contains("PROVIDER 2011-01 1: COURSES 5"));
    live_to(31);
    EXPECT_THAT(frozen(), SizeIs(1));
    restart();
    EXPECT_THAT(lines(ask(provider, results())), Contains("PROVIDER 2011-01 1: COURSES 5"));
}

// January alone has five; the quarter is told when it ends, also by a hub that was down meanwhile.
TEST_F(FreezingTest, QuartersAndYearsAreToldWhenTheyEnd) {
    begin(5);
    sleep_to(100);
    world.turn({world.hello(operator_party), world.hello(jobcentre), world.hello(provider)});
    EXPECT_THAT(frozen(), SizeIs(3));
    v1::Query quarter = results();
    quarter.mutable_results()->set_months(3);
    quarter.mutable_results()->set_of(v1::RESULTS_OF_PROVIDER);
    EXPECT_THAT(lines(ask(jobcentre, quarter)), Contains("PROVIDER 2011-01 3: COURSES 5"));
    sleep_to(375);
    world.turn({world.hello(operator_party), world.hello(jobcentre), world.hello(provider)});
    v1::Query year = results();
    year.mutable_results()->set_months(12);
    EXPECT_THAT(lines(ask(jobcentre, year)), Contains("PROVIDER 2011-01 12: COURSES 5"));
    // What was kept of persons for the year is gone; what was told is not.
    const v1::Answer told = ask(jobcentre, results());
    restart();
    EXPECT_EQ(ask(jobcentre, results()).SerializeAsString(), told.SerializeAsString());
}

TEST_F(FreezingTest, PagesHoldEachCellOnceAndTheQuestionIsChecked) {
    begin(5);
    live_to(31);
    const v1::Answer whole = ask(jobcentre, results());
    ASSERT_GT(whole.results_size(), 1);
    EXPECT_EQ(lines(ask_all(jobcentre, results(), 1)), lines(whole));
    v1::Query wrong = results();
    wrong.mutable_results()->set_from_month("2011-13");
    v1::Error error = not_answered(jobcentre, wrong);
    EXPECT_EQ(error.code(), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    EXPECT_EQ(error.detail(), "results.from_month");
    wrong = results();
    wrong.mutable_results()->set_months(2);
    EXPECT_EQ(not_answered(jobcentre, wrong).detail(), "results.months");
    wrong = results();
    wrong.mutable_results()->set_party("nobody");
    EXPECT_EQ(not_answered(jobcentre, wrong).detail(), "results.party");
    wrong = results();
    wrong.set_after("\x09\xff\xff\xff\xff");
    EXPECT_EQ(not_answered(jobcentre, wrong).detail(), "after");
}

}  // namespace
}  // namespace jobbro::core
