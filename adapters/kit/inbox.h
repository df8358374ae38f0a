// What has been handled, on disk, so that each delivery takes effect once.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/kit/sqlite.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"

namespace jobbro::kit {

inline constexpr std::uint64_t inbox_file_bytes_max = 16ULL * 1024 * 1024 * 1024;
inline constexpr std::int64_t inbox_kept_ms = 30LL * 24 * 60 * 60 * 1000;  // 30 days
inline constexpr std::size_t inbox_rows_max = 10'000;  // of one query, or deleted in one prune

// Names a delivery for ever: the log's origin, the subscription, the place in the log.
struct DeliveryId {
    std::string origin;
    std::string subscription;
    Sequence sequence;
};

// Whether this call made the effect, or an earlier one had.
enum class Handled { now, before };

// The application's own part of a transaction. Once a statement has failed in a way that undid the
// transaction, every later one fails too. Thread: one at a time. Life: only inside the call it is
// given to.
class Transaction {
  public:
    // One statement with its parameters, "?" in order; values belong there and not into the text.
    // Returns how many rows it changed. Errors: as SqlFile; usage also for a table whose name
    // begins with "jobbro_" and for statements that steer transactions or the file.
    Result<std::uint64_t> execute(std::string_view sql, const std::vector<SqlValue>& values = {});
    // The rows of one statement. Errors: as execute; list_too_long beyond inbox_rows_max rows.
    Result<std::vector<SqlRow>> query(std::string_view sql,
                                      const std::vector<SqlValue>& values = {});
    // The first error of the file's own, not of the SQL: no room, no right, the disk. None: there
    // was none.
    [[nodiscard]] const std::optional<Error>& file_error() const { return file_error_; }

  private:
    friend class Inbox;
    explicit Transaction(SqlFile& file) : file_(file) {}
    Result<SqlStatement> prepare(std::string_view sql);
    void note(const Error& error);
    SqlFile& file_;
    std::optional<Error> file_error_;
};

// A file to be published once.
struct PublishedFile {
    std::filesystem::path staging_folder;  // the inbox's own; on the same file system as `target`
    std::filesystem::path target_folder;
    std::string name;  // in the target folder; nothing personal, and no other file's
    BytesView content;
};

struct InboxSettings {
    std::filesystem::path file;
    std::uint64_t file_bytes_max = inbox_file_bytes_max;
};

// For metrics, since the inbox was opened.
struct InboxCounts {
    std::uint64_t handled = 0;
    std::uint64_t skipped = 0;  // had been handled before
};

// A SQLite file, mode 0600, for one process at a time, with the marks of what is handled and,
// beside them, tables of the application's own. A mark holds numbers only: a stream's (origin and
// subscription), the sequence, a state, an instant. What the application writes to its tables is
// not sealed: it is the application's to decide what of a message stands there, and for how long.
//
// What has failed with store_failed or tampered stays failed: open the inbox anew.
// Errors of every function: store_failed, tampered, file_unwritable, as SqlFile says.
// Thread: any; one waits for another, but for counts(), which waits for nothing. What an inbox
// calls may call nothing else of the inbox.
class Inbox {
  public:
    // Errors: data_folder_locked, file_unreadable, store_format_unknown.
    static Result<std::unique_ptr<Inbox>> open(const InboxSettings& settings);
    Inbox(const Inbox&) = delete;
    Inbox& operator=(const Inbox&) = delete;

    // Makes the application's tables: statements that do no harm when run again, like CREATE TABLE
    // IF NOT EXISTS. All or none. Errors: usage, as Transaction::execute.
    Result<void> execute_schema(const std::string& sql);
    // The application's own reading and writing, outside of deliveries. An error of `work` undoes
    // it and is returned.
    Result<void> transact(const std::function<Result<void>(Transaction&)>& work);

    // For effects in this file. Calls `effect` and commits what it wrote together with the mark,
    // durable when this returns success. Marked before: success, and `effect` is not called.
    // An error of `effect` (or an exception that leaves it) undoes everything and is returned.
    Result<Handled> handle_once(const DeliveryId& id, Instant now,
                                const std::function<Result<void>(Transaction&)>& effect);

    // Whether this call has staged the effect, or an earlier one had and did not come to the mark
    // "done": the effect may then be there already.
    enum class Attempt { first, again };
    // For effects elsewhere, in two steps. `stage` prepares; it may be called again for as long as
    // the mark "staged" is not durable, and never after. `publish` makes the effect visible in one
    // step, and with Attempt::again finds out first whether that has happened; it is called until
    // it has returned success once and the mark "done" is durable. An error of either is returned;
    // calling again goes on from the last mark.
    Result<Handled> publish_once(const DeliveryId& id, Instant now,
                                 const std::function<Result<void>()>& stage,
                                 const std::function<Result<void>(Attempt)>& publish);

    // Puts a file with this content (mode 0600) into the target folder, whole and once: also when
    // its reader has taken it away before a crash let this come to its mark. The content is written
    // and synced in the staging folder, marked staged, renamed, the folders synced, marked done.
    // A file that is marked staged and is not in the staging folder has been published: nobody else
    // takes files out of there. One of that name that holds exactly this content counts as
    // published. What a loss of power can undo is a rename not yet synced; a reader that has taken
    // the file by then gets it a second time. Both folders exist.
    // Errors: field_invalid for a name that is no file name; file_unwritable (also: something else
    // of that name is there, or the folders are on different file systems).
    Result<Handled> publish_file(const DeliveryId& id, Instant now, const PublishedFile& file);

    // Forgets marks "done" that are at least 30 days old and below `settled`: the lowest sequence
    // of the subscription that can still come, parked messages included. A cursor alone does not
    // tell that: what was parked keeps its low sequence, and so do later messages of the same
    // citizen that were handled before they were parked with it. Marks "staged" stay. Returns how
    // many; inbox_rows_max means that there may be more. Nobody calls this but the application; an
    // inbox that is never pruned grows by some 20 bytes a delivery.
    Result<std::size_t> prune(const std::string& origin, const std::string& subscription,
                              Sequence settled, Instant now);
    [[nodiscard]] InboxCounts counts() const { return {handled_, skipped_}; }

  private:
    enum class Mark { none = 0, staged = 1, done = 2 };
    struct Place {
        std::int64_t stream;
        std::int64_t sequence;
    };

    explicit Inbox(std::unique_ptr<SqlFile> file) : file_(std::move(file)) {}
    Result<Place> place_of(const DeliveryId& id);
    Result<std::int64_t> stream_of(const std::string& origin, const std::string& subscription);
    Result<Mark> mark_of(const Place& place);
    Result<void> set_mark(const Place& place, Mark mark, Instant now);
    Result<void> call(const std::function<Result<void>(Transaction&)>& work);
    Result<Handled> publish_locked(const Place& place, Instant now,
                                   const std::function<Result<void>()>& stage,
                                   const std::function<Result<void>(Attempt)>& publish);

    std::mutex mutex_;
    std::unique_ptr<SqlFile> file_;  // by mutex_
    std::atomic<std::uint64_t> handled_ = 0;
    std::atomic<std::uint64_t> skipped_ = 0;
};

}  // namespace jobbro::kit
