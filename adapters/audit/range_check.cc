#include "adapters/audit/range_check.h"

#include <algorithm>

namespace jobbro::audit {

RangeCheck::RangeCheck(evidence::NoteVerifier log, evidence::Checkpoint signed_tree,
                       evidence::ReadTile tiles, Sequence first, FaultList& faults)
    : faults_(&faults),
      entries_(std::move(log), Statements::some, faults),
      signed_tree_(std::move(signed_tree)),
      read_tile_(std::move(tiles)),
      next_(first.value()) {}

void RangeCheck::take_known(const evidence::Checkpoint& kept) {
    const std::uint64_t size = kept.size.value();
    const std::uint64_t end = signed_tree_.size.value();
    const std::uint64_t last = std::min(size, end) == 0 ? 0 : std::min(size, end) - 1;
    if (size > end) {
        faults_->add(last, "the log was longer once: the checkpoint that was kept for " +
                               std::to_string(size) + " entries says so");
        return;
    }
    const auto grown = [&]() -> Result<void> {
        JOBBRO_TRY_ASSIGN(const auto path, evidence::consistency_from_tiles(read_tile_, kept.size,
                                                                            signed_tree_.size));
        return evidence::verify_consistency(kept.size, kept.root, signed_tree_.size,
                                            signed_tree_.root, path);
    }();
    if (grown) {
        ++summary_.known_checkpoints;
        return;
    }
    faults_->add(last, "the log is not proved to be the one of the checkpoint that was kept for " +
                           std::to_string(size) + " entries: " + sentence_of(grown.error()));
}

void RangeCheck::take_opening(BytesView bytes, const PartKeys& keys) {
    hold(Sequence{0}, bytes);
    entries_.take_statement(Sequence{0}, bytes, keys);
}

void RangeCheck::take_log_key(Sequence place, BytesView bytes, const PartKeys& keys) {
    if (hold(place, bytes)) entries_.take_statement(place, bytes, keys);
}

void RangeCheck::ask(Sources sources) {
    if (const auto look_up = std::move(sources.entry)) {
        sources.entry = [this, look_up](Sequence place) -> Result<KeyedEntry> {
            JOBBRO_TRY_ASSIGN(KeyedEntry found, look_up(place));
            if (hold(place, found.bytes)) return found;
            return Error{ErrorCode::tampered, "it is not in the tree"};
        };
    }
    entries_.ask(std::move(sources));
}

// One that is not in the tree binds nothing, whatever it says.
void RangeCheck::take_named(Sequence place, BytesView bytes, const PartKeys& keys) {
    if (hold(place, bytes)) {
        entries_.take_named(place, bytes, keys);
    } else {
        pass_over(place);
    }
}

void RangeCheck::take_entry(Sequence place, BytesView bytes, const PartKeys& keys) {
    if (place.value() != next_) {
        faults_->add(next_, place.value() < next_ ? "it stands there once more" : "it is missing");
    }
    next_ = place.value() + 1;
    hold(place, bytes);
    entries_.take(place, bytes, keys);
}

// False: a fault that says so stands in the list.
bool RangeCheck::hold(Sequence place, BytesView bytes) {
    if (size_with(place) > signed_tree_.size) {
        faults_->add(place.value(), "no checkpoint covers it");
        return false;
    }
    if (!open_tile(place.value() / evidence::tile_width)) return false;
    if (tile_[place.value() % evidence::tile_width] == evidence::leaf_hash(bytes)) return true;
    faults_->add(place.value(), "it is not the entry whose hash stands in the tree");
    return false;
}

bool RangeCheck::open_tile(std::uint64_t number) {
    if (tile_number_ == number) return !tile_.empty();
    tile_number_ = number;
    tile_.clear();
    const std::uint64_t first = number * evidence::tile_width;
    const auto width = static_cast<std::uint16_t>(
        std::min(evidence::tile_width, signed_tree_.size.value() - first));
    const auto proved = [&]() -> Result<std::vector<evidence::Digest>> {
        JOBBRO_TRY_ASSIGN(auto hashes, read_tile_(evidence::TileId{0, number, width}));
        if (hashes.size() != width) return Error{ErrorCode::tampered, "it has another width"};
        // All hashes of the tile go into the path of its first.
        JOBBRO_TRY_ASSIGN(const auto path, evidence::inclusion_from_tiles(
                                               read_tile_, LeafIndex{first}, signed_tree_.size));
        JOBBRO_TRY(evidence::verify_inclusion(hashes.front(), LeafIndex{first}, signed_tree_.size,
                                              path, signed_tree_.root));
        return hashes;
    }();
    if (!proved) {
        faults_->add(first,
                     "tile " + std::to_string(number) + " of level 0, from this entry on, " +
                         "is not in the tree of the checkpoint: " + sentence_of(proved.error()));
        return false;
    }
    tile_ = *proved;
    return true;
}

void RangeCheck::take_checkpoint(TreeSize place, BytesView note) {
    const auto held = [&]() -> Result<void> {
        JOBBRO_TRY_ASSIGN(const auto checkpoint,
                          evidence::open_checkpoint(note, entries_.verifier_of(place)));
        if (checkpoint.size != place || place > signed_tree_.size || place.value() == 0) {
            return Error{ErrorCode::tampered, "it is for another size"};
        }
        JOBBRO_TRY_ASSIGN(const auto root, evidence::root_from_tiles(read_tile_, place));
        if (root != checkpoint.root) {
            return Error{ErrorCode::tampered, "its root is not that of the tiles"};
        }
        return {};
    }();
    if (held) {
        ++summary_.checkpoints;
        return;
    }
    faults_->add(place.value() == 0 ? 0 : place.value() - 1,
                 "checkpoint " + std::to_string(place.value()) + ": " + sentence_of(held.error()));
}

RangeSummary RangeCheck::finish(Sequence end) {
    if (next_ < end.value()) faults_->add(next_, "it is missing");
    entries_.finish();
    summary_.entries = entries_.counts();
    summary_.controllers = entries_.controllers();
    return summary_;
}

}  // namespace jobbro::audit
