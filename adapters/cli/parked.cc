// jobbro parked list, release, drop: what a subscription's receiver could not handle.
#include <CLI/CLI.hpp>

#include "adapters/cli/command_line.h"
#include "adapters/cli/json_line.h"
#include "adapters/cli/parked_lines.h"

namespace jobbro::cli {
namespace {

struct ParkedOptions {
    std::string name;
    std::vector<std::uint64_t> sequences;
    bool all = false;
    bool yes = false;
    bool json = false;
};

Result<int> list_parked(const GlobalOptions& global, const ParkedOptions& options) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    std::vector<v1::ParkedMessage> messages;
    std::optional<Sequence> after;
    while (true) {
        JOBBRO_TRY_ASSIGN(const v1::ParkedList page,
                          wait_for(client->list_parked(options.name, after), global));
        messages.insert(messages.end(), page.messages().begin(), page.messages().end());
        if (!page.more() || page.messages().empty()) break;
        after = Sequence{messages.back().sequence()};
    }
    std::string text;
    if (options.json) {
        for (const v1::ParkedMessage& message : messages)
            text += parked_json(message) + "\n";
    } else {
        text = parked_table(messages);
    }
    JOBBRO_TRY(write_out(text));
    return 0;
}

Result<void> check_choice(const ParkedOptions& options) {
    if (options.all == !options.sequences.empty()) {
        return Error{ErrorCode::usage, "either sequences or --all"};
    }
    if (options.sequences.size() > limits::parked_act_sequences_max) {
        return Error{
            ErrorCode::usage,
            "at most " + std::to_string(limits::parked_act_sequences_max) + " sequences at a time"};
    }
    return {};
}

Result<int> act(const GlobalOptions& global, const ParkedOptions& options, v1::ParkedActKind kind) {
    JOBBRO_TRY(check_choice(options));
    kit::ParkedChoice choice = kit::AllParked{};
    if (!options.all) {
        std::vector<Sequence> sequences;
        for (const std::uint64_t sequence : options.sequences)
            sequences.emplace_back(sequence);
        choice = std::move(sequences);
    }
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const v1::ParkedActed acted,
                      wait_for(client->act_on_parked(options.name, kind, choice), global));
    JOBBRO_TRY(write_out(JsonLine{}
                             .text("name", options.name)
                             .number("messages", acted.messages())
                             .number("sequence", acted.sequence())
                             .str() +
                         "\n"));
    return 0;
}

Result<int> release(const GlobalOptions& global, const ParkedOptions& options) {
    return act(global, options, v1::PARKED_ACT_KIND_RELEASE);
}

Result<int> drop(const GlobalOptions& global, const ParkedOptions& options) {
    if (options.all && !options.yes) {
        return Error{ErrorCode::usage, "drop --all needs --yes: what is dropped never comes again"};
    }
    return act(global, options, v1::PARKED_ACT_KIND_DROP);
}

}  // namespace

void add_parked(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ParkedOptions>();
    CLI::App* parked = program.add_subcommand("parked", "What a receiver could not handle");
    parked->require_subcommand(1);
    const auto add = [&](const char* name, const char* what, auto run) {
        CLI::App* app = parked->add_subcommand(name, what);
        app->add_option("NAME", options->name, "Name of the durable subscription")->required();
        app->callback([options, &global, &chosen, run] {
            chosen = [options, &global, run] { return run(global, *options); };
        });
        return app;
    };

    CLI::App* list_app = add("list", "What is parked, in log order", list_parked);
    list_app->add_flag("--json", options->json, "One JSON object a line");

    CLI::App* release_app =
        add("release", "Deliver again at once, with all of the same citizens, in order", release);
    release_app->add_option("SEQUENCE", options->sequences, "Any message of the citizens meant");
    release_app->add_flag("--all", options->all, "All that are parked");

    CLI::App* drop_app = add("drop", "Never deliver it by this subscription", drop);
    drop_app->add_option("SEQUENCE", options->sequences, "Which messages");
    drop_app->add_flag("--all", options->all, "All that are parked");
    drop_app->add_flag("--yes", options->yes, "Needed for drop --all");
}

}  // namespace jobbro::cli
