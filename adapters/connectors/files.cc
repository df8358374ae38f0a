#include "adapters/connectors/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <system_error>

namespace jobbro::connectors {
namespace {

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

// The path's folder only: the name below it may be anything.
Error unwritable(const std::filesystem::path& path) {
    const std::string reason = std::generic_category().message(errno);
    return Error{ErrorCode::file_unwritable, path.parent_path().string() + ": " + reason};
}

FileIdentity identity_of(const struct stat& about) {
    return FileIdentity{static_cast<std::uint64_t>(about.st_dev),
                        static_cast<std::uint64_t>(about.st_ino),
                        static_cast<std::uint64_t>(about.st_size),
                        about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec};
}

FileReading refused(const FileIdentity& identity, ErrorCode code, const char* detail) {
    return FileReading{FileReading::State::refused, identity, {}, Error{code, detail}};
}

// A file that cannot be opened.
FileReading unopened(const std::filesystem::path& path, int reason) {
    if (reason == ENOENT || reason == ENOTDIR) return {};
    const auto look = look_at(path);
    const FileIdentity identity = look ? look->identity : FileIdentity{};
    if (reason == EACCES || reason == EPERM) {
        return refused(identity, ErrorCode::file_unreadable, "no right to read the file");
    }
    if (reason == ELOOP || reason == ENXIO) {
        return refused(identity, ErrorCode::file_unreadable, "not a regular file");
    }
    return FileReading{FileReading::State::busy, identity, {}, {}};
}

// A read lease is given only where nobody has the file open for writing.
bool is_being_written(int descriptor) {
    if (::fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0) return errno == EAGAIN;  // NOLINT: varargs
    ::fcntl(descriptor, F_SETLEASE, F_UNLCK);                                   // NOLINT: varargs
    return false;
}

// False when it could not be read to its end.
bool read_all(int descriptor, std::uint64_t size, Bytes& text) {
    text.resize(size);
    std::size_t at = 0;
    while (at < text.size()) {
        const ssize_t count = ::read(descriptor, text.data() + at, text.size() - at);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += static_cast<std::size_t>(count);
    }
    return true;
}

enum class Syncing : bool { no, yes };

Result<void> write_file(const std::filesystem::path& path, BytesView content, Syncing syncing) {
    constexpr mode_t owner_only = 0600;
    const Descriptor file{::open(path.c_str(),
                                 O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                                 owner_only)};  // NOLINT: varargs
    if (!file.is_open()) return unwritable(path);
    while (!content.empty()) {
        const ssize_t count = ::write(file.number(), content.data(), content.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return unwritable(path);
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (syncing == Syncing::yes && ::fsync(file.number()) != 0) return unwritable(path);
    return {};
}

}  // namespace

std::optional<FileLook> look_at(const std::filesystem::path& path) {
    struct stat about {};
    if (::lstat(path.c_str(), &about) != 0) return std::nullopt;
    return FileLook{path.filename().string(), identity_of(about), S_ISREG(about.st_mode)};
}

Result<std::vector<std::string>> list_names(const std::filesystem::path& folder,
                                            std::size_t names_max,
                                            bool (*is_wanted)(std::string_view name)) {
    std::error_code failed;
    std::set<std::string> names;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed)) {
        std::string name = entry->path().filename().string();
        if (!is_wanted(name)) continue;
        names.insert(std::move(name));
        if (names.size() > names_max) names.erase(std::prev(names.end()));
    }
    if (failed) return Error{ErrorCode::file_unreadable, folder.string() + ": " + failed.message()};
    return std::vector<std::string>{names.begin(), names.end()};
}

FileReading read_when_whole(const std::filesystem::path& path, std::size_t bytes_max,
                            ErrorCode too_large) {
    // O_NONBLOCK: opening a pipe would wait for its other end.
    const Descriptor file{
        ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};  // NOLINT: varargs
    if (!file.is_open()) return unopened(path, errno);
    struct stat before {};
    if (::fstat(file.number(), &before) != 0) return unopened(path, errno);
    const FileIdentity identity = identity_of(before);
    if (!S_ISREG(before.st_mode)) {
        return refused(identity, ErrorCode::file_unreadable, "not a regular file");
    }
    if (is_being_written(file.number())) {
        return FileReading{FileReading::State::busy, identity, {}, {}};
    }
    if (identity.size > bytes_max) {
        return refused(identity, too_large, "the file is too large");
    }
    FileReading reading{FileReading::State::read, identity, {}, {}};
    const bool is_read = read_all(file.number(), identity.size, reading.text);
    struct stat after {};
    if (!is_read || ::fstat(file.number(), &after) != 0 || !(identity_of(after) == identity)) {
        return FileReading{FileReading::State::busy, identity, {}, {}};
    }
    return reading;
}

bool is_open_for_writing(const std::filesystem::path& path) {
    const Descriptor file{
        ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};  // NOLINT: varargs
    struct stat about {};
    return file.is_open() && ::fstat(file.number(), &about) == 0 && S_ISREG(about.st_mode) &&
           is_being_written(file.number());
}

Result<bool> write_new_file(const std::filesystem::path& staged,
                            const std::filesystem::path& target, BytesView content) {
    JOBBRO_TRY(write_file(staged, content, Syncing::yes));
    JOBBRO_TRY_ASSIGN(const bool is_moved, move_without_replacing(staged, target));
    if (!is_moved) ::unlink(staged.c_str());
    return is_moved;
}

Result<void> replace_file(const std::filesystem::path& staged, const std::filesystem::path& target,
                          BytesView content) {
    JOBBRO_TRY(write_file(staged, content, Syncing::no));
    if (::rename(staged.c_str(), target.c_str()) != 0) return unwritable(target);
    return {};
}

Result<bool> move_without_replacing(const std::filesystem::path& from,
                                    const std::filesystem::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno == EEXIST) return false;
    if (errno != EINVAL && errno != ENOSYS) return unwritable(to);
    // A file system without that flag: a second name, and then the first away.
    if (::link(from.c_str(), to.c_str()) != 0) {
        if (errno == EEXIST) return false;
        return unwritable(to);
    }
    if (::unlink(from.c_str()) != 0) return unwritable(from);
    return true;
}

Result<void> sync_folder(const std::filesystem::path& folder) {
    const Descriptor opened{
        ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};  // NOLINT: varargs
    if (!opened.is_open() || ::fsync(opened.number()) != 0) {
        return Error{ErrorCode::file_unwritable,
                     folder.string() + ": " + std::generic_category().message(errno)};
    }
    return {};
}

}  // namespace jobbro::connectors
