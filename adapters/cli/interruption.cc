#include "adapters/cli/interruption.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

namespace jobbro::cli {
namespace {

// A signal handler can reach nothing but what is static.
std::atomic<bool> was_interrupted{false};
std::atomic<int> told_by{-1};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void remember(int /*signal*/) {
    const int errno_before = errno;
    was_interrupted.store(true);
    const std::uint64_t one = 1;
    // Refused only when it can be read already, or does not exist.
    const auto ignored = ::write(told_by.load(), &one, sizeof one);
    static_cast<void>(ignored);
    errno = errno_before;
}

void handle(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = 0;  // without SA_RESTART
    sigaction(signal, &action, nullptr);
}

}  // namespace

void watch_interruption() {
    told_by.store(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    handle(SIGINT, remember);
    handle(SIGTERM, remember);
    handle(SIGPIPE, SIG_IGN);
}

bool is_interrupted() {
    return was_interrupted.load();
}

int interruption_descriptor() {
    return told_by.load();
}

}  // namespace jobbro::cli
