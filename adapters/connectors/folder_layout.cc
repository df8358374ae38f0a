#include "adapters/connectors/folder_layout.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace jobbro::connectors {
namespace {

Result<void> make_folder(const std::filesystem::path& path) {
    constexpr mode_t owner_only = 0700;
    constexpr mode_t others = 0077;
    if (::mkdir(path.c_str(), owner_only) != 0 && errno != EEXIST) {
        return Error{ErrorCode::file_unwritable,
                     path.string() + ": " + std::generic_category().message(errno)};
    }
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
        return Error{ErrorCode::file_unreadable, path.string() + ": not a folder"};
    }
    if (about.st_uid != ::geteuid()) {
        return Error{ErrorCode::file_unreadable, path.string() + ": belongs to somebody else"};
    }
    if ((about.st_mode & others) != 0) {
        return Error{ErrorCode::file_unreadable,
                     path.string() + ": open to others than its owner; chmod 700"};
    }
    return {};
}

}  // namespace

Result<void> make_folders(const FolderLayout& layout) {
    for (const auto* const path : {&layout.base, &layout.in, &layout.sent, &layout.refused,
                                   &layout.out, &layout.state, &layout.staging, &layout.moving}) {
        JOBBRO_TRY(make_folder(*path));
    }
    return {};
}

}  // namespace jobbro::connectors
