// Some entries in a row, held to one checkpoint of the log through its tiles.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/entry_check.h"
#include "proto/evidence/note.h"
#include "proto/evidence/tiles.h"

namespace jobbro::audit {

struct RangeSummary {
    EntryCounts entries;
    std::uint64_t checkpoints = 0;           // of the range, whose signature and root hold
    std::vector<ControllerKey> controllers;  // of entry 0; none: it was not opened
    std::uint64_t known_checkpoints = 0;     // kept elsewhere, of trees this one grew from
};

// The tree is not made again: each tile of leaf hashes that the range touches is proved to be in
// the tree the checkpoint signs, and each entry held to its hash there. What the whole log's check
// finds in other entries stays unseen.
//
// Thread: one at a time. Life: the list outlives it.
class RangeCheck {
  public:
    // `tiles` reads the tiles of the tree that `signed_tree` says; also partial ones, as wide as
    // asked for.
    RangeCheck(evidence::NoteVerifier log, evidence::Checkpoint signed_tree,
               evidence::ReadTile tiles, Sequence first, FaultList& faults);
    RangeCheck(const RangeCheck&) = delete;
    RangeCheck& operator=(const RangeCheck&) = delete;

    void know_party(const std::string& party, const evidence::VerifyingKey& key) {
        entries_.know_party(party, key);
    }
    void know_controller(const std::string& party, const evidence::VerifyingKey& key) {
        entries_.know_controller(party, key);
    }
    // A checkpoint that was kept elsewhere: the tree must have grown from it.
    void take_known(const evidence::Checkpoint& kept);
    // Entry 0, before all else.
    void take_opening(BytesView bytes, const PartKeys& keys);
    // An entry that hands the log over to another key; each of the log, in order, before the first
    // checkpoint.
    void take_log_key(Sequence place, BytesView bytes, const PartKeys& keys);
    // What an entry of the range names as the registry entry that binds its sender's key, before
    // the first entry that names it. One that is no registry entry is that entry's fault.
    void take_named(Sequence place, BytesView bytes, const PartKeys& keys);
    // A registry entry that cannot be had, which has been told.
    void pass_over(Sequence place) { entries_.pass_over(place, Sequence{place.value() + 1}); }
    // What entries are held to that stands elsewhere; an entry that is looked up there must be in
    // the tree too.
    void ask(Sources sources);
    [[nodiscard]] bool knows_registry() const { return entries_.knows_registry(); }

    void take_entry(Sequence place, BytesView bytes, const PartKeys& keys);
    // Of a size from the first entry's on; at any time.
    void take_checkpoint(TreeSize place, BytesView note);
    // After all else: that the range goes up to `end`.
    RangeSummary finish(Sequence end);

  private:
    bool hold(Sequence place, BytesView bytes);
    bool open_tile(std::uint64_t number);

    FaultList* faults_;
    EntryCheck entries_;
    evidence::Checkpoint signed_tree_;
    evidence::ReadTile read_tile_;
    std::uint64_t next_;
    std::optional<std::uint64_t> tile_number_;
    std::vector<evidence::Digest> tile_;  // empty: it could not be proved
    RangeSummary summary_;
};

}  // namespace jobbro::audit
