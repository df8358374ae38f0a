#include "adapters/audit/folder_check.h"

#include <algorithm>
#include <set>

#include "adapters/audit/range_check.h"
#include "proto/base/limits.h"

namespace jobbro::audit {
namespace {

constexpr std::uint64_t progress_entries = 4096;
constexpr std::uint64_t unreadable_in_a_row_max = 4096;
// More than one a party: what a statement builds on is followed too.
constexpr std::size_t followed_max = 8 * limits::parties_max;

// The number a row's key is; none when it is no number.
std::optional<std::uint64_t> number_of(BytesView key) {
    if (key.size() != sizeof(std::uint64_t)) return std::nullopt;
    return read_big_endian<std::uint64_t>(key);
}

// The rows of a table whose keys are numbers, from one on, with what cannot be read passed over and
// told.
class NumberedRows {
  public:
    NumberedRows(Database::Rows rows, std::string name, std::uint64_t first, FaultList& faults)
        : rows_(std::move(rows)), name_(std::move(name)), next_(first), faults_(&faults) {
        rows_.seek(key_of(first));
    }

    // The next row's number; none at the end. Errors: those of reading, when nothing more can be.
    Result<std::optional<std::uint64_t>> next() {
        if (began_) rows_.next();
        began_ = true;
        if (!rows_.is_on_row()) JOBBRO_TRY(pass_over());
        if (!rows_.is_on_row()) return std::optional<std::uint64_t>{};
        const auto number = number_of(rows_.key());
        if (!number) return Error{ErrorCode::tampered, "a key of the table " + name_};
        next_ = *number + 1;
        return number;
    }
    [[nodiscard]] BytesView value() const { return rows_.value(); }

  private:
    Result<void> pass_over() {
        auto status = rows_.status();
        if (status) return {};
        faults_->add(next_, "from here on the table " + name_ +
                                " cannot be read: " + sentence_of(status.error()));
        for (std::uint64_t i = 1; i <= unreadable_in_a_row_max; ++i) {
            rows_.seek(key_of(next_ + i));
            if (rows_.is_on_row() || rows_.status()) return {};
        }
        return status;
    }

    Database::Rows rows_;
    std::string name_;
    std::uint64_t next_;
    FaultList* faults_;
    bool began_ = false;
};

// None for what is no entry.
Result<PartKeys> keys_of(const LogFolder& folder, BytesView bytes) {
    const auto entry = read_entry(bytes);
    if (!entry) return PartKeys{};
    return folder.keys_of(*entry);
}

// Requires: folder.has_keys(). Life: ends before the folder.
Sources sources_of(const LogFolder& folder) {
    return {[&folder](Sequence place) -> Result<KeyedEntry> {
                JOBBRO_TRY_ASSIGN(Bytes bytes, folder.entry(place));
                JOBBRO_TRY_ASSIGN(PartKeys keys, keys_of(folder, bytes));
                return KeyedEntry{std::move(bytes), std::move(keys)};
            },
            [&folder](KeySlot slot) { return folder.has_key(slot); }};
}

// --- The whole log -------------------------------------------------------------------------------

class WholeCheck {
  public:
    WholeCheck(const LogFolder& folder, const FolderCheckOptions& options, FaultList& faults)
        : folder_(&folder),
          options_(&options),
          faults_(&faults),
          check_(
              options.log,
              [&folder](const evidence::TileId& tile) { return folder.stored_tile(tile); },
              faults) {
        for (const auto& [party, key] : options.parties)
            check_.know_party(party, key);
        for (const auto& [party, key] : options.controllers)
            check_.know_controller(party, key);
        for (const evidence::Checkpoint& kept : options.checkpoints)
            check_.know_checkpoint(kept);
        if (!folder.has_keys()) return;
        check_.need_registry();
        check_.ask(sources_of(folder));
    }

    Result<LogSummary> run() {
        const auto rows = check_rows();
        const auto tiles = check_tiles();
        const auto vault = check_vault();
        const LogSummary summary = check_.finish();
        // Last, since it is least precise about what is wrong.
        const auto files = folder_->verify_files();
        for (const auto* each : {&rows, &tiles, &vault, &files}) {
            if (!*each) return each->error();
        }
        return summary;
    }

