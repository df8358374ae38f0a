// A real jobbro-hub in a process and a folder of its own.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/evidence/key_file.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::testing {

// How a process ended, and what it said.
struct Ended {
    int status = 0;  // exit status, or 128 + signal
    std::string errors;
};

// Thread: one. Keys, configuration and data lie in a temporary folder; ports are free ones. The
// process is killed when this is destroyed. What a sanitizer reported in it fails the running test.
class HubProcess {
  public:
    HubProcess();
    ~HubProcess();
    HubProcess(const HubProcess&) = delete;
    HubProcess& operator=(const HubProcess&) = delete;

    // Further lines for the configuration's tables, before start(): "[limits]" or "[hub]" lines.
    void configure(const std::string& toml) { more_config_ = toml; }
    // The hub goes by this clock, "2011-01-10T09:00:00Z": from its start on when told before, else
    // within a moment.
    void set_clock(const std::string& time) const;
    [[nodiscard]] std::filesystem::path clock_file() const { return folder_.path() / "clock"; }
    // Further options for the command line, before start().
    void set_options(std::vector<std::string> options) { options_ = std::move(options); }
    // Where to listen; any free port unless told.
    void listen_at(const std::string& endpoint) { listen_ = endpoint; }
    // The largest file the process may write, in bytes.
    void limit_file_size(std::uint64_t bytes) { file_bytes_max_ = bytes; }

    // Starts and waits until it listens. False when it ended instead: see ended().
    bool start();
    // Sends the process a signal and waits for nothing.
    void signal(int number) const;
    // SIGKILL, and waits until it is gone.
    void kill();
    // SIGTERM, and waits for its end.
    Ended stop();
    // Waits for its end.
    Ended wait();
    // How a process that start() waited for in vain ended.
    [[nodiscard]] const Ended& ended() const { return ended_; }

    [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
    [[nodiscard]] const std::string& http() const { return http_; }
    [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
    [[nodiscard]] std::filesystem::path data() const { return folder_.path() / "data"; }
    [[nodiscard]] std::filesystem::path key_file() const { return folder_.path() / "hub.key"; }
    [[nodiscard]] std::filesystem::path config_file() const { return folder_.path() / "hub.toml"; }
    [[nodiscard]] const evidence::CurvePublicKey& curve_key() const { return curve_key_; }
    [[nodiscard]] std::string verifier_key() const { return verifier_key_; }
    // What it has written to stderr so far.
    [[nodiscard]] std::string errors() const;

    // Secret keys of a party; made, and written to party_key_file(), at the first call.
    const evidence::PartySecretKeys& keys(const std::string& party);
    [[nodiscard]] std::filesystem::path party_key_file(const std::string& party) const;
    // Registers the party while the hub runs.
    void add_party(const std::string& party, const std::vector<std::string>& jobcentres = {});
    // Registers jobcentre and provider of messages.h.
    void add_usual_parties();
    static constexpr const char* origin = "hub.test/log";

    // Runs jobbro-hub with these arguments to its end.
    static Ended run(const std::vector<std::string>& arguments,
                     const std::filesystem::path& folder);

  private:
    void write_config() const;

    TemporaryFolder folder_;
    std::string more_config_;
    std::vector<std::string> options_;
    std::string listen_ = "tcp://127.0.0.1:*";
    std::uint64_t file_bytes_max_ = 0;
    std::map<std::string, evidence::PartySecretKeys> keys_;
    evidence::CurvePublicKey curve_key_;
    std::string verifier_key_;
    pid_t pid_ = -1;
    std::string endpoint_;
    std::string http_;
    Ended ended_;
};

}  // namespace jobbro::testing
