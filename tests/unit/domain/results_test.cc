#include "hub/domain/results.h"

#include <gmock/gmock.h>

#include <map>
#include <optional>

#include "hub/domain/results_rows.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* p1 = "provider:99104007";
constexpr const char* p2 = "provider:99215003";
constexpr const char* j1 = "jobcentre:630";
constexpr const char* j2 = "jobcentre:740";
constexpr Month january = 2011 * 12;

// A course begun in a month of 2011, 0 for January, and ended in it where a reason is told.
rows::CourseFacts course_in(unsigned month, const std::string& offer = "OF-1",
                            v1::CourseEndReason end = v1::COURSE_END_REASON_UNSPECIFIED) {
    rows::CourseFacts facts;
    facts.set_offer(offer);
    const Day first = day(month < 9 ? "2011-0" + std::to_string(month + 1) + "-03"
                                    : "2011-" + std::to_string(month + 1) + "-03");
    facts.set_started_day(first.number());
    facts.set_start_told_day(first.number());
    facts.set_state(static_cast<std::uint32_t>(OrderState::started));
    if (end != v1::COURSE_END_REASON_UNSPECIFIED) {
        facts.set_end_day(first.number());
        facts.set_end_told_day(first.plus(1).number());
        facts.set_end_reason(static_cast<std::uint32_t>(end));
    }
    return facts;
}

class Counting {
  public:
    // So many courses alike, each of a person of its own.
    void add(int count, const rows::CourseFacts& facts, const char* provider = p1,
             const char* jobcentre = j1) {
        for (; count > 0; --count)
            results.apply({}, {provider, jobcentre, ++last_person_, &facts});
    }
    // What is told of a measure when the month is frozen: "OF-1 3: 20" of a quarter.
    std::vector<std::string> freeze(unsigned month, Measure measure = Measure::courses) {
        std::vector<std::string> told;
        for (const FrozenMonth& frozen : results.freeze_up_to(january + month)) {
            for (const ResultCell& cell : frozen.cells)
                for (const Figure& figure : cell.figures)
                    if (figure.measure == measure) told.push_back(text_of(cell.key, figure));
        }
        return told;
    }

    Results results;

  private:
    static std::string text_of(const CellKey& key, const Figure& figure) {
        std::string text = key.of == ResultsOf::offer ? key.offer : key.party;
        text += " " + std::to_string(key.months) + ":";
        if (figure.measure == Measure::days_to_know) {
            return text + " median " + std::to_string(figure.median_half_days);
        }
        if (figure.measure == Measure::courses) return text + " " + std::to_string(figure.count);
        for (std::size_t i = 0; i < categories_of(figure.measure); ++i)
            text += " " + std::to_string(figure.percent[i]) + "%";
        return text;
    }

    Person last_person_ = 0;
};

TEST(Results, TheMedianIsExact) {
    EXPECT_EQ(median_doubled({{3, 1}}), 6U);
    EXPECT_EQ(median_doubled({{1, 1}, {4, 1}}), 5U);
    EXPECT_EQ(median_doubled({{0, 2}, {1, 1}, {9, 2}}), 2U);
    EXPECT_EQ(median_doubled({{0, 3}, {400, 3}}), 400U);
}

TEST(Results, NothingIsToldOfFewerThanFivePersons) {
    Counting counting;
    counting.add(4, course_in(0));
    EXPECT_THAT(counting.freeze(0), IsEmpty());
    Counting five;
    five.add(5, course_in(0));
    EXPECT_THAT(five.freeze(0),
                ElementsAre("OF-1 1: 5", std::string{p1} + " 1: 5", std::string{j1} + " 1: 5"));
}

TEST(Results, PersonsCountAndNotCourses) {
    Counting counting;
    const rows::CourseFacts facts = course_in(0);
    for (int i = 0; i < 8; ++i)
        counting.results.apply({}, {p1, j1, static_cast<Person>(i % 4 + 1), &facts});
    EXPECT_THAT(counting.freeze(0), IsEmpty());
}

