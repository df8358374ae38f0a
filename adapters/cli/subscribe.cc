// jobbro subscribe: messages out as JSON, one a line.
#include <CLI/CLI.hpp>
#include <atomic>
#include <cstdio>
#include <optional>
#include <thread>

#include "adapters/cli/activity.h"
#include "adapters/cli/argument_values.h"
#include "adapters/cli/command_line.h"
#include "adapters/cli/interruption.h"
#include "adapters/cli/message_lines.h"

namespace jobbro::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Ready = std::future_status;

constexpr auto look_interval = std::chrono::milliseconds{20};

struct SubscribeOptions {
    std::string name;
    bool follow = false;
    std::uint32_t credit = 256;
    std::uint64_t limit = 0;  // 0: none
    std::int64_t idle_ms = 700;
    std::string from;
    std::vector<std::string> kinds;
    bool thin = false;
};

Result<kit::SubscribeOptions> to_kit(const SubscribeOptions& options) {
    kit::SubscribeOptions result{.credit = options.credit};
    for (const std::string& kind : options.kinds) {
        JOBBRO_TRY_ASSIGN(const v1::MessageKind parsed, parse_kind(kind));
        result.kinds.push_back(parsed);
    }
    if (options.thin) result.form = v1::DELIVERY_FORM_THIN;
    if (!options.from.empty()) {
        JOBBRO_TRY_ASSIGN(result.start, parse_start(options.from));
    }
    return result;
}

std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               SteadyClock::now().time_since_epoch())
        .count();
}

// What the client's threads tell the main thread.
struct Progress {
    std::atomic<std::uint64_t> printed = 0;
    std::atomic<bool> is_open = false;
    Activity activity{steady_ms()};
    std::atomic<int> ended_by = 0;  // an error code
    std::atomic<bool> is_output_gone = false;
};

void tell_stopped(const kit::SubscriptionNews& news) {
    std::fprintf(stderr,
                 "jobbro: stopped: %u messages are parked, and nothing new comes before some are "
                 "handled or dropped\n",
                 news.parked);
}

void note_event(Progress& progress, const kit::ClientEvent& event) {
    if (const auto* lost = std::get_if<kit::SessionLost>(&event)) {
        progress.is_open = false;
        progress.activity.note(steady_ms());
        if (lost->is_fatal) progress.ended_by = static_cast<int>(lost->error.code);
    }
    if (const auto* news = std::get_if<kit::SubscriptionNews>(&event)) {
        using Kind = kit::SubscriptionNews::Kind;
        progress.activity.note(steady_ms());
        if (news->kind == Kind::opened) progress.is_open = true;
        if (news->kind == Kind::parked && news->is_stopped) tell_stopped(*news);
        if (news->kind == Kind::ended && news->error) {
            progress.ended_by = static_cast<int>(news->error->code);
        }
    }
}

// Success, which acks the message, only once the line is out.
Result<void> print(Progress& progress, std::uint64_t limit, const kit::Delivery& delivery) {
    if (limit != 0 && progress.printed >= limit) return ErrorCode::queue_full;
    progress.activity.begin(steady_ms());
    auto written = write_out(delivery_line(delivery) + "\n");
    progress.activity.end(steady_ms());
    if (!written) {
        progress.is_output_gone = true;
        return written;
    }
    ++progress.printed;
    return {};
}

// Waits until there is a reason to stop; an error is one.
Result<int> watch(const Progress& progress, std::future<Result<void>>& opened,
                  const SubscribeOptions& options, const GlobalOptions& global) {
    while (true) {
        if (is_interrupted()) return 0;
        if (opened.valid() && opened.wait_for(SteadyClock::duration::zero()) == Ready::ready) {
            JOBBRO_TRY(opened.get());
        }
        if (progress.is_output_gone) {
            return Error{ErrorCode::file_unwritable, "standard output is closed"};
        }
        if (options.limit != 0 && progress.printed >= options.limit) return 0;
        const int ended_by = progress.ended_by;
        if (ended_by != 0) return static_cast<ErrorCode>(ended_by);
        const bool is_open = progress.is_open;
        const std::int64_t patience_ms = is_open ? options.idle_ms : global.timeout().count();
        if (!options.follow && progress.activity.is_quiet(patience_ms, steady_ms())) {
            if (is_open) return 0;
            return Error{ErrorCode::hub_unreachable, "the subscription could not be opened"};
        }
        std::this_thread::sleep_for(look_interval);
    }
}

Result<int> subscribe(const GlobalOptions& global, const SubscribeOptions& options) {
    Progress progress;
    JOBBRO_TRY_ASSIGN(auto how, to_kit(options));
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    settings.on_event = [&progress](const kit::ClientEvent& event) { note_event(progress, event); };
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    auto opened = client->subscribe(options.name, std::move(how),
                                    [&progress, &options](const kit::Delivery& delivery) {
                                        return print(progress, options.limit, delivery);
                                    });
    auto status = watch(progress, opened, options, global);
    client->close();
    return status;
}

}  // namespace

void add_subscribe(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<SubscribeOptions>();
    CLI::App* app =
        program.add_subcommand("subscribe", "Get messages; each is acked when its line is out");
    app->add_option("--name", options->name, "Name of the durable subscription")->required();
    app->add_flag("--follow", options->follow, "Go on until interrupted; else until caught up");
    app->add_option("--credit", options->credit, "Most messages on their way at once")
        ->capture_default_str()
        ->check(CLI::Range(1U, limits::credit_max));
    app->add_option("--limit", options->limit, "Stop after so many messages; 0: no limit")
        ->capture_default_str();
    app->add_option("--idle-ms", options->idle_ms,
                    "Caught up when nothing has come for so many milliseconds")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{3'600'000}));
    app->add_option("--from", options->from,
                    "Go back or forward first, for good: beginning, a sequence, or a time; unset: "
                    "go on");
    app->add_option("--kind", options->kinds, "A kind to get; unset: all")->take_all();
    app->add_flag("--thin", options->thin, "Notices only; fetch gets the messages");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return subscribe(global, *options); };
    });
}

}  // namespace jobbro::cli
