// What all commands of `jobbro` share: options, exit statuses, the way errors are told.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "adapters/kit/client.h"
#include "proto/base/result.h"

namespace CLI {
class App;
}

namespace jobbro::cli {

// Exit statuses; 0 is success.
inline constexpr int exit_refused = 1;        // something was refused or could not be done
inline constexpr int exit_usage = 2;          // the program was called wrongly
inline constexpr int exit_no_connection = 3;  // no hub, no right key, no session

// Options before the command's name.
struct GlobalOptions {
    std::string hub = "tcp://127.0.0.1:7411";
    std::string hub_key;
    std::string key;
    double timeout_s = 10;
    std::string clock_file;  // empty: the machine's clock

    [[nodiscard]] std::chrono::milliseconds timeout() const;
};

// What parsing leaves behind: the command to run. Returns its exit status.
using Command = std::function<Result<int>()>;

// Each adds one command to the program; `chosen` is set when the command line names it.
// Life: `global` and `chosen` outlive the parsing.
void add_keygen(CLI::App& program, Command& chosen);
void add_keygen_hub(CLI::App& program, Command& chosen);
void add_party(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_submit(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_subscribe(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_fetch(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_prove(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_erase(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_hold(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_parked(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_order(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_inbox(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_offer(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_citizen(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_results(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_rules(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_status(CLI::App& program, const GlobalOptions& global, Command& chosen);
void add_bench(CLI::App& program, const GlobalOptions& global, Command& chosen);

// Which status an error ends the program with.
int exit_status(const Error& error);

// A statement was refused with this, so that it did not take effect. Of any other error it may have
// all the same.
bool is_refusal_of_statement(ErrorCode code);

// Writes all of it to standard output, at once; being asked to stop does not break it off.
// Errors: file_unwritable.
Result<void> write_out(std::string_view text);
// "jobbro: <line>" on standard error; without the detail where a CPR number may stand in it.
void tell_error(const Error& error);

// Settings from the files that --hub-key, --key and --clock-file name. Errors: usage (an option is
// missing), those of reading key files; file_unreadable when the clock's file says no time.
Result<kit::Settings> read_settings(const GlobalOptions& global);
// A client with an open session. Errors: as kit::Client::connect and wait_ready.
Result<std::unique_ptr<kit::Client>> open_client(kit::Settings settings,
                                                 const GlobalOptions& global);

// The answer to a call. Errors: hub_unreachable when it takes too long; the call's own.
template <typename T>
Result<T> wait_for(std::future<Result<T>> answer, const GlobalOptions& global) {
    if (answer.wait_for(global.timeout()) != std::future_status::ready) {
        return Error{ErrorCode::hub_unreachable, "no answer in time"};
    }
    return answer.get();
}

}  // namespace jobbro::cli
