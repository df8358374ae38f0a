#include "adapters/daemon/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

namespace jobbro::daemon {

Result<std::unique_ptr<Mailbox>> Mailbox::make() {
    const int descriptor = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (descriptor < 0) return ErrorCode::file_limit_low;
    return std::unique_ptr<Mailbox>(new Mailbox(descriptor));
}

Mailbox::~Mailbox() {
    ::close(descriptor_);
}

void Mailbox::wake() const {
    const std::uint64_t one = 1;
    // Refused only when it can be read already.
    const auto ignored = ::write(descriptor_, &one, sizeof one);
    static_cast<void>(ignored);
}

void Mailbox::put_settled(const std::vector<kit::OutboxRecord>& records) {
    {
        const std::lock_guard lock(mutex_);
        for (const kit::OutboxRecord& record : records) {
            contents_.settled.push_back(record);
            contents_.settled.back().envelope.clear();
        }
    }
    wake();
}

void Mailbox::put_end(const Error& error) {
    {
        const std::lock_guard lock(mutex_);
        if (!contents_.end) contents_.end = error;
    }
    wake();
}

void Mailbox::put_opening(Sequence next) {
    {
        const std::lock_guard lock(mutex_);
        contents_.opening = next;
    }
    wake();
}

Mailbox::Contents Mailbox::take() {
    std::uint64_t ignored = 0;
    const auto size = ::read(descriptor_, &ignored, sizeof ignored);
    static_cast<void>(size);
    const std::lock_guard lock(mutex_);
    return std::exchange(contents_, {});
}

}  // namespace jobbro::daemon
