#include "adapters/audit/database.h"

#include <fcntl.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <fstream>
#include <map>
#include <vector>

namespace jobbro::audit {
namespace {

constexpr std::size_t block_cache_bytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t readahead_bytes = std::size_t{256} * 1024;
constexpr int open_files_max = 128;

rocksdb::Slice slice(BytesView bytes) {
    return {bytes.data(), bytes.size()};
}
BytesView view_of(const rocksdb::Slice& bytes) {
    return {bytes.data(), bytes.size()};
}

// Takes what RocksDB would write into a file of the folder, and remembers the file of the
// write-ahead log it found damaged: its status does not name it.
class QuietLog final : public rocksdb::Logger {
  public:
    QuietLog() : rocksdb::Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
    using rocksdb::Logger::Logv;
    void Logv(const char* format, va_list arguments) override {
        std::array<char, 1024> text{};
        const int size = std::vsnprintf(text.data(), text.size(), format, arguments);
        if (size <= 0) return;
        const std::string_view line{text.data()};
        const std::size_t end = line.find(".log: dropping");
        if (end == std::string_view::npos) return;
        const std::size_t slash = line.rfind('/', end);
        const std::size_t start = slash == std::string_view::npos ? 0 : slash + 1;
        damaged_ = std::string{line.substr(start, end - start)} + ".log";
    }
    [[nodiscard]] const std::string& damaged() const { return damaged_; }

