#include "hub/domain/citizen_limits.h"

#include <algorithm>

namespace jobbro::domain {
namespace {

bool is_job_or_education(v1::OutcomeKind kind) {
    switch (kind) {
        case v1::OUTCOME_KIND_ORDINARY_JOB:
        case v1::OUTCOME_KIND_SUBSIDISED_EMPLOYMENT:
        case v1::OUTCOME_KIND_EDUCATION:
        case v1::OUTCOME_KIND_FLEXJOB_GRANTED:
        case v1::OUTCOME_KIND_DISABILITY_PENSION_GRANTED:
            return true;
        default:
            return false;
    }
}

bool is_of_law(const rows::Watch& watch) {
    return watch.kind() == v1::ALERT_KIND_STATUTORY_NEAR ||
           watch.kind() == v1::ALERT_KIND_STATUTORY_PASSED;
}

class Recorder {
  public:
    Recorder(rows::CitizenState& citizen, const CitizenMessage& message, const RuleSet& rules,
             Consequences& consequences)
        : citizen_(citizen),
          message_(message),
          rules_(rules),
          watches_(*citizen.mutable_watches(), consequences.cleared) {}

    void record();
    void watch_limits();

  private:
    [[nodiscard]] bool is_correction() const { return message_.corrects != 0; }
    [[nodiscard]] Day tomorrow() const { return message_.day.plus(1); }
    // Of what `latest` told last, or in no other's place.
    [[nodiscard]] bool is_current(MessageNumber latest) const {
        return !is_correction() || message_.corrects == latest;
    }
    [[nodiscard]] bool is_watched(v1::StatutoryLimit limit) const {
        return (citizen_.watched() >> limit & 1U) != 0;
    }

    void record_limits();
    void record_interview();
    void record_job_plan();
    void record_start();
    void record_end(Day day);
    void record_outcome();

    void watch_job_plan();
    [[nodiscard]] Day due_day(v1::StatutoryLimit limit) const;
    void watch_limit(v1::StatutoryLimit limit);

