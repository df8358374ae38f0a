// A hub's data folder, or a copy of it, read as hub/journal/FORMAT.md says. Changes nothing.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/database.h"
#include "adapters/audit/entry_check.h"
#include "proto/evidence/keys.h"
#include "proto/evidence/tiles.h"

namespace jobbro::audit {

// Tables of the log that are evidence, and those of the vault that are read.
inline constexpr std::string_view table_entries = "entries";
inline constexpr std::string_view table_commits = "commits";
inline constexpr std::string_view table_tiles = "tiles";

// Thread: one at a time.
class LogFolder {
  public:
    // `path` is a data folder (with `log` and, where it came along, `vault`), or the database of a
    // log by itself. With the master key, entries of the hub about parties can be opened.
    // Errors: as Database::open; file_unreadable when there is no log; opening_failed when the
    // master key is another one; tampered when a table or a key that must be there is missing.
    static Result<std::unique_ptr<LogFolder>> open(const std::filesystem::path& path, Tail tail,
                                                   std::optional<evidence::MasterKey> master);

    // Entries there are, as the last one's key says. Errors: tampered, store_failed.
    [[nodiscard]] Result<TreeSize> size() const;
    // Errors: entry_unknown beyond the log; tampered, store_failed.
    [[nodiscard]] Result<Bytes> entry(Sequence sequence) const;
    [[nodiscard]] Database::Rows rows(std::string_view table) const { return log_->rows(table); }

    // The signed note of the latest commit. Errors: tampered when there is none; store_failed.
    [[nodiscard]] Result<Bytes> last_checkpoint() const;
    // Where a working row says that the log was handed over to another key. Nothing is to be
    // believed for it. Errors: store_failed, tampered.
    [[nodiscard]] Result<std::vector<Sequence>> log_key_changes() const;
    // A full tile as stored. Errors: tampered, store_failed.
    [[nodiscard]] Result<std::vector<evidence::Digest>> stored_tile(
        const evidence::TileId& tile) const;
    // Tiles of any tree up to the log's size, unfinished ones too, which are made from what is
    // below them. Keeps the last few. Life: ends before the folder.
    [[nodiscard]] evidence::ReadTile tiles() const;

    // Keys of entries of the hub about parties; none without a master key, or for other entries. Of
    // these, whether there is a data key. Errors: tampered, store_failed.
    [[nodiscard]] Result<PartKeys> keys_of(const Entry& entry) const;
    // Whether the vault has a data key in this slot. Requires: has_keys(). Errors: as above.
    [[nodiscard]] Result<bool> has_key(KeySlot slot) const;
    [[nodiscard]] bool has_keys() const { return general_key_.has_value(); }
    // How many entries the vault has seen; none without a vault. Errors: tampered, store_failed.
    [[nodiscard]] Result<std::optional<TreeSize>> seen_by_vault() const;

    // Holds every file to its checksums. Errors: tampered with the file's name; store_failed.
    [[nodiscard]] Result<void> verify_files() const;

  private:
    LogFolder() = default;
    Result<void> open_vault(const evidence::MasterKey& master);
    Result<evidence::SymmetricKey> open_vault_key(std::string_view table, BytesView key,
                                                  const evidence::SymmetricKey& master) const;
    [[nodiscard]] Result<std::vector<evidence::Digest>> unfinished_tile(
        const evidence::TileId& tile) const;

    std::unique_ptr<Database> log_;
    std::unique_ptr<Database> vault_;
    std::optional<evidence::DataKey> general_key_;
    std::optional<evidence::SymmetricKey> slot_key_;
};

// Bytes of a tile's row as hashes. Errors: tampered. Thread: any.
Result<std::vector<evidence::Digest>> hashes_of(BytesView tile);

}  // namespace jobbro::audit
