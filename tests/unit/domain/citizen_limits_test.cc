#include "hub/domain/citizen_limits.h"

#include <gmock/gmock.h>

#include "proto/contract/validation.h"
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

v1::Envelope outcome(v1::OutcomeKind kind, const std::string& from = "2011-06-01") {
    v1::Envelope envelope;
    envelope.mutable_course_outcome()->set_kind(kind);
    envelope.mutable_course_outcome()->set_from_date(from);
    return envelope;
}

v1::Envelope cancellation() {
    v1::Envelope envelope;
    envelope.mutable_order_cancellation();
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
    const v1::Envelope cancelled = cancellation();
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

TEST(CitizenLimits, AJobPlanThatEndsOnTheSameDayIsNotToldOfTwice) {
    RuleSet rules = rules_of_law();
    rules.alerts.job_plan_ending = 10;
    CourseLog log{day("2011-01-17"), rules};
    const MessageNumber plan = log.say(job_plan(log.date(60)));
    log.run_to(52);
    log.say(job_plan(log.date(60)), {}, plan);
    log.say(job_plan(log.date(60)));
    log.run_to(70);
    EXPECT_THAT(log.alerts(), ElementsAre("d50 JOB_PLAN_ENDING limit d60 step 1"));
}

// --- Spells and corrections ------------------------------------------------------------------

constexpr auto first_interview = v1::STATUTORY_LIMIT_FIRST_INTERVIEW;
constexpr auto interviews = v1::STATUTORY_LIMIT_INTERVIEWS;
constexpr auto first_offer = v1::STATUTORY_LIMIT_FIRST_OFFER;
constexpr auto new_offer = v1::STATUTORY_LIMIT_NEW_OFFER;

// A citizen on whatever orders, told of by the date.
class Citizen {
  public:
    explicit Citizen(MessageNumber last = 0, Day birth = day("1970-08-09"))
        : last_(last), birth_(birth) {}

    MessageNumber say(const v1::Envelope& envelope, const std::string& date,
                      MessageNumber corrects = 0) {
        return say(envelope, date, corrects, rules_of_law());
    }
    MessageNumber say(const v1::Envelope& envelope, const std::string& date, MessageNumber corrects,
                      const RuleSet& rules) {
        const CitizenMessage message{
            envelope, contract::kind_of(envelope), ++last_, corrects, day(date),
            birth_,   OrderState::started};
        record_on_citizen(state_, message, rules);
        return last_;
    }
    void run_a_course(const std::string& first, const std::string& last) {
        say(course_start(first), first);
        say(course_end(last), last);
    }

    // What is watched: "FIRST_OFFER 2011-05-22", by limit.
    [[nodiscard]] std::vector<std::string> watched() const {
        constexpr std::size_t prefix = std::string_view{"STATUTORY_LIMIT_"}.size();
        std::vector<std::string> texts;
        for (const auto limit : {first_interview, interviews, first_offer, new_offer}) {
            for (const rows::Watch& watch : state_.watches()) {
                const bool is_of = watch.kind() == v1::ALERT_KIND_STATUTORY_PASSED &&
                                   watch.report() == static_cast<std::uint32_t>(limit);
                if (!is_of) continue;
                texts.push_back(v1::StatutoryLimit_Name(limit).substr(prefix) + ' ' +
                                Day::numbered(watch.limit_day()).text());
            }
        }
        return texts;
    }
    [[nodiscard]] const rows::CitizenState& state() const { return state_; }
    rows::CitizenState& mutable_state() { return state_; }

  private:
    rows::CitizenState state_;
    MessageNumber last_;
    Day birth_;
};

TEST(CitizenSpells, SomebodyWhoComesBackIsOwedAFirstInterviewAndAFirstOfferAgain) {
    Citizen citizen;
    const auto both = {first_interview, first_offer};
    citizen.say(limits(both, "2011-01-17", "2011-10-17"), "2011-01-17");
    citizen.say(interview("2011-02-01"), "2011-02-01");
    citizen.run_a_course("2011-03-01", "2011-05-01");
    EXPECT_THAT(citizen.watched(), IsEmpty());

    citizen.say(limits(both, "2013-03-01", "2013-12-01"), "2013-03-04");
    EXPECT_THAT(citizen.watched(),
                ElementsAre("FIRST_INTERVIEW 2013-06-01", "FIRST_OFFER 2013-12-01"));
    citizen.say(interview("2013-02-28"), "2013-03-05");
    EXPECT_THAT(citizen.watched(), SizeIs(2)) << "it was held the day before";
    citizen.say(interview("2013-03-01"), "2013-03-06");
    EXPECT_THAT(citizen.watched(), ElementsAre("FIRST_OFFER 2013-12-01"));
    citizen.say(course_start("2013-03-01"), "2013-03-07");
    EXPECT_THAT(citizen.watched(), IsEmpty());
}

TEST(CitizenSpells, NothingIsCountedFromWhatWasBeforeTheFirstRequest) {
    Citizen citizen;
    citizen.say(interview("2011-02-01"), "2011-02-01");
    citizen.run_a_course("2011-03-01", "2011-05-01");
    const auto both = {interviews, new_offer};
    citizen.say(limits(both), "2011-05-02");
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2011-05-01", "NEW_OFFER 2011-11-01"));
    citizen.say(limits(both, "2013-03-01"), "2013-03-04");
    EXPECT_THAT(citizen.watched(), IsEmpty());
    citizen.say(interview("2013-03-10"), "2013-03-10");
    citizen.run_a_course("2013-04-01", "2013-05-01");
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2013-06-10", "NEW_OFFER 2013-11-01"));
}

TEST(CitizenSpells, WhatWasHeldIsJudgedAgainstACorrectedFirstRequest) {
    Citizen citizen;
    const auto both = {first_interview, first_offer};
    MessageNumber told = citizen.say(limits(both, "2011-03-01", "2011-12-01"), "2011-03-01");
    citizen.say(interview("2011-03-10"), "2011-03-10");
    citizen.say(course_start("2011-03-20"), "2011-03-20");
    EXPECT_THAT(citizen.watched(), IsEmpty());
    told = citizen.say(limits(both, "2011-03-15", "2011-12-15"), "2011-03-21", told);
    EXPECT_THAT(citizen.watched(), ElementsAre("FIRST_INTERVIEW 2011-06-15"));
    told = citizen.say(limits(both, "2011-03-21", "2011-12-21"), "2011-03-22", told);
    EXPECT_THAT(citizen.watched(),
                ElementsAre("FIRST_INTERVIEW 2011-06-21", "FIRST_OFFER 2011-12-21"));
    citizen.say(limits(both, "2011-03-10", "2011-12-10"), "2011-03-23", told);
    EXPECT_THAT(citizen.watched(), IsEmpty());
}

TEST(CitizenSpells, WhatACorrectionNoLongerMeetsIsOwedAgain) {
    Citizen citizen;
    citizen.say(limits({first_interview, first_offer}, "2011-03-01", "2011-12-01"), "2011-03-01");
    const MessageNumber held = citizen.say(interview("2011-03-10"), "2011-03-10");
    const MessageNumber begun = citizen.say(course_start("2011-03-20"), "2011-03-20");
    citizen.say(interview("2011-02-10"), "2011-03-21", held);
    citizen.say(course_start("2011-02-20"), "2011-03-21", begun);
    EXPECT_THAT(citizen.watched(),
                ElementsAre("FIRST_INTERVIEW 2011-06-01", "FIRST_OFFER 2011-12-01"));
    EXPECT_EQ(citizen.state().running(), 1U);
    citizen.say(course_start("2011-03-20"), "2011-03-22", begun);
    EXPECT_THAT(citizen.watched(), SizeIs(2)) << "what was replaced is history";
}

TEST(CitizenSpells, AnInterviewToldLateIsCountedWhereItBelongs) {
    Citizen citizen;
    citizen.say(limits({interviews}), "2011-01-17");
    const MessageNumber second = citizen.say(interview("2011-04-10", "2011-07-01"), "2011-04-10");
    const MessageNumber first = citizen.say(interview("2011-01-20", "2011-04-10"), "2011-04-11");
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2011-07-10"));
    EXPECT_EQ(next_interview(citizen.state()), day("2011-07-01"));
    citizen.say(interview("2011-01-10"), "2011-04-12", second);
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2011-04-20"));
    EXPECT_EQ(next_interview(citizen.state()), day("2011-04-10"));
    citizen.say(interview("2011-04-09", "2011-06-30"), "2011-04-13", first);
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2011-07-09"));
    EXPECT_EQ(next_interview(citizen.state()), day("2011-06-30"));
}

// --- What ends the watch ---------------------------------------------------------------------

TEST(CitizenSpells, ACorrectedOutcomeBringsTheWatchBack) {
    Citizen citizen;
    citizen.say(limits({first_offer}, {}, "2011-12-01"), "2011-03-01");
    const MessageNumber told = citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB), "2011-06-01");
    EXPECT_THAT(citizen.watched(), IsEmpty());
    const MessageNumber other = citizen.say(outcome(v1::OUTCOME_KIND_OTHER), "2011-06-02", told);
    EXPECT_THAT(citizen.watched(), ElementsAre("FIRST_OFFER 2011-12-01"));
    EXPECT_EQ(next_due(citizen.state()), day("2011-12-01").plus(-14));
    citizen.say(outcome(v1::OUTCOME_KIND_EDUCATION), "2011-06-03", other);
    EXPECT_THAT(citizen.watched(), IsEmpty());
    citizen.say(outcome(v1::OUTCOME_KIND_OTHER), "2011-06-04", other);
    EXPECT_THAT(citizen.watched(), IsEmpty()) << "what was replaced is history";
}

