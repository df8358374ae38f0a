// jobbro-audit verify: is this the log that was signed, all of it.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <fstream>

#include "adapters/audit/archive.h"
#include "adapters/audit/command_line.h"
#include "adapters/audit/folder_check.h"
#include "adapters/audit/hub_check.h"
#include "adapters/audit/terminal_text.h"
#include "proto/evidence/key_file.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::audit {
namespace {

struct VerifyOptions {
    std::string path;
    std::optional<std::uint64_t> from;
    std::optional<std::uint64_t> to;
    std::vector<std::string> party_keys;
    std::vector<std::string> controller_keys;
    std::vector<std::string> checkpoints;
};

std::string row(std::string_view name, const std::string& value) {
    std::string text{name};
    text.resize(13, ' ');
    return text + value + "\n";
}

std::string number(std::uint64_t value) {
    return std::to_string(value);
}

std::string signatures_of(const EntryCounts& counts) {
    std::string text = number(counts.verified) + " of " + number(counts.submitted) + " verified";
    if (counts.unknown > 0) {
        text += ", " + number(counts.unknown) + " by parties whose key is not known here";
    }
    return text;
}

std::string entries_of(const EntryCounts& counts, std::uint64_t first) {
    if (counts.entries == 0) return "0";
    return number(counts.entries) + " from " + number(first) + " on, " + number(counts.opened) +
           " opened";
}

// Only the whole log tells whether erasures name all keys that are gone.
std::string erased_of(const EntryCounts& counts, bool is_range) {
    return number(counts.erased) +
           (is_range ? " whose data key is gone" : " verified by their hash");
}

Result<void> tell_faults(const FaultList& faults) {
    std::string text;
    for (const Fault& fault : faults.kept())
        text += terminal_safe(line_of(fault)) + "\n";
    if (faults.total() > faults.kept().size()) {
        text += "and " + number(faults.total() - faults.kept().size()) + " further faults\n";
    }
    return write_out(text);
}

// Status 0 when there is no fault, else the error that says how many there are.
Result<int> judged(const FaultList& faults) {
    if (faults.empty()) return 0;
    return Error{ErrorCode::tampered,
                 number(faults.total()) + (faults.total() == 1 ? " fault" : " faults")};
}

// A party has had one key or more.
Result<std::multimap<std::string, evidence::VerifyingKey>> read_party_keys(
    const std::vector<std::string>& files) {
    std::multimap<std::string, evidence::VerifyingKey> parties;
    for (const std::string& file : files) {
        JOBBRO_TRY_ASSIGN(const auto keys, evidence::read_party_public_keys(file));
        parties.emplace(keys.party, keys.signing);
    }
    return parties;
}

Result<KnownControllers> read_controller_keys(const std::vector<std::string>& files) {
    JOBBRO_TRY_ASSIGN(const auto read, read_party_keys(files));
    KnownControllers controllers;
    for (const auto& [party, key] : read) {
        if (const auto [known, is_new] = controllers.emplace(party, key);
            !is_new && known->second != key) {
            return Error{ErrorCode::usage, "two keys are given for " + party};
        }
    }
    return controllers;
}

// A checkpoint is a few hundred bytes, with many co-signatures some thousands.
constexpr std::streamsize note_bytes_max = 16 * 1024;

Result<std::vector<evidence::Checkpoint>> read_checkpoints(const std::vector<std::string>& files,
                                                           const evidence::NoteVerifier& log) {
    std::vector<evidence::Checkpoint> checkpoints;
    for (const std::string& path : files) {
        std::ifstream file(path, std::ios::binary);
        std::string note(note_bytes_max + 1, '\0');
        if (!file || !file.read(note.data(), note_bytes_max + 1).eof()) {
            return Error{ErrorCode::file_unreadable, path + ": it is no file, or too long"};
        }
        note.resize(static_cast<std::size_t>(file.gcount()));
        auto opened = evidence::open_checkpoint(note, log);
        if (!opened) return Error{opened.error().code, path + ": " + opened.error().detail};
        checkpoints.push_back(*std::move(opened));
    }
    return checkpoints;
}

std::string controllers_of(const std::vector<ControllerKey>& controllers, bool are_given) {
    std::string text;
    for (const ControllerKey& each : controllers)
        text += row("controller", each.party + " " + evidence::base64_encode(each.key.view()));
    if (controllers.empty() || are_given) return text;
    return text + row("", "as entry 0 itself names them: compare, or give --controller-key FILE");
}

std::string summary_of(const LogSummary& summary, const FolderCheckOptions& options, double rate,
                       bool has_tiles) {
    const bool is_range = options.first || options.last;
    const std::uint64_t first = options.first.value_or(Sequence{0}).value();
    std::string text = row("log", options.log.name);
    text += row("entries", entries_of(summary.entries, first));
    if (summary.entries.erased > 0) text += row("erased", erased_of(summary.entries, is_range));
    text += row("signatures", signatures_of(summary.entries));
    text += controllers_of(summary.controllers, !options.controllers.empty());
    text += row("checkpoints", number(summary.checkpoints) + " verified, the last for " +
                                   number(summary.last_checkpoint_size.value()) + " entries");
    if (!options.checkpoints.empty()) {
        text +=
            row("kept", number(summary.known_checkpoints) + " of " +
                            number(options.checkpoints.size()) + " checkpoints are of this log");
    }
    text += row("tree", evidence::hex_encode(view(summary.root)));
    if (!is_range && has_tiles) text += row("tiles", number(summary.tiles));
    text += row("rate", number(static_cast<std::uint64_t>(rate)) + " entries/s");
    return text;
}

Result<FolderCheckOptions> check_options(const GlobalOptions& global, const VerifyOptions& given) {
    FolderCheckOptions options;
    JOBBRO_TRY_ASSIGN(options.log, need_log_key(global));
    JOBBRO_TRY_ASSIGN(options.parties, read_party_keys(given.party_keys));
    JOBBRO_TRY_ASSIGN(options.controllers, read_controller_keys(given.controller_keys));
    JOBBRO_TRY_ASSIGN(options.checkpoints, read_checkpoints(given.checkpoints, options.log));
    if (given.from) options.first = Sequence{*given.from};
    if (given.to) options.last = Sequence{*given.to};
    return options;
}

// Runs the check, tells its faults and then what was verified.
Result<int> told(
    FolderCheckOptions options, bool has_tiles,
    const std::function<Result<LogSummary>(const FolderCheckOptions&, FaultList&)>& check) {
    FaultList faults;
    const auto checked = [&]() -> Result<std::string> {
        Progress progress;
        options.progress = [&](std::uint64_t entries) { progress.tell(entries); };
        JOBBRO_TRY_ASSIGN(const LogSummary summary, check(options, faults));
        return summary_of(summary, options, progress.rate(summary.entries.entries), has_tiles);
    }();
    JOBBRO_TRY(tell_faults(faults));
    if (!checked) return checked.error();
    JOBBRO_TRY(write_out(*checked));
    return judged(faults);
}

Result<int> verify_folder(const GlobalOptions& global, const VerifyOptions& given) {
    JOBBRO_TRY_ASSIGN(auto options, check_options(global, given));
    if (!options.controllers.empty() && global.hub_keys.empty()) {
        return Error{ErrorCode::usage,
                     "entry 0, which names the controllers, is opened with "
                     "--hub-keys FILE, the hub's secret key file"};
    }
    const auto check = [&](const FolderCheckOptions& asked,
                           FaultList& faults) -> Result<LogSummary> {
        JOBBRO_TRY_ASSIGN(const auto folder, open_folder(given.path, global));
        return check_folder(*folder, asked, faults);
    };
    return told(std::move(options), true, check);
}

Result<int> verify_hub(const GlobalOptions& global, const VerifyOptions& given) {
    JOBBRO_TRY_ASSIGN(auto options, check_options(global, given));
    const auto check = [&](const FolderCheckOptions& asked,
                           FaultList& faults) -> Result<LogSummary> {
        JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(global.hub));
        return check_hub(*hub, asked, faults);
    };
    return told(std::move(options), false, check);
}

