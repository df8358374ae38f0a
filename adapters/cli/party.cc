// jobbro party add, disable, list: the registry, for operators; and rotate, for each party itself.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "adapters/cli/argument_values.h"
#include "adapters/cli/command_line.h"
#include "adapters/cli/json_line.h"
#include "adapters/cli/message_lines.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::cli {
namespace {

struct PartyOptions {
    std::string party;
    std::string public_keys;
    std::string controller_key;
    std::string new_keys;
    std::vector<std::string> jobcentres;
    std::string valid_from;
    std::string valid_until;
    bool may_unmask = false;
    std::string covers_from;
    std::string covers_until;
    bool json = false;
};

Result<std::optional<Instant>> parse_optional(const std::string& option, const std::string& text) {
    if (text.empty()) return std::optional<Instant>{};
    JOBBRO_TRY_ASSIGN(const Instant instant, parse_day_or_instant(option, text));
    return std::optional<Instant>{instant};
}

Result<kit::GrantTerms> terms_of(const PartyOptions& options) {
    kit::GrantTerms terms;
    terms.jobcentres = options.jobcentres;
    JOBBRO_TRY_ASSIGN(terms.valid_from, parse_optional("--valid-from", options.valid_from));
    JOBBRO_TRY_ASSIGN(terms.valid_until, parse_optional("--valid-until", options.valid_until));
    terms.may_unmask = options.may_unmask;
    JOBBRO_TRY_ASSIGN(terms.covers_from, parse_optional("--covers-from", options.covers_from));
    JOBBRO_TRY_ASSIGN(terms.covers_until, parse_optional("--covers-until", options.covers_until));
    return terms;
}

Result<std::vector<v1::RegisteredParty>> list_parties(kit::Client& client,
                                                      const GlobalOptions& global) {
    std::vector<v1::RegisteredParty> parties;
    std::string after;
    while (true) {
        JOBBRO_TRY_ASSIGN(v1::PartyList page, wait_for(client.list_parties(after), global));
        parties.insert(parties.end(), page.parties().begin(), page.parties().end());
        if (!page.more() || page.parties().empty()) return parties;
        after = parties.back().party();
    }
}

// The party's latest registry entry plus one; 0 when it has none.
Result<std::uint64_t> find_preceding(kit::Client& client, const GlobalOptions& global,
                                     const std::string& party) {
    JOBBRO_TRY_ASSIGN(const auto parties, list_parties(client, global));
    for (const v1::RegisteredParty& one : parties) {
        if (one.party() == party) return one.registry_sequence() + 1;
    }
    return std::uint64_t{0};
}

Result<int> hand_in(kit::Client& client, const GlobalOptions& global,
                    const kit::SignedStatement& statement, const std::string& party) {
    JOBBRO_TRY_ASSIGN(const v1::RegistryChanged changed,
                      wait_for(client.change_registry(statement), global));
    JOBBRO_TRY(write_out(
        JsonLine{}.text("party", party).number("sequence", changed.sequence()).str() + "\n"));
    return 0;
}

Result<int> add_one(const GlobalOptions& global, const PartyOptions& options) {
    const auto party = contract::PartyId::parse(options.party);
    if (!party) return Error{ErrorCode::usage, "PARTY is not the id of a party"};
    JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_party_public_keys(options.public_keys));
    if (keys.party != options.party) {
        return Error{ErrorCode::usage, options.public_keys + " holds the keys of " + keys.party};
    }
    JOBBRO_TRY_ASSIGN(const auto controller,
                      evidence::read_party_secret_keys(options.controller_key));
    JOBBRO_TRY_ASSIGN(const kit::GrantTerms terms, terms_of(options));

    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    const std::string origin = settings.hub.origin;
    const auto clock = settings.clock;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const std::uint64_t preceding,
                      find_preceding(*client, global, options.party));
    const kit::StatementAbout about{origin, options.party, preceding, clock->now()};
    return hand_in(*client, global, kit::make_grant(about, keys, terms, controller), options.party);
}

Result<int> disable_one(const GlobalOptions& global, const PartyOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto signer,
                      evidence::read_party_secret_keys(
                          options.controller_key.empty() ? global.key : options.controller_key));
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    const std::string origin = settings.hub.origin;
    const auto clock = settings.clock;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const std::uint64_t preceding,
                      find_preceding(*client, global, options.party));
    const kit::StatementAbout about{origin, options.party, preceding, clock->now()};
    return hand_in(*client, global, kit::make_disabling(about, signer), options.party);
}

// The keys that the hub knows afterwards are those of one of the two files.
void tell_of_doubt(const GlobalOptions& global, const PartyOptions& options) {
    std::fprintf(stderr,
                 "jobbro: the new keys may have taken effect all the same: keep %s and %s, and try "
                 "`--key %s party list`, which is answered if they have\n",
                 global.key.c_str(), options.new_keys.c_str(), options.new_keys.c_str());
}

