// jobbro submit: messages from JSON, one line out for each.
#include <CLI/CLI.hpp>
#include <deque>
#include <fstream>
#include <iostream>

#include "adapters/cli/command_line.h"
#include "adapters/cli/interruption.h"
#include "adapters/cli/message_lines.h"
#include "adapters/cli/message_reader.h"

namespace jobbro::cli {
namespace {

constexpr std::size_t unanswered_max = 4096;
constexpr std::size_t unanswered_bytes_max = limits::kit_queue_bytes_max / 2;

struct SubmitOptions {
    std::string file;
    bool no_local_check = false;
};

// Hands messages in and prints their fates in the order of the input.
class Submission {
  public:
    Submission(kit::Client& client, bool checked) : client_(client), checked_(checked) {}

    // Errors: file_unwritable (standard output).
    Result<void> submit(InputMessage message) {
        if (!message.envelope) return refuse(message, {}, std::move(message.envelope).error());
        const std::string message_id = message.envelope->message_id();
        auto made = client_.envelope_maker().make(*std::move(message.envelope), checked_);
        if (!made) return refuse(message, message_id, std::move(made).error());
        const std::size_t bytes = made->bytes.size();
        while (!waiting_.empty() &&
               (waiting_.size() >= unanswered_max || bytes_ + bytes > unanswered_bytes_max)) {
            JOBBRO_TRY(print_first());
        }
        bytes_ += bytes;
        std::string id = made->message_id;
        waiting_.push_back(
            Waiting{message.line, std::move(id), bytes, client_.submit(*std::move(made))});
        return print_ready();
    }
    // Waits for all that is not answered.
    Result<void> finish() {
        while (!waiting_.empty())
            JOBBRO_TRY(print_first());
        return {};
    }
    [[nodiscard]] int exit_status() const { return status_; }

  private:
    struct Waiting {
        std::uint64_t line;
        std::string message_id;
        std::size_t bytes;
        std::future<Result<kit::Receipt>> fate;
    };

    Result<void> refuse(const InputMessage& message, const std::string& id, Error error) {
        std::promise<Result<kit::Receipt>> promise;
        promise.set_value(std::move(error));
        waiting_.push_back(Waiting{message.line, id, 0, promise.get_future()});
        return print_ready();
    }
    Result<void> print_ready() {
        while (!waiting_.empty() && waiting_.front().fate.wait_for(std::chrono::seconds{0}) ==
                                        std::future_status::ready) {
            JOBBRO_TRY(print_first());
        }
        return {};
    }
    Result<void> print_first() {
        Waiting first = std::move(waiting_.front());
        waiting_.pop_front();
        bytes_ -= first.bytes;
        const auto fate = first.fate.get();
        if (fate) return write_out(receipt_line(*fate) + "\n");
        // A lost connection says more about the run than a refused message.
        const bool is_lost = cli::exit_status(fate.error()) == exit_no_connection &&
                             fate.error().code != ErrorCode::sender_wrong;
        if (is_lost) status_ = exit_no_connection;
        if (status_ == 0) status_ = exit_refused;
        return write_out(rejection_line(first.message_id, fate.error(), first.line) + "\n");
    }

    kit::Client& client_;
    const bool checked_;
    std::deque<Waiting> waiting_;
    std::size_t bytes_ = 0;
    int status_ = 0;
};

Result<int> submit_from(std::istream& input, kit::Client& client, const SubmitOptions& options) {
    MessageReader reader{input};
    Submission submission{client, !options.no_local_check};
    bool is_empty = true;
    while (!is_interrupted()) {
        // Whoever writes the input may wait for the answers before going on.
        if (reader.would_wait()) JOBBRO_TRY(submission.finish());
        auto message = reader.next();
        if (!message) break;
        is_empty = false;
        JOBBRO_TRY(submission.submit(*std::move(message)));
    }
    JOBBRO_TRY(submission.finish());
    if (is_empty) return Error{ErrorCode::usage, "the input holds no message"};
    return submission.exit_status();
}

Result<int> submit(const GlobalOptions& global, const SubmitOptions& options) {
    std::ifstream file;
    if (options.file != "-") {
        file.open(options.file);
        if (!file) return Error{ErrorCode::file_unreadable, options.file};
    }
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    settings.check_locally = !options.no_local_check;
    settings.give_up_after_ms = global.timeout().count();
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    std::ios::sync_with_stdio(false);
    return submit_from(options.file == "-" ? std::cin : file, *client, options);
}

}  // namespace

void add_submit(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<SubmitOptions>();
    CLI::App* app = program.add_subcommand("submit", "Hand messages in");
    app->add_option("FILE", options->file, "JSON: one object, or one a line; - is standard input")
        ->required();
    app->add_flag("--no-local-check", options->no_local_check,
                  "Leave all checking of the content to the hub");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return submit(global, *options); };
    });
}

}  // namespace jobbro::cli
