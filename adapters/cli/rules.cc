// jobbro rules: the steps of the dialogue and, from a hub, its rule sets.
#include <CLI/CLI.hpp>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/rule_lines.h"
#include "proto/contract/order_steps.h"

namespace jobbro::cli {
namespace {

struct RulesOptions {
    std::string day;
    bool json = false;
};

// Someone who names keys has a hub in mind.
bool has_hub(const GlobalOptions& global) {
    return !global.hub_key.empty() || !global.key.empty();
}

Result<int> show(const GlobalOptions& global, const RulesOptions& options) {
    v1::Query question;
    question.mutable_rules();
    if (!options.day.empty()) {
        JOBBRO_TRY_ASSIGN(*question.mutable_rules()->mutable_day(),
                          parse_day("--day", options.day));
        if (!has_hub(global)) {
            return Error{ErrorCode::usage,
                         "--day is about a hub's rule sets: name --hub-key and "
                         "--key"};
        }
    }
    std::string text = options.json ? steps_json() : contract::order_steps_page();
    if (has_hub(global)) {
        JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
        if (options.json) {
            text += rule_sets_json(asked.answer);
        } else if (!asked.answer.rule_sets().empty()) {
            text += "\n" + rule_sets_text(asked.answer, language_of_locale());
        }
    }
    JOBBRO_TRY(write_out(text));
    return 0;
}

}  // namespace

void add_rules(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<RulesOptions>();
    CLI::App* app = program.add_subcommand(
        "rules",
        "Which steps an order's state allows and, of the hub that keys are given for, "
        "its rule sets");
    app->add_option("--day", options->day, "Only the rule set in force on this date");
    app->add_flag("--json", options->json, "One JSON object a line");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return show(global, *options); };
    });
}

}  // namespace jobbro::cli
