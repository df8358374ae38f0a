// jobbro-audit checkpoint, tiles and prove: what a data folder, or a running hub, gives to others.
#include <CLI/CLI.hpp>
#include <charconv>

#include "adapters/audit/command_line.h"
#include "adapters/audit/new_file.h"
#include "adapters/audit/tile_files.h"
#include "proto/evidence/tlog_proof.h"

namespace jobbro::audit {
namespace {

struct TreeOptions {
    std::string path = {};  // of a data folder; empty: a running hub
    std::string out = {};
    std::uint64_t sequence = 0;
};

// The folder's latest checkpoint, which its tiles must lead to.
struct SignedTree {
    Bytes note;
    evidence::Checkpoint checkpoint;
};

Result<SignedTree> read_signed_tree(const LogFolder& folder, const evidence::NoteVerifier& log) {
    SignedTree tree;
    JOBBRO_TRY_ASSIGN(tree.note, folder.last_checkpoint());
    JOBBRO_TRY_ASSIGN(tree.checkpoint, evidence::open_checkpoint(tree.note, log.newest()));
    JOBBRO_TRY_ASSIGN(const auto root,
                      evidence::root_from_tiles(folder.tiles(), tree.checkpoint.size));
    if (root != tree.checkpoint.root) {
        return Error{ErrorCode::tampered, "the tiles are not those the checkpoint signs"};
    }
    return tree;
}

Result<int> show_checkpoint(const GlobalOptions& global, const TreeOptions& options) {
    JOBBRO_TRY_ASSIGN(const bool is_of_hub, is_about_hub(global, options.path));
    if (is_of_hub) {
        JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(global.hub));
        JOBBRO_TRY_ASSIGN(const kit::ProvedGrowth latest, hub->latest());
        JOBBRO_TRY(write_out(latest.note));
        return 0;
    }
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    JOBBRO_TRY_ASSIGN(const SignedTree tree, read_signed_tree(*folder, log));
    JOBBRO_TRY(write_out(tree.note));
    return 0;
}

Result<evidence::Checkpoint> write_tiles_of(const GlobalOptions& global,
                                            const TreeOptions& options) {
    Progress progress;
    const auto tell = [&](std::uint64_t entries) { progress.tell(entries); };
    JOBBRO_TRY_ASSIGN(const bool is_of_hub, is_about_hub(global, options.path));
    if (is_of_hub) {
        JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(global.hub));
        return write_tiles(*hub, options.out, tell);
    }
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    return write_tiles(*folder, log, options.out, tell);
}

Result<int> make_tiles(const GlobalOptions& global, const TreeOptions& options) {
    JOBBRO_TRY_ASSIGN(const evidence::Checkpoint written, write_tiles_of(global, options));
    JOBBRO_TRY(write_out("tiles of " + std::to_string(written.size.value()) + " entries of " +
                         written.origin + " in " + options.out + "\n"));
    return 0;
}

Result<std::string> proof_text(const LogFolder& folder, const evidence::NoteVerifier& log,
                               Sequence sequence) {
    JOBBRO_TRY_ASSIGN(const SignedTree tree, read_signed_tree(folder, log));
    JOBBRO_TRY_ASSIGN(Bytes entry, folder.entry(sequence));
    if (size_with(sequence) > tree.checkpoint.size) {
        return Error{ErrorCode::entry_unknown, "no checkpoint covers it"};
    }
    const evidence::Digest leaf = evidence::leaf_hash(entry);
    JOBBRO_TRY_ASSIGN(auto hashes, evidence::inclusion_from_tiles(folder.tiles(), leaf_of(sequence),
                                                                  tree.checkpoint.size));
    const evidence::TlogProof proof{std::move(entry), leaf_of(sequence), std::move(hashes),
                                    tree.note};
    // Nothing is handed out that its receiver could not verify.
    const auto holds = evidence::verify_tlog_proof(proof, leaf, log);
    if (!holds) {
        return Error{ErrorCode::tampered, "entry " + std::to_string(sequence.value()) +
                                              " is not the one in the checkpoint's tree"};
    }
    return proof.text();
}

Result<std::string> proof_of(const GlobalOptions& global, const TreeOptions& options) {
    const Sequence sequence{options.sequence};
    JOBBRO_TRY_ASSIGN(const bool is_of_hub, is_about_hub(global, options.path));
    if (is_of_hub) {
        JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(global.hub));
        JOBBRO_TRY_ASSIGN(const evidence::TlogProof proof, hub->prove(sequence));
        return proof.text();
    }
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    return proof_text(*folder, log, sequence);
}

Result<int> prove(const GlobalOptions& global, const TreeOptions& options) {
    JOBBRO_TRY_ASSIGN(const std::string text, proof_of(global, options));
    if (options.out.empty()) {
        JOBBRO_TRY(write_out(text));
    } else {
        JOBBRO_TRY(write_new_file(options.out, text));
    }
    return 0;
}

// PATH, which may be left out, and what follows it.
using Places = std::vector<std::string>;

std::string path_in(const Places& places) {
    return places.size() > 1 ? places.front() : std::string{};
}

void add_places(CLI::App& app, Places& places, const std::string& last) {
    app.add_option("place", places, "[PATH] " + last + "; without PATH, of the running hub")
        ->required()
        ->expected(1, 2);
}

Result<std::uint64_t> sequence_in(const std::string& text) {
    std::uint64_t sequence = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, sequence);
    if (read.ec == std::errc{} && read.ptr == end) return sequence;
    return Error{ErrorCode::usage, "SEQUENCE is a number"};
}

}  // namespace

void add_checkpoint(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<TreeOptions>();
    CLI::App* app = program.add_subcommand("checkpoint", "The latest signed checkpoint of a log");
    app->add_option("path", options->path, "Data folder; none: of the running hub");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return show_checkpoint(global, *options); };
    });
}

void add_tiles(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto places = std::make_shared<Places>();
    CLI::App* app = program.add_subcommand("tiles", "The log as files of C2SP tlog-tiles");
    add_places(*app, *places, "OUT, a folder to make; may be there and empty");
    app->callback([places, &global, &chosen] {
        chosen = [places, &global] {
            return make_tiles(global, {.path = path_in(*places), .out = places->back()});
        };
    });
}

void add_prove(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto places = std::make_shared<Places>();
    auto options = std::make_shared<TreeOptions>();
    CLI::App* app = program.add_subcommand("prove", "A proof that an entry is in the log");
    add_places(*app, *places, "SEQUENCE");
    app->add_option("--out", options->out, "File to make instead, NAME.tlog-proof");
    app->callback([places, options, &global, &chosen] {
        chosen = [places, options, &global]() -> Result<int> {
            options->path = path_in(*places);
            JOBBRO_TRY_ASSIGN(options->sequence, sequence_in(places->back()));
            return prove(global, *options);
        };
    });
}

}  // namespace jobbro::audit
