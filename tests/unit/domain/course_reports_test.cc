#include "hub/domain/course.h"

#include <gmock/gmock.h>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- Reports ---------------------------------------------------------------------------------

TEST(Course, AReportThatDoesNotComeIsToldOfInSteps) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-03-07");  // day 56
    CourseLog log = started(placed);
    EXPECT_EQ(next_due(log.course()), log.day_of(60));
    log.run_to(100);
    EXPECT_THAT(log.alerts(), ElementsAre("d60 REPORT_OVERDUE limit d56 step 1",
                                          "d70 REPORT_OVERDUE limit d56 step 2"));
    log.say(mid_term(log.date(100)));
    ASSERT_THAT(log.cleared(), SizeIs(1));
    EXPECT_EQ(log.cleared()[0].steps, 2U);
}

TEST(Course, AReportOfAnotherKindDoesNotDo) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-03-07");
    CourseLog log = started(placed);
    const MessageNumber report = log.say(progression(interim));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {report});
    log.run_to(61);
    EXPECT_THAT(log.alerts(), ElementsAre("d60 REPORT_OVERDUE limit d56 step 1"));
}

TEST(Course, AReportMayComeEarlyAndIsForOneDateOnly) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-02-07");  // day 28
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-03-07");  // day 56
    CourseLog log = started(placed);
    log.run_to(20);
    const MessageNumber report = log.say(progression(interim));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {report});
    log.run_to(60);
    EXPECT_THAT(log.alerts(), ElementsAre("d60 REPORT_OVERDUE limit d56 step 1"));
}

TEST(Course, AReportOnTheDayItIsDueIsNotForTheNextToo) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-02-07");  // day 28
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-03-07");  // day 56
    CourseLog log = started(placed);
    log.run_to(28);
    const MessageNumber report = log.say(progression(interim));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {report});
    EXPECT_EQ(next_due(log.course()), log.day_of(60));
}

TEST(Course, AFinalReportIsAlsoForInterimOnesThatWereDue) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-02-07");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-07");
    CourseLog log = started(placed);
    log.run_to(50);
    EXPECT_THAT(log.alerts(), SizeIs(2));
    const MessageNumber report = log.say(progression(final_report));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {report});
    EXPECT_FALSE(next_due(log.course()).is_set());
    EXPECT_THAT(log.cleared(), SizeIs(1));
}

TEST(Course, ACadenceIsCountedFromTheStartUntilTheEnd) {
    v1::Envelope placed = order({}, "2011-03-07");  // day 56
    placed.mutable_order()->mutable_reports_due()->set_every_weeks(3);
    CourseLog log = started(placed);
    log.run_to(33);
    EXPECT_THAT(log.alerts(), ElementsAre("d32 REPORT_OVERDUE limit d28 step 1"));
    const MessageNumber report = log.say(progression(interim));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NEW_ORDER), {report});
    log.run_to(53);
    EXPECT_THAT(log.alerts(), SizeIs(2));
    EXPECT_EQ(log.alerts().back(), "d53 REPORT_OVERDUE limit d49 step 1");
    log.say(progression(interim), {}, 0);
    EXPECT_EQ(log.cleared().size(), 2U);
    log.run_to(67);
    EXPECT_THAT(log.alerts(), SizeIs(2)) << "the next would be due after the end";
}

TEST(Course, AReportIsDueSoManyDaysBeforeTheNextInterview) {
    v1::Envelope placed = order();
    placed.mutable_order()->mutable_reports_due()->set_days_before_interview(5);
    CourseLog log = started(placed);
    Consequences none;
    set_next_interview(log.mutable_course(), log.day_of(40), demo_rules(), log.day_of(7), none);
    log.run_to(39);
    EXPECT_THAT(log.alerts(), ElementsAre("d39 REPORT_OVERDUE limit d35 step 1"));
    Consequences moved;
    set_next_interview(log.mutable_course(), log.day_of(80), demo_rules(), log.day_of(39), moved);
    EXPECT_THAT(moved.cleared, SizeIs(1));
    EXPECT_EQ(next_due(log.course()), log.day_of(79));
}

TEST(Course, DueSoonIsToldOfWhereTheSettingIsOn) {
    RuleSet rules = demo_rules();
    rules.alerts.report_due_soon = 7;
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-03-07");
    CourseLog log = started(placed, rules);
    log.run_to(56);
    EXPECT_THAT(log.alerts(), ElementsAre("d49 REPORT_DUE_SOON limit d56 step 1"));
}

TEST(Course, ARevisionMovesDatesAndKeepsWhatWasGiven) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-02-07");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-07");
    CourseLog log = started(placed);
    log.run_to(28);
    const MessageNumber given = log.say(mid_term(log.date(28)));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {given});
    v1::Envelope moved = order();
    add_report(moved, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-02-07");
    add_report(moved, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-21");  // day 70
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = moved.order();
    log.say(revision);
    log.run_to(74);
    EXPECT_THAT(log.alerts(), ElementsAre("d74 REPORT_OVERDUE limit d70 step 1"));
}

TEST(Course, ADateThatIsSetLaterAsksForAnotherReportUnlessItIsPast) {
    CourseLog log = started();
    log.run_to(28);
    const MessageNumber given = log.say(mid_term(log.date(28)));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {given});
    v1::Envelope text = order();
    add_report(text, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-01-31");  // day 21
    add_report(text, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-02-21");  // day 42
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = text.order();
    log.say(revision);
    EXPECT_EQ(next_due(log.course()), log.day_of(46));
}

TEST(Course, AfterTheEndOnlyWhatWasDueOrIsFinalIsWaitedFor) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-03-07");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-14");  // day 63
    CourseLog log = started(placed);
    log.run_to(20);
    const MessageNumber end = log.say(course_end(log.date(20)));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {end});
    EXPECT_FALSE(is_followed_up(log.course())) << "the final report may still come";
    log.run_to(67);
    EXPECT_THAT(log.alerts(), ElementsAre("d67 REPORT_OVERDUE limit d63 step 1"));
    const MessageNumber report = log.say(progression(final_report));
    EXPECT_FALSE(is_followed_up(log.course()));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {report});
    EXPECT_TRUE(is_followed_up(log.course()));
}

