#include "hub/domain/citizen_limits.h"

#include <algorithm>
#include <tuple>

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

// --- What was told of the citizen ------------------------------------------------------------

using Days = google::protobuf::RepeatedPtrField<rows::DayOfCitizen>;
using Outcomes = google::protobuf::RepeatedPtrField<rows::OutcomeOfCitizen>;

bool is_before(const rows::DayOfCitizen& a, const rows::DayOfCitizen& b) {
    return std::make_tuple(a.day(), a.number()) < std::make_tuple(b.day(), b.number());
}

// Those that end the watch come last: what others there are does not bring it back.
bool is_before(const rows::OutcomeOfCitizen& a, const rows::OutcomeOfCitizen& b) {
    return std::make_tuple(a.is_job_or_education(), a.day(), a.number()) <
           std::make_tuple(b.is_job_or_education(), b.day(), b.number());
}

template <typename Rows>
void keep_the_last(Rows& rows) {
    while (rows.size() > told_of_citizen_max) {
        rows.erase(std::min_element(rows.begin(), rows.end(),
                                    [](const auto& a, const auto& b) { return is_before(a, b); }));
    }
}

template <typename Rows>
void take_over(Rows& rows, const Rows& others) {
    rows.MergeFrom(others);
    keep_the_last(rows);
}

// The last one on `since` or after; nullptr: none.
const rows::DayOfCitizen* last_of(const Days& days, std::uint32_t since) {
    const rows::DayOfCitizen* last = nullptr;
    for (const rows::DayOfCitizen& each : days) {
        if (each.day() < since) continue;
        if (last == nullptr || is_before(*last, each)) last = &each;
    }
    return last;
}

// An outcome since the latest LimitsWatched, of the spell that it is about.
bool has_left(const rows::CitizenState& citizen) {
    return std::any_of(citizen.outcomes().begin(), citizen.outcomes().end(),
                       [&citizen](const rows::OutcomeOfCitizen& outcome) {
                           return outcome.is_job_or_education() &&
                                  outcome.first_number() > citizen.limits_first_number() &&
                                  outcome.day() >= citizen.first_request_day();
                       });
}

// --- The limits ------------------------------------------------------------------------------

// nullptr: it is not watched, met, or not known.
const rows::LawLimit* limit_of(const rows::CitizenState& citizen, v1::StatutoryLimit limit) {
    const std::uint32_t since = citizen.first_request_day();
    if ((citizen.watched() >> limit & 1U) == 0 || has_left(citizen)) return nullptr;
    const auto counted_from = [since](const Days& days) {
        const rows::DayOfCitizen* const last = last_of(days, since);
        return last != nullptr ? &last->limit() : nullptr;
    };
    switch (limit) {
        case v1::STATUTORY_LIMIT_FIRST_INTERVIEW:
            return last_of(citizen.interviews(), since) == nullptr ? &citizen.first_interview()
                                                                   : nullptr;
        case v1::STATUTORY_LIMIT_INTERVIEWS:
            return counted_from(citizen.interviews());
        case v1::STATUTORY_LIMIT_FIRST_OFFER:
            return last_of(citizen.starts(), since) == nullptr ? &citizen.first_offer() : nullptr;
        case v1::STATUTORY_LIMIT_NEW_OFFER:
            return citizen.running() == 0 ? counted_from(citizen.ends()) : nullptr;
        default:
            return nullptr;
    }
}

// A watch of the law has its limit where one of a message has the message. Nothing is raised
// before `tomorrow`.
void watch_limit(const rows::CitizenState& citizen, v1::StatutoryLimit limit, Day tomorrow,
                 Watches& watches) {
    const rows::LawLimit* const found = limit_of(citizen, limit);
    const Day due = Day::numbered(found != nullptr ? found->limit_day() : 0);
    watches.settle([&](const rows::Watch& watch) {
        return is_of_law(watch) && watch.report() == static_cast<std::uint32_t>(limit) &&
               watch.limit_day() != due.number();
    });
    if (!due.is_set()) return;
    const Matter near{v1::ALERT_KIND_STATUTORY_NEAR, 0, static_cast<std::uint32_t>(limit), due};
    if (!watches.has(near) && tomorrow <= due) {
        watches.add(near, std::max(Day::numbered(found->near_day()), tomorrow));
    }
    Matter passed = near;
    passed.kind = v1::ALERT_KIND_STATUTORY_PASSED;
    if (!watches.has(passed)) watches.add(passed, std::max(due.plus(1), tomorrow));
}

