#include "hub/journal/timers.h"

#include <algorithm>

#include "hub/domain/citizen_limits.h"
#include "hub/domain/course.h"
#include "hub/journal/tables.h"

namespace jobbro::journal {
namespace {

constexpr std::size_t key_bytes = 4 + sizeof(SubjectId);

Bytes timer_key(std::uint32_t day, const SubjectId& subject) {
    Bytes key;
    append_big_endian(key, day);
    key += view(subject);
    return key;
}

domain::Day earlier(domain::Day a, domain::Day b) {
    if (!a.is_set() || !b.is_set()) return a.is_set() ? a : b;
    return std::min(a, b);
}

domain::Day next_due(const rows::CaseRow& row) {
    domain::Day next;
    for (const rows::OrderRow& order : row.orders())
        next = earlier(next, domain::next_due(order.course()));
    for (const rows::LimitsRow& limits : row.limits())
        next = earlier(next, domain::next_due(limits.state()));
    return next;
}

}  // namespace

void set_timer(store::Batch& batch, const SubjectId& subject, rows::CaseRow& row) {
    const domain::Day next = next_due(row);
    if (next.number() == row.timer_day()) return;
    forget_timer(batch, subject, row);
    if (!next.is_set()) return;
    batch.put(log_table::timers, timer_key(next.number(), subject), {});
    row.set_timer_day(next.number());
}

void forget_timer(store::Batch& batch, const SubjectId& subject, rows::CaseRow& row) {
    if (row.timer_day() == 0) return;
    batch.erase(log_table::timers, timer_key(row.timer_day(), subject));
    row.set_timer_day(0);
}

Result<std::vector<Timer>> timers_until(const store::Store& log, domain::Day day,
                                        std::size_t most) {
    std::vector<Timer> timers;
    bool whole = true;
    JOBBRO_TRY(log.scan(log_table::timers, {}, [&](BytesView key, BytesView) {
        whole = key.size() == key_bytes;
        if (!whole || timers.size() == most) return false;
        const auto due = domain::Day::numbered(read_big_endian<std::uint32_t>(key));
        if (due > day) return false;
        timers.push_back({due, array_of<16>(key.substr(4))});
        return true;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a timer's row"};
    return timers;
}

}  // namespace jobbro::journal
