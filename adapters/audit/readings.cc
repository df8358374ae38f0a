#include "adapters/audit/readings.h"

#include <algorithm>

#include "adapters/audit/own_entries.h"
#include "jobbro/v1/envelope.pb.h"

namespace jobbro::audit {
namespace {

Error tampered(Sequence sequence, const std::string& what) {
    return {ErrorCode::tampered, "entry " + std::to_string(sequence.value()) + ": " + what};
}

bool is_of_party(const TrailEntry& entry, const std::string& party) {
    return entry.sender == party ||
           std::find(entry.audience.begin(), entry.audience.end(), party) != entry.audience.end();
}

bool was_for(const TrailEntry& entry, const std::string& party) {
    return std::find(entry.audience.begin(), entry.audience.end(), party) != entry.audience.end();
}

std::optional<Access> delivered_in(const v1::Reading& reading, const Trail& trail) {
    if (!reading.has_deliveries()) return std::nullopt;
    const v1::DeliveryReading& range = reading.deliveries();
    if (range.last_sequence() < range.first_sequence()) return std::nullopt;
    Access access{.way = AccessWay::delivered,
                  .party = reading.party(),
                  .subscription = range.subscription()};
    for (const TrailEntry& entry :
         trail.between(range.first_sequence(), range.last_sequence() + 1)) {
        if (!was_for(entry, reading.party())) continue;
        const std::uint64_t at = entry.sequence.value();
        const bool is_an_end = at == range.first_sequence() || at == range.last_sequence();
        access.entries.push_back({&entry, is_an_end && !range.is_unsure()});
    }
    if (access.entries.empty()) return std::nullopt;
    return access;
}

std::optional<Access> fetched_in(const v1::Reading& reading, const Trail& trail) {
    Access access{.way = AccessWay::fetched, .party = reading.party()};
    const std::set<std::uint64_t> sequences(reading.sequences().begin(), reading.sequences().end());
    for (const std::uint64_t at : sequences) {
        const auto found = trail.between(at, at + 1);
        if (!found.empty()) access.entries.push_back({&found.front(), true});
    }
    if (access.entries.empty()) return std::nullopt;
    return access;
}

// A person can have more ids than one: a reading names those the hub had for it by then.
template <typename Ids>
bool names_subject(const Ids& ids, const Trail& trail) {
    return std::any_of(ids.begin(), ids.end(),
                       [&](const Bytes& each) { return trail.has_subject(each); });
}

bool is_asked_for(const v1::ReplayReading& asked, const TrailEntry& entry) {
    if (!asked.of_party().empty() && !is_of_party(entry, asked.of_party())) return false;
    if (!asked.order_id().empty() && asked.order_id() != entry.order_id) return false;
    const auto& person = asked.subject_ids();
    if (!person.empty() &&
        std::find(person.begin(), person.end(), entry.subject_id) == person.end()) {
        return false;
    }
    const auto& kinds = asked.kinds();
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), entry.kind) != kinds.end();
}

std::optional<Access> replayed_in(const v1::Reading& reading, const Trail& trail) {
    if (!reading.has_replay()) return std::nullopt;
    const v1::ReplayReading& asked = reading.replay();
    Access access{.way = AccessWay::replayed,
                  .party = reading.party(),
                  .view = asked.view(),
                  .ground = asked.ground(),
                  .is_by_name = names_subject(asked.subject_ids(), trail) ||
                                trail.has_order(asked.order_id())};
    for (const TrailEntry& entry : trail.between(asked.from_sequence(), asked.end_sequence())) {
        if (is_asked_for(asked, entry)) access.entries.push_back({&entry, false});
    }
    if (access.entries.empty() && !access.is_by_name) return std::nullopt;
    return access;
}

std::optional<Access> asked_in(const v1::Reading& reading, const Trail& trail) {
    if (!reading.has_subject() || !names_subject(reading.subject().subject_ids(), trail)) {
        return std::nullopt;
    }
    return Access{.way = AccessWay::asked,
                  .party = reading.party(),
                  .ground = reading.subject().ground(),
                  .is_by_name = true};
}

}  // namespace

