#include "adapters/kit/inbox.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <limits>
#include <system_error>

namespace jobbro::kit {
namespace {

constexpr std::int32_t application_id = 0x4A6F6249;  // "JobI", for `file`
constexpr std::int32_t format = 1;
constexpr std::string_view schema =
    "CREATE TABLE jobbro_inbox_streams (id INTEGER PRIMARY KEY, origin TEXT NOT NULL,"
    " subscription TEXT NOT NULL, UNIQUE (origin, subscription));"
    "CREATE TABLE jobbro_inbox_marks (stream INTEGER NOT NULL, sequence INTEGER NOT NULL,"
    " state INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (stream, sequence)) WITHOUT ROWID;";

Error system_error(const std::filesystem::path& path) {
    return Error{ErrorCode::file_unwritable,
                 path.string() + ": " + std::generic_category().message(errno)};
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (is_open()) ::close(number_);
    }
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

Result<void> sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!opened.is_open() || ::fsync(opened.number()) != 0) return system_error(folder);
    return {};
}

// Anew, whatever an interrupted call has left there.
Result<void> write_synced(const std::filesystem::path& path, BytesView content) {
    const Descriptor file{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!file.is_open()) return system_error(path);
    while (!content.empty()) {
        const ssize_t count = ::write(file.number(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(path);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number()) != 0) return system_error(path);
    return {};
}

// Errors: file_unwritable when that cannot be found out.
Result<bool> is_there(const std::filesystem::path& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0) return true;
    if (errno == ENOENT) return false;
    return system_error(path);
}

bool is_file_name(const std::string& name) {
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_of(std::string_view{"/\0", 2}) == std::string::npos;
}

// True when it is a regular file of exactly this content.
Result<bool> holds_exactly(const std::filesystem::path& path, BytesView content) {
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
    if (!file.is_open()) {
        if (errno == ELOOP || errno == ENXIO) return false;
        return system_error(path);
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) return system_error(path);
    if (!S_ISREG(status.st_mode) || status.st_size != static_cast<off_t>(content.size())) {
        return false;
    }
    std::array<char, 65536> buffer{};
    while (!content.empty()) {
        const ssize_t count = ::read(file.number(), buffer.data(), buffer.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(path);
        const BytesView part{buffer.data(), static_cast<std::size_t>(count)};
        if (part.empty() || !content.starts_with(part)) return false;
        content.remove_prefix(part.size());
    }
    return true;
}

// The file stands under its name already, from an attempt whose mark was lost.
Result<void> drop_staged(const std::filesystem::path& staged, const std::filesystem::path& target,
                         BytesView content) {
    JOBBRO_TRY_ASSIGN(const bool is_the_same, holds_exactly(target, content));
    if (!is_the_same) {
        return Error{ErrorCode::file_unwritable, target.string() + ": there is one already"};
    }
    if (::unlink(staged.c_str()) != 0) return system_error(staged);
    return {};
}

Result<void> make_visible(const std::filesystem::path& staged, const PublishedFile& file,
                          Inbox::Attempt attempt) {
    const std::filesystem::path target = file.target_folder / file.name;
    JOBBRO_TRY_ASSIGN(const bool is_staged, is_there(staged));
    if (is_staged) {
        JOBBRO_TRY_ASSIGN(const bool is_taken, is_there(target));
        if (is_taken) {
            JOBBRO_TRY(drop_staged(staged, target, file.content));
        } else if (::rename(staged.c_str(), target.c_str()) != 0) {
            return system_error(target);
        }
    } else if (attempt == Inbox::Attempt::first) {
        return Error{ErrorCode::file_unwritable, staged.string() + ": somebody has taken it"};
    }
    JOBBRO_TRY(sync_folder(file.target_folder));
    return sync_folder(file.staging_folder);
}

}  // namespace

// --- Transactions -------------------------------------------------------------------------------

Result<SqlStatement> Transaction::prepare(std::string_view sql) {
    if (file_.is_outside_transaction()) {
        return Error{ErrorCode::usage, "the transaction was undone by an earlier error"};
    }
    const SqlFile::Restriction restriction{file_};
    auto statement = file_.prepare(sql);
    if (!statement) note(statement.error());
    return statement;
}

