// jobbro prove: that a message is in the log, as a file that stands by itself; and looking at one.
#include <CLI/CLI.hpp>

#include "adapters/cli/command_line.h"
#include "adapters/cli/entry_facts.h"
#include "adapters/cli/json_line.h"
#include "adapters/cli/message_lines.h"
#include "adapters/cli/proof_file.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::cli {
namespace {

struct ProveOptions {
    std::optional<std::uint64_t> sequence;
    std::optional<std::uint64_t> tree_size;
    std::string leaf;
    std::string out;
    std::string check;
};

Result<std::optional<evidence::Digest>> leaf_of(const ProveOptions& options) {
    if (options.leaf.empty()) return std::optional<evidence::Digest>{};
    const auto bytes = evidence::hex_decode(options.leaf);
    if (!bytes || bytes->size() != evidence::Digest{}.size()) {
        return Error{ErrorCode::usage, "--leaf is 64 hexadecimal digits"};
    }
    return std::optional{array_of<32>(*bytes)};
}

// What is proved. The entry's facts are believed because its leaf hash is proved.
Result<std::string> proved_line(const evidence::TlogProof& proof, const evidence::Digest& leaf,
                                const evidence::Checkpoint& checkpoint) {
    JsonLine line;
    line.number("sequence", proof.index.value())
        .text("origin", checkpoint.origin)
        .number("tree_size", checkpoint.size.value())
        .text("leaf_hex", evidence::hex_encode(view(leaf)));
    if (const auto facts = read_entry_facts(proof.extra)) {
        if (jobbro::leaf_of(facts->sequence) != proof.index) {
            return Error{ErrorCode::proof_wrong, "the entry is of another place in the log"};
        }
        line.text("recorded_at", instant_text(facts->recorded_at))
            .text("sender", facts->sender)
            .text("message_id", facts->message_id)
            .text("envelope_sha256_hex", evidence::hex_encode(view(facts->envelope_digest)));
    }
    return line.str() + "\n";
}

Result<int> prove(const GlobalOptions& global, const ProveOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto leaf, leaf_of(options));
    JOBBRO_TRY_ASSIGN(auto settings, read_settings(global));
    JOBBRO_TRY_ASSIGN(const auto client, open_client(std::move(settings), global));
    std::optional<TreeSize> size;
    if (options.tree_size) size = TreeSize{*options.tree_size};
    JOBBRO_TRY_ASSIGN(
        const kit::ProvedEntry proved,
        wait_for(client->prove_inclusion(Sequence{*options.sequence}, size, leaf), global));
    JOBBRO_TRY_ASSIGN(const std::string line,
                      proved_line(proved.proof, proved.leaf, proved.checkpoint));
    if (options.out.empty()) {
        JOBBRO_TRY(write_out(proved.proof.text()));
        return 0;
    }
    JOBBRO_TRY(write_proof_file(options.out, proved.proof.text()));
    JOBBRO_TRY(write_out(line));
    return 0;
}

// Asks nobody: the file and the hub's public key are all it takes.
Result<int> check(const GlobalOptions& global, const ProveOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto given, leaf_of(options));
    if (global.hub_key.empty()) {
        return Error{ErrorCode::usage, "--hub-key FILE, the hub's public key file, is missing"};
    }
    JOBBRO_TRY_ASSIGN(const auto hub, evidence::read_hub_public_keys(global.hub_key));
    JOBBRO_TRY_ASSIGN(const auto verifier, evidence::verifier_of(hub));
    JOBBRO_TRY_ASSIGN(const evidence::TlogProof proof, read_proof_file(options.check));
    if (proof.extra.empty() && !given) {
        return Error{ErrorCode::usage,
                     "the proof has no entry with it; --leaf says which it is of"};
    }
    const evidence::Digest leaf = given ? *given : evidence::leaf_hash(proof.extra);
    if (!proof.extra.empty() && leaf != evidence::leaf_hash(proof.extra)) {
        return Error{ErrorCode::proof_wrong, "the entry is another one"};
    }
    JOBBRO_TRY_ASSIGN(const auto checkpoint, evidence::verify_tlog_proof(proof, leaf, verifier));
    JOBBRO_TRY_ASSIGN(const std::string line, proved_line(proof, leaf, checkpoint));
    JOBBRO_TRY(write_out(line));
    return 0;
}

Result<int> run(const GlobalOptions& global, const ProveOptions& options) {
    if (options.sequence.has_value() != options.check.empty()) {
        return Error{ErrorCode::usage, "prove takes a SEQUENCE, or --check FILE"};
    }
    return options.sequence ? prove(global, options) : check(global, options);
}

}  // namespace

void add_prove(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ProveOptions>();
    CLI::App* app = program.add_subcommand(
        "prove", "That a message is in the log, as a proof to keep; or looks at such a proof");
    app->add_option("SEQUENCE", options->sequence, "Its position in the log");
    app->add_option("--size", options->tree_size,
                    "Of the tree it is proved for; unset: that of the latest checkpoint");
    app->add_option("--leaf", options->leaf,
                    "Its leaf hash in hexadecimal, for one that is not the party's own");
    app->add_option("--out", options->out, "A new file for the proof; unset: standard output");
    app->add_option("--check", options->check,
                    "A proof to be looked at, with --hub-key and without a hub");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return run(global, *options); };
    });
}

}  // namespace jobbro::cli
