// What waits for a party: the matters of the courses that run, by urgency. Kept by what a course
// was and is: an entry costs the logarithm of what waits, a page what it shows, whatever the log
// holds.
//
// It knows what the rows know: an unanswered order and question always, the rest where a watch
// waits, so where the rule set asks for it. Thread: one at a time.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hub/domain/course_state.pb.h"
#include "hub/domain/day.h"

namespace jobbro::domain {

// What is to be done. Of the provider's matters those that are overdue, so that an alert has been
// raised, are in the jobcentre's list too.
enum class WaitingFor : std::uint8_t {
    order_answer,     // provider: accept, decline or ask
    start,            // provider: the course was to begin
    report,           // provider: a report is due
    question_answer,  // jobcentre: a question of the provider's
    follow_up,        // jobcentre: a report or evaluation
    next_step,        // jobcentre: the course ends or has ended, and nothing is decided
};
inline constexpr std::size_t waiting_kinds = 6;

using OrderKey = std::array<std::uint8_t, 16>;  // the order's id

// In the order of a list: by limit, none last.
struct WaitingMatter {
    Day limit;  // the last day in time; not set: none is known
    WaitingFor what = WaitingFor::order_answer;
    OrderKey order{};
    std::uint64_t about = 0;   // the message that waits, its sequence plus one; 0: none
    std::uint32_t report = 0;  // v1::ReportKind of a report that is due; 0: any progression report
    bool is_overdue = false;   // an alert has been raised
    friend bool operator==(const WaitingMatter&, const WaitingMatter&) = default;
    friend std::strong_ordering operator<=>(const WaitingMatter& a, const WaitingMatter& b);
};

// A course as it was or is. Points into what the caller holds.
struct WaitingCourse {
    OrderKey order{};
    std::string_view jobcentre;  // the one that has it
    std::string_view provider;
    std::string_view contact;                  // of the jobcentre's on it; empty: none is told
    const rows::CourseState* state = nullptr;  // nullptr: no such course, or erased
};

// What is asked for.
struct WaitingQuery {
    std::uint32_t kinds = (1U << waiting_kinds) - 1;  // bit n: WaitingFor n
    Day until;                                        // limits up to the day alone; not set: all
    std::string_view contact;            // only a jobcentre's orders with this contact; empty: all
    std::optional<WaitingMatter> after;  // the last of the page before
    std::size_t matters_max = 100;
};

class Waiting {
  public:
    // The course was one way and is another now; also after an alert, which makes a matter overdue.
    void apply(const WaitingCourse& before, const WaitingCourse& after);

    // The party's matters, the most urgent first.
    [[nodiscard]] std::vector<WaitingMatter> list(std::string_view party,
                                                  const WaitingQuery& query = {}) const;
    [[nodiscard]] std::size_t count(std::string_view party, WaitingFor what) const;

    friend bool operator==(const Waiting&, const Waiting&) = default;

  private:
    using Matters = std::array<std::set<WaitingMatter>, waiting_kinds>;
    using Lists = std::map<std::string, Matters, std::less<>>;
    static void put(Lists& lists, std::string_view name, const WaitingMatter& matter);
    static void take(Lists& lists, std::string_view name, const WaitingMatter& matter);
    [[nodiscard]] const Matters* find(std::string_view party, std::string_view contact) const;

    Lists parties_;
    Lists contacts_;  // by jobcentre, a 0 byte and contact
};

// What waits of a course for the one side or the other, in order.
struct WaitingSides {
    std::vector<WaitingMatter> provider;
    std::vector<WaitingMatter> jobcentre;
};
WaitingSides waiting_of(const OrderKey& order, const rows::CourseState& course);

}  // namespace jobbro::domain
