#include "hub/store/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <system_error>

namespace jobbro::store {
namespace {

rocksdb::Slice slice(BytesView bytes) {
    return {bytes.data(), bytes.size()};
}
BytesView view_of(const rocksdb::Slice& bytes) {
    return {bytes.data(), bytes.size()};
}

Error error_from(const rocksdb::Status& status) {
    // RocksDB's texts name files and reasons, never values of rows.
    if (status.IsCorruption()) return {ErrorCode::tampered, status.ToString()};
    return {ErrorCode::store_failed, status.ToString()};
}

// Told by the text only: by another process, or by this one.
bool is_locked(const rocksdb::Status& status) {
    const std::string text = status.ToString();
    return status.IsIOError() && (text.find("While lock file") != std::string::npos ||
                                  text.find("lock hold by current process") != std::string::npos);
}

rocksdb::DBOptions database_options() {
    rocksdb::DBOptions options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    options.paranoid_checks = true;
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    options.max_background_jobs = 2;
    // Steady writing of files instead of bursts that stall the log's syncs.
    options.bytes_per_sync = 512 * 1024;
    options.db_write_buffer_size = 64 * 1024 * 1024;
    options.max_total_wal_size = 128 * 1024 * 1024;
    options.keep_log_file_num = 4;
    options.max_log_file_size = 4 * 1024 * 1024;
    options.max_open_files = 512;
    // Keys of rows that are gone must not outlive them: in an old manifest, which names the first
    // and last key of every file there was, or in what compactions are logged with. So each change
    // of the files begins a new manifest, and RocksDB's own log holds warnings only.
    options.max_manifest_file_size = 1;
    options.info_log_level = rocksdb::WARN_LEVEL;
    // Old write-ahead logs are neither archived nor written over in part.
    options.WAL_ttl_seconds = 0;
    options.WAL_size_limit_MB = 0;
    options.recycle_log_file_num = 0;
    return options;
}

rocksdb::ColumnFamilyOptions table_options(const std::shared_ptr<rocksdb::Cache>& cache) {
    rocksdb::ColumnFamilyOptions options;
    options.write_buffer_size = 16 * 1024 * 1024;
    // Nearly all of it is ciphertext and digests.
    options.compression = rocksdb::kNoCompression;
    rocksdb::BlockBasedTableOptions blocks;
    blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    blocks.block_cache = cache;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    return options;
}

}  // namespace

struct RocksStore::Database {
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;

    Database() = default;
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;
    ~Database() {
        if (!db) return;
        db->SyncWAL().PermitUncheckedError();
        for (auto* handle : handles) {
            db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
        }
        db->Close().PermitUncheckedError();
    }
    [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Table table) const {
        JOBBRO_ASSERT(table.index + 1U < handles.size());
        return handles[table.index + 1U];  // the default family comes first and stays empty
    }
};

std::uint64_t room_of(const std::filesystem::path& folder) {
    std::error_code failure;
    const auto space = std::filesystem::space(folder, failure);
    return failure ? 0 : space.available;
}

RocksStore::RocksStore(std::unique_ptr<Database> database, RoomOf room)
    : database_(std::move(database)), room_(std::move(room)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::filesystem::path& folder,
                                                     std::span<const std::string_view> tables,
                                                     RoomOf room) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (!failure) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failure);
    }
    if (failure)
        return Error{ErrorCode::file_unwritable, folder.string() + ": " + failure.message()};

    const auto cache = rocksdb::NewLRUCache(64 * 1024 * 1024);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.emplace_back(rocksdb::kDefaultColumnFamilyName, table_options(cache));
    for (const std::string_view name : tables) {
        families.emplace_back(std::string{name}, table_options(cache));
    }
    auto database = std::make_unique<Database>();
    rocksdb::DB* db = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::Open(database_options(), folder.string(), families, &database->handles, &db);
    if (is_locked(status)) return Error{ErrorCode::data_folder_locked, status.ToString()};
    if (!status.ok()) return error_from(status);
    database->db.reset(db);
    return std::unique_ptr<RocksStore>(new RocksStore(std::move(database), std::move(room)));
}

