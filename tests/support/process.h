// Child processes of tests.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace jobbro::testing {

struct Spawned {
    pid_t pid;
    int output;  // the reading end of its stdout
};

// Starts the program with stderr appended to a file. `file_bytes_max` of 0: no limit.
Spawned spawn(const std::vector<std::string>& command, const std::filesystem::path& errors,
              std::uint64_t file_bytes_max = 0);
// Waits for its end: exit status, or 128 + the signal that ended it.
int wait_for(pid_t pid);
// How a program ended, and what it said.
struct ProgramEnd {
    int status = 0;  // as wait_for() gives it
    std::string output;
    std::string errors;
};
// Everything in a file; empty when there is none.
std::string read_file(const std::filesystem::path& path);

}  // namespace jobbro::testing
