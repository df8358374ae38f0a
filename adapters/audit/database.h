// A RocksDB database opened for reading only: nothing in its folder is changed, not even its own
// log files.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/bytes.h"
#include "proto/base/result.h"

namespace jobbro::audit {

// What the end of the write-ahead log may look like.
enum class Tail : std::uint8_t {
    whole,     // as a program leaves it that ended by itself or was killed
    may_tear,  // the machine stopped in the middle of a write: an unfinished last record is dropped
};

// One column family a table. Every block that is read is held to its checksum.
// Thread: any. Memory: what stands in the write-ahead log, and some 20 MiB.
class Database {
  public:
    // Rows of one table in the order of their keys. After a failure it stands on no row.
    // Thread: one at a time. Life: ends before its database.
    class Rows {
      public:
        Rows(Rows&&) noexcept;
        ~Rows();
        void seek(BytesView key);
        [[nodiscard]] bool is_on_row() const;
        // Requires: is_on_row(). Good until the next step.
        [[nodiscard]] BytesView key() const;
        [[nodiscard]] BytesView value() const;
        void next();
        // Errors: tampered, store_failed: why there is no row here.
        [[nodiscard]] Result<void> status() const;

      private:
        friend class Database;
        struct Inner;
        explicit Rows(std::unique_ptr<Inner> inner);
        std::unique_ptr<Inner> inner_;
    };

    // Errors: file_unreadable (no database there), data_folder_locked (a process has it open),
    // tampered (with the file's name where one can be told), store_failed.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& folder, Tail tail);
    ~Database();

    [[nodiscard]] bool has_table(std::string_view table) const;
    // Requires, here and below: has_table(table). Errors: tampered, store_failed.
    [[nodiscard]] Result<std::optional<Bytes>> get(std::string_view table, BytesView key) const;
    // Before the first row until it is told to seek.
    [[nodiscard]] Rows rows(std::string_view table) const;
    [[nodiscard]] Result<std::optional<Bytes>> last_key(std::string_view table) const;

    // Reads every file of every table and holds it to its checksums, also what nobody asked for.
    // Errors: tampered with the file's name; store_failed.
    [[nodiscard]] Result<void> verify_files() const;

  private:
    struct Inner;
    explicit Database(std::unique_ptr<Inner> inner);
    std::unique_ptr<Inner> inner_;
};

}  // namespace jobbro::audit