TEST(CitizenSpells, OfTwoOutcomesEachEndsTheWatch) {
    Citizen citizen;
    citizen.say(limits({first_offer}, {}, "2011-12-01"), "2011-03-01");
    const MessageNumber job = citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB), "2011-06-01");
    citizen.say(outcome(v1::OUTCOME_KIND_EDUCATION), "2011-06-01");
    citizen.say(outcome(v1::OUTCOME_KIND_OTHER), "2011-06-02", job);
    EXPECT_THAT(citizen.watched(), IsEmpty());
}

TEST(CitizenSpells, AnOutcomeEndsOnlyWhatWasWatchedBeforeIt) {
    Citizen citizen;
    citizen.say(limits({first_offer}, {}, "2011-12-01"), "2011-03-01");
    const MessageNumber told = citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB), "2011-06-01");
    citizen.say(limits({first_offer}, {}, "2012-12-01"), "2012-03-01");
    EXPECT_THAT(citizen.watched(), ElementsAre("FIRST_OFFER 2012-12-01"));
    citizen.say(outcome(v1::OUTCOME_KIND_EDUCATION), "2012-03-02", told);
    EXPECT_THAT(citizen.watched(), SizeIs(1)) << "it takes the first's place";
}

TEST(CitizenSpells, AnOutcomeOfBeforeTheFirstRequestEndsNothing) {
    Citizen citizen;
    citizen.say(limits({first_interview}, "2011-09-01"), "2011-09-01");
    citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB, "2011-08-31"), "2011-09-02");
    EXPECT_THAT(citizen.watched(), SizeIs(1));
    citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB, "2011-09-01"), "2011-09-02");
    EXPECT_THAT(citizen.watched(), IsEmpty());
}

