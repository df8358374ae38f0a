// Messages a party has accepted to send, on disk until the hub has them.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/outbox_row.h"
#include "proto/base/clock.h"
#include "proto/base/limits.h"

namespace jobbro::kit {

// Limits of an outbox beside those of limits.h: kit_outbox_messages_max and kit_outbox_bytes_max,
// of what is held (waiting, or refused and not noted), and kit_sent_kept_ms. What is accepted and
// kept counts for the file's size only, and makes room there when it is needed.
inline constexpr std::uint64_t outbox_file_bytes_max = 2ULL * 1024 * 1024 * 1024;
inline constexpr std::size_t outbox_tag_bytes_max = 1024;
inline constexpr std::size_t outbox_id_bytes_max = 64;  // message ids and order ids have 36
inline constexpr std::size_t outbox_batch_max = 1024;   // in one call that takes or gives many
inline constexpr std::size_t outbox_sweep_rows_max = 10'000;  // deleted in one transaction

// What a caller hands to put_many().
struct OutboxRequest {
    MadeEnvelope envelope;
    std::string tag;
};
// The record, and whether this call made it.
struct OutboxPut {
    OutboxRecord record;
    bool is_new = false;
};
// What the hub said to a waiting message.
struct OutboxSettlement {
    std::uint64_t ticket = 0;
    Result<Receipt> fate;
};

// For metrics. The totals count since the file was made.
struct OutboxCounts {
    std::uint64_t waiting = 0;
    std::uint64_t waiting_bytes = 0;
    std::optional<Instant> oldest_waiting;  // when it was put
    std::uint64_t refused_not_noted = 0;
    std::uint64_t accepted_total = 0;
    std::uint64_t refused_total = 0;
};

struct OutboxSettings {
    std::filesystem::path file;
    std::string origin;  // of the log the messages are for
    std::size_t messages_max = limits::kit_outbox_messages_max;
    std::uint64_t bytes_max = limits::kit_outbox_bytes_max;
    std::uint64_t file_bytes_max = outbox_file_bytes_max;
};

// A SQLite file of one party's messages to one log, mode 0600, for one process at a time. In the
// clear stand tickets, message ids, states and instants; envelopes, order ids, tags, receipts and
// refusals are sealed under keys derived from the party's, and a tag is found by its keyed hash.
// Each row is bound to its place and state, and a sealed head counts the rows, so that a change
// from outside is noticed; not so an older copy of the whole file, which makes the kit send again
// what the hub has and will record no second time. Each function that changes something is one
// transaction: durable when it returns success, undone when it returns an error.
//
// Before a party's keys change, its outbox has to be empty: other keys do not open the rows.
//
// Errors of every function: store_failed, tampered (the file is named), and for those that write
// also file_unwritable, as SqlFile says. Thread: any; one waits for another, never for the network.
class Outbox {
  public:
    // Opens the file, or makes it, and opens every row (some 10 µs each) before it says success.
    // Errors: data_folder_locked, file_unreadable, store_format_unknown; opening_failed when the
    // file was made with other keys; tampered when rows were changed or are missing;
    // log_identity_wrong when its messages are for another log.
    static Result<std::unique_ptr<Outbox>> open(OutboxSettings settings,
                                                const evidence::PartySecretKeys& own);
    Outbox(const Outbox&) = delete;
    Outbox& operator=(const Outbox&) = delete;

    // Takes the message to send it. A tag, or a message id with the same bytes, that is here
    // already gives the record there is and changes nothing: a caller that crashed before it had
    // noted the message id asks again and gets the same one, for as long as the record is kept.
    // When the file has no room left, the oldest envelopes of what is accepted are dropped early.
    // Errors: queue_full at the limits; envelope_too_large; field_too_long (the tag or an id);
    // message_id_reused when the id is here with other bytes.
    Result<OutboxPut> put(const MadeEnvelope& envelope, const std::string& tag, Instant now);
    // All or none, in order, in one transaction. Errors: as put; list_too_long.
    Result<std::vector<OutboxPut>> put_many(const std::vector<OutboxRequest>& requests,
                                            Instant now);

