#include "hub/domain/absence.h"

#include <gmock/gmock.h>

#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto ill = v1::ABSENCE_KIND_REPORTED_ILL;
constexpr auto late = v1::ABSENCE_KIND_LATE;
constexpr auto no_show = v1::ABSENCE_KIND_NO_SHOW;

constexpr const char* no_shows = "ABSENCE_NO_SHOWS_IN_A_ROW step 1";

std::string on(int day, const char* alert) {
    return "d" + std::to_string(day) + " " + alert;
}

// A course that began on day 7, a Monday; Monday to Friday unless told otherwise.
class Absence : public ::testing::Test {
  protected:
    void start(std::vector<v1::Weekday> weekdays = {}, RuleSet rules = demo_rules(),
               double hours = 0) {
        log_ = CourseLog{day("2011-01-10"), std::move(rules)};
        log_.say(order());
        log_.say(acceptance());
        log_.run_to(7);
        v1::Envelope begun = course_start(log_.date(7));
        for (const v1::Weekday weekday : weekdays)
            begun.mutable_course_start()->add_planned_weekdays(weekday);
        if (hours > 0) begun.mutable_course_start()->set_hours_per_week(hours);
        log_.say(begun);
    }

    MessageNumber away(int first, int last, v1::AbsenceKind kind = no_show,
                       MessageNumber corrects = 0) {
        return log_.say(absence(log_.date(first), log_.date(last), kind), {}, corrects);
    }

    // "-" there, "n" no-show, "i" ill, "." not planned; a letter a day from `first` on.
    MessageNumber list(int first, const std::string& letters, MessageNumber corrects = 0) {
        v1::Envelope envelope;
        v1::AttendanceList& told = *envelope.mutable_attendance_list();
        told.set_first_date(log_.date(first));
        told.set_last_date(log_.date(first + static_cast<int>(letters.size()) - 1));
        for (std::size_t i = 0; i < letters.size(); ++i) {
            if (letters[i] == '.') continue;
            v1::AttendanceDay& listed = *told.add_days();
            listed.set_date(log_.date(first + static_cast<int>(i)));
            if (letters[i] != '-') listed.set_absence(letters[i] == 'n' ? no_show : ill);
        }
        return log_.say(envelope, {}, corrects);
    }

    CourseLog log_{day("2011-01-10")};
};

TEST_F(Absence, ThreePlannedDaysOfNoShowInARowAreToldOfOnceASpell) {
    start();
    log_.run_to(14);
    away(14, 14);
    away(15, 15);
    EXPECT_THAT(log_.alerts(), IsEmpty());
    log_.run_to(16);
    away(16, 16);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(16, no_shows)));
    away(17, 18);
    EXPECT_THAT(log_.alerts(), SizeIs(1)) << "the same spell";
}

TEST_F(Absence, TheWeekendIsNotPlannedAndBreaksNoRow) {
    start();
    log_.run_to(21);
    away(17, 21);  // Thursday to Monday
    EXPECT_THAT(log_.alerts(), ElementsAre(on(21, no_shows)));
}

TEST_F(Absence, DaysThatAreNotPlannedDoNotCount) {
    start({v1::WEEKDAY_MONDAY, v1::WEEKDAY_THURSDAY});
    log_.run_to(18);
    away(14, 18);  // two planned days
    EXPECT_THAT(log_.alerts(), IsEmpty());
    away(21, 21);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(18, no_shows)));
}

TEST_F(Absence, ADayOfAnotherKindOrOfPresenceBreaksTheRow) {
    start();
    log_.run_to(25);
    away(14, 15);
    away(16, 16, ill);
    away(17, 18);
    list(21, "nn-nn");
    EXPECT_THAT(log_.alerts(), ElementsAre(on(25, no_shows)))
        << "Thursday to Tuesday are four in a row";
}

TEST_F(Absence, ANewSpellIsToldOfAnew) {
    start();
    log_.run_to(25);
    away(14, 16);
    away(21, 23);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(25, no_shows), on(25, no_shows)))
        << "of the days between nothing is told, so the citizen was there";
    away(17, 18);
    EXPECT_THAT(log_.alerts(), SizeIs(2)) << "what joins two spells is not a third";
}

TEST_F(Absence, ACorrectionTakesTheFirstsPlaceAndUnsaysNoAlert) {
    start();
    log_.run_to(18);
    const MessageNumber first = away(14, 18);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(18, no_shows)));
    const MessageNumber mended = away(14, 18, ill, first);
    EXPECT_THAT(log_.cleared(), IsEmpty());
    away(14, 18, no_show, mended);
    EXPECT_THAT(log_.alerts(), SizeIs(1)) << "the same days were told of";
}

TEST_F(Absence, ACorrectionMayBringAnAlertAbout) {
    start();
    log_.run_to(18);
    away(14, 15);
    const MessageNumber third = away(16, 16, ill);
    away(16, 16, no_show, third);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(18, no_shows)));
}