Result<TrailEntry> trail_entry(const ReadEntry& read) {
    TrailEntry entry;
    entry.sequence = read.sequence;
    entry.recorded_at = read.recorded_at;
    entry.sender = read.sender;
    entry.is_erased = read.is_erased;
    if (!read.index) return entry;
    entry.kind = read.index->kind();
    entry.audience.assign(read.index->audience().begin(), read.index->audience().end());
    entry.order_id = read.index->order_id();
    entry.subject_id = read.index->subject_id();
    entry.causes.assign(read.index->causes().begin(), read.index->causes().end());
    if (!read.body || is_own_kind(entry.kind)) return entry;
    v1::Envelope envelope;
    if (!envelope.ParseFromString(*read.body)) {
        return tampered(read.sequence, "its body is no envelope");
    }
    entry.happened_at = Instant{envelope.happened_at().seconds() * 1'000'000 +
                                envelope.happened_at().nanos() / 1000};
    return entry;
}

void Trail::add(TrailEntry entry) {
    JOBBRO_ASSERT(entries_.empty() || entries_.back().sequence < entry.sequence);
    if (!entry.subject_id.empty()) subjects_.insert(entry.subject_id);
    if (!entry.order_id.empty()) orders_.insert(entry.order_id);
    entries_.push_back(std::move(entry));
}

std::span<const TrailEntry> Trail::between(std::uint64_t first, std::uint64_t end) const {
    const auto at = [&](std::uint64_t sequence) {
        return std::lower_bound(entries_.begin(), entries_.end(), sequence,
                                [](const TrailEntry& entry, std::uint64_t wanted) {
                                    return entry.sequence.value() < wanted;
                                });
    };
    if (end <= first) return {};
    return {at(first), at(end)};
}

std::string_view way_name(AccessWay way) {
    switch (way) {
        case AccessWay::sent:
            return "sent";
        case AccessWay::delivered:
            return "delivered";
        case AccessWay::fetched:
            return "fetched";
        case AccessWay::replayed:
            return "replayed";
        case AccessWay::asked:
            return "asked";
    }
    return "";
}

std::vector<Access> accesses_of(const v1::Reading& reading, const Trail& trail) {
    std::vector<Access> accesses;
    for (auto* const find : {&delivered_in, &fetched_in, &replayed_in, &asked_in}) {
        if (auto access = find(reading, trail)) accesses.push_back(*std::move(access));
    }
    return accesses;
}

// --- Over a hub ----------------------------------------------------------------------------------

Result<Trail> read_some_trail(HubReader& hub, const v1::Replay& request,
                              const HubReader::OnEntry& on_entry) {
    Trail trail;
    JOBBRO_TRY(hub.read(request, [&](const ReadEntry& read) -> Result<void> {
        JOBBRO_TRY_ASSIGN(TrailEntry entry, trail_entry(read));
        trail.add(std::move(entry));
        return on_entry ? on_entry(read) : Result<void>{};
    }));
    if (!trail.entries().empty()) return trail;
    return Error{ErrorCode::entry_unknown, "nothing of it is covered by the grant"};
}

Result<ReadingCounts> read_readings(HubReader& hub, Sequence first, std::optional<Instant> before,
                                    const OnReading& on_reading) {
    v1::Replay request;
    request.set_from_sequence(first.value());
    request.set_view(v1::REPLAY_VIEW_MASKED);
    request.add_kinds(v1::MESSAGE_KIND_READING);
    ReadingCounts counts;
    JOBBRO_TRY(hub.read(request, [&](const ReadEntry& read) -> Result<void> {
        if (before && read.recorded_at >= *before) return {};
        if (!read.body) {
            ++counts.unopened;
            return {};
        }
        ++counts.opened;
        v1::Reading reading;
        if (!reading.ParseFromString(*read.body)) {
            return tampered(read.sequence, "its body is no Reading");
        }
        return on_reading(reading, {read.sequence, read.recorded_at});
    }));
    return counts;
}

}  // namespace jobbro::audit
