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

}  // namespace
}  // namespace jobbro::domain
