#include "adapters/kit/sqlite.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

namespace jobbro::kit {
namespace {

constexpr std::string_view own_prefix = "jobbro_";
constexpr std::int64_t page_bytes = 4096;
constexpr mode_t group_and_others = 077;

Error file_error(ErrorCode code, const std::filesystem::path& path, const std::string& what) {
    return Error{code, path.string() + ": " + what};
}

Error system_error(ErrorCode code, const std::filesystem::path& path) {
    return file_error(code, path, std::generic_category().message(errno));
}

// An entry of the folder is durable only with the folder.
Result<void> sync_folder_of(const std::filesystem::path& path) {
    const int folder = ::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool is_synced = folder >= 0 && ::fsync(folder) == 0;
    const Error failed = system_error(ErrorCode::file_unwritable, path);
    if (folder >= 0) ::close(folder);
    if (!is_synced) return failed;
    return {};
}

// Makes the file with its mode before SQLite would make it with another. A file that is there is
// looked at by name only: closing a descriptor of it would drop the locks of this process on it.
Result<void> make_private_file(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file >= 0) {
        ::close(file);
        return sync_folder_of(path);
    }
    if (errno != EEXIST) return system_error(ErrorCode::file_unwritable, path);
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return system_error(ErrorCode::file_unreadable, path);
    if (!S_ISREG(status.st_mode)) {
        return file_error(ErrorCode::file_unreadable, path, "not a regular file");
    }
    if ((status.st_mode & group_and_others) != 0) {
        return file_error(ErrorCode::file_unreadable, path, "its mode must be 0600");
    }
    return {};
}

// The path with its folder as it really is. SQLite would read a relative path that begins with
// "file:" as something else, and would not follow links to the folder; the file's own name must not
// be one.
Result<std::filesystem::path> without_links(const std::filesystem::path& path) {
    std::error_code failed;
    const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
    if (failed) return file_error(ErrorCode::file_unreadable, path, failed.message());
    const std::filesystem::path folder = std::filesystem::canonical(absolute.parent_path(), failed);
    if (failed) return file_error(ErrorCode::file_unwritable, absolute, failed.message());
    return folder / absolute.filename();
}

ErrorCode code_of(int status) {
    switch (status & 0xFF) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::data_folder_locked;
        case SQLITE_FULL:
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return ErrorCode::file_unwritable;
        case SQLITE_CANTOPEN:
            return ErrorCode::file_unreadable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::tampered;
        case SQLITE_ERROR:
        case SQLITE_AUTH:
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_TOOBIG:
            return ErrorCode::usage;
        default:
            return ErrorCode::store_failed;
    }
}

bool is_own_name(const char* name) {
    if (name == nullptr) return false;
    const std::string_view text{name};
    if (text.size() < own_prefix.size()) return false;
    return std::equal(own_prefix.begin(), own_prefix.end(), text.begin(), [](char own, char given) {
        return own == static_cast<char>(std::tolower(static_cast<unsigned char>(given)));
    });
}

// Called by SQLite while it prepares a statement.
int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
    switch (action) {
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
        case SQLITE_PRAGMA:
            return SQLITE_DENY;
        default:
            return is_own_name(first) || is_own_name(second) ? SQLITE_DENY : SQLITE_OK;
    }
}

int bind_value(sqlite3_stmt* statement, int at, const SqlValue& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        return sqlite3_bind_int64(statement, at, *integer);
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return sqlite3_bind_double(statement, at, *real);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_TRANSIENT,
                                   SQLITE_UTF8);
    }
    if (const auto* blob = std::get_if<SqlBlob>(&value)) {
        return sqlite3_bind_blob64(statement, at, blob->bytes.data(), blob->bytes.size(),
                                   SQLITE_TRANSIENT);
    }
    return sqlite3_bind_null(statement, at);
}

}  // namespace

// --- Statements ---------------------------------------------------------------------------------

SqlStatement::SqlStatement(SqlStatement&& other) noexcept
    : file_(other.file_), statement_(std::exchange(other.statement_, nullptr)) {}

SqlStatement::~SqlStatement() {
    sqlite3_finalize(statement_);
}

Result<void> SqlStatement::bind(std::span<const SqlValue> values) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
    int at = 0;
    for (const SqlValue& value : values)
        JOBBRO_TRY(file_->check(bind_value(statement_, ++at, value)));
    return {};
}

