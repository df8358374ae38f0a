#include "tests/property/alert_oracle.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "tests/property/follow_up_oracle.h"

namespace jobbro::domain {
namespace {

// A matter: kind, what it is about, which report, limit.
using Key = std::tuple<int, MessageNumber, int, int>;
struct Waiting {
    int raise = 0;
    std::vector<int> further;
};
using All = std::map<Key, Waiting>;
using History = std::vector<Said>;
constexpr int none = -1000000;

class Oracle {
  public:
    Oracle(const RuleSet& rules, Day first_day, Day birth)
        : rules_(rules), first_(first_day), birth_(birth) {}

    std::vector<std::string> run(const std::vector<Event>& history) {
        for (const Event& event : history)
            event.is_dawn ? dawn(event.day) : hear(event.said);
        return told_;
    }

  private:
    [[nodiscard]] int number(const std::string& date) const {
        return date.empty() ? none : domain::day(date).since(first_);
    }
    [[nodiscard]] const AlertSettings& alerts() const { return rules_.alerts; }

    void dawn(int day) {
        std::vector<std::pair<int, std::string>> due;
        for (auto& [key, waiting] : open_) {
            while (waiting.raise != none && waiting.raise <= day) {
                tell(std::get<0>(key), std::get<3>(key), waiting.raise, ++steps_[key],
                     waiting.raise < day);
                const bool is_last = waiting.further.empty();
                const int raise = is_last ? none : waiting.raise + waiting.further.front();
                if (!is_last) waiting.further.erase(waiting.further.begin());
                waiting.raise = raise;
            }
        }
    }

    void tell(int kind, int limit, int as_of, int step, bool is_late) {
        RaisedAlert alert;
        alert.kind = static_cast<v1::AlertKind>(kind);
        if (limit != none) alert.limit = first_.plus(limit);
        alert.as_of = first_.plus(as_of);
        alert.step = static_cast<std::uint32_t>(step);
        alert.is_late = is_late;
        told_.push_back(text_of(alert, first_));
    }

    void hear(const Said& said) {
        history_.push_back(said);
        All now;
        order_and_questions(now);
        start_and_end(now);
        reports(now);
        follow_ups(now);
        law(now);
        for (auto& [key, waiting] : now) {
            const auto known = open_.find(key);
            if (known != open_.end()) {
                waiting = known->second;
            } else {
                waiting.raise = std::max(waiting.raise, said.day + 1);
                steps_[key] = 0;
            }
        }
        open_ = std::move(now);
        absence(said);
    }

    // --- The order ---------------------------------------------------------------------------

    [[nodiscard]] OrderState state() const {
        OrderState state = OrderState::placed;
        for (const Said& said : history_)
            if (said.corrects == 0) state = state_after(state, said.kind);
        return state;
    }

    void order_and_questions(All& now) const {
        int since = none;
        std::map<MessageNumber, int> open;
        bool is_answered = false;
        for (const Said& said : history_) {
            if (said.kind == v1::MESSAGE_KIND_ORDER && said.corrects == 0) since = said.day;
            if (said.kind == v1::MESSAGE_KIND_CLARIFICATION_REQUEST) {
                if (said.corrects != 0 && open.erase(said.corrects) == 0) continue;
                const int wanted =
                    number(said.envelope.clarification_request().answer_wanted_by_date());
                open[said.number] =
                    wanted == none ? said.day + *alerts().question_unanswered : wanted;
                since = none;
            }
            const bool may_answer = said.kind == v1::MESSAGE_KIND_CLARIFICATION ||
                                    said.kind == v1::MESSAGE_KIND_ORDER_REVISION;
            if (may_answer && !is_text_of_the_past(said)) {
                std::size_t closed = 0;
                for (const MessageNumber answered : said.answers)
                    closed += open.erase(answered);
                if (closed > 0 && open.empty() && !is_answered) since = said.day;
            }
            is_answered = is_answered || said.kind == v1::MESSAGE_KIND_ORDER_ACCEPTANCE;
            if (is_answered) since = none;
        }
        const OrderState state = this->state();
        if (is_over(state)) return;
        if (since != none) {
            const int limit = since + *alerts().order_unanswered;
            const MessageNumber about = clock_started_by(since);
            now[{v1::ALERT_KIND_ORDER_UNANSWERED, about, 0, limit}] = {limit + 1, {}};
        }
        for (const auto& [question, limit] : open)
            now[{v1::ALERT_KIND_CLARIFICATION_UNANSWERED, question, 0, limit}] = {limit + 1, {}};
    }

