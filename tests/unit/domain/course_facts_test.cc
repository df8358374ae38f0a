#include "hub/domain/course_facts.h"

#include <gmock/gmock.h>

#include "proto/contract/validation.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An order and what is counted of it, told of on days counted from Monday 10 January 2011.
class FactsLog {
  public:
    MessageNumber say(int day_number, contract::Role sender, const v1::Envelope& envelope,
                      std::vector<MessageNumber> answers = {}, MessageNumber corrects = 0,
                      bool has_findings = false) {
        const OrderMessage message{envelope, contract::kind_of(envelope), ++last_, answers,
                                   corrects, day_of(day_number),          {}};
        record_on_order(course_, message, rules_, nullptr);
        record_facts(facts_, message, course_, sender, has_findings);
        return last_;
    }
    MessageNumber provider(int day_number, const v1::Envelope& envelope,
                           MessageNumber corrects = 0) {
        return say(day_number, contract::Role::provider, envelope, {}, corrects);
    }
    MessageNumber jobcentre(int day_number, const v1::Envelope& envelope,
                            std::vector<MessageNumber> answers = {}, MessageNumber corrects = 0) {
        return say(day_number, contract::Role::jobcentre, envelope, std::move(answers), corrects);
    }
    // Ordered on day 0, begun on day 7, a Monday.
    void start(const v1::Envelope& placed) {
        jobcentre(0, placed);
        provider(1, acceptance());
        provider(7, course_start(date(7)));
    }
    void end(int day_number, v1::CourseEndReason reason = v1::COURSE_END_REASON_COMPLETED) {
        v1::Envelope envelope = course_end(date(day_number));
        envelope.mutable_course_end()->set_reason(reason);
        end_ = provider(day_number, envelope, end_);
    }

    // "2011-1 0:2 1:8": month, and amounts by part, in order.
    [[nodiscard]] std::vector<std::string> counted(Measure measure) const {
        std::vector<std::string> lines;
        for (const Counted& counted : counted_of(facts_)) {
            if (counted.measure != measure) continue;
            std::string line =
                std::to_string(counted.month / 12) + "-" + std::to_string(counted.month % 12 + 1) +
                " " + std::to_string(counted.category) + ":" + std::to_string(counted.amount);
            if (measure == Measure::days_to_know) line += " days " + std::to_string(counted.days);
            lines.push_back(line);
        }
        return lines;
    }
    [[nodiscard]] std::string date(int day_number) const { return day_of(day_number).text(); }
    [[nodiscard]] const rows::CourseFacts& facts() const { return facts_; }
    rows::CourseState& course() { return course_; }

  private:
    [[nodiscard]] static Day day_of(int day_number) { return day("2011-01-10").plus(day_number); }

    RuleSet rules_ = demo_rules();
    rows::CourseState course_;
    rows::CourseFacts facts_;
    MessageNumber last_ = 0;
    MessageNumber end_ = 0;
};

v1::Envelope report(std::initializer_list<v1::Direction> directions) {
    v1::Envelope envelope = progression(interim);
    int point = 0;
    for (const v1::Direction direction : directions) {
        v1::AttentionPoint& row = *envelope.mutable_progression_report()->add_attention_points();
        row.set_kind(static_cast<v1::AttentionPointKind>(++point));
        row.set_direction(direction);
    }
    return envelope;
}

v1::Envelope course_outcome(v1::OutcomeKind kind) {
    v1::Envelope envelope;
    envelope.mutable_course_outcome()->set_kind(kind);
    return envelope;
}

TEST(CourseFacts, AnOrderThatNeverStartsIsNoCourse) {
    FactsLog log;
    log.jobcentre(0, order());
    v1::Envelope cancellation;
    cancellation.mutable_order_cancellation();
    log.jobcentre(3, cancellation);
    EXPECT_THAT(log.counted(Measure::courses), IsEmpty());
    EXPECT_THAT(log.counted(Measure::completion), IsEmpty());
}

TEST(CourseFacts, ACourseIsCountedWhenItsStartAndItsEndAreTold) {
    FactsLog log;
    log.start(order());
    EXPECT_THAT(log.counted(Measure::courses), ElementsAre("2011-1 0:1"));
    EXPECT_THAT(log.counted(Measure::completion), IsEmpty());
    log.end(90);
    EXPECT_THAT(log.counted(Measure::completion), ElementsAre("2011-4 0:1"));
}

TEST(CourseFacts, ACorrectedEndIsCountedAnewInTheMonthOfTheFirst) {
    FactsLog log;
    log.start(order());
    log.end(20);
    log.end(80, v1::COURSE_END_REASON_STOPPED_ATTENDING);
    EXPECT_THAT(log.counted(Measure::completion), ElementsAre("2011-1 1:1"));
}

