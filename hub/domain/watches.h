// Matters that wait, and the alerts until they do no more. A part of course.cc and of
// citizen_limits.cc.
#pragma once

#include <cstdint>
#include <vector>

#include "hub/domain/course_state.pb.h"
#include "hub/domain/rule_set.h"
#include "jobbro/v1/hub_messages.pb.h"

namespace jobbro::domain {

// Names a message in a state: its sequence plus one. 0: none.
using MessageNumber = std::uint64_t;

// An alert that is to be raised, as v1::Alert will tell it.
struct RaisedAlert {
    v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
    Day limit;  // not set: not about a day
    Day as_of;  // the day at whose beginning it is raised, or that of its message
    std::uint32_t step = 1;
    MessageNumber about = 0;  // the message whose answer is missing; 0: none
    bool is_late = false;     // as_of is past
    friend bool operator==(const RaisedAlert&, const RaisedAlert&) = default;
};

// A matter on which alerts were raised waits no more, or no more in that way.
struct ClearedAlert {
    v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
    Day limit;
    std::uint32_t steps = 0;  // how many were raised
    MessageNumber about = 0;
    friend bool operator==(const ClearedAlert&, const ClearedAlert&) = default;
};

// What a message brings about beside what it says.
struct Consequences {
    std::vector<RaisedAlert> raised;  // with the message, in the order they are to be recorded
    std::vector<ClearedAlert> cleared;
};

// Which matter, among those of a state.
struct Matter {
    v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
    MessageNumber about = 0;
    std::uint32_t report = 0;
    Day limit;
};

// The watches of one state.
class Watches {
  public:
    using Rows = google::protobuf::RepeatedPtrField<rows::Watch>;
    // `cleared` is told of what waits no more. Both outlive the object.
    Watches(Rows& rows, std::vector<ClearedAlert>& cleared) : rows_(&rows), cleared_(&cleared) {}

    // The first alert comes on `raise`, further ones as `steps` say. Requires: there is room, which
    // the limits below see to.
    void add(const Matter& matter, Day raise, const Steps& steps = {});
    [[nodiscard]] bool has(const Matter& matter) const;

    // Removes those for which `is_settled(const rows::Watch&)`.
    template <typename IsSettled>
    void settle(IsSettled is_settled) {
        for (int i = rows_->size() - 1; i >= 0; --i) {
            if (is_settled(rows_->Get(i))) remove(i);
        }
    }
    void settle(v1::AlertKind kind);
    // Whether there was one.
    bool settle(v1::AlertKind kind, MessageNumber about);

  private:
    void remove(int place);
    Rows* rows_;
    std::vector<ClearedAlert>* cleared_;
};

// What one party can open of a course without the other doing anything. judge_on_order() refuses
// what goes beyond, so that no matter is left unwatched.
inline constexpr int open_questions_max = 64;
inline constexpr int follow_ups_waiting_max = 128;
// Of one state: those, 48 for the 24 reports that an order may ask for by date, 4 for its cadence
// and the next interview, 5: its answer, its start, its end near and the answer to its end, and one
// to spare; and the 64 reports that are kept, whose answers may be taken back. A citizen has 9.
inline constexpr int watches_max = open_questions_max + follow_ups_waiting_max + 48 + 4 + 5 + 64;

// The alerts due by the beginning of the day, by day, and of one day by kind, limit and message.
// What was due before the day is late.
std::vector<RaisedAlert> due_alerts(const Watches::Rows& watches, Day day);
// How many there are of a kind.
int count_of(const Watches::Rows& watches, v1::AlertKind kind);
// The day on which the next alert is due; not set: none is.
Day next_due_day(const Watches::Rows& watches);
// An alert that stands in the log has been raised. False when nothing waits for it.
bool mark_raised(Watches::Rows& watches, const v1::Alert& alert);

}  // namespace jobbro::domain