    // Waiting messages with greater tickets, oldest first: up to `limit` and outbox_batch_max, and
    // fewer when they are large. Empty: there are none.
    Result<std::vector<OutboxRecord>> waiting(std::uint64_t after, std::size_t limit);
    // Settled ones that the caller has not taken note of, likewise.
    Result<std::vector<OutboxRecord>> not_noted(std::uint64_t after, std::size_t limit);
    // Accepted ones whose envelopes are still kept, likewise: what can be handed in again when a
    // hub was put back from an older copy of its log.
    Result<std::vector<OutboxRecord>> sent(std::uint64_t after, std::size_t limit);

    // The hub has answered. What is settled already is left as it is and not returned. Returns the
    // records as they then are. Errors: usage for a ticket there is not; list_too_long.
    Result<std::vector<OutboxRecord>> settle(const std::vector<OutboxSettlement>& settlements,
                                             Instant now);
    Result<void> accepted(std::uint64_t ticket, const Receipt& receipt, Instant now);
    Result<void> refused(std::uint64_t ticket, const Error& error, Instant now);
    // The caller knows what became of these; a second time changes nothing.
    // Errors: usage for a ticket there is not or that still waits; list_too_long.
    Result<void> take_note(const std::vector<std::uint64_t>& tickets, Instant now);

    // None: there is no such record, or it is not kept any more.
    Result<std::optional<OutboxRecord>> find_by_ticket(std::uint64_t ticket);
    Result<std::optional<OutboxRecord>> find_by_tag(const std::string& tag);
    Result<std::optional<OutboxRecord>> find_by_message_id(const std::string& message_id);

    // Forgets what was noted 30 days before `now` or earlier, and what was accepted then and has no
    // tag: under a tag the caller may put the same again until it has taken note, but the envelope
    // goes with the others. Returns how many records; outbox_sweep_rows_max means that there may be
    // more.
    Result<std::size_t> sweep(Instant now);
    Result<OutboxCounts> counts();

  private:
    // Counted over all rows, sealed in a row of its own and written with every change.
    struct Head {
        std::uint64_t last_ticket = 0;
        std::uint64_t waiting = 0;
        std::uint64_t waiting_bytes = 0;
        std::uint64_t refused = 0;  // and not noted
        std::uint64_t refused_bytes = 0;
        std::uint64_t accepted_kept = 0;
        std::uint64_t refused_kept = 0;  // and noted
        std::uint64_t accepted_total = 0;
        std::uint64_t refused_total = 0;
        friend bool operator==(const Head&, const Head&) = default;
    };

    Outbox(OutboxSettings settings, const evidence::PartySecretKeys& own,
           std::unique_ptr<SqlFile> file);
    Result<void> read_head();
    Result<void> check_rows();
    Result<void> write_head(const Head& head);
    Result<void> commit(SqlTransaction transaction, const Head& head);
    Result<OutboxPut> put_one(Head& head, const MadeEnvelope& envelope, const std::string& tag,
                              Instant now);
    Result<std::optional<OutboxRecord>> find_earlier(const MadeEnvelope& envelope,
                                                     const std::string& tag);
    Result<std::optional<OutboxRecord>> settle_one(Head& head, const OutboxSettlement& settlement,
                                                   Instant now);
    Result<void> note_one(Head& head, std::uint64_t ticket, Instant now);
    Result<std::uint64_t> room_for(std::uint64_t bytes);
    Result<std::uint64_t> drop_settled_by(Instant until);
    // Writes what settling and noting change.
    Result<void> rewrite(const OutboxRow& row, bool keeps_envelope);
    Result<std::optional<OutboxRow>> find_row(std::string_view where, const SqlValue& value);
    Result<std::optional<OutboxRecord>> find(std::string_view where, const SqlValue& value);
    Result<std::vector<OutboxRecord>> list(std::string_view where, std::uint64_t after,
                                           std::size_t limit);
    [[nodiscard]] Result<OutboxRecord> open_row(const OutboxRow& row) const;
    [[nodiscard]] Error in_file(const Error& error) const;

    const OutboxSettings settings_;
    std::mutex mutex_;
    OutboxSealing sealing_;  // by mutex_, as all below
    std::unique_ptr<SqlFile> file_;
    Head head_;
    bool may_keep_large_ = true;  // of accepted ones; false: none is worth dropping for its room
};

}  // namespace jobbro::kit