  private:
    Result<void> check_rows() {
        NumberedRows entries{folder_->rows(table_entries), "entries", 0, *faults_};
        NumberedRows commits{folder_->rows(table_commits), "commits", 0, *faults_};
        JOBBRO_TRY_ASSIGN(auto commit, commits.next());
        JOBBRO_TRY_ASSIGN(auto entry, entries.next());
        while (entry) {
            check_.announce(Sequence{*entry});
            while (commit && *commit <= *entry) {
                check_.take_checkpoint(TreeSize{*commit}, commits.value());
                JOBBRO_TRY_ASSIGN(commit, commits.next());
            }
            JOBBRO_TRY_ASSIGN(const PartKeys keys, keys_of(*folder_, entries.value()));
            check_.take_entry(Sequence{*entry}, entries.value(), keys);
            tell_progress(*entry);
            JOBBRO_TRY_ASSIGN(entry, entries.next());
        }
        while (commit) {
            check_.take_checkpoint(TreeSize{*commit}, commits.value());
            JOBBRO_TRY_ASSIGN(commit, commits.next());
        }
        return {};
    }

    Result<void> check_tiles() {
        auto rows = folder_->rows(table_tiles);
        for (rows.seek({}); rows.is_on_row(); rows.next()) {
            const BytesView key = rows.key();
            if (key.size() != 1 + sizeof(std::uint64_t)) {
                return Error{ErrorCode::tampered, "a key of the table tiles"};
            }
            check_.take_stored_tile(static_cast<std::uint8_t>(key[0]),
                                    read_big_endian<std::uint64_t>(key, 1));
        }
        return rows.status();
    }

    // A log that lost its end may be whole in itself; the vault remembers.
    Result<void> check_vault() {
        JOBBRO_TRY_ASSIGN(const auto seen, folder_->seen_by_vault());
        const std::uint64_t size = check_.size().value();
        if (!seen || seen->value() <= size) return {};
        faults_->add(size, "the log ends before it, and the vault has seen " +
                               std::to_string(seen->value()) + " entries");
        return {};
    }

    void tell_progress(std::uint64_t sequence) const {
        if (options_->progress && sequence % progress_entries == 0) options_->progress(sequence);
    }

    const LogFolder* folder_;
    const FolderCheckOptions* options_;
    FaultList* faults_;
    LogCheck check_;
};

// --- A range -------------------------------------------------------------------------------------

class PartCheck {
  public:
    PartCheck(const LogFolder& folder, const FolderCheckOptions& options, FaultList& faults,
              Bytes note, const evidence::Checkpoint& signed_tree, Sequence first, Sequence end)
        : folder_(&folder),
          options_(&options),
          faults_(&faults),
          note_(std::move(note)),
          signed_tree_(signed_tree),
          first_(first),
          end_(end),
          check_(options.log, signed_tree, folder.tiles(), first, faults) {
        for (const auto& [party, key] : options.parties)
            check_.know_party(party, key);
        for (const auto& [party, key] : options.controllers)
            check_.know_controller(party, key);
        for (const evidence::Checkpoint& kept : options.checkpoints)
            check_.take_known(kept);
        if (folder.has_keys()) check_.ask(sources_of(folder));
    }

    Result<LogSummary> run() {
        JOBBRO_TRY(take_opening());
        NumberedRows entries{folder_->rows(table_entries), "entries", first_.value(), *faults_};
        JOBBRO_TRY_ASSIGN(auto entry, entries.next());
        for (; entry && *entry < end_.value();) {
            JOBBRO_TRY(take_entry(Sequence{*entry}, entries.value()));
            JOBBRO_TRY_ASSIGN(entry, entries.next());
        }
        JOBBRO_TRY(check_commits());
        const RangeSummary checked = check_.finish(end_);
        LogSummary summary;
        summary.entries = checked.entries;
        summary.checkpoints = checked.checkpoints;
        summary.controllers = checked.controllers;
        summary.known_checkpoints = checked.known_checkpoints;
        summary.size = summary.last_checkpoint_size = signed_tree_.size;
        summary.root = signed_tree_.root;
        summary.last_checkpoint = note_;
        return summary;
    }

  private:
    // Without keys there is no registry to be followed.
    Result<void> take_opening() {
        if (!folder_->has_keys()) return {};
        JOBBRO_TRY_ASSIGN(const auto bytes, entry_named_by(Sequence{0}, Sequence{0}));
        if (!bytes) return {};
        JOBBRO_TRY_ASSIGN(const PartKeys keys, keys_of(*folder_, *bytes));
        check_.take_opening(*bytes, keys);
        return take_log_keys();
    }

    Result<void> take_log_keys() {
        JOBBRO_TRY_ASSIGN(const auto places, folder_->log_key_changes());
        for (const Sequence place : places) {
            JOBBRO_TRY_ASSIGN(const auto bytes, entry_named_by(place, place));
            if (!bytes) continue;
            JOBBRO_TRY_ASSIGN(const PartKeys keys, keys_of(*folder_, *bytes));
            check_.take_log_key(place, *bytes, keys);
        }
        return {};
    }

