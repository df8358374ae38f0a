// A citizen with one order, told of day by day: what the hub would do with the pure rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hub/domain/citizen_limits.h"
#include "hub/domain/course.h"

namespace jobbro::domain {

// "2011-05-02".
Day day(std::string_view text);
// The settings of the demo, and 13 weeks of work placement for all but the job-ready.
RuleSet demo_rules();

// An alert as told: "d8 ORDER_UNANSWERED limit d7 step 1", days counted from `from`; and " late".
std::string text_of(const RaisedAlert& alert, Day from);

class CourseLog {
  public:
    explicit CourseLog(Day first_day, RuleSet rules = demo_rules())
        : rules_(std::move(rules)), first_day_(first_day), today_(first_day) {}

    // The hub runs: what falls due is raised at the beginning of its day.
    void run_to(int day_number);
    // The hub is down until the beginning of the day.
    void sleep_to(int day_number);
    // A message comes today. Its number, or 0 when it is refused; refusal() then says why.
    MessageNumber say(const v1::Envelope& envelope, std::vector<MessageNumber> answers = {},
                      MessageNumber corrects = 0);

    // The rows as they come out when the log is read anew: messages and alerts in their order, and
    // nothing raised.
    [[nodiscard]] std::pair<rows::CourseState, rows::CitizenState> read_anew() const;

    // "2011-05-02" of day so much.
    [[nodiscard]] std::string date(int day_number) const;
    [[nodiscard]] Day day_of(int day_number) const { return first_day_.plus(day_number); }

    // What was raised so far, as text_of() has it, oldest first.
    [[nodiscard]] std::vector<std::string> alerts() const;
    [[nodiscard]] const std::vector<RaisedAlert>& raised() const { return raised_; }
    [[nodiscard]] const std::vector<ClearedAlert>& cleared() const { return cleared_; }
    [[nodiscard]] const std::vector<v1::Finding>& findings() const { return findings_; }
    [[nodiscard]] const Error& refusal() const { return refusal_; }
    [[nodiscard]] const rows::CourseState& course() const { return course_; }
    [[nodiscard]] const rows::CitizenState& citizen() const { return citizen_; }
    rows::CourseState& mutable_course() { return course_; }
    // The offer that the orders and revisions from now on name. Must outlive the log.
    void set_offer(const OfferFacts* offer) { offer_ = offer; }
    void set_birth(Day birth) { birth_ = birth; }
    // Another rule set is in force from now on. Such a log is not to be read anew.
    void change_rules(RuleSet rules) { rules_ = std::move(rules); }

  private:
    // A message or an alert, as the log has it.
    struct Entry {
        v1::Envelope envelope;
        MessageNumber number = 0;  // 0: an alert
        std::vector<MessageNumber> answers;
        MessageNumber corrects = 0;
        Day day;
        const OfferFacts* offer = nullptr;
    };

    void raise(const std::vector<RaisedAlert>& due);
    void record_alerts(const std::vector<RaisedAlert>& alerts);

    RuleSet rules_;
    Day first_day_;
    Day today_;
    Day birth_ = day("1970-08-09");
    MessageNumber last_ = 0;
    rows::CourseState course_;
    rows::CitizenState citizen_;
    std::vector<Entry> entries_;
    std::vector<RaisedAlert> raised_;
    std::vector<ClearedAlert> cleared_;
    std::vector<v1::Finding> findings_;
    Error refusal_{ErrorCode::usage};
    const OfferFacts* offer_ = nullptr;
};

// A log whose day 0 is a Monday.
CourseLog log_of(RuleSet rules = demo_rules());
// The same, ordered on day 0, accepted on day 1 and started on day 7.
CourseLog started(const v1::Envelope& placed, RuleSet rules = demo_rules());
CourseLog started();

// --- Bodies ----------------------------------------------------------------------------------

inline constexpr auto interim = v1::REPORT_STAGE_INTERIM;
inline constexpr auto final_report = v1::REPORT_STAGE_FINAL;

v1::Envelope order(const std::string& start = {}, const std::string& end = {});
v1::Envelope acceptance(const std::string& expected_start = {});
v1::Envelope course_start(const std::string& date);
v1::Envelope course_end(const std::string& date);
v1::Envelope extension(const std::string& date, const std::string& reason = {});
v1::Envelope question();
v1::Envelope clarification();
v1::Envelope absence(const std::string& first, const std::string& last,
                     v1::AbsenceKind kind = v1::ABSENCE_KIND_NO_SHOW);
v1::Envelope progression(v1::ReportStage stage, const std::string& answer_by = {});
v1::Envelope mid_term(const std::string& date);
v1::Envelope follow_up(v1::FollowUpDecision decision);
void add_report(v1::Envelope& order, v1::ReportKind kind, const std::string& date);

}  // namespace jobbro::domain
