#include "adapters/audit/log_folder.h"

#include <map>
#include <tuple>

#include "proto/evidence/sealing.h"

namespace jobbro::audit {
namespace {

constexpr std::size_t digest_bytes = 32;
constexpr std::size_t tiles_kept_max = 64;
constexpr std::string_view log_head = "head";
constexpr std::string_view log_keys_row = "log-keys";
constexpr std::string_view vault_keys = "keys";
constexpr std::string_view vault_own = "own";
constexpr std::string_view slot_key_row = "slot-key-1";
constexpr std::string_view seen_row = "bound-through";

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

Bytes tile_key(std::uint8_t level, std::uint64_t number) {
    Bytes key(1, static_cast<char>(level));
    return key + key_of(number);
}

// Associated data of a row of the vault.
Bytes vault_context(std::string_view table, BytesView key) {
    Bytes context = "jobbro vault v1";
    context.push_back('\0');
    context += table;
    context.push_back('\0');
    context += key;
    return context;
}

Result<void> check_tables(const Database& database, std::initializer_list<std::string_view> tables,
                          const std::string& name) {
    for (const std::string_view table : tables) {
        if (!database.has_table(table)) {
            return tampered(name + ": the table " + std::string{table} + " is missing");
        }
    }
    return {};
}

}  // namespace

Result<std::vector<evidence::Digest>> hashes_of(BytesView tile) {
    if (tile.empty() || tile.size() % digest_bytes != 0 ||
        tile.size() > digest_bytes * evidence::tile_width) {
        return tampered("its length is not that of a tile");
    }
    std::vector<evidence::Digest> hashes;
    hashes.reserve(tile.size() / digest_bytes);
    for (std::size_t at = 0; at < tile.size(); at += digest_bytes)
        hashes.push_back(array_of<digest_bytes>(tile.substr(at, digest_bytes)));
    return hashes;
}

Result<std::unique_ptr<LogFolder>> LogFolder::open(const std::filesystem::path& path, Tail tail,
                                                   std::optional<evidence::MasterKey> master) {
    std::error_code failure;
    const bool is_data_folder = std::filesystem::is_directory(path / "log", failure);
    if (!is_data_folder && !std::filesystem::exists(path / "CURRENT", failure)) {
        return Error{ErrorCode::file_unreadable, path.string() + ": there is no log"};
    }
    std::unique_ptr<LogFolder> folder(new LogFolder);
    JOBBRO_TRY_ASSIGN(folder->log_, Database::open(is_data_folder ? path / "log" : path, tail));
    JOBBRO_TRY(check_tables(*folder->log_, {table_entries, table_commits, table_tiles}, "log"));
    if (is_data_folder && std::filesystem::is_directory(path / "vault", failure)) {
        JOBBRO_TRY_ASSIGN(folder->vault_, Database::open(path / "vault", tail));
        JOBBRO_TRY(check_tables(*folder->vault_, {vault_keys, vault_own}, "vault"));
    }
    if (!master) return folder;
    if (!folder->vault_) {
        return Error{ErrorCode::file_unreadable,
                     path.string() + ": there is no vault that the hub's keys could open"};
    }
    JOBBRO_TRY(folder->open_vault(*master));
    return folder;
}

// --- Keys ----------------------------------------------------------------------------------------

Result<evidence::SymmetricKey> LogFolder::open_vault_key(
    std::string_view table, BytesView key, const evidence::SymmetricKey& master) const {
    JOBBRO_TRY_ASSIGN(const auto row, vault_->get(table, key));
    if (!row) {
        return tampered("vault: a key that must be there is missing from the table " +
                        std::string{table});
    }
    const auto opened = evidence::open_row(master, *row, vault_context(table, key));
    if (!opened) {
        return Error{ErrorCode::opening_failed, "the vault was sealed under another master key"};
    }
    return evidence::SymmetricKey::from_bytes(*opened);
}

Result<void> LogFolder::open_vault(const evidence::MasterKey& master_key) {
    const evidence::SymmetricKey master{master_key.bytes()};
    JOBBRO_TRY_ASSIGN(slot_key_, open_vault_key(vault_own, slot_key_row, master));
    JOBBRO_TRY_ASSIGN(const auto general, open_vault_key(vault_keys, key_of(0), master));
    general_key_ = evidence::DataKey{general.bytes()};
    return {};
}

Result<bool> LogFolder::has_key(KeySlot slot) const {
    JOBBRO_TRY_ASSIGN(const auto row, vault_->get(vault_keys, key_of(slot.value())));
    return row.has_value();
}

Result<PartKeys> LogFolder::keys_of(const Entry& entry) const {
    PartKeys keys;
    if (!has_keys()) return keys;
    const KeySlot slot = slot_of(entry, *slot_key_);
    if (slot != KeySlot{0}) {
        JOBBRO_TRY_ASSIGN(const bool is_there, has_key(slot));
        if (!is_there) keys.gone = slot;
        return keys;
    }
    if (entry.submitted) return keys;
    keys.index =
        evidence::part_key(*general_key_, view(entry.salt), evidence::part_index, entry.sequence);
    keys.body =
        evidence::part_key(*general_key_, view(entry.salt), evidence::part_body, entry.sequence);
    return keys;
}

Result<std::optional<TreeSize>> LogFolder::seen_by_vault() const {
    if (!vault_) return std::optional<TreeSize>{};
    JOBBRO_TRY_ASSIGN(const auto row, vault_->get(vault_own, seen_row));
    if (!row) return std::optional<TreeSize>{};
    if (row->size() != sizeof(std::uint64_t)) return tampered("vault: bound-through is no number");
    return std::optional<TreeSize>{TreeSize{read_big_endian<std::uint64_t>(*row)}};
}

// --- Rows ----------------------------------------------------------------------------------------

Result<TreeSize> LogFolder::size() const {
    JOBBRO_TRY_ASSIGN(const auto last, log_->last_key(table_entries));
    if (!last) return TreeSize{0};
    if (last->size() != sizeof(std::uint64_t)) return tampered("an entry's key is no sequence");
    return size_with(Sequence{read_big_endian<std::uint64_t>(*last)});
}

Result<Bytes> LogFolder::entry(Sequence sequence) const {
    JOBBRO_TRY_ASSIGN(auto row, log_->get(table_entries, key_of(sequence.value())));
    if (row) return *std::move(row);
    JOBBRO_TRY_ASSIGN(const TreeSize end, size());
    const std::string name = "entry " + std::to_string(sequence.value());
    if (sequence.value() >= end.value()) {
        return Error{ErrorCode::entry_unknown,
                     name + ": the log has " + std::to_string(end.value()) + " entries"};
    }
    return tampered(name + ": it is missing");
}

Result<Bytes> LogFolder::last_checkpoint() const {
    JOBBRO_TRY_ASSIGN(const auto key, log_->last_key(table_commits));
    if (!key) return tampered("log: the table commits is empty");
    JOBBRO_TRY_ASSIGN(auto note, log_->get(table_commits, *key));
    if (!note) return tampered("log: the last row of the table commits is gone");
    return *std::move(note);
}

Result<std::vector<Sequence>> LogFolder::log_key_changes() const {
    std::vector<Sequence> places;
    if (!log_->has_table(log_head)) return places;
    JOBBRO_TRY_ASSIGN(const auto row, log_->get(log_head, log_keys_row));
    if (!row) return places;
    if (row->size() % sizeof(std::uint64_t) != 0) return tampered("log: the row of the log's keys");
    for (std::size_t at = 0; at < row->size(); at += sizeof(std::uint64_t))
        places.emplace_back(read_big_endian<std::uint64_t>(*row, at));
    return places;
}

Result<void> LogFolder::verify_files() const {
    JOBBRO_TRY(log_->verify_files());
    if (vault_) JOBBRO_TRY(vault_->verify_files());
    return {};
}

// --- Tiles ---------------------------------------------------------------------------------------

Result<std::vector<evidence::Digest>> LogFolder::stored_tile(const evidence::TileId& tile) const {
    JOBBRO_TRY_ASSIGN(const auto row, log_->get(table_tiles, tile_key(tile.level, tile.number)));
    if (!row) return tampered("it is missing");
    JOBBRO_TRY_ASSIGN(auto hashes, hashes_of(*row));
    if (hashes.size() != evidence::tile_width) return tampered("it is not full");
    return hashes;
}

Result<std::vector<evidence::Digest>> LogFolder::unfinished_tile(
    const evidence::TileId& tile) const {
    // An unfinished tile of an earlier tree may be full by now.
    if (auto full = stored_tile(tile); full) {
        full->resize(tile.width);
        return full;
    }
    std::vector<evidence::Digest> hashes;
    for (std::uint64_t i = 0; i < tile.width; ++i) {
        const std::uint64_t at = tile.number * evidence::tile_width + i;
        if (tile.level == 0) {
            JOBBRO_TRY_ASSIGN(const Bytes bytes, entry(Sequence{at}));
            hashes.push_back(evidence::leaf_hash(bytes));
            continue;
        }
        JOBBRO_TRY_ASSIGN(const auto below,
                          stored_tile({static_cast<std::uint8_t>(tile.level - 1), at}));
        hashes.push_back(evidence::root_of(below));
    }
    return hashes;
}

evidence::ReadTile LogFolder::tiles() const {
    using Place = std::tuple<std::uint8_t, std::uint64_t, std::uint16_t>;
    const auto kept = std::make_shared<std::map<Place, std::vector<evidence::Digest>>>();
    return [this, kept](const evidence::TileId& tile) -> Result<std::vector<evidence::Digest>> {
        const Place place{tile.level, tile.number, tile.width};
        if (const auto known = kept->find(place); known != kept->end()) return known->second;
        JOBBRO_TRY_ASSIGN(auto hashes, tile.width == evidence::tile_width ? stored_tile(tile)
                                                                          : unfinished_tile(tile));
        if (kept->size() >= tiles_kept_max) kept->clear();
        kept->emplace(place, hashes);
        return hashes;
    };
}

}  // namespace jobbro::audit
