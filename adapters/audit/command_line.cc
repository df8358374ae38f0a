#include "adapters/audit/command_line.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "adapters/audit/terminal_text.h"
#include "proto/evidence/key_file.h"

namespace jobbro::audit {
namespace {

constexpr std::chrono::milliseconds between_tellings{250};

}  // namespace

int exit_status(const Error& error) {
    return error.code == ErrorCode::usage ? exit_usage : exit_refused;
}

Result<bool> is_about_hub(const GlobalOptions& global, const std::string& path) {
    if (path.empty()) return true;
    if (global.hub.key.empty()) return false;
    return Error{ErrorCode::usage, "--key is for a running hub, and then there is no path"};
}

Result<std::optional<evidence::NoteVerifier>> find_log_key(const GlobalOptions& global) {
    std::optional<evidence::NoteVerifier> log;
    if (!global.hub.hub_key.empty()) {
        JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_hub_public_keys(global.hub.hub_key));
        JOBBRO_TRY_ASSIGN(log, evidence::verifier_of(keys));
    }
    if (global.hub_keys.empty()) return log;
    JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_hub_secret_keys(global.hub_keys));
    const evidence::NoteVerifier own{keys.origin, evidence::verifying_key(keys.signing)};
    if (log && log->text() != own.text()) {
        return Error{ErrorCode::log_identity_wrong, "--hub-key and --hub-keys are of two logs"};
    }
    return log ? log : std::optional<evidence::NoteVerifier>{own};
}

Result<evidence::NoteVerifier> need_log_key(const GlobalOptions& global) {
    JOBBRO_TRY_ASSIGN(const auto log, find_log_key(global));
    if (log) return *log;
    return Error{ErrorCode::usage, "--hub-key FILE, the hub's public key file, is missing"};
}

Result<std::unique_ptr<LogFolder>> open_folder(const std::string& path,
                                               const GlobalOptions& global) {
    std::optional<evidence::MasterKey> master;
    if (!global.hub_keys.empty()) {
        JOBBRO_TRY_ASSIGN(auto keys, evidence::read_hub_secret_keys(global.hub_keys));
        master = std::move(keys.master);
    }
    return LogFolder::open(path, global.torn_tail ? Tail::may_tear : Tail::whole,
                           std::move(master));
}

Result<void> write_out(std::string_view text) {
    const std::string safe = isatty(STDOUT_FILENO) == 1 ? terminal_safe(text) : std::string{text};
    std::string_view left = safe;
    while (!left.empty()) {
        const ssize_t size = ::write(STDOUT_FILENO, left.data(), left.size());
        if (size >= 0) {
            left.remove_prefix(static_cast<std::size_t>(size));
        } else if (errno != EINTR) {
            return Error{ErrorCode::file_unwritable,
                         std::string{"standard output: "} + std::strerror(errno)};
        }
    }
    return {};
}

void tell_error(const Error& error) {
    std::string line = terminal_safe(error.line());
    std::replace(line.begin(), line.end(), '\n', ' ');
    std::fprintf(stderr, "jobbro-audit: %s\n", line.c_str());
}

Progress::Progress()
    : began_(Steady::now()), told_(began_), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
    if (has_told_) std::fprintf(stderr, "\r%40s\r", "");
}

void Progress::tell(std::uint64_t entries) {
    const auto now = Steady::now();
    if (!is_terminal_ || now - told_ < between_tellings) return;
    told_ = now;
    has_told_ = true;
    std::fprintf(stderr, "\r%llu entries, %.0f/s ", static_cast<unsigned long long>(entries),
                 rate(entries));
}

double Progress::rate(std::uint64_t entries) const {
    const std::chrono::duration<double> since = Steady::now() - began_;
    return static_cast<double>(entries) / std::max(since.count(), 1e-9);
}

}  // namespace jobbro::audit