TEST(CourseFacts, ACourseCancelledWhileItRunsIsNotCarriedOut) {
    FactsLog log;
    log.start(order());
    v1::Envelope cancellation;
    cancellation.mutable_order_cancellation();
    log.jobcentre(13, cancellation);
    EXPECT_THAT(log.counted(Measure::completion), ElementsAre("2011-1 1:1"));
    EXPECT_THAT(log.counted(Measure::absence), ElementsAre("2011-1 1:5"));
}

TEST(CourseFacts, PlannedDaysAreAwayOrThere) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(9, absence(log.date(8), log.date(9)));
    log.provider(10, absence(log.date(10), log.date(10), v1::ABSENCE_KIND_LATE));
    log.end(20);
    EXPECT_THAT(log.counted(Measure::absence), ElementsAre("2011-1 0:2", "2011-1 1:8"));
    log.provider(21, absence(log.date(8), log.date(8)), first);
    EXPECT_THAT(log.counted(Measure::absence), ElementsAre("2011-1 0:1", "2011-1 1:9"));
}

TEST(CourseFacts, AnAttendanceListThatComesAfterTheEndHolds) {
    FactsLog log;
    log.start(order());
    log.end(20);
    v1::Envelope envelope;
    v1::AttendanceList& list = *envelope.mutable_attendance_list();
    list.set_first_date(log.date(7));
    list.set_last_date(log.date(13));
    list.add_days()->set_date(log.date(7));
    v1::AttendanceDay& away = *list.add_days();
    away.set_date(log.date(8));
    away.set_absence(v1::ABSENCE_KIND_REPORTED_ILL);
    log.provider(22, envelope);
    EXPECT_THAT(log.counted(Measure::absence), ElementsAre("2011-1 0:1", "2011-1 1:6"))
        << "two days of the first week were planned, and five of the second";
}

TEST(CourseFacts, AReportIsInTimeByItsDateOrElseLateOrNever) {
    v1::Envelope placed = order();
    const FactsLog days;
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, days.date(40));
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, days.date(60));
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, days.date(100));
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, days.date(120));
    FactsLog log;
    log.start(placed);
    log.provider(40, progression(interim));
    log.provider(61, mid_term(log.date(61)));
    EXPECT_THAT(log.counted(Measure::reports_in_time),
                ElementsAre("2011-2 0:1", "2011-3 1:1", "2011-4 1:1", "2011-5 1:1"));
    log.end(90);
    EXPECT_THAT(log.counted(Measure::reports_in_time),
                ElementsAre("2011-2 0:1", "2011-3 1:1", "2011-5 1:1"))
        << "what was due after the end is asked for only where it is final";
    log.course().clear_due_reports();  // as let_go() does
    log.course().clear_given_reports();
    log.jobcentre(95, course_outcome(v1::OUTCOME_KIND_OTHER));
    EXPECT_THAT(log.counted(Measure::reports_in_time),
                ElementsAre("2011-2 0:1", "2011-3 1:1", "2011-5 1:1"));
}

TEST(CourseFacts, AnAnswerIsInTimeByItsLimit) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(20, progression(interim));
    const MessageNumber second = log.provider(40, progression(interim, log.date(45)));
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 1:2"));
    log.jobcentre(34, follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {first});
    log.jobcentre(46, follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {first, second});
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:1", "2011-2 1:1"));
}

TEST(CourseFacts, WhatACorrectionAnswersNoMoreWasNotAnswered) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(20, progression(interim));
    const MessageNumber second = log.provider(20, progression(interim));
    const auto no_action = follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION);
    const MessageNumber both = log.jobcentre(25, no_action, {first, second});
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:2"));
    log.jobcentre(30, no_action, {first}, both);
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:1", "2011-2 1:1"));
    log.jobcentre(31, no_action, {second});
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:2"));
}

TEST(CourseFacts, ACorrectedReportAsksOnce) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(20, progression(interim));
    const MessageNumber second = log.provider(21, progression(interim), first);
    log.jobcentre(30, follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {second});
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:1"));
}

// Or whoever asks could have others be late, and in a month of any time.
TEST(CourseFacts, ByADayThatHadPassedWhenTheReportCameNoAnswerIsAskedFor) {
    FactsLog log;
    log.start(order());
    const MessageNumber asked = log.provider(20, progression(interim, log.date(19)));
    log.provider(20, progression(interim, "1901-02-03"));
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), IsEmpty());
    log.provider(20, progression(interim, log.date(20)));
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-1 1:1"));
    log.provider(21, progression(interim, log.date(19)), asked);
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-1 1:1"));
}

