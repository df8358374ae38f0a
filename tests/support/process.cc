#include "tests/support/process.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace jobbro::testing {

Spawned spawn(const std::vector<std::string>& command, const std::filesystem::path& errors,
              std::uint64_t file_bytes_max) {
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    std::vector<char*> arguments;
    for (const std::string& each : command)
        arguments.push_back(const_cast<char*>(each.c_str()));
    arguments.push_back(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
        const int error_file = open(errors.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
        dup2(pipe_ends[1], STDOUT_FILENO);
        dup2(error_file, STDERR_FILENO);
        if (file_bytes_max != 0) {
            const rlimit limit{file_bytes_max, file_bytes_max};
            setrlimit(RLIMIT_FSIZE, &limit);
        }
        execv(arguments[0], arguments.data());
        _exit(127);
    }
    close(pipe_ends[1]);
    return {pid, pipe_ends[0]};
}

int wait_for(pid_t pid) {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

}  // namespace jobbro::testing
