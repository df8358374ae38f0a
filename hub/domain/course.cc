// What a recorded message brings about in the row of its order.
#include "hub/domain/course.h"

#include <algorithm>
#include <cmath>

#include "hub/domain/absence.h"
#include "hub/domain/course_answers.h"
#include "hub/domain/reports_due.h"
#include "hub/domain/sub_goals.h"

namespace jobbro::domain {
namespace {

constexpr std::uint32_t monday_to_friday = 0b11111;
constexpr int decisions_max = 64;

OrderState state_of(const rows::CourseState& course) {
    return static_cast<OrderState>(course.state());
}

std::uint32_t minutes_of(double hours) {
    return static_cast<std::uint32_t>(std::lround(hours * 60));
}

template <typename Numbers>
bool take_out(Numbers& numbers, MessageNumber number) {
    const auto found = std::find(numbers.begin(), numbers.end(), number);
    if (found == numbers.end()) return false;
    numbers.erase(found);
    return true;
}

// What lets go of a course's matters.
void clear_matters(rows::CourseState& course) {
    course.clear_open_questions();
    course.clear_decisions();
    course.clear_end_answers();
    course.clear_due_reports();
    course.clear_given_reports();
    course.clear_every_weeks();
    course.clear_has_interview_reports();
    course.clear_days_told();
    course.clear_no_show_spells();
    course.clear_sub_goals();
}

v1::ReportKind kind_of(const v1::ProgressionReport& report) {
    return report.stage() == v1::REPORT_STAGE_FINAL ? v1::REPORT_KIND_PROGRESSION_FINAL
                                                    : v1::REPORT_KIND_PROGRESSION_INTERIM;
}

// Records one message.
class Recorder {
  public:
    Recorder(rows::CourseState& course, const OrderMessage& message, const RuleSet& rules,
             const OfferFacts* offer, Consequences& consequences)
        : course_(course),
          message_(message),
          rules_(rules),
          offer_(offer),
          consequences_(consequences),
          watches_(*course.mutable_watches(), consequences.cleared) {}

    void record();

  private:
    [[nodiscard]] bool is_correction() const { return message_.corrects != 0; }
    [[nodiscard]] Day tomorrow() const { return message_.day.plus(1); }
    [[nodiscard]] const AlertSettings& alerts() const { return rules_.alerts; }
    [[nodiscard]] bool has_decided() const { return !course_.decisions().empty(); }
    // Once the course has ended: no answer to that is waited for.
    [[nodiscard]] bool is_end_answered() const {
        return has_decided() || !course_.end_answers().empty();
    }

    void set_state(OrderState state) { course_.set_state(static_cast<std::uint32_t>(state)); }
    void move() { set_state(state_after(state_of(course_), message_.kind)); }

    void record_order();
    void record_revision();
    void set_text(const v1::Order& order, bool sets_end);
    void record_acceptance();
    void record_question();
    void record_answer();
    void record_start();
    void record_extension();
    void record_end();
    void record_break_off();
    void record_report(v1::ReportKind kind, const std::string& answer_wanted_by);
    void record_follow_up();
    void note_decision();
    void note_answers();
    void record_absence();

    void watch_answer_to_order();
    void watch_start();
    void watch_ending();
    void watch_follow_up(const std::string& answer_wanted_by);
    void watch_follow_up_again(MessageNumber about);
    void watch_all_reports() { watch_reports(course_, alerts(), message_.day, watches_); }
    void watch_until(v1::AlertKind kind, Day limit, const Steps& steps = {});