    // The order or the last answer: for the oracle the day is name enough.
    [[nodiscard]] static MessageNumber clock_started_by(int since) {
        return static_cast<MessageNumber>(since + 1);
    }

    // The messages whose order text held, one after the other.
    [[nodiscard]] std::vector<const Said*> texts() const {
        std::vector<const Said*> texts;
        for (const Said& said : history_) {
            const bool is_text =
                said.kind == v1::MESSAGE_KIND_ORDER || said.kind == v1::MESSAGE_KIND_ORDER_REVISION;
            if (!is_text) continue;
            if (said.corrects == 0 || said.corrects == texts.back()->number) {
                texts.push_back(&said);
            }
        }
        return texts;
    }
    [[nodiscard]] bool is_text_of_the_past(const Said& said) const {
        if (said.kind != v1::MESSAGE_KIND_ORDER_REVISION) return false;
        const auto all = texts();
        return std::none_of(all.begin(), all.end(),
                            [&said](const Said* text) { return text->number == said.number; });
    }
    static const v1::Order& order_of(const Said& said) {
        return said.kind == v1::MESSAGE_KIND_ORDER ? said.envelope.order()
                                                   : said.envelope.order_revision().order();
    }

    // --- Start and end -----------------------------------------------------------------------

    struct Dates {
        int expected = none;
        int started = none;
        int end = none;
    };

    [[nodiscard]] Dates dates() const {
        Dates dates;
        MessageNumber acceptance = 0;
        MessageNumber start = 0;
        MessageNumber end = 0;
        MessageNumber text = 0;
        int ordered = none;
        bool has_ended = false;
        for (const Said& said : history_) {
            const bool is_new = said.corrects == 0;
            if (said.kind == v1::MESSAGE_KIND_ORDER ||
                said.kind == v1::MESSAGE_KIND_ORDER_REVISION) {
                if (!is_new && said.corrects != text) continue;
                const bool sets_end = !has_ended && (is_new || said.corrects == end);
                text = said.number;
                const int now = number(order_of(said).start_date());
                if (now != ordered) dates.expected = now;
                ordered = now;
                if (sets_end) {
                    dates.end = number(order_of(said).end_date());
                    end = said.number;
                }
            } else if (said.kind == v1::MESSAGE_KIND_ORDER_ACCEPTANCE) {
                if (!is_new && said.corrects != acceptance) continue;
                acceptance = said.number;
                const int told = number(said.envelope.order_acceptance().expected_start_date());
                dates.expected = told == none ? ordered : told;
            } else if (said.kind == v1::MESSAGE_KIND_COURSE_START) {
                if (!is_new && said.corrects != start) continue;
                start = said.number;
                dates.started = number(said.envelope.course_start().start_date());
            } else if (said.kind == v1::MESSAGE_KIND_EXTENSION) {
                if (has_ended || (!is_new && said.corrects != end)) continue;
                end = said.number;
                dates.end = number(said.envelope.extension().new_end_date());
            } else if (said.kind == v1::MESSAGE_KIND_COURSE_END) {
                if (!is_new && said.corrects != end) continue;
                has_ended = true;
                end = said.number;
                dates.end = number(said.envelope.course_end().end_date());
            }
        }
        return dates;
    }

    [[nodiscard]] bool is_decided() const {
        std::set<MessageNumber> decisions;
        for (const Said& said : history_) {
            if (said.kind != v1::MESSAGE_KIND_FOLLOW_UP) continue;
            decisions.erase(said.corrects);
            if (decides(said)) decisions.insert(said.number);
        }
        return !decisions.empty();
    }
    static bool decides(const Said& said) {
        const auto decision = said.envelope.follow_up().decision();
        return decision == v1::FOLLOW_UP_DECISION_NEW_ORDER ||
               decision == v1::FOLLOW_UP_DECISION_END;
    }

    void start_and_end(All& now) const {
        const Dates dates = this->dates();
        const OrderState state = this->state();
        if (state == OrderState::accepted && dates.expected != none && alerts().not_started) {
            now[{v1::ALERT_KIND_NOT_STARTED, 0, 0, dates.expected}] = {
                dates.expected + *alerts().not_started + 1, {}};
        }
        const int today = history_.back().day;
        const Key ending{v1::ALERT_KIND_COURSE_ENDING_WITHOUT_FOLLOW_UP, 0, 0, dates.end};
        const bool is_too_late = today + 1 > dates.end && !open_.contains(ending);
        if (state == OrderState::started && dates.end != none && !is_decided() && !is_too_late) {
            now[ending] = {dates.end - *alerts().course_ending, {}};
        }
    }

    // --- Reports -----------------------------------------------------------------------------

