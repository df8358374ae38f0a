// jobbro inbox: what waits for the party.
#include <CLI/CLI.hpp>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/enum_names.h"
#include "adapters/cli/inbox_lines.h"

namespace jobbro::cli {
namespace {

struct InboxOptions {
    std::vector<std::string> kinds;
    std::string until;
    std::string contact;
    bool json = false;
};

Result<int> show(const GlobalOptions& global, const InboxOptions& options) {
    v1::Query question;
    v1::WaitingQuestion& waiting = *question.mutable_waiting();
    for (const std::string& name : options.kinds) {
        JOBBRO_TRY_ASSIGN(const auto kind, parse_name<v1::WaitingFor>("--kind", name));
        waiting.add_kinds(kind);
    }
    if (!options.until.empty()) {
        JOBBRO_TRY_ASSIGN(*waiting.mutable_until_date(), parse_day("--until", options.until));
    }
    waiting.set_contact(options.contact);
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    JOBBRO_TRY(write_out(options.json ? inbox_json(asked.answer)
                                      : inbox_table(asked.answer, language_of_locale())));
    return 0;
}

}  // namespace

void add_inbox(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<InboxOptions>();
    CLI::App* app = program.add_subcommand("inbox", "What waits for the party, most urgent first");
    app->add_option("--until", options->until, "Only what is to be done by this date");
    app->add_option("--contact", options->contact,
                    "For a jobcentre: only orders with this function or team");
    app->add_option("--kind", options->kinds,
                    "Only this: order_answer, start, report, question_answer, follow_up or "
                    "next_step")
        ->take_all();
    app->add_flag("--json", options->json, "One JSON object a line");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return show(global, *options); };
    });
}

}  // namespace jobbro::cli
