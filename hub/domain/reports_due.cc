#include "hub/domain/reports_due.h"

#include <algorithm>

#include "hub/domain/order_dialogue.h"

namespace jobbro::domain {
namespace {

constexpr std::uint32_t any_progression = v1::REPORT_KIND_UNSPECIFIED;

bool is_progression(std::uint32_t kind) {
    return kind == v1::REPORT_KIND_PROGRESSION_INTERIM || kind == v1::REPORT_KIND_PROGRESSION_FINAL;
}

// The next date of the cadence, 0 when there is none in the course.
std::uint32_t next_of_cadence(const rows::CourseState& course) {
    if (course.every_weeks() == 0 || course.started_day() == 0) return 0;
    const std::uint32_t step = course.every_weeks() * 7;
    const std::uint32_t start = course.started_day();
    const std::uint32_t met = std::max(course.cadence_met_day(), start);
    const std::uint32_t next = start + ((met - start) / step + 1) * step;
    return course.end_day() != 0 && next > course.end_day() ? 0 : next;
}

// The date of the report before the next interview, 0 when none is wanted.
std::uint32_t due_before_interview(const rows::CourseState& course) {
    if (!course.has_interview_reports() || course.interview_day() <= course.days_before_interview())
        return 0;
    if (course.interview_met_day() == course.interview_day()) return 0;
    const std::uint32_t due = course.interview_day() - course.days_before_interview();
    return course.end_day() != 0 && due > course.end_day() ? 0 : due;
}

// Marks which dates of the order a report is for.
void meet_dates(rows::CourseState& course, std::uint32_t kind, MessageNumber number,
                std::uint32_t day) {
    rows::DueReport* next = nullptr;
    bool is_for_one = false;
    for (rows::DueReport& due : *course.mutable_due_reports()) {
        if (due.met_by() != 0) continue;
        const bool is_past_interim = kind == v1::REPORT_KIND_PROGRESSION_FINAL &&
                                     due.kind() == v1::REPORT_KIND_PROGRESSION_INTERIM &&
                                     due.due_day() <= day;
        if (due.kind() == kind && due.due_day() <= day) is_for_one = true;
        if (is_past_interim || (due.kind() == kind && due.due_day() <= day)) {
            due.set_met_by(number);
        } else if (due.kind() == kind && (next == nullptr || due.due_day() < next->due_day())) {
            next = &due;
        }
    }
    if (!is_for_one && next != nullptr) next->set_met_by(number);
}

void meet_cadence_and_interview(rows::CourseState& course, std::uint32_t day) {
    if (const std::uint32_t cadence = next_of_cadence(course); cadence != 0) {
        course.set_cadence_met_day(std::max(cadence, day));
    }
    if (due_before_interview(course) != 0) course.set_interview_met_day(course.interview_day());
}

// A report that came on or after a date that was set later.
MessageNumber given_since(const rows::CourseState& course, std::uint32_t kind, std::uint32_t day) {
    for (const rows::GivenReport& given : course.given_reports()) {
        if (given.kind() == kind && given.day() >= day) return given.first_number();
    }
    return 0;
}

// Visits (kind, due day) of what is due and has not come.
template <typename Visit>
void for_each_missing(const rows::CourseState& course, Visit visit) {
    const auto state = static_cast<OrderState>(course.state());
    const bool has_ended = state == OrderState::ended;
    if (state != OrderState::started && !has_ended) return;
    for (const rows::DueReport& due : course.due_reports()) {
        if (due.met_by() != 0) continue;
        // Of a course that has ended nobody makes a mid-term any more.
        const bool is_moot =
            has_ended && due.kind() != v1::REPORT_KIND_PROGRESSION_FINAL &&
            (due.due_day() > course.end_day() || due.kind() == v1::REPORT_KIND_MID_TERM_EVALUATION);
        if (!is_moot) visit(due.kind(), due.due_day());
    }
    const std::uint32_t cadence = next_of_cadence(course);
    const std::uint32_t interview = due_before_interview(course);
    if (cadence != 0) visit(any_progression, cadence);
    if (interview != 0 && interview != cadence) visit(any_progression, interview);
}

void watch_one(Watches& watches, const AlertSettings& settings, Day today, std::uint32_t kind,
               Day due) {
    const Day tomorrow = today.plus(1);
    const Matter overdue{v1::ALERT_KIND_REPORT_OVERDUE, 0, kind, due};
    if (settings.report_overdue && !watches.has(overdue)) {
        const Day raise = due.plus(*settings.report_overdue + 1);
        watches.add(overdue, std::max(raise, tomorrow), settings.report_overdue_steps);
    }
    const Matter soon{v1::ALERT_KIND_REPORT_DUE_SOON, 0, kind, due};
    if (settings.report_due_soon && tomorrow <= due && !watches.has(soon)) {
        watches.add(soon, std::max(due.plus(-std::int64_t{*settings.report_due_soon}), tomorrow));
    }
}

bool is_of_report(const rows::Watch& watch) {
    return watch.kind() == v1::ALERT_KIND_REPORT_OVERDUE ||
           watch.kind() == v1::ALERT_KIND_REPORT_DUE_SOON;
}

bool is_missing(const rows::CourseState& course, std::uint32_t kind, std::uint32_t day) {
    bool found = false;
    for_each_missing(course, [&](std::uint32_t missing_kind, std::uint32_t due_day) {
        found = found || (missing_kind == kind && due_day == day);
    });
    return found;
}

}  // namespace

void set_reports_due(rows::CourseState& course, const v1::ReportsDue& due) {
    google::protobuf::RepeatedPtrField<rows::DueReport> before;
    before.Swap(course.mutable_due_reports());
    for (const v1::ReportDue& report : due.reports()) {
        rows::DueReport& added = *course.add_due_reports();
        added.set_kind(static_cast<std::uint32_t>(report.kind()));
        added.set_due_day(day_of_field(report.due_date()).number());
        const auto same =
            std::find_if(before.begin(), before.end(), [&added](const rows::DueReport& earlier) {
                return earlier.kind() == added.kind() && earlier.due_day() == added.due_day();
            });
        added.set_met_by(same != before.end() ? same->met_by()
                                              : given_since(course, added.kind(), added.due_day()));
    }
    course.set_every_weeks(due.every_weeks());
    course.set_has_interview_reports(due.has_days_before_interview());
    course.set_days_before_interview(due.days_before_interview());
    if (!due.next_interview_date().empty()) {
        course.set_interview_day(day_of_field(due.next_interview_date()).number());
    }
}

void give_report(rows::CourseState& course, v1::ReportKind report, MessageNumber number, Day day) {
    const auto kind = static_cast<std::uint32_t>(report);
    auto& all = *course.mutable_given_reports();
    if (all.size() >= given_reports_max) all.DeleteSubrange(0, 1);
    rows::GivenReport& given = *all.Add();
    given.set_number(number);
    given.set_first_number(number);
    given.set_kind(kind);
    given.set_day(day.number());
    meet_dates(course, kind, number, day.number());
    if (is_progression(kind)) meet_cadence_and_interview(course, day.number());
}

bool correct_report(rows::CourseState& course, v1::ReportKind report, MessageNumber number,
                    MessageNumber corrected) {
    const auto kind = static_cast<std::uint32_t>(report);
    for (rows::GivenReport& given : *course.mutable_given_reports()) {
        if (given.number() != corrected) continue;
        given.set_number(number);
        if (given.kind() == kind) return true;
        given.set_kind(kind);
        for (rows::DueReport& due : *course.mutable_due_reports()) {
            if (due.met_by() == given.first_number()) due.set_met_by(0);
        }
        meet_dates(course, kind, given.first_number(), given.day());
        return true;
    }
    return false;
}

void watch_reports(rows::CourseState& course, const AlertSettings& settings, Day today,
                   Watches& watches) {
    watches.settle([&course](const rows::Watch& watch) {
        return is_of_report(watch) && !is_missing(course, watch.report(), watch.limit_day());
    });
    for_each_missing(course, [&](std::uint32_t kind, std::uint32_t due_day) {
        watch_one(watches, settings, today, kind, Day::numbered(due_day));
    });
}

bool waits_for_final_report(const rows::CourseState& course) {
    bool waits = false;
    for_each_missing(course, [&waits](std::uint32_t, std::uint32_t) { waits = true; });
    return waits;
}

}  // namespace jobbro::domain
