// Assertions that stay on in every build.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace jobbro {

// Ends the process with one line on stderr. Thread: any.
[[noreturn]] inline void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "jobbro: broken invariant: %s at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace jobbro

// For what cannot happen unless our own code is wrong. What can go wrong in use is a Result.
#define JOBBRO_ASSERT(condition)        \
    ((condition) ? static_cast<void>(0) \
                 : ::jobbro::assertion_failed(#condition, __FILE__, __LINE__))