TEST(Results, WhatWouldTellOfASmallOfferByDifferenceIsHidden) {
    Counting counting;
    counting.add(20, course_in(0, "OF-1"));
    counting.add(9, course_in(0, "OF-2"));
    counting.add(2, course_in(0, "OF-3"));
    EXPECT_THAT(counting.freeze(0),
                ElementsAre("OF-1 1: 20", std::string{p1} + " 1: 31", std::string{j1} + " 1: 31"))
        << "with OF-2 told, OF-3 would be the rest";
}

TEST(Results, WhatWouldTellOfASmallMonthByDifferenceIsHidden) {
    Counting counting;
    counting.add(9, course_in(0));
    EXPECT_THAT(counting.freeze(0), Contains("OF-1 1: 9"));
    counting.add(2, course_in(1));
    EXPECT_THAT(counting.freeze(1), IsEmpty());
    counting.add(9, course_in(2));
    const auto told = counting.freeze(2);
    EXPECT_THAT(told, Not(Contains("OF-1 1: 9"))) << "it hides February in the quarter";
    EXPECT_THAT(told, Contains("OF-1 3: 20"));
}

TEST(Results, AQuarterIsHiddenWhereItsLastMonthHidesTooLittle) {
    Counting counting;
    counting.add(9, course_in(0));
    counting.add(9, course_in(1));
    counting.freeze(1);
    counting.add(2, course_in(2));
    EXPECT_THAT(counting.freeze(2), IsEmpty()) << "January and February are told already";
}

TEST(Results, AJobcentreIsHiddenWhereTheProviderWouldTellTheRest) {
    Counting counting;
    counting.add(20, course_in(0), p1, j1);
    counting.add(3, course_in(0, "OF-9"), p2, j1);
    EXPECT_THAT(counting.freeze(0), ElementsAre("OF-1 1: 20", std::string{p1} + " 1: 20"));
}

TEST(Results, AShareOfNoneOrAllIsHidden) {
    Counting counting;
    counting.add(20, course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED));
    EXPECT_THAT(counting.freeze(0, Measure::completion), IsEmpty());
    Counting mixed;
    mixed.add(20, course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED));
    mixed.add(4, course_in(0, "OF-1", v1::COURSE_END_REASON_STOPPED_ATTENDING));
    EXPECT_THAT(mixed.freeze(0, Measure::completion), IsEmpty());
    Counting enough;
    enough.add(20, course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED));
    enough.add(5, course_in(0, "OF-1", v1::COURSE_END_REASON_STOPPED_ATTENDING));
    EXPECT_THAT(enough.freeze(0, Measure::completion), Contains("OF-1 1: 80% 20%"));
}

TEST(Results, MediansAreToldOfFivePersons) {
    rows::CourseFacts facts;
    facts.set_offer("OF-1");
    for (const int days : {0, 2, 7}) {
        rows::EventTold& event = *facts.add_events_told();
        event.set_event_day(day("2011-01-05").number());
        event.set_told_day(day("2011-01-05").plus(days).number());
    }
    Counting counting;
    counting.add(4, facts);
    EXPECT_THAT(counting.freeze(0, Measure::days_to_know), IsEmpty());
    Counting five;
    five.add(5, facts);
    EXPECT_THAT(five.freeze(0, Measure::days_to_know), Contains("OF-1 1: median 4"));
}

TEST(Results, OrdersThatNameNoOfferCountForTheProvider) {
    Counting counting;
    counting.add(6, course_in(0, ""));
    EXPECT_THAT(counting.freeze(0),
                ElementsAre(std::string{p1} + " 1: 6", std::string{j1} + " 1: 6"));
}

TEST(Results, ACorrectionIsTakenBackAndCountedAnew) {
    Results results;
    const auto before = course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED);
    const auto after = course_in(0, "OF-1", v1::COURSE_END_REASON_MOVED);
    results.apply({}, {p1, j1, 7, &before});
    results.apply({p1, j1, 7, &before}, {p1, j1, 7, &after});
    Results anew;
    anew.apply({}, {p1, j1, 7, &after});
    EXPECT_EQ(results, anew);
    results.apply({p1, j1, 7, &after}, {p1, j2, 7, &after});
    EXPECT_NE(results, anew) << "handed over";
    results.apply({p1, j2, 7, &after}, {});
    EXPECT_EQ(results, Results{}) << "erased";
}

