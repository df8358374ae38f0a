#include "hub/domain/course.h"

#include <gmock/gmock.h>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- Answers ---------------------------------------------------------------------------------

TEST(Course, AnOrderWithoutAnswerIsToldOfOnTheDayAfterItsLimit) {
    CourseLog log = log_of();
    log.say(order());
    EXPECT_EQ(next_due(log.course()), log.day_of(8));
    log.run_to(60);
    EXPECT_THAT(log.alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1"));
    EXPECT_FALSE(next_due(log.course()).is_set());
    log.say(acceptance());
    EXPECT_THAT(log.cleared(),
                ElementsAre(ClearedAlert{v1::ALERT_KIND_ORDER_UNANSWERED, log.day_of(7), 1, 1}));
}

TEST(Course, TheClockOfAnOrderStandsWhileAQuestionIsOpen) {
    CourseLog log = log_of();
    log.say(order());
    log.run_to(6);
    const MessageNumber asked = log.say(question());
    log.run_to(10);
    EXPECT_THAT(log.alerts(), IsEmpty());
    log.say(clarification(), {asked});
    log.run_to(40);
    EXPECT_THAT(log.alerts(), ElementsAre("d18 ORDER_UNANSWERED limit d17 step 1"));
}

TEST(Course, AQuestionWithoutAnswerIsToldOfByItsOwnDateOrTheSetting) {
    CourseLog log = log_of();
    log.say(order());
    const MessageNumber first = log.say(question());
    v1::Envelope urgent = question();
    urgent.mutable_clarification_request()->set_answer_wanted_by_date(log.date(2));
    const MessageNumber second = log.say(urgent);
    log.run_to(6);
    EXPECT_THAT(log.alerts(), ElementsAre("d3 CLARIFICATION_UNANSWERED limit d2 step 1",
                                          "d6 CLARIFICATION_UNANSWERED limit d5 step 1"));
    log.say(clarification(), {first});
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::asked);
    log.say(clarification(), {second});
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::clarified);
    EXPECT_THAT(log.cleared(), SizeIs(2));
}

TEST(Course, ARevisionMayBeTheAnswerToAQuestion) {
    CourseLog log = log_of();
    log.say(order());
    const MessageNumber asked = log.say(question());
    v1::Envelope revision;
    *revision.mutable_order_revision()->mutable_order() = order().order();
    log.say(revision, {asked});
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::clarified);
}

TEST(Course, ACorrectedQuestionIsAskedFromTheDayOfTheCorrection) {
    CourseLog log = log_of();
    log.say(order());
    const MessageNumber asked = log.say(question());
    log.run_to(3);
    const MessageNumber mended = log.say(question(), {}, asked);
    log.run_to(8);
    EXPECT_THAT(log.alerts(), IsEmpty());
    log.say(clarification(), {mended});
    log.run_to(15);
    EXPECT_THAT(log.alerts(), IsEmpty());
    log.say(question(), {}, mended);
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::clarified)
        << "what was answered is not asked again by mending its words";
}

// --- Start and end ---------------------------------------------------------------------------

TEST(Course, AcceptedAndNotStartedIsToldOfWhereTheSettingIsOn) {
    RuleSet rules = demo_rules();
    rules.alerts.not_started = 2;
    CourseLog log = log_of(rules);
    log.say(order(log.date(7), log.date(60)));
    log.say(acceptance(log.date(9)));
    log.run_to(30);
    EXPECT_THAT(log.alerts(), ElementsAre("d12 NOT_STARTED limit d9 step 1"));
    log.say(course_start(log.date(30)));
    EXPECT_THAT(log.cleared(), SizeIs(1));
}

TEST(Course, ACourseThatEndsWithNothingDecidedIsToldOfOnTheDayNamed) {
    CourseLog log = started(order({}, "2011-03-13"));  // day 62
    log.run_to(62);
    EXPECT_THAT(log.alerts(), ElementsAre("d48 COURSE_ENDING_WITHOUT_FOLLOW_UP limit d62 step 1"));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION));
    EXPECT_THAT(log.cleared(), IsEmpty());
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NEW_ORDER));
    EXPECT_THAT(log.cleared(), SizeIs(1));
}

