// What all commands of `jobbro-audit` share: options, exit statuses, the way things are told.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/audit/hub_reader.h"
#include "adapters/audit/log_folder.h"
#include "proto/base/result.h"
#include "proto/evidence/note.h"

namespace CLI {
class App;
}

namespace jobbro::audit {

// Exit statuses; 0: all that was asked for holds.
inline constexpr int exit_refused = 1;  // something does not hold, or could not be done
inline constexpr int exit_usage = 2;    // the program was called wrongly

// Options that commands have in common.
struct GlobalOptions {
    HubOptions hub;          // a running one; its key file also says whose log a folder holds
    std::string hub_keys;    // the hub's secret key file, for its master key
    bool torn_tail = false;  // the machine stopped in the middle of a write
};

// What parsing leaves behind: the command to run. Returns its exit status.
using Command = std::function<Result<int>()>;

// Each adds one command to the program; `chosen` is set when the command line names it.
// Life: `global` and `chosen` outlive the parsing.
void add_verify(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_checkpoint(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_tiles(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_prove(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_replay(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_export(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_timeline(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_access(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_extract(CLI::App& program, const GlobalOptions& global, Command& chosen);

// Which status an error ends the program with.
int exit_status(const Error& error);

// Whether a command is about a running hub: it is when no path is given. Errors: usage when there
// are both a path and an auditor's key.
Result<bool> is_about_hub(const GlobalOptions& global, const std::string& path);

// The log's key as --hub-key or --hub-keys has it; none when neither is given.
// Errors: those of reading key files; log_identity_wrong when the two are of different logs.
Result<std::optional<evidence::NoteVerifier>> find_log_key(const GlobalOptions& global);
// The same. Errors: usage too, when neither is given.
Result<evidence::NoteVerifier> need_log_key(const GlobalOptions& global);
// Errors: as LogFolder::open; those of reading the key file.
Result<std::unique_ptr<LogFolder>> open_folder(const std::string& path,
                                               const GlobalOptions& global);

// Writes all of it to standard output, at once: as it is to a file or pipe, made safe to a
// terminal. Errors: file_unwritable.
Result<void> write_out(std::string_view text);
// "jobbro-audit: <line>" on standard error, made safe.
void tell_error(const Error& error);

// How far it has come, on a terminal's standard error, a few times a second; elsewhere nothing.
// Thread: one.
class Progress {
  public:
    Progress();
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void tell(std::uint64_t entries);
    // Entries a second since it was made.
    [[nodiscard]] double rate(std::uint64_t entries) const;

  private:
    using Steady = std::chrono::steady_clock;
    Steady::time_point began_;
    Steady::time_point told_;
    bool is_terminal_;
    bool has_told_ = false;
};

}  // namespace jobbro::audit