void watch_limits(const rows::CitizenState& citizen, Day tomorrow, Watches& watches) {
    for (const auto limit : {v1::STATUTORY_LIMIT_FIRST_INTERVIEW, v1::STATUTORY_LIMIT_INTERVIEWS,
                             v1::STATUTORY_LIMIT_FIRST_OFFER, v1::STATUTORY_LIMIT_NEW_OFFER}) {
        watch_limit(citizen, limit, tomorrow, watches);
    }
}

// With what has been raised of it, so that nothing is raised twice.
void take_watch(google::protobuf::RepeatedPtrField<rows::Watch>& watches,
                const rows::Watch& other) {
    for (rows::Watch& own : watches) {
        const bool is_same = own.kind() == other.kind() && own.report() == other.report() &&
                             own.about() == other.about() && own.limit_day() == other.limit_day();
        if (!is_same) continue;
        if (other.step() > own.step()) own = other;
        return;
    }
    *watches.Add() = other;
}

// --- A message -------------------------------------------------------------------------------

class Recorder {
  public:
    Recorder(rows::CitizenState& citizen, const CitizenMessage& message, const RuleSet& rules,
             Consequences& consequences)
        : citizen_(citizen),
          message_(message),
          rules_(rules),
          watches_(*citizen.mutable_watches(), consequences.cleared) {}

    void record();

  private:
    [[nodiscard]] bool is_correction() const { return message_.corrects != 0; }
    [[nodiscard]] Day tomorrow() const { return message_.day.plus(1); }
    // Of what `latest` told last, or in no other's place.
    [[nodiscard]] bool is_current(MessageNumber latest) const {
        return !is_correction() || message_.corrects == latest;
    }
    template <typename Rows>
    auto* place_in(Rows& rows) const;

    void record_limits();
    void record_interview();
    void record_job_plan();
    void record_start();
    void record_end(Day day);
    void record_outcome();

    [[nodiscard]] rows::LawLimit limit_on(Day due) const;
    [[nodiscard]] rows::LawLimit counted(Day from, const LimitByAge& by_age) const;

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
    watch_limits(citizen_, tomorrow(), watches_);
}

// The place of what the message corrects, or a new one; nullptr: it corrects what is kept no more,
// or what was replaced since.
template <typename Rows>
auto* Recorder::place_in(Rows& rows) const {
    for (auto& row : rows) {
        if (is_correction() && row.number() == message_.corrects) return &row;
    }
    using Row = typename Rows::value_type;
    return is_correction() ? static_cast<Row*>(nullptr) : rows.Add();
}

void Recorder::record_limits() {
    const v1::LimitsWatched& limits = message_.envelope.limits_watched();
    if (!is_current(citizen_.limits_number())) return;
    citizen_.set_limits_number(message_.number);
    if (!is_correction()) {
        citizen_.set_limits_first_number(message_.number);
        citizen_.clear_outcomes();
    }
    std::uint32_t watched = 0;
    for (const int limit : limits.watched())
        watched |= 1U << limit;
    citizen_.set_watched(watched);
    const Day first_request = day_of_field(limits.first_request_date());
    citizen_.set_first_request_day(first_request.number());
    *citizen_.mutable_first_interview() = counted(first_request, rules_.first_interview);
    *citizen_.mutable_first_offer() = limit_on(day_of_field(limits.first_offer_due_date()));
}

void Recorder::record_interview() {
    const v1::InterviewHeld& interview = message_.envelope.interview_held();
    auto* const told = place_in(*citizen_.mutable_interviews());
    if (told == nullptr) return;
    const Day held = day_of_field(interview.held_date());
    told->set_number(message_.number);
    told->set_day(held.number());
    told->set_next_day(day_of_field(interview.next_interview_date()).number());
    *told->mutable_limit() = counted(held, rules_.interviews);
    keep_the_last(*citizen_.mutable_interviews());
    citizen_.set_interview_number(message_.number);
}

// What is the same in a later extract is not told of once more.
void Recorder::record_job_plan() {
    if (!is_current(citizen_.job_plan_number())) return;
    const Day end = day_of_field(message_.envelope.job_plan_extract().end_date());
    citizen_.set_job_plan_number(message_.number);
    citizen_.set_job_plan_end_day(end.number());
    bool is_watched = false;
    watches_.settle([&](const rows::Watch& watch) {
        if (watch.kind() != v1::ALERT_KIND_JOB_PLAN_ENDING) return false;
        const bool is_same = watch.limit_day() == end.number();
        is_watched = is_watched || is_same;
        return !is_same;
    });
    if (is_watched || !rules_.alerts.job_plan_ending || !end.is_set() || tomorrow() > end) return;
    const Day near = end.plus(-std::int64_t{*rules_.alerts.job_plan_ending});
    watches_.add({v1::ALERT_KIND_JOB_PLAN_ENDING, message_.number, 0, end},
                 std::max(near, tomorrow()));
}

