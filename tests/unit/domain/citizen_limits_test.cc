#include "hub/domain/citizen_limits.h"

#include <gmock/gmock.h>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

v1::Envelope limits(std::vector<v1::StatutoryLimit> watched, const std::string& first_request = {},
                    const std::string& first_offer_due = {}) {
    v1::Envelope envelope;
    v1::LimitsWatched& told = *envelope.mutable_limits_watched();
    for (const v1::StatutoryLimit limit : watched)
        told.add_watched(limit);
    told.set_first_request_date(first_request);
    told.set_first_offer_due_date(first_offer_due);
    return envelope;
}

v1::Envelope interview(const std::string& held, const std::string& next = {}) {
    v1::Envelope envelope;
    envelope.mutable_interview_held()->set_held_date(held);
    envelope.mutable_interview_held()->set_next_interview_date(next);
    return envelope;
}

v1::Envelope outcome(v1::OutcomeKind kind) {
    v1::Envelope envelope;
    envelope.mutable_course_outcome()->set_kind(kind);
    return envelope;
}

v1::Envelope job_plan(const std::string& end) {
    v1::Envelope envelope;
    envelope.mutable_job_plan_extract()->set_end_date(end);
    return envelope;
}

// Only what the law is about.
RuleSet rules_of_law() {
    RuleSet rules = demo_rules();
    rules.alerts = {};
    rules.alerts.statutory_near = 14;
    return rules;
}

CourseLog log_of_law() {
    return CourseLog{day("2011-01-17"), rules_of_law()};
}

void run_a_course(CourseLog& log, int first, int last) {
    log.say(order());
    log.say(acceptance());
    log.run_to(first);
    log.say(course_start(log.date(first)));
    log.run_to(last);
    log.say(course_end(log.date(last)));
}

TEST(CitizenLimits, AFirstOfferIsDueByTheDateTheJobcentreTells) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_FIRST_OFFER}, {}, log.date(20)));
    EXPECT_EQ(next_due(log.citizen()), log.day_of(6));
    log.run_to(30);
    EXPECT_THAT(log.alerts(), ElementsAre("d6 STATUTORY_NEAR limit d20 step 1",
                                          "d21 STATUTORY_PASSED limit d20 step 1"));
    log.say(order());
    log.say(acceptance());
    log.say(course_start(log.date(30)));
    EXPECT_THAT(log.cleared(), SizeIs(2));
    EXPECT_FALSE(next_due(log.citizen()).is_set());
}

TEST(CitizenLimits, AnOfferInTimeKeepsQuiet) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_FIRST_OFFER}, {}, log.date(60)));
    run_a_course(log, 20, 50);
    log.run_to(100);
    EXPECT_THAT(log.alerts(), IsEmpty());
}

TEST(CitizenLimits, ANewOfferIsDueSixMonthsAfterTheEndOfTheLast) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
    run_a_course(log, 7, 62);  // to 2011-03-20; six months on is day 246
    log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
    log.run_to(250);
    EXPECT_THAT(log.alerts(), ElementsAre("d232 STATUTORY_NEAR limit d246 step 1",
                                          "d247 STATUTORY_PASSED limit d246 step 1"));
}

TEST(CitizenLimits, WhileACourseRunsNoNewOfferIsDue) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
    run_a_course(log, 7, 62);
    EXPECT_TRUE(next_due(log.citizen()).is_set());
    const v1::Envelope begun = course_start(log.date(80));
    rows::CitizenState citizen = log.citizen();
    const CitizenMessage message{begun,
                                 v1::MESSAGE_KIND_COURSE_START,
                                 99,
                                 0,
                                 log.day_of(80),
                                 day("1970-08-09"),
                                 OrderState::accepted};
    record_on_citizen(citizen, message, rules_of_law());
    EXPECT_FALSE(next_due(citizen).is_set());
    v1::Envelope cancelled;
    cancelled.mutable_order_cancellation();
    const CitizenMessage end{cancelled,
                             v1::MESSAGE_KIND_ORDER_CANCELLATION,
                             100,
                             0,
                             log.day_of(90),
                             day("1970-08-09"),
                             OrderState::started};
    record_on_citizen(citizen, end, rules_of_law());
    EXPECT_EQ(next_due(citizen), after(log.day_of(90), {0, 6}).plus(-14));
}

