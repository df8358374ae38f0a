// jobbro fetch: one message, whole.
#include <CLI/CLI.hpp>

#include "adapters/cli/command_line.h"
#include "adapters/cli/message_lines.h"

namespace jobbro::cli {
namespace {

Result<int> fetch(const GlobalOptions& global, std::uint64_t sequence) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const kit::Delivery delivery,
                      wait_for(client->fetch(Sequence{sequence}), global));
    JOBBRO_TRY(write_out(delivery_line(delivery) + "\n"));
    return 0;
}

}  // namespace

void add_fetch(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto sequence = std::make_shared<std::uint64_t>(0);
    CLI::App* app = program.add_subcommand(
        "fetch", "One message that was addressed to the party; the hub records the reading");
    app->add_option("SEQUENCE", *sequence, "Its position in the log")->required();
    app->callback([sequence, &global, &chosen] {
        chosen = [sequence, &global] { return fetch(global, *sequence); };
    });
}

}  // namespace jobbro::cli