Result<bool> SqlStatement::step() {
    const int status = sqlite3_step(statement_);
    if (status == SQLITE_ROW) return true;
    if (status == SQLITE_DONE) return false;
    JOBBRO_TRY(file_->check(status));
    return false;
}

Result<void> SqlStatement::run(std::span<const SqlValue> values) {
    JOBBRO_TRY(bind(values));
    while (true) {
        JOBBRO_TRY_ASSIGN(const bool has_row, step());
        if (!has_row) return {};
    }
}

std::int64_t SqlStatement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::optional<std::int64_t> SqlStatement::optional_integer(int column) const {
    if (is_null(column)) return std::nullopt;
    return integer(column);
}

BytesView SqlStatement::bytes(int column) const {
    const int type = sqlite3_column_type(statement_, column);
    if (type != SQLITE_BLOB && type != SQLITE_TEXT) return {};
    const void* const start = sqlite3_column_blob(statement_, column);
    if (start == nullptr) return {};
    return {static_cast<const char*>(start),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

bool SqlStatement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

SqlRow SqlStatement::row() const {
    SqlRow values;
    const int count = sqlite3_column_count(statement_);
    for (int column = 0; column < count; ++column) {
        switch (sqlite3_column_type(statement_, column)) {
            case SQLITE_INTEGER:
                values.emplace_back(integer(column));
                break;
            case SQLITE_FLOAT:
                values.emplace_back(sqlite3_column_double(statement_, column));
                break;
            case SQLITE_TEXT:
                values.emplace_back(std::string{bytes(column)});
                break;
            case SQLITE_BLOB:
                values.emplace_back(SqlBlob{Bytes{bytes(column)}});
                break;
            default:
                values.emplace_back(std::monostate{});
        }
    }
    return values;
}

// --- The file -----------------------------------------------------------------------------------

Result<std::unique_ptr<SqlFile>> SqlFile::open(const std::filesystem::path& path,
                                               const SqlFileOptions& options) {
    JOBBRO_TRY_ASSIGN(const std::filesystem::path absolute, without_links(path));
    JOBBRO_TRY(make_private_file(absolute));
    sqlite3* handle = nullptr;
    const int status = sqlite3_open_v2(
        absolute.c_str(), &handle,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOFOLLOW,
        nullptr);
    std::unique_ptr<SqlFile> file(new SqlFile(absolute, handle));
    JOBBRO_TRY(file->check(status));
    JOBBRO_TRY(file->configure(options));
    JOBBRO_TRY(file->make_or_check_format(options));
    return file;
}

SqlFile::~SqlFile() {
    sqlite3_close(handle_);
}

Result<void> SqlFile::configure(const SqlFileOptions& options) {
    // What may not be written is opened for reading without a word.
    if (sqlite3_db_readonly(handle_, "main") != 0) {
        return file_error(ErrorCode::file_unwritable, path_, "it may only be read");
    }
    sqlite3_busy_timeout(handle_, 0);
    // Before the file is first looked at, so that the lock is had from then on.
    JOBBRO_TRY(
        execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY;"
                "PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;"
                "PRAGMA secure_delete = ON; PRAGMA page_size = " +
                std::to_string(page_bytes) + ";"));
    JOBBRO_TRY(
        execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                "PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 16777216;"
                "PRAGMA foreign_keys = ON; PRAGMA max_page_count = " +
                std::to_string(options.bytes_max / page_bytes) + ";"));
    JOBBRO_TRY_ASSIGN(auto mode, prepare("PRAGMA journal_mode"));
    JOBBRO_TRY_ASSIGN(const bool has_row, mode.step());
    if (!has_row || mode.bytes(0) != "wal") {
        return file_error(ErrorCode::store_failed, path_, "no write-ahead log can be had there");
    }
    return {};
}