// What SQLite says of the SQL is usage; all else is the file's.
void Transaction::note(const Error& error) {
    if (error.code != ErrorCode::usage && !file_error_) file_error_ = error;
}

Result<std::uint64_t> Transaction::execute(std::string_view sql,
                                           const std::vector<SqlValue>& values) {
    JOBBRO_TRY_ASSIGN(auto statement, prepare(sql));
    const auto done = statement.run(values);
    if (!done) {
        note(done.error());
        return done.error();
    }
    return file_.changed_rows();
}

Result<std::vector<SqlRow>> Transaction::query(std::string_view sql,
                                               const std::vector<SqlValue>& values) {
    JOBBRO_TRY_ASSIGN(auto statement, prepare(sql));
    JOBBRO_TRY(statement.bind(values));
    std::vector<SqlRow> rows;
    while (true) {
        const auto has_row = statement.step();
        if (!has_row) {
            note(has_row.error());
            return has_row.error();
        }
        if (!*has_row) return rows;
        if (rows.size() >= inbox_rows_max) return ErrorCode::list_too_long;
        rows.push_back(statement.row());
    }
}

Result<void> Inbox::call(const std::function<Result<void>(Transaction&)>& work) {
    Transaction transaction{*file_};
    return work(transaction);
}

Result<void> Inbox::execute_schema(const std::string& sql) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    {
        const SqlFile::Restriction restriction{*file_};
        JOBBRO_TRY(file_->execute(sql));
    }
    return transaction.commit();
}

Result<void> Inbox::transact(const std::function<Result<void>(Transaction&)>& work) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    JOBBRO_TRY(call(work));
    return transaction.commit();
}

// --- Marks --------------------------------------------------------------------------------------

Result<std::unique_ptr<Inbox>> Inbox::open(const InboxSettings& settings) {
    JOBBRO_TRY_ASSIGN(auto file, SqlFile::open(settings.file, {settings.file_bytes_max,
                                                               application_id, format, schema}));
    return std::unique_ptr<Inbox>(new Inbox(std::move(file)));
}

Result<std::int64_t> Inbox::stream_of(const std::string& origin, const std::string& subscription) {
    const std::array<SqlValue, 2> names = {origin, subscription};
    for (bool is_made = false;; is_made = true) {
        JOBBRO_TRY_ASSIGN(auto known,
                          file_->prepare("SELECT id FROM jobbro_inbox_streams WHERE origin = ?"
                                         " AND subscription = ?"));
        JOBBRO_TRY(known.bind(names));
        JOBBRO_TRY_ASSIGN(const bool has_row, known.step());
        if (has_row) return known.integer(0);
        JOBBRO_ASSERT(!is_made);
        JOBBRO_TRY(file_->run(
            "INSERT INTO jobbro_inbox_streams (origin, subscription) VALUES (?, ?)", names));
    }
}

Result<Inbox::Place> Inbox::place_of(const DeliveryId& id) {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (id.sequence.value() > largest) {
        return Error{ErrorCode::field_out_of_bounds, "no log is that long", "sequence"};
    }
    JOBBRO_TRY_ASSIGN(const std::int64_t stream, stream_of(id.origin, id.subscription));
    return Place{stream, static_cast<std::int64_t>(id.sequence.value())};
}

Result<Inbox::Mark> Inbox::mark_of(const Place& place) {
    JOBBRO_TRY_ASSIGN(auto statement,
                      file_->prepare("SELECT state FROM jobbro_inbox_marks WHERE stream = ?"
                                     " AND sequence = ?"));
    JOBBRO_TRY(statement.bind(std::array<SqlValue, 2>{place.stream, place.sequence}));
    JOBBRO_TRY_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return Mark::none;
    const std::int64_t state = statement.integer(0);
    if (state == static_cast<std::int64_t>(Mark::staged)) return Mark::staged;
    if (state == static_cast<std::int64_t>(Mark::done)) return Mark::done;
    return Error{ErrorCode::tampered, file_->path().string() + ": a mark of no known state"};
}

