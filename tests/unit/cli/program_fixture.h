// The built program, run as a person would: what its tests stand on.
#pragma once

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/unit/kit/fake_hub.h"

namespace jobbro::cli {

struct Ended {
    int status = -1;
    std::string out;
    std::string err;
};

// The program while it runs, with pipes for its input and output. Thread: one at a time.
class Running {
  public:
    // `arguments` parted by spaces.
    Running(const std::string& arguments, const std::string& err) {
        EXPECT_EQ(pipe2(in_, O_CLOEXEC), 0);
        EXPECT_EQ(pipe2(out_, O_CLOEXEC), 0);
        std::istringstream words{JOBBRO_BINARY_DIR "/bin/jobbro " + arguments};
        std::vector<std::string> texts{std::istream_iterator<std::string>{words}, {}};
        std::vector<char*> pointers;
        for (std::string& text : texts)
            pointers.push_back(text.data());
        pointers.push_back(nullptr);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in_[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out_[1], STDOUT_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err.c_str(), O_WRONLY | O_CREAT,
                                         0600);
        EXPECT_EQ(posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ), 0);
        posix_spawn_file_actions_destroy(&actions);
        close(in_[0]);
        close(out_[1]);
    }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() {
        close(in_[1]);
        close(out_[0]);
    }

    void write(const std::string& text) const {
        EXPECT_EQ(::write(in_[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    void interrupt() const { EXPECT_EQ(kill(pid_, SIGTERM), 0); }
    // The next line it prints; without its end when there is none.
    [[nodiscard]] std::string read_line() const {
        std::string line;
        char c = 0;
        while (::read(out_[0], &c, 1) == 1 && c != '\n')
            line += c;
        return line;
    }
    // Waits for its end; its exit status.
    [[nodiscard]] int wait() const {
        int status = 0;
        EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    int in_[2] = {-1, -1};
    int out_[2] = {-1, -1};
    pid_t pid_ = -1;
};

class ProgramTest : public ::testing::Test {
  protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "jobbro-cli-XXXXXX").string();
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] std::string path(const std::string& name) const {
        return (folder_ / name).string();
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream{path(name), std::ios::binary} << text;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file{path(name), std::ios::binary};
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    // `arguments` as for a shell.
    [[nodiscard]] Ended run(const std::string& arguments, const std::string& input = {},
                            const std::string& out = {}) const {
        write("in", input);
        const std::string command = JOBBRO_BINARY_DIR "/bin/jobbro " + arguments + " < " +
                                    path("in") + " > " + (out.empty() ? path("out") : out) +
                                    " 2> " + path("err");
        const int status = std::system(command.c_str());
        return Ended{WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("out"), read("err")};
    }
    // Each of these calls is wrong, and told to be in one line.
    void expect_called_wrongly(const std::vector<std::string>& calls) const {
        for (const std::string& arguments : calls) {
            SCOPED_TRACE(arguments);
            const Ended ended = run(arguments);
            EXPECT_EQ(ended.status, 2);
            EXPECT_THAT(ended.out, ::testing::IsEmpty());
            EXPECT_THAT(ended.err, ::testing::StartsWith("jobbro: usage: "));
            EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1);
        }
    }
    // Key files of the fake hub and its party; the options that name them.
    std::string options_for(const kit::FakeHub& hub, const std::string& timeout = "5") {
        EXPECT_TRUE(evidence::write_keys(path("hub.pub"), hub.public_keys()).has_value());
        EXPECT_TRUE(evidence::write_keys(path("own"), own_).has_value());
        return "--hub " + hub.endpoint() + " --hub-key " + path("hub.pub") + " --key " +
               path("own") + " --timeout " + timeout + " ";
    }

    std::filesystem::path folder_;
    const evidence::PartySecretKeys own_ = kit::party_keys();
    kit::FakeHub hub_{evidence::curve_public_key(own_.curve)};
};

}  // namespace jobbro::cli