TEST(Results, WhatIsFrozenOutlivesAnErasure) {
    Counting counting;
    const auto early = course_in(0);
    counting.add(9, early);
    const auto frozen = counting.results.freeze_up_to(january);
    ASSERT_EQ(frozen.size(), 1U);
    const Results kept = counting.results;
    for (Person person = 1; person <= 9; ++person)
        counting.results.apply({p1, j1, person, &early}, {});
    EXPECT_EQ(counting.results, kept);
    counting.add(3, course_in(1));
    counting.add(9, course_in(2));
    EXPECT_THAT(counting.freeze(2), Contains("OF-1 3: 21")) << "January's nine are in the quarter";

    Results anew;  // the log, with those nine gone
    anew.adopt(frozen[0]);
    EXPECT_EQ(anew, kept);
}

TEST(Results, AFrozenMonthIsTheSameWhenReadFromItsRow) {
    Counting counting;
    counting.add(9, course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED));
    counting.add(6, course_in(0, "OF-1", v1::COURSE_END_REASON_MOVED));
    counting.add(2, course_in(0, "OF-2"), p2, j2);
    rows::CourseFacts facts;
    facts.set_offer("OF-1");
    rows::EventTold& event = *facts.add_events_told();
    event.set_event_day(day("2011-01-05").number());
    event.set_told_day(day("2011-01-08").number());
    counting.add(5, facts);
    const auto frozen = counting.results.freeze_up_to(january);
    ASSERT_EQ(frozen.size(), 1U);
    ASSERT_FALSE(frozen[0].cells.empty());
    ASSERT_FALSE(frozen[0].leaves.empty());
    rows::FrozenMonth row;
    ASSERT_TRUE(row.ParseFromString(row_of(frozen[0]).SerializeAsString()));
    EXPECT_EQ(frozen_month_of(row), frozen[0]);
}

TEST(Results, AYearThatIsOverIsNoPartOfTheNext) {
    Counting counting;
    counting.add(9, course_in(10));
    counting.add(2, course_in(11));
    const auto told = counting.freeze(11);
    EXPECT_THAT(told, Contains("OF-1 1: 9"));
    EXPECT_THAT(told, Not(Contains("OF-1 12: 11")));
    Results fresh;
    fresh.freeze_up_to(january + 10);
    fresh.freeze_up_to(january + 11);
    EXPECT_EQ(counting.results, fresh);
    EXPECT_EQ(fresh.last_frozen(), january + 11);
}

// --- Every measure, of offer, provider and jobcentre -----------------------------------------

// Something of every measure in January, in one part of it or another.
rows::CourseFacts full_course(int part) {
    rows::CourseFacts facts = course_in(
        0, "OF-1", part == 0 ? v1::COURSE_END_REASON_COMPLETED : v1::COURSE_END_REASON_MOVED);
    const std::uint32_t day = facts.started_day();
    facts.set_placed_day(day);
    facts.set_planned_weekdays(0b1111111);
    if (part == 0) {
        rows::DaysTold& away = *facts.add_days_told();
        away.set_kind(v1::ABSENCE_KIND_NO_SHOW);
        away.set_first_day(day);
        away.set_last_day(day);
    }
    rows::ReportAsked& report = *facts.add_reports_asked();
    report.set_kind(v1::REPORT_KIND_PROGRESSION_FINAL);
    report.set_due_day(day + 5);
    report.set_given_day(part == 0 ? day + 5 : day + 6);
    rows::AnswerAsked& answer = *facts.add_answers_asked();
    answer.set_limit_day(day + 9);
    answer.set_answered_day(part == 0 ? day + 9 : 0);
    rows::EventTold& event = *facts.add_events_told();
    event.set_event_day(day);
    event.set_told_day(day + 3);
    rows::MovementTold& movement = *facts.add_movements();
    movement.set_told_day(day + 4);
    for (int point = 0; point < 5; ++point)
        movement.add_directions(static_cast<std::uint32_t>(v1::DIRECTION_PROGRESS + part));
    rows::OutcomeTold& outcome = *facts.add_outcomes();
    outcome.set_told_day(day + 4);
    outcome.set_kind(part == 0 ? v1::OUTCOME_KIND_ORDINARY_JOB : v1::OUTCOME_KIND_OTHER);
    for (const bool by_provider : {false, true}) {
        rows::MessagesSaid& said = *facts.add_messages();
        said.set_month(january);
        said.set_by_provider(by_provider);
        said.set_with_findings(part == 0 ? 1 : 0);
        said.set_without_findings(by_provider ? 3 : 1);
    }
    return facts;
}