TEST(Course, ADecisionOrAnExtensionKeepsTheEndQuiet) {
    for (const auto decision : {v1::FOLLOW_UP_DECISION_NEW_ORDER, v1::FOLLOW_UP_DECISION_END}) {
        CourseLog log = started(order({}, "2011-03-13"));
        log.run_to(40);
        log.say(follow_up(decision));
        log.run_to(70);
        EXPECT_THAT(log.alerts(), IsEmpty());
    }
    CourseLog log = started(order({}, "2011-03-13"));
    log.run_to(40);
    log.say(extension(log.date(90)));
    log.run_to(90);
    EXPECT_THAT(log.alerts(), ElementsAre("d76 COURSE_ENDING_WITHOUT_FOLLOW_UP limit d90 step 1"));
}

TEST(Course, ADecisionThatIsTakenBackDecidesNothing) {
    CourseLog log = started(order({}, "2011-03-13"));
    log.run_to(40);
    const MessageNumber decided = log.say(follow_up(v1::FOLLOW_UP_DECISION_END));
    log.say(follow_up(v1::FOLLOW_UP_DECISION_CHANGE_PLAN), {}, decided);
    log.run_to(50);
    EXPECT_THAT(log.alerts(), ElementsAre("d48 COURSE_ENDING_WITHOUT_FOLLOW_UP limit d62 step 1"));
}

TEST(Course, AShortCourseIsToldOfOnTheDayAfterItsStart) {
    CourseLog log = started(order({}, "2011-01-21"));  // day 11
    log.run_to(11);
    EXPECT_THAT(log.alerts(), ElementsAre("d8 COURSE_ENDING_WITHOUT_FOLLOW_UP limit d11 step 1"));
}

TEST(Course, TheEndOfACourseWaitsForAnAnswerUnlessOneWasDecidedBefore) {
    CourseLog log = started();
    log.run_to(60);
    const MessageNumber end = log.say(course_end(log.date(60)));
    log.run_to(100);
    EXPECT_THAT(log.alerts(), ElementsAre("d75 FOLLOW_UP_OVERDUE limit d74 step 1",
                                          "d89 FOLLOW_UP_OVERDUE limit d74 step 2"));
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::ended);
    log.say(follow_up(v1::FOLLOW_UP_DECISION_NO_ACTION), {end});
    EXPECT_EQ(dialogue_state(log.course()), DialogueState::followed_up);

    CourseLog decided = started();
    decided.say(follow_up(v1::FOLLOW_UP_DECISION_END));
    decided.run_to(60);
    decided.say(course_end(decided.date(60)));
    EXPECT_TRUE(is_followed_up(decided.course()));
    decided.run_to(100);
    EXPECT_THAT(decided.alerts(), IsEmpty());
}

// --- Decisions and answers that are taken back ------------------------------------------------

constexpr auto new_order = v1::FOLLOW_UP_DECISION_NEW_ORDER;
constexpr auto change_plan = v1::FOLLOW_UP_DECISION_CHANGE_PLAN;
constexpr auto no_action = v1::FOLLOW_UP_DECISION_NO_ACTION;

// Ended on day 60, with one report before.
struct Ended {
    Ended() {
        log.run_to(50);
        report = log.say(progression(interim));
        log.run_to(60);
        end = log.say(course_end(log.date(60)));
    }
    // What is raised up to the day, after what has been raised so far.
    std::vector<std::string> raised_to(int day_number) {
        const std::size_t known = log.alerts().size();
        log.run_to(day_number);
        auto all = log.alerts();
        all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(known));
        return all;
    }
    void expect_read_anew_the_same() const {
        const auto [course, citizen] = log.read_anew();
        EXPECT_EQ(course.SerializeAsString(), log.course().SerializeAsString());
    }

    CourseLog log = started();
    MessageNumber report = 0;
    MessageNumber end = 0;
};

TEST(Course, TheEndWaitsAgainOnceNothingDecidesAnyMore) {
    Ended ended;
    const MessageNumber decided = ended.log.say(follow_up(new_order), {ended.report});
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.log.run_to(80);
    ended.log.say(follow_up(change_plan), {ended.report}, decided);
    EXPECT_EQ(dialogue_state(ended.log.course()), DialogueState::ended);
    EXPECT_THAT(ended.raised_to(120), ElementsAre("d95 FOLLOW_UP_OVERDUE limit d94 step 1",
                                                  "d109 FOLLOW_UP_OVERDUE limit d94 step 2"));
    ended.log.say(follow_up(no_action), {ended.end});
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.expect_read_anew_the_same();
}

