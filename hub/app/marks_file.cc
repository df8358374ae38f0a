#include "hub/app/marks_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace jobbro::app {
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

Error system_error(ErrorCode code, const std::filesystem::path& path) {
    return {code, path.string() + ": " + std::generic_category().message(errno)};
}

Error too_large(ErrorCode code, const std::filesystem::path& path) {
    return {code, path.string() + ": larger than " + std::to_string(journal::MarksFile::bytes_max) +
                      " bytes"};
}

Result<void> write_all(const Descriptor& file, BytesView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(file.number(), bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(ErrorCode::file_unwritable, path);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::fsync(file.number()) != 0) return system_error(ErrorCode::file_unwritable, path);
    return {};
}

Result<void> sync_folder_of(const std::filesystem::path& path) {
    const std::filesystem::path parent = path.parent_path();
    const Descriptor folder{
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder.is_open() || ::fsync(folder.number()) != 0) {
        return system_error(ErrorCode::file_unwritable, path);
    }
    return {};
}

}  // namespace

Result<std::optional<Bytes>> MarksFileOnDisk::read() {
    const Descriptor file{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!file.is_open() && errno == ENOENT) return std::optional<Bytes>{};
    if (!file.is_open()) return system_error(ErrorCode::file_unreadable, path_);
    Bytes bytes;
    char piece[4096];
    while (bytes.size() <= bytes_max) {
        const ssize_t count = ::read(file.number(), piece, sizeof piece);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return system_error(ErrorCode::file_unreadable, path_);
        if (count == 0) return std::optional<Bytes>{std::move(bytes)};
        bytes.append(piece, static_cast<std::size_t>(count));
    }
    return too_large(ErrorCode::file_unreadable, path_);
}

Result<void> MarksFileOnDisk::replace(BytesView bytes) {
    if (bytes.size() > bytes_max) return too_large(ErrorCode::file_unwritable, path_);
    std::filesystem::path beside = path_;
    beside += ".new";
    {
        const Descriptor file{
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
        if (!file.is_open()) return system_error(ErrorCode::file_unwritable, beside);
        JOBBRO_TRY(write_all(file, bytes, beside));
    }
    if (std::rename(beside.c_str(), path_.c_str()) != 0) {
        return system_error(ErrorCode::file_unwritable, path_);
    }
    return sync_folder_of(path_);
}

}  // namespace jobbro::app
