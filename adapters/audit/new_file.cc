#include "adapters/audit/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

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

Result<void> write_new_file(const std::filesystem::path& path, std::string_view content) {
    JOBBRO_TRY(make_folders(path.parent_path()));
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, owner_alone);
    if (file < 0) return unwritable(path, errno);
    int reason = write_all(file, content);
    if (::close(file) != 0 && reason == 0) reason = errno;
    if (reason == 0) return {};
    ::unlink(path.c_str());
    return unwritable(path, reason);
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
