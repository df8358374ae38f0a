#include "adapters/audit/timeline.h"

#include <algorithm>
#include <chrono>

#include "proto/contract/calendar.h"

namespace jobbro::audit {
namespace {

Receiver& receiver_of(TimelineMessage& message, const std::string& party) {
    for (Receiver& each : message.receivers) {
        if (each.party == party) return each;
    }
    return message.receivers.emplace_back(Receiver{party, {}, false, {}});
}

void note(Receiver& receiver, AccessWay way, bool is_sure, const Trace& trace) {
    if (way == AccessWay::fetched) {
        if (!receiver.fetched) receiver.fetched = trace;
        return;
    }
    if (receiver.delivered && (receiver.is_delivery_sure || !is_sure)) return;
    receiver.delivered = trace;
    receiver.is_delivery_sure = is_sure;
}

}  // namespace

Timeline::Timeline(const Trail& trail, std::optional<Instant> before)
    : trail_(&trail), before_(before) {
    for (const TrailEntry& entry : trail.entries()) {
        if (is_later(entry.recorded_at)) break;
        TimelineMessage message{entry, {}, {}, {}, {}};
        for (const std::string& party : entry.audience)
            message.receivers.push_back({party, {}, false, {}});
        link(message);
        messages_.push_back(std::move(message));
    }
}

void Timeline::link(TimelineMessage& message) {
    for (const v1::EntryCause& cause : message.entry.causes) {
        const Sequence other{cause.sequence()};
        if (cause.relation() == v1::CAUSE_RELATION_ANSWERS) message.answers.push_back(other);
        if (cause.relation() != v1::CAUSE_RELATION_CORRECTS) continue;
        message.corrects = other;
        TimelineMessage* const corrected = find(other);
        if (corrected == nullptr || corrected->superseded_by) continue;
        corrected->superseded_by = Trace{message.entry.sequence, message.entry.recorded_at};
    }
}

TimelineMessage* Timeline::find(Sequence sequence) {
    const auto found = std::lower_bound(
        messages_.begin(), messages_.end(), sequence,
        [](const TimelineMessage& each, Sequence wanted) { return each.entry.sequence < wanted; });
    return found == messages_.end() || found->entry.sequence != sequence ? nullptr : &*found;
}

void Timeline::take(const v1::Reading& reading, const Trace& trace) {
    if (is_later(trace.recorded_at)) return;
    for (const Access& access : accesses_of(reading, *trail_)) {
        if (access.way != AccessWay::delivered && access.way != AccessWay::fetched) continue;
        for (const HandedOut& each : access.entries) {
            TimelineMessage* const message = find(each.entry->sequence);
            if (message == nullptr) continue;
            note(receiver_of(*message, access.party), access.way, each.is_sure, trace);
        }
    }
}

Result<Instant> end_of_as_of(const std::string& text) {
    constexpr std::int64_t microseconds_a_second = 1'000'000;
    if (const auto date = contract::parse_date(text)) {
        const std::chrono::sys_days next = std::chrono::sys_days{*date} + std::chrono::days{1};
        return Instant{std::chrono::microseconds{next.time_since_epoch()}.count()};
    }
    const auto time = contract::parse_time(text);
    if (!time) {
        return Error{ErrorCode::usage,
                     "--as-of is a date like 2026-01-31, to its end in UTC, or a time like "
                     "2026-01-31T12:00:00Z"};
    }
    return Instant{time->seconds * microseconds_a_second + time->nanos / 1000 + 1};
}

}  // namespace jobbro::audit