    struct Given {
        MessageNumber number;
        MessageNumber first;
        int kind;
        int day;
    };
    using Dues = std::map<std::pair<int, int>, MessageNumber>;  // (kind, day) -> met by

    static int kind_of(const Said& said) {
        if (said.kind == v1::MESSAGE_KIND_MID_TERM_EVALUATION) {
            return v1::REPORT_KIND_MID_TERM_EVALUATION;
        }
        return said.envelope.progression_report().stage() == v1::REPORT_STAGE_FINAL
                   ? v1::REPORT_KIND_PROGRESSION_FINAL
                   : v1::REPORT_KIND_PROGRESSION_INTERIM;
    }
    static bool is_report(const Said& said) {
        return said.kind == v1::MESSAGE_KIND_MID_TERM_EVALUATION ||
               said.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT;
    }

    static void meet(Dues& dues, int kind, MessageNumber by, int day) {
        bool is_for_one = false;
        for (auto& [due, met] : dues) {
            const bool is_past = due.second <= day;
            const bool is_own = due.first == kind && is_past;
            const bool is_covered = kind == v1::REPORT_KIND_PROGRESSION_FINAL &&
                                    due.first == v1::REPORT_KIND_PROGRESSION_INTERIM && is_past;
            if (met != 0 || (!is_own && !is_covered)) continue;
            met = by;
            is_for_one = is_for_one || is_own;
        }
        if (is_for_one) return;
        for (auto& [due, met] : dues) {  // by kind, and then by day
            if (due.first != kind || met != 0) continue;
            met = by;
            return;
        }
    }

    void reports(All& now) const {
        const OrderState state = this->state();
        if (state != OrderState::started && state != OrderState::ended) return;
        const Dates dates = this->dates();
        const auto all_texts = texts();
        Dues dues;
        std::vector<Given> given;
        int cadence_met = none;
        for (std::size_t i = 0; i < history_.size(); ++i) {
            const Said& said = history_[i];
            const bool is_text = std::any_of(all_texts.begin(), all_texts.end(),
                                             [&](const Said* text) { return text == &said; });
            if (is_text) dues = dues_of(order_of(said), dues, given);
            if (!is_report(said)) continue;
            if (said.corrects == 0) {
                given.push_back({said.number, said.number, kind_of(said), said.day});
                meet(dues, kind_of(said), said.number, said.day);
                const int next = next_of_cadence(i, cadence_met);
                const bool is_progression = said.kind == v1::MESSAGE_KIND_PROGRESSION_REPORT;
                if (is_progression && next != none) cadence_met = std::max(next, said.day);
                continue;
            }
            for (Given& report : given) {
                if (report.number != said.corrects) continue;
                report.number = said.number;
                if (report.kind == kind_of(said)) break;
                report.kind = kind_of(said);
                for (auto& [due, met] : dues)
                    if (met == report.first) met = 0;
                meet(dues, report.kind, report.first, report.day);
                break;
            }
        }
        for (const auto& [due, met] : dues) {
            const bool is_mid_term = due.first == v1::REPORT_KIND_MID_TERM_EVALUATION;
            const bool is_moot = state == OrderState::ended &&
                                 (due.second > dates.end || is_mid_term) &&
                                 due.first != v1::REPORT_KIND_PROGRESSION_FINAL;
            if (met == 0 && !is_moot) add_report(now, due.first, due.second);
        }
        const int cadence = next_of_cadence(history_.size() - 1, cadence_met);
        if (cadence != none) add_report(now, 0, cadence);
    }

    Dues dues_of(const v1::Order& order, const Dues& before,
                 const std::vector<Given>& given) const {
        Dues dues;
        for (const v1::ReportDue& report : order.reports_due().reports()) {
            const std::pair<int, int> due{report.kind(), number(report.due_date())};
            if (const auto known = before.find(due); known != before.end()) {
                dues[due] = known->second;
                continue;
            }
            dues[due] = 0;
            for (const Given& one : given) {
                if (one.kind != due.first || one.day < due.second || dues[due] != 0) continue;
                dues[due] = one.first;
            }
        }
        return dues;
    }

    // As things stood after the i-th message.
    [[nodiscard]] int next_of_cadence(std::size_t i, int met) const {
        Oracle then{rules_, first_, birth_};
        then.history_.assign(history_.begin(), history_.begin() + static_cast<long>(i) + 1);
        const Dates dates = then.dates();
        const int weeks =
            static_cast<int>(order_of(*then.texts().back()).reports_due().every_weeks());
        if (weeks == 0 || dates.started == none) return none;
        int next = dates.started + weeks * 7;
        while (next <= met)
            next += weeks * 7;
        return dates.end != none && next > dates.end ? none : next;
    }

