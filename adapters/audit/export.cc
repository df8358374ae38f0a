// jobbro-audit export: chosen entries of a running hub as an archive that stands by itself.
#include <CLI/CLI.hpp>
#include <fstream>
#include <map>
#include <set>

#include "adapters/audit/archive.h"
#include "adapters/audit/archive_lines.h"
#include "adapters/audit/command_line.h"
#include "adapters/audit/entry_reader.h"
#include "adapters/audit/interruption.h"
#include "adapters/audit/new_file.h"
#include "adapters/audit/own_entries.h"
#include "jobbro/v1/registry.pb.h"

namespace jobbro::audit {
namespace {

struct ExportOptions {
    Selection selection;
    std::string out;
};

ArchivedEntry archived(const ReadEntry& read) {
    ArchivedEntry entry{read.sequence, read.bytes, {}, read.is_erased, {}};
    if (read.keys.index) entry.keys.index = read.keys.index->copy();
    if (read.keys.body) entry.keys.body = read.keys.body->copy();
    return entry;
}

// What was chosen lies on the disk until the statements that stand before it are known.
class Chosen {
  public:
    static Result<Chosen> make(const std::filesystem::path& folder) {
        JOBBRO_TRY_ASSIGN(auto file, open_nameless_file(folder));
        return Chosen{std::move(file)};
    }
    Result<void> add(const ReadEntry& read) {
        JOBBRO_TRY_ASSIGN(const Entry entry, read_entry(read.bytes));
        if (entry.submitted) named_.insert(entry.submitted->registry_entry.value());
        file_ << entry_line(archived(read));
        return check();
    }
    Result<void> begin_reading() {
        file_.flush();
        file_.seekg(0);
        return check();
    }
    // None: there are no more.
    Result<std::optional<ArchivedEntry>> next() {
        JOBBRO_TRY_ASSIGN(const auto text, read_line(file_));
        if (!text) return std::optional<ArchivedEntry>{};
        JOBBRO_TRY_ASSIGN(ArchiveLine line, parse_archive_line(*text));
        auto* const entry = std::get_if<ArchivedEntry>(&line);
        JOBBRO_ASSERT(entry != nullptr);
        return std::optional{std::move(*entry)};
    }
    // Registry entries that they name for their senders' keys.
    [[nodiscard]] const std::set<std::uint64_t>& named() const { return named_; }

  private:
    explicit Chosen(std::fstream file) : file_(std::move(file)) {}
    Result<void> check() const {
        if (file_) return {};
        return Error{ErrorCode::file_unwritable, "what was read could not be kept for a while"};
    }