void Recorder::record_start() {
    auto* const told = place_in(*citizen_.mutable_starts());
    if (!is_correction()) citizen_.set_running(citizen_.running() + 1);
    if (told == nullptr) return;
    told->set_number(message_.number);
    told->set_day(day_of_field(message_.envelope.course_start().start_date()).number());
    keep_the_last(*citizen_.mutable_starts());
}

void Recorder::record_end(Day day) {
    auto* const told = place_in(*citizen_.mutable_ends());
    if (!is_correction() && citizen_.running() > 0) citizen_.set_running(citizen_.running() - 1);
    if (told == nullptr) return;
    told->set_number(message_.number);
    told->set_day(day.number());
    *told->mutable_limit() = counted(day, rules_.new_offer);
    keep_the_last(*citizen_.mutable_ends());
}

void Recorder::record_outcome() {
    const v1::CourseOutcome& outcome = message_.envelope.course_outcome();
    auto* const told = place_in(*citizen_.mutable_outcomes());
    if (told == nullptr) return;
    told->set_number(message_.number);
    if (!is_correction()) told->set_first_number(message_.number);
    told->set_day(day_of_field(outcome.from_date()).number());
    told->set_is_job_or_education(is_job_or_education(outcome.kind()));
    keep_the_last(*citizen_.mutable_outcomes());
}

rows::LawLimit Recorder::limit_on(Day due) const {
    rows::LawLimit limit;
    if (!due.is_set() || !rules_.alerts.statutory_near) return limit;
    limit.set_limit_day(due.number());
    limit.set_near_day(due.plus(-std::int64_t{*rules_.alerts.statutory_near}).number());
    return limit;
}

rows::LawLimit Recorder::counted(Day from, const LimitByAge& by_age) const {
    if (!from.is_set()) return {};
    const Span span = rules_.limit_of(by_age, message_.birth, from);
    return span.is_set() ? limit_on(after(from, span)) : rows::LawLimit{};
}

}  // namespace

Consequences record_on_citizen(rows::CitizenState& citizen, const CitizenMessage& message,
                               const RuleSet& rules) {
    Consequences consequences;
    Recorder{citizen, message, rules, consequences}.record();
    return consequences;
}

void join(rows::CitizenState& citizen, const rows::CitizenState& other, Day today) {
    if (other.limits_first_number() > citizen.limits_first_number()) {
        citizen.set_limits_number(other.limits_number());
        citizen.set_limits_first_number(other.limits_first_number());
        citizen.set_watched(other.watched());
        citizen.set_first_request_day(other.first_request_day());
        *citizen.mutable_first_interview() = other.first_interview();
        *citizen.mutable_first_offer() = other.first_offer();
    }
    citizen.set_interview_number(std::max(citizen.interview_number(), other.interview_number()));
    take_over(*citizen.mutable_interviews(), other.interviews());
    take_over(*citizen.mutable_starts(), other.starts());
    take_over(*citizen.mutable_ends(), other.ends());
    take_over(*citizen.mutable_outcomes(), other.outcomes());
    citizen.set_running(citizen.running() + other.running());
    const bool takes_plan = other.job_plan_number() > citizen.job_plan_number();
    if (takes_plan) {
        citizen.set_job_plan_number(other.job_plan_number());
        citizen.set_job_plan_end_day(other.job_plan_end_day());
    }
    Consequences unused;  // what is settled is told of nowhere
    Watches watches{*citizen.mutable_watches(), unused.cleared};
    if (takes_plan) watches.settle(v1::ALERT_KIND_JOB_PLAN_ENDING);
    for (const rows::Watch& watch : other.watches()) {
        if (is_of_law(watch) || takes_plan) take_watch(*citizen.mutable_watches(), watch);
    }
    watch_limits(citizen, today.plus(1), watches);
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
    const rows::DayOfCitizen* const last = last_of(citizen.interviews(), 0);
    return last != nullptr ? Day::numbered(last->next_day()) : Day{};
}

}  // namespace jobbro::domain