    rows::CitizenState& citizen_;
    const CitizenMessage& message_;
    const RuleSet& rules_;
    Watches watches_;
};

void Recorder::record() {
    switch (message_.kind) {
        case v1::MESSAGE_KIND_LIMITS_WATCHED:
            record_limits();
            break;
        case v1::MESSAGE_KIND_INTERVIEW_HELD:
            record_interview();
            break;
        case v1::MESSAGE_KIND_JOB_PLAN_EXTRACT:
            return record_job_plan();
        case v1::MESSAGE_KIND_COURSE_START:
            record_start();
            break;
        case v1::MESSAGE_KIND_COURSE_END:
            record_end(day_of_field(message_.envelope.course_end().end_date()));
            break;
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
            if (message_.order_state != OrderState::started) return;
            record_end(message_.day);
            break;
        case v1::MESSAGE_KIND_COURSE_OUTCOME:
            record_outcome();
            break;
        default:
            return;
    }
    watch_limits();
}

void Recorder::record_limits() {
    const v1::LimitsWatched& limits = message_.envelope.limits_watched();
    if (!is_current(citizen_.limits_number())) return;
    citizen_.set_limits_number(message_.number);
    std::uint32_t watched = 0;
    for (const int limit : limits.watched())
        watched |= 1U << limit;
    citizen_.set_watched(watched);
    citizen_.set_first_request_day(day_of_field(limits.first_request_date()).number());
    citizen_.set_first_offer_due_day(day_of_field(limits.first_offer_due_date()).number());
}

void Recorder::record_interview() {
    const v1::InterviewHeld& interview = message_.envelope.interview_held();
    if (!is_current(citizen_.interview_number())) return;
    // Told late, of one before the last.
    const Day held = day_of_field(interview.held_date());
    if (!is_correction() && held.number() < citizen_.last_interview_day()) return;
    citizen_.set_interview_number(message_.number);
    citizen_.set_had_interview(true);
    citizen_.set_last_interview_day(held.number());
    citizen_.set_next_interview_day(day_of_field(interview.next_interview_date()).number());
}

void Recorder::record_job_plan() {
    if (!is_current(citizen_.job_plan_number())) return;
    citizen_.set_job_plan_number(message_.number);
    citizen_.set_job_plan_end_day(
        day_of_field(message_.envelope.job_plan_extract().end_date()).number());
    watch_job_plan();
}

void Recorder::record_start() {
    if (is_correction()) return;
    citizen_.set_running(citizen_.running() + 1);
    citizen_.set_had_offer(true);
}

void Recorder::record_end(Day day) {
    if (!is_current(citizen_.last_end_number())) return;
    if (!is_correction() && citizen_.running() > 0) citizen_.set_running(citizen_.running() - 1);
    if (!is_correction() && day.number() < citizen_.last_end_day()) return;
    citizen_.set_last_end_day(day.number());
    citizen_.set_last_end_number(message_.number);
}

void Recorder::record_outcome() {
    if (is_job_or_education(message_.envelope.course_outcome().kind())) citizen_.set_watched(0);
}

void Recorder::watch_job_plan() {
    watches_.settle(v1::ALERT_KIND_JOB_PLAN_ENDING);
    const Day end = Day::numbered(citizen_.job_plan_end_day());
    if (!rules_.alerts.job_plan_ending || !end.is_set() || tomorrow() > end) return;
    const Day near = end.plus(-std::int64_t{*rules_.alerts.job_plan_ending});
    watches_.add({v1::ALERT_KIND_JOB_PLAN_ENDING, message_.number, 0, end},
                 std::max(near, tomorrow()));
}

// The day by which it is due; not set: it is not watched, met, or not known.
Day Recorder::due_day(v1::StatutoryLimit limit) const {
    if (!is_watched(limit)) return {};
    const auto counted = [this](std::uint32_t from, const LimitByAge& by_age) {
        if (from == 0) return Day{};
        const Day day = Day::numbered(from);
        const Span span = rules_.limit_of(by_age, message_.birth, day);
        return span.is_set() ? after(day, span) : Day{};
    };
    switch (limit) {
        case v1::STATUTORY_LIMIT_FIRST_INTERVIEW:
            if (citizen_.had_interview()) return {};
            return counted(citizen_.first_request_day(), rules_.first_interview);
        case v1::STATUTORY_LIMIT_INTERVIEWS:
            return counted(citizen_.last_interview_day(), rules_.interviews);
        case v1::STATUTORY_LIMIT_FIRST_OFFER:
            if (citizen_.had_offer()) return {};
            return Day::numbered(citizen_.first_offer_due_day());
        case v1::STATUTORY_LIMIT_NEW_OFFER:
            if (citizen_.running() > 0) return {};
            return counted(citizen_.last_end_day(), rules_.new_offer);
        default:
            return {};
    }
}

void Recorder::watch_limits() {
    for (const auto limit : {v1::STATUTORY_LIMIT_FIRST_INTERVIEW, v1::STATUTORY_LIMIT_INTERVIEWS,
                             v1::STATUTORY_LIMIT_FIRST_OFFER, v1::STATUTORY_LIMIT_NEW_OFFER}) {
        watch_limit(limit);
    }
}

// A watch of the law has its limit where one of a message has the message.
void Recorder::watch_limit(v1::StatutoryLimit limit) {
    const Day due = due_day(limit);
    watches_.settle([&](const rows::Watch& watch) {
        return is_of_law(watch) && watch.report() == static_cast<std::uint32_t>(limit) &&
               watch.limit_day() != due.number();
    });
    if (!due.is_set() || !rules_.alerts.statutory_near) return;
    const Matter near{v1::ALERT_KIND_STATUTORY_NEAR, 0, static_cast<std::uint32_t>(limit), due};
    if (!watches_.has(near) && tomorrow() <= due) {
        const Day raise = due.plus(-std::int64_t{*rules_.alerts.statutory_near});
        watches_.add(near, std::max(raise, tomorrow()));
    }
    Matter passed = near;
    passed.kind = v1::ALERT_KIND_STATUTORY_PASSED;
    if (!watches_.has(passed)) watches_.add(passed, std::max(due.plus(1), tomorrow()));
}

}  // namespace

Consequences record_on_citizen(rows::CitizenState& citizen, const CitizenMessage& message,
                               const RuleSet& rules) {
    Consequences consequences;
    Recorder{citizen, message, rules, consequences}.record();
    return consequences;
}

void join(rows::CitizenState& citizen, const rows::CitizenState& other, Day today, Day birth,
          const RuleSet& rules) {
    if (other.limits_number() > citizen.limits_number()) {
        citizen.set_limits_number(other.limits_number());
        citizen.set_watched(other.watched());
        citizen.set_first_request_day(other.first_request_day());
        citizen.set_first_offer_due_day(other.first_offer_due_day());
    }
    if (other.interview_number() > citizen.interview_number()) {
        citizen.set_interview_number(other.interview_number());
        citizen.set_last_interview_day(other.last_interview_day());
        citizen.set_next_interview_day(other.next_interview_day());
    }
    if (other.last_end_day() > citizen.last_end_day()) {
        citizen.set_last_end_day(other.last_end_day());
        citizen.set_last_end_number(other.last_end_number());
    }
    citizen.set_had_interview(citizen.had_interview() || other.had_interview());
    citizen.set_had_offer(citizen.had_offer() || other.had_offer());
    citizen.set_running(citizen.running() + other.running());
    const bool takes_plan = other.job_plan_number() > citizen.job_plan_number();
    if (takes_plan) {
        citizen.set_job_plan_number(other.job_plan_number());
        citizen.set_job_plan_end_day(other.job_plan_end_day());
    }
    Consequences unused;  // what is settled is told of nowhere
    Watches watches{*citizen.mutable_watches(), unused.cleared};
    if (takes_plan) watches.settle(v1::ALERT_KIND_JOB_PLAN_ENDING);
    // With what has been raised of them, so that nothing is raised twice.
    for (const rows::Watch& watch : other.watches()) {
        const bool is_there = std::any_of(
            citizen.watches().begin(), citizen.watches().end(), [&](const rows::Watch& own) {
                return own.kind() == watch.kind() && own.report() == watch.report() &&
                       own.about() == watch.about() && own.limit_day() == watch.limit_day();
            });
        const bool is_taken = is_of_law(watch) ? !is_there : takes_plan;
        if (is_taken) *citizen.add_watches() = watch;
    }
    const v1::Envelope nothing;
    const CitizenMessage message{nothing, v1::MESSAGE_KIND_UNSPECIFIED, 0, 0, today, birth};
    Recorder{citizen, message, rules, unused}.watch_limits();
}

std::vector<RaisedAlert> due(const rows::CitizenState& citizen, Day day) {
    return due_alerts(citizen.watches(), day);
}

Day next_due(const rows::CitizenState& citizen) {
    return next_due_day(citizen.watches());
}

void record_alert(rows::CitizenState& citizen, const v1::Alert& alert) {
    mark_raised(*citizen.mutable_watches(), alert);
}

Day next_interview(const rows::CitizenState& citizen) {
    return Day::numbered(citizen.next_interview_day());
}

}  // namespace jobbro::domain
