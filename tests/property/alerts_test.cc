// Random lives of a course, told to the rules and to a slow oracle: the same alerts, each once, in
// order, and late only after the hub was down; and the same rows when the log is read anew.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "hub/domain/course.h"
#include "proto/contract/validation.h"
#include "tests/property/alert_oracle.h"

namespace jobbro::domain {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

RuleSet all_alerts() {
    RuleSet rules = demo_rules();
    rules.alerts.not_started = 2;
    rules.alerts.report_due_soon = 4;
    rules.alerts.report_overdue_steps = {{3, 9}, 2};
    return rules;
}

class Life {
  public:
    Life(std::uint64_t seed, Day first_day)
        : random_(seed), first_(first_day), log_(first_day, all_alerts()) {}

    void live(int days) {
        act(v1::MESSAGE_KIND_ORDER);
        for (int day = 1; day < days; ++day) {
            if (chance(12)) day += number(1, 20);  // the hub is down
            log_.sleep_to(day);
            today_ = day;
            history_.push_back({day, true, {}});
            for (int i = chance(3) ? number(1, 4) : 0; i > 0; --i)
                act(any_kind());
        }
    }

    [[nodiscard]] const CourseLog& log() const { return log_; }
    [[nodiscard]] const std::vector<Event>& history() const { return history_; }
    [[nodiscard]] Day first() const { return first_; }

  private:
    int number(int least, int most) {
        return std::uniform_int_distribution<int>{least, most}(random_);
    }
    bool chance(int one_in) { return number(1, one_in) == 1; }
    std::string date(int day) { return first_.plus(day).text(); }
    std::string some_date(int least, int most) { return date(today_ + number(least, most)); }

    // What moves the course on comes often enough for all states to be seen.
    v1::MessageKind any_kind() {
        static constexpr v1::MessageKind kinds[] = {v1::MESSAGE_KIND_ORDER,
                                                    v1::MESSAGE_KIND_CLARIFICATION_REQUEST,
                                                    v1::MESSAGE_KIND_CLARIFICATION,
                                                    v1::MESSAGE_KIND_ORDER_REVISION,
                                                    v1::MESSAGE_KIND_ORDER_ACCEPTANCE,
                                                    v1::MESSAGE_KIND_COURSE_START,
                                                    v1::MESSAGE_KIND_COURSE_START,
                                                    v1::MESSAGE_KIND_EXTENSION,
                                                    v1::MESSAGE_KIND_ABSENCE_REPORT,
                                                    v1::MESSAGE_KIND_ABSENCE_REPORT,
                                                    v1::MESSAGE_KIND_ABSENCE_REPORT,
                                                    v1::MESSAGE_KIND_ATTENDANCE_LIST,
                                                    v1::MESSAGE_KIND_PROGRESSION_REPORT,
                                                    v1::MESSAGE_KIND_PROGRESSION_REPORT,
                                                    v1::MESSAGE_KIND_MID_TERM_EVALUATION,
                                                    v1::MESSAGE_KIND_FOLLOW_UP,
                                                    v1::MESSAGE_KIND_FOLLOW_UP,
                                                    v1::MESSAGE_KIND_COURSE_OUTCOME,
                                                    v1::MESSAGE_KIND_LIMITS_WATCHED,
                                                    v1::MESSAGE_KIND_INTERVIEW_HELD,
                                                    v1::MESSAGE_KIND_COURSE_END,
                                                    v1::MESSAGE_KIND_ORDER_CANCELLATION,
                                                    v1::MESSAGE_KIND_ORDER_DECLINE};
        const int last = static_cast<int>(std::size(kinds)) - 1;
        const auto kind = kinds[static_cast<std::size_t>(number(0, last))];
        const bool ends = kind == v1::MESSAGE_KIND_COURSE_END ||
                          kind == v1::MESSAGE_KIND_ORDER_CANCELLATION ||
                          kind == v1::MESSAGE_KIND_ORDER_DECLINE;
        return ends && !chance(4) ? v1::MESSAGE_KIND_ABSENCE_REPORT : kind;
    }