    // A rotation is signed with the key before, so what bound that comes first: all grants and
    // rotations of the party, since a grant says the keys again that a rotation before it bound.
    // That it was disabled in between binds nothing, and may be signed by somebody not known here.
    Result<void> take_named(Sequence place, Sequence named_by) {
        std::map<Sequence, KeyedEntry> named;
        for (std::optional<Sequence> at = place; at && is_sought(*at);) {
            JOBBRO_TRY_ASSIGN(auto bytes, entry_named_by(*at, named_by));
            if (!bytes) break;
            JOBBRO_TRY_ASSIGN(PartKeys keys, keys_of(*folder_, *bytes));
            const auto statement = statement_of(*bytes, keys);
            const bool binds = !statement || !statement->has_disabling();
            if (binds) named.emplace(*at, KeyedEntry{*std::move(bytes), std::move(keys)});
            at = statement ? built_on(*statement, *at) : std::nullopt;
        }
        for (const auto& [at, entry] : named)
            check_.take_named(at, entry.bytes, entry.keys);
        return {};
    }

    bool is_sought(Sequence place) {
        return check_.knows_registry() && place != Sequence{0} && followed_.size() < followed_max &&
               followed_.insert(place.value()).second;
    }

    // None when it is not there or damaged, which is a fault of the entry that names it.
    // Errors: store_failed.
    Result<std::optional<Bytes>> entry_named_by(Sequence place, Sequence named_by) {
        auto bytes = folder_->entry(place);
        if (bytes) return std::optional<Bytes>{*std::move(bytes)};
        const Error& error = bytes.error();
        if (error.code == ErrorCode::store_failed) return error;
        faults_->add(named_by.value(),
                     place == named_by
                         ? sentence_of(error)
                         : "the registry entry that it names cannot be had: " + sentence_of(error));
        check_.pass_over(place);
        return std::optional<Bytes>{};
    }

    Result<void> take_entry(Sequence place, BytesView bytes) {
        const auto parts = read_entry(bytes);
        // What an entry in another's place names says nothing.
        if (parts && parts->submitted && parts->sequence == place) {
            JOBBRO_TRY(take_named(parts->submitted->registry_entry, place));
        }
        JOBBRO_TRY_ASSIGN(const PartKeys keys, keys_of(*folder_, bytes));
        check_.take_entry(place, bytes, keys);
        if (options_->progress && place.value() % progress_entries == 0) {
            options_->progress(place.value() - first_.value());
        }
        return {};
    }

    Result<void> check_commits() {
        NumberedRows commits{folder_->rows(table_commits), "commits", size_with(first_).value(),
                             *faults_};
        JOBBRO_TRY_ASSIGN(auto commit, commits.next());
        while (commit && *commit <= end_.value()) {
            check_.take_checkpoint(TreeSize{*commit}, commits.value());
            JOBBRO_TRY_ASSIGN(commit, commits.next());
        }
        return {};
    }

    const LogFolder* folder_;
    const FolderCheckOptions* options_;
    FaultList* faults_;
    Bytes note_;
    evidence::Checkpoint signed_tree_;
    Sequence first_;
    Sequence end_;
    RangeCheck check_;
    std::set<std::uint64_t> followed_;  // registry entries, followed_max at most
};

Result<LogSummary> check_range(const LogFolder& folder, const FolderCheckOptions& options,
                               FaultList& faults) {
    JOBBRO_TRY_ASSIGN(const Bytes note, folder.last_checkpoint());
    JOBBRO_TRY_ASSIGN(const auto signed_tree,
                      evidence::open_checkpoint(note, options.log.newest()));
    const Sequence first = options.first.value_or(Sequence{0});
    const std::uint64_t size = signed_tree.size.value();
    const std::uint64_t end =
        options.last && options.last->value() < size ? options.last->value() + 1 : size;
    if (first.value() >= end) {
        return Error{ErrorCode::entry_unknown,
                     "the log is signed for " + std::to_string(size) + " entries"};
    }
    PartCheck check{folder, options, faults, note, signed_tree, first, Sequence{end}};
    return check.run();
}

}  // namespace

Result<LogSummary> check_folder(const LogFolder& folder, const FolderCheckOptions& options,
                                FaultList& faults) {
    if (options.first || options.last) return check_range(folder, options, faults);
    WholeCheck check{folder, options, faults};
    return check.run();
}

}  // namespace jobbro::audit
