#include "hub/domain/absence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace jobbro::domain {
namespace {

// What a byte of DaysTold.days, and of DayBook, says.
constexpr std::uint8_t not_planned = 0;
constexpr std::uint8_t there = 1;
constexpr std::uint8_t absent_from = 2;  // and AbsenceKind - 1
constexpr std::uint8_t planned = 255;    // nothing is told
constexpr std::uint8_t no_show = absent_from - 1 + v1::ABSENCE_KIND_NO_SHOW;

constexpr std::uint8_t quarters_as_planned = 255;
constexpr std::uint32_t minutes_a_day_not_told = 300;

std::uint8_t code_of(std::uint32_t absence_kind) {
    return static_cast<std::uint8_t>(absent_from - 1 + absence_kind);
}

// Away for the day, whatever the reason. Late and left early are there.
bool is_away(std::uint8_t code) {
    return code >= absent_from && code != planned && code != code_of(v1::ABSENCE_KIND_LATE) &&
           code != code_of(v1::ABSENCE_KIND_LEFT_EARLY);
}

std::uint32_t weekdays_of(const rows::CourseState& course) {
    return static_cast<std::uint32_t>(std::popcount(course.planned_weekdays()));
}

std::uint32_t minutes_a_day(const rows::CourseState& course) {
    const std::uint32_t weekdays = weekdays_of(course);
    if (course.minutes_a_week() == 0 || weekdays == 0) return minutes_a_day_not_told;
    return course.minutes_a_week() / weekdays;
}

// The days of a course up to the last one that was told of, and what is known of each.
class DayBook {
  public:
    explicit DayBook(const rows::CourseState& course) : whole_day_(minutes_a_day(course)) {
        std::uint32_t last = 0;
        for (const rows::DaysTold& told : course.days_told())
            last = std::max(last, told.last_day());
        if (last == 0 || last < course.started_day()) return;
        constexpr std::uint32_t most = absence_days_max;
        first_ = std::max(course.started_day(), last < most ? 1 : last - most + 1);
        size_ = last - first_ + 1;
        for (std::uint32_t i = 0; i < size_; ++i) {
            const unsigned bit = 1U << (day(i).weekday() - 1);
            codes_[i] = (course.planned_weekdays() & bit) != 0 ? planned : not_planned;
            minutes_[i] = 0;
        }
        // Which days are planned is known before what absence reports tell of them.
        for (const rows::DaysTold& told : course.days_told())
            if (told.kind() == 0) plan_as_listed(told);
        for (const rows::DaysTold& told : course.days_told())
            told.kind() == 0 ? tell_list(told) : tell_report(told);
    }

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] Day day(std::uint32_t place) const { return Day::numbered(first_ + place); }
    [[nodiscard]] std::uint8_t code(std::uint32_t place) const { return codes_[place]; }
    // Of absence.
    [[nodiscard]] std::uint32_t minutes(std::uint32_t place) const { return minutes_[place]; }
    // Of a planned day.
    [[nodiscard]] std::uint32_t whole_day() const { return whole_day_; }

  private:
    void plan_as_listed(const rows::DaysTold& list) {
        for_each_day(list, [&](std::uint32_t place, std::uint32_t place_in_list) {
            const bool is_listed = list.days()[place_in_list] != not_planned;
            codes_[place] = is_listed ? planned : not_planned;
        });
    }

    void tell_list(const rows::DaysTold& list) {
        for_each_day(list, [&](std::uint32_t place, std::uint32_t place_in_list) {
            const auto code = static_cast<std::uint8_t>(list.days()[place_in_list]);
            if (codes_[place] == not_planned || code == not_planned) return;
            const auto quarters = static_cast<std::uint8_t>(list.quarters()[place_in_list]);
            const std::uint32_t as_planned = is_away(code) ? whole_day_ : 0;
            set(place, code, quarters == quarters_as_planned ? as_planned : quarters * 15U);
        });
    }

