#include "adapters/audit/log_check.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace jobbro::audit {
namespace {

// Named like their rows, so that whoever looks finds them.
std::string name_of(const evidence::TileId& tile) {
    return "tile " + std::to_string(tile.number) + " of level " + std::to_string(tile.level);
}
std::string name_of(TreeSize checkpoint) {
    return "checkpoint " + std::to_string(checkpoint.value());
}
std::string span_of(std::uint64_t first, std::uint64_t end) {
    return "entries " + std::to_string(first) + " to " + std::to_string(end - 1);
}

}  // namespace

LogCheck::LogCheck(evidence::NoteVerifier log, evidence::ReadTile stored, FaultList& faults)
    : faults_(&faults),
      entries_(std::move(log), Statements::all, faults),
      read_stored_(std::move(stored)),
      levels_([this](const evidence::TileId& tile, const std::vector<TileLevels::Hash>& computed) {
          return close_tile(tile, computed);
      }) {}

// --- Entries -------------------------------------------------------------------------------------

void LogCheck::announce(Sequence place) {
    announced_ = place.value();
    if (announced_ < next_) faults_->add(announced_, "it stands there once more");
    if (announced_ <= next_) return;
    entries_.pass_over(Sequence{next_}, place);
    faults_->add(next_, announced_ - next_ == 1 ? std::string{"it is missing"}
                                                : span_of(next_, announced_) + " are missing");
}

void LogCheck::take_entry(Sequence place, BytesView bytes, const PartKeys& keys) {
    JOBBRO_ASSERT(place.value() == announced_);
    if (place.value() < next_) return;
    fill_gap(place.value());
    entries_.take(place, bytes, keys);
    append(evidence::leaf_hash(bytes));
}

// Stored tiles say which hashes belong there; a gap beyond them cannot be told.
void LogCheck::fill_gap(std::uint64_t end) {
    while (next_ < end && !is_lost_)
        append(std::nullopt);
    next_ = end;
}

void LogCheck::append(const TileLevels::Hash& from_entry) {
    if (is_lost_) {
        ++next_;
        return;
    }
    const std::size_t at = next_ % evidence::tile_width;
    if (at == 0) begin_tile();
    const TileLevels::Hash from_tile = stored_ ? TileLevels::Hash{(*stored_)[at]} : std::nullopt;
    if (!from_entry && !from_tile) {
        is_lost_ = true;
        return;
    }
    by_entries_.append(from_entry ? *from_entry : *from_tile);
    by_tiles_.append(from_tile ? *from_tile : *from_entry);
    if (from_entry && from_tile && *from_entry != *from_tile) {
        if (differing_.size() < limits::audit_faults_kept_max) differing_.push_back(next_);
    }
    ++next_;
    levels_.append(from_entry ? from_entry : from_tile);
    hold_known();
}

// --- Tiles ---------------------------------------------------------------------------------------

void LogCheck::begin_tile() {
    if (!read_stored_) return;
    auto stored = read_stored_({0, next_ / evidence::tile_width});
    if (stored && stored->size() == evidence::tile_width) {
        stored_ = *std::move(stored);
        return;
    }
    stored_.reset();
    stored_missing_ = stored ? std::string{"it has another width"} : sentence_of(stored.error());
}

TileLevels::Hash LogCheck::close_tile(const evidence::TileId& tile,
                                      const std::vector<TileLevels::Hash>& computed) {
    if (!read_stored_) return root_of_hashes(computed);
    const std::uint64_t last = next_ - 1;
    if (tile.level == 0) {
        // Its hashes were held to the entries one by one.
        if (!stored_) {
            faults_->add(last, name_of(tile) + ": " + stored_missing_);
            return root_of_hashes(computed);
        }
        ++summary_.tiles;
        return evidence::root_of(*stored_);
    }
    const auto stored = read_stored_(tile);
    if (!stored || stored->size() != evidence::tile_width) {
        faults_->add(last, name_of(tile) + ": " +
                               (stored ? "it has another width" : sentence_of(stored.error())));
        return root_of_hashes(computed);
    }
    hold_tile(tile, computed, *stored);
    return evidence::root_of(*stored);
}

void LogCheck::hold_tile(const evidence::TileId& tile,
                         const std::vector<TileLevels::Hash>& computed,
                         const std::vector<evidence::Digest>& stored) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
        if (!computed[i] || *computed[i] == stored[i]) continue;
        const evidence::TileId below{static_cast<std::uint8_t>(tile.level - 1),
                                     tile.number * evidence::tile_width + i};
        faults_->add(next_ - 1, name_of(tile) + ": its hash " + std::to_string(i) +
                                    " is not the root of " + name_of(below));
        return;
    }
    ++summary_.tiles;
}

void LogCheck::take_stored_tile(std::uint8_t level, std::uint64_t number) {
    std::uint64_t full = next_;
    for (unsigned i = 0; i <= level && full > 0; ++i)
        full /= evidence::tile_width;
    if (number < full) return;
    faults_->add(next_ == 0 ? 0 : next_ - 1,
                 name_of(evidence::TileId{level, number}) + ": the tree has no such full tile");
}

// --- Checkpoints ---------------------------------------------------------------------------------

