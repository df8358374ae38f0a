// Entries and readings of one citizen, made up.
#pragma once

#include <string>
#include <vector>

#include "adapters/audit/readings.h"

namespace jobbro::audit {

inline constexpr const char* trail_jobcentre = "jobcentre:630";
inline constexpr const char* trail_provider = "provider:99104007";
inline const Bytes trail_subject(16, 's');
inline const Bytes trail_order(16, 'o');

// One second an entry.
inline Trace trace_at(std::uint64_t sequence) {
    return {Sequence{sequence}, Instant{static_cast<std::int64_t>(sequence) * 1'000'000}};
}

inline TrailEntry made_up_entry_of_trail(std::uint64_t sequence, v1::MessageKind kind,
                                         const std::string& sender,
                                         const std::vector<std::string>& audience) {
    TrailEntry entry;
    entry.sequence = Sequence{sequence};
    entry.recorded_at = trace_at(sequence).recorded_at;
    entry.kind = kind;
    entry.sender = sender;
    entry.audience = audience;
    entry.order_id = trail_order;
    entry.subject_id = trail_subject;
    return entry;
}

// An order (4), a report (6), a report that corrects it (9), and a message for nobody (12).
inline Trail made_up_trail() {
    Trail trail;
    trail.add(made_up_entry_of_trail(4, v1::MESSAGE_KIND_ORDER, trail_jobcentre, {trail_provider}));
    trail.add(made_up_entry_of_trail(6, v1::MESSAGE_KIND_ABSENCE_REPORT, trail_provider,
                                     {trail_jobcentre}));
    TrailEntry correction = made_up_entry_of_trail(9, v1::MESSAGE_KIND_ABSENCE_REPORT,
                                                   trail_provider, {trail_jobcentre});
    v1::EntryCause cause;
    cause.set_sequence(6);
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    correction.causes.push_back(cause);
    trail.add(std::move(correction));
    trail.add(made_up_entry_of_trail(12, v1::MESSAGE_KIND_COURSE_OUTCOME, trail_jobcentre, {}));
    return trail;
}

inline v1::Reading delivered(const std::string& party, std::uint64_t first, std::uint64_t last) {
    v1::Reading reading;
    reading.set_party(party);
    reading.mutable_deliveries()->set_subscription("main");
    reading.mutable_deliveries()->set_first_sequence(first);
    reading.mutable_deliveries()->set_last_sequence(last);
    reading.mutable_deliveries()->set_deliveries(1);
    return reading;
}

inline v1::Reading fetched(const std::string& party, const std::vector<std::uint64_t>& sequences) {
    v1::Reading reading;
    reading.set_party(party);
    for (const std::uint64_t each : sequences)
        reading.add_sequences(each);
    return reading;
}

}  // namespace jobbro::audit
