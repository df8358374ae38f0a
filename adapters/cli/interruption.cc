#include "adapters/cli/interruption.h"

#include <atomic>
#include <csignal>

namespace jobbro::cli {
namespace {

// A signal handler can reach nothing but what is static.
std::atomic<bool> was_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void remember(int /*signal*/) {
    was_interrupted.store(true, std::memory_order_relaxed);
}

}  // namespace

void watch_interruption() {
    std::signal(SIGINT, remember);
    std::signal(SIGTERM, remember);
    std::signal(SIGPIPE, SIG_IGN);
}

bool is_interrupted() {
    return was_interrupted.load(std::memory_order_relaxed);
}

}  // namespace jobbro::cli
