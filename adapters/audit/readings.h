// Which readings of the log concern a person or an order, and what of it they handed out. Works on
// what was read; knows no hub.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "adapters/audit/hub_reader.h"
#include "jobbro/v1/journal.pb.h"

namespace jobbro::audit {

// An entry of the log that tells of something, and its time.
struct Trace {
    Sequence sequence;
    Instant recorded_at;
};

// An entry of a person or an order, without what it says.
struct TrailEntry {
    Sequence sequence;
    Instant recorded_at;
    std::string sender;
    // Of one that is erased, or came without a key, nothing of what follows is known.
    v1::MessageKind kind = v1::MESSAGE_KIND_UNSPECIFIED;
    std::vector<std::string> audience;
    Bytes order_id;    // 16 bytes; empty: none
    Bytes subject_id;  // likewise
    std::vector<v1::EntryCause> causes;
    std::optional<Instant> happened_at;  // none: the content was not handed out, or is none
    bool is_erased = false;
};

// Errors: tampered when what was handed out as an envelope is none. Thread: any.
Result<TrailEntry> trail_entry(const ReadEntry& read);

// Entries of one person or order, in the order of the log: some hundred bytes each.
// Thread: one at a time; any, while nothing is added.
class Trail {
  public:
    // Requires: a higher sequence than all before.
    void add(TrailEntry entry);
    [[nodiscard]] const std::vector<TrailEntry>& entries() const { return entries_; }
    // Those with a sequence from `first` to before `end`.
    [[nodiscard]] std::span<const TrailEntry> between(std::uint64_t first, std::uint64_t end) const;
    // The id is one of the hub's of a citizen, or an order's, and that of an entry here.
    [[nodiscard]] bool has_subject(BytesView id) const { return subjects_.contains(id); }
    [[nodiscard]] bool has_order(BytesView id) const { return orders_.contains(id); }

  private:
    std::vector<TrailEntry> entries_;
    std::set<Bytes, std::less<>> subjects_;
    std::set<Bytes, std::less<>> orders_;
};

// How somebody came to see something.
enum class AccessWay : std::uint8_t {
    sent,       // its own message
    delivered,  // over a subscription
    fetched,    // one by one
    replayed,   // an auditor read the log
    asked,      // an operator asked for the hub's id of the citizen
};
// "sent", "delivered", … Thread: any.
std::string_view way_name(AccessWay way);

// An entry that was handed out, or may have been: a delivery trace names a range of which some were
// delivered, a replay what was asked for, of which the grant may have covered less.
struct HandedOut {
    const TrailEntry* entry = nullptr;
    bool is_sure = false;
};

// One way in which one reading concerns a trail.
struct Access {
    AccessWay way = AccessWay::sent;
    std::string party = {};
    std::string subscription = {};                      // delivered
    v1::ReplayView view = v1::REPLAY_VIEW_UNSPECIFIED;  // replayed
    std::string ground = {};                            // replayed, asked; empty: none was given
    bool is_by_name = false;              // it asked for this citizen, or an order of theirs
    std::vector<HandedOut> entries = {};  // no more than these; in the order of the log
};

// None: the reading does not concern it. One that asked for the citizen by name does, even when
// nothing was there to hand out. Life: the entries are the trail's. Thread: any.
std::vector<Access> accesses_of(const v1::Reading& reading, const Trail& trail);

// --- Over a hub ---

// The entries a request asks for, one at least; `on_entry`, which may be empty, is called with each
// as it was read. Errors: entry_unknown when there are none that the grant covers; as
// HubReader::read; tampered; those of `on_entry`.
Result<Trail> read_some_trail(HubReader& hub, const v1::Replay& request,
                              const HubReader::OnEntry& on_entry = {});

struct ReadingCounts {
    std::uint64_t opened = 0;
    // They are by, or about, others than the auditor's grant covers, or covered when they were
    // recorded; whether they are about this person cannot be told.
    std::uint64_t unopened = 0;
};
// Takes a reading, and the entry that holds it.
using OnReading = std::function<Result<void>(const v1::Reading&, const Trace&)>;
// All readings recorded from `first` on, of those before the time if there is one. Keeps none of
// them. Errors: as HubReader::read; tampered when one is no Reading; those of `on_reading`.
Result<ReadingCounts> read_readings(HubReader& hub, Sequence first, std::optional<Instant> before,
                                    const OnReading& on_reading);

}  // namespace jobbro::audit