TEST(Course, TheEndDoesNotWaitAgainWhereAnotherDecidesOrAnswersIt) {
    for (const auto other : {new_order, no_action}) {
        Ended ended;
        const MessageNumber decided = ended.log.say(follow_up(new_order), {ended.report});
        ended.log.say(follow_up(other), {ended.end});
        ended.log.say(follow_up(change_plan), {ended.report}, decided);
        EXPECT_TRUE(is_followed_up(ended.log.course()));
        EXPECT_THAT(ended.raised_to(150), IsEmpty());
        ended.expect_read_anew_the_same();
    }
}

TEST(Course, ACorrectionThatStillAnswersTheEndLeavesItAnswered) {
    Ended ended;
    const MessageNumber decided = ended.log.say(follow_up(new_order), {ended.report, ended.end});
    ended.log.run_to(61);
    const MessageNumber mended = ended.log.say(course_end(ended.log.date(59)), {}, ended.end);
    // It repeats what the first pointed at, whatever that has become.
    const MessageNumber corrected =
        ended.log.say(follow_up(no_action), {ended.report, ended.end}, decided);
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.log.say(follow_up(no_action), {ended.report, mended}, corrected);
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    EXPECT_THAT(ended.raised_to(150), IsEmpty());
}

TEST(Course, WhatACorrectionAnswersNoMoreWaitsFromTheDayOfTheCorrection) {
    Ended ended;
    const MessageNumber other = ended.log.say(progression(interim));
    const MessageNumber both =
        ended.log.say(follow_up(no_action), {ended.report, other, ended.end});
    const MessageNumber again = ended.log.say(progression(interim), {}, other);
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.log.run_to(70);
    const MessageNumber less = ended.log.say(follow_up(no_action), {other}, both);
    EXPECT_THAT(ended.raised_to(85), ElementsAre("d85 FOLLOW_UP_OVERDUE limit d84 step 1",
                                                 "d85 FOLLOW_UP_OVERDUE limit d84 step 1"));
    EXPECT_EQ(ended.log.raised().back().about, ended.end);
    ended.log.say(follow_up(no_action), {ended.report, ended.end});
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.log.say(follow_up(no_action), {ended.end}, less);
    EXPECT_THAT(ended.raised_to(100), ElementsAre("d100 FOLLOW_UP_OVERDUE limit d99 step 1"));
    EXPECT_EQ(ended.log.raised().back().about, again);
    ended.expect_read_anew_the_same();
}

// Also of a report that was corrected twice.
TEST(Course, AnAnswerGoesByTheReportItPointedAtLast) {
    Ended ended;
    const MessageNumber first = ended.log.say(follow_up(no_action), {ended.report, ended.end});
    const MessageNumber once = ended.log.say(progression(interim), {}, ended.report);
    const MessageNumber second = ended.log.say(follow_up(no_action), {once, ended.end}, first);
    ASSERT_NE(ended.log.say(progression(interim), {}, once), 0U);
    ASSERT_NE(ended.log.say(follow_up(no_action), {once, ended.end}, second), 0U);
    EXPECT_TRUE(is_followed_up(ended.log.course()));
    ended.expect_read_anew_the_same();
}

// What late messages are judged by is kept when the rest is let go.
TEST(Course, TheEndWaitsAgainAlsoAfterTheRowWasLetGo) {
    Ended ended;
    ended.log.say(follow_up(no_action), {ended.report});
    const MessageNumber answer = ended.log.say(follow_up(no_action), {ended.end});
    ASSERT_TRUE(is_followed_up(ended.log.course()));
    let_go(ended.log.mutable_course());
    ended.log.run_to(80);
    ended.log.say(follow_up(no_action), {ended.report}, answer);
    EXPECT_FALSE(is_followed_up(ended.log.course()));
    EXPECT_THAT(ended.raised_to(95), ElementsAre("d95 FOLLOW_UP_OVERDUE limit d94 step 1"));
}

TEST(Course, OfFollowUpsOnOneReportOnlySoManyAreKnown) {
    Ended ended;
    for (int i = 0; i < 200; ++i)
        ended.log.say(follow_up(no_action), {ended.report, ended.end});
    EXPECT_LT(ended.log.course().ByteSizeLong(), 512U);
    EXPECT_TRUE(is_followed_up(ended.log.course()));
}

}  // namespace
}  // namespace jobbro::domain
