// Messages a second of one core through the rules of the course's life: a year of courses, all on
// their way at the same time, told day by day. What is due is raised as the days go by. Prints the
// rate of each message of the story, with the alerts that fall due before it, and of all.
//
//   domain_year [courses]     140,000 by default: 1.8 million messages, those of a country's year
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "proto/contract/validation.h"
#include "tests/unit/domain/course_log.h"

namespace jobbro::domain {
namespace {

struct Told {
    v1::Envelope envelope;
    v1::MessageKind kind;
    int day;
    std::vector<MessageNumber> answers;
};

// One course as they mostly are; the follow-up on the mid-term comes too late.
class Story {
  public:
    explicit Story(Day first) : first_(first) {
        v1::Envelope placed = order(date(7), date(97));
        placed.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
        placed.mutable_order()->add_sub_goals("attends two mornings a week");
        placed.mutable_order()->add_sub_goals("one visit to a workplace");
        add_report(placed, v1::REPORT_KIND_MID_TERM_EVALUATION, date(53));
        add_report(placed, v1::REPORT_KIND_PROGRESSION_FINAL, date(77));
        tell(placed, 0);
        tell(question(), 1);
        tell(clarification(), 2, {2});
        tell(acceptance(date(7)), 3);
        tell(course_start(date(7)), 7);
        tell(absence(date(20), date(20)), 20);
        tell(absence(date(27), date(28), v1::ABSENCE_KIND_REPORTED_ILL), 28);
        tell(attendance(), 35);
        tell(mid_term(date(53)), 53);
        tell(follow_up(v1::FOLLOW_UP_DECISION_CHANGE_PLAN), 70, {9});
        tell(report(), 77);
        tell(follow_up(v1::FOLLOW_UP_DECISION_NEW_ORDER), 81, {11});
        tell(course_end(date(97)), 97);
    }

    [[nodiscard]] const std::vector<Told>& all() const { return told_; }

  private:
    [[nodiscard]] std::string date(int day) const { return first_.plus(day).text(); }

    void tell(v1::Envelope envelope, int day, std::vector<MessageNumber> answers = {}) {
        const v1::MessageKind kind = contract::kind_of(envelope);
        told_.push_back({std::move(envelope), kind, day, std::move(answers)});
    }

    [[nodiscard]] v1::Envelope attendance() const {
        v1::Envelope envelope;
        v1::AttendanceList& list = *envelope.mutable_attendance_list();
        list.set_first_date(date(7));
        list.set_last_date(date(34));
        for (int day = 7; day <= 34; ++day)
            if (first_.plus(day).weekday() <= 5) list.add_days()->set_date(date(day));
        return envelope;
    }

    [[nodiscard]] v1::Envelope report() const {
        v1::Envelope envelope = progression(final_report);
        v1::ProgressionReport& report = *envelope.mutable_progression_report();
        report.set_period_start_date(date(7));
        for (int kind = 1; kind <= 5; ++kind) {
            v1::AttentionPoint& point = *report.add_attention_points();
            point.set_kind(static_cast<v1::AttentionPointKind>(kind));
            point.set_narrative(
                "Packs an order alone from the list, four times out of five. Holds three hours "
                "with one break; before it was one hour.");
            point.set_evidence("Seen on eleven days in the storeroom.");
        }
        report.add_sub_goals_reached("attends two mornings a week");
        return envelope;
    }

    Day first_;
    std::vector<Told> told_;
};

struct Case {
    rows::CourseState course;
    rows::CitizenState citizen;
};

void raise_due(Case& one, Day today, std::size_t& alerts) {
    const Day next = next_due(one.course);
    if (!next.is_set() || next > today) return;
    for (const RaisedAlert& raised : due(one.course, today)) {
        v1::Alert alert;
        alert.set_kind(raised.kind);
        alert.set_limit_date(raised.limit.text());
        alert.set_step(raised.step);
        record_alert(one.course, alert);
        ++alerts;
    }
}

double seconds_since(std::clock_t start) {
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

int run(std::size_t courses) {
    const Day first = day("2011-01-03");
    const Day birth = day("1970-08-09");
    const RuleSet rules = demo_rules();
    const Story story{first};
    std::vector<Case> cases(courses);
    std::size_t alerts = 0;
    const std::clock_t start = std::clock();
    MessageNumber number = 0;
    for (const Told& told : story.all()) {
        const Day today = first.plus(told.day);
        ++number;
        const std::clock_t kind_start = std::clock();
        for (Case& one : cases) {
            raise_due(one, today, alerts);
            const auto before = static_cast<OrderState>(one.course.state());
            const OrderMessage message{told.envelope, told.kind, number, told.answers, 0,
                                       today,         {}};
            if (!advance(one.course, message, rules, nullptr)) return 1;
            record_on_citizen(one.citizen,
                              {told.envelope, told.kind, number, 0, today, birth, before}, rules);
        }
        std::printf("%-22s %10.0f a second\n", std::string{contract::kind_name(told.kind)}.c_str(),
                    static_cast<double>(courses) / seconds_since(kind_start));
    }
    const double seconds = seconds_since(start);
    const std::size_t messages = courses * story.all().size();
    std::printf(
        "%zu messages in %.2f s of one core: %.0f a second; %zu alerts; rows of %zu bytes\n",
        messages, seconds, static_cast<double>(messages) / seconds, alerts,
        cases.empty() ? 0 : cases.front().course.ByteSizeLong());
    return 0;
}

}  // namespace
}  // namespace jobbro::domain

int main(int count, char** arguments) {
    const long courses = count > 1 ? std::strtol(arguments[1], nullptr, 10) : 140000;
    return courses > 0 ? jobbro::domain::run(static_cast<std::size_t>(courses)) : 2;
}
