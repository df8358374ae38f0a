// What is counted of a row.
#include <algorithm>

#include "hub/domain/absence.h"
#include "hub/domain/course_facts.h"

namespace jobbro::domain {
namespace {

// As rows::DaysTold has the days of a list.
constexpr std::uint8_t not_planned = 0;
constexpr std::uint8_t there = 1;

bool is_away(std::uint32_t kind) {
    return kind != v1::ABSENCE_KIND_LATE && kind != v1::ABSENCE_KIND_LEFT_EARLY;
}

// A course's days, from its first to its last; later than absence_days_max nothing is counted.
class Days {
  public:
    explicit Days(const rows::CourseFacts& facts) : first_(facts.started_day()) {
        if (facts.end_day() < first_) return;
        codes_.resize(std::min<std::size_t>(facts.end_day() - first_ + 1, absence_days_max));
        for (std::size_t i = 0; i < codes_.size(); ++i) {
            const unsigned weekday =
                Day::numbered(first_ + static_cast<std::uint32_t>(i)).weekday();
            codes_[i] = (facts.planned_weekdays() >> (weekday - 1) & 1U) != 0 ? there : not_planned;
        }
        // Which days are planned is known before what absence reports tell of them.
        for (const rows::DaysTold& told : facts.days_told())
            if (told.kind() == 0) plan(told);
        for (const rows::DaysTold& told : facts.days_told())
            tell(told);
    }

    [[nodiscard]] std::uint32_t count(bool away) const {
        return static_cast<std::uint32_t>(std::count_if(
            codes_.begin(), codes_.end(),
            [away](std::uint8_t code) { return code != not_planned && (code != there) == away; }));
    }

  private:
    void plan(const rows::DaysTold& list) {
        for_each_day(list, [&](std::size_t place, std::size_t listed) {
            codes_[place] = list.days()[listed] != not_planned ? there : not_planned;
        });
    }

    void tell(const rows::DaysTold& told) {
        for_each_day(told, [&](std::size_t place, std::size_t listed) {
            if (codes_[place] == not_planned) return;
            std::uint32_t kind = told.kind();
            if (kind == 0) {
                const auto code = static_cast<std::uint8_t>(told.days()[listed]);
                if (code == not_planned) return;
                kind = code - 1U;  // 0: there
            }
            const bool away = kind != 0 && is_away(kind);
            codes_[place] = away ? static_cast<std::uint8_t>(kind + 1) : there;
        });
    }

    template <typename Visit>
    void for_each_day(const rows::DaysTold& told, Visit visit) {
        const auto end = static_cast<std::uint32_t>(first_ + codes_.size());
        for (std::uint32_t day = std::max(told.first_day(), first_);
             day <= told.last_day() && day < end; ++day)
            visit(day - first_, day - told.first_day());
    }

    std::uint32_t first_;
    std::vector<std::uint8_t> codes_;
};

bool is_job_or_education(std::uint32_t outcome) {
    return outcome == v1::OUTCOME_KIND_ORDINARY_JOB ||
           outcome == v1::OUTCOME_KIND_SUBSIDISED_EMPLOYMENT ||
           outcome == v1::OUTCOME_KIND_EDUCATION || outcome == v1::OUTCOME_KIND_FLEXJOB_GRANTED;
}

Month month_numbered(std::uint32_t day) {
    return month_of(Day::numbered(day));
}

class Counter {
  public:
    explicit Counter(const rows::CourseFacts& facts) : facts_(facts) {}

    std::vector<Counted> count() {
        if (facts_.start_told_day() != 0) {
            add(Measure::courses, month_numbered(facts_.start_told_day()), 0, 1);
        }
        count_end();
        count_reports();
        count_answers();
        for (const rows::EventTold& event : facts_.events_told())
            count_event(event);
        for (const rows::OutcomeTold& outcome : facts_.outcomes())
            add(Measure::outcomes, month_numbered(outcome.told_day()),
                is_job_or_education(outcome.kind()) ? 0 : 1, 1);
        for (const rows::MessagesSaid& said : facts_.messages()) {
            const auto measure =
                said.by_provider() ? Measure::provider_findings : Measure::jobcentre_findings;
            add(measure, said.month(), 0, said.with_findings());
            add(measure, said.month(), 1, said.without_findings());
        }
        return together();
    }

