// jobbro status: how the hub is, for operators.
#include <CLI/CLI.hpp>

#include "adapters/cli/command_line.h"
#include "adapters/cli/json_line.h"
#include "adapters/cli/message_lines.h"
#include "proto/evidence/note.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::cli {
namespace {

template <typename Timestamp>
std::string time_text(const Timestamp& timestamp) {
    return instant_text(Instant{timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000});
}

std::string json_of(const v1::Status& status, const std::string& root_hex) {
    std::string subscriptions = "[";
    for (const v1::SubscriptionStatus& one : status.subscriptions()) {
        if (subscriptions.size() > 1) subscriptions += ',';
        subscriptions += JsonLine{}
                             .text("party", one.party())
                             .text("name", one.name())
                             .number("next_sequence", one.next_sequence())
                             .number("unacked", one.unacked())
                             .boolean("open", one.open())
                             .number("parked", one.parked())
                             .number("parked_for_person", one.parked_for_person())
                             .boolean("is_stopped", one.is_stopped())
                             .str();
    }
    return JsonLine{}
        .text("software", status.software())
        .text("started_at", time_text(status.started_at()))
        .text("now", time_text(status.now()))
        .text("origin", status.origin())
        .number("tree_size", status.tree_size())
        .text("checkpoint", evidence::base64_encode(status.checkpoint()))
        .text("root_hex", root_hex)
        .number("sessions", status.sessions())
        .number("parties", status.parties())
        .raw("subscriptions", subscriptions + "]")
        .str();
}

std::string text_of(const v1::Status& status, const std::string& root_hex) {
    std::string text = "log            " + status.origin() + "\n" +  //
                       "software       " + status.software() + "\n" + "started        " +
                       time_text(status.started_at()) + "\n" + "now            " +
                       time_text(status.now()) + "\n" + "entries        " +
                       std::to_string(status.tree_size()) + "\n" + "tree           " + root_hex +
                       "\n" + "sessions       " + std::to_string(status.sessions()) + "\n" +
                       "parties        " + std::to_string(status.parties()) + "\n" +
                       "subscriptions  " + std::to_string(status.subscriptions_size());
    for (const v1::SubscriptionStatus& one : status.subscriptions()) {
        text += "\n  " + one.party() + " " + one.name() + "  next " +
                std::to_string(one.next_sequence()) + "  unacked " + std::to_string(one.unacked()) +
                (one.open() ? "  open" : "");
        if (one.parked() > 0) text += "  parked " + std::to_string(one.parked());
        if (one.parked_for_person() > 0) {
            text += " (" + std::to_string(one.parked_for_person()) + " for a person)";
        }
        if (one.is_stopped()) text += "  stopped: its parked list is full";
    }
    return text;
}

Result<int> show_status(const GlobalOptions& global, bool json) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto verifier,
                      evidence::NoteVerifier::parse(settings.hub.verifier_key));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const v1::Status status, wait_for(client->status(), global));
    JOBBRO_TRY_ASSIGN(const evidence::Checkpoint checkpoint,
                      evidence::open_checkpoint(status.checkpoint(), verifier));
    const std::string root_hex = evidence::hex_encode(view(checkpoint.root));
    const std::string text = json ? json_of(status, root_hex) : text_of(status, root_hex);
    JOBBRO_TRY(write_out(text + "\n"));
    return 0;
}

}  // namespace

void add_status(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto json = std::make_shared<bool>(false);
    CLI::App* app = program.add_subcommand("status", "How the hub is, for operators");
    app->add_flag("--json", *json, "One JSON object");
    app->callback([json, &global, &chosen] {
        chosen = [json, &global] { return show_status(global, *json); };
    });
}

}  // namespace jobbro::cli
