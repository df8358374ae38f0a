// jobbro erase, and jobbro hold place, lift: what a data controller states about a citizen.
#include <CLI/CLI.hpp>

#include "adapters/cli/citizen_number.h"
#include "adapters/cli/command_line.h"
#include "adapters/cli/json_line.h"

namespace jobbro::cli {
namespace {

struct ErasureOptions {
    std::string citizen;
    std::string ground;
    std::string controller_key;
    bool even_running = false;
};

// Before it is erased.
Result<void> tell_what_is_there(const v1::SubjectFound& found) {
    JsonLine line;
    line.number("orders_found", found.orders())
        .number("running_orders", found.running_orders())
        .boolean("is_held", found.is_held());
    return write_out(line.str() + "\n");
}

Result<int> state(const GlobalOptions& global, const ErasureOptions& options,
                  kit::CitizenActKind act) {
    JOBBRO_TRY_ASSIGN(const auto number, read_citizen_number(options.citizen));
    JOBBRO_TRY_ASSIGN(const auto controller,
                      evidence::read_party_secret_keys(options.controller_key));
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    const std::string origin = settings.hub.origin;
    const auto clock = settings.clock;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const v1::SubjectFound found,
                      wait_for(client->find_subject(number, options.ground), global));
    const kit::CitizenStatementAbout about{
        origin,
        found.subject_id(),
        found.preceding(),
        options.ground,
        clock->now(),
        {found.orders(), found.last_sequence_plus_one(), options.even_running}};
    if (act == kit::CitizenActKind::erase) JOBBRO_TRY(tell_what_is_there(found));
    JOBBRO_TRY_ASSIGN(
        const v1::CitizenActed acted,
        wait_for(client->act_on_citizen(kit::make_citizen_statement(about, act, controller)),
                 global));
    JsonLine line;
    line.number("sequence", acted.sequence());
    if (act == kit::CitizenActKind::erase) {
        line.number("orders", acted.orders()).number("entries", acted.entries());
    }
    JOBBRO_TRY(write_out(line.str() + "\n"));
    return 0;
}

void add_act(CLI::App& to, const char* name, const char* what, kit::CitizenActKind act,
             const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ErasureOptions>();
    CLI::App* const app = to.add_subcommand(name, what);
    app->add_option("--citizen", options->citizen, citizen_number_help)->required();
    app->add_option("--ground", options->ground, "Why, for the record; no CPR number in it")
        ->required();
    app->add_option("--controller-key", options->controller_key,
                    "Key file of the data controller that states it")
        ->required();
    if (act == kit::CitizenActKind::erase) {
        app->add_flag("--even-running", options->even_running,
                      "Also orders that are not over; without, they keep the hub from erasing");
    }
    app->callback([options, &global, &chosen, act] {
        chosen = [options, &global, act] { return state(global, *options, act); };
    });
}

}  // namespace

void add_erase(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    add_act(program, "erase", "Destroy a citizen's keys, for operators; cannot be undone",
            kit::CitizenActKind::erase, global, chosen);
}

void add_hold(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    CLI::App* hold = program.add_subcommand("hold", "Legal holds, for operators");
    hold->require_subcommand(1);
    add_act(*hold, "place", "Keep a citizen from being erased", kit::CitizenActKind::place_hold,
            global, chosen);
    add_act(*hold, "lift", "Take the controller's hold away", kit::CitizenActKind::lift_hold,
            global, chosen);
}

}  // namespace jobbro::cli
