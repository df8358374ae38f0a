#include "adapters/kit/outbox.h"

#include <algorithm>
#include <array>
#include <utility>

namespace jobbro::kit {
namespace {

constexpr std::int32_t application_id = 0x4A6F6254;  // "JobT", for `file`
constexpr std::int32_t format = 1;
constexpr std::uint64_t row_bytes = 4096;  // what a row takes beside its envelope, at most
constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t settling_bytes = 64 * page_bytes;  // left free, so that rows can be settled
constexpr std::size_t drop_rows_max = 1000;                // envelopes dropped at once for room
constexpr std::size_t batch_bytes_max = 8 * 1024 * 1024;   // of envelopes given at once

// The envelope stands last: what only wants the other columns does not read its pages.
constexpr std::string_view schema =
    "CREATE TABLE jobbro_outbox_head (id INTEGER PRIMARY KEY CHECK (id = 1), sealed BLOB NOT NULL);"
    "CREATE TABLE jobbro_outbox ("
    " ticket INTEGER PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, tag_hash BLOB UNIQUE,"
    " state INTEGER NOT NULL, put_at INTEGER NOT NULL, settled_at INTEGER, noted_at INTEGER,"
    " identity BLOB NOT NULL, fate BLOB, envelope BLOB);"
    "CREATE INDEX jobbro_outbox_waiting ON jobbro_outbox (ticket) WHERE state = 1;"
    "CREATE INDEX jobbro_outbox_not_noted ON jobbro_outbox (ticket)"
    " WHERE state <> 1 AND noted_at IS NULL;"
    "CREATE INDEX jobbro_outbox_settled ON jobbro_outbox (state, settled_at) WHERE state <> 1;";

constexpr std::string_view selected =
    "SELECT ticket, message_id, tag_hash, state, put_at, settled_at, noted_at, identity, fate,"
    " envelope FROM jobbro_outbox ";

SqlValue integer(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}
SqlValue integer(OutboxState state) {
    return std::int64_t{static_cast<std::uint8_t>(state)};
}
SqlValue instant(const std::optional<Instant>& at) {
    if (!at) return std::monostate{};
    return at->microseconds;
}
SqlValue blob(const std::optional<Bytes>& bytes) {
    if (!bytes) return std::monostate{};
    return SqlBlob{*bytes};
}

OutboxRow read_row(const SqlStatement& statement) {
    const auto bytes = [&statement](int column) -> std::optional<Bytes> {
        if (statement.is_null(column)) return std::nullopt;
        return Bytes{statement.bytes(column)};
    };
    const auto at = [&statement](int column) -> std::optional<Instant> {
        const auto value = statement.optional_integer(column);
        if (!value) return std::nullopt;
        return Instant{*value};
    };
    const std::int64_t state = statement.integer(3);
    OutboxRow row;
    row.ticket = static_cast<std::uint64_t>(statement.integer(0));
    row.message_id = std::string{statement.bytes(1)};
    row.tag_hash = bytes(2);
    // Any other number is no state and does not open.
    row.state = state >= 1 && state <= 3 ? static_cast<OutboxState>(state) : OutboxState{};
    row.put_at = Instant{statement.integer(4)};
    row.settled_at = at(5);
    row.noted_at = at(6);
    row.identity = Bytes{statement.bytes(7)};
    row.fate = bytes(8);
    row.envelope = bytes(9);
    return row;
}

}  // namespace

// --- Opening ------------------------------------------------------------------------------------

Outbox::Outbox(OutboxSettings settings, const evidence::PartySecretKeys& own,
               std::unique_ptr<SqlFile> file)
    : settings_(std::move(settings)), sealing_(own), file_(std::move(file)) {}

Result<std::unique_ptr<Outbox>> Outbox::open(OutboxSettings settings,
                                             const evidence::PartySecretKeys& own) {
    JOBBRO_TRY_ASSIGN(auto file, SqlFile::open(settings.file, {settings.file_bytes_max,
                                                               application_id, format, schema}));
    std::unique_ptr<Outbox> outbox(new Outbox(std::move(settings), own, std::move(file)));
    JOBBRO_TRY(outbox->read_head());
    JOBBRO_TRY(outbox->check_rows());
    return outbox;
}

Error Outbox::in_file(const Error& error) const {
    return Error{error.code, settings_.file.string() + ": " + error.detail};
}

Result<void> Outbox::write_head(const Head& head) {
    Bytes plaintext;
    for (const std::uint64_t number :
         {head.last_ticket, head.waiting, head.waiting_bytes, head.refused, head.refused_bytes,
          head.accepted_kept, head.refused_kept, head.accepted_total, head.refused_total}) {
        append_big_endian(plaintext, number);
    }
    plaintext.append(settings_.origin);
    return file_->run("INSERT OR REPLACE INTO jobbro_outbox_head (id, sealed) VALUES (1, ?)",
                      std::array<SqlValue, 1>{SqlBlob{sealing_.seal_head(plaintext)}});
}

Result<void> Outbox::read_head() {
    JOBBRO_TRY_ASSIGN(auto statement, file_->prepare("SELECT sealed FROM jobbro_outbox_head"));
    JOBBRO_TRY_ASSIGN(const bool has_head, statement.step());
    if (!has_head) {
        JOBBRO_TRY_ASSIGN(const auto rows, file_->integer("SELECT count(*) FROM jobbro_outbox"));
        // Made, and then the process ended before it could write more.
        if (rows == 0) return write_head(head_);
        return in_file({ErrorCode::tampered, "the head is missing"});
    }
    const auto opened = sealing_.open_head(statement.bytes(0));
    if (!opened) {
        return in_file({ErrorCode::opening_failed, "made with other keys, or changed"});
    }
    const std::array<std::uint64_t*, 9> numbers = {
        &head_.last_ticket,  &head_.waiting,        &head_.waiting_bytes,
        &head_.refused,      &head_.refused_bytes,  &head_.accepted_kept,
        &head_.refused_kept, &head_.accepted_total, &head_.refused_total};
    if (opened->size() < 8 * numbers.size()) {
        return in_file({ErrorCode::store_format_unknown, "a head of another form"});
    }
    std::size_t at = 0;
    for (std::uint64_t* const number : numbers) {
        *number = read_big_endian<std::uint64_t>(*opened, at);
        at += 8;
    }
    if (opened->substr(at) != settings_.origin) {
        return in_file({ErrorCode::log_identity_wrong, "holds messages for another log"});
    }
    return {};
}

// Opens every row and counts them against the head.
Result<void> Outbox::check_rows() {
    JOBBRO_TRY_ASSIGN(auto statement, file_->prepare(std::string{selected} + "ORDER BY ticket"));
    Head counted = head_;
    counted.waiting = counted.waiting_bytes = counted.refused = counted.refused_bytes = 0;
    counted.accepted_kept = counted.refused_kept = 0;
    while (true) {
        JOBBRO_TRY_ASSIGN(const bool has_row, statement.step());
        if (!has_row) break;
        const OutboxRow row = read_row(statement);
        JOBBRO_TRY_ASSIGN(const OutboxRecord record, open_row(row));
        if (record.ticket > head_.last_ticket) {
            return in_file({ErrorCode::tampered, "a ticket that was never given"});
        }
        if (record.state == OutboxState::waiting) {
            ++counted.waiting;
            counted.waiting_bytes += row.envelope_bytes();
        } else if (record.state == OutboxState::accepted) {
            ++counted.accepted_kept;
        } else if (record.noted_at) {
            ++counted.refused_kept;
        } else {
            ++counted.refused;
            counted.refused_bytes += row.envelope_bytes();
        }
    }
    if (counted == head_) return {};
    return in_file({ErrorCode::tampered, "rows are missing or too many"});
}

// --- Rows ---------------------------------------------------------------------------------------

Result<OutboxRecord> Outbox::open_row(const OutboxRow& row) const {
    auto record = sealing_.open(row);
    if (!record) return in_file(record.error());
    return record;
}

Result<std::optional<OutboxRow>> Outbox::find_row(std::string_view where, const SqlValue& value) {
    JOBBRO_TRY_ASSIGN(auto statement, file_->prepare(std::string{selected}.append(where)));
    JOBBRO_TRY(statement.bind({&value, 1}));
    JOBBRO_TRY_ASSIGN(const bool has_row, statement.step());
    if (!has_row) return std::optional<OutboxRow>{};
    return std::optional<OutboxRow>{read_row(statement)};
}

Result<std::optional<OutboxRecord>> Outbox::find(std::string_view where, const SqlValue& value) {
    JOBBRO_TRY_ASSIGN(const auto row, find_row(where, value));
    if (!row) return std::optional<OutboxRecord>{};
    JOBBRO_TRY_ASSIGN(auto record, open_row(*row));
    return std::optional<OutboxRecord>{std::move(record)};
}

Result<std::vector<OutboxRecord>> Outbox::list(std::string_view where, std::uint64_t after,
                                               std::size_t limit) {
    JOBBRO_TRY_ASSIGN(auto statement, file_->prepare(std::string{selected}.append(where).append(
                                          " AND ticket > ? ORDER BY ticket LIMIT ?")));
    JOBBRO_TRY(statement.bind(
        std::array<SqlValue, 2>{integer(after), integer(std::min(limit, outbox_batch_max))}));
    std::vector<OutboxRecord> records;
    std::size_t bytes = 0;
    while (bytes < batch_bytes_max) {
        JOBBRO_TRY_ASSIGN(const bool has_row, statement.step());
        if (!has_row) break;
        JOBBRO_TRY_ASSIGN(auto record, open_row(read_row(statement)));
        bytes += record.envelope.size();
        records.push_back(std::move(record));
    }
    return records;
}

Result<void> Outbox::commit(SqlTransaction transaction, const Head& head) {
    JOBBRO_TRY(write_head(head));
    JOBBRO_TRY(transaction.commit());
    head_ = head;
    return {};
}

// --- Putting ------------------------------------------------------------------------------------

Result<OutboxPut> Outbox::put(const MadeEnvelope& envelope, const std::string& tag, Instant now) {
    JOBBRO_TRY_ASSIGN(auto puts, put_many({OutboxRequest{envelope, tag}}, now));
    return std::move(puts.front());
}

Result<std::vector<OutboxPut>> Outbox::put_many(const std::vector<OutboxRequest>& requests,
                                                Instant now) {
    if (requests.size() > outbox_batch_max) return ErrorCode::list_too_long;
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    Head head = head_;
    std::uint64_t needed_by_all = settling_bytes;
    for (const OutboxRequest& request : requests)
        needed_by_all += request.envelope.bytes.size() + row_bytes;
    JOBBRO_TRY_ASSIGN(std::uint64_t room, room_for(needed_by_all));
    std::vector<OutboxPut> puts;
    for (const OutboxRequest& request : requests) {
        JOBBRO_TRY_ASSIGN(auto one, put_one(head, request.envelope, request.tag, now));
        const std::uint64_t needed = one.is_new ? request.envelope.bytes.size() + row_bytes : 0;
        room -= std::min(room, needed);
        if (one.is_new && room < settling_bytes) {
            return in_file({ErrorCode::file_unwritable, "no room left of what it may take"});
        }
        puts.push_back(std::move(one));
    }
    // Nothing new: nothing to write, and what was there is durable already. What was dropped for
    // its sake comes back.
    if (head == head_) return puts;
    JOBBRO_TRY(commit(std::move(transaction), head));
    return puts;
}

// How much the file may still take; as much as asked for if dropping what is only kept gives it.
// An envelope of less than a page shares it with others: dropping it gives no room.
Result<std::uint64_t> Outbox::room_for(std::uint64_t bytes) {
    for (bool has_dropped = false;; has_dropped = true) {
        JOBBRO_TRY_ASSIGN(const std::uint64_t room, file_->free_bytes());
        if (room >= bytes || !may_keep_large_) return room;
        JOBBRO_TRY(
            file_->run("UPDATE jobbro_outbox SET envelope = NULL WHERE ticket IN (SELECT ticket"
                       " FROM jobbro_outbox WHERE state = 2 AND length(envelope) >= ?"
                       " ORDER BY ticket LIMIT ?)",
                       std::array<SqlValue, 2>{integer(page_bytes), integer(drop_rows_max)}));
        if (file_->changed_rows() != 0) continue;
        // What was dropped before is back if the caller gives up.
        may_keep_large_ = has_dropped;
        return room;
    }
}

Result<OutboxPut> Outbox::put_one(Head& head, const MadeEnvelope& envelope, const std::string& tag,
                                  Instant now) {
    if (tag.size() > outbox_tag_bytes_max) return Error{ErrorCode::field_too_long, {}, "tag"};
    if (envelope.message_id.size() > outbox_id_bytes_max) {
        return Error{ErrorCode::field_too_long, {}, "message_id"};
    }
    if (envelope.order_id.size() > outbox_id_bytes_max) {
        return Error{ErrorCode::field_too_long, {}, "order_id"};
    }
    if (envelope.bytes.size() > limits::envelope_bytes_max) return ErrorCode::envelope_too_large;
    JOBBRO_TRY_ASSIGN(auto earlier, find_earlier(envelope, tag));
    if (earlier) return OutboxPut{*std::move(earlier), false};
    if (head.waiting + head.refused >= settings_.messages_max ||
        head.waiting_bytes + head.refused_bytes + envelope.bytes.size() > settings_.bytes_max) {
        return ErrorCode::queue_full;
    }
    OutboxPut put{{}, true};
    put.record.ticket = ++head.last_ticket;
    put.record.message_id = envelope.message_id;
    put.record.order_id = envelope.order_id;
    put.record.tag = tag;
    put.record.put_at = now;
    put.record.envelope = envelope.bytes;
    put.record.digest = evidence::sha256(envelope.bytes);
    OutboxRow row;
    row.ticket = put.record.ticket;
    row.message_id = envelope.message_id;
    row.tag_hash = sealing_.hash_of(tag);
    row.put_at = now;
    sealing_.seal_message(row, put.record);
    JOBBRO_TRY(file_->run(
        "INSERT INTO jobbro_outbox (ticket, message_id, tag_hash, state, put_at, identity,"
        " envelope) VALUES (?, ?, ?, ?, ?, ?, ?)",
        std::array<SqlValue, 7>{integer(row.ticket), row.message_id, blob(row.tag_hash),
                                integer(row.state), now.microseconds, SqlBlob{row.identity},
                                blob(row.envelope)}));
    ++head.waiting;
    head.waiting_bytes += envelope.bytes.size();
    return put;
}

Result<std::optional<OutboxRecord>> Outbox::find_earlier(const MadeEnvelope& envelope,
                                                         const std::string& tag) {
    if (!tag.empty()) {
        JOBBRO_TRY_ASSIGN(auto by_tag, find("WHERE tag_hash = ?", blob(sealing_.hash_of(tag))));
        if (by_tag) return by_tag;
    }
    JOBBRO_TRY_ASSIGN(auto by_id, find("WHERE message_id = ?", envelope.message_id));
    if (by_id && by_id->digest != evidence::sha256(envelope.bytes)) {
        return ErrorCode::message_id_reused;
    }
    return by_id;
}

// --- Settling -----------------------------------------------------------------------------------

Result<std::vector<OutboxRecord>> Outbox::settle(const std::vector<OutboxSettlement>& settlements,
                                                 Instant now) {
    if (settlements.size() > outbox_batch_max) return ErrorCode::list_too_long;
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    Head head = head_;
    std::vector<OutboxRecord> settled;
    for (const OutboxSettlement& settlement : settlements) {
        JOBBRO_TRY_ASSIGN(auto one, settle_one(head, settlement, now));
        if (one) settled.push_back(*std::move(one));
    }
    if (settled.empty()) return settled;
    JOBBRO_TRY(commit(std::move(transaction), head));
    return settled;
}

Result<void> Outbox::accepted(std::uint64_t ticket, const Receipt& receipt, Instant now) {
    JOBBRO_TRY(settle({OutboxSettlement{ticket, receipt}}, now));
    return {};
}

Result<void> Outbox::refused(std::uint64_t ticket, const Error& error, Instant now) {
    JOBBRO_TRY(settle({OutboxSettlement{ticket, error}}, now));
    return {};
}

Result<void> Outbox::rewrite(const OutboxRow& row, bool keeps_envelope) {
    return file_->run(
        "UPDATE jobbro_outbox SET state = ?, settled_at = ?, noted_at = ?, fate = ?,"
        " envelope = CASE WHEN ? THEN envelope END WHERE ticket = ?",
        std::array<SqlValue, 6>{integer(row.state), instant(row.settled_at), instant(row.noted_at),
                                blob(row.fate), std::int64_t{keeps_envelope ? 1 : 0},
                                integer(row.ticket)});
}

Result<std::optional<OutboxRecord>> Outbox::settle_one(Head& head,
                                                       const OutboxSettlement& settlement,
                                                       Instant now) {
    JOBBRO_TRY_ASSIGN(auto row, find_row("WHERE ticket = ?", integer(settlement.ticket)));
    if (!row) return Error{ErrorCode::usage, "there is no such ticket in the outbox"};
    if (row->state != OutboxState::waiting) return std::optional<OutboxRecord>{};
    JOBBRO_TRY_ASSIGN(OutboxRecord record, open_row(*row));
    const bool is_accepted = settlement.fate.has_value();
    row->state = record.state = is_accepted ? OutboxState::accepted : OutboxState::refused;
    row->settled_at = record.settled_at = now;
    record.fate = settlement.fate;
    sealing_.seal_fate(*row, settlement.fate);
    const std::uint64_t size = record.envelope.size();
    // What is accepted need not be kept where what is settled next needs the room.
    JOBBRO_TRY_ASSIGN(const std::uint64_t room, file_->free_bytes());
    const bool is_kept = !is_accepted || room >= settling_bytes;
    JOBBRO_TRY(rewrite(*row, is_kept));
    if (!is_kept) record.envelope.clear();
    may_keep_large_ = may_keep_large_ || (is_kept && size >= page_bytes / 2);
    --head.waiting;
    head.waiting_bytes -= size;
    if (is_accepted) {
        ++head.accepted_kept;
        ++head.accepted_total;
    } else {
        ++head.refused;
        head.refused_bytes += size;
        ++head.refused_total;
    }
    return std::optional<OutboxRecord>{std::move(record)};
}

Result<void> Outbox::take_note(const std::vector<std::uint64_t>& tickets, Instant now) {
    if (tickets.size() > outbox_batch_max) return ErrorCode::list_too_long;
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    Head head = head_;
    for (const std::uint64_t ticket : tickets)
        JOBBRO_TRY(note_one(head, ticket, now));
    return commit(std::move(transaction), head);
}

Result<void> Outbox::note_one(Head& head, std::uint64_t ticket, Instant now) {
    JOBBRO_TRY_ASSIGN(auto row, find_row("WHERE ticket = ?", integer(ticket)));
    if (!row) return Error{ErrorCode::usage, "there is no such ticket in the outbox"};
    if (row->state == OutboxState::waiting) {
        return Error{ErrorCode::usage, "nothing is known yet of a message that waits"};
    }
    if (row->noted_at) return {};
    JOBBRO_TRY_ASSIGN(const OutboxRecord record, open_row(*row));
    row->noted_at = now;
    sealing_.seal_fate(*row, *record.fate);
    JOBBRO_TRY(rewrite(*row, row->state == OutboxState::accepted));
    if (row->state == OutboxState::refused) {
        --head.refused;
        head.refused_bytes -= record.envelope.size();
        ++head.refused_kept;
    }
    return {};
}

// --- Looking up ---------------------------------------------------------------------------------

Result<std::vector<OutboxRecord>> Outbox::waiting(std::uint64_t after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    return list("WHERE state = 1", after, limit);
}

Result<std::vector<OutboxRecord>> Outbox::not_noted(std::uint64_t after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    return list("WHERE state <> 1 AND noted_at IS NULL", after, limit);
}

Result<std::vector<OutboxRecord>> Outbox::sent(std::uint64_t after, std::size_t limit) {
    const std::lock_guard lock(mutex_);
    return list("WHERE state = 2 AND envelope IS NOT NULL", after, limit);
}

Result<std::optional<OutboxRecord>> Outbox::find_by_ticket(std::uint64_t ticket) {
    const std::lock_guard lock(mutex_);
    return find("WHERE ticket = ?", integer(ticket));
}

Result<std::optional<OutboxRecord>> Outbox::find_by_tag(const std::string& tag) {
    if (tag.empty()) return std::optional<OutboxRecord>{};
    const std::lock_guard lock(mutex_);
    return find("WHERE tag_hash = ?", blob(sealing_.hash_of(tag)));
}

Result<std::optional<OutboxRecord>> Outbox::find_by_message_id(const std::string& message_id) {
    const std::lock_guard lock(mutex_);
    return find("WHERE message_id = ?", message_id);
}

// --- Sweeping and counting ----------------------------------------------------------------------

Result<std::size_t> Outbox::sweep(Instant now) {
    const std::lock_guard lock(mutex_);
    JOBBRO_TRY_ASSIGN(auto transaction, SqlTransaction::begin(*file_));
    Head head = head_;
    const Instant kept_from = now.plus_ms(-limits::kit_sent_kept_ms);
    const SqlValue until = kept_from.microseconds;
    // What has a tag may be put again by a caller who has not taken note yet. "state <> 1" has the
    // index used.
    JOBBRO_TRY(
        file_->run("DELETE FROM jobbro_outbox WHERE ticket IN (SELECT ticket FROM jobbro_outbox"
                   " WHERE state = 2 AND state <> 1 AND settled_at <= ?"
                   " AND (tag_hash IS NULL OR noted_at <= ?) LIMIT ?)",
                   std::array<SqlValue, 3>{until, until, integer(outbox_sweep_rows_max)}));
    const std::uint64_t accepted = file_->changed_rows();
    JOBBRO_TRY(file_->run(
        "DELETE FROM jobbro_outbox WHERE ticket IN (SELECT ticket FROM jobbro_outbox"
        " WHERE state = 3 AND state <> 1 AND settled_at <= ? AND noted_at <= ? LIMIT ?)",
        std::array<SqlValue, 3>{until, until, integer(outbox_sweep_rows_max - accepted)}));
    const std::uint64_t refused = file_->changed_rows();
    JOBBRO_TRY_ASSIGN(const std::uint64_t dropped, drop_settled_by(kept_from));
    if (accepted + refused + dropped == 0) return std::size_t{0};
    head.accepted_kept -= accepted;
    head.refused_kept -= refused;
    JOBBRO_TRY(commit(std::move(transaction), head));
    return static_cast<std::size_t>(accepted + refused);
}

// The envelopes of what was accepted by then. Returns how many.
Result<std::uint64_t> Outbox::drop_settled_by(Instant until) {
    JOBBRO_TRY(
        file_->run("UPDATE jobbro_outbox SET envelope = NULL WHERE ticket IN (SELECT ticket"
                   " FROM jobbro_outbox WHERE state = 2 AND state <> 1 AND settled_at <= ?"
                   " AND envelope IS NOT NULL LIMIT ?)",
                   std::array<SqlValue, 2>{until.microseconds, integer(outbox_sweep_rows_max)}));
    return file_->changed_rows();
}

Result<OutboxCounts> Outbox::counts() {
    const std::lock_guard lock(mutex_);
    OutboxCounts counts;
    counts.waiting = head_.waiting;
    counts.waiting_bytes = head_.waiting_bytes;
    counts.refused_not_noted = head_.refused;
    counts.accepted_total = head_.accepted_total;
    counts.refused_total = head_.refused_total;
    if (counts.waiting == 0) return counts;
    JOBBRO_TRY_ASSIGN(
        const std::int64_t oldest,
        file_->integer("SELECT put_at FROM jobbro_outbox WHERE state = 1 ORDER BY ticket LIMIT 1"));
    counts.oldest_waiting = Instant{oldest};
    return counts;
}

}  // namespace jobbro::kit
