// Denmark's local time: which day it is, and when a day begins.
#pragma once

#include "hub/domain/day.h"
#include "proto/base/clock.h"

namespace date {
class time_zone;
}

namespace jobbro::domain {

// Europe/Copenhagen with its summer times, from the machine's time zone data. A value; what it
// points at lives as long as the process. Thread: any.
class DanishTime {
  public:
    // Reads the time zone data, once a process. Errors: file_unreadable when the machine has none
    // (the package tzdata).
    static Result<DanishTime> load();

    // Requires: of the years 1900 to 2199.
    [[nodiscard]] Day day_of(Instant time) const;
    // Midnight, when the day begins. Requires: is_set().
    [[nodiscard]] Instant start_of(Day day) const;

  private:
    explicit DanishTime(const date::time_zone& zone) : zone_(&zone) {}
    const date::time_zone* zone_;
};

}  // namespace jobbro::domain
