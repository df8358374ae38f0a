// A whole log, from its first entry to its last, held to itself, to every checkpoint and to every
// stored tile.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/entry_check.h"
#include "adapters/audit/tile_levels.h"
#include "proto/evidence/merkle.h"
#include "proto/evidence/note.h"
#include "proto/evidence/tiles.h"

namespace jobbro::audit {

// What was verified. Only of worth when there are no faults.
struct LogSummary {
    EntryCounts entries;
    std::uint64_t checkpoints = 0;  // whose signature holds, and whose root is that of the entries
    std::uint64_t tiles = 0;        // that are those of the entries
    TreeSize size;                  // of the log as read
    evidence::Digest root{};        // of its entries
    std::vector<ControllerKey> controllers;  // of entry 0; none: it was not opened
    std::uint64_t known_checkpoints = 0;     // kept elsewhere, whose root the log had
    std::string last_checkpoint;             // the last note that was verified; empty: none
    TreeSize last_checkpoint_size;
};

// Feed entries in the order of the log: announce the next, then feed the checkpoints of a size up
// to its sequence, then the entry; after the last the checkpoints that are left. After a fault the
// check goes on: where a stored tile holds the hash of the entry that should be there, the tree
// goes on with it, and the next checkpoint tells which of the two is wrong. Without a tile (the
// last 255 entries at most) a changed entry is narrowed down to those between two checkpoints, and
// later roots cannot be told.
//
// Holds at most 512 hashes a level, what waits for the next checkpoint, bounded, and what
// EntryCheck holds.
// Thread: one at a time. Life: the list outlives it.
class LogCheck {
  public:
    // `stored` reads a full tile; its error is what is wrong with the tile, missing for example.
    // Empty: there are no tiles to hold the log to, and that is no fault.
    LogCheck(evidence::NoteVerifier log, evidence::ReadTile stored, FaultList& faults);
    LogCheck(const LogCheck&) = delete;
    LogCheck& operator=(const LogCheck&) = delete;

    void know_party(const std::string& party, const evidence::VerifyingKey& key) {
        entries_.know_party(party, key);
    }
    void know_controller(const std::string& party, const evidence::VerifyingKey& key) {
        entries_.know_controller(party, key);
    }
    // The registry's keys are at hand, so that entry 0 must open.
    void need_registry() { entries_.need_registry(); }
    // What entries are held to that stands elsewhere; entries as they are fed here.
    void ask(Sources sources) { entries_.ask(std::move(sources)); }
    // A checkpoint that was kept elsewhere: the log must have been this tree at its size.
    // Requires: nothing has been fed yet.
    void know_checkpoint(const evidence::Checkpoint& kept);
    // The next entry there is stands at `place`; what is missing before it is a fault.
    void announce(Sequence place);
    // Requires: announced.
    void take_entry(Sequence place, BytesView bytes, const PartKeys& keys);
    void take_checkpoint(TreeSize place, BytesView note);
    // After the last entry: that such a tile is stored. Fault when the tree has none there.
    void take_stored_tile(std::uint8_t level, std::uint64_t number);
    // After all else. What is left uncovered is a fault.
    LogSummary finish();

    // Entries fed so far, the missing among them included.
    [[nodiscard]] TreeSize size() const { return TreeSize{next_}; }

  private:
    void append(const TileLevels::Hash& from_entry);
    void begin_tile();
    TileLevels::Hash close_tile(const evidence::TileId& tile,
                                const std::vector<TileLevels::Hash>& computed);
    void hold_tile(const evidence::TileId& tile, const std::vector<TileLevels::Hash>& computed,
                   const std::vector<evidence::Digest>& stored);
    void fill_gap(std::uint64_t end);
    bool is_in_order(TreeSize place);
    void hold_root(const evidence::Checkpoint& checkpoint);
    void tell_root_is_wrong(TreeSize size);
    void tell_undecided();
    void covered(TreeSize size, BytesView note);
    void hold_known();
    void tell_known_left();

    FaultList* faults_;
    EntryCheck entries_;
    evidence::ReadTile read_stored_;
    TileLevels levels_;
    std::uint64_t next_ = 0;
    std::uint64_t announced_ = 0;
    std::uint64_t covered_ = 0;  // by the last checkpoint that was verified
    evidence::CompactTree by_entries_;
    evidence::CompactTree by_tiles_;  // the same tree where tile and entry agree
    std::optional<std::vector<evidence::Digest>> stored_;  // level 0, for the entries at hand
    std::string stored_missing_;                           // why there is none
    std::vector<std::uint64_t> differing_;  // entry and tile disagree; the next checkpoint decides
    bool is_lost_ = false;                  // the tree can no longer be told
    std::multimap<std::uint64_t, evidence::Digest> known_roots_;  // by size; those to come
    LogSummary summary_;
};

}  // namespace jobbro::audit
