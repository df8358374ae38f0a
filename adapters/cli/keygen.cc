// jobbro keygen, keygen-hub: new keys in files.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "adapters/cli/command_line.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/note.h"

namespace jobbro::cli {
namespace {

struct KeygenOptions {
    std::string name;
    std::string out;
    // Of a hub that has keys already.
    std::string from;
    std::vector<std::string> renew;
    bool without_former = false;

    [[nodiscard]] bool renews(const char* key) const {
        return std::find(renew.begin(), renew.end(), key) != renew.end();
    }
};

// Both files or none: a secret without its public half is of no use.
Result<void> check_free(const std::string& path) {
    for (const std::string& file : {path, path + ".pub"}) {
        std::error_code error;
        if (std::filesystem::exists(file, error)) {
            return Error{ErrorCode::file_unwritable, file + " exists already"};
        }
    }
    return {};
}

Result<int> keygen(const KeygenOptions& options) {
    const auto party = contract::PartyId::parse(options.name);
    if (!party || party->role() == contract::Role::hub) {
        return Error{ErrorCode::usage,
                     "PARTY is jobcentre:<municipality code>, provider:<CVR>"
                     "[-<P number>], auditor:<name>, operator:<name> or "
                     "controller:<name>"};
    }
    JOBBRO_TRY(check_free(options.out));
    evidence::SystemRandomness randomness;
    const evidence::PartySecretKeys secret{party->text(),
                                           evidence::CurveSecretKey::random(randomness),
                                           evidence::SigningKey::random(randomness)};
    const evidence::PartyPublicKeys open{party->text(), evidence::curve_public_key(secret.curve),
                                         evidence::verifying_key(secret.signing)};
    JOBBRO_TRY(evidence::write_keys(options.out, secret));
    JOBBRO_TRY(evidence::write_keys(options.out + ".pub", open));
    return 0;
}

evidence::HubSecretKeys random_hub_keys(const std::string& origin) {
    evidence::SystemRandomness randomness;
    return {origin, evidence::CurveSecretKey::random(randomness),
            evidence::SigningKey::random(randomness), evidence::MasterKey::random(randomness)};
}

// The keys that are not to be renewed are those of the hub until now; the public file says which
// keys the log had before.
Result<void> take_over(const KeygenOptions& options, evidence::HubSecretKeys& secret,
                       std::vector<std::string>& former) {
    JOBBRO_TRY_ASSIGN(auto from, evidence::read_hub_secret_keys(options.from));
    JOBBRO_TRY_ASSIGN(auto open, evidence::read_hub_public_keys(options.from + ".pub"));
    if (from.origin != options.name || open.origin != options.name) {
        return Error{ErrorCode::usage, options.from + " is another log's"};
    }
    const evidence::NoteVerifier own{from.origin, evidence::verifying_key(from.signing)};
    if (open.verifier_key != own.text()) {
        return Error{ErrorCode::usage,
                     options.from + ".pub holds another key of the log than " + options.from};
    }
    if (!options.renews("curve")) secret.curve = std::move(from.curve);
    if (!options.renews("master")) secret.master = std::move(from.master);
    former = std::move(open.former_verifier_keys);
    if (options.renews("log")) {
        if (!options.without_former) former.push_back(open.verifier_key);
    } else {
        secret.signing = std::move(from.signing);
    }
    return {};
}

void tell_former(const KeygenOptions& options, const std::vector<std::string>& former) {
    for (const std::string& key : former)
        std::fprintf(stderr, "jobbro: %s.pub: former %s\n", options.out.c_str(), key.c_str());
    if (!options.renews("log") || options.without_former) return;
    std::fprintf(stderr,
                 "jobbro: whoever has %s.pub trusts the former key for what was signed before; "
                 "--without-former, when it was stolen\n",
                 options.out.c_str());
}

Result<int> keygen_hub(const KeygenOptions& options) {
    if (!evidence::is_note_name(options.name)) {
        return Error{ErrorCode::usage,
                     "ORIGIN is 1 to 128 printable ASCII characters without space or \"+\""};
    }
    if (options.without_former && !options.renews("log")) {
        return Error{ErrorCode::usage, "--without-former is about --renew log"};
    }
    JOBBRO_TRY(check_free(options.out));
    evidence::HubSecretKeys secret = random_hub_keys(options.name);
    std::vector<std::string> former;
    if (!options.from.empty()) JOBBRO_TRY(take_over(options, secret, former));
    const evidence::NoteVerifier verifier{options.name, evidence::verifying_key(secret.signing)};
    const evidence::HubPublicKeys open{options.name, evidence::curve_public_key(secret.curve),
                                       verifier.text(), former};
    JOBBRO_TRY(evidence::write_keys(options.out, secret));
    JOBBRO_TRY(evidence::write_keys(options.out + ".pub", open));
    tell_former(options, former);
    return 0;
}

CLI::App* add(CLI::App& program, Command& chosen, const std::string& command,
              const std::string& description, const std::string& name_label,
              Result<int> (*run)(const KeygenOptions&),
              const std::shared_ptr<KeygenOptions>& options) {
    CLI::App* app = program.add_subcommand(command, description);
    app->add_option(name_label, options->name)->required();
    app->add_option("--out", options->out, "Secret key file; the public one gets .pub added")
        ->required();
    app->callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
    return app;
}

}  // namespace

void add_keygen(CLI::App& program, Command& chosen) {
    add(program, chosen, "keygen", "Make a party's keys", "PARTY", keygen,
        std::make_shared<KeygenOptions>());
}

void add_keygen_hub(CLI::App& program, Command& chosen) {
    const auto options = std::make_shared<KeygenOptions>();
    CLI::App* app = add(program, chosen, "keygen-hub", "Make a hub's keys; ORIGIN names its log",
                        "ORIGIN", keygen_hub, options);
    CLI::Option* const from = app->add_option(
        "--from", options->from, "The hub's key file until now, with the public one beside it");
    CLI::Option* const renew =
        app->add_option("--renew", options->renew, "Which keys to make anew; the others stay")
            ->check(CLI::IsMember({"curve", "log", "master"}))
            ->allow_extra_args(false);
    app->add_flag(
        "--without-former", options->without_former,
        "With --renew log: no line `former` for the key until now, as after a theft; then "
        "receipts of before are not verified");
    from->needs(renew);
    renew->needs(from);
}

}  // namespace jobbro::cli
