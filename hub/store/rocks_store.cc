#include "hub/store/rocks_store.h"

#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <filesystem>

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
    if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
        return {ErrorCode::data_folder_locked, status.ToString()};
    }
    return {ErrorCode::store_failed, status.ToString()};
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

RocksStore::RocksStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
RocksStore::~RocksStore() = default;

Result<std::unique_ptr<RocksStore>> RocksStore::open(const std::filesystem::path& folder,
                                                     std::span<const std::string_view> tables) {
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
    if (!status.ok()) return error_from(status);
    database->db.reset(db);
    return std::unique_ptr<RocksStore>(new RocksStore(std::move(database)));
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

}  // namespace jobbro::store
