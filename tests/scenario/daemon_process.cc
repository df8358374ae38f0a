#include "tests/scenario/daemon_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>

#include "adapters/connectors/files.h"
#include "adapters/connectors/folder_watch.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

constexpr std::chrono::seconds patience{20};
constexpr int look_again_ms = 100;

void expect_no_sanitizer_report(const std::string& errors) {
    for (const char* const mark : {"ERROR: AddressSanitizer", "ERROR: LeakSanitizer",
                                   "WARNING: ThreadSanitizer", "runtime error: "}) {
        if (errors.find(mark) != std::string::npos) ADD_FAILURE() << errors;
    }
}

}  // namespace

DaemonProcess::DaemonProcess(HubProcess& hub, const std::string& program, const std::string& party,
                             const std::string& name)
    : hub_(hub),
      program_(JOBBRO_BINARY_DIR "/bin/jobbro-" + program),
      party_(party),
      layout_(hub.folder() / (name.empty() ? program : name)),
      config_file_(layout_.base.string() + ".toml") {
    hub.keys(party);
}

DaemonProcess::~DaemonProcess() {
    if (pid_ > 0) kill();
    expect_no_sanitizer_report(errors());
}

void DaemonProcess::write_config(const std::filesystem::path& base,
                                 const std::filesystem::path& keys) const {
    std::ofstream(config_file_) << "[hub]\nendpoint = \"" << hub_.endpoint()
                                << "\"\npublic_keys = \""
                                << (hub_.folder() / "hub.key.pub").string()
                                << "\"\n[party]\nkeys = \"" << keys.string()
                                << "\"\n[folder]\nbase = \"" << base.string()
                                << "\"\nrescan_s = 1\n[ops]\nlog_level = \"debug\"\n"
                                << "log_format = \"json\"\nmetrics_s = 1\n";
}

std::filesystem::path DaemonProcess::errors_file() const {
    return config_file_.string() + ".errors.txt";
}

void DaemonProcess::start() {
    write_config(layout_.base, hub_.party_key_file(party_));
    const Spawned child = spawn({program_, "--config", config_file_.string()}, errors_file());
    ::close(child.output);
    pid_ = child.pid;
}

void DaemonProcess::kill() {
    ::kill(pid_, SIGKILL);
    wait_for(pid_);
    pid_ = -1;
}

void DaemonProcess::limit_file_size(std::uint64_t bytes) const {
    const rlimit limit{bytes, bytes};
    EXPECT_EQ(::prlimit(pid_, RLIMIT_FSIZE, &limit, nullptr), 0);
}

Ended DaemonProcess::stop() {
    ::kill(pid_, SIGTERM);
    return wait();
}

Ended DaemonProcess::wait() {
    const int status = wait_for(pid_);
    pid_ = -1;
    return {status, errors()};
}

Ended DaemonProcess::run(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command{program_};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const std::filesystem::path said = config_file_.string() + ".said.txt";
    std::filesystem::remove(said);
    const Spawned child = spawn(command, said);
    char ignored[256];
    while (::read(child.output, ignored, sizeof ignored) > 0) {
    }
    ::close(child.output);
    Ended ended{wait_for(child.pid), read_file(said)};
    expect_no_sanitizer_report(ended.errors);
    return ended;
}

std::string DaemonProcess::errors() const {
    return read_file(errors_file());
}

void DaemonProcess::drop(const std::string& name, const std::string& text) const {
    const auto written = layout_.base / (name + ".written");
    std::ofstream(written) << text;
    std::filesystem::rename(written, layout_.in / name);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
    constexpr std::size_t all = 1'000'000;
    auto names = connectors::list_names(folder, all, [](std::string_view) { return true; });
    return names ? *std::move(names) : std::vector<std::string>{};
}

bool wait_until(const std::function<bool()>& is_true,
                const std::vector<std::filesystem::path>& folders) {
    std::vector<std::unique_ptr<connectors::FolderWatch>> watches;
    std::vector<pollfd> items;
    for (const auto& folder : folders) {
        auto watch = connectors::FolderWatch::open(folder);
        if (!watch) continue;
        items.push_back(pollfd{(*watch)->descriptor(), POLLIN, 0});
        watches.push_back(*std::move(watch));
    }
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!is_true()) {
        if (std::chrono::steady_clock::now() >= until) return false;
        ::poll(items.data(), items.size(), look_again_ms);
        for (const auto& watch : watches)
            watch->take();
    }
    return true;
}

}  // namespace jobbro::testing