    void add_report(All& now, int kind, int due) const {
        Waiting overdue{due + *alerts().report_overdue + 1, {}};
        for (std::uint8_t i = 0; i < alerts().report_overdue_steps.count; ++i)
            overdue.further.push_back(alerts().report_overdue_steps.days[i]);
        now[{v1::ALERT_KIND_REPORT_OVERDUE, 0, kind, due}] = overdue;
        const Key soon{v1::ALERT_KIND_REPORT_DUE_SOON, 0, kind, due};
        const bool is_too_late = history_.back().day + 1 > due && !open_.contains(soon);
        if (alerts().report_due_soon && !is_too_late) {
            now[soon] = {due - *alerts().report_due_soon, {}};
        }
    }

    // --- Follow-ups --------------------------------------------------------------------------

    void follow_ups(All& now) const {
        if (state() == OrderState::cancelled) return;
        Waiting steps;
        for (std::uint8_t i = 0; i < alerts().follow_up_steps.count; ++i)
            steps.further.push_back(alerts().follow_up_steps.days[i]);
        for (const auto& [about, limit] : waiting_for_follow_up(history_, alerts(), first_)) {
            steps.raise = limit + 1;
            now[{v1::ALERT_KIND_FOLLOW_UP_OVERDUE, about, 0, limit}] = steps;
        }
    }

    // --- The law -----------------------------------------------------------------------------

    // Messages of a kind, each with the corrections that took its place: (first, latest), oldest
    // first.
    using Chains = std::vector<std::pair<MessageNumber, const Said*>>;
    [[nodiscard]] Chains chains_of(v1::MessageKind kind) const {
        Chains chains;
        for (const Said& said : history_) {
            if (said.kind != kind) continue;
            if (said.corrects == 0) chains.emplace_back(said.number, &said);
            for (auto& [first, latest] : chains)
                if (latest->number == said.corrects) latest = &said;
        }
        return chains;
    }

    // The last of the days since the first request; none: there is none.
    static int last_since(int first_request, const std::vector<int>& days) {
        int last = none;
        for (const int day : days)
            if (day >= first_request) last = std::max(last, day);
        return last;
    }

    void law(All& now) const {
        const Chains told = chains_of(v1::MESSAGE_KIND_LIMITS_WATCHED);
        if (told.empty()) return;
        const auto& [first, latest] = told.back();
        const auto& limits = latest->envelope.limits_watched();
        const int request = number(limits.first_request_date());
        for (const auto& [since, outcome] : chains_of(v1::MESSAGE_KIND_COURSE_OUTCOME)) {
            const auto& body = outcome->envelope.course_outcome();
            const bool ends_it =
                body.kind() == v1::OUTCOME_KIND_EDUCATION && number(body.from_date()) >= request;
            if (ends_it && since > first) return;
        }
        std::vector<int> interviews;
        for (const auto& [since, held] : chains_of(v1::MESSAGE_KIND_INTERVIEW_HELD))
            interviews.push_back(number(held->envelope.interview_held().held_date()));
        std::vector<int> starts;
        for (const auto& [since, start] : chains_of(v1::MESSAGE_KIND_COURSE_START))
            starts.push_back(number(start->envelope.course_start().start_date()));
        std::vector<int> ends;
        for (const auto& [since, end] : chains_of(v1::MESSAGE_KIND_COURSE_END))
            ends.push_back(number(end->envelope.course_end().end_date()));
        for (const auto& [since, cut_off] : chains_of(v1::MESSAGE_KIND_ORDER_CANCELLATION))
            if (!starts.empty()) ends.push_back(cut_off->day);
        const int interview = last_since(request, interviews);
        const int end = last_since(request, ends);
        const int offer_due = number(limits.first_offer_due_date());
        for (const int limit : limits.watched()) {
            if (limit == v1::STATUTORY_LIMIT_FIRST_INTERVIEW) {
                if (interview == none) add_limit(now, limit, months_after(request, 3));
            } else if (limit == v1::STATUTORY_LIMIT_INTERVIEWS) {
                add_limit(now, limit, months_after(interview, 3));
            } else if (limit == v1::STATUTORY_LIMIT_FIRST_OFFER) {
                if (last_since(request, starts) == none) add_limit(now, limit, offer_due);
            } else if (state() != OrderState::started) {
                add_limit(now, limit, months_after(end, 6));
            }
        }
    }

    [[nodiscard]] int months_after(int day, std::uint16_t months) const {
        return day == none ? none : after(first_.plus(day), {0, months}).since(first_);
    }