// Six persons in each of three parts.
Counting full_counting() {
    Counting counting;
    for (int part = 0; part < 3; ++part)
        counting.add(6, full_course(part));
    return counting;
}

void expect_told(Measure measure, const std::string& figure) {
    SCOPED_TRACE(static_cast<int>(measure));
    EXPECT_THAT(full_counting().freeze(0, measure),
                ElementsAre("OF-1 1: " + figure, std::string{p1} + " 1: " + figure,
                            std::string{j1} + " 1: " + figure));
}

TEST(Results, EveryMeasureIsToldOfOfferProviderAndJobcentre) {
    expect_told(Measure::courses, "18");
    expect_told(Measure::completion, "33% 67%");
    expect_told(Measure::absence, "33% 67%");
    expect_told(Measure::reports_in_time, "33% 67%");
    expect_told(Measure::days_to_know, "median 6");
    expect_told(Measure::follow_ups_in_time, "33% 67%");
    expect_told(Measure::outcomes, "33% 67%");
    for (const Measure point :
         {Measure::point_professional, Measure::point_personal, Measure::point_health,
          Measure::point_material, Measure::point_perspective})
        expect_told(point, "33% 33% 33%");
}

// Shares of messages, and not of courses: six with findings of sixty, or of twenty-four.
TEST(Results, TheShareOfMessagesWithFindingsIsToldOfEachSide) {
    expect_told(Measure::provider_findings, "10% 90%");
    expect_told(Measure::jobcentre_findings, "25% 75%");
}

// --- Freezing in steps, and who is one person ------------------------------------------------

// With no leaves left, one measure is told of a call.
std::optional<FrozenMonth> freeze_in_steps(Results& results, Month last, int& calls) {
    std::optional<FrozenMonth> frozen;
    for (calls = 0; !frozen && calls < 100; ++calls) {
        EXPECT_TRUE(results.is_to_freeze(last));
        std::size_t leaves_left = 0;
        frozen = results.freeze_on(last, leaves_left);
        EXPECT_NE(results.is_being_frozen(), frozen.has_value());
    }
    return frozen;
}

TEST(Results, AMonthFrozenInStepsIsTheOneFrozenAtOnce) {
    const auto count = [](Counting& counting) {
        counting.add(9, course_in(1, "OF-1", v1::COURSE_END_REASON_COMPLETED));
        counting.add(7, course_in(1, "OF-1", v1::COURSE_END_REASON_MOVED));
        counting.add(7, course_in(2));
        counting.add(8, course_in(3, "OF-2"));
    };
    Counting at_once;
    Counting in_steps;
    count(at_once);
    count(in_steps);
    const auto frozen = at_once.results.freeze_up_to(january + 4);
    ASSERT_EQ(frozen.size(), 4U);
    for (const FrozenMonth& month : frozen) {
        int calls = 0;
        EXPECT_EQ(freeze_in_steps(in_steps.results, january + 4, calls), month);
        EXPECT_EQ(calls, static_cast<int>(measures));
    }
    EXPECT_FALSE(in_steps.results.is_to_freeze(january + 4));
    EXPECT_EQ(in_steps.results, at_once.results);
    EXPECT_EQ(at_once.results.first_frozen(), january + 1) << "the first in which anything was";
    EXPECT_EQ(at_once.results.last_frozen(), january + 4);
}

