#include "hub/domain/course.h"

#include <gmock/gmock.h>

#include <array>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- Refusals --------------------------------------------------------------------------------

void expect_refused(CourseLog& log, const v1::Envelope& envelope, ErrorCode code,
                    const std::string& path) {
    const std::string before = log.course().SerializeAsString();
    EXPECT_EQ(log.say(envelope), 0U);
    EXPECT_EQ(log.refusal().code, code) << log.refusal().line();
    EXPECT_EQ(log.refusal().field_path, path);
    EXPECT_EQ(log.course().SerializeAsString(), before) << "a refusal changes nothing";
}

TEST(Course, AStepThatTheStateDoesNotAllowIsRefused) {
    CourseLog log = log_of();
    log.say(order());
    expect_refused(log, course_start(log.date(0)), ErrorCode::order_step_not_allowed, "body");
    EXPECT_THAT(log.refusal().detail, HasSubstr("the order is placed; allowed: order_acceptance"));
}

TEST(Course, APeriodLongerThanTheRuleSetAllowsIsRefused) {
    v1::Envelope placement = order("2011-01-17", "2011-04-18");  // 92 days
    placement.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = log_of();
    expect_refused(log, placement, ErrorCode::period_too_long, "order.end_date");
    EXPECT_EQ(log.refusal().detail, "the last day allowed is 2011-04-17");
    placement.mutable_order()->set_end_date("2011-04-17");
    placement.mutable_order()->set_match_category(v1::MATCH_CATEGORY_JOB_READY);
    expect_refused(log, placement, ErrorCode::period_too_long, "order.end_date");
    placement.mutable_order()->set_match_category(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    EXPECT_NE(log.say(placement), 0U);
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = placement.order();
    revision.mutable_order_revision()->mutable_order()->set_end_date("2011-04-18");
    expect_refused(log, revision, ErrorCode::period_too_long, "order_revision.order.end_date");
}

OfferFacts offer_of(v1::LegalCategory category) {
    OfferFacts offer;
    offer.legal_category = category;
    return offer;
}

TEST(Course, WhereTheOrderTellsNoLegalCategoryThatOfItsOfferDecides) {
    const OfferFacts placement = offer_of(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = log_of();
    EXPECT_NE(log.say(order("2011-01-17", "2011-04-18")), 0U) << "it names no offer";
    log = log_of();
    log.set_offer(&placement);
    expect_refused(log, order("2011-01-17", "2011-04-18"), ErrorCode::period_too_long,
                   "order.end_date");
    EXPECT_EQ(log.refusal().detail, "the last day allowed is 2011-04-17");
    v1::Envelope own = order("2011-01-17", "2011-04-18");
    own.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    EXPECT_NE(log.say(own), 0U) << "its own word goes first";
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = order("2011-01-17", "2011-04-18").order();
    expect_refused(log, revision, ErrorCode::period_too_long, "order_revision.order.end_date");
    v1::Order& text = *revision.mutable_order_revision()->mutable_order();
    text.set_match_category(v1::MATCH_CATEGORY_JOB_READY);
    text.set_end_date("2011-02-14");
    expect_refused(log, revision, ErrorCode::period_too_long, "order_revision.order.end_date");
    text.set_end_date("2011-02-13");
    EXPECT_NE(log.say(revision), 0U);
}

// Whatever becomes of the offer meanwhile.
TEST(Course, AnExtensionIsHeldToTheLegalCategoryOfTheOfferThatWasOrdered) {
    const OfferFacts placement = offer_of(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    const OfferFacts guidance = offer_of(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    CourseLog log = log_of();
    log.set_offer(&placement);
    log.say(order("2011-01-17", "2011-03-10"));
    log.say(acceptance());
    log.run_to(7);
    log.say(course_start("2011-01-17"));
    log.set_offer(&guidance);
    expect_refused(log, extension("2011-04-18"), ErrorCode::period_too_long,
                   "extension.new_end_date");
    EXPECT_NE(log.say(extension("2011-04-17")), 0U);
    const auto [course, citizen] = log.read_anew();
    EXPECT_EQ(course.SerializeAsString(), log.course().SerializeAsString());
}

TEST(Course, AnExtensionIsCountedFromTheDayTheCourseBegan) {
    v1::Envelope placement = order("2011-01-10", "2011-03-10");
    placement.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = started(placement);  // 2011-01-17
    expect_refused(log, extension("2011-04-18", "a reason"), ErrorCode::period_too_long,
                   "extension.new_end_date");
    expect_refused(log, extension("2011-01-16"), ErrorCode::dates_reversed,
                   "extension.new_end_date");
    EXPECT_NE(log.say(extension("2011-04-17")), 0U);
    EXPECT_EQ(log.course().end_day(), day("2011-04-17").number());
}

v1::Envelope work_placement(const std::string& start, const std::string& end) {
    v1::Envelope placed = order(start, end);
    placed.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    return placed;
}

TEST(Course, AStartBeforeTheOrderedOneIsHeldToTheLongestPeriod) {
    CourseLog log = log_of();
    log.say(work_placement("2011-01-24", "2011-04-21"));  // three days less than 13 weeks
    log.say(acceptance());
    log.run_to(12);
    expect_refused(log, course_start("2011-01-20"), ErrorCode::period_too_long,
                   "course_start.start_date");
    EXPECT_EQ(log.refusal().detail, "the last day allowed is 2011-04-20");
    EXPECT_NE(log.say(course_start("2011-01-21")), 0U);
}

TEST(Course, WhatWasAcceptedMayBeginOnItsDayOrLaterWhateverIsAllowedByThen) {
    for (const char* const start : {"2011-01-17", "2011-01-18"}) {
        CourseLog log = log_of();
        log.say(work_placement("2011-01-17", "2011-04-17"));
        log.say(acceptance());
        RuleSet stricter = demo_rules();
        stricter.categories[1].longest = {8, 0};
        log.change_rules(stricter);
        log.run_to(8);
        expect_refused(log, course_start("2011-01-16"), ErrorCode::period_too_long,
                       "course_start.start_date");
        EXPECT_NE(log.say(course_start(start)), 0U) << start;
    }
}

TEST(Course, NoCourseBeginsOrEndsOnADayToComeNorBeginsAfterItsEnd) {
    CourseLog log = log_of();
    log.say(order("2011-01-17", "2011-01-21"));
    log.say(acceptance());
    log.run_to(6);
    expect_refused(log, course_start("2011-01-17"), ErrorCode::happened_in_future,
                   "course_start.start_date");
    log.run_to(14);
    expect_refused(log, course_start("2011-01-22"), ErrorCode::dates_reversed,
                   "course_start.start_date");
    const MessageNumber begun = log.say(course_start("2011-01-17"));
    expect_refused(log, course_end("2011-01-25"), ErrorCode::happened_in_future,
                   "course_end.end_date");
    log.say(course_end("2011-01-21"));
    EXPECT_EQ(log.say(course_start("2011-01-22"), {}, begun), 0U);
    EXPECT_EQ(log.refusal().code, ErrorCode::dates_reversed);
    EXPECT_NE(log.say(course_start("2011-01-21"), {}, begun), 0U);
}

TEST(Course, ACorrectionOfWhatStandsNoMoreIsHeldToNothing) {
    const OfferFacts guidance = offer_of(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    const OfferFacts placement = offer_of(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = log_of();
    log.set_offer(&guidance);
    const MessageNumber placed = log.say(order("2011-01-17", "2011-07-15"));
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = order("2011-01-17", "2011-04-10").order();
    ASSERT_NE(log.say(revision), 0U);
    log.set_offer(&placement);
    EXPECT_NE(log.say(order("2011-01-17", "2011-07-15"), {}, placed), 0U);
    EXPECT_EQ(log.course().end_day(), day("2011-04-10").number());
}

TEST(Course, AnOrderThatTellsNoStartBeginsWhereItsEndIsWithinReach) {
    CourseLog log = log_of();
    log.say(work_placement("", "2011-04-21"));
    log.say(acceptance());
    log.run_to(12);
    expect_refused(log, course_start("2011-01-20"), ErrorCode::period_too_long,
                   "course_start.start_date");
    EXPECT_NE(log.say(course_start("2011-01-21")), 0U);
}

TEST(Course, ACorrectedStartIsHeldToTheLongestPeriodWhereItMakesThePeriodLonger) {
    CourseLog log = log_of();
    log.say(work_placement("2011-01-24", "2011-04-21"));
    log.say(acceptance());
    log.run_to(12);
    const MessageNumber first = log.say(course_start("2011-01-21"));
    EXPECT_EQ(log.say(course_start("2011-01-20"), {}, first), 0U);
    EXPECT_EQ(log.refusal().code, ErrorCode::period_too_long);
    RuleSet stricter = demo_rules();
    stricter.categories[1].longest = {8, 0};
    log.change_rules(stricter);
    EXPECT_EQ(log.say(course_start("2011-01-20"), {}, first), 0U);
    const MessageNumber second = log.say(course_start("2011-01-22"), {}, first);
    EXPECT_NE(second, 0U) << "it makes the period no longer";
    EXPECT_NE(log.say(course_start("2011-01-10"), {}, first), 0U)
        << "what corrects a start that stands no more changes nothing";
    EXPECT_EQ(log.course().started_day(), day("2011-01-22").number());
}

TEST(Course, ACorrectedStartIsHeldToAnEndThatWasExtendedFromTheFirst) {
    CourseLog log = log_of();
    log.say(work_placement("2011-01-17", "2011-04-17"));
    log.say(acceptance());
    log.run_to(14);
    const MessageNumber first = log.say(course_start("2011-01-24"));
    EXPECT_NE(log.say(extension("2011-04-24")), 0U);
    EXPECT_EQ(log.say(course_start("2011-01-17"), {}, first), 0U) << "though it was ordered so";
    EXPECT_EQ(log.refusal().code, ErrorCode::period_too_long);
    EXPECT_EQ(log.refusal().detail, "the last day allowed is 2011-04-17");
}

TEST(Course, ACorrectedStartDoesNotUndoAReasonToProlong) {
    RuleSet rules = demo_rules();
    rules.categories[1].prolongable_with_reason = true;
    CourseLog log = log_of(rules);
    log.say(work_placement("2011-01-17", "2011-04-17"));
    log.say(acceptance());
    log.run_to(7);
    const MessageNumber first = log.say(course_start("2011-01-17"));
    EXPECT_EQ(log.say(course_start("2011-01-14"), {}, first), 0U)
        << "nobody has told a reason to go beyond";
    EXPECT_EQ(log.refusal().code, ErrorCode::period_too_long);
    EXPECT_NE(log.say(extension("2011-05-01", "the examination is in May")), 0U);
    EXPECT_NE(log.say(course_start("2011-01-14"), {}, first), 0U);
}

TEST(Course, ARevisionNeedsNoReasonForAnEndThatStandsWithOne) {
    RuleSet rules = demo_rules();
    rules.categories[1].prolongable_with_reason = true;
    CourseLog log = started(work_placement("2011-01-17", "2011-03-10"), rules);
    EXPECT_NE(log.say(extension("2011-05-01", "the examination is in May")), 0U);
    v1::Envelope revision;
    v1::Order& text = *revision.mutable_order_revision()->mutable_order();
    text = work_placement("2011-01-17", "2011-05-02").order();
    expect_refused(log, revision, ErrorCode::period_too_long, "order_revision.order.end_date");
    text.set_end_date("2011-05-01");
    EXPECT_NE(log.say(revision), 0U);
    EXPECT_EQ(log.course().end_day(), day("2011-05-01").number());
}

TEST(Course, AReasonProlongsWhereTheRuleSetSaysSo) {
    RuleSet rules = demo_rules();
    rules.categories[1].prolongable_with_reason = true;
    v1::Envelope placement = order("2011-01-17", "2011-03-10");
    placement.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = started(placement, rules);
    expect_refused(log, extension("2011-04-18", " "), ErrorCode::period_too_long,
                   "extension.new_end_date");
    EXPECT_NE(log.say(extension("2011-04-18", "the examination is in May")), 0U);
}

TEST(Course, DaysOutsideTheCourseAreRefused) {
    CourseLog log = started();
    expect_refused(log, absence(log.date(6), log.date(8)), ErrorCode::absence_outside_course,
                   "absence_report.first_date");
    v1::Envelope list;
    list.mutable_attendance_list()->set_first_date(log.date(0));
    list.mutable_attendance_list()->set_last_date(log.date(20));
    list.mutable_attendance_list()->add_days()->set_date(log.date(7));
    EXPECT_NE(log.say(list), 0U) << "a site's month may begin before the course";
    list.mutable_attendance_list()->mutable_days(0)->set_date(log.date(6));
    expect_refused(log, list, ErrorCode::absence_outside_course, "attendance_list.days[0].date");
    log.run_to(30);
    log.say(course_end(log.date(30)));
    log.run_to(31);
    expect_refused(log, absence(log.date(30), log.date(31)), ErrorCode::absence_outside_course,
                   "absence_report.last_date");
    EXPECT_NE(log.say(absence(log.date(30), log.date(30))), 0U) << "a late report of a day in it";
}

TEST(Course, AReportOnDaysToComeIsRefused) {
    CourseLog log = started();
    v1::Envelope report = progression(final_report);
    report.mutable_progression_report()->set_period_end_date(log.date(8));
    expect_refused(log, report, ErrorCode::happened_in_future,
                   "progression_report.period_end_date");
    report.mutable_progression_report()->set_period_end_date(log.date(7));
    EXPECT_NE(log.say(report), 0U);
}

TEST(Course, AReportDatedBeforeTheCourseIsRefused) {
    CourseLog log = started();
    v1::Envelope report = progression(interim);
    report.mutable_progression_report()->set_period_start_date(log.date(6));
    expect_refused(log, report, ErrorCode::report_before_course,
                   "progression_report.period_start_date");
    report.mutable_progression_report()->set_period_start_date(log.date(7));
    EXPECT_NE(log.say(report), 0U);
    expect_refused(log, mid_term(log.date(6)), ErrorCode::report_before_course,
                   "mid_term_evaluation.evaluation_date");
}

// --- Findings --------------------------------------------------------------------------------

TEST(Course, AnOrderOutsideTheTargetGroupOfItsOfferIsRemarkedOn) {
    const std::array<int, 2> meant_for = {v1::MATCH_CATEGORY_JOB_READY,
                                          v1::MATCH_CATEGORY_READY_FOR_MEASURES};
    const OfferFacts offer{meant_for};
    CourseLog log = log_of();
    log.set_offer(&offer);
    v1::Envelope placed = order();
    log.say(placed);
    EXPECT_THAT(log.findings(), IsEmpty()) << "no match category is told";
    v1::Envelope revision;
    v1::Order& text = *revision.mutable_order_revision()->mutable_order();
    text.set_match_category(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    log.say(revision);
    EXPECT_THAT(log.findings(), IsEmpty());
    text.set_match_category(v1::MATCH_CATEGORY_TEMPORARILY_PASSIVE);
    log.say(revision);
    ASSERT_THAT(log.findings(), SizeIs(1));
    EXPECT_EQ(log.findings()[0].code(), "order.outside_target_group");
    EXPECT_EQ(log.findings()[0].field_path(), "order_revision.order.match_category");
    EXPECT_EQ(log.findings()[0].severity(), v1::FINDING_SEVERITY_REMARK);
}

TEST(Course, AnotherLegalCategoryThanThatOfItsOfferIsRemarkedOn) {
    const OfferFacts placement = offer_of(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    CourseLog log = log_of();
    log.set_offer(&placement);
    v1::Envelope placed = order();
    log.say(placed);
    EXPECT_THAT(log.findings(), IsEmpty()) << "it tells none";
    v1::Envelope revision;
    v1::Order& text = *revision.mutable_order_revision()->mutable_order();
    text.set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    log.say(revision);
    EXPECT_THAT(log.findings(), IsEmpty());
    text.set_legal_category(v1::LEGAL_CATEGORY_SUBSIDISED_EMPLOYMENT);
    log.say(revision);
    ASSERT_THAT(log.findings(), SizeIs(1));
    EXPECT_EQ(log.findings()[0].code(), "order.offer_category_differs");
    EXPECT_EQ(log.findings()[0].field_path(), "order_revision.order.legal_category");
    EXPECT_EQ(log.findings()[0].severity(), v1::FINDING_SEVERITY_REMARK);
    const OfferFacts untold;
    log.set_offer(&untold);
    log.say(revision);
    EXPECT_THAT(log.findings(), IsEmpty());
}

v1::Envelope telling_report(v1::ReportStage stage, const std::string& narrative) {
    v1::Envelope report = progression(stage);
    v1::AttentionPoint& point = *report.mutable_progression_report()->add_attention_points();
    point.set_narrative(narrative);
    point.set_evidence("seen at the site");
    return report;
}

TEST(Course, AFinalReportThatLeavesOutASubGoalIsRemarkedOn) {
    v1::Envelope placed = order();
    placed.mutable_order()->add_sub_goals("et overblik over gælden");
    placed.mutable_order()->add_sub_goals("two MORNINGS a week");
    CourseLog log = started(placed);
    log.say(telling_report(interim, "Comes in the morning as agreed, every week so far."));
    EXPECT_THAT(log.findings(), IsEmpty()) << "an interim report may be about some of them";
    log.say(telling_report(final_report, "Comes in the morning as agreed, every week so far."));
    ASSERT_THAT(log.findings(), SizeIs(1));
    EXPECT_EQ(log.findings()[0].code(), "progression.sub_goal_not_told_of");
    EXPECT_EQ(log.findings()[0].field_path(), "progression_report.sub_goals_reached");
    v1::Envelope whole =
        telling_report(final_report, "Comes in the morning as agreed, every week so far.");
    whole.mutable_progression_report()->add_sub_goals_reached("ET OVERBLIK OVER GÆLDEN");
    log.say(whole);
    EXPECT_THAT(log.findings(), IsEmpty());
}

TEST(Course, LettersOutsideAsciiAreFoldedToo) {
    v1::Envelope placed = order();
    placed.mutable_order()->add_sub_goals("Økonomien");
    CourseLog log = started(placed);
    log.say(telling_report(final_report, "Der er talt om økonomi og om hvem der kan hjælpe."));
    EXPECT_THAT(log.findings(), IsEmpty());
}

// --- The row ---------------------------------------------------------------------------------

TEST(Course, ARowThatIsLetGoIsSmallAndStillJudges) {
    v1::Envelope placed = order("2011-01-17", "2011-03-13");
    placed.mutable_order()->add_sub_goals("two mornings a week");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-07");
    CourseLog log = started(placed);
    log.say(absence(log.date(7), log.date(8)));
    const MessageNumber report = log.say(telling_report(final_report, "two mornings every week"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {report});
    log.run_to(30);
    log.say(course_end(log.date(30)));
    ASSERT_TRUE(is_followed_up(log.course()));
    let_go(log.mutable_course());
    EXPECT_LT(log.course().ByteSizeLong(), 80U);
    EXPECT_TRUE(is_followed_up(log.course()));
    expect_refused(log, absence(log.date(31), log.date(31)), ErrorCode::absence_outside_course,
                   "absence_report.first_date");
    log.say(telling_report(final_report, "two mornings"), {}, report);
    EXPECT_TRUE(is_followed_up(log.course()));
}

// What was given before it was let go is not asked for again.
TEST(Course, ACorrectedOrderIsHeldToTheReportsThatWereGiven) {
    v1::Envelope placed = order("2011-01-17", "2011-03-13");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-07");
    CourseLog log = started(placed);
    const MessageNumber text = log.course().text_number();
    const MessageNumber report = log.say(telling_report(final_report, "two mornings every week"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {report});
    log.run_to(30);
    log.say(course_end(log.date(30)));
    ASSERT_TRUE(is_followed_up(log.course()));
    let_go(log.mutable_course());
    log.say(placed, {}, text);
    EXPECT_TRUE(is_followed_up(log.course()));
    log.run_to(90);
    EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(Course, AMidTermThatNeverCameIsNotWaitedForOnceTheCourseHasEnded) {
    v1::Envelope placed = order("2011-01-17", "2011-03-13");
    add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, "2011-02-04");
    CourseLog log = started(placed);
    log.run_to(24);
    const MessageNumber end = log.say(course_end(log.date(24)));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_END), {end});
    EXPECT_TRUE(is_followed_up(log.course()));
    log.run_to(90);
    EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(Course, NoCourseEndsBeforeItBegan) {
    CourseLog log = started(order("2011-01-17", "2011-03-13"));
    log.run_to(10);
    expect_refused(log, course_end(log.date(6)), ErrorCode::dates_reversed, "course_end.end_date");
}

TEST(Course, DeclinedAndCancelledOrdersWaitForNothing) {
    v1::Envelope decline;
    decline.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
    CourseLog declined = log_of();
    declined.say(order());
    declined.say(question());
    declined.say(decline);
    declined.run_to(100);
    EXPECT_THAT(declined.alerts(), IsEmpty());
    EXPECT_TRUE(is_followed_up(declined.course()));

    v1::Envelope cancellation;
    cancellation.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_MOVED);
    v1::Envelope placed = order({}, "2011-03-13");
    add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, "2011-03-07");
    CourseLog cancelled = started(placed);
    cancelled.say(progression(interim));
    cancelled.say(cancellation);
    cancelled.run_to(100);
    EXPECT_THAT(cancelled.alerts(), IsEmpty());
    EXPECT_TRUE(is_followed_up(cancelled.course()));
}

TEST(Course, ACorrectedOrderThatWasRevisedSinceIsHistory) {
    CourseLog log = log_of();
    const MessageNumber placed = log.say(order("2011-01-17", "2011-03-13"));
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = order("2011-01-17", "2011-04-10").order();
    const MessageNumber revised = log.say(revision);
    log.say(order("2011-01-17", "2011-02-27"), {}, placed);
    EXPECT_EQ(log.course().end_day(), day("2011-04-10").number());
    *revision.mutable_order_revision()->mutable_order() = order("2011-01-17", "2011-04-17").order();
    log.say(revision, {}, revised);
    EXPECT_EQ(log.course().end_day(), day("2011-04-17").number());
}

TEST(Course, ACorrectedOrderDoesNotTakeBackAnExtension) {
    CourseLog log = log_of();
    const MessageNumber placed = log.say(order("2011-01-17", "2011-03-13"));
    log.say(acceptance());
    log.run_to(7);
    log.say(course_start("2011-01-17"));
    log.say(extension("2011-04-10"));
    log.say(order("2011-01-17", "2011-03-13"), {}, placed);
    EXPECT_EQ(log.course().end_day(), day("2011-04-10").number());
}

// One party cannot make a matter of the other's unwatched, nor its own.
TEST(Course, ReportsBeyondThoseThatCanWaitAreRefusedUntilOneIsAnswered) {
    CourseLog log = started();
    MessageNumber first = log.say(progression(interim));
    for (int i = 1; i < follow_ups_waiting_max; ++i)
        ASSERT_NE(log.say(i % 2 == 0 ? progression(final_report) : mid_term(log.date(7))), 0U);
    expect_refused(log, progression(final_report), ErrorCode::list_too_long, "body");
    EXPECT_EQ(log.refusal().detail, "128 reports wait for an answer");
    expect_refused(log, mid_term(log.date(7)), ErrorCode::list_too_long, "body");
    first = log.say(progression(interim), {}, first);
    EXPECT_NE(first, 0U) << "it takes the first's place";
    EXPECT_NE(log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {first}), 0U);
    EXPECT_NE(log.say(progression(final_report)), 0U);
    EXPECT_LT(log.course().ByteSizeLong(), 8192U);
}

TEST(Course, QuestionsBeyondThoseThatCanWaitAreRefusedUntilOneIsAnswered) {
    CourseLog log = log_of();
    log.say(order());
    const MessageNumber first = log.say(question());
    for (int i = 1; i < open_questions_max; ++i)
        ASSERT_NE(log.say(question()), 0U);
    expect_refused(log, question(), ErrorCode::list_too_long, "body");
    EXPECT_EQ(log.refusal().detail, "64 questions wait for an answer");
    EXPECT_NE(log.say(clarification(), {first}), 0U);
    EXPECT_NE(log.say(question()), 0U);
}

TEST(Course, WithAsMuchWaitingAsCanEachMatterIsWatched) {
    v1::Envelope most = order({}, "2011-12-31");
    for (int i = 0; i < 24; ++i)
        add_report(most, v1::REPORT_KIND_PROGRESSION_INTERIM, day("2011-06-01").plus(i).text());
    most.mutable_order()->mutable_reports_due()->set_every_weeks(1);
    most.mutable_order()->mutable_reports_due()->set_days_before_interview(3);
    most.mutable_order()->mutable_reports_due()->set_next_interview_date("2011-05-01");
    RuleSet rules = demo_rules();
    rules.alerts.report_due_soon = 4;
    CourseLog log = started(most, rules);
    for (int i = 0; i < open_questions_max; ++i)
        ASSERT_NE(log.say(question()), 0U);
    for (int i = 0; i < follow_ups_waiting_max; ++i)
        ASSERT_NE(log.say(mid_term(log.date(7))), 0U);
    const auto of = [&log](v1::AlertKind kind) { return count_of(log.course().watches(), kind); };
    EXPECT_EQ(of(v1::ALERT_KIND_CLARIFICATION_UNANSWERED), open_questions_max);
    EXPECT_EQ(of(v1::ALERT_KIND_FOLLOW_UP_OVERDUE), follow_ups_waiting_max);
    EXPECT_EQ(of(v1::ALERT_KIND_REPORT_OVERDUE), 26);
    EXPECT_EQ(of(v1::ALERT_KIND_REPORT_DUE_SOON), 26);
    EXPECT_EQ(of(v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP), 1);
    EXPECT_NE(log.say(course_end(log.date(7))), 0U);
    EXPECT_EQ(of(v1::ALERT_KIND_FOLLOW_UP_OVERDUE), follow_ups_waiting_max + 1);
}

}  // namespace
}  // namespace jobbro::domain