TEST(CitizenLimits, ACorrectedEndMovesTheLimit) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
    log.say(order());
    log.say(acceptance());
    log.run_to(7);
    log.say(course_start(log.date(7)));
    log.run_to(62);
    const MessageNumber end = log.say(course_end(log.date(62)));
    log.say(course_end(log.date(60)), {}, end);
    EXPECT_EQ(next_due(log.citizen()), after(log.day_of(60), {0, 6}).plus(-14));
}

TEST(CitizenLimits, AnOutcomeOfJobOrEducationEndsTheWatch) {
    for (const auto kind : {v1::OUTCOME_KIND_ORDINARY_JOB, v1::OUTCOME_KIND_EDUCATION}) {
        CourseLog log = log_of_law();
        log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
        run_a_course(log, 7, 62);
        log.say(outcome(kind));
        EXPECT_FALSE(next_due(log.citizen()).is_set());
    }
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_NEW_OFFER}));
    run_a_course(log, 7, 62);
    log.say(outcome(v1::OUTCOME_KIND_OTHER));
    EXPECT_TRUE(next_due(log.citizen()).is_set());
}

TEST(CitizenLimits, WhatIsNotNamedAnyMoreIsNotWatched) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_FIRST_OFFER}, {}, log.date(20)));
    log.run_to(10);
    log.say(limits({}));
    log.run_to(60);
    EXPECT_THAT(log.alerts(), ElementsAre("d6 STATUTORY_NEAR limit d20 step 1"));
    EXPECT_THAT(log.cleared(), SizeIs(1));
}

TEST(CitizenLimits, TheFirstInterviewGoesByAge) {
    CourseLog young = log_of_law();
    young.set_birth(day("1981-01-18"));
    young.say(limits({v1::STATUTORY_LIMIT_FIRST_INTERVIEW}, young.date(0)));
    young.run_to(40);
    EXPECT_THAT(young.alerts(), ElementsAre("d17 STATUTORY_NEAR limit d31 step 1",
                                            "d32 STATUTORY_PASSED limit d31 step 1"));
    CourseLog older = log_of_law();
    older.set_birth(day("1981-01-17"));
    older.say(limits({v1::STATUTORY_LIMIT_FIRST_INTERVIEW}, older.date(0)));
    EXPECT_EQ(next_due(older.citizen()), after(older.day_of(0), {0, 3}).plus(-14));
    older.run_to(30);
    older.say(interview(older.date(30)));
    EXPECT_FALSE(next_due(older.citizen()).is_set());
}

TEST(CitizenLimits, EachInterviewBeginsTheTimeToTheNext) {
    CourseLog log = log_of_law();
    log.say(limits({v1::STATUTORY_LIMIT_INTERVIEWS}));
    EXPECT_FALSE(next_due(log.citizen()).is_set()) << "none was held";
    log.say(interview(log.date(0), log.date(80)));
    EXPECT_EQ(next_interview(log.citizen()), log.day_of(80));
    EXPECT_EQ(next_due(log.citizen()), day("2011-04-17").plus(-14));
    log.run_to(80);
    log.say(interview(log.date(80)));
    EXPECT_THAT(log.cleared(), SizeIs(1)) << "it was near";
    EXPECT_EQ(next_due(log.citizen()), after(log.day_of(80), {0, 3}).plus(-14));
}

TEST(CitizenLimits, AJobPlanThatEndsIsToldOfWhereTheSettingIsOn) {
    RuleSet rules = rules_of_law();
    rules.alerts.job_plan_ending = 10;
    CourseLog log{day("2011-01-17"), rules};
    log.say(job_plan(log.date(60)));
    log.run_to(20);
    log.say(job_plan(log.date(90)));
    log.run_to(100);
    EXPECT_THAT(log.alerts(), ElementsAre("d80 JOB_PLAN_ENDING limit d90 step 1"));
}

TEST(CitizenLimits, WhatIsWatchedTooLateIsToldOfTheDayAfter) {
    CourseLog log = log_of_law();
    log.run_to(30);
    log.say(limits({v1::STATUTORY_LIMIT_FIRST_OFFER}, {}, log.date(20)));
    log.run_to(40);
    EXPECT_THAT(log.alerts(), ElementsAre("d31 STATUTORY_PASSED limit d20 step 1"));
}

}  // namespace
}  // namespace jobbro::domain
