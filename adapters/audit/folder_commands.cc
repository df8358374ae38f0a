// jobbro-audit checkpoint, tiles and prove: what a data folder can give to others.
#include <CLI/CLI.hpp>

#include "adapters/audit/command_line.h"
#include "adapters/audit/new_file.h"
#include "adapters/audit/tile_files.h"
#include "proto/evidence/tlog_proof.h"

namespace jobbro::audit {
namespace {

struct FolderOptions {
    std::string path;
    std::string out;
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
    JOBBRO_TRY_ASSIGN(tree.checkpoint, evidence::open_checkpoint(tree.note, log));
    JOBBRO_TRY_ASSIGN(const auto root,
                      evidence::root_from_tiles(folder.tiles(), tree.checkpoint.size));
    if (root != tree.checkpoint.root) {
        return Error{ErrorCode::tampered, "the tiles are not those the checkpoint signs"};
    }
    return tree;
}

Result<int> show_checkpoint(const GlobalOptions& global, const FolderOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    JOBBRO_TRY_ASSIGN(const SignedTree tree, read_signed_tree(*folder, log));
    JOBBRO_TRY(write_out(tree.note));
    return 0;
}

Result<int> make_tiles(const GlobalOptions& global, const FolderOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    const auto written = [&] {
        Progress progress;
        return write_tiles(*folder, log, options.out,
                           [&](std::uint64_t entries) { progress.tell(entries); });
    }();
    if (!written) return written.error();
    JOBBRO_TRY(write_out("tiles of " + std::to_string(written->size.value()) + " entries of " +
                         written->origin + " in " + options.out + "\n"));
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

Result<int> prove(const GlobalOptions& global, const FolderOptions& options) {
    JOBBRO_TRY_ASSIGN(const auto log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto folder, open_folder(options.path, global));
    JOBBRO_TRY_ASSIGN(const std::string text, proof_text(*folder, log, Sequence{options.sequence}));
    if (options.out.empty()) {
        JOBBRO_TRY(write_out(text));
        return 0;
    }
    JOBBRO_TRY(write_new_file(options.out, text));
    return 0;
}

using Run = Result<int> (*)(const GlobalOptions&, const FolderOptions&);

CLI::App* add_folder_command(CLI::App& program, const char* name, const char* what,
                             const std::shared_ptr<FolderOptions>& options,
                             const GlobalOptions& global, Command& chosen, Run run) {
    CLI::App* app = program.add_subcommand(name, what);
    app->add_option("path", options->path, "A stopped hub's data folder, or a copy")->required();
    app->callback([options, run, &global, &chosen] {
        chosen = [options, run, &global] { return run(global, *options); };
    });
    return app;
}

}  // namespace

void add_checkpoint(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    add_folder_command(program, "checkpoint", "The latest signed checkpoint of a data folder",
                       std::make_shared<FolderOptions>(), global, chosen, show_checkpoint);
}

void add_tiles(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<FolderOptions>();
    CLI::App* app = add_folder_command(program, "tiles", "The log as files of C2SP tlog-tiles",
                                       options, global, chosen, make_tiles);
    app->add_option("out", options->out, "Folder to make; may be there and empty")->required();
}

void add_prove(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<FolderOptions>();
    CLI::App* app = add_folder_command(program, "prove", "A proof that an entry is in the log",
                                       options, global, chosen, prove);
    app->add_option("sequence", options->sequence, "The entry")->required();
    app->add_option("--out", options->out, "File to make instead, NAME.tlog-proof");
}

}  // namespace jobbro::audit