TEST(Results, AsManyLeavesAreLookedAtAsThereAreLeft) {
    Results small = full_counting().results;
    std::size_t leaves_left = measures;
    EXPECT_TRUE(small.freeze_on(january, leaves_left)) << "one a measure";
    EXPECT_EQ(leaves_left, 0U);
    Results large = full_counting().results;
    leaves_left = measures - 1;
    EXPECT_FALSE(large.freeze_on(january, leaves_left));
    EXPECT_EQ(leaves_left, 0U);
    EXPECT_TRUE(large.freeze_on(january, leaves_left));
}

TEST(Results, WhatIsCountedOfAMonthThatIsBegunChangesNothing) {
    Counting counting;
    Counting alike;
    for (Counting* each : {&counting, &alike}) {
        each->add(9, course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED));
        each->add(6, course_in(0, "OF-1", v1::COURSE_END_REASON_MOVED));
    }
    std::size_t leaves_left = 0;
    ASSERT_FALSE(counting.results.freeze_on(january, leaves_left));
    const auto facts = course_in(0, "OF-1", v1::COURSE_END_REASON_COMPLETED);
    counting.results.apply({p1, j1, 1, &facts}, {});
    counting.add(3, facts);
    leaves_left = 1000;
    const auto frozen = counting.results.freeze_on(january, leaves_left);
    const auto expected = alike.results.freeze_up_to(january);
    ASSERT_TRUE(frozen);
    EXPECT_EQ(*frozen, expected.at(0));
    EXPECT_EQ(counting.results, alike.results);
}

TEST(Results, WhoIsMergedCountsOnceInMonthsThatAreOpen) {
    Results results;
    const auto facts = course_in(0);
    for (Person person = 1; person <= 5; ++person)
        results.apply({}, {p1, j1, person, &facts});
    results.apply({p1, j1, 5, &facts}, {});
    results.apply({}, {p1, j1, 4, &facts});
    const auto frozen = results.freeze_up_to(january);
    ASSERT_EQ(frozen.size(), 1U);
    EXPECT_THAT(frozen[0].cells, IsEmpty()) << "four humans, one with two courses";
}

// Four begin in January, one in February, two of the four in March.
void count_quarter(Results& results) {
    for (const auto& [month, persons] :
         std::map<unsigned, std::vector<Person>>{{0, {1, 2, 3, 4}}, {1, {5}}, {2, {2, 3}}}) {
        const auto facts = course_in(month);
        for (const Person person : persons)
            results.apply({}, {p1, j1, person, &facts});
    }
}

std::size_t cells_told(Results& results, Month month) {
    std::size_t cells = 0;
    for (const FrozenMonth& frozen : results.freeze_up_to(month))
        cells += frozen.cells.size();
    return cells;
}

TEST(Results, WhoIsMergedLaterCountsOnceInTheQuarterToo) {
    Results two;
    count_quarter(two);
    EXPECT_EQ(cells_told(two, january + 2), 3U) << "the quarter, of five";
    Results one;
    count_quarter(one);
    EXPECT_EQ(cells_told(one, january + 1), 0U);
    one.note_merged(5, 1);
    EXPECT_EQ(cells_told(one, january + 2), 0U) << "of four who were five";
    Results forgotten;
    count_quarter(forgotten);
    cells_told(forgotten, january + 1);
    forgotten.note_merged(5, 1);
    forgotten.forget_merged(5);
    EXPECT_EQ(cells_told(forgotten, january + 2), 3U);
}

// January was told of five marks of four persons. That stays, and silences nothing else.
TEST(Results, AfterAMergerOfWhatHasBeenToldTheRestIsToldOfFiveWhoAreFive) {
    Counting counting;
    counting.add(5, course_in(0));
    EXPECT_THAT(counting.freeze(0), Contains("OF-1 1: 5"));
    counting.results.note_merged(5, 1);
    counting.add(9, course_in(1));
    EXPECT_THAT(counting.freeze(1), Contains("OF-1 1: 9"));
    counting.add(6, course_in(2));
    const auto told = counting.freeze(2);
    EXPECT_THAT(told, Contains("OF-1 1: 6"));
    EXPECT_THAT(told, Contains("OF-1 3: 20"));
}

}  // namespace
}  // namespace jobbro::domain