TEST(CourseFacts, ACorrectionMovesNoLimitIntoThePast) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(20, progression(interim, log.date(30)));
    const MessageNumber second = log.provider(25, progression(interim, "1901-02-03"), first);
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 1:1"));
    log.jobcentre(29, follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {second});
    EXPECT_THAT(log.counted(Measure::follow_ups_in_time), ElementsAre("2011-2 0:1"));
}

// What is told of long ago counts when it is told, and no longer than 400 days.
TEST(CourseFacts, NothingCountsInAMonthBeforeTheOrderWas) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2001-02-03");
    FactsLog log;
    log.jobcentre(0, placed);
    log.provider(1, acceptance());
    log.provider(7, course_start("2001-01-03"));
    log.provider(8, absence("2001-01-04", "2001-01-05"));
    log.provider(9, progression(interim, "2001-02-01"));
    log.end(20);
    ASSERT_FALSE(counted_of(log.facts()).empty());
    for (const Counted& counted : counted_of(log.facts()))
        EXPECT_EQ(counted.month, 2011U * 12) << static_cast<int>(counted.measure);
    EXPECT_THAT(log.counted(Measure::days_to_know),
                ElementsAre("2011-1 0:1 days 0", "2011-1 0:2 days 400"));
}

TEST(CourseFacts, DaysToKnowAreCountedFromTheFirstDayOfWhatHappened) {
    FactsLog log;
    log.start(order());
    const MessageNumber away = log.provider(12, absence(log.date(10), log.date(12)));
    log.provider(15, absence(log.date(9), log.date(12)), away);
    log.end(30);
    EXPECT_THAT(log.counted(Measure::days_to_know),
                ElementsAre("2011-1 0:1 days 0", "2011-1 0:1 days 3", "2011-2 0:1 days 0"))
        << "the start, the absence as it was mended, the end";
}

TEST(CourseFacts, MovementIsToldOfPointsThatWereAssessed) {
    FactsLog log;
    log.start(order());
    const MessageNumber first = log.provider(
        15, report({v1::DIRECTION_PROGRESS, v1::DIRECTION_UNCHANGED, v1::DIRECTION_NOT_ASSESSED,
                    v1::DIRECTION_SETBACK, v1::DIRECTION_PROGRESS}));
    EXPECT_THAT(log.counted(Measure::point_professional), ElementsAre("2011-1 0:1"));
    EXPECT_THAT(log.counted(Measure::point_personal), ElementsAre("2011-1 1:1"));
    EXPECT_THAT(log.counted(Measure::point_health), IsEmpty());
    EXPECT_THAT(log.counted(Measure::point_material), ElementsAre("2011-1 2:1"));
    log.provider(40, report({v1::DIRECTION_SETBACK}), first);
    EXPECT_THAT(log.counted(Measure::point_professional), ElementsAre("2011-1 2:1"));
    EXPECT_THAT(log.counted(Measure::point_perspective), IsEmpty());
}

TEST(CourseFacts, OutcomesAreJobOrEducationOrOther) {
    FactsLog log;
    log.start(order());
    log.end(20);
    log.jobcentre(25, course_outcome(v1::OUTCOME_KIND_NEW_COURSE));
    const MessageNumber later = log.jobcentre(120, course_outcome(v1::OUTCOME_KIND_NEW_COURSE));
    log.jobcentre(121, course_outcome(v1::OUTCOME_KIND_EDUCATION), {}, later);
    EXPECT_THAT(log.counted(Measure::outcomes), ElementsAre("2011-2 1:1", "2011-5 0:1"));
}

TEST(CourseFacts, MessagesWithFindingsAreCountedForTheSideThatSaidThem) {
    FactsLog log;
    log.say(0, contract::Role::jobcentre, order(), {}, 0, true);
    log.say(1, contract::Role::provider, acceptance(), {}, 0, false);
    log.say(7, contract::Role::provider, course_start(log.date(7)), {}, 0, false);
    log.say(15, contract::Role::provider, progression(interim), {}, 0, true);
    log.say(30, contract::Role::hub, v1::Envelope{}, {}, 0, false);
    EXPECT_THAT(log.counted(Measure::jobcentre_findings), ElementsAre("2011-1 0:1"));
    EXPECT_THAT(log.counted(Measure::provider_findings), ElementsAre("2011-1 0:1", "2011-1 1:2"));
}

}  // namespace
}  // namespace jobbro::domain