  private:
    std::string damaged_;
};

// RocksDB's texts name files and reasons, never values of rows.
Error error_from(const rocksdb::Status& status, const std::string& file = {}) {
    std::string text = file.empty() ? "" : file + ": ";
    text += status.ToString();
    const bool is_missing =
        status.IsPathNotFound() || status.ToString().find("No such file") != std::string::npos;
    if (status.IsIOError() && !is_missing) return {ErrorCode::store_failed, text};
    return {ErrorCode::tampered, text};
}

// What CURRENT names, for whoever reads the error.
std::string manifest_of(const std::filesystem::path& folder) {
    std::ifstream file(folder / "CURRENT");
    std::string name;
    std::getline(file, name);
    const bool is_name =
        name.starts_with("MANIFEST-") && name.size() < 32 && std::filesystem::exists(folder / name);
    return is_name ? name : "CURRENT";
}

// A process that has the database open holds a lock on this file; a copy has no such process.
Result<void> check_nobody_has_it(const std::filesystem::path& folder) {
    const int file = ::open((folder / "LOCK").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    const bool is_locked = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    ::close(file);
    if (!is_locked) return {};
    return Error{ErrorCode::data_folder_locked, folder.string() + ": process " +
                                                    std::to_string(lock.l_pid) +
                                                    " has it open; stop it, or take a copy"};
}

rocksdb::DBOptions database_options(Tail tail, const std::shared_ptr<rocksdb::Logger>& log) {
    rocksdb::DBOptions options;
    options.info_log = log;
    options.paranoid_checks = true;
    options.max_open_files = open_files_max;
    options.max_file_opening_threads = 1;
    options.wal_recovery_mode = tail == Tail::whole
                                    ? rocksdb::WALRecoveryMode::kAbsoluteConsistency
                                    : rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
    return options;
}

rocksdb::ColumnFamilyOptions table_options() {
    rocksdb::BlockBasedTableOptions blocks;
    blocks.block_cache = rocksdb::NewLRUCache(block_cache_bytes);
    rocksdb::ColumnFamilyOptions options;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
    return options;
}

rocksdb::ReadOptions read_options() {
    rocksdb::ReadOptions options;
    options.verify_checksums = true;
    return options;
}

}  // namespace

// --- Rows ----------------------------------------------------------------------------------------

struct Database::Rows::Inner {
    std::unique_ptr<rocksdb::Iterator> at;
};

Database::Rows::Rows(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
Database::Rows::Rows(Rows&&) noexcept = default;
Database::Rows::~Rows() = default;

void Database::Rows::seek(BytesView key) {
    inner_->at->Seek(slice(key));
}
bool Database::Rows::is_on_row() const {
    return inner_->at->Valid();
}
BytesView Database::Rows::key() const {
    return view_of(inner_->at->key());
}
BytesView Database::Rows::value() const {
    return view_of(inner_->at->value());
}
void Database::Rows::next() {
    inner_->at->Next();
}
Result<void> Database::Rows::status() const {
    const rocksdb::Status status = inner_->at->status();
    if (!status.ok()) return error_from(status);
    return {};
}

// --- The database --------------------------------------------------------------------------------

struct Database::Inner {
    std::unique_ptr<rocksdb::DB> db;
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    std::map<std::string, rocksdb::ColumnFamilyHandle*, std::less<>> tables;

    Inner() = default;
    Inner(const Inner&) = delete;
    Inner& operator=(const Inner&) = delete;
    ~Inner() {
        if (!db) return;
        for (auto* handle : handles)
            db->DestroyColumnFamilyHandle(handle).PermitUncheckedError();
        db->Close().PermitUncheckedError();
    }
    [[nodiscard]] rocksdb::ColumnFamilyHandle* table(std::string_view name) const {
        const auto found = tables.find(name);
        JOBBRO_ASSERT(found != tables.end());
        return found->second;
    }
};

Database::Database(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& folder, Tail tail) {
    std::error_code failure;
    if (!std::filesystem::is_directory(folder, failure)) {
        return Error{ErrorCode::file_unreadable, folder.string() + ": there is no such folder"};
    }
    JOBBRO_TRY(check_nobody_has_it(folder));
    const auto log = std::make_shared<QuietLog>();
    const rocksdb::DBOptions options = database_options(tail, log);
    std::vector<std::string> names;
    rocksdb::Status status = rocksdb::DB::ListColumnFamilies(options, folder.string(), &names);
    if (!status.ok()) return error_from(status, (folder / manifest_of(folder)).string());

    const rocksdb::ColumnFamilyOptions of_table = table_options();
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.reserve(names.size());
    for (const std::string& name : names)
        families.emplace_back(name, of_table);
    auto inner = std::make_unique<Inner>();
    rocksdb::DB* db = nullptr;
    status = rocksdb::DB::OpenForReadOnly(options, folder.string(), families, &inner->handles, &db);
    if (!status.ok()) return error_from(status, (folder / log->damaged()).string());
    inner->db.reset(db);
    for (auto* handle : inner->handles)
        inner->tables.emplace(handle->GetName(), handle);
    return std::unique_ptr<Database>(new Database(std::move(inner)));
}

bool Database::has_table(std::string_view table) const {
    return inner_->tables.contains(table);
}

Result<std::optional<Bytes>> Database::get(std::string_view table, BytesView key) const {
    std::string value;
    const rocksdb::Status status =
        inner_->db->Get(read_options(), inner_->table(table), slice(key), &value);
    if (status.IsNotFound()) return std::optional<Bytes>{};
    if (!status.ok()) return error_from(status);
    return std::optional<Bytes>{std::move(value)};
}

Database::Rows Database::rows(std::string_view table) const {
    rocksdb::ReadOptions options = read_options();
    options.readahead_size = readahead_bytes;
    options.fill_cache = false;
    return Rows{std::make_unique<Rows::Inner>(Rows::Inner{std::unique_ptr<rocksdb::Iterator>(
        inner_->db->NewIterator(options, inner_->table(table)))})};
}

Result<std::optional<Bytes>> Database::last_key(std::string_view table) const {
    const std::unique_ptr<rocksdb::Iterator> at(
        inner_->db->NewIterator(read_options(), inner_->table(table)));
    at->SeekToLast();
    if (!at->status().ok()) return error_from(at->status());
    if (!at->Valid()) return std::optional<Bytes>{};
    return std::optional<Bytes>{at->key().ToString()};
}

Result<void> Database::verify_files() const {
    rocksdb::ReadOptions options = read_options();
    options.readahead_size = readahead_bytes;
    const rocksdb::Status status = inner_->db->VerifyChecksum(options);
    if (!status.ok()) return error_from(status);
    return {};
}

}  // namespace jobbro::audit