  private:
    void add(Measure measure, Month month, std::uint8_t category, std::uint32_t amount,
             std::uint16_t days = 0) {
        if (amount > 0) counted_.push_back({month, measure, category, days, amount});
    }

    void count_end() {
        if (facts_.end_told_day() == 0 || facts_.started_day() == 0) return;
        const Month month = month_numbered(facts_.end_told_day());
        const bool is_completed = facts_.end_reason() == v1::COURSE_END_REASON_COMPLETED;
        add(Measure::completion, month, is_completed ? 0 : 1, 1);
        const Days days{facts_};
        add(Measure::absence, month, 0, days.count(true));
        add(Measure::absence, month, 1, days.count(false));
    }

    // Asked for while the course runs, or of its end; not by a date that had passed when the order
    // was placed.
    void count_reports() {
        for (const rows::ReportAsked& asked : facts_.reports_asked()) {
            const bool is_final = asked.kind() == v1::REPORT_KIND_PROGRESSION_FINAL;
            const bool has_run =
                facts_.end_told_day() == 0 || asked.due_day() <= facts_.end_day() || is_final;
            const bool is_of_before = asked.due_day() < facts_.placed_day();
            if (facts_.started_day() == 0 || !has_run || is_of_before) continue;
            const bool in_time = asked.given_day() != 0 && asked.given_day() <= asked.due_day();
            add(Measure::reports_in_time, month_numbered(asked.due_day()), in_time ? 0 : 1, 1);
        }
        for (const rows::MovementTold& told : facts_.movements()) {
            for (int point = 0; point < told.directions_size(); ++point) {
                const std::uint32_t direction = told.directions(point);
                if (direction < v1::DIRECTION_PROGRESS || direction > v1::DIRECTION_SETBACK)
                    continue;
                const auto measure =
                    static_cast<Measure>(static_cast<int>(Measure::point_professional) + point);
                add(measure, month_numbered(told.told_day()),
                    static_cast<std::uint8_t>(direction - v1::DIRECTION_PROGRESS), 1);
            }
        }
    }

    void count_answers() {
        for (const rows::AnswerAsked& asked : facts_.answers_asked()) {
            const bool in_time =
                asked.answered_day() != 0 && asked.answered_day() <= asked.limit_day();
            add(Measure::follow_ups_in_time, month_numbered(asked.limit_day()), in_time ? 0 : 1, 1);
        }
    }

    void count_event(const rows::EventTold& event) {
        const std::int32_t days =
            Day::numbered(event.told_day()).since(Day::numbered(event.event_day()));
        add(Measure::days_to_know, month_numbered(event.told_day()), 0, 1,
            static_cast<std::uint16_t>(std::clamp<std::int32_t>(days, 0, days_to_know_max)));
    }

    // In order, what is alike added up.
    std::vector<Counted> together() {
        std::sort(counted_.begin(), counted_.end());
        std::vector<Counted> sums;
        for (const Counted& counted : counted_) {
            if (!sums.empty()) {
                Counted& last = sums.back();
                if (last.month == counted.month && last.measure == counted.measure &&
                    last.category == counted.category && last.days == counted.days) {
                    last.amount += counted.amount;
                    continue;
                }
            }
            sums.push_back(counted);
        }
        return sums;
    }

    const rows::CourseFacts& facts_;
    std::vector<Counted> counted_;
};

}  // namespace

Month month_of(Day day) {
    const auto date = day.date();
    return static_cast<Month>(static_cast<int>(date.year())) * 12 +
           static_cast<unsigned>(date.month()) - 1;
}

std::size_t categories_of(Measure measure) {
    switch (measure) {
        case Measure::courses:
        case Measure::days_to_know:
            return 1;
        case Measure::point_professional:
        case Measure::point_personal:
        case Measure::point_health:
        case Measure::point_material:
        case Measure::point_perspective:
            return 3;
        default:
            return 2;
    }
}

std::vector<Counted> counted_of(const rows::CourseFacts& facts) {
    return Counter{facts}.count();
}

}  // namespace jobbro::domain
