// A running hub as an auditor reads it, over the auditor's own session. Every call leaves its trace
// in the log.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/entry_check.h"
#include "adapters/kit/client.h"
#include "jobbro/v1/audit.pb.h"
#include "jobbro/v1/journal.pb.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace jobbro::audit {

// Which hub, and as whom: options that commands on a running hub have in common; the program has
// them, in GlobalOptions::hub.
struct HubOptions {
    std::string hub = "tcp://127.0.0.1:7411";
    std::string hub_key;  // the hub's public key file
    std::string key;      // the auditor's secret key file
    double timeout_s = 10;
};

// An entry as far as the hub handed it out: its form and sealed parts are checked, not yet that it
// is in the log.
struct ReadEntry {
    Sequence sequence;
    Instant recorded_at;
    std::string sender;      // party id
    std::string message_id;  // UUID in text
    Bytes bytes;             // as they stand in the log
    PartKeys keys;
    bool is_erased = false;
    std::optional<v1::EntryIndex> index;  // none: no key to it
    std::optional<Bytes> body;  // none likewise. An envelope, or one of the hub's messages
};

// The keys that came with an entry. Errors: key_malformed. Thread: any.
Result<PartKeys> keys_of(const v1::ReplayedEntry& handed_out);

// How a replay ended.
struct ReplayEnd {
    Sequence next;           // all below have been looked at
    Sequence end;            // the first entry not looked at
    std::string checkpoint;  // a signed note, checked, that covers all below `end`
    std::uint64_t entries = 0;
};

// Thread: one at a time.
class HubReader {
  public:
    // Errors: usage (a key file is missing), those of reading key files, of kit::Client::connect
    // and wait_ready; role_not_allowed when the key is no auditor's.
    static Result<std::unique_ptr<HubReader>> open(const HubOptions& options);
    HubReader(const HubReader&) = delete;
    HubReader& operator=(const HubReader&) = delete;
    ~HubReader();

    // Reads to the end, through lost sessions. `on_entry` is called for each, in the order of the
    // log; an error of it ends the replay and is returned. Errors: as kit::Client::replay;
    // session_lost between two pages when asked to stop, by interruption.h; tampered when an entry
    // is none, is not opened by its keys, or is out of order.
    using OnEntry = std::function<Result<void>(const ReadEntry&)>;
    Result<ReplayEnd> read(v1::Replay request, const OnEntry& on_entry);
    // The same with nothing of an entry looked at, for whoever is to find out what is wrong with
    // it. `place` is the first sequence it can have, and of a SEALED replay from the beginning,
    // without times, the one it must have; `end` the first it cannot have.
    using OnHandedOut =
        std::function<Result<void>(const v1::ReplayedEntry&, Sequence place, Sequence end)>;
    Result<ReplayEnd> read_unchecked(v1::Replay request, const OnHandedOut& on_handed_out);
    // Where a replay that did not come to its end is to go on: all that is below has been handed
    // over.
    [[nodiscard]] Sequence reached() const { return reached_; }

    // A proof of the entry's inclusion in the tree of this size, or in the latest; through lost
    // sessions. Errors: as kit::Client::prove_inclusion.
    Result<evidence::TlogProof> prove(Sequence sequence, std::optional<TreeSize> size,
                                      const evidence::Digest& leaf);
    // The same of the latest tree, with the entry as its extra. Errors: entry_unknown too.
    Result<evidence::TlogProof> prove(Sequence sequence);
    // The latest checkpoint, as it was signed: with the key the log has now. Through lost sessions.
    // Errors: as kit::Client::prove_consistency.
    Result<kit::ProvedGrowth> latest();

    // The log's key as the hub's public key file has it, and those it had before.
    [[nodiscard]] const evidence::NoteVerifier& log() const { return log_; }
    [[nodiscard]] kit::Client& client() { return *client_; }
    // The answer to a call of the client's. Errors: hub_unreachable when it takes too long.
    template <typename T>
    Result<T> answer_of(std::future<Result<T>> answer) const {
        if (answer.wait_for(patience_) != std::future_status::ready) {
            return Error{ErrorCode::hub_unreachable, "no answer in time"};
        }
        return answer.get();
    }

  private:
    HubReader(std::unique_ptr<kit::Client> client, evidence::NoteVerifier log,
              std::chrono::milliseconds patience);
    // Asks again when the session is lost.
    template <typename T>
    Result<T> answer_to(const std::function<std::future<Result<T>>()>& ask);
    Result<void> take_page(const v1::Replayed& page, const OnHandedOut& on_handed_out,
                           ReplayEnd& end);

    std::unique_ptr<kit::Client> client_;
    evidence::NoteVerifier log_;
    std::chrono::milliseconds patience_;
    Sequence reached_;
};

// What of the log a command is about, as the command line has it; each empty or unset: all.
struct Selection {
    std::optional<std::uint64_t> from = {};  // sequences
    std::optional<std::uint64_t> to = {};    // the last one
    std::string since = {};                  // RFC 3339, or a date: from its beginning in UTC
    std::string until = {};                  // before this
    std::string party = {};
    std::string order = {};
    std::string citizen = {};             // CPR number; "-": it stands on standard input
    std::vector<std::string> kinds = {};  // "order", "absence_report", …
    bool unmask = false;
    std::string ground = {};
};

// "order", "registry_change"; the number, of a kind this build does not know. Thread: any.
std::string kind_text(v1::MessageKind kind);

// Adds the hub's options to the program, those of a selection to a command: --order, --citizen and
// so on. Life: the structs outlive the parsing.
void add_hub_options(CLI::App& app, HubOptions& options);
void add_selection_options(CLI::App& app, Selection& selection);
// --citizen by itself, for commands that select by little else. Life: likewise.
CLI::Option* add_citizen_option(CLI::App& app, std::string& citizen);
// A CPR number that is given as "-" is read from standard input, or from the first line of `in`.
// Errors: usage, with what is wrong with which option; ground_missing when unmasked without one.
Result<v1::Replay> replay_request(const Selection& selection);
Result<v1::Replay> replay_request(const Selection& selection, std::istream& in);

}  // namespace jobbro::audit