    rows::CourseState& course_;
    const OrderMessage& message_;
    const RuleSet& rules_;
    const OfferFacts* offer_;
    Consequences& consequences_;
    Watches watches_;
};

void Recorder::record() {
    const v1::Envelope& envelope = message_.envelope;
    switch (message_.kind) {
        case v1::MESSAGE_KIND_ORDER:
            return record_order();
        case v1::MESSAGE_KIND_ORDER_REVISION:
            return record_revision();
        case v1::MESSAGE_KIND_ORDER_ACCEPTANCE:
            return record_acceptance();
        case v1::MESSAGE_KIND_ORDER_DECLINE:
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
            return record_break_off();
        case v1::MESSAGE_KIND_CLARIFICATION_REQUEST:
            return record_question();
        case v1::MESSAGE_KIND_CLARIFICATION:
            return record_answer();
        case v1::MESSAGE_KIND_COURSE_START:
            return record_start();
        case v1::MESSAGE_KIND_EXTENSION:
            return record_extension();
        case v1::MESSAGE_KIND_COURSE_END:
            return record_end();
        case v1::MESSAGE_KIND_PROGRESSION_REPORT:
            return record_report(kind_of(envelope.progression_report()),
                                 envelope.progression_report().answer_wanted_by_date());
        case v1::MESSAGE_KIND_MID_TERM_EVALUATION:
            return record_report(v1::REPORT_KIND_MID_TERM_EVALUATION,
                                 envelope.mid_term_evaluation().answer_wanted_by_date());
        case v1::MESSAGE_KIND_FOLLOW_UP:
            return record_follow_up();
        case v1::MESSAGE_KIND_ABSENCE_REPORT:
        case v1::MESSAGE_KIND_ATTENDANCE_LIST:
            return record_absence();
        default:
            return;
    }
}

// --- The order and its answer ----------------------------------------------------------------

// A correction of what a revision has replaced since is history.
void Recorder::record_order() {
    const v1::Order& order = message_.envelope.order();
    if (!is_correction()) {
        move();
        set_text(order, true);
        return watch_answer_to_order();
    }
    if (message_.corrects == course_.text_number()) {
        set_text(order, course_.end_number() == message_.corrects);
    }
}

void Recorder::record_revision() {
    if (is_correction() && message_.corrects != course_.text_number()) return;
    set_text(message_.envelope.order_revision().order(),
             !is_correction() || course_.end_number() == message_.corrects);
    record_answer();
}

// `sets_end`: not where an extension has moved the end since.
void Recorder::set_text(const v1::Order& order, bool sets_end) {
    course_.set_text_number(message_.number);
    course_.set_legal_category(static_cast<std::uint32_t>(legal_category_of(order, offer_)));
    course_.set_match_category(static_cast<std::uint32_t>(order.match_category()));
    const std::uint32_t start = day_of_field(order.start_date()).number();
    if (start != course_.ordered_start()) course_.set_expected_start(start);
    course_.set_ordered_start(start);
    if (order.has_hours_per_week()) course_.set_minutes_a_week(minutes_of(order.hours_per_week()));
    if (sets_end && state_of(course_) != OrderState::ended) {
        course_.set_end_day(day_of_field(order.end_date()).number());
        course_.set_end_number(message_.number);
    }
    set_sub_goals(course_, order);
    set_reports_due(course_, order.reports_due());
    watch_start();
    watch_ending();
    watch_all_reports();
}

void Recorder::record_acceptance() {
    const std::string& start = message_.envelope.order_acceptance().expected_start_date();
    if (is_correction() && message_.corrects != course_.acceptance_number()) return;
    if (!is_correction()) move();
    watches_.settle(v1::ALERT_KIND_ORDER_UNANSWERED);
    course_.set_acceptance_number(message_.number);
    course_.set_expected_start(start.empty() ? course_.ordered_start()
                                             : day_of_field(start).number());
    watch_start();
}

void Recorder::record_break_off() {
    move();
    watches_.settle([](const rows::Watch&) { return true; });
    clear_matters(course_);
}

void Recorder::record_question() {
    auto& open = *course_.mutable_open_questions();
    const bool was_open = is_correction() && take_out(open, message_.corrects);
    if (is_correction() && !was_open) return;
    if (open.size() >= open_questions_max) return;
    watches_.settle(v1::ALERT_KIND_CLARIFICATION_UNANSWERED, message_.corrects);
    open.Add(message_.number);
    course_.set_was_asked(true);
    watches_.settle(v1::ALERT_KIND_ORDER_UNANSWERED);
    const std::string& wanted = message_.envelope.clarification_request().answer_wanted_by_date();
    if (!alerts().question_unanswered) return;
    watch_until(
        v1::ALERT_KIND_CLARIFICATION_UNANSWERED,
        wanted.empty() ? message_.day.plus(*alerts().question_unanswered) : day_of_field(wanted));
}

// A revision may be the answer too.
void Recorder::record_answer() {
    bool has_answered = false;
    for (const MessageNumber answered : message_.answers) {
        if (!take_out(*course_.mutable_open_questions(), answered)) continue;
        watches_.settle(v1::ALERT_KIND_CLARIFICATION_UNANSWERED, answered);
        has_answered = true;
    }
    if (has_answered && course_.open_questions().empty()) watch_answer_to_order();
}

void Recorder::watch_answer_to_order() {
    if (state_of(course_) != OrderState::placed || !alerts().order_unanswered) return;
    watches_.settle(v1::ALERT_KIND_ORDER_UNANSWERED);
    watch_until(v1::ALERT_KIND_ORDER_UNANSWERED, message_.day.plus(*alerts().order_unanswered));
}

// --- Start and end ---------------------------------------------------------------------------

void Recorder::record_start() {
    const v1::CourseStart& start = message_.envelope.course_start();
    if (is_correction() && message_.corrects != course_.start_number()) return;
    if (!is_correction()) move();
    course_.set_start_number(message_.number);
    course_.set_started_day(day_of_field(start.start_date()).number());
    std::uint32_t weekdays = 0;
    for (const int weekday : start.planned_weekdays())
        weekdays |= 1U << (weekday - 1);
    course_.set_planned_weekdays(weekdays == 0 ? monday_to_friday : weekdays);
    if (start.has_hours_per_week()) course_.set_minutes_a_week(minutes_of(start.hours_per_week()));
    watch_start();
    watch_ending();
    watch_all_reports();
}

void Recorder::record_extension() {
    if (is_correction() && message_.corrects != course_.end_number()) return;
    if (state_of(course_) == OrderState::ended) return;
    course_.set_end_day(day_of_field(message_.envelope.extension().new_end_date()).number());
    course_.set_end_number(message_.number);
    watch_ending();
    watch_all_reports();
}

void Recorder::record_end() {
    if (is_correction() && message_.corrects != course_.course_end_number()) return;
    const bool asks =
        !is_correction() || watches_.settle(v1::ALERT_KIND_FOLLOW_UP_OVERDUE, message_.corrects);
    if (!is_correction()) move();
    course_.set_course_end_number(message_.number);
    course_.set_end_number(message_.number);
    course_.set_end_day(day_of_field(message_.envelope.course_end().end_date()).number());
    for (const MessageNumber question : course_.open_questions())
        watches_.settle(v1::ALERT_KIND_CLARIFICATION_UNANSWERED, question);
    course_.clear_open_questions();
    watch_start();
    watch_ending();
    watch_all_reports();
    if (asks && !has_decided()) watch_follow_up({});
}

// Accepted, and the start that was expected is known.
void Recorder::watch_start() {
    const Day expected = Day::numbered(course_.expected_start());
    const bool waits = state_of(course_) == OrderState::accepted && expected.is_set();
    watches_.settle([&](const rows::Watch& watch) {
        return watch.kind() == v1::ALERT_KIND_NOT_STARTED &&
               (!waits || watch.limit_day() != expected.number());
    });
    if (!waits || !alerts().not_started) return;
    const Matter matter{v1::ALERT_KIND_NOT_STARTED, 0, 0, expected};
    if (watches_.has(matter)) return;
    watches_.add(matter, std::max(expected.plus(*alerts().not_started + 1), tomorrow()));
}

// The course runs, its end is known, and nothing is decided.
void Recorder::watch_ending() {
    const Day end = Day::numbered(course_.end_day());
    const bool waits = state_of(course_) == OrderState::started && end.is_set() && !has_decided();
    watches_.settle([&](const rows::Watch& watch) {
        return watch.kind() == v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP &&
               (!waits || watch.limit_day() != end.number());
    });
    if (!waits || !alerts().course_ending || tomorrow() > end) return;
    const Matter matter{v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP, 0, 0, end};
    if (watches_.has(matter)) return;
    const Day near = end.plus(-std::int64_t{*alerts().course_ending});
    watches_.add(matter, std::max(near, tomorrow()));
}

// --- Reports, absence, and what is decided on them -------------------------------------------

// A report that takes the place of one that was answered asks for nothing more.
void Recorder::record_report(v1::ReportKind kind, const std::string& answer_wanted_by) {
    bool asks = true;
    if (is_correction()) {
        asks = watches_.settle(v1::ALERT_KIND_FOLLOW_UP_OVERDUE, message_.corrects);
        correct_report(course_, kind, message_.number, message_.corrects);
    } else {
        give_report(course_, kind, message_.number, message_.day);
    }
    watch_all_reports();
    if (asks) watch_follow_up(answer_wanted_by);
}

void Recorder::watch_follow_up(const std::string& answer_wanted_by) {
    if (!alerts().follow_up) return;
    watch_until(v1::ALERT_KIND_FOLLOW_UP_OVERDUE,
                answer_wanted_by.empty() ? message_.day.plus(*alerts().follow_up)
                                         : day_of_field(answer_wanted_by),
                alerts().follow_up_steps);
}

// What a correction answers no more is waited for from its day on.
void Recorder::watch_follow_up_again(MessageNumber about) {
    if (!alerts().follow_up) return;
    const Day limit = message_.day.plus(*alerts().follow_up);
    watches_.add({v1::ALERT_KIND_FOLLOW_UP_OVERDUE, about, 0, limit}, limit.plus(1),
                 alerts().follow_up_steps);
}

void Recorder::record_follow_up() {
    for (const MessageNumber answered : message_.answers)
        watches_.settle(v1::ALERT_KIND_FOLLOW_UP_OVERDUE, answered);
    const bool was_end_answered = is_end_answered();
    note_decision();
    note_answers();
    const MessageNumber end = course_.course_end_number();
    if (end != 0 && was_end_answered && !is_end_answered()) watch_follow_up_again(end);
    watch_ending();
}

// Whatever it answers: once a new order or an end is decided, it is known what follows the course.
void Recorder::note_decision() {
    const auto decision = message_.envelope.follow_up().decision();
    auto& decisions = *course_.mutable_decisions();
    if (is_correction()) take_out(decisions, message_.corrects);
    const bool decides =
        decision == v1::FOLLOW_UP_DECISION_NEW_ORDER || decision == v1::FOLLOW_UP_DECISION_END;
    if (decides && decisions.size() < decisions_max) {
        decisions.Add(message_.number);
        if (course_.course_end_number() != 0) {
            watches_.settle(v1::ALERT_KIND_FOLLOW_UP_OVERDUE, course_.course_end_number());
        }
    }
}

void Recorder::note_answers() {
    for (rows::GivenReport& given : *course_.mutable_given_reports()) {
        if (take_follow_up(*given.mutable_answers(), message_, given.number())) {
            watch_follow_up_again(given.number());
        }
    }
    if (course_.course_end_number() == 0) return;
    take_follow_up(*course_.mutable_end_answers(), message_, course_.course_end_number());
}

void Recorder::record_absence() {
    const v1::Envelope& envelope = message_.envelope;
    if (state_of(course_) != OrderState::started) return;
    if (message_.kind == v1::MESSAGE_KIND_ABSENCE_REPORT) {
        tell_absence(course_, envelope.absence_report(), message_.number, message_.corrects);
    } else {
        tell_attendance(course_, envelope.attendance_list(), message_.number, message_.corrects);
    }
    find_absence_alerts(course_, alerts(), message_.day, consequences_.raised);
}

void Recorder::watch_until(v1::AlertKind kind, Day limit, const Steps& steps) {
    watches_.add({kind, message_.number, 0, limit}, std::max(limit.plus(1), tomorrow()), steps);
}

}  // namespace

Consequences record_on_order(rows::CourseState& course, const OrderMessage& message,
                             const RuleSet& rules, const OfferFacts* offer) {
    Consequences consequences;
    Recorder{course, message, rules, offer, consequences}.record();
    return consequences;
}

Result<Advance> advance(rows::CourseState& course, const OrderMessage& message,
                        const RuleSet& rules, const OfferFacts* offer) {
    Advance advance;
    JOBBRO_TRY_ASSIGN(advance.findings, judge_on_order(course, message, rules, offer));
    advance.consequences = record_on_order(course, message, rules, offer);
    return advance;
}

void set_next_interview(rows::CourseState& course, Day interview, const RuleSet& rules, Day today,
                        Consequences& consequences) {
    course.set_interview_day(interview.number());
    Watches watches{*course.mutable_watches(), consequences.cleared};
    watch_reports(course, rules.alerts, today, watches);
}

std::vector<RaisedAlert> due(const rows::CourseState& course, Day day) {
    return due_alerts(course.watches(), day);
}

Day next_due(const rows::CourseState& course) {
    return next_due_day(course.watches());
}

void record_alert(rows::CourseState& course, const v1::Alert& alert) {
    mark_raised(*course.mutable_watches(), alert);
}

DialogueState dialogue_state(const rows::CourseState& course) {
    DialogueFacts facts;
    facts.state = state_of(course);
    facts.has_open_question = !course.open_questions().empty();
    facts.was_asked = course.was_asked();
    facts.waits_for_follow_up = !course.watches().empty() || waits_for_final_report(course);
    return dialogue_state(facts);
}

bool is_followed_up(const rows::CourseState& course) {
    const DialogueState state = dialogue_state(course);
    return state == DialogueState::followed_up || state == DialogueState::declined ||
           state == DialogueState::cancelled;
}

void let_go(rows::CourseState& course) {
    JOBBRO_ASSERT(is_followed_up(course));
    // A correction of the order is held to the reports that were given, and one of a follow-up to
    // what was answered; what was decided stands.
    auto due = course.due_reports();
    auto given = course.given_reports();
    auto decisions = course.decisions();
    auto end_answers = course.end_answers();
    clear_matters(course);
    course.mutable_due_reports()->Swap(&due);
    course.mutable_given_reports()->Swap(&given);
    course.mutable_decisions()->Swap(&decisions);
    course.mutable_end_answers()->Swap(&end_answers);
}

}  // namespace jobbro::domain
