// jobbro order list, show: the party's orders and what was said on one.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/enum_names.h"
#include "adapters/cli/order_lines.h"
#include "adapters/cli/time_line_lines.h"

namespace jobbro::cli {
namespace {

struct OrderOptions {
    std::vector<std::string> states;
    std::string order_id;
    std::string as_of;
    bool json = false;
};

// The states of orders that go on; those that are over are in no list.
constexpr v1::OrderDialogueState listed_states[] = {
    v1::ORDER_DIALOGUE_STATE_PLACED,    v1::ORDER_DIALOGUE_STATE_ASKED,
    v1::ORDER_DIALOGUE_STATE_CLARIFIED, v1::ORDER_DIALOGUE_STATE_ACCEPTED,
    v1::ORDER_DIALOGUE_STATE_STARTED,   v1::ORDER_DIALOGUE_STATE_ENDED};

// "placed, asked, …".
std::string listed_names() {
    std::string names;
    for (const v1::OrderDialogueState state : listed_states) {
        names += names.empty() ? "" : ", ";
        names += value_name(*v1::OrderDialogueState_descriptor(), state);
    }
    return names;
}

Result<v1::OrderDialogueState> listed_state(const std::string& name) {
    const auto state = parse_name<v1::OrderDialogueState>("--state", name);
    if (state && std::find(std::begin(listed_states), std::end(listed_states), *state) !=
                     std::end(listed_states)) {
        return *state;
    }
    std::string why = "--state is one of " + listed_names();
    if (state) why += "; orders that are over are in no list: ask for one with `order show`";
    return Error{ErrorCode::usage, std::move(why)};
}

Result<int> list_orders(const GlobalOptions& global, const OrderOptions& options) {
    v1::Query question;
    v1::OrdersQuestion& orders = *question.mutable_orders();
    for (const std::string& name : options.states) {
        JOBBRO_TRY_ASSIGN(const auto state, listed_state(name));
        orders.add_states(state);
    }
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    JOBBRO_TRY(write_out(options.json ? orders_json(asked.answer)
                                      : orders_table(asked.answer, language_of_locale())));
    return 0;
}

Result<std::string> page_of(const Asked& asked) {
    const Language language = language_of_locale();
    JOBBRO_TRY_ASSIGN(const auto asker, contract::PartyId::parse(asked.party));
    std::string page;
    for (const v1::OrderStanding& order : asked.answer.orders())
        page += order_text(order, asker.role(), language);
    for (const std::string& part : {time_line_table(asked.answer, language),
                                    attention_points_table(asked.answer, language)}) {
        if (!part.empty()) page += (page.empty() ? "" : "\n") + part;
    }
    return page;
}

Result<int> show_order(const GlobalOptions& global, const OrderOptions& options) {
    v1::Query question;
    question.mutable_order()->set_order_id(options.order_id);
    if (!options.as_of.empty()) {
        JOBBRO_TRY_ASSIGN(const Instant known_at, parse_day_or_instant("--as-of", options.as_of));
        set_time(*question.mutable_order()->mutable_known_at(), known_at);
    }
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    if (options.json) {
        JOBBRO_TRY(write_out(orders_json(asked.answer) + time_line_json(asked.answer)));
        return 0;
    }
    JOBBRO_TRY_ASSIGN(const std::string page, page_of(asked));
    JOBBRO_TRY(write_out(page));
    return 0;
}

}  // namespace

void add_order(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<OrderOptions>();
    CLI::App* order = program.add_subcommand("order", "The party's orders");
    order->require_subcommand(1);
    const auto add = [&](const char* name, const char* what, auto run) {
        CLI::App* app = order->add_subcommand(name, what);
        app->add_flag("--json", options->json, "One JSON object a line");
        app->callback([options, &global, &chosen, run] {
            chosen = [options, &global, run] { return run(global, *options); };
        });
        return app;
    };

    CLI::App* list_app = add("list", "Orders that go on, by id", list_orders);
    list_app
        ->add_option("--state", options->states,
                     "Only in this state: " + listed_names() + "; unset: in any of these")
        ->take_all();

    CLI::App* show_app = add("show", "How one stands and all that was said on it", show_order);
    show_app->add_option("ORDER", options->order_id, "Its order id")->required();
    show_app->add_option("--as-of", options->as_of,
                         "As the hub knew it then: a time, or a date, which is its midnight in "
                         "UTC; unset: now");
}

}  // namespace jobbro::cli