    std::fstream file_;
    std::set<std::uint64_t> named_;
};

// --- Statements ----------------------------------------------------------------------------------

struct Statement {
    ArchivedEntry entry;
    std::optional<Sequence> built_on;
    bool binds = true;  // a key; not so one that disables, which others may have signed
};

Result<Statement> statement_of(const ReadEntry& read) {
    const bool is_first = read.sequence == Sequence{0};
    const v1::MessageKind kind =
        is_first ? v1::MESSAGE_KIND_LOG_OPENED : v1::MESSAGE_KIND_REGISTRY_CHANGE;
    v1::RegistryChange change;
    v1::RegistryStatement stated;
    const bool is_read = read.body && read.index && read.index->kind() == kind &&
                         (is_first || (change.ParseFromString(*read.body) &&
                                       stated.ParseFromString(change.statement())));
    if (!is_read) {
        return Error{ErrorCode::tampered, "entry " + std::to_string(read.sequence.value()) +
                                              ": it is no statement, but named for a key"};
    }
    Statement statement{archived(read), {}, !stated.has_disabling()};
    if (!is_first) statement.built_on = built_on(stated, read.sequence);
    return statement;
}

Result<Statement> read_statement(HubReader& hub, std::uint64_t at) {
    v1::Replay request;
    request.set_view(v1::REPLAY_VIEW_SEALED);
    request.set_from_sequence(at);
    request.set_end_sequence(at + 1);
    std::optional<Statement> found;
    JOBBRO_TRY(hub.read(request, [&](const ReadEntry& read) -> Result<void> {
        JOBBRO_TRY_ASSIGN(found, statement_of(read));
        return {};
    }));
    if (found) return *std::move(found);
    return Error{ErrorCode::tampered, "entry " + std::to_string(at) + " is not handed out"};
}

// Entry 0, those that are named, and what these build on back to the party's first: a rotation is
// signed with a key that one before it bound.
Result<std::map<std::uint64_t, ArchivedEntry>> read_statements(HubReader& hub,
                                                               std::set<std::uint64_t> wanted) {
    std::map<std::uint64_t, ArchivedEntry> statements;
    std::set<std::uint64_t> followed;
    wanted.insert(0);
    while (!wanted.empty()) {
        const std::uint64_t at = *wanted.begin();
        wanted.erase(wanted.begin());
        if (!followed.insert(at).second) continue;
        JOBBRO_TRY_ASSIGN(Statement statement, read_statement(hub, at));
        if (statement.built_on) wanted.insert(statement.built_on->value());
        if (statement.binds) statements.emplace(at, std::move(statement.entry));
    }
    return statements;
}

// What hands the log over from the key of entry 0 to the one it has now.
Result<void> add_log_keys(HubReader& hub, TreeSize size,
                          std::map<std::uint64_t, ArchivedEntry>& statements) {
    v1::Replay request;
    request.set_view(v1::REPLAY_VIEW_MASKED);
    request.set_end_sequence(size.value());
    request.add_kinds(v1::MESSAGE_KIND_LOG_KEY_CHANGE);
    const auto read = hub.read(request, [&](const ReadEntry& entry) -> Result<void> {
        if (!entry.body)
            return Error{ErrorCode::tampered, "a change of the log's key is kept back"};
        statements.emplace(entry.sequence.value(), archived(entry));
        return {};
    });
    if (!read) return read.error();
    return {};
}

// --- The archive ---------------------------------------------------------------------------------

// For people; names no citizen.
std::string selection_text(const Selection& selection) {
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    if (!selection.order.empty()) add("order " + selection.order);
    if (!selection.citizen.empty()) add("one citizen");
    if (!selection.party.empty()) add(selection.party);
    if (!selection.kinds.empty()) add(std::to_string(selection.kinds.size()) + " kinds");
    if (selection.from) add("from entry " + std::to_string(*selection.from));
    if (selection.to) add("to entry " + std::to_string(*selection.to));
    if (!selection.since.empty()) add("since " + selection.since);
    if (!selection.until.empty()) add("until " + selection.until);
    if (text.empty()) text = "all that the grant covers";
    return text + (selection.unmask ? ", with content" : ", without content");
}

// Adds the proof. Errors: as HubReader::prove.
Result<void> prove(HubReader& hub, TreeSize size, ArchivedEntry& entry) {
    JOBBRO_TRY_ASSIGN(auto proof,
                      hub.prove(entry.sequence, size, evidence::leaf_hash(entry.bytes)));
    entry.proof = std::move(proof.hashes);
    return {};
}

// The latest checkpoint covers all that was read, and is signed with the key the header names; the
// one that a page came with may be signed with a key the log had before.
Result<void> write_archive(HubReader& hub, const Selection& selection, Chosen& chosen,
                           NewFile& out) {
    JOBBRO_TRY_ASSIGN(const kit::ProvedGrowth latest, hub.latest());
    const TreeSize size = latest.checkpoint.size;
    JOBBRO_TRY_ASSIGN(auto statements, read_statements(hub, chosen.named()));
    JOBBRO_TRY(add_log_keys(hub, size, statements));
    JOBBRO_TRY(chosen.begin_reading());
    ArchiveWriter writer{[&](std::string_view lines) { return out.write(lines); }};
    JOBBRO_TRY(writer.header(
        {hub.log(), latest.note, selection_text(selection), instant_text(SystemClock{}.now())}));
    for (auto& [at, statement] : statements) {
        JOBBRO_TRY(prove(hub, size, statement));
        JOBBRO_TRY(writer.statement(statement));
    }
    for (;;) {
        JOBBRO_TRY_ASSIGN(auto entry, chosen.next());
        if (!entry) break;
        if (is_interrupted()) return Error{ErrorCode::session_lost, "asked to stop"};
        JOBBRO_TRY(prove(hub, size, *entry));
        JOBBRO_TRY(writer.entry(*entry));
    }
    JOBBRO_TRY(writer.end());
    return out.close();
}

// As whoever gets it will.
Result<ArchiveSummary> verify_written(const NewFile& file, const evidence::NoteVerifier& log) {
    std::ifstream in{file.path(), std::ios::binary};
    if (!in) return Error{ErrorCode::file_unreadable, file.path().string()};
    FaultList faults;
    JOBBRO_TRY_ASSIGN(ArchiveSummary summary, check_archive(in, log, faults));
    if (faults.empty()) return summary;
    return Error{ErrorCode::tampered, line_of(faults.kept().front())};
}

Result<int> export_archive(const HubOptions& hub_options, const ExportOptions& options) {
    JOBBRO_TRY_ASSIGN(const v1::Replay request, replay_request(options.selection));
    // So that an unfinished file is taken away.
    watch_interruption();
    JOBBRO_TRY_ASSIGN(NewFile out, NewFile::make(options.out));
    JOBBRO_TRY_ASSIGN(Chosen chosen, Chosen::make(out.path().parent_path()));
    JOBBRO_TRY_ASSIGN(const auto hub, HubReader::open(hub_options));
    JOBBRO_TRY_ASSIGN(const ReplayEnd end,
                      hub->read(request, [&](const ReadEntry& read) { return chosen.add(read); }));
    if (end.entries == 0) {
        return Error{ErrorCode::entry_unknown, "nothing of it is covered by the grant"};
    }
    JOBBRO_TRY(write_archive(*hub, options.selection, chosen, out));
    JOBBRO_TRY_ASSIGN(const ArchiveSummary summary, verify_written(out, hub->log()));
    out.keep();
    JOBBRO_TRY(write_out(options.out + ": " + std::to_string(summary.entries.entries) +
                         " entries, " + std::to_string(summary.erased) + " of them erased, " +
                         std::to_string(summary.entries.verified) +
                         " signatures verified, proved to be in the log of " +
                         std::to_string(summary.checkpoint.size.value()) + " entries\n"));
    return 0;
}

}  // namespace

void add_export(CLI::App& program, const GlobalOptions& global, Command& chosen) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* app = program.add_subcommand(
        "export", "Entries of a running hub as an archive that is verified without it");
    add_selection_options(*app, options->selection);
    app->add_option("--out", options->out, "File to make, mode 0600; never over one that is there")
        ->required();
    app->callback([options, &global, &chosen] {
        chosen = [options, &global] { return export_archive(global.hub, *options); };
    });
}

}  // namespace jobbro::audit