    void tell_report(const rows::DaysTold& report) {
        const std::uint8_t code = code_of(report.kind());
        std::uint32_t days = 0;
        for_each_day(report, [&](std::uint32_t place, std::uint32_t /*place_in_report*/) {
            if (codes_[place] != not_planned) ++days;
        });
        if (days == 0) return;
        const std::uint32_t as_planned = is_away(code) ? whole_day_ : 0;
        const std::uint32_t minutes = report.minutes() == 0 ? as_planned : report.minutes() / days;
        for_each_day(report, [&](std::uint32_t place, std::uint32_t /*place_in_report*/) {
            if (codes_[place] != not_planned) set(place, code, minutes);
        });
    }

    void set(std::uint32_t place, std::uint8_t code, std::uint32_t minutes) {
        constexpr std::uint32_t minutes_max = 24 * 60;
        codes_[place] = code;
        minutes_[place] = static_cast<std::uint16_t>(std::min(minutes, minutes_max));
    }

    template <typename Visit>
    void for_each_day(const rows::DaysTold& told, Visit visit) {
        const std::uint32_t from = std::max(told.first_day(), first_);
        for (std::uint32_t day = from; day <= told.last_day() && day < first_ + size_; ++day)
            visit(day - first_, day - told.first_day());
    }

    // Of both the first size_ are set.
    std::array<std::uint8_t, absence_days_max> codes_;
    std::array<std::uint16_t, absence_days_max> minutes_;
    std::uint32_t whole_day_;
    std::uint32_t first_ = 0;
    std::uint32_t size_ = 0;
};

rows::DaysTold& place_for(rows::CourseState& course, MessageNumber number,
                          MessageNumber corrected) {
    auto& all = *course.mutable_days_told();
    int place = 0;
    while (place < all.size() && (corrected == 0 || all.Get(place).number() != corrected))
        ++place;
    if (place == all.size() && all.size() >= days_told_max) place = 0;
    // What comes later stands later: it holds for the days of both.
    for (; place + 1 < all.size(); ++place)
        all.SwapElements(place, place + 1);
    rows::DaysTold& told = place < all.size() ? *all.Mutable(place) : *all.Add();
    told.Clear();
    told.set_number(number);
    return told;
}

std::uint8_t quarters_absent(const v1::AttendanceDay& day) {
    if (!day.has_planned_hours() || !day.has_attended_hours()) return quarters_as_planned;
    const double hours = day.planned_hours() - day.attended_hours();
    return static_cast<std::uint8_t>(std::lround(std::max(hours, 0.0) * 4));
}

// True when the days are none of a spell that is known; they are from now on.
bool is_new_spell(rows::CourseState& course, Day first, Day last) {
    bool is_new = true;
    for (rows::Spell& spell : *course.mutable_no_show_spells()) {
        if (spell.first_day() > last.number() || first.number() > spell.last_day()) continue;
        spell.set_first_day(std::min(spell.first_day(), first.number()));
        spell.set_last_day(std::max(spell.last_day(), last.number()));
        is_new = false;
    }
    if (is_new) {
        rows::Spell& spell = *course.add_no_show_spells();
        spell.set_first_day(first.number());
        spell.set_last_day(last.number());
    }
    return is_new;
}

void find_spells(rows::CourseState& course, const DayBook& book, std::uint16_t days_min,
                 RaisedAlert alert, std::vector<RaisedAlert>& raised) {
    alert.kind = v1::ALERT_KIND_ABSENCE_NO_SHOWS_IN_A_ROW;
    Day first;
    Day last;
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i <= book.size(); ++i) {
        const std::uint8_t code = i < book.size() ? book.code(i) : there;
        if (code == not_planned) continue;
        if (code == no_show) {
            last = book.day(i);
            if (count++ == 0) first = last;
            continue;
        }
        if (count >= days_min && is_new_spell(course, first, last)) raised.push_back(alert);
        count = 0;
    }
}

