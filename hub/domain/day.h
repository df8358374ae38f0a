// Calendar days in Denmark, and counting with them.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto/base/result.h"

namespace jobbro::domain {

// A calendar day, or none. Days are numbered, 1900-01-01 being 1, so that a row can hold one as a
// whole number and 0 is none. The contract's dates are of the years 1900 to 2199. Thread: any, for
// all here.
class Day {
  public:
    constexpr Day() = default;
    constexpr explicit Day(std::chrono::year_month_day date)
        : number_(static_cast<std::int32_t>(std::chrono::sys_days{date}.time_since_epoch().count() +
                                            number_of_1970)) {}
    // As a row holds it. Requires: number() of a day.
    static constexpr Day numbered(std::uint32_t number) {
        Day day;
        day.number_ = static_cast<std::int32_t>(number);
        return day;
    }

    [[nodiscard]] constexpr std::uint32_t number() const {
        return static_cast<std::uint32_t>(number_);
    }
    [[nodiscard]] constexpr bool is_set() const { return number_ != 0; }
    // Requires, for this and all below: is_set().
    [[nodiscard]] constexpr std::chrono::year_month_day date() const {
        return std::chrono::year_month_day{
            std::chrono::sys_days{std::chrono::days{number_ - number_of_1970}}};
    }
    // From 1, Monday, to 7, Sunday: as v1::Weekday.
    [[nodiscard]] constexpr unsigned weekday() const {
        return static_cast<unsigned>((number_ + 6) % 7) + 1;  // day 1 was a Monday
    }
    // "2011-05-02".
    [[nodiscard]] std::string text() const;

    // Days later, or earlier; no earlier than 1900-01-01.
    [[nodiscard]] constexpr Day plus(std::int64_t days) const {
        const std::int64_t sum = number_ + days;
        return numbered(sum < 1 ? 1 : static_cast<std::uint32_t>(sum));
    }
    // Days from `earlier` to this one.
    [[nodiscard]] constexpr std::int32_t since(Day earlier) const {
        return number_ - earlier.number_;
    }
    // None comes before all days.
    friend constexpr auto operator<=>(Day, Day) = default;

  private:
    static constexpr std::int64_t number_of_1970 = 25568;
    std::int32_t number_ = 0;
};

static_assert(sizeof(Day) == 4);

// "2011-05-02"; none for an empty text. Errors: field_invalid.
Result<Day> parse_day(std::string_view text);
// The same for a text that validation has passed. Requires: a date, or empty.
Day day_of_field(std::string_view text);

// So many months, then so many weeks. Both 0: no time at all, which as a limit is none.
struct Span {
    std::uint16_t weeks = 0;
    std::uint16_t months = 0;
    [[nodiscard]] constexpr bool is_set() const { return weeks != 0 || months != 0; }
    friend constexpr bool operator==(Span, Span) = default;
};

// The day so much later. Where the month has no such day it is the month's last: 31 August and six
// months is 28 or 29 February.
Day after(Day day, Span span);
// The last day of a period that begins on `first`: of 13 weeks, the 91st day.
Day last_day(Day first, Span span);
// First and last day of the month.
Day month_start(Day day);
Day month_end(Day day);

// The week of ISO 8601, which Denmark counts by: it begins on Monday, and week 1 holds 4 January.
struct Week {
    int year = 0;  // of its Thursday
    unsigned number = 0;
    friend constexpr auto operator<=>(Week, Week) = default;
};
Week week_of(Day day);
// Its Monday.
Day week_start(Day day);

// Whole years from birth on the day; somebody born on 29 February is a year older on 1 March.
int age_on(Day birth, Day day);

}  // namespace jobbro::domain
