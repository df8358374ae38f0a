#include "tests/unit/domain/course_log.h"

#include <algorithm>

#include "proto/contract/validation.h"

namespace jobbro::domain {
namespace {

v1::Alert entry_of(const RaisedAlert& alert) {
    v1::Alert entry;
    entry.set_kind(alert.kind);
    if (alert.limit.is_set()) entry.set_limit_date(alert.limit.text());
    entry.set_step(alert.step);
    entry.set_raised_late(alert.is_late);
    return entry;
}

bool is_on_order(v1::MessageKind kind) {
    const auto rows = contract::order_steps();
    return std::any_of(rows.begin(), rows.end(),
                       [kind](const contract::KindSteps& row) { return row.kind == kind; });
}

std::string number_of(Day day, Day from) {
    return "d" + std::to_string(day.since(from));
}

}  // namespace

Day day(std::string_view text) {
    return day_of_field(text);
}

RuleSet demo_rules() {
    RuleSet rules;
    rules.name = "demo";
    rules.valid_from = day("2010-01-01");
    rules.age_limit = 30;
    rules.categories[1].longest = {13, 0};
    rules.categories[1].longest_job_ready = {4, 0};
    rules.first_interview = {{0, 1}, {0, 3}};
    rules.interviews = {{0, 3}, {0, 3}};
    rules.new_offer = {{0, 6}, {0, 6}};
    AlertSettings& alerts = rules.alerts;
    alerts.order_unanswered = 7;
    alerts.question_unanswered = 5;
    alerts.report_overdue = 3;
    alerts.report_overdue_steps = {{10}, 1};
    alerts.no_shows_in_a_row = 3;
    alerts.first_days_absent = 5;
    alerts.course_ending = 14;
    alerts.follow_up = 14;
    alerts.follow_up_steps = {{14}, 1};
    alerts.statutory_near = 14;
    return rules;
}

std::string text_of(const RaisedAlert& alert, Day from) {
    constexpr std::size_t prefix = std::string_view{"ALERT_KIND_"}.size();
    std::string text =
        number_of(alert.as_of, from) + " " + v1::AlertKind_Name(alert.kind).substr(prefix);
    if (alert.limit.is_set()) text += " limit " + number_of(alert.limit, from);
    text += " step " + std::to_string(alert.step);
    return alert.is_late ? text + " late" : text;
}

void CourseLog::run_to(int day_number) {
    while (today_ < day_of(day_number)) {
        today_ = today_.plus(1);
        raise(due(course_, today_));
        raise(due(citizen_, today_));
    }
}

void CourseLog::sleep_to(int day_number) {
    today_ = day_of(day_number);
    raise(due(course_, today_));
    raise(due(citizen_, today_));
}

void CourseLog::raise(const std::vector<RaisedAlert>& due) {
    for (const RaisedAlert& alert : due) {
        record_alert(course_, entry_of(alert));
        record_alert(citizen_, entry_of(alert));
    }
    record_alerts(due);
}

void CourseLog::record_alerts(const std::vector<RaisedAlert>& alerts) {
    for (const RaisedAlert& alert : alerts) {
        raised_.push_back(alert);
        Entry& entry = entries_.emplace_back();
        *entry.envelope.mutable_alert() = entry_of(alert);
        entry.day = today_;
    }
}

std::pair<rows::CourseState, rows::CitizenState> CourseLog::read_anew() const {
    std::pair<rows::CourseState, rows::CitizenState> read;
    auto& [course, citizen] = read;
    for (const Entry& entry : entries_) {
        if (entry.number == 0) {
            record_alert(course, entry.envelope.alert());
            record_alert(citizen, entry.envelope.alert());
            continue;
        }
        const v1::MessageKind kind = contract::kind_of(entry.envelope);
        const auto before = static_cast<OrderState>(course.state());
        if (is_on_order(kind) && (course.state() != 0 || opens_order(kind))) {
            record_on_order(
                course,
                {entry.envelope, kind, entry.number, entry.answers, entry.corrects, entry.day, {}},
                rules_, entry.offer);
        }
        record_on_citizen(
            citizen,
            {entry.envelope, kind, entry.number, entry.corrects, entry.day, birth_, before},
            rules_);
    }
    return read;
}

MessageNumber CourseLog::say(const v1::Envelope& envelope, std::vector<MessageNumber> answers,
                             MessageNumber corrects) {
    const v1::MessageKind kind = contract::kind_of(envelope);
    const auto found = contract::findings_of(envelope);
    const OrderMessage message{envelope, kind, last_ + 1, answers, corrects, today_, found};
    const CitizenMessage about{envelope,
                               kind,
                               last_ + 1,
                               corrects,
                               today_,
                               birth_,
                               static_cast<OrderState>(course_.state())};
    Consequences consequences;
    if (is_on_order(kind) && (course_.state() != 0 || opens_order(kind))) {
        auto advanced = advance(course_, message, rules_, offer_);
        if (!advanced) {
            refusal_ = advanced.error();
            return 0;
        }
        findings_ = advanced->findings;
        consequences = std::move(advanced->consequences);
    }
    entries_.push_back({envelope, ++last_, std::move(answers), corrects, today_, offer_});
    record_alerts(consequences.raised);
    const Consequences of_citizen = record_on_citizen(citizen_, about, rules_);
    cleared_.insert(cleared_.end(), consequences.cleared.begin(), consequences.cleared.end());
    cleared_.insert(cleared_.end(), of_citizen.cleared.begin(), of_citizen.cleared.end());
    return last_;
}

std::string CourseLog::date(int day_number) const {
    return day_of(day_number).text();
}

std::vector<std::string> CourseLog::alerts() const {
    std::vector<std::string> texts;
    for (const RaisedAlert& alert : raised_)
        texts.push_back(text_of(alert, first_day_));
    return texts;
}

CourseLog log_of(RuleSet rules) {
    return CourseLog{day("2011-01-10"), std::move(rules)};
}

CourseLog started(const v1::Envelope& placed, RuleSet rules) {
    CourseLog log = log_of(std::move(rules));
    log.say(placed);
    log.run_to(1);
    log.say(acceptance());
    log.run_to(7);
    JOBBRO_ASSERT(log.say(course_start(log.date(7))) != 0);
    return log;
}

CourseLog started() {
    return started(order());
}

v1::Envelope order(const std::string& start, const std::string& end) {
    v1::Envelope envelope;
    envelope.mutable_order()->set_start_date(start);
    envelope.mutable_order()->set_end_date(end);
    return envelope;
}

v1::Envelope acceptance(const std::string& expected_start) {
    v1::Envelope envelope;
    envelope.mutable_order_acceptance()->set_expected_start_date(expected_start);
    return envelope;
}

v1::Envelope course_start(const std::string& date) {
    v1::Envelope envelope;
    envelope.mutable_course_start()->set_start_date(date);
    return envelope;
}

v1::Envelope course_end(const std::string& date) {
    v1::Envelope envelope;
    envelope.mutable_course_end()->set_end_date(date);
    return envelope;
}

v1::Envelope extension(const std::string& date, const std::string& reason) {
    v1::Envelope envelope;
    envelope.mutable_extension()->set_new_end_date(date);
    envelope.mutable_extension()->set_reason(reason);
    return envelope;
}

v1::Envelope question() {
    v1::Envelope envelope;
    envelope.mutable_clarification_request()->add_questions("Which mornings are free?");
    return envelope;
}

v1::Envelope clarification() {
    v1::Envelope envelope;
    envelope.mutable_clarification()->add_answers()->set_answer("Tuesday");
    return envelope;
}

v1::Envelope absence(const std::string& first, const std::string& last, v1::AbsenceKind kind) {
    v1::Envelope envelope;
    v1::AbsenceReport& report = *envelope.mutable_absence_report();
    report.set_first_date(first);
    report.set_last_date(last);
    report.set_kind(kind);
    return envelope;
}

v1::Envelope progression(v1::ReportStage stage, const std::string& answer_by) {
    v1::Envelope envelope;
    v1::ProgressionReport& report = *envelope.mutable_progression_report();
    report.set_stage(stage);
    report.set_period_start_date("2199-01-01");  // after any start
    report.set_answer_wanted_by_date(answer_by);
    return envelope;
}

v1::Envelope mid_term(const std::string& date) {
    v1::Envelope envelope;
    envelope.mutable_mid_term_evaluation()->set_evaluation_date(date);
    return envelope;
}

v1::Envelope follow_up(v1::FollowUpDecision decision) {
    v1::Envelope envelope;
    envelope.mutable_follow_up()->set_decision(decision);
    return envelope;
}

void add_report(v1::Envelope& order, v1::ReportKind kind, const std::string& date) {
    v1::ReportDue& report = *order.mutable_order()->mutable_reports_due()->add_reports();
    report.set_kind(kind);
    report.set_due_date(date);
}

}  // namespace jobbro::domain