Result<void> SqlFile::make_or_check_format(const SqlFileOptions& options) {
    JOBBRO_TRY_ASSIGN(const std::int64_t kind, integer("PRAGMA application_id"));
    JOBBRO_TRY_ASSIGN(const std::int64_t format, integer("PRAGMA user_version"));
    if (kind == options.application_id && format == options.format) return {};
    JOBBRO_TRY_ASSIGN(const std::int64_t tables, integer("SELECT count(*) FROM sqlite_master"));
    if (kind != 0 || format != 0 || tables != 0) {
        return file_error(ErrorCode::store_format_unknown, path_,
                          "kind " + std::to_string(kind) + ", format " + std::to_string(format));
    }
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*this));
    JOBBRO_TRY(execute(std::string{options.schema} +
                       "PRAGMA application_id = " + std::to_string(options.application_id) +
                       "; PRAGMA user_version = " + std::to_string(options.format) + ";"));
    return transaction.commit();
}

Result<void> SqlFile::check(int status) {
    if (status == SQLITE_OK) return {};
    const ErrorCode code = code_of(status);
    const Error error = file_error(code, path_, sqlite3_errstr(status));
    if (code == ErrorCode::store_failed || code == ErrorCode::tampered) failed_by_ = error;
    return error;
}

Result<void> SqlFile::execute(const std::string& sql) {
    return check(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

Result<SqlStatement> SqlFile::prepare(std::string_view sql) {
    if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return Error{ErrorCode::usage, "the statement is too long"};
    }
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    const int status =
        sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, &rest);
    SqlStatement prepared{*this, statement};
    JOBBRO_TRY(check(status));
    const std::string_view left = sql.substr(static_cast<std::size_t>(rest - sql.data()));
    if (statement == nullptr || left.find_first_not_of(" \t\r\n;") != std::string_view::npos) {
        return Error{ErrorCode::usage, "one statement is asked for"};
    }
    return prepared;
}

Result<void> SqlFile::run(std::string_view sql, std::span<const SqlValue> values) {
    JOBBRO_TRY_ASSIGN(auto statement, prepare(sql));
    return statement.run(values);
}

Result<std::int64_t> SqlFile::integer(std::string_view sql) {
    JOBBRO_TRY_ASSIGN(auto statement, prepare(sql));
    JOBBRO_TRY_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return file_error(ErrorCode::tampered, path_, "a row is missing");
    return statement.integer(0);
}

Result<std::uint64_t> SqlFile::free_bytes() {
    JOBBRO_TRY_ASSIGN(const std::int64_t pages_max, integer("PRAGMA max_page_count"));
    JOBBRO_TRY_ASSIGN(const std::int64_t pages, integer("PRAGMA page_count"));
    JOBBRO_TRY_ASSIGN(const std::int64_t unused, integer("PRAGMA freelist_count"));
    return static_cast<std::uint64_t>((pages_max - pages + unused) * page_bytes);
}

std::uint64_t SqlFile::changed_rows() const {
    return static_cast<std::uint64_t>(sqlite3_changes64(handle_));
}

bool SqlFile::is_outside_transaction() const {
    return sqlite3_get_autocommit(handle_) != 0;
}

SqlFile::Restriction::Restriction(SqlFile& file) : file_(file) {
    sqlite3_set_authorizer(file_.handle_, authorize, nullptr);
}

SqlFile::Restriction::~Restriction() {
    sqlite3_set_authorizer(file_.handle_, nullptr, nullptr);
}

// --- Transactions -------------------------------------------------------------------------------

Result<SqlTransaction> SqlTransaction::begin(SqlFile& file) {
    if (file.failed_by_) return *file.failed_by_;
    JOBBRO_TRY(file.execute("BEGIN IMMEDIATE"));
    return SqlTransaction{file};
}

SqlTransaction::~SqlTransaction() {
    if (file_ == nullptr || file_->is_outside_transaction()) return;
    ignore(file_->execute("ROLLBACK"), "what is not committed goes with the handle at the latest");
}

Result<void> SqlTransaction::commit() {
    // Undone by the destructor, unless SQLite has done so already.
    if (file_->failed_by_) return *file_->failed_by_;
    SqlFile& file = *std::exchange(file_, nullptr);
    if (file.is_outside_transaction()) {
        return file_error(ErrorCode::usage, file.path(), "the transaction was rolled back");
    }
    auto committed = file.execute("COMMIT");
    if (!committed && !file.is_outside_transaction()) {
        ignore(file.execute("ROLLBACK"), "the error that counts is the commit's");
    }
    return committed;
}

}  // namespace jobbro::kit