TEST(CitizenSpells, CorrectedLimitsTakeTheirFirstPlace) {
    Citizen citizen;
    citizen.say(limits({first_offer}, {}, "2011-12-01"), "2011-03-01");
    MessageNumber told = citizen.say(limits({}), "2011-03-02");
    EXPECT_THAT(citizen.watched(), IsEmpty());
    told = citizen.say(limits({first_offer}, {}, "2011-12-02"), "2011-03-03", told);
    EXPECT_THAT(citizen.watched(), ElementsAre("FIRST_OFFER 2011-12-02"));
    citizen.say(outcome(v1::OUTCOME_KIND_ORDINARY_JOB), "2011-06-01");
    citizen.say(limits({first_offer}, {}, "2011-12-03"), "2011-06-02", told);
    EXPECT_THAT(citizen.watched(), IsEmpty()) << "the job came after them";
}

// --- Courses ---------------------------------------------------------------------------------

TEST(CitizenSpells, OfCoursesThatOverlapTheLastEndCounts) {
    Citizen citizen;
    citizen.say(limits({new_offer}), "2011-01-17");
    citizen.say(course_start("2011-02-01"), "2011-02-01");
    citizen.say(course_start("2011-03-01"), "2011-03-01");
    const MessageNumber later = citizen.say(course_end("2011-05-10"), "2011-05-10");
    EXPECT_THAT(citizen.watched(), IsEmpty()) << "one still runs";
    const MessageNumber earlier = citizen.say(course_end("2011-05-05"), "2011-05-11");
    EXPECT_THAT(citizen.watched(), ElementsAre("NEW_OFFER 2011-11-10"));
    citizen.say(course_end("2011-04-10"), "2011-05-12", later);
    EXPECT_THAT(citizen.watched(), ElementsAre("NEW_OFFER 2011-11-05"));
    citizen.say(course_end("2011-05-12"), "2011-05-13", earlier);
    EXPECT_THAT(citizen.watched(), ElementsAre("NEW_OFFER 2011-11-12"));
    EXPECT_EQ(citizen.state().running(), 0U);
}