Result<std::optional<Bytes>> RocksStore::get(Table table, BytesView key) const {
    std::string value;
    const rocksdb::Status status =
        database_->db->Get(rocksdb::ReadOptions(), database_->handle(table), slice(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return error_from(status);
    return std::optional<Bytes>{std::move(value)};
}

Result<void> RocksStore::scan(Table table, BytesView from,
                              const std::function<bool(BytesView, BytesView)>& visit) const {
    rocksdb::ReadOptions options;
    options.readahead_size = 256 * 1024;
    const std::unique_ptr<rocksdb::Iterator> row(
        database_->db->NewIterator(options, database_->handle(table)));
    for (row->Seek(slice(from)); row->Valid(); row->Next()) {
        if (!visit(view_of(row->key()), view_of(row->value()))) return {};
    }
    if (!row->status().ok()) return error_from(row->status());
    return {};
}

Result<std::optional<Row>> RocksStore::last(Table table) const {
    const std::unique_ptr<rocksdb::Iterator> row(
        database_->db->NewIterator(rocksdb::ReadOptions(), database_->handle(table)));
    row->SeekToLast();
    if (!row->status().ok()) return error_from(row->status());
    if (!row->Valid()) return std::optional<Row>{};
    return std::optional<Row>{Row{row->key().ToString(), row->value().ToString()}};
}

Result<void> RocksStore::commit(const Batch& batch, Durability durability) {
    rocksdb::WriteBatch writes;
    for (const Batch::Operation& operation : batch.operations()) {
        rocksdb::ColumnFamilyHandle* const handle = database_->handle(operation.table);
        const rocksdb::Status status =
            operation.is_erasure ? writes.Delete(handle, slice(operation.key))
                                 : writes.Put(handle, slice(operation.key), slice(operation.value));
        if (!status.ok()) return error_from(status);
    }
    rocksdb::WriteOptions options;
    options.sync = durability == Durability::synced;
    const rocksdb::Status status = database_->db->Write(options, &writes);
    if (!status.ok()) return error_from(status);
    return {};
}

// --- Scrubbing -------------------------------------------------------------------------------

namespace {

constexpr int compactions_max = 3;
// Beside the table that is written anew: what is in memory, and a write-ahead log.
constexpr std::uint64_t room_beside = std::uint64_t{128} * 1024 * 1024;

// For want of room nothing is lost but the attempt.
Result<void> result_of(const rocksdb::Status& status) {
    if (status.IsNoSpace() || status.IsCompactionTooLarge()) {
        return Error{ErrorCode::busy, status.ToString()};
    }
    if (!status.ok()) return error_from(status);
    return {};
}

std::set<std::string> files_of(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle) {
    rocksdb::ColumnFamilyMetaData about;
    db.GetColumnFamilyMetaData(handle, &about);
    std::set<std::string> files;
    for (const rocksdb::LevelMetaData& level : about.levels) {
        for (const rocksdb::SstFileMetaData& file : level.files)
            files.insert(file.db_path + file.name);
    }
    return files;
}

// Write-ahead logs that hold anything. Waits until files on their way out are gone. One that goes
// while it is looked at cannot be read, which is no failure of the store.
Result<std::set<std::string>> logs_of(rocksdb::DB& db) {
    rocksdb::VectorLogPtr logs;
    const rocksdb::Status status = db.GetSortedWalFiles(logs);
    if (status.IsCorruption()) return error_from(status);
    if (!status.ok()) return Error{ErrorCode::busy, status.ToString()};
    std::set<std::string> files;
    for (const auto& log : logs) {
        if (log->SizeFileBytes() > 0) files.insert(db.GetName() + log->PathName());
    }
    return files;
}

// What cannot be looked for counts as there.
bool is_there(const std::string& file) {
    std::error_code failure;
    return std::filesystem::exists(file, failure) || failure;
}

bool shares_any(const std::set<std::string>& a, const std::set<std::string>& b) {
    return std::any_of(a.begin(), a.end(),
                       [&](const std::string& each) { return b.contains(each); });
}

// A table stands there twice while it is written anew. Looked for before: RocksDB takes no writes
// for a while after it has run out of room.
Result<void> look_for_room(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
                           const RoomOf& room) {
    rocksdb::ColumnFamilyMetaData about;
    db.GetColumnFamilyMetaData(handle, &about);
    if (room(db.GetName()) < about.size + room_beside) {
        return Error{ErrorCode::busy, "too little room to write a table anew"};
    }
    return {};
}

// Writes the family's files anew, until none of `before` is part of it: a file that only needs to
// be moved a level down is not written anew at first.
Result<void> rewrite(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
                     const std::set<std::string>& before) {
    rocksdb::CompactRangeOptions options;
    options.exclusive_manual_compaction = false;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (int i = 0; i < compactions_max; ++i) {
        JOBBRO_TRY(result_of(db.CompactRange(options, handle, nullptr, nullptr)));
        if (!shares_any(before, files_of(db, handle))) return {};
    }
    return Error{ErrorCode::busy, "files are being compacted"};
}

}  // namespace

Result<void> RocksStore::scrub(std::span<const Table> tables) {
    rocksdb::DB& db = *database_->db;
    for (const Table table : tables)
        JOBBRO_TRY(look_for_room(db, database_->handle(table), room_));
    JOBBRO_TRY_ASSIGN(std::set<std::string> gone, logs_of(db));
    JOBBRO_TRY(result_of(db.Flush(rocksdb::FlushOptions{}, database_->handles)));
    for (const Table table : tables) {
        rocksdb::ColumnFamilyHandle* const handle = database_->handle(table);
        const std::set<std::string> before = files_of(db, handle);
        JOBBRO_TRY(rewrite(db, handle, before));
        gone.insert(before.begin(), before.end());
    }
    // A manifest begins with how the files were before the change it is begun for. One change more,
    // and none tells of what is gone.
    rocksdb::ColumnFamilyHandle* const empty_family = database_->handles.front();
    JOBBRO_TRY(result_of(db.Put(rocksdb::WriteOptions{}, empty_family, "scrubbed", "")));
    JOBBRO_TRY(result_of(db.Flush(rocksdb::FlushOptions{}, empty_family)));
    JOBBRO_TRY(result_of(db.DisableFileDeletions()));
    JOBBRO_TRY(result_of(db.EnableFileDeletions(true)));  // deletes all that is of no use
    JOBBRO_TRY(logs_of(db));
    if (std::any_of(gone.begin(), gone.end(), is_there)) {
        return Error{ErrorCode::busy, "a file that is of no use is still read"};
    }
    return {};
}

}  // namespace jobbro::store
