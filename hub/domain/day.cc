#include "hub/domain/day.h"

#include <date/iso_week.h>

#include "proto/contract/calendar.h"

namespace jobbro::domain {
namespace {

void append_digits(std::string& text, unsigned number, unsigned count) {
    unsigned unit = 1;
    for (unsigned i = 1; i < count; ++i)
        unit *= 10;
    for (; unit > 0; unit /= 10)
        text += static_cast<char>('0' + number / unit % 10);
}

std::chrono::year_month_day plus_months(std::chrono::year_month_day date, unsigned months) {
    const auto moved = date + std::chrono::months{months};
    return moved.ok() ? moved : moved.year() / moved.month() / std::chrono::last;
}

}  // namespace

std::string Day::text() const {
    const auto day = date();
    std::string text;
    append_digits(text, static_cast<unsigned>(int{day.year()}), 4);
    text += '-';
    append_digits(text, unsigned{day.month()}, 2);
    text += '-';
    append_digits(text, unsigned{day.day()}, 2);
    return text;
}

Result<Day> parse_day(std::string_view text) {
    if (text.empty()) return Day{};
    JOBBRO_TRY_ASSIGN(const auto date, contract::parse_date(text));
    const int year{date.year()};
    if (year < 1900 || year > 2199) return ErrorCode::field_invalid;
    return Day{date};
}

Day day_of_field(std::string_view text) {
    const auto day = parse_day(text);
    JOBBRO_ASSERT(day.has_value());
    return *day;
}

Day after(Day day, Span span) {
    const Day moved = span.months == 0 ? day : Day{plus_months(day.date(), span.months)};
    return moved.plus(std::int64_t{span.weeks} * 7);
}

Day last_day(Day first, Span span) {
    return after(first, span).plus(-1);
}

Day month_start(Day day) {
    const auto date = day.date();
    return Day{date.year() / date.month() / 1};
}

Day month_end(Day day) {
    const auto date = day.date();
    return Day{std::chrono::year_month_day{date.year() / date.month() / std::chrono::last}};
}

Week week_of(Day day) {
    const auto since_1970 = std::chrono::sys_days{day.date()}.time_since_epoch();
    const iso_week::year_weeknum_weekday week{date::sys_days{date::days{since_1970.count()}}};
    return {int{week.year()}, unsigned{week.weeknum()}};
}

Day week_start(Day day) {
    return day.plus(1 - static_cast<std::int64_t>(day.weekday()));
}

int age_on(Day birth, Day day) {
    const auto born = birth.date();
    const auto now = day.date();
    const int years = int{now.year()} - int{born.year()};
    const bool had_birthday =
        now.month() > born.month() || (now.month() == born.month() && now.day() >= born.day());
    return had_birthday ? years : years - 1;
}

}  // namespace jobbro::domain
