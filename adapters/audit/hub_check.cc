#include "adapters/audit/hub_check.h"

#include <algorithm>
#include <bit>

namespace jobbro::audit {
namespace {

constexpr std::uint64_t progress_entries = 4096;

v1::Replay sealed(Sequence from, std::optional<Sequence> end) {
    v1::Replay request;
    request.set_view(v1::REPLAY_VIEW_SEALED);
    request.set_from_sequence(from.value());
    if (end) request.set_end_sequence(end->value());
    return request;
}

// Where an entry stands: where it says, if it can stand there, so that one that is missing is told
// and not all that come after it.
Sequence place_of(BytesView bytes, Sequence next, Sequence end) {
    const auto entry = read_entry(bytes);
    return entry && next <= entry->sequence && entry->sequence < end ? entry->sequence : next;
}

PartKeys keys_or_fault(const v1::ReplayedEntry& handed_out, Sequence place, FaultList& faults) {
    auto keys = keys_of(handed_out);
    if (keys) return *std::move(keys);
    faults.add(place.value(), "what came with it as its key is none");
    return {};
}

void tell_progress(const FolderCheckOptions& options, std::uint64_t entries) {
    if (options.progress && entries % progress_entries == 0) options.progress(entries);
}

// --- The whole log -------------------------------------------------------------------------------

Result<LogSummary> check_whole(HubReader& hub, const FolderCheckOptions& options,
                               FaultList& faults) {
    LogCheck check{options.log, {}, faults};
    for (const auto& [party, key] : options.parties)
        check.know_party(party, key);
    for (const auto& [party, key] : options.controllers)
        check.know_controller(party, key);
    for (const evidence::Checkpoint& kept : options.checkpoints)
        check.know_checkpoint(kept);
    check.need_registry();
    const auto take = [&](const v1::ReplayedEntry& handed_out, Sequence /*place*/, Sequence end) {
        const Sequence next{check.size().value()};
        const Sequence place = place_of(handed_out.entry(), next, end);
        check.announce(place);
        check.take_entry(place, handed_out.entry(), keys_or_fault(handed_out, place, faults));
        tell_progress(options, place.value());
        return Result<void>{};
    };
    const auto read = hub.read_unchecked(sealed(Sequence{0}, {}), take);
    // What was not read is not missing.
    if (!read) return read.error();
    check.announce(read->end);
    check.take_checkpoint(TreeSize{read->end.value()}, read->checkpoint);
    return check.finish();
}

// --- A range -------------------------------------------------------------------------------------

// The edge of the tree of all leaves before one, from that one's path: what stands left of it.
// RFC 9162 section 2.1.3.2 says which hashes do.
std::vector<evidence::Digest> edge_before(LeafIndex leaf, TreeSize size,
                                          const std::vector<evidence::Digest>& path) {
    std::vector<evidence::Digest> edge;
    std::uint64_t at = leaf.value();
    std::uint64_t last = size.value() - 1;
    for (const evidence::Digest& hash : path) {
        if (at % 2 == 1 || at == last) {
            edge.push_back(hash);
            while (at % 2 == 0 && at != 0) {
                at /= 2;
                last /= 2;
            }
        }
        at /= 2;
        last /= 2;
    }
    std::reverse(edge.begin(), edge.end());
    return edge;
}

class HubRange {
  public:
    HubRange(HubReader& hub, const FolderCheckOptions& options, FaultList& faults,
             kit::ProvedGrowth latest, Sequence first, Sequence end)
        : hub_(&hub),
          options_(&options),
          faults_(&faults),
          latest_(std::move(latest)),
          first_(first),
          end_(end),
          check_(options.log, Statements::some, faults) {
        for (const auto& [party, key] : options.parties)
            check_.know_party(party, key);
        for (const auto& [party, key] : options.controllers)
            check_.know_controller(party, key);
        check_.need_registry();
    }