    void act(v1::MessageKind kind) {
        const MessageNumber corrects = chance(4) ? some_said({kind}) : 0;
        std::vector<MessageNumber> answers;
        if (kind == v1::MESSAGE_KIND_CLARIFICATION || kind == v1::MESSAGE_KIND_ORDER_REVISION) {
            answers = some_of({v1::MESSAGE_KIND_CLARIFICATION_REQUEST});
        } else if (kind == v1::MESSAGE_KIND_FOLLOW_UP) {
            answers = some_of({v1::MESSAGE_KIND_PROGRESSION_REPORT,
                               v1::MESSAGE_KIND_MID_TERM_EVALUATION, v1::MESSAGE_KIND_COURSE_END});
        }
        const bool is_second_order =
            kind == v1::MESSAGE_KIND_ORDER && corrects == 0 && !history_.empty();
        if (is_second_order) return;
        const v1::Envelope envelope = body(kind);
        const MessageNumber said = log_.say(envelope, answers, corrects);
        if (said == 0) return;
        history_.push_back({today_, false, {envelope, kind, said, answers, corrects, today_}});
    }

    MessageNumber some_said(const std::vector<v1::MessageKind>& kinds) {
        const auto all = said(kinds);
        if (all.empty()) return 0;
        return all[static_cast<std::size_t>(number(0, static_cast<int>(all.size()) - 1))];
    }
    std::vector<MessageNumber> some_of(const std::vector<v1::MessageKind>& kinds) {
        std::vector<MessageNumber> some;
        for (const MessageNumber number : said(kinds))
            if (chance(2)) some.push_back(number);
        return some;
    }
    [[nodiscard]] std::vector<MessageNumber> said(const std::vector<v1::MessageKind>& kinds) const {
        std::vector<MessageNumber> numbers;
        for (const Event& event : history_)
            if (!event.is_dawn &&
                std::find(kinds.begin(), kinds.end(), event.said.kind) != kinds.end()) {
                numbers.push_back(event.said.number);
            }
        return numbers;
    }

    v1::Envelope body(v1::MessageKind kind) {
        v1::Envelope envelope;
        switch (kind) {
            case v1::MESSAGE_KIND_ORDER:
                return order_text();
            case v1::MESSAGE_KIND_ORDER_REVISION:
                *envelope.mutable_order_revision()->mutable_order() = order_text().order();
                return envelope;
            case v1::MESSAGE_KIND_CLARIFICATION_REQUEST:
                envelope = question();
                if (chance(3)) {
                    envelope.mutable_clarification_request()->set_answer_wanted_by_date(
                        some_date(-3, 12));
                }
                return envelope;
            case v1::MESSAGE_KIND_CLARIFICATION:
                return clarification();
            case v1::MESSAGE_KIND_ORDER_ACCEPTANCE:
                return acceptance(chance(2) ? some_date(-2, 20) : "");
            case v1::MESSAGE_KIND_COURSE_START:
                return course_start(some_date(-5, 0));
            case v1::MESSAGE_KIND_EXTENSION:
                return extension(some_date(1, 60));
            case v1::MESSAGE_KIND_COURSE_END:
                return course_end(some_date(-3, 0));
            case v1::MESSAGE_KIND_ABSENCE_REPORT:
                return some_absence();
            case v1::MESSAGE_KIND_ATTENDANCE_LIST:
                return some_list();
            case v1::MESSAGE_KIND_PROGRESSION_REPORT:
                return progression(chance(2) ? v1::REPORT_STAGE_FINAL : v1::REPORT_STAGE_INTERIM,
                                   chance(2) ? some_date(-3, 20) : "");
            case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
                return mid_term(date(today_));
            case v1::MESSAGE_KIND_FOLLOW_UP:
                return follow_up(static_cast<v1::FollowUpDecision>(number(1, 5)));
            case v1::MESSAGE_KIND_COURSE_OUTCOME:
                envelope.mutable_course_outcome()->set_kind(chance(3) ? v1::OUTCOME_KIND_EDUCATION
                                                                      : v1::OUTCOME_KIND_OTHER);
                envelope.mutable_course_outcome()->set_from_date(some_date(-30, 10));
                return envelope;
            case v1::MESSAGE_KIND_LIMITS_WATCHED:
                return some_limits();
            case v1::MESSAGE_KIND_INTERVIEW_HELD:
                envelope.mutable_interview_held()->set_held_date(some_date(-30, 0));
                return envelope;
            case v1::MESSAGE_KIND_ORDER_CANCELLATION:
                envelope.mutable_order_cancellation();
                return envelope;
            default:
                envelope.mutable_order_decline();
                return envelope;
        }
    }

    v1::Envelope order_text() {
        v1::Envelope envelope =
            order(chance(3) ? some_date(0, 15) : "", chance(4) ? "" : some_date(20, 90));
        v1::ReportsDue& due = *envelope.mutable_order()->mutable_reports_due();
        int day = number(-10, 20);
        for (int i = number(0, 3); i > 0; --i, day += number(1, 25))
            add_report(envelope, static_cast<v1::ReportKind>(number(1, 3)), date(today_ + day));
        if (chance(3)) due.set_every_weeks(static_cast<std::uint32_t>(number(1, 5)));
        return envelope;
    }

