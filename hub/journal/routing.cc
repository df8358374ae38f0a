#include "hub/journal/routing.h"

#include <algorithm>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"

namespace jobbro::journal {
namespace {

// A place is the position in the block.
constexpr std::size_t place_bytes = 2;
static_assert(limits::block_entries <= 65536);

Bytes party_prefix(const std::string& party) {
    Bytes key = party;
    key.push_back('\0');
    return key;
}

}  // namespace

Sequence Routing::block_start(TreeSize size) {
    return Sequence{size.value() - size.value() % limits::block_entries};
}

void Routing::add(const std::string& party, Sequence sequence) {
    unfinished_[party].push_back(sequence);
}

void Routing::advance(TreeSize size, store::Batch& batch) {
    if (size.value() % limits::block_entries != 0) return;
    const std::uint64_t block = size.value() / limits::block_entries - 1;
    for (const auto& [party, routed] : unfinished_) {
        Bytes places;
        for (const Sequence each : routed) {
            append_big_endian(places,
                              static_cast<std::uint16_t>(each.value() % limits::block_entries));
        }
        Bytes key = party_prefix(party);
        append_big_endian(key, block);
        batch.put(log_table::routing, key, places);
    }
    unfinished_.clear();
    unfinished_from_ = Sequence{size.value()};
}

Result<void> Routing::read_blocks(const std::string& party, Sequence from, std::size_t most,
                                  std::vector<Sequence>& found) const {
    const Bytes prefix = party_prefix(party);
    Bytes key = prefix;
    append_big_endian(key, from.value() / limits::block_entries);
    bool whole = true;
    JOBBRO_TRY(store_->scan(log_table::routing, key, [&](BytesView row, BytesView places) {
        if (row.substr(0, prefix.size()) != prefix) return false;
        if (row.size() != prefix.size() + 8 || places.size() % place_bytes != 0) {
            return whole = false;
        }
        const auto block = read_big_endian<std::uint64_t>(row, prefix.size());
        for (std::size_t at = 0; at < places.size() && found.size() < most; at += place_bytes) {
            const Sequence sequence{block * limits::block_entries +
                                    read_big_endian<std::uint16_t>(places, at)};
            if (sequence >= from) found.push_back(sequence);
        }
        return found.size() < most;
    }));
    if (!whole) return Error{ErrorCode::tampered, "a routing row"};
    return {};
}

Result<std::vector<Sequence>> Routing::next(const std::string& party, Sequence from,
                                            std::size_t most) const {
    std::vector<Sequence> found;
    if (from < unfinished_from_) JOBBRO_TRY(read_blocks(party, from, most, found));
    const auto recent = unfinished_.find(party);
    if (recent == unfinished_.end()) return found;
    auto each = std::lower_bound(recent->second.begin(), recent->second.end(), from);
    for (; each != recent->second.end() && found.size() < most; ++each)
        found.push_back(*each);
    return found;
}

}  // namespace jobbro::journal
