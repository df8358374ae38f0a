// jobbro offer list, publish, withdraw: the catalogue of offers.
#include <CLI/CLI.hpp>
#include <istream>
#include <iterator>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/asking.h"
#include "adapters/cli/enum_names.h"
#include "adapters/cli/interruptible_input.h"
#include "adapters/cli/interruption.h"
#include "adapters/cli/message_lines.h"
#include "adapters/cli/offer_file.h"
#include "adapters/cli/offer_lines.h"

namespace jobbro::cli {
namespace {

struct OfferOptions {
    std::string day;
    std::string purpose;
    std::string match;
    std::string legal;
    std::string municipality;
    std::string provider;
    bool free = false;
    bool json = false;
    std::string file;
    std::string reference;
    std::string from;
    std::string explanation;
};

Result<v1::Query> question_of(const OfferOptions& options) {
    v1::Query question;
    v1::OffersQuestion& offers = *question.mutable_offers();
    if (!options.day.empty()) {
        JOBBRO_TRY_ASSIGN(*offers.mutable_day(), parse_day("--day", options.day));
    }
    if (!options.purpose.empty()) {
        JOBBRO_TRY_ASSIGN(const auto purpose,
                          parse_name<v1::Purpose>("--purpose", options.purpose));
        offers.set_purpose(purpose);
    }
    if (!options.match.empty()) {
        JOBBRO_TRY_ASSIGN(const auto match,
                          parse_name<v1::MatchCategory>("--match", options.match));
        offers.set_match_category(match);
    }
    if (!options.legal.empty()) {
        JOBBRO_TRY_ASSIGN(const auto legal,
                          parse_name<v1::LegalCategory>("--legal", options.legal));
        offers.set_legal_category(legal);
    }
    offers.set_municipality(options.municipality);
    offers.set_provider(options.provider);
    offers.set_has_free_place(options.free);
    return question;
}

Result<int> list_offers(const GlobalOptions& global, const OfferOptions& options) {
    JOBBRO_TRY_ASSIGN(const v1::Query question, question_of(options));
    JOBBRO_TRY_ASSIGN(const Asked asked, ask(global, question));
    JOBBRO_TRY(write_out(options.json ? offers_json(asked.answer)
                                      : offers_table(asked.answer, language_of_locale())));
    return 0;
}

// Hands one message in and prints its receipt. Once asked to stop, it waits no longer.
Result<int> submit_one(const GlobalOptions& global, v1::Envelope envelope) {
    constexpr auto poll_interval = std::chrono::milliseconds{50};
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    settings.give_up_after_ms = global.timeout().count();
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    auto fate = client->submit(std::move(envelope));
    while (fate.wait_for(poll_interval) != std::future_status::ready) {
        if (is_interrupted()) client->close();
    }
    JOBBRO_TRY_ASSIGN(const kit::Receipt receipt, fate.get());
    JOBBRO_TRY(write_out(receipt_line(receipt) + "\n"));
    return 0;
}

Result<int> publish(const GlobalOptions& global, const OfferOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto input, InterruptibleInput::open(options.file));
    std::istream stream{input.get()};
    const std::string text{std::istreambuf_iterator<char>{stream}, {}};
    if (input->is_cut_off()) return Error{ErrorCode::file_unreadable, "interrupted"};
    JOBBRO_TRY_ASSIGN(v1::Envelope envelope, read_offer(text));
    return submit_one(global, std::move(envelope));
}

Result<int> withdraw(const GlobalOptions& global, const OfferOptions& options) {
    v1::Envelope envelope;
    v1::OfferWithdrawn& withdrawn = *envelope.mutable_offer_withdrawn();
    withdrawn.set_offer_reference(options.reference);
    JOBBRO_TRY_ASSIGN(*withdrawn.mutable_from_date(), parse_day("--from", options.from));
    withdrawn.set_explanation(options.explanation);
    return submit_one(global, std::move(envelope));
}

void add_list_options(CLI::App& app, OfferOptions& options) {
    app.add_option("--purpose", options.purpose, "For this purpose: employment, education, …");
    app.add_option("--match", options.match,
                   "For this match category: job_ready, ready_for_measures, temporarily_passive");
    app.add_option("--legal", options.legal,
                   "Of this legal category: guidance_and_upskilling, work_placement, "
                   "subsidised_employment");
    app.add_option("--municipality", options.municipality,
                   "Of providers that may work for it: its code, 630");
    app.add_option("--provider", options.provider, "Of this provider, by party id");
    app.add_flag("--free", options.free, "Only with a place left, and of the year's quota");
    app.add_option("--day", options.day, "That can be ordered on this date; unset: today");
    app.add_flag("--json", options.json, "One JSON object a line");
}

}  // namespace

void add_offer(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<OfferOptions>();
    CLI::App* offer = program.add_subcommand("offer", "The catalogue of offers");
    offer->require_subcommand(1);
    const auto add = [&](const char* name, const char* what, auto run) {
        CLI::App* app = offer->add_subcommand(name, what);
        app->callback([options, &global, &chosen, run] {
            chosen = [options, &global, run] { return run(global, *options); };
        });
        return app;
    };

    add_list_options(*add("list", "What can be ordered, by provider and reference", list_offers),
                     *options);

    CLI::App* publish_app =
        add("publish", "Publish an offer, in the place of one with the same reference", publish);
    publish_app
        ->add_option("FILE", options->file,
                     "JSON: an OfferPublished, or a whole message with one; - is standard input")
        ->required();

    CLI::App* withdraw_app = add("withdraw", "Withdraw an offer; courses go on", withdraw);
    withdraw_app->add_option("REFERENCE", options->reference, "The provider's name of the offer")
        ->required();
    withdraw_app->add_option("--from", options->from, "From this date")->required();
    withdraw_app->add_option("--explanation", options->explanation, "For people");
}

}  // namespace jobbro::cli
