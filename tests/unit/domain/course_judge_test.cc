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
    EXPECT_LT(log.course().ByteSizeLong(), 64U);
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
    log.say(course_start("2011-01-17"));
    log.say(extension("2011-04-10"));
    log.say(order("2011-01-17", "2011-03-13"), {}, placed);
    EXPECT_EQ(log.course().end_day(), day("2011-04-10").number());
}

TEST(Course, MattersBeyondTheLimitAreNotWatched) {
    CourseLog log = started();
    for (int i = 0; i < watches_max + 10; ++i)
        ASSERT_NE(log.say(progression(interim)), 0U);
    EXPECT_EQ(log.course().watches_size(), watches_max);
    EXPECT_LT(log.course().ByteSizeLong(), 8192U);
}

}  // namespace
}  // namespace jobbro::domain
