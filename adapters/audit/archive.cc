#include "adapters/audit/archive.h"

#include <algorithm>
#include <deque>

#include "adapters/audit/archive_lines.h"
#include "proto/base/limits.h"

namespace jobbro::audit {
namespace {

// More than one a party: a key that was changed goes back to those before.
constexpr std::size_t statements_max = 8 * limits::parties_max;

Error malformed(std::uint64_t line, const std::string& what) {
    return {ErrorCode::archive_malformed, "line " + std::to_string(line) + ": " + what};
}

// An archive that was made before the log was handed over to another key names the key of then.
bool is_key_of(const evidence::NoteVerifier& log, const evidence::NoteVerifier& named) {
    return log.name == named.name &&
           (log.key == named.key ||
            std::find(log.former.begin(), log.former.end(), named.key) != log.former.end());
}

// Verifies line after line.
class ArchiveCheck {
  public:
    ArchiveCheck(std::istream& in, FaultList& faults, const OnArchived& on_entry)
        : in_(&in), faults_(&faults), on_entry_(&on_entry) {}

    Result<ArchiveSummary> run(const std::optional<evidence::NoteVerifier>& log,
                               const KnownControllers& controllers) {
        JOBBRO_TRY(take_header(log));
        EntryCheck check{summary_.header.log, Statements::some, *faults_};
        for (const auto& [party, key] : controllers)
            check.know_controller(party, key);
        while (!is_ended_) {
            JOBBRO_TRY_ASSIGN(ArchiveLine line, next_line());
            if (auto* statement = std::get_if<ArchivedStatement>(&line)) {
                JOBBRO_TRY(take_statement(std::move(statement->entry)));
            } else if (auto* entry = std::get_if<ArchivedEntry>(&line)) {
                JOBBRO_TRY(take_entry(*entry, check));
            } else if (auto* end = std::get_if<ArchiveEnd>(&line)) {
                JOBBRO_TRY(take_end(*end));
            } else {
                return malformed(line_, "a second header");
            }
        }
        take_statements_before(std::nullopt, check);
        check.finish();
        summary_.entries = check.counts();
        summary_.controllers = check.controllers();
        return std::move(summary_);
    }

  private:
    Result<ArchiveLine> next_line() {
        ++line_;
        auto text = read_line(*in_);
        if (!text && text.error().code != ErrorCode::archive_malformed) return text.error();
        if (!text) return malformed(line_, text.error().detail);
        if (!*text) return malformed(line_, "the archive ends without its last line");
        auto line = parse_archive_line(**text);
        if (!line) return malformed(line_, line.error().detail);
        // The last line holds the digest of those before it.
        const auto* const end = std::get_if<ArchiveEnd>(&*line);
        if (end == nullptr) {
            digest_.add(**text);
            digest_.add("\n");
        } else if (end_line(*end) != **text + "\n") {
            return malformed(line_, "it is not written as last lines are");
        }
        return line;
    }

    Result<void> take_header(const std::optional<evidence::NoteVerifier>& log) {
        JOBBRO_TRY_ASSIGN(ArchiveLine line, next_line());
        auto* const header = std::get_if<ArchiveHeader>(&line);
        if (header == nullptr) return malformed(line_, "an archive begins with its header");
        if (log && !is_key_of(*log, header->log)) {
            return Error{ErrorCode::log_identity_wrong,
                         "the archive is of " + header->log.name + ", or names another key"};
        }
        JOBBRO_TRY_ASSIGN(summary_.checkpoint,
                          evidence::open_checkpoint(header->checkpoint, header->log));
        summary_.header = std::move(*header);
        summary_.is_key_known = log.has_value();
        return {};
    }

    Result<void> take_statement(ArchivedEntry entry) {
        if (entries_ > 0) return malformed(line_, "a statement after entries");
        JOBBRO_TRY(check_rising(entry.sequence, last_statement_));
        if (waiting_.size() == statements_max) return malformed(line_, "too many statements");
        ++statements_;
        hold(entry);
        waiting_.push_back(std::move(entry));
        return {};
    }

    // A key holds from its statement on, and until the next.
    void take_statements_before(std::optional<Sequence> place, EntryCheck& check) {
        while (!waiting_.empty() && (!place || waiting_.front().sequence < *place)) {
            const ArchivedEntry& statement = waiting_.front();
            check.take_statement(statement.sequence, statement.bytes, statement.keys);
            waiting_.pop_front();
        }
    }

    Result<void> take_entry(const ArchivedEntry& entry, EntryCheck& check) {
        JOBBRO_TRY(check_rising(entry.sequence, last_entry_));
        take_statements_before(entry.sequence, check);
        ++entries_;
        if (entry.is_erased) ++summary_.erased;
        hold(entry);
        check.take(entry.sequence, entry.bytes, entry.keys);
        if (*on_entry_) JOBBRO_TRY((*on_entry_)(entry));
        return {};
    }

    Result<void> check_rising(Sequence sequence, std::optional<Sequence>& last) const {
        if (last && sequence <= *last) return malformed(line_, "the sequences do not rise");
        last = sequence;
        return {};
    }

    void hold(const ArchivedEntry& entry) {
        const auto held = evidence::verify_inclusion(
            evidence::leaf_hash(entry.bytes), leaf_of(entry.sequence), summary_.checkpoint.size,
            entry.proof, summary_.checkpoint.root);
        if (held) return;
        faults_->add(
            entry.sequence.value(),
            "it is not proved to be in the tree of the checkpoint: " + sentence_of(held.error()));
    }

    Result<void> take_end(const ArchiveEnd& end) {
        if (end.statements != statements_ || end.entries != entries_) {
            return malformed(line_, "there were more or fewer lines when it was made");
        }
        if (end.digest != digest_.finish()) {
            return malformed(line_, "the lines before it are not as they were made");
        }
        if (in_->peek() != std::istream::traits_type::eof()) {
            return malformed(line_ + 1, "there is more after the last line");
        }
        is_ended_ = true;
        return {};
    }

    std::istream* in_;
    FaultList* faults_;
    const OnArchived* on_entry_;
    ArchiveSummary summary_;
    evidence::RunningDigest digest_;
    std::deque<ArchivedEntry> waiting_;  // statements that no entry so far comes after
    std::uint64_t line_ = 0;
    std::uint64_t statements_ = 0;
    std::uint64_t entries_ = 0;
    std::optional<Sequence> last_statement_;
    std::optional<Sequence> last_entry_;
    bool is_ended_ = false;
};

}  // namespace

Result<void> ArchiveWriter::add(const std::string& line) {
    digest_.add(line);
    return write_(line);
}

Result<void> ArchiveWriter::header(const ArchiveHeader& header) {
    JOBBRO_TRY(check_told(header));
    return add(header_line(header));
}

Result<void> ArchiveWriter::statement(const ArchivedEntry& entry) {
    JOBBRO_ASSERT(entry.keys.body.has_value());
    ++statements_;
    return add(statement_line(entry));
}

Result<void> ArchiveWriter::entry(const ArchivedEntry& entry) {
    ++entries_;
    return add(entry_line(entry));
}

Result<void> ArchiveWriter::end() {
    return write_(end_line({statements_, entries_, digest_.finish()}));
}

Result<ArchiveSummary> check_archive(std::istream& in,
                                     const std::optional<evidence::NoteVerifier>& log,
                                     FaultList& faults, const OnArchived& on_entry,
                                     const KnownControllers& controllers) {
    ArchiveCheck check{in, faults, on_entry};
    return check.run(log, controllers);
}

}  // namespace jobbro::audit
