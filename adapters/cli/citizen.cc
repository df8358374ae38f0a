// jobbro citizen timeline: all that was said of a citizen.
#include <CLI/CLI.hpp>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/citizen_number.h"
#include "adapters/cli/order_lines.h"
#include "adapters/cli/time_line_lines.h"

namespace jobbro::cli {
namespace {

struct CitizenOptions {
    std::string citizen = "-";
    std::string as_of;
    bool json = false;
};

Result<int> show(const GlobalOptions& global, const CitizenOptions& options) {
    v1::Query question;
    if (!options.as_of.empty()) {
        JOBBRO_TRY_ASSIGN(const Instant known_at, parse_day_or_instant("--as-of", options.as_of));
        set_time(*question.mutable_citizen()->mutable_known_at(), known_at);
    }
    JOBBRO_TRY_ASSIGN(const auto number, read_citizen_number(options.citizen));
    question.mutable_citizen()->set_cpr_number(number.digits());
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    if (options.json) {
        JOBBRO_TRY(write_out(orders_json(asked.answer) + time_line_json(asked.answer)));
        return 0;
    }
    const Language language = language_of_locale();
    std::string page;
    for (const std::string& part :
         {orders_table(asked.answer, language), time_line_table(asked.answer, language),
          attention_points_table(asked.answer, language)}) {
        if (!part.empty()) page += (page.empty() ? "" : "\n") + part;
    }
    JOBBRO_TRY(write_out(page));
    return 0;
}

}  // namespace

void add_citizen(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<CitizenOptions>();
    CLI::App* citizen = program.add_subcommand("citizen", "A citizen's courses, for jobcentres");
    citizen->require_subcommand(1);
    CLI::App* app = citizen->add_subcommand(
        "timeline", "All that was said of a citizen, of all orders and providers");
    app->add_option("--citizen", options->citizen, citizen_number_help)->capture_default_str();
    app->add_option("--as-of", options->as_of,
                    "As the hub knew it then: a time, or a date, which is its midnight in UTC; "
                    "unset: now");
    app->add_flag("--json", options->json, "One JSON object a line");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return show(global, *options); };
    });
}

}  // namespace jobbro::cli
