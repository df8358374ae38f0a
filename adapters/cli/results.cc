// jobbro results: what courses came to, as far as it is told.
#include <CLI/CLI.hpp>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/enum_names.h"
#include "adapters/cli/result_lines.h"

namespace jobbro::cli {
namespace {

struct ResultsOptions {
    std::string of;
    std::string party;
    std::string offer;
    std::string from;
    std::string until;
    std::uint32_t months = 0;
    bool json = false;
};

Result<int> show(const GlobalOptions& global, const ResultsOptions& options) {
    v1::Query question;
    v1::ResultsQuestion& results = *question.mutable_results();
    if (!options.of.empty()) {
        JOBBRO_TRY_ASSIGN(const auto of, parse_name<v1::ResultsOf>("--of", options.of));
        results.set_of(of);
    }
    if (!options.from.empty()) {
        JOBBRO_TRY_ASSIGN(*results.mutable_from_month(), parse_month("--from", options.from));
    }
    if (!options.until.empty()) {
        JOBBRO_TRY_ASSIGN(*results.mutable_until_month(), parse_month("--until", options.until));
    }
    results.set_party(options.party);
    results.set_offer_reference(options.offer);
    results.set_months(options.months);
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    JOBBRO_TRY(write_out(options.json ? results_json(asked.answer)
                                      : results_table(asked.answer, language_of_locale())));
    return 0;
}

}  // namespace

void add_results(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ResultsOptions>();
    CLI::App* app = program.add_subcommand(
        "results", "What courses came to: figures of months, quarters and years that are over");
    app->add_option("--of", options->of, "offer, provider or jobcentre; unset: all");
    app->add_option("--party", options->party, "Of this provider or jobcentre, by party id");
    app->add_option("--offer", options->offer, "Of this offer, by the provider's name of it");
    app->add_option("--from", options->from, "Periods that begin in this month or later");
    app->add_option("--until", options->until, "Periods that begin in this month or before");
    app->add_option("--months", options->months, "Periods of so many months: 1, 3 or 12")
        ->check(CLI::IsMember({1U, 3U, 12U}));
    app->add_flag("--json", options->json, "One JSON object a line");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return show(global, *options); };
    });
}

}  // namespace jobbro::cli