TEST_F(Absence, OfTwoMessagesOnADayTheLaterHolds) {
    start();
    log_.run_to(25);
    const MessageNumber sheet = list(14, "nn-nn");
    EXPECT_THAT(log_.alerts(), IsEmpty());
    away(16, 16);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(25, no_shows)));
    list(21, "-----");
    list(14, "-----", sheet);
    away(21, 21);
    away(22, 23);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(25, no_shows), on(25, no_shows)));
}

TEST_F(Absence, AListSaysWhichDaysWerePlanned) {
    start();
    log_.run_to(25);
    list(14, "nn.....");  // the rest of the week was free
    away(21, 21);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(25, no_shows)));
}

TEST_F(Absence, TheWholeFirstWeekIsToldOfWhateverTheKind) {
    start();
    log_.run_to(11);
    away(7, 8, ill);
    away(9, 9, v1::ABSENCE_KIND_AGREED_BEFOREHAND);
    away(10, 10);
    EXPECT_THAT(log_.alerts(), IsEmpty());
    away(11, 11);
    EXPECT_THAT(log_.alerts(), ElementsAre("d11 ABSENCE_WHOLE_FIRST_WEEK step 1"));
    away(14, 15, ill);
    EXPECT_THAT(log_.alerts(), SizeIs(1));
}

TEST_F(Absence, WhoComesLateHasCome) {
    start();
    log_.run_to(11);
    away(7, 10, ill);
    away(11, 11, late);
    EXPECT_THAT(log_.alerts(), IsEmpty());
}

TEST_F(Absence, TheFirstPlannedDaysAreCountedByWeekday) {
    start({v1::WEEKDAY_MONDAY, v1::WEEKDAY_TUESDAY});
    log_.run_to(21);
    away(7, 8, ill);
    away(14, 15, ill);
    EXPECT_THAT(log_.alerts(), IsEmpty());
    away(21, 21, ill);
    EXPECT_THAT(log_.alerts(), ElementsAre("d21 ABSENCE_WHOLE_FIRST_WEEK step 1"));
}

TEST_F(Absence, AShareOfThePlannedHoursIsToldOfUntilItFalls) {
    RuleSet rules = demo_rules();
    rules.alerts.no_shows_in_a_row.reset();
    rules.alerts.first_days_absent.reset();
    rules.alerts.absent_share_percent = 25;  // of four weeks of 20 hours: 20 hours
    start({}, rules, 20);
    log_.run_to(30);
    away(14, 17, ill);  // 16 hours
    EXPECT_THAT(log_.alerts(), IsEmpty());
    v1::Envelope part = absence(log_.date(21), log_.date(22), late);
    part.mutable_absence_report()->set_absent_hours(3.75);
    const MessageNumber told = log_.say(part);
    EXPECT_THAT(log_.alerts(), IsEmpty());
    part.mutable_absence_report()->set_absent_hours(4);
    log_.say(part, {}, told);
    EXPECT_THAT(log_.alerts(), ElementsAre("d30 ABSENCE_SHARE_OF_HOURS step 1"));
    away(23, 23, ill);
    EXPECT_THAT(log_.alerts(), SizeIs(1)) << "still the same";
    log_.run_to(60);
    list(49, "-----");
    away(56, 60, ill);
    EXPECT_THAT(log_.alerts(), ElementsAre("d30 ABSENCE_SHARE_OF_HOURS step 1",
                                           "d60 ABSENCE_SHARE_OF_HOURS step 1"));
}

TEST_F(Absence, HoursOfAListCount) {
    RuleSet rules = demo_rules();
    rules.alerts.absent_share_percent = 5;  // 4 hours
    start({}, rules, 20);
    log_.run_to(20);
    v1::Envelope envelope;
    v1::AttendanceList& told = *envelope.mutable_attendance_list();
    told.set_first_date(log_.date(14));
    told.set_last_date(log_.date(18));
    v1::AttendanceDay& listed = *told.add_days();
    listed.set_date(log_.date(14));
    listed.set_planned_hours(6);
    listed.set_attended_hours(2.25);
    listed.set_absence(late);
    const MessageNumber first = log_.say(envelope);
    EXPECT_THAT(log_.alerts(), IsEmpty());
    listed.set_attended_hours(2);
    log_.say(envelope, {}, first);
    EXPECT_THAT(log_.alerts(), ElementsAre("d20 ABSENCE_SHARE_OF_HOURS step 1"));
}

TEST_F(Absence, AfterTheEndOfTheCourseNothingIsToldOf) {
    start();
    log_.run_to(20);
    log_.say(course_end(log_.date(20)));
    away(7, 18);
    EXPECT_THAT(log_.alerts(), IsEmpty());
}

TEST_F(Absence, TheOldestIsLetGoBeyondTheLimit) {
    start();
    log_.run_to(20);
    for (int i = 0; i < days_told_max + 5; ++i)
        away(14, 14, ill);
    EXPECT_EQ(log_.course().days_told_size(), days_told_max);
}

TEST_F(Absence, AVeryLongCourseIsLookedBackOverFromItsLastDays) {
    start();
    log_.run_to(2000);
    away(7, 7 + 1500, ill);
    away(1995, 1999);
    EXPECT_THAT(log_.alerts(), ElementsAre(on(2000, no_shows)));
}

}  // namespace
}  // namespace jobbro::domain
