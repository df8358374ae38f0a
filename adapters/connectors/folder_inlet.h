// From the files of a folder to messages, and back to files with what became of them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapters/connectors/arrivals.h"
#include "adapters/connectors/departure.h"
#include "adapters/connectors/fate_text.h"
#include "adapters/connectors/folder_layout.h"
#include "adapters/connectors/message_sink.h"

namespace jobbro::connectors {

// Limits of an inlet; tests set smaller ones.
struct InletLimits {
    std::size_t files_max = 1024;       // handed in and not answered whole
    std::size_t messages_max = 20'000;  // of those; one file may go beyond
    std::size_t names_max = 8192;       // looked at in one look, first by name
};

// Something to be logged. Holds nothing of a file but its name's keyed hash.
struct InletNews {
    enum class Kind : std::uint8_t {
        taken,     // its messages are on disk to be sent
        sent,      // all of them are recorded
        refused,   // something of it was refused
        gone,      // it was taken away before it was answered; what became of it stands alone
        replaced,  // likewise, and another stood in its place
        fileless,  // messages of no file that is there were answered
        held,      // the folder, the outbox or an open file cannot be used now; tried again
    };
    Kind kind;
    std::string file;  // empty: of none in particular
    std::size_t messages = 0;
    std::size_t refused_messages = 0;
    std::optional<Error> error;
};

// For metrics, since the start.
struct InletCounts {
    std::uint64_t files_sent = 0;
    std::uint64_t files_refused = 0;
    std::uint64_t messages_refused_here = 0;  // without asking the hub
    std::uint64_t files_under_way = 0;        // now
    std::uint64_t messages_under_way = 0;     // now
};

// Hands in the messages of whole files, in the order of the files' names and of their lines, and
// moves a file to `sent` or `refused` when all of it is answered, a receipt or the errors beside
// it.
//
// A message's tag follows from its file's name, its own text (or what its row of a sheet says) and
// how often that has come before in the file (FileMessage). In the outbox it is noted once its file
// has left. So a file that is found again after a crash goes on where it was; one that comes again
// later under its old name gets the receipts it got before for what was recorded, and another try
// for what was refused.
//
// Instants of turn() and next_due() come from one clock that never steps back. Thread: one at a
// time. Life: what the constructor is given outlives it.
class FolderInlet {
  public:
    struct Parts {
        const FolderLayout& layout;
        const evidence::SymmetricKey& key;  // of tags and log names
        MessageSink& sink;
        const Clock& clock;  // of the calendar
        std::function<void(const InletNews&)> tell;
        InletLimits limits = {};
    };
    explicit FolderInlet(Parts parts) : parts_(std::move(parts)) {}
    FolderInlet(const FolderInlet&) = delete;
    FolderInlet& operator=(const FolderInlet&) = delete;

    // To be called first. Errors: those of MessageSink::not_noted.
    Result<void> start();
    // A file of the name was closed after writing, or moved in.
    void closed(const std::string& name) {
        arrivals_.closed(name);
        wants_look_ = true;
    }
    // Something may have changed in the folder.
    void look_again() { wants_look_ = true; }
    // The hub has answered these.
    void settled(const std::vector<kit::OutboxRecord>& records);
    // Does what is due: looks, takes files, moves those that are answered. What the disk or the
    // outbox refuses for now is told and tried again.
    // Errors: store_failed, tampered: the outbox is of no more use.
    Result<void> turn(Instant now);
    // Moves what is answered and takes nothing more: before the end. Errors: as turn().
    Result<void> wind_up(Instant now) { return send_off(now); }
    // When turn() has something to do without other news.
    [[nodiscard]] std::optional<Instant> next_due() const;
    [[nodiscard]] InletCounts counts() const;

  private:
    struct Message {
        MessageFate fate;
        bool is_answered = false;
        std::uint64_t ticket = 0;  // to be noted once the file has left; 0: none
    };
    struct UnderWay {
        bool is_in_moving = false;
        FileIdentity identity;
        std::vector<Message> messages;
        std::size_t unanswered = 0;
        std::optional<Error> refusal;  // of the file as a whole
    };
    // One message of the file that is being handed in.
    struct Request {
        std::size_t index;
        kit::TaggedEnvelope tagged;
    };
    struct Fileless {
        MessageFate fate;
        std::uint64_t ticket;
    };
    // Something that cannot be done for now.
    struct Hold {
        Instant until;
        std::optional<Error> by;
    };

    Result<void> look(Instant now);
    Result<std::vector<FileLook>> list(std::set<std::string>& in_moving);
    Result<void> answer_those_without_file();
    Result<void> take(const FileLook& file, bool is_in_moving, Instant now);
    Result<void> read(const FileLook& file, UnderWay& under_way, std::vector<Request>& requests,
                      bool& is_put_off, Instant now);
    Result<std::optional<Request>> prepare(const FileMessage& read, std::size_t index,
                                           Message& message);
    Result<void> put_requests(Instant now);
    Result<void> put_chunk(std::size_t count);
    void answered(const std::string& name, std::size_t index, const kit::OutboxRecord& record);
    void refused_here(Message& message, Error error);
    static void note_record(const kit::OutboxRecord& record, Message& message);
    void add(const std::string& name, UnderWay file);
    void answer_fileless(const kit::OutboxRecord& record);

    Result<void> send_off(Instant now);
    Result<void> send_off(const std::string& name, UnderWay& file);
    Result<void> write_fileless();
    Result<void> note_tickets();
    void leave(const std::string& name, Departure departure);
    Result<void> hold(Hold& held, const Error& error, Instant now);
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] bool is_half_empty() const;
    [[nodiscard]] bool wants_look(Instant now) const;
    void tell(InletNews::Kind kind, const std::string& name, std::size_t messages = 0,
              std::size_t refused_messages = 0, std::optional<Error> error = {}) const;

    const Parts parts_;
    Arrivals arrivals_;
    std::map<std::string, UnderWay> files_;
    std::size_t messages_under_way_ = 0;
    std::unordered_multimap<std::uint64_t, std::pair<std::string, std::size_t>> by_ticket_;
    std::set<std::string> answered_;  // of files_: nothing of them is unanswered
    std::string handing_in_;          // of files_: the one that `requests_` are of
    std::vector<Request> requests_;   // not put yet
    std::vector<Fileless> fileless_;  // refused, to be written
    std::vector<std::uint64_t> to_note_;
    // Settled while not all files of the start had been looked at, and no file of theirs was seen.
    std::set<std::uint64_t> earlier_;
    bool has_seen_all_ = false;
    InletCounts counts_;
    Hold intake_held_;
    Hold departure_held_;
    bool wants_look_ = true;
    bool has_more_ = false;  // files that wait for room
};

}  // namespace jobbro::connectors
