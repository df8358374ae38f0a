#include "adapters/connectors/folder_watch.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace jobbro::connectors {
namespace {

constexpr std::size_t names_at_once_max = 4096;

Error failure(const std::filesystem::path& folder) {
    const bool is_limit = errno == EMFILE || errno == ENFILE || errno == ENOSPC;
    return Error{is_limit ? ErrorCode::file_limit_low : ErrorCode::file_unreadable,
                 folder.string() + ": " + std::generic_category().message(errno)};
}

}  // namespace

Result<std::unique_ptr<FolderWatch>> FolderWatch::open(const std::filesystem::path& folder) {
    const int descriptor = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (descriptor < 0) return failure(folder);
    std::unique_ptr<FolderWatch> watch(new FolderWatch(folder, descriptor));
    JOBBRO_TRY(watch->renew());
    return watch;
}

FolderWatch::~FolderWatch() {
    ::close(descriptor_);
}

// Of a folder that is watched already, it changes nothing.
Result<void> FolderWatch::renew() {
    constexpr std::uint32_t wanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ONLYDIR;
    if (::inotify_add_watch(descriptor_, folder_.c_str(), wanted) < 0) return failure(folder_);
    return {};
}

FolderWatch::Told FolderWatch::take() {
    Told told;
    alignas(inotify_event) std::array<char, 64 * 1024> buffer;
    while (told.names.size() < names_at_once_max) {
        const ssize_t size = ::read(descriptor_, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return told;
        const auto end = static_cast<std::size_t>(size);
        for (std::size_t at = 0; at + sizeof(inotify_event) <= end;) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const char* const name = buffer.data() + at + sizeof event;
            at += sizeof event + event.len;
            if ((event.mask & IN_Q_OVERFLOW) != 0) told.is_incomplete = true;
            if (event.len > 0) told.names.emplace_back(name, ::strnlen(name, event.len));
        }
    }
    return told;
}

}  // namespace jobbro::connectors
