#include "hub/domain/danish_time.h"

#include <date/tz.h>

#include <exception>

namespace jobbro::domain {
namespace {

using SystemMicroseconds = date::sys_time<std::chrono::microseconds>;

}  // namespace

Result<DanishTime> DanishTime::load() {
    try {
        return DanishTime{*date::locate_zone("Europe/Copenhagen")};
    } catch (const std::exception&) {
        return Error{ErrorCode::file_unreadable, "the time zone Europe/Copenhagen"};
    }
}

Day DanishTime::day_of(Instant time) const {
    const auto local =
        zone_->to_local(SystemMicroseconds{std::chrono::microseconds{time.microseconds}});
    const auto days = date::floor<date::days>(local).time_since_epoch();
    return Day{std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{days.count()}}}};
}

Instant DanishTime::start_of(Day day) const {
    const auto since_1970 = std::chrono::sys_days{day.date()}.time_since_epoch();
    const date::local_days local{date::days{since_1970.count()}};
    // Summer time has never begun or ended at midnight here since 1979; before, the earlier one.
    const auto time = zone_->to_sys(local, date::choose::earliest);
    return Instant{std::chrono::microseconds{time.time_since_epoch()}.count()};
}

}  // namespace jobbro::domain