bool are_first_days_away(const rows::CourseState& course, const DayBook& book, std::uint16_t days) {
    if (book.size() == 0 || book.day(0).number() != course.started_day()) return false;
    std::uint32_t away = 0;
    for (std::uint32_t i = 0; i < book.size() && away < days; ++i) {
        if (book.code(i) == not_planned) continue;
        if (!is_away(book.code(i))) return false;
        ++away;
    }
    return away == days;
}

// The window ends on the last day told of. What is planned in it is counted as if the course had
// run all of it, so that the first days of a course are no large share.
bool is_share_reached(const rows::CourseState& course, const DayBook& book,
                      const AlertSettings& settings) {
    const std::uint32_t days = settings.absent_share_weeks * 7U;
    const std::uint32_t from = book.size() > days ? book.size() - days : 0;
    std::uint64_t away = 0;
    for (std::uint32_t i = from; i < book.size(); ++i)
        away += book.minutes(i);
    const std::uint64_t all =
        std::uint64_t{weekdays_of(course)} * book.whole_day() * settings.absent_share_weeks;
    return all > 0 && away * 100 >= all * *settings.absent_share_percent;
}

}  // namespace

void tell_absence(rows::CourseState& course, const v1::AbsenceReport& report, MessageNumber number,
                  MessageNumber corrected) {
    rows::DaysTold& told = place_for(course, number, corrected);
    told.set_first_day(day_of_field(report.first_date()).number());
    told.set_last_day(day_of_field(report.last_date()).number());
    told.set_kind(static_cast<std::uint32_t>(report.kind()));
    told.set_minutes(static_cast<std::uint32_t>(std::lround(report.absent_hours() * 60)));
}

void tell_attendance(rows::CourseState& course, const v1::AttendanceList& list,
                     MessageNumber number, MessageNumber corrected) {
    rows::DaysTold& told = place_for(course, number, corrected);
    const Day first = day_of_field(list.first_date());
    const Day last = day_of_field(list.last_date());
    told.set_first_day(first.number());
    told.set_last_day(last.number());
    std::string& days = *told.mutable_days();
    std::string& quarters = *told.mutable_quarters();
    const auto length = static_cast<std::size_t>(last.since(first)) + 1;
    days.assign(length, static_cast<char>(not_planned));
    quarters.assign(length, static_cast<char>(quarters_as_planned));
    for (const v1::AttendanceDay& day : list.days()) {
        const auto place = static_cast<std::size_t>(day_of_field(day.date()).since(first));
        const std::uint8_t code =
            day.has_absence() ? code_of(static_cast<std::uint32_t>(day.absence())) : there;
        days[place] = static_cast<char>(code);
        quarters[place] = static_cast<char>(quarters_absent(day));
    }
}

void find_absence_alerts(rows::CourseState& course, const AlertSettings& settings, Day today,
                         std::vector<RaisedAlert>& raised) {
    const bool is_asked_for =
        settings.no_shows_in_a_row || settings.first_days_absent || settings.absent_share_percent;
    if (!is_asked_for || course.started_day() == 0) return;
    const DayBook book{course};
    RaisedAlert alert;
    alert.as_of = today;
    if (settings.no_shows_in_a_row) {
        find_spells(course, book, *settings.no_shows_in_a_row, alert, raised);
    }
    if (settings.first_days_absent && !course.first_days_told() &&
        are_first_days_away(course, book, *settings.first_days_absent)) {
        course.set_first_days_told(true);
        alert.kind = v1::ALERT_KIND_ABSENCE_WHOLE_FIRST_WEEK;
        raised.push_back(alert);
    }
    if (!settings.absent_share_percent) return;
    const bool is_reached = is_share_reached(course, book, settings);
    if (is_reached && !course.is_in_share_spell()) {
        alert.kind = v1::ALERT_KIND_ABSENCE_SHARE_OF_HOURS;
        raised.push_back(alert);
    }
    course.set_is_in_share_spell(is_reached);
}

}  // namespace jobbro::domain