TEST(CitizenSpells, ACourseCancelledWhileItRunsEndsThatDay) {
    Citizen citizen;
    citizen.say(limits({new_offer}), "2011-01-17");
    citizen.say(course_start("2011-02-01"), "2011-02-01");
    citizen.say(course_start("2011-02-02"), "2011-02-02");
    citizen.say(cancellation(), "2011-03-01");
    EXPECT_THAT(citizen.watched(), IsEmpty());
    citizen.say(course_end("2011-02-20"), "2011-03-02");
    EXPECT_THAT(citizen.watched(), ElementsAre("NEW_OFFER 2011-09-01"));
}

// --- Rules and the calendar ------------------------------------------------------------------

TEST(CitizenSpells, ALaterMessageUnderOtherRulesMovesNothing) {
    RuleSet others = rules_of_law();
    others.interviews = {{0, 6}, {0, 6}};
    others.alerts.statutory_near = 30;
    const RuleSet none;
    for (const RuleSet& rules : {others, none}) {
        Citizen citizen;
        citizen.say(limits({interviews, first_offer}, "2011-01-17", "2011-10-17"), "2011-01-17");
        const MessageNumber held = citizen.say(interview("2011-02-01"), "2011-02-01");
        const std::string before = citizen.state().watches(0).SerializeAsString();
        citizen.say(outcome(v1::OUTCOME_KIND_OTHER), "2011-02-02", 0, rules);
        citizen.say(interview("2011-01-20"), "2011-02-02", 0, rules);
        EXPECT_THAT(citizen.watched(),
                    ElementsAre("INTERVIEWS 2011-05-01", "FIRST_OFFER 2011-10-17"));
        EXPECT_EQ(citizen.state().watches(0).SerializeAsString(), before);
        citizen.say(interview("2011-02-02"), "2011-02-03", held, others);
        EXPECT_THAT(citizen.watched(),
                    ElementsAre("INTERVIEWS 2011-08-02", "FIRST_OFFER 2011-10-17"));
    }
}

TEST(CitizenSpells, AMonthThatHasNoSuchDayEndsTheLimit) {
    Citizen citizen;
    citizen.say(limits({interviews, new_offer}), "2011-08-31");
    citizen.run_a_course("2011-08-01", "2011-08-31");
    citizen.say(interview("2011-11-30"), "2011-11-30");
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2012-02-29", "NEW_OFFER 2012-02-29"));
    citizen.run_a_course("2012-01-01", "2012-02-29");
    citizen.say(interview("2012-02-29"), "2012-02-29");
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2012-05-29", "NEW_OFFER 2012-08-29"));

    Citizen leap{0, day("1980-02-29")};
    leap.say(limits({first_interview}, "2010-02-28"), "2010-02-28");
    EXPECT_THAT(leap.watched(), ElementsAre("FIRST_INTERVIEW 2010-03-28")) << "29 years";
    leap.say(limits({first_interview}, "2010-03-01"), "2010-03-01");
    EXPECT_THAT(leap.watched(), ElementsAre("FIRST_INTERVIEW 2010-06-01"));
    leap.say(limits({first_interview}, "2010-11-30"), "2010-11-30");
    EXPECT_THAT(leap.watched(), ElementsAre("FIRST_INTERVIEW 2011-02-28"));
}

// --- Two rows --------------------------------------------------------------------------------

