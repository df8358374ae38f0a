// A thin owner of SQLite's handles: one file, its statements, its transactions.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace jobbro::kit {

// Bytes that are no text.
struct SqlBlob {
    Bytes bytes;
    friend auto operator<=>(const SqlBlob&, const SqlBlob&) = default;
};
// What a parameter or a column can hold; the first stands for NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, SqlBlob>;
using SqlRow = std::vector<SqlValue>;

// What the functions below can fail with. No error's detail holds SQL text or values.
//   data_folder_locked  another process, or another handle of this one, has the file
//   file_unwritable     read-only, no right to write, or no room (the disk's, or bytes_max)
//   file_unreadable     no right to read, not a regular file, or open to others than its owner
//   store_failed        the disk failed. Nothing more is written through this handle, since what a
//                       failed sync has left on disk is not known: open the file anew
//   tampered            the file's structure is damaged; as store_failed
//   usage               the SQL is wrong, breaks a constraint, or does what it may not
class SqlFile;

// A compiled statement. Thread: one at a time. Life: its file outlives it.
class SqlStatement {
  public:
    SqlStatement(SqlStatement&& other) noexcept;
    SqlStatement& operator=(SqlStatement&&) = delete;
    SqlStatement(const SqlStatement&) = delete;
    SqlStatement& operator=(const SqlStatement&) = delete;
    ~SqlStatement();

    // Starts over with these parameters, first to last; those left out are NULL.
    Result<void> bind(std::span<const SqlValue> values);
    // True: there is a row to read. False: the statement is done.
    Result<bool> step();
    // Binds, runs to the end, passes rows over.
    Result<void> run(std::span<const SqlValue> values);

    // Columns count from 0. Requires: step() has just said that there is a row. A column of another
    // type reads as 0 or as nothing. The view holds until the next step.
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
    [[nodiscard]] BytesView bytes(int column) const;
    [[nodiscard]] bool is_null(int column) const;
    [[nodiscard]] SqlRow row() const;

  private:
    friend class SqlFile;
    SqlStatement(SqlFile& file, sqlite3_stmt* statement) : file_(&file), statement_(statement) {}
    SqlFile* file_;
    sqlite3_stmt* statement_;
};

struct SqlFileOptions {
    std::uint64_t bytes_max;      // the file never grows beyond it
    std::int32_t application_id;  // what kind of file it is
    std::int32_t format;          // which version of that kind
    std::string_view schema;      // statements that make a new file's tables
};

// One database file, mode 0600, of which this handle has exclusive use until it is destroyed.
// Write-ahead log, synced at every commit; what is deleted is overwritten. Thread: one at a time.
class SqlFile {
  public:
    // Opens the file, or makes it with its tables. A crash at any point leaves a file that opens.
    // Links on the way to its folder are followed, the file itself may not be one.
    // Errors: those above; store_format_unknown for a file of another kind or version.
    static Result<std::unique_ptr<SqlFile>> open(const std::filesystem::path& path,
                                                 const SqlFileOptions& options);
    SqlFile(const SqlFile&) = delete;
    SqlFile& operator=(const SqlFile&) = delete;
    ~SqlFile();

    // One or more statements without parameters.
    Result<void> execute(const std::string& sql);
    // Exactly one statement.
    Result<SqlStatement> prepare(std::string_view sql);
    // Prepares and runs one statement.
    Result<void> run(std::string_view sql, std::span<const SqlValue> values);
    // The first row's first column. Errors: also tampered, when there is no row.
    Result<std::int64_t> integer(std::string_view sql);
    // How much the file may still take before it reaches bytes_max.
    Result<std::uint64_t> free_bytes();
    // Rows changed by the last statement that changed any.
    [[nodiscard]] std::uint64_t changed_rows() const;
    // False between a begin and its commit or rollback, those of SQLite's own accord included.
    [[nodiscard]] bool is_outside_transaction() const;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // While it stands, statements can be prepared that read and write tables, but not those whose
    // names begin with "jobbro_", and none that steer transactions or the file.
    class Restriction {
      public:
        explicit Restriction(SqlFile& file);
        Restriction(const Restriction&) = delete;
        Restriction& operator=(const Restriction&) = delete;
        ~Restriction();

      private:
        SqlFile& file_;
    };

  private:
    friend class SqlStatement;
    friend class SqlTransaction;
    SqlFile(std::filesystem::path path, sqlite3* handle)
        : path_(std::move(path)), handle_(handle) {}
    Result<void> configure(const SqlFileOptions& options);
    Result<void> make_or_check_format(const SqlFileOptions& options);
    Result<void> check(int status);

    const std::filesystem::path path_;
    sqlite3* handle_;
    std::optional<Error> failed_by_;
};

// Rolled back when destroyed without commit(). Thread: one at a time.
class SqlTransaction {
  public:
    // Errors: also what the file has failed by before.
    static Result<SqlTransaction> begin(SqlFile& file);
    SqlTransaction(SqlTransaction&& other) noexcept : file_(std::exchange(other.file_, nullptr)) {}
    SqlTransaction& operator=(SqlTransaction&&) = delete;
    SqlTransaction(const SqlTransaction&) = delete;
    SqlTransaction& operator=(const SqlTransaction&) = delete;
    ~SqlTransaction();

    // Durable when it returns success; undone when it does not.
    Result<void> commit();

  private:
    explicit SqlTransaction(SqlFile& file) : file_(&file) {}
    SqlFile* file_;
};

}  // namespace jobbro::kit