void LogCheck::take_checkpoint(TreeSize place, BytesView note) {
    const std::uint64_t last = place.value() == 0 ? 0 : place.value() - 1;
    const auto checkpoint = evidence::open_checkpoint(note, entries_.verifier_of(place));
    if (!checkpoint) {
        faults_->add(last, name_of(place) + ": " + sentence_of(checkpoint.error()));
        return;
    }
    if (checkpoint->size != place || place.value() == 0) {
        faults_->add(last, name_of(place) + ": it is for " +
                               std::to_string(checkpoint->size.value()) + " entries");
        return;
    }
    if (!is_in_order(place) || is_lost_) return;
    hold_root(*checkpoint);
    if (!is_lost_) covered(place, note);
}

bool LogCheck::is_in_order(TreeSize place) {
    // It may cover entries that are missing before the next.
    if (place.value() > next_ && place.value() <= announced_) fill_gap(place.value());
    if (place.value() == next_) return true;
    faults_->add(
        place.value() - 1,
        name_of(place) + (place.value() < next_
                              ? ": it comes too late to be held to the entries"
                              : ": the log is signed for " + std::to_string(place.value()) +
                                    " entries and has " + std::to_string(next_)));
    return false;
}

void LogCheck::hold_root(const evidence::Checkpoint& checkpoint) {
    if (checkpoint.root == by_entries_.root()) {
        for (const std::uint64_t sequence : differing_) {
            faults_->add(sequence,
                         name_of(evidence::TileId{0, sequence / evidence::tile_width}) +
                             ": its hash " + std::to_string(sequence % evidence::tile_width) +
                             " is not that of the entry, and the checkpoint agrees with the entry");
        }
        if (!differing_.empty()) by_tiles_ = by_entries_;
    } else if (checkpoint.root == by_tiles_.root()) {
        for (const std::uint64_t sequence : differing_)
            faults_->add(sequence, "it is not the entry whose hash stands in the tree");
        by_entries_ = by_tiles_;
    } else {
        tell_root_is_wrong(checkpoint.size);
        is_lost_ = true;
    }
    differing_.clear();
}

void LogCheck::tell_root_is_wrong(TreeSize size) {
    tell_undecided();
    const std::uint64_t last = size.value() - 1;
    const std::string what =
        last == covered_ ? "it is not the entry that " + name_of(size) + " signs"
                         : name_of(size) + ": its root is not that of the entries; one of " +
                               span_of(covered_, size.value()) + " was changed";
    faults_->add(last, what + "; what comes after cannot be held to the tree");
}

void LogCheck::tell_undecided() {
    for (const std::uint64_t sequence : differing_)
        faults_->add(sequence, "the entry and its hash in the tile disagree");
    differing_.clear();
}

void LogCheck::covered(TreeSize size, BytesView note) {
    ++summary_.checkpoints;
    covered_ = size.value();
    summary_.last_checkpoint = Bytes{note};
    summary_.last_checkpoint_size = size;
}

void LogCheck::know_checkpoint(const evidence::Checkpoint& kept) {
    JOBBRO_ASSERT(next_ == 0);
    known_roots_.emplace(kept.size.value(), kept.root);
    if (kept.size.value() == 0) hold_known();
}

// An entry that differs from its tile leaves two trees; one of them is enough, since the next
// checkpoint tells which is wrong.
void LogCheck::hold_known() {
    while (!known_roots_.empty() && known_roots_.begin()->first == next_) {
        const evidence::Digest& root = known_roots_.begin()->second;
        if (root == by_entries_.root() || root == by_tiles_.root()) {
            ++summary_.known_checkpoints;
        } else {
            faults_->add(next_ == 0 ? 0 : next_ - 1,
                         "the log is not the one of the checkpoint that was kept for " +
                             std::to_string(next_) + " entries: it has another root");
        }
        known_roots_.erase(known_roots_.begin());
    }
}

void LogCheck::tell_known_left() {
    for (const auto& [size, root] : known_roots_) {
        const std::string kept = "the checkpoint that was kept for " + std::to_string(size);
        faults_->add(next_ == 0 ? 0 : next_ - 1,
                     size > next_ ? "the log was longer once: " + kept + " entries says so"
                                  : kept + " entries could not be held to the tree");
    }
}

LogSummary LogCheck::finish() {
    tell_undecided();
    tell_known_left();
    entries_.finish();
    if (next_ == 0) {
        faults_->add(0, "there are no entries");
    } else if (covered_ < next_ && !is_lost_) {
        faults_->add(next_ - 1, "no checkpoint covers " +
                                    (next_ - covered_ == 1 ? "it" : span_of(covered_, next_)));
    }
    const auto now = entries_.verifier_of(summary_.last_checkpoint_size).newest();
    if (summary_.checkpoints > 0 && !evidence::open_checkpoint(summary_.last_checkpoint, now)) {
        faults_->add(next_ - 1, "the last checkpoint is not signed with the key the log has now");
    }
    summary_.entries = entries_.counts();
    summary_.controllers = entries_.controllers();
    summary_.size = TreeSize{next_};
    summary_.root = by_entries_.root();
    return summary_;
}

}  // namespace jobbro::audit