std::string summary_of(const ArchiveSummary& summary,
                       const std::optional<evidence::NoteVerifier>& known,
                       bool are_controllers_given) {
    const EntryCounts& counts = summary.entries;
    std::string text = row("log", summary.header.log.name);
    text += row("selection", terminal_safe(summary.header.selection));
    text += row("made at", terminal_safe(summary.header.made_at));
    text += row("entries", number(counts.entries) + ", " + number(counts.opened) + " opened, " +
                               number(summary.erased) + " erased");
    text += row("signatures", signatures_of(counts));
    text += controllers_of(summary.controllers, are_controllers_given);
    text += row("checkpoint", "for " + number(summary.checkpoint.size.value()) + " entries");
    text += row("tree", evidence::hex_encode(view(summary.checkpoint.root)));
    if (!summary.is_key_known) {
        text += row("log's key", summary.header.log.text());
        text += row("", "as the archive itself names it: compare it, or give --hub-key FILE");
    } else if (known && known->key != summary.header.log.key) {
        text += row("log's key", "one it had before: the archive is from then");
    }
    return text;
}

Result<int> verify_archive(const GlobalOptions& global, const VerifyOptions& given) {
    if (given.from || given.to || !given.party_keys.empty() || !given.checkpoints.empty()) {
        return Error{ErrorCode::usage, "an archive is verified whole, with the keys it holds"};
    }
    JOBBRO_TRY_ASSIGN(const auto log, find_log_key(global));
    JOBBRO_TRY_ASSIGN(const auto controllers, read_controller_keys(given.controller_keys));
    std::ifstream file(given.path, std::ios::binary);
    if (!file) return Error{ErrorCode::file_unreadable, given.path};
    FaultList faults;
    const auto checked = check_archive(file, log, faults, {}, controllers);
    JOBBRO_TRY(tell_faults(faults));
    if (!checked) return checked.error();
    JOBBRO_TRY(write_out(summary_of(*checked, log, !controllers.empty())));
    return judged(faults);
}

