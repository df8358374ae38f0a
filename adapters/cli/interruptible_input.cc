#include "adapters/cli/interruptible_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "adapters/cli/interruption.h"

namespace jobbro::cli {

Result<std::unique_ptr<InterruptibleInput>> InterruptibleInput::open(const std::string& path) {
    const int descriptor =
        path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);  // NOLINT: varargs
    if (descriptor < 0) {
        return Error{ErrorCode::file_unreadable, path + ": " + std::strerror(errno)};
    }
    struct stat about {};
    const bool is_file = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
    return std::unique_ptr<InterruptibleInput>(new InterruptibleInput(descriptor, is_file));
}

InterruptibleInput::~InterruptibleInput() {
    if (descriptor_ != STDIN_FILENO) ::close(descriptor_);
}

// False when asked to stop before there was something to read.
bool InterruptibleInput::wait() const {
    while (!is_interrupted()) {
        pollfd items[] = {{descriptor_, POLLIN, 0}, {interruption_descriptor(), POLLIN, 0}};
        const int ready = ::poll(items, 2, -1);
        if (ready < 0 && errno == EINTR) continue;
        // What cannot be waited for can be read, or reading says what is wrong.
        if (ready < 0 || items[0].revents != 0) return true;
    }
    return false;
}

InterruptibleInput::int_type InterruptibleInput::underflow() {
    ssize_t size = -1;
    do {
        if (!is_file_ && !wait()) {
            is_cut_off_ = true;
            return traits_type::eof();
        }
        size = ::read(descriptor_, buffer_.data(), buffer_.size());
    } while (size < 0 && errno == EINTR);
    if (size <= 0) return traits_type::eof();
    setg(buffer_.data(), buffer_.data(), buffer_.data() + size);
    return traits_type::to_int_type(buffer_.front());
}

std::streamsize InterruptibleInput::showmanyc() {
    if (is_file_) return 1;
    pollfd item{descriptor_, POLLIN, 0};
    return ::poll(&item, 1, 0) > 0 ? 1 : 0;
}

}  // namespace jobbro::cli