    void add_limit(All& now, int limit, int due) const {
        if (due == none) return;
        const Key near{v1::ALERT_KIND_STATUTORY_NEAR, 0, limit, due};
        const bool is_too_late = history_.back().day + 1 > due && !open_.contains(near);
        if (!is_too_late) now[near] = {due - *alerts().statutory_near, {}};
        now[{v1::ALERT_KIND_STATUTORY_PASSED, 0, limit, due}] = {due + 1, {}};
    }

    // --- Absence -----------------------------------------------------------------------------

    // What is known of each planned day: 0 nothing, else the kind; 100 the citizen was there.
    [[nodiscard]] std::map<int, int> days() const {
        const Dates dates = this->dates();
        std::vector<const Said*> told;
        for (const Said& said : history_) {
            if (said.kind != v1::MESSAGE_KIND_ABSENCE_REPORT &&
                said.kind != v1::MESSAGE_KIND_ATTENDANCE_LIST) {
                continue;
            }
            told.erase(std::remove_if(told.begin(), told.end(),
                                      [&said](const Said* earlier) {
                                          return earlier->number == said.corrects;
                                      }),
                       told.end());
            told.push_back(&said);
        }
        std::map<int, int> days;
        for (int day = dates.started; day < dates.started + 800; ++day) {
            bool is_planned = first_.plus(day).weekday() <= 5;
            for (const Said* said : told) {
                const v1::AttendanceList& list = said->envelope.attendance_list();
                if (said->kind != v1::MESSAGE_KIND_ATTENDANCE_LIST ||
                    day < number(list.first_date()) || day > number(list.last_date())) {
                    continue;
                }
                is_planned = std::any_of(
                    list.days().begin(), list.days().end(),
                    [&](const v1::AttendanceDay& listed) { return number(listed.date()) == day; });
            }
            if (is_planned) days[day] = 0;
        }
        for (const Said* said : told) {
            for (auto& [day, known] : days) {
                const v1::AbsenceReport& report = said->envelope.absence_report();
                if (said->kind == v1::MESSAGE_KIND_ABSENCE_REPORT) {
                    if (number(report.first_date()) <= day && day <= number(report.last_date())) {
                        known = report.kind();
                    }
                    continue;
                }
                for (const v1::AttendanceDay& listed : said->envelope.attendance_list().days())
                    if (number(listed.date()) == day) {
                        known = listed.has_absence() ? static_cast<int>(listed.absence()) : 100;
                    }
            }
        }
        return days;
    }

    void absence(const Said& said) {
        const bool is_of_days = said.kind == v1::MESSAGE_KIND_ABSENCE_REPORT ||
                                said.kind == v1::MESSAGE_KIND_ATTENDANCE_LIST;
        if (!is_of_days || state() != OrderState::started) return;
        const std::map<int, int> known = days();
        std::vector<int> row;
        for (const auto& [day, kind] : known) {
            if (kind == v1::ABSENCE_KIND_NO_SHOW) {
                row.push_back(day);
            } else {
                end_row(row, said.day);
            }
        }
        end_row(row, said.day);
        std::size_t away = 0;
        for (const auto& [day, kind] : known) {
            if (away == *alerts().first_days_absent || kind == 0 || kind == 100 ||
                kind == v1::ABSENCE_KIND_LATE || kind == v1::ABSENCE_KIND_LEFT_EARLY) {
                break;
            }
            ++away;
        }
        if (away == *alerts().first_days_absent && !first_days_told_) {
            first_days_told_ = true;
            tell(v1::ALERT_KIND_ABSENCE_WHOLE_FIRST_WEEK, none, said.day, 1, false);
        }
    }

    void end_row(std::vector<int>& row, int today) {
        if (row.size() >= *alerts().no_shows_in_a_row) {
            const bool is_known = std::any_of(
                row.begin(), row.end(), [this](int day) { return spell_days_.contains(day); });
            if (!is_known) {
                tell(v1::ALERT_KIND_ABSENCE_NO_SHOWS_IN_A_ROW, none, today, 1, false);
            }
            // The days between are of the spell too, planned or not.
            for (int day = row.front(); day <= row.back(); ++day)
                spell_days_.insert(day);
        }
        row.clear();
    }

    const RuleSet& rules_;
    Day first_;
    Day birth_;
    History history_;
    All open_;
    std::map<Key, int> steps_;
    std::set<int> spell_days_;
    bool first_days_told_ = false;
    std::vector<std::string> told_;
};

}  // namespace

std::vector<std::string> alerts_of(const std::vector<Event>& history, const RuleSet& rules,
                                   Day first_day, Day birth) {
    return Oracle{rules, first_day, birth}.run(history);
}

}  // namespace jobbro::domain
