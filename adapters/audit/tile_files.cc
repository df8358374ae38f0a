#include "adapters/audit/tile_files.h"

#include <algorithm>

#include "adapters/audit/new_file.h"
#include "adapters/audit/tile_levels.h"
#include "proto/base/limits.h"

namespace jobbro::audit {
namespace {

constexpr std::uint64_t progress_entries = 4096;

// Takes entries in order and writes bundles and tiles as they fill.
class TileFiles {
  public:
    explicit TileFiles(std::filesystem::path out)
        : out_(std::move(out)),
          levels_(
              [this](const evidence::TileId& tile, const std::vector<TileLevels::Hash>& hashes) {
                  write_tile(tile, hashes);
                  return tile.width == evidence::tile_width ? root_of_hashes(hashes) : std::nullopt;
              }) {}

    TileFiles(const TileFiles&) = delete;
    TileFiles& operator=(const TileFiles&) = delete;

    Result<void> take(BytesView entry) {
        if (entry.size() > limits::entry_bytes_max) {
            return Error{ErrorCode::tampered, "an entry is longer than an entry is"};
        }
        const evidence::Digest leaf = evidence::leaf_hash(entry);
        evidence::append_to_bundle(bundle_, entry);
        tree_.append(leaf);
        levels_.append(leaf);
        if (tree_.size().value() % evidence::tile_width == 0) write_bundle(evidence::tile_width);
        return written_;
    }
    Result<void> finish() {
        levels_.finish();
        const std::uint64_t left = tree_.size().value() % evidence::tile_width;
        if (left > 0) write_bundle(static_cast<std::uint16_t>(left));
        return written_;
    }
    [[nodiscard]] const evidence::CompactTree& tree() const { return tree_; }

  private:
    void write(const std::string& name, std::string_view content) {
        if (written_) written_ = write_new_file(out_ / name, content);
    }
    void write_tile(const evidence::TileId& tile, const std::vector<TileLevels::Hash>& hashes) {
        Bytes content;
        for (const TileLevels::Hash& hash : hashes)
            content += view(*hash);
        write(evidence::tile_path(tile), content);
    }
    void write_bundle(std::uint16_t width) {
        write(evidence::bundle_path((tree_.size().value() - 1) / evidence::tile_width, width),
              bundle_);
        bundle_.clear();
    }

    std::filesystem::path out_;
    TileLevels levels_;
    evidence::CompactTree tree_;
    Bytes bundle_;
    Result<void> written_;  // the first failure
};

Error other_entries() {
    return {ErrorCode::tampered, "the entries are not those the checkpoint signs"};
}

}  // namespace

Result<evidence::Checkpoint> write_tiles(const LogFolder& folder, const evidence::NoteVerifier& log,
                                         const std::filesystem::path& out,
                                         const std::function<void(std::uint64_t)>& progress) {
    JOBBRO_TRY_ASSIGN(const Bytes note, folder.last_checkpoint());
    JOBBRO_TRY_ASSIGN(const auto checkpoint, evidence::open_checkpoint(note, log));
    JOBBRO_TRY(make_empty_folder(out));
    TileFiles files{out};
    auto rows = folder.rows(table_entries);
    rows.seek({});
    for (std::uint64_t i = 0; i < checkpoint.size.value(); ++i, rows.next()) {
        if (!rows.is_on_row() || rows.key() != key_of(i)) {
            JOBBRO_TRY(rows.status());
            return Error{ErrorCode::tampered, "entry " + std::to_string(i) + ": it is missing"};
        }
        JOBBRO_TRY(files.take(rows.value()));
        if (progress && i % progress_entries == 0) progress(i);
    }
    JOBBRO_TRY(files.finish());
    if (files.tree().root() != checkpoint.root) return other_entries();
    JOBBRO_TRY(write_new_file(out / "checkpoint", note));
    return checkpoint;
}

Result<evidence::Checkpoint> write_tiles(HubReader& hub, const std::filesystem::path& out,
                                         const std::function<void(std::uint64_t)>& progress) {
    JOBBRO_TRY(make_empty_folder(out));
    TileFiles files{out};
    v1::Replay request;
    request.set_view(v1::REPLAY_VIEW_SEALED);
    JOBBRO_TRY_ASSIGN(
        const ReplayEnd end,
        hub.read_unchecked(
            request, [&](const v1::ReplayedEntry& each, Sequence place, Sequence) -> Result<void> {
                JOBBRO_TRY(files.take(each.entry()));
                if (progress && place.value() % progress_entries == 0) {
                    progress(place.value());
                }
                return {};
            }));
    JOBBRO_TRY(files.finish());
    JOBBRO_TRY_ASSIGN(const auto checkpoint, evidence::open_checkpoint(end.checkpoint, hub.log()));
    const evidence::CompactTree& tree = files.tree();
    if (tree.size() != checkpoint.size || tree.root() != checkpoint.root) return other_entries();
    JOBBRO_TRY(write_new_file(out / "checkpoint", end.checkpoint));
    return checkpoint;
}

}  // namespace jobbro::audit
