#include "adapters/audit/tile_levels.h"

namespace jobbro::audit {

void TileLevels::append(const Hash& leaf) {
    Hash hash = leaf;
    for (std::size_t level = 0;; ++level) {
        if (levels_.size() <= level) levels_.emplace_back();
        Level& at = levels_[level];
        at.hashes.push_back(hash);
        if (at.hashes.size() < evidence::tile_width) return;
        hash = on_tile_({static_cast<std::uint8_t>(level), at.number}, at.hashes);
        at.hashes.clear();
        ++at.number;
    }
}

void TileLevels::finish() {
    for (std::size_t level = 0; level < levels_.size(); ++level) {
        const Level& at = levels_[level];
        if (at.hashes.empty()) continue;
        on_tile_({static_cast<std::uint8_t>(level), at.number,
                  static_cast<std::uint16_t>(at.hashes.size())},
                 at.hashes);
    }
}

TileLevels::Hash root_of_hashes(const std::vector<TileLevels::Hash>& hashes) {
    std::vector<evidence::Digest> known;
    known.reserve(hashes.size());
    for (const TileLevels::Hash& hash : hashes) {
        if (!hash) return std::nullopt;
        known.push_back(*hash);
    }
    return evidence::root_of(known);
}

}  // namespace jobbro::audit
