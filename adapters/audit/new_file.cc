#include "adapters/audit/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace jobbro::audit {
namespace {

constexpr mode_t owner_alone = 0600;

Error unwritable(const std::filesystem::path& path, int reason) {
    return {ErrorCode::file_unwritable, path.string() + ": " + std::strerror(reason)};
}

// Folders made on the way are for their owner alone, whatever the umask says.
Result<void> make_folders(const std::filesystem::path& path) {
    if (path.empty()) return {};
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure)) return {};
    JOBBRO_TRY(make_folders(path.parent_path()));
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return unwritable(path, errno);
    return {};
}

// 0, or why it could not all be written.
int write_all(int file, std::string_view content) {
    while (!content.empty()) {
        const ssize_t size = ::write(file, content.data(), content.size());
        if (size >= 0) {
            content.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace

Result<NewFile> NewFile::make(std::filesystem::path path) {
    JOBBRO_TRY(make_folders(path.parent_path()));
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_alone);
    if (file < 0) return unwritable(path, errno);
    return NewFile{std::move(path), file};
}

NewFile::NewFile(NewFile&& other) noexcept
    : path_(std::move(other.path_)), file_(other.file_), is_kept_(other.is_kept_) {
    other.file_ = -1;
    other.is_kept_ = true;
}

NewFile::~NewFile() {
    if (file_ >= 0) ::close(file_);
    if (!is_kept_) ::unlink(path_.c_str());
}

Result<void> NewFile::write(std::string_view content) {
    JOBBRO_ASSERT(file_ >= 0);
    const int reason = write_all(file_, content);
    if (reason != 0) return unwritable(path_, reason);
    return {};
}

Result<void> NewFile::close() {
    JOBBRO_ASSERT(file_ >= 0);
    const int file = std::exchange(file_, -1);
    if (::close(file) != 0) return unwritable(path_, errno);
    return {};
}

void NewFile::keep() {
    JOBBRO_ASSERT(file_ < 0);
    is_kept_ = true;
}

Result<std::fstream> open_nameless_file(const std::filesystem::path& folder) {
    std::string path =
        ((folder.empty() ? std::filesystem::path{"."} : folder) / ".jobbro-audit-XXXXXX").string();
    const int made = ::mkstemp(path.data());  // mode 0600
    if (made < 0) return unwritable(folder, errno);
    std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
    const int reason = errno;
    ::close(made);
    ::unlink(path.c_str());
    if (!file) return unwritable(folder, reason);
    return file;
}

Result<void> write_new_file(const std::filesystem::path& path, std::string_view content) {
    JOBBRO_TRY_ASSIGN(NewFile file, NewFile::make(path));
    JOBBRO_TRY(file.write(content));
    JOBBRO_TRY(file.close());
    file.keep();
    return {};
}

Result<void> make_empty_folder(const std::filesystem::path& path) {
    JOBBRO_TRY(make_folders(path));
    std::error_code failure;
    const bool is_empty = std::filesystem::is_empty(path, failure);
    if (failure) return Error{ErrorCode::file_unwritable, path.string() + ": " + failure.message()};
    if (!is_empty) return Error{ErrorCode::file_unwritable, path.string() + ": it is not empty"};
    return {};
}

}  // namespace jobbro::audit
