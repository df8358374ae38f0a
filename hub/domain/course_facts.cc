// What a recorded message adds to the row.
#include "hub/domain/course_facts.h"

#include <algorithm>

#include "hub/domain/absence.h"

namespace jobbro::domain {
namespace {

// The place of what the message corrects, or a new one; nullptr when there is neither.
template <typename Rows>
auto* place_for(Rows& rows, const OrderMessage& message) {
    for (auto& row : rows) {
        if (message.corrects != 0 && row.number() == message.corrects) return &row;
    }
    using Row = typename Rows::value_type;
    if (message.corrects != 0 || rows.size() >= facts_max) return static_cast<Row*>(nullptr);
    return rows.Add();
}

std::uint32_t day_in(const std::string& date) {
    return day_of_field(date).number();
}

OrderState state_of(const rows::CourseState& course) {
    return static_cast<OrderState>(course.state());
}

void record_text(rows::CourseFacts& facts, const OrderMessage& message,
                 const rows::CourseState& course) {
    if (course.text_number() != message.number) return;
    const bool is_order = message.kind == v1::MESSAGE_KIND_ORDER;
    const v1::Order& order =
        is_order ? message.envelope.order() : message.envelope.order_revision().order();
    facts.set_offer(order.offer_reference());
    facts.set_ordered_start(course.ordered_start());
    if (facts.placed_day() == 0) facts.set_placed_day(message.day.number());
}

// The day a report with a date in the order first came.
std::uint32_t given_day(const rows::CourseState& course, const rows::DueReport& due,
                        const rows::CourseFacts& before) {
    for (const rows::GivenReport& given : course.given_reports()) {
        if (due.met_by() != 0 && given.first_number() == due.met_by()) return given.day();
    }
    const bool is_let_go = course.given_reports().empty();
    if (due.met_by() == 0 && !is_let_go) return 0;
    for (const rows::ReportAsked& asked : before.reports_asked()) {
        if (asked.kind() == due.kind() && asked.due_day() == due.due_day())
            return asked.given_day();
    }
    return 0;
}

void record_reports_asked(rows::CourseFacts& facts, const OrderMessage& message,
                          const rows::CourseState& course) {
    const bool is_new_text = course.text_number() == message.number;
    if (course.due_reports().empty() && !is_new_text) return;  // or let go
    google::protobuf::RepeatedPtrField<rows::ReportAsked> asked;
    for (const rows::DueReport& due : course.due_reports()) {
        rows::ReportAsked& row = *asked.Add();
        row.set_kind(due.kind());
        row.set_due_day(due.due_day());
        row.set_given_day(given_day(course, due, facts));
    }
    facts.mutable_reports_asked()->Swap(&asked);
}

void record_event(rows::CourseFacts& facts, const OrderMessage& message, std::uint32_t event_day) {
    rows::EventTold* const event = place_for(*facts.mutable_events_told(), message);
    if (event == nullptr) return;
    event->set_number(message.number);
    event->set_event_day(event_day);
    if (event->told_day() == 0) event->set_told_day(message.day.number());
}

void record_start(rows::CourseFacts& facts, const OrderMessage& message,
                  const rows::CourseState& course) {
    if (course.start_number() != message.number) return;
    facts.set_started_day(course.started_day());
    facts.set_planned_weekdays(course.planned_weekdays());
    if (facts.start_told_day() == 0) facts.set_start_told_day(message.day.number());
    record_event(facts, message, course.started_day());
}

void record_end(rows::CourseFacts& facts, const OrderMessage& message,
                const rows::CourseState& course) {
    if (course.course_end_number() != message.number) return;
    const v1::CourseEnd& end = message.envelope.course_end();
    facts.set_end_day(day_in(end.end_date()));
    facts.set_end_reason(static_cast<std::uint32_t>(end.reason()));
    if (facts.end_told_day() == 0) facts.set_end_told_day(message.day.number());
    record_event(facts, message, facts.end_day());
}

void record_cancellation(rows::CourseFacts& facts, const OrderMessage& message) {
    if (facts.started_day() == 0 || facts.end_told_day() != 0) return;
    facts.set_end_day(std::max(message.day.number(), facts.started_day()));
    facts.set_end_told_day(message.day.number());
    facts.set_end_reason(static_cast<std::uint32_t>(v1::COURSE_END_REASON_CANCELLED));
}

// What comes later stands later: it holds for the days of both.
void record_days(rows::CourseFacts& facts, const OrderMessage& message) {
    rows::CourseState days;  // as absence.h tells them
    days.mutable_days_told()->Swap(facts.mutable_days_told());
    const v1::Envelope& envelope = message.envelope;
    if (message.kind == v1::MESSAGE_KIND_ABSENCE_REPORT) {
        tell_absence(days, envelope.absence_report(), message.number, message.corrects);
    } else {
        tell_attendance(days, envelope.attendance_list(), message.number, message.corrects);
    }
    days.mutable_days_told()->Swap(facts.mutable_days_told());
}

// The limit is that of the watch: without one the rule set asks for no answer. Nobody answers by a
// day that had passed when it was asked; it would also count in a month of any time.
void record_answer_asked(rows::CourseFacts& facts, const OrderMessage& message,
                         const rows::CourseState& course) {
    std::uint32_t limit = 0;
    for (const rows::Watch& watch : course.watches()) {
        const bool is_of =
            watch.kind() == v1::ALERT_KIND_FOLLOW_UP_OVERDUE && watch.about() == message.number;
        if (is_of && watch.limit_day() >= message.day.number()) limit = watch.limit_day();
    }
    if (message.corrects == 0 && limit == 0) return;
    rows::AnswerAsked* const asked = place_for(*facts.mutable_answers_asked(), message);
    if (asked == nullptr) return;
    asked->set_number(message.number);
    if (limit != 0) asked->set_limit_day(limit);
}

bool waits_for_follow_up(const rows::CourseState& course, MessageNumber about) {
    return std::any_of(
        course.watches().begin(), course.watches().end(), [about](const rows::Watch& watch) {
            return watch.kind() == v1::ALERT_KIND_FOLLOW_UP_OVERDUE && watch.about() == about;
        });
}

// What a correction answers no more has not been answered.
void record_follow_up(rows::CourseFacts& facts, const OrderMessage& message,
                      const rows::CourseState& course) {
    for (rows::AnswerAsked& asked : *facts.mutable_answers_asked()) {
        const bool is_answered = std::find(message.answers.begin(), message.answers.end(),
                                           asked.number()) != message.answers.end();
        if (is_answered && asked.answered_day() == 0) {
            asked.set_answered_day(message.day.number());
        } else if (message.corrects != 0 && waits_for_follow_up(course, asked.number())) {
            asked.set_answered_day(0);
        }
    }
}

void record_movement(rows::CourseFacts& facts, const OrderMessage& message) {
    rows::MovementTold* const told = place_for(*facts.mutable_movements(), message);
    if (told == nullptr) return;
    told->set_number(message.number);
    if (told->told_day() == 0) told->set_told_day(message.day.number());
    told->clear_directions();
    told->mutable_directions()->Resize(v1::AttentionPointKind_MAX, 0);
    for (const v1::AttentionPoint& point : message.envelope.progression_report().attention_points())
        told->set_directions(static_cast<int>(point.kind()) - 1,
                             static_cast<std::uint32_t>(point.direction()));
}

void record_outcome(rows::CourseFacts& facts, const OrderMessage& message) {
    rows::OutcomeTold* const told = place_for(*facts.mutable_outcomes(), message);
    if (told == nullptr) return;
    told->set_number(message.number);
    if (told->told_day() == 0) told->set_told_day(message.day.number());
    told->set_kind(static_cast<std::uint32_t>(message.envelope.course_outcome().kind()));
}

void record_said(rows::CourseFacts& facts, Day day, bool by_provider, bool has_findings) {
    const Month month = month_of(day);
    rows::MessagesSaid* said = nullptr;
    for (rows::MessagesSaid& row : *facts.mutable_messages()) {
        if (row.month() == month && row.by_provider() == by_provider) said = &row;
    }
    if (said == nullptr) {
        if (facts.messages_size() >= facts_max) return;
        said = facts.add_messages();
        said->set_month(month);
        said->set_by_provider(by_provider);
    }
    if (has_findings) {
        said->set_with_findings(said->with_findings() + 1);
    } else {
        said->set_without_findings(said->without_findings() + 1);
    }
}

void record_body(rows::CourseFacts& facts, const OrderMessage& message,
                 const rows::CourseState& course) {
    switch (message.kind) {
        case v1::MESSAGE_KIND_ORDER:
        case v1::MESSAGE_KIND_ORDER_REVISION:
            return record_text(facts, message, course);
        case v1::MESSAGE_KIND_COURSE_START:
            return record_start(facts, message, course);
        case v1::MESSAGE_KIND_COURSE_END:
            return record_end(facts, message, course);
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
            return record_cancellation(facts, message);
        case v1::MESSAGE_KIND_ABSENCE_REPORT:
            record_event(facts, message, day_in(message.envelope.absence_report().first_date()));
            return record_days(facts, message);
        case v1::MESSAGE_KIND_ATTENDANCE_LIST:
            return record_days(facts, message);
        case v1::MESSAGE_KIND_PROGRESSION_REPORT:
            record_movement(facts, message);
            return record_answer_asked(facts, message, course);
        case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
            return record_answer_asked(facts, message, course);
        case v1::MESSAGE_KIND_FOLLOW_UP:
            return record_follow_up(facts, message, course);
        case v1::MESSAGE_KIND_COURSE_OUTCOME:
            return record_outcome(facts, message);
        default:
            return;
    }
}

}  // namespace

void record_facts(rows::CourseFacts& facts, const OrderMessage& message,
                  const rows::CourseState& course, contract::Role sender, bool has_findings) {
    record_body(facts, message, course);
    record_reports_asked(facts, message, course);
    facts.set_state(static_cast<std::uint32_t>(state_of(course)));
    if (sender == contract::Role::provider || sender == contract::Role::jobcentre) {
        record_said(facts, message.day, sender == contract::Role::provider, has_findings);
    }
}

}  // namespace jobbro::domain
