// jobbro submit: messages from JSON, one line out for each.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>
#include <istream>

#include "adapters/cli/command_line.h"
#include "adapters/cli/interruptible_input.h"
#include "adapters/cli/interruption.h"
#include "adapters/cli/message_lines.h"
#include "adapters/cli/message_reader.h"

namespace jobbro::cli {
namespace {

constexpr std::size_t unanswered_max = 4096;
constexpr std::size_t unanswered_bytes_max = limits::kit_queue_bytes_max / 2;
constexpr auto poll_interval = std::chrono::milliseconds{50};

struct SubmitOptions {
    std::string file;
    bool no_local_check = false;
};

// Hands messages in and prints their fates in the order of the input. Once asked to stop, it waits
// for answers no longer than its patience lasts; what is not answered by then gets session_lost.
class Submission {
  public:
    using Milliseconds = std::chrono::milliseconds;
    Submission(kit::Client& client, bool checked, Milliseconds patience)
        : client_(client), checked_(checked), patience_(patience) {}

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
            Waiting{place_of(message), std::move(id), bytes, client_.submit(*std::move(made))});
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
        InputPlace place;
        std::string message_id;
        std::size_t bytes;
        std::future<Result<kit::Receipt>> fate;
    };

    static InputPlace place_of(const InputMessage& message) { return {message.line, message.row}; }
    Result<void> refuse(const InputMessage& message, const std::string& id, Error error) {
        std::promise<Result<kit::Receipt>> promise;
        promise.set_value(std::move(error));
        waiting_.push_back(Waiting{place_of(message), id, 0, promise.get_future()});
        return print_ready();
    }
    Result<void> print_ready() {
        while (!waiting_.empty() && waiting_.front().fate.wait_for(std::chrono::seconds{0}) ==
                                        std::future_status::ready) {
            JOBBRO_TRY(print_first());
        }
        return {};
    }
    // Waits for the first one's answer.
    void wait_for_first() {
        while (waiting_.front().fate.wait_for(poll_interval) != std::future_status::ready) {
            if (!is_interrupted()) continue;
            waited_ += poll_interval;
            if (waited_ >= patience_) client_.close();
        }
    }
    Result<void> print_first() {
        wait_for_first();
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
        return write_out(rejection_line(first.message_id, fate.error(), first.place) + "\n");
    }

    kit::Client& client_;
    const bool checked_;
    const Milliseconds patience_;
    Milliseconds waited_{0};  // since asked to stop
    std::deque<Waiting> waiting_;
    std::size_t bytes_ = 0;
    int status_ = 0;
};

void tell_interrupted(std::uint64_t left, bool is_cut_off) {
    std::fprintf(stderr, "jobbro: interrupted: %llu message%s of the input %s not handed in%s\n",
                 static_cast<unsigned long long>(left), left == 1 ? "" : "s",
                 left == 1 ? "was" : "were",
                 is_cut_off ? "; the input was not read to its end" : "");
}

Result<int> submit_from(InterruptibleInput& source, kit::Client& client, const Clock& clock,
                        const GlobalOptions& global, const SubmitOptions& options) {
    std::istream input{&source};
    evidence::SystemRandomness randomness;
    MessageReader reader{input, clock, randomness};
    Submission submission{client, !options.no_local_check, global.timeout()};
    bool is_empty = true;
    std::uint64_t left = 0;
    while (!is_interrupted()) {
        // Whoever writes the input may wait for the answers before going on.
        if (reader.would_wait()) JOBBRO_TRY(submission.finish());
        auto message = reader.next();
        if (!message) break;
        is_empty = false;
        if (is_interrupted()) {
            // It may be the part of a line that had come by then.
            ++left;
            break;
        }
        JOBBRO_TRY(submission.submit(*std::move(message)));
    }
    if (is_interrupted()) left += reader.skip_rest();
    JOBBRO_TRY(submission.finish());
    if (left > 0 || source.is_cut_off()) {
        tell_interrupted(left, source.is_cut_off());
        return submission.exit_status() == 0 ? exit_refused : submission.exit_status();
    }
    if (is_empty) return Error{ErrorCode::usage, "the input holds no message"};
    return submission.exit_status();
}

Result<int> submit(const GlobalOptions& global, const SubmitOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto input, InterruptibleInput::open(options.file));
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    settings.check_locally = !options.no_local_check;
    settings.give_up_after_ms = global.timeout().count();
    const auto clock = settings.clock;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    return submit_from(*input, *client, *clock, global, options);
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