Result<int> rotate_own(const GlobalOptions& global, const PartyOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto renewed, evidence::read_party_secret_keys(options.new_keys));
    JOBBRO_TRY_ASSIGN(const auto own, evidence::read_party_secret_keys(global.key));
    if (renewed.party != own.party) {
        return Error{ErrorCode::usage, options.new_keys + " holds the keys of " + renewed.party};
    }
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    const std::string origin = settings.hub.origin;
    const auto clock = settings.clock;
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const std::uint64_t preceding, find_preceding(*client, global, own.party));
    const kit::StatementAbout about{origin, own.party, preceding, clock->now()};
    const auto done = hand_in(*client, global, kit::make_rotation(about, own, renewed), own.party);
    if (!done) {
        if (!is_refusal_of_statement(done.error().code)) tell_of_doubt(global, options);
        return done.error();
    }
    std::fprintf(stderr, "jobbro: the former keys are refused from now on; use %s, everywhere\n",
                 options.new_keys.c_str());
    return 0;
}

std::string json_of(const v1::RegisteredParty& party) {
    std::string jobcentres = "[";
    for (const std::string& jobcentre : party.jobcentres()) {
        if (jobcentres.size() > 1) jobcentres += ',';
        jobcentres += json_string(jobcentre);
    }
    return JsonLine{}
        .text("party", party.party())
        .number("registry_sequence", party.registry_sequence())
        .boolean("disabled", party.disabled())
        .text("curve_key", evidence::base64_encode(party.curve_key()))
        .text("signing_key", evidence::base64_encode(party.signing_key()))
        .raw("jobcentres", jobcentres + "]")
        .str();
}

std::string text_of(const v1::RegisteredParty& party) {
    std::string line = party.party() + "  entry " + std::to_string(party.registry_sequence());
    if (party.disabled()) line += "  disabled";
    for (const std::string& jobcentre : party.jobcentres())
        line += "  " + jobcentre;
    return line;
}

Result<int> list_all(const GlobalOptions& global, const PartyOptions& options) {
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    JOBBRO_TRY_ASSIGN(const auto parties, list_parties(*client, global));
    for (const v1::RegisteredParty& party : parties) {
        JOBBRO_TRY(write_out((options.json ? json_of(party) : text_of(party)) + "\n"));
    }
    return 0;
}

void add_terms(CLI::App& add, PartyOptions& options) {
    add.add_option("--jobcentre", options.jobcentres, "A jobcentre the party may reach")
        ->take_all();
    add.add_option("--valid-from", options.valid_from, "A time or a date; unset: at once");
    add.add_option("--valid-until", options.valid_until,
                   "A time or a date; unset: until withdrawn");
    add.add_flag("--may-unmask", options.may_unmask,
                 "An auditor may read what was said too, each time with a ground");
    add.add_option(
        "--covers-from", options.covers_from,
        "An auditor may read entries recorded from here on, a time or a date; unset: all");
    add.add_option("--covers-until", options.covers_until,
                   "And before this; a date is its midnight in UTC");
}

}  // namespace

void add_party(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<PartyOptions>();
    CLI::App* party = program.add_subcommand("party", "The parties");
    party->require_subcommand(1);
    const auto choose = [options, &global, &chosen](auto run) {
        return [options, &global, &chosen, run] {
            chosen = [options, &global, run] { return run(global, *options); };
        };
    };

    CLI::App* add = party->add_subcommand("add", "Bind a party to its keys, for operators");
    add_terms(*add, *options);
    add->add_option("PARTY", options->party)->required();
    add->add_option("--public", options->public_keys, "The party's public key file")->required();
    add->add_option("--controller-key", options->controller_key,
                    "Key file of the data controller that grants it")
        ->required();
    add->callback(choose(add_one));

    CLI::App* disable =
        party->add_subcommand("disable", "Have a party's keys refused, for operators");
    disable->add_option("PARTY", options->party)->required();
    disable->add_option("--controller-key", options->controller_key,
                        "Sign as this data controller; unset: as the operator of --key");
    disable->callback(choose(disable_one));

    CLI::App* rotate = party->add_subcommand("rotate", "Take other keys than those of --key");
    rotate->add_option("--new-keys", options->new_keys, "Key file with the new keys, as of keygen")
        ->required();
    rotate->callback(choose(rotate_own));

    CLI::App* list = party->add_subcommand(
        "list", "Which parties there are; a party that is no operator sees itself");
    list->add_flag("--json", options->json, "One JSON object a line");
    list->callback(choose(list_all));
}

}  // namespace jobbro::cli