    v1::Envelope some_absence() {
        const int first = std::max(today_ - number(0, 6), 0);
        return absence(
            date(first), date(first + number(0, 4)),
            chance(3) ? static_cast<v1::AbsenceKind>(number(1, 7)) : v1::ABSENCE_KIND_NO_SHOW);
    }

    v1::Envelope some_list() {
        v1::Envelope envelope;
        v1::AttendanceList& list = *envelope.mutable_attendance_list();
        const int first = std::max(today_ - number(0, 14), 0);
        const int last = first + number(0, 12);
        list.set_first_date(date(first));
        list.set_last_date(date(last));
        for (int day = first; day <= last; ++day) {
            if (chance(3)) continue;
            v1::AttendanceDay& listed = *list.add_days();
            listed.set_date(date(day));
            if (!chance(3)) listed.set_absence(static_cast<v1::AbsenceKind>(number(1, 2)));
        }
        return envelope;
    }

    v1::Envelope some_limits() {
        v1::Envelope envelope;
        v1::LimitsWatched& limits = *envelope.mutable_limits_watched();
        if (chance(2)) limits.add_watched(v1::STATUTORY_LIMIT_FIRST_INTERVIEW);
        if (chance(2)) limits.add_watched(v1::STATUTORY_LIMIT_INTERVIEWS);
        if (chance(2)) limits.add_watched(v1::STATUTORY_LIMIT_FIRST_OFFER);
        if (!chance(3)) limits.add_watched(v1::STATUTORY_LIMIT_NEW_OFFER);
        if (chance(2)) limits.set_first_request_date(some_date(-90, 0));
        limits.set_first_offer_due_date(some_date(-5, 40));
        return envelope;
    }

    std::mt19937_64 random_;
    Day first_;
    CourseLog log_;
    int today_ = 0;
    std::vector<Event> history_;
};

constexpr std::uint64_t lives = 250;
constexpr int days_of_a_life = 260;

Life life(std::uint64_t seed) {
    Life life{seed, day("2011-01-10").plus(static_cast<std::int64_t>(seed % 730))};
    life.live(days_of_a_life);
    return life;
}

TEST(Alerts, AreThoseOfTheOracle) {
    const RuleSet rules = all_alerts();
    for (std::uint64_t seed = 1; seed <= lives; ++seed) {
        const Life one = life(seed);
        auto expected = alerts_of(one.history(), rules, one.first(), day("1970-08-09"));
        auto raised = one.log().alerts();
        std::sort(expected.begin(), expected.end());
        std::sort(raised.begin(), raised.end());
        ASSERT_THAT(raised, ElementsAreArray(expected)) << "seed " << seed;
    }
}

// Guards the test above: every kind of alert that the oracle knows comes up in its lives, some
// late and some for a second and third time.
TEST(Alerts, OfAllKindsComeUp) {
    std::string all;
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        for (const std::string& alert : life(seed).log().alerts())
            all += alert + '\n';
    }
    for (const char* const part :
         {"ORDER_UNANSWERED", "CLARIFICATION_UNANSWERED", "NOT_STARTED", "REPORT_DUE_SOON",
          "REPORT_OVERDUE", "NO_SHOWS_IN_A_ROW", "WHOLE_FIRST_WEEK", "COURSE_ENDING",
          "FOLLOW_UP_OVERDUE", "STATUTORY_NEAR", "STATUTORY_PASSED", "step 2", "step 3", "late"}) {
        EXPECT_THAT(all, HasSubstr(part));
    }
}

// Nothing is raised then, and what was is in the rows.
TEST(Alerts, RowsAreTheSameWhenTheLogIsReadAnew) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const Life one = life(seed);
        const auto [course, citizen] = one.log().read_anew();
        ASSERT_EQ(course.SerializeAsString(), one.log().course().SerializeAsString());
        ASSERT_EQ(citizen.SerializeAsString(), one.log().citizen().SerializeAsString());
    }
}

TEST(Alerts, NothingIsDueBeforeTheDayThatIsToldNext) {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        const Life one = life(seed);
        const rows::CourseState& course = one.log().course();
        const Day next = next_due(course);
        if (!next.is_set()) {
            EXPECT_TRUE(due(course, day("2100-01-01")).empty());
            continue;
        }
        EXPECT_TRUE(due(course, next.plus(-1)).empty());
        EXPECT_FALSE(due(course, next).empty());
    }
}

}  // namespace
}  // namespace jobbro::domain