    Result<LogSummary> run() {
        JOBBRO_TRY(take_known());
        JOBBRO_TRY(take_registry());
        JOBBRO_TRY(take_entries());
        JOBBRO_TRY(take_log_keys());
        JOBBRO_TRY(hold_tree());
        check_.finish();
        summary_.entries = check_.counts();
        summary_.controllers = check_.controllers();
        summary_.checkpoints = 1;
        summary_.size = summary_.last_checkpoint_size = latest_.checkpoint.size;
        summary_.root = latest_.checkpoint.root;
        summary_.last_checkpoint = latest_.note;
        return summary_;
    }

  private:
    [[nodiscard]] TreeSize size() const { return latest_.checkpoint.size; }

    // Errors: those that say nothing against the log.
    Result<bool> grew_from(const evidence::Checkpoint& old) {
        if (old.size > size()) return false;
        const auto grown = hub_->answer_of(hub_->client().prove_consistency(old, size()));
        if (!grown && grown.error().code != ErrorCode::proof_wrong) return grown.error();
        if (grown) JOBBRO_TRY(hold_to_one_tree(latest_.checkpoint, grown->checkpoint));
        return grown.has_value();
    }

    // That the entry with this leaf hash stands there, in the tree of the latest checkpoint.
    Result<evidence::TlogProof> prove(Sequence place, const evidence::Digest& leaf) {
        JOBBRO_TRY_ASSIGN(evidence::TlogProof proof, hub_->prove(place, size(), leaf));
        JOBBRO_TRY_ASSIGN(const auto proved,
                          evidence::open_checkpoint(proof.checkpoint, options_->log.newest()));
        JOBBRO_TRY(hold_to_one_tree(latest_.checkpoint, proved));
        return proof;
    }

    Result<void> take_known() {
        for (const evidence::Checkpoint& kept : options_->checkpoints) {
            JOBBRO_TRY_ASSIGN(const bool has_grown, grew_from(kept));
            const std::uint64_t last = std::min(kept.size, size()).value();
            if (has_grown) {
                ++summary_.known_checkpoints;
            } else {
                faults_->add(last == 0 ? 0 : last - 1,
                             "the log is not proved to be the one of the checkpoint that was kept "
                             "for " +
                                 std::to_string(kept.size.value()) + " entries");
            }
        }
        return {};
    }

    // Those before the range, which come by themselves. One that is not in the tree is an error.
    Result<void> take_registry() {
        if (first_ == Sequence{0}) return {};
        v1::Replay request;
        request.set_view(v1::REPLAY_VIEW_MASKED);
        request.set_end_sequence(first_.value());
        request.add_kinds(v1::MESSAGE_KIND_LOG_OPENED);
        request.add_kinds(v1::MESSAGE_KIND_REGISTRY_CHANGE);
        const auto read = hub_->read(request, [&](const ReadEntry& entry) -> Result<void> {
            JOBBRO_TRY(prove(entry.sequence, evidence::leaf_hash(entry.bytes)));
            check_.take_statement(entry.sequence, entry.bytes, entry.keys);
            return {};
        });
        if (!read) return read.error();
        return {};
    }

    // Wherever they stand: the log's key is the one it has now.
    Result<void> take_log_keys() {
        v1::Replay request;
        request.set_view(v1::REPLAY_VIEW_MASKED);
        request.set_end_sequence(size().value());
        request.add_kinds(v1::MESSAGE_KIND_LOG_KEY_CHANGE);
        const auto read = hub_->read(request, [&](const ReadEntry& entry) -> Result<void> {
            JOBBRO_TRY(prove(entry.sequence, evidence::leaf_hash(entry.bytes)));
            check_.take_statement(entry.sequence, entry.bytes, entry.keys);
            return {};
        });
        if (!read) return read.error();
        return {};
    }

