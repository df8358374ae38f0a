// jobbro keygen, keygen-hub: new keys in files.
#include <CLI/CLI.hpp>
#include <filesystem>

#include "adapters/cli/command_line.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/note.h"

namespace jobbro::cli {
namespace {

struct KeygenOptions {
    std::string name;
    std::string out;
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

Result<int> keygen_hub(const KeygenOptions& options) {
    if (!evidence::is_note_name(options.name)) {
        return Error{ErrorCode::usage,
                     "ORIGIN is 1 to 128 printable ASCII characters without space or \"+\""};
    }
    JOBBRO_TRY(check_free(options.out));
    evidence::SystemRandomness randomness;
    const evidence::HubSecretKeys secret{options.name, evidence::CurveSecretKey::random(randomness),
                                         evidence::SigningKey::random(randomness),
                                         evidence::MasterKey::random(randomness)};
    const evidence::NoteVerifier verifier{options.name, evidence::verifying_key(secret.signing)};
    const evidence::HubPublicKeys open{options.name, evidence::curve_public_key(secret.curve),
                                       verifier.text()};
    JOBBRO_TRY(evidence::write_keys(options.out, secret));
    JOBBRO_TRY(evidence::write_keys(options.out + ".pub", open));
    return 0;
}

void add(CLI::App& program, Command& chosen, const std::string& command,
         const std::string& description, const std::string& name_label,
         Result<int> (*run)(const KeygenOptions&)) {
    auto options = std::make_shared<KeygenOptions>();
    CLI::App* app = program.add_subcommand(command, description);
    app->add_option(name_label, options->name)->required();
    app->add_option("--out", options->out, "Secret key file; the public one gets .pub added")
        ->required();
    app->callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
}

}  // namespace

void add_keygen(CLI::App& program, Command& chosen) {
    add(program, chosen, "keygen", "Make a party's keys", "PARTY", keygen);
}

void add_keygen_hub(CLI::App& program, Command& chosen) {
    add(program, chosen, "keygen-hub", "Make a hub's keys; ORIGIN names its log", "ORIGIN",
        keygen_hub);
}

}  // namespace jobbro::cli
