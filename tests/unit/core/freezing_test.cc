// Results: told once of a month that is over, and asked for. Day 22 is 1 February.
#include "jobbro/v1/results.pb.h"
#include "proto/base/limits.h"
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
    std::vector<std::string> months_frozen() {
        std::vector<std::string> months;
        for (const v1::ResultsFrozen& each : frozen())
            months.push_back(each.month());
        return months;
    }
    // It was down until then. In the first turn parties come back.
    void wake_on(int day) {
        sleep_to(day);
        world.turn({world.hello(operator_party), world.hello(jobcentre), world.hello(provider)});
    }
    void catch_up() {
        for (int turns = 0; turns < 100 && world.core->has_work(); ++turns)
            world.turn();
        EXPECT_FALSE(world.core->has_work());
    }
    std::vector<contract::OrderId> ids;
};

const std::vector<std::string> january_to_november = {"2011-01", "2011-02", "2011-03", "2011-04",
                                                      "2011-05", "2011-06", "2011-07", "2011-08",
                                                      "2011-09", "2011-10", "2011-11"};

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
    wake_on(100);
    catch_up();
    EXPECT_THAT(frozen(), SizeIs(3));
    v1::Query quarter = results();
    quarter.mutable_results()->set_months(3);
    quarter.mutable_results()->set_of(v1::RESULTS_OF_PROVIDER);
    EXPECT_THAT(lines(ask(jobcentre, quarter)), Contains("PROVIDER 2011-01 3: COURSES 5"));
    wake_on(375);
    catch_up();
    v1::Query year = results();
    year.mutable_results()->set_months(12);
    EXPECT_THAT(lines(ask(jobcentre, year)), Contains("PROVIDER 2011-01 12: COURSES 5"));
    // What was kept of persons for the year is gone; what was told is not.
    const v1::Answer told = ask(jobcentre, results());
    restart();
    EXPECT_EQ(ask(jobcentre, results()).SerializeAsString(), told.SerializeAsString());
}

// --- After a long time, and of things long past ----------------------------------------------

// Day 360 is 5 January 2012.
TEST_F(FreezingTest, AHubThatWasDownForMonthsFreezesAFewATurn) {
    begin(5);
    wake_on(360);
    std::size_t before = 0;
    for (int turns = 0; world.core->has_work() && turns < 100; ++turns) {
        EXPECT_LE(frozen().size(), before + limits::results_months_per_turn_max);
        before = frozen().size();
        world.turn();
    }
    EXPECT_EQ(months_frozen(), january_to_november);
    EXPECT_GT(january_to_november.size(), 2 * limits::results_months_per_turn_max);
    restart();
    catch_up();
    EXPECT_EQ(months_frozen(), january_to_november);
}

TEST_F(FreezingTest, AStartInBetweenGoesOnWhereItWas) {
    begin(5);
    wake_on(360);
    ASSERT_LT(frozen().size(), january_to_november.size());
    restart();
    catch_up();
    EXPECT_EQ(months_frozen(), january_to_november);
    EXPECT_THAT(lines(ask(provider, results())), Contains("PROVIDER 2011-01 1: COURSES 5"));
}

TEST_F(FreezingTest, AnErasureWaitsUntilAllMonthsThatAreOverAreFrozen) {
    begin(5);
    wake_on(360);
    const Turn refused = world.turn({erasure_of(made_up_citizen(3))});
    EXPECT_EQ(errors(refused, operator_party), (std::vector<v1::ErrorCode>{v1::ERROR_CODE_BUSY}));
    EXPECT_THAT(entries_of(v1::MESSAGE_KIND_ERASURE), IsEmpty());
    ASSERT_LT(frozen().size(), january_to_november.size());
    catch_up();
    erase_citizen(made_up_citizen(3));
    ASSERT_THAT(entries_of(v1::MESSAGE_KIND_RESULTS_FROZEN), SizeIs(12)) << "December too";
    EXPECT_LT(entries_of(v1::MESSAGE_KIND_RESULTS_FROZEN).back()->sequence,
              entries_of(v1::MESSAGE_KIND_ERASURE)[0]->sequence);
    EXPECT_THAT(lines(ask(provider, results())), Contains("PROVIDER 2011-01 1: COURSES 5"));
}

TEST_F(FreezingTest, FewEntriesLeftInATurnPutItOff) {
    begin(5);
    world.settings.entries_per_turn_max = 1;
    wake_on(100);
    EXPECT_LE(frozen().size(), 1U);
    catch_up();
    EXPECT_THAT(frozen(), SizeIs(3));
}

// Not the months between, and not what a report says it wanted to be answered by.
TEST_F(FreezingTest, WhatIsToldOfLongAgoCountsWhenItIsTold) {
    begin(1);
    v1::Envelope absent = no_show(ids[0], 7, 7, made_up_citizen(0));
    absent.mutable_happened_at()->set_seconds(world.now.microseconds / 1000000 -
                                              std::int64_t{3650} * 24 * 3600);
    submit(absent);
    v1::Envelope report = on(ids[0], provider, made_up_citizen(0));
    v1::ProgressionReport& body = *report.mutable_progression_report();
    body = contract::sample_progression_report().progression_report();
    body.set_period_start_date(date(7));
    body.set_period_end_date(date(7));
    body.clear_sub_goals_reached();
    body.set_answer_wanted_by_date(date(7));
    record(report);
    live_to(31);
    EXPECT_EQ(months_frozen(), (std::vector<std::string>{"2011-01"}));
}

TEST_F(FreezingTest, AMergerIsKnownAfterAStartAndForgottenWithThePerson) {
    begin(2);
    live_to(31);
    v1::Envelope merged = about(jobcentre, made_up_citizen(0));
    merged.mutable_audience()->mutable_all_with_ground();
    merged.mutable_subjects_merged()->set_former_cpr_number(made_up_citizen(1));
    const domain::Results before = world.core->overview().results;
    record(merged);
    EXPECT_FALSE(world.core->overview().results == before);
    EXPECT_TRUE(open_overview(*world.journal)->results == world.core->overview().results);
    erase_citizen(made_up_citizen(0));
    EXPECT_TRUE(open_overview(*world.journal)->results == world.core->overview().results);
}

TEST_F(FreezingTest, WhatIsToldIsTheSameAfterAStart) {
    begin(5);
    live_to(31);
    EXPECT_TRUE(open_overview(*world.journal)->told == world.core->overview().told);
    EXPECT_FALSE(world.core->overview().told == FrozenResults{});
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
    EXPECT_EQ(error.field_path(), "results.from_month");
    wrong = results();
    wrong.mutable_results()->set_months(2);
    EXPECT_EQ(not_answered(jobcentre, wrong).field_path(), "results.months");
    wrong = results();
    wrong.mutable_results()->set_party("nobody");
    EXPECT_EQ(not_answered(jobcentre, wrong).field_path(), "results.party");
    wrong = results();
    wrong.set_after("\x09\xff\xff\xff\xff");
    EXPECT_EQ(not_answered(jobcentre, wrong).field_path(), "after");
}

}  // namespace
}  // namespace jobbro::core
