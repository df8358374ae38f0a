// A real jobbro-provider or jobbro-jobcentre in a process and folders of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "adapters/connectors/folder_layout.h"
#include "tests/support/hub_process.h"

namespace jobbro::testing {

// Thread: one. The process is killed when this is destroyed. What a sanitizer reported in it fails
// the running test.
class DaemonProcess {
  public:
    // `program`: "provider" or "jobcentre"; folders and configuration lie in the hub's folder,
    // under `name`, or the program's. Life: the hub outlives it.
    DaemonProcess(HubProcess& hub, const std::string& program, const std::string& party,
                  const std::string& name = {});
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    DaemonProcess& operator=(const DaemonProcess&) = delete;

    // Starts it at the hub's endpoint and waits for nothing.
    void start();
    void kill();
    // From now on it can write no file beyond so many bytes, as on a disk that is at fault.
    void limit_file_size(std::uint64_t bytes) const;
    // SIGTERM, and waits for its end.
    Ended stop();
    Ended wait();
    // Runs the program with these arguments to its end.
    [[nodiscard]] Ended run(const std::vector<std::string>& arguments) const;
    [[nodiscard]] std::string errors() const;

    [[nodiscard]] const connectors::FolderLayout& layout() const { return layout_; }
    [[nodiscard]] std::filesystem::path config_file() const { return config_file_; }
    // Puts a file in as a writer should: under another name first.
    void drop(const std::string& name, const std::string& text) const;
    // Writes the configuration, with another folder or key file if told.
    void write_config(const std::filesystem::path& base, const std::filesystem::path& keys) const;

  private:
    [[nodiscard]] std::filesystem::path errors_file() const;

    HubProcess& hub_;
    const std::string program_;
    const std::string party_;
    const connectors::FolderLayout layout_;
    const std::filesystem::path config_file_;
    pid_t pid_ = -1;
};

// The names in a folder, in order.
std::vector<std::string> names_in(const std::filesystem::path& folder);

// Waits until it is true, looking again when something has happened in one of the folders or a
// tenth of a second has passed. False when it has not come within 20 seconds.
bool wait_until(const std::function<bool()>& is_true,
                const std::vector<std::filesystem::path>& folders);

}  // namespace jobbro::testing