// --- What is decided on reports --------------------------------------------------------------

TEST(Course, AReportWithoutAnswerIsToldOfByItsOwnDateOrTheSetting) {
    CourseLog log = started();
    const MessageNumber own = log.say(progression(interim, log.date(9)));
    const MessageNumber other = log.say(mid_term(log.date(7)));
    log.run_to(22);
    EXPECT_THAT(log.alerts(), ElementsAre("d10 FOLLOW_UP_OVERDUE limit d9 step 1",
                                          "d22 FOLLOW_UP_OVERDUE limit d21 step 1"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_CHANGE_PLAN), {own, other});
    EXPECT_THAT(log.cleared(), SizeIs(2));
    log.run_to(60);
    EXPECT_THAT(log.alerts(), SizeIs(2));
}

TEST(Course, AReplacedReportAsksNoMoreAndItsCorrectionDoes) {
    CourseLog log = started();
    const MessageNumber first = log.say(progression(final_report, log.date(20)));
    log.run_to(10);
    const MessageNumber second = log.say(progression(final_report, log.date(15)), {}, first);
    log.run_to(21);
    EXPECT_THAT(log.alerts(), ElementsAre("d16 FOLLOW_UP_OVERDUE limit d15 step 1"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {second});
    log.say(progression(final_report, log.date(25)), {}, second);
    log.run_to(60);
    EXPECT_THAT(log.alerts(), SizeIs(1)) << "the two count as one, and it was answered";
}

TEST(Course, ACorrectionThatChangesTheKindOfAReportChangesWhatItIsFor) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_PROGRESSION_INTERIM, "2011-01-24");  // day 14
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-02-07");    // day 28
    CourseLog log = started(placed);
    const MessageNumber first = log.say(progression(interim));
    const MessageNumber second = log.say(progression(final_report), {}, first);
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {second});
    log.run_to(40);
    EXPECT_THAT(log.alerts(), ElementsAre("d18 REPORT_OVERDUE limit d14 step 1",
                                          "d28 REPORT_OVERDUE limit d14 step 2"));
}

// --- Time ------------------------------------------------------------------------------------

TEST(Course, WhatFellDueWhileTheHubWasDownIsRaisedInOrderOnceAndLate) {
    v1::Envelope placed = order();
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-01-19");  // day 9
    CourseLog log = started(placed);
    log.say(question());
    log.sleep_to(23);
    EXPECT_THAT(log.alerts(), ElementsAre("d13 CLARIFICATION_UNANSWERED limit d12 step 1 late",
                                          "d13 REPORT_OVERDUE limit d9 step 1 late",
                                          "d23 REPORT_OVERDUE limit d9 step 2"));
    log.sleep_to(90);
    EXPECT_THAT(log.alerts(), SizeIs(3));
}

TEST(Course, AClockThatIsSetBackRaisesNothingAnew) {
    CourseLog log = log_of();
    log.say(order());
    log.sleep_to(8);
    EXPECT_THAT(log.alerts(), SizeIs(1));
    log.sleep_to(3);
    log.sleep_to(9);
    EXPECT_THAT(log.alerts(), SizeIs(1));
}

TEST(Course, AnAlertOfTheLogThatNothingWaitsForChangesNothing) {
    CourseLog log = log_of();
    log.say(order());
    const std::string before = log.course().SerializeAsString();
    v1::Alert alert;
    alert.set_kind(v1::ALERT_KIND_ABSENCE_NO_SHOWS_IN_A_ROW);
    alert.set_step(1);
    record_alert(log.mutable_course(), alert);
    alert.set_kind(v1::ALERT_KIND_ORDER_UNANSWERED);
    alert.set_limit_date(log.date(6));
    record_alert(log.mutable_course(), alert);
    EXPECT_EQ(log.course().SerializeAsString(), before);
}

TEST(Course, AnAlertThatIsRecordedTwiceHasBeenRaisedOnce) {
    CourseLog log = started();
    log.say(progression(interim));
    v1::Alert alert;
    alert.set_kind(v1::ALERT_KIND_FOLLOW_UP_OVERDUE);
    alert.set_limit_date(log.date(21));
    alert.set_step(1);
    record_alert(log.mutable_course(), alert);
    record_alert(log.mutable_course(), alert);
    log.run_to(60);
    EXPECT_THAT(log.alerts(), ElementsAre("d36 FOLLOW_UP_OVERDUE limit d21 step 2"));
}

TEST(Course, WithoutARuleSetNothingIsLimitedAndNothingRaised) {
    v1::Envelope placed = order("2011-01-17", "2012-12-31");
    placed.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-01-24");
    CourseLog log = started(placed, RuleSet{});
    log.say(progression(interim));
    log.say(absence(log.date(7), log.date(20)));
    log.run_to(60);
    log.say(course_end(log.date(60)));
    log.run_to(200);
    EXPECT_THAT(log.alerts(), IsEmpty());
}

}  // namespace
}  // namespace jobbro::domain
