#include "adapters/audit/interruption.h"

#include <atomic>
#include <csignal>

namespace jobbro::audit {
namespace {

// A signal handler can reach nothing but what is static.
std::atomic<bool> was_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void remember(int /*signal*/) {
    was_interrupted.store(true);
}

void handle(int signal) {
    struct sigaction action {};
    action.sa_handler = remember;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
    sigaction(signal, &action, nullptr);
}

}  // namespace

void watch_interruption() {
    handle(SIGINT);
    handle(SIGTERM);
    // The terminal is gone. Who is told to go on all the same, as under nohup, does.
    struct sigaction former {};
    sigaction(SIGHUP, nullptr, &former);
    if (former.sa_handler != SIG_IGN) handle(SIGHUP);
}

bool is_interrupted() {
    return was_interrupted.load();
}

}  // namespace jobbro::audit
