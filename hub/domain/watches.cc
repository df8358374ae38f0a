#include "hub/domain/watches.h"

#include <algorithm>
#include <tuple>

namespace jobbro::domain {
namespace {

bool is_of(const rows::Watch& watch, const Matter& matter) {
    return watch.kind() == static_cast<std::uint32_t>(matter.kind) &&
           watch.about() == matter.about && watch.report() == matter.report &&
           watch.limit_day() == matter.limit.number();
}

// Goes to the next alert of the matter.
void step(std::uint32_t& steps, std::uint32_t& raise_day, const rows::Watch& watch) {
    const auto further = static_cast<int>(steps);
    raise_day = further < watch.further_days_size() ? raise_day + watch.further_days(further) : 0;
    ++steps;
}

}  // namespace

void Watches::add(const Matter& matter, Day raise, const Steps& steps) {
    // A log of before there were limits may hold more.
    if (rows_->size() >= watches_max) return;
    rows::Watch& watch = *rows_->Add();
    watch.set_kind(static_cast<std::uint32_t>(matter.kind));
    watch.set_about(matter.about);
    watch.set_report(matter.report);
    watch.set_limit_day(matter.limit.number());
    watch.set_raise_day(raise.number());
    for (std::uint8_t i = 0; i < steps.count; ++i)
        watch.add_further_days(steps.days[i]);
}

bool Watches::has(const Matter& matter) const {
    return std::any_of(rows_->begin(), rows_->end(),
                       [&matter](const rows::Watch& watch) { return is_of(watch, matter); });
}

void Watches::settle(v1::AlertKind kind) {
    settle([kind](const rows::Watch& watch) {
        return watch.kind() == static_cast<std::uint32_t>(kind);
    });
}

bool Watches::settle(v1::AlertKind kind, MessageNumber about) {
    const int before = rows_->size();
    settle([kind, about](const rows::Watch& watch) {
        return watch.kind() == static_cast<std::uint32_t>(kind) && watch.about() == about;
    });
    return rows_->size() != before;
}

void Watches::remove(int place) {
    const rows::Watch& watch = rows_->Get(place);
    if (watch.step() > 0) {
        cleared_->push_back({static_cast<v1::AlertKind>(watch.kind()),
                             Day::numbered(watch.limit_day()), watch.step(), watch.about()});
    }
    rows_->SwapElements(place, rows_->size() - 1);
    rows_->RemoveLast();
}

std::vector<RaisedAlert> due_alerts(const Watches::Rows& watches, Day day) {
    std::vector<RaisedAlert> due;
    for (const rows::Watch& watch : watches) {
        std::uint32_t steps = watch.step();
        std::uint32_t raise_day = watch.raise_day();
        while (raise_day != 0 && raise_day <= day.number()) {
            due.push_back({static_cast<v1::AlertKind>(watch.kind()),
                           Day::numbered(watch.limit_day()), Day::numbered(raise_day), steps + 1,
                           watch.about(), raise_day < day.number()});
            step(steps, raise_day, watch);
        }
    }
    std::sort(due.begin(), due.end(), [](const RaisedAlert& a, const RaisedAlert& b) {
        return std::tie(a.as_of, a.kind, a.limit, a.step, a.about) <
               std::tie(b.as_of, b.kind, b.limit, b.step, b.about);
    });
    return due;
}

int count_of(const Watches::Rows& watches, v1::AlertKind kind) {
    return static_cast<int>(
        std::count_if(watches.begin(), watches.end(), [kind](const rows::Watch& watch) {
            return watch.kind() == static_cast<std::uint32_t>(kind);
        }));
}

Day next_due_day(const Watches::Rows& watches) {
    std::uint32_t next = 0;
    for (const rows::Watch& watch : watches) {
        if (watch.raise_day() == 0) continue;
        if (next == 0 || watch.raise_day() < next) next = watch.raise_day();
    }
    return Day::numbered(next);
}

bool mark_raised(Watches::Rows& watches, const v1::Alert& alert) {
    const std::uint32_t limit = day_of_field(alert.limit_date()).number();
    rows::Watch* found = nullptr;
    for (rows::Watch& watch : watches) {
        if (watch.kind() != static_cast<std::uint32_t>(alert.kind()) ||
            watch.limit_day() != limit || watch.step() + 1 != alert.step() ||
            watch.raise_day() == 0) {
            continue;
        }
        // Of two that cannot be told apart the one that due_alerts() names first.
        if (found == nullptr || std::make_tuple(watch.raise_day(), watch.about()) <
                                    std::make_tuple(found->raise_day(), found->about())) {
            found = &watch;
        }
    }
    if (found == nullptr) return false;
    std::uint32_t steps = found->step();
    std::uint32_t raise_day = found->raise_day();
    step(steps, raise_day, *found);
    found->set_step(steps);
    found->set_raise_day(raise_day);
    return true;
}

}  // namespace jobbro::domain