Result<void> Inbox::set_mark(const Place& place, Mark mark, Instant now) {
    return file_->run(
        "INSERT OR REPLACE INTO jobbro_inbox_marks (stream, sequence, state, at)"
        " VALUES (?, ?, ?, ?)",
        std::array<SqlValue, 4>{place.stream, place.sequence, static_cast<std::int64_t>(mark),
                                now.microseconds});
}

Result<Handled> Inbox::handle_once(const DeliveryId& id, Instant now,
                                   const std::function<Result<void>(Transaction&)>& effect) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    JOBBRO_TRY_ASSIGN(const Place place, place_of(id));
    JOBBRO_TRY_ASSIGN(const Mark mark, mark_of(place));
    if (mark == Mark::staged) {
        return Error{ErrorCode::usage, "the delivery is being published, not handled"};
    }
    if (mark == Mark::done) {
        ++skipped_;
        return Handled::before;
    }
    JOBBRO_TRY(set_mark(place, Mark::done, now));
    JOBBRO_TRY(call(effect));
    JOBBRO_TRY(transaction.commit());
    ++handled_;
    return Handled::now;
}

// --- Publishing ---------------------------------------------------------------------------------

Result<Handled> Inbox::publish_once(const DeliveryId& id, Instant now,
                                    const std::function<Result<void>()>& stage,
                                    const std::function<Result<void>(Attempt)>& publish) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    JOBBRO_TRY_ASSIGN(const Place place, place_of(id));
    JOBBRO_TRY(transaction.commit());
    return publish_locked(place, now, stage, publish);
}

Result<Handled> Inbox::publish_locked(const Place& place, Instant now,
                                      const std::function<Result<void>()>& stage,
                                      const std::function<Result<void>(Attempt)>& publish) {
    JOBBRO_TRY_ASSIGN(const Mark mark, mark_of(place));
    if (mark == Mark::done) {
        ++skipped_;
        return Handled::before;
    }
    const auto mark_durably = [&](Mark as) -> Result<void> {
        JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
        JOBBRO_TRY(set_mark(place, as, now));
        return transaction.commit();
    };
    if (mark == Mark::none) {
        JOBBRO_TRY(stage());
        JOBBRO_TRY(mark_durably(Mark::staged));
    }
    JOBBRO_TRY(publish(mark == Mark::none ? Attempt::first : Attempt::again));
    JOBBRO_TRY(mark_durably(Mark::done));
    ++handled_;
    return Handled::now;
}

Result<Handled> Inbox::publish_file(const DeliveryId& id, Instant now, const PublishedFile& file) {
    if (!is_file_name(file.name)) return Error{ErrorCode::field_invalid, {}, "name"};
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    JOBBRO_TRY_ASSIGN(const Place place, place_of(id));
    JOBBRO_TRY(transaction.commit());
    const std::filesystem::path staged =
        file.staging_folder /
        (std::to_string(place.stream) + "-" + std::to_string(place.sequence) + ".staged");
    return publish_locked(
        place, now,
        [&]() -> Result<void> {
            JOBBRO_TRY(write_synced(staged, file.content));
            return sync_folder(file.staging_folder);
        },
        [&](Attempt attempt) { return make_visible(staged, file, attempt); });
}

// --- The rest -----------------------------------------------------------------------------------

Result<std::size_t> Inbox::prune(const std::string& origin, const std::string& subscription,
                                 Sequence settled, Instant now) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    JOBBRO_TRY_ASSIGN(const Place below, place_of({origin, subscription, settled}));
    JOBBRO_TRY(file_->run(
        "DELETE FROM jobbro_inbox_marks WHERE stream = ?1 AND sequence IN (SELECT sequence"
        " FROM jobbro_inbox_marks WHERE stream = ?1 AND sequence < ?2 AND state = 2 AND at <= ?3"
        " LIMIT ?4)",
        std::array<SqlValue, 4>{below.stream, below.sequence,
                                now.plus_ms(-inbox_kept_ms).microseconds,
                                static_cast<std::int64_t>(inbox_rows_max)}));
    const std::uint64_t pruned = file_->changed_rows();
    JOBBRO_TRY(transaction.commit());
    return static_cast<std::size_t>(pruned);
}

}  // namespace jobbro::kit