TEST(CitizenSpells, TwoRowsAreJoinedAsIfAllHadBeenToldToOne) {
    Citizen joined;
    joined.say(limits({interviews}, "2011-01-17"), "2011-01-17");
    const MessageNumber held = joined.say(interview("2013-03-10"), "2013-03-10");
    joined.run_a_course("2011-02-01", "2013-04-10");
    Citizen other{20};
    const auto all = {first_interview, interviews, first_offer, new_offer};
    other.say(limits(all, "2013-03-01", "2013-12-01"), "2013-03-11");
    other.say(course_start("2013-04-01"), "2013-04-01");
    join(joined.mutable_state(), other.state(), day("2013-04-11"));
    EXPECT_THAT(joined.watched(), ElementsAre("INTERVIEWS 2013-06-10")) << "one runs";
    joined.say(course_end("2013-04-20"), "2013-04-20");
    EXPECT_THAT(joined.watched(), ElementsAre("INTERVIEWS 2013-06-10", "NEW_OFFER 2013-10-20"));
    joined.say(interview("2013-02-10"), "2013-04-21", held);
    EXPECT_THAT(joined.watched(),
                ElementsAre("FIRST_INTERVIEW 2013-06-01", "NEW_OFFER 2013-10-20"));
}

TEST(CitizenSpells, OfTwoRowsTheLimitsToldLaterStayAndWhatEndedThemToo) {
    for (const bool is_former : {true, false}) {
        Citizen first;
        first.say(limits({first_offer}, {}, "2011-12-01"), "2011-03-01");
        Citizen second{1};
        second.say(limits({first_offer}, {}, "2012-12-01"), "2012-03-01");
        Citizen third{2};
        const MessageNumber job = third.say(outcome(v1::OUTCOME_KIND_EDUCATION), "2012-03-02");

        Citizen kept = is_former ? first : second;
        join(kept.mutable_state(), (is_former ? second : first).state(), day("2012-04-01"));
        EXPECT_THAT(kept.watched(), ElementsAre("FIRST_OFFER 2012-12-01"));
        join(kept.mutable_state(), third.state(), day("2012-04-01"));
        EXPECT_THAT(kept.watched(), IsEmpty());
        kept.say(outcome(v1::OUTCOME_KIND_OTHER), "2012-04-02", job);
        EXPECT_THAT(kept.watched(), ElementsAre("FIRST_OFFER 2012-12-01"));
    }
}

TEST(CitizenSpells, WhatWasRaisedOfOneRowIsNotRaisedAgainOfBoth) {
    Citizen one;
    one.say(limits({first_offer}, {}, "2011-12-01"), "2011-11-20");
    Citizen other = one;
    v1::Alert near;
    near.set_kind(v1::ALERT_KIND_STATUTORY_NEAR);
    near.set_limit_date("2011-12-01");
    near.set_step(1);
    record_alert(other.mutable_state(), near);
    join(one.mutable_state(), other.state(), day("2011-11-22"));
    EXPECT_EQ(next_due(one.state()), day("2011-12-02"));
}

// --- How much is kept ------------------------------------------------------------------------

TEST(CitizenSpells, OfManyTheLastAreKept) {
    Citizen citizen;
    citizen.say(limits({interviews, first_offer}, {}, "2013-12-01"), "2012-12-01");
    const MessageNumber last = citizen.say(interview("2012-12-01"), "2012-12-01");
    const MessageNumber job = citizen.say(outcome(v1::OUTCOME_KIND_EDUCATION), "2012-12-01");
    for (int i = 0; i < 3 * told_of_citizen_max; ++i) {
        const std::string date = day("2012-06-01").plus(i).text();
        citizen.say(interview(date), "2012-12-01");
        citizen.say(course_end(date), "2012-12-01");
        citizen.say(outcome(v1::OUTCOME_KIND_OTHER, "2012-12-02"), "2012-12-01");
    }
    EXPECT_THAT(citizen.watched(), IsEmpty()) << "what ended the watch is kept";
    EXPECT_LT(citizen.state().ByteSizeLong(), 4096U);
    citizen.say(outcome(v1::OUTCOME_KIND_OTHER), "2012-12-02", job);
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2013-03-01", "FIRST_OFFER 2013-12-01"));
    citizen.say(interview("2012-01-01"), "2012-12-03", last);
    EXPECT_THAT(citizen.watched(), ElementsAre("INTERVIEWS 2012-12-04", "FIRST_OFFER 2013-12-01"));
}

}  // namespace
}  // namespace jobbro::domain