Result<int> verify(const GlobalOptions& global, const VerifyOptions& given) {
    JOBBRO_TRY_ASSIGN(const bool is_of_hub, is_about_hub(global, given.path));
    if (is_of_hub) return verify_hub(global, given);
    std::error_code failure;
    return std::filesystem::is_directory(given.path, failure) ? verify_folder(global, given)
                                                              : verify_archive(global, given);
}

}  // namespace

void add_verify(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<VerifyOptions>();
    CLI::App* app = program.add_subcommand("verify",
                                           "Hold a stopped hub's data folder, a copy of it, an "
                                           "archive, or the log of a running hub to "
                                           "what it must be");
    app->add_option("path", options->path, "Folder or archive; none: the running hub");
    app->add_option("--from", options->from, "First sequence of a range");
    app->add_option("--to", options->to, "Last sequence of a range");
    // Each takes one file, so that the path may come after it.
    const auto add_files = [app](const char* name, std::vector<std::string>& files,
                                 const char* what) {
        app->add_option(name, files, what)->allow_extra_args(false);
    };
    add_files("--party-key", options->party_keys,
              "A party's public key file, one for each key it has had: the registry must bind no "
              "other; and they count where the registry cannot be read");
    add_files("--controller-key", options->controller_keys,
              "A data controller's public key file: entry 0 must name this key");
    add_files("--checkpoint", options->checkpoints,
              "A checkpoint that was kept: the log must be the one it is of");
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return verify(global, *options); };
    });
}

}  // namespace jobbro::audit