    // What stands before the range, as the path of its first entry says.
    Result<void> begin_tree(const evidence::Digest& leaf) {
        JOBBRO_TRY_ASSIGN(const evidence::TlogProof proof, prove(first_, leaf));
        auto edge = edge_before(leaf_of(first_), size(), proof.hashes);
        if (edge.size() != static_cast<std::size_t>(std::popcount(first_.value()))) {
            return Error{ErrorCode::proof_wrong, "its path has not the shape of one"};
        }
        tree_ = evidence::CompactTree{TreeSize{first_.value()}, std::move(edge)};
        return {};
    }

    Result<void> take_entries() {
        const auto read = hub_->read_unchecked(
            sealed(first_, end_), [&](const v1::ReplayedEntry& each, Sequence place, Sequence) {
                return take_entry(each, place);
            });
        if (!read) return read.error();
        if (tree_.size().value() < end_.value()) {
            faults_->add(tree_.size().value(), "it is missing");
        }
        return {};
    }

    Result<void> take_entry(const v1::ReplayedEntry& handed_out, Sequence place) {
        const PartKeys keys = keys_or_fault(handed_out, place, *faults_);
        const evidence::Digest leaf = evidence::leaf_hash(handed_out.entry());
        if (place == first_ && first_ > Sequence{0}) JOBBRO_TRY(begin_tree(leaf));
        tree_.append(leaf);
        if (place == Sequence{0}) {
            check_.take_statement(place, handed_out.entry(), keys);
        } else if (keys.body) {
            check_.take_named(place, handed_out.entry(), keys);
        }
        check_.take(place, handed_out.entry(), keys);
        tell_progress(*options_, place.value() - first_.value());
        return {};
    }

    // Requires: all entries of the range have been taken.
    Result<void> hold_tree() {
        const evidence::Checkpoint own{options_->log.name, tree_.size(), tree_.root()};
        JOBBRO_TRY_ASSIGN(const bool is_beginning, grew_from(own));
        if (is_beginning) return {};
        faults_->add(end_.value() - 1, "the tree over the entries from " +
                                           std::to_string(first_.value()) +
                                           " on is not the beginning of the one the checkpoint "
                                           "signs; one of them was changed");
        return {};
    }

    HubReader* hub_;
    const FolderCheckOptions* options_;
    FaultList* faults_;
    kit::ProvedGrowth latest_;
    Sequence first_;
    Sequence end_;
    EntryCheck check_;
    evidence::CompactTree tree_;
    LogSummary summary_;
};

Result<LogSummary> check_range(HubReader& hub, const FolderCheckOptions& options,
                               FaultList& faults) {
    JOBBRO_TRY_ASSIGN(auto latest, hub.latest());
    JOBBRO_TRY_ASSIGN(latest.checkpoint,
                      evidence::open_checkpoint(latest.note, options.log.newest()));
    const Sequence first = options.first.value_or(Sequence{0});
    const std::uint64_t size = latest.checkpoint.size.value();
    const std::uint64_t end =
        options.last && options.last->value() < size ? options.last->value() + 1 : size;
    if (first.value() >= end) {
        return Error{ErrorCode::entry_unknown,
                     "the log is signed for " + std::to_string(size) + " entries"};
    }
    HubRange range{hub, options, faults, std::move(latest), first, Sequence{end}};
    return range.run();
}

}  // namespace

Result<void> hold_to_one_tree(const evidence::Checkpoint& one, const evidence::Checkpoint& proved) {
    if (proved.size == one.size && proved.root == one.root) return {};
    return Error{ErrorCode::tampered,
                 "the hub proves to another log than the one whose checkpoint it gave: both are "
                 "signed, for " +
                     std::to_string(proved.size.value()) + " and for " +
                     std::to_string(one.size.value()) + " entries"};
}

Result<LogSummary> check_hub(HubReader& hub, const FolderCheckOptions& options, FaultList& faults) {
    if (options.first || options.last) return check_range(hub, options, faults);
    return check_whole(hub, options, faults);
}

}  // namespace jobbro::audit
