// A child process that ends without cleaning up, as a crash does.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace jobbro::kit {

// Waits for its end: the signal that ended it, or 0.
inline int signal_that_ended(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

// Runs `work` in a child that is killed when it returns true; false when it returned false instead.
// `work` may end the child itself with die(). Thread: only while there is no other.
template <typename Work>
bool dies_after(const Work& work) {
    const pid_t child = fork();
    if (child == 0) {
        if (work()) raise(SIGKILL);
        _exit(1);
    }
    return signal_that_ended(child) == SIGKILL;
}

[[noreturn]] inline void die() {
    raise(SIGKILL);
    _exit(1);
}

}  // namespace jobbro::kit
