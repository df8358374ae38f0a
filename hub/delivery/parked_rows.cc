#include "hub/delivery/parked_rows.h"

#include "hub/journal/rows.pb.h"
#include "hub/journal/tables.h"

namespace jobbro::delivery {
namespace {

namespace tables = journal::log_table;

constexpr std::size_t sequence_bytes = 8;
constexpr char reason_suffix = 'r';

Bytes row_key(const SubscriptionKey& key, Sequence sequence) {
    Bytes bytes = key.first;
    bytes.push_back('\0');
    bytes += key.second;
    bytes.push_back('\0');
    append_big_endian(bytes, sequence.value());
    return bytes;
}

Bytes reason_key(const SubscriptionKey& key, Sequence sequence) {
    return row_key(key, sequence) + reason_suffix;
}

void stage(const Bytes& key, BytesView value, const Moment& moment) {
    moment.journal->batch().put(
        tables::parked, key,
        moment.journal->vault().seal_row(tables::parked, key, value, *moment.randomness));
}

// Party and name hold no zero byte, the sequence may.
bool read_key(BytesView bytes, ParkedFound& found, bool& is_reason) {
    const std::size_t party_end = bytes.find('\0');
    if (party_end == BytesView::npos) return false;
    const std::size_t name_end = bytes.find('\0', party_end + 1);
    if (name_end == BytesView::npos) return false;
    const BytesView rest = bytes.substr(name_end + 1);
    is_reason = rest.size() == sequence_bytes + 1 && rest.back() == reason_suffix;
    if (rest.size() != sequence_bytes && !is_reason) return false;
    found.key = {Bytes{bytes.substr(0, party_end)},
                 Bytes{bytes.substr(party_end + 1, name_end - party_end - 1)}};
    found.sequence = Sequence{read_big_endian<std::uint64_t>(rest)};
    return true;
}

bool read_value(const Bytes& plain, ParkedFound& found) {
    journal::rows::ParkedRow row;
    if (!row.ParseFromString(plain)) return false;
    found.message.reset();
    if (row.settled()) return true;
    if (row.lane().size() != lane_bytes) return false;
    Parked message;
    message.lane = array_of<lane_bytes>(row.lane());
    message.parked_at = Instant{row.parked_at_us()};
    message.due = Instant{row.due_us()};
    message.attempts = row.attempts();
    message.waits_for_person = row.waits_for_person();
    message.has_reason = row.has_reason();
    found.message = message;
    return true;
}

}  // namespace

void stage_parked(const SubscriptionKey& key, Sequence sequence, const Parked& message,
                  const Moment& moment) {
    journal::rows::ParkedRow row;
    row.set_lane(Bytes{view(message.lane)});
    row.set_parked_at_us(message.parked_at.microseconds);
    row.set_due_us(message.due.microseconds);
    row.set_attempts(message.attempts);
    row.set_waits_for_person(message.waits_for_person);
    row.set_has_reason(message.has_reason);
    stage(row_key(key, sequence), row.SerializeAsString(), moment);
}

void stage_settled(const SubscriptionKey& key, Sequence sequence, const Moment& moment) {
    journal::rows::ParkedRow row;
    row.set_settled(true);
    stage(row_key(key, sequence), row.SerializeAsString(), moment);
}

void stage_reason(const SubscriptionKey& key, Sequence sequence, const std::string& reason,
                  const Moment& moment) {
    stage(reason_key(key, sequence), reason, moment);
}

void erase_reason(const SubscriptionKey& key, Sequence sequence, const Moment& moment) {
    moment.journal->batch().erase(tables::parked, reason_key(key, sequence));
}

void erase_parked(const SubscriptionKey& key, Sequence sequence, const Moment& moment) {
    moment.journal->batch().erase(tables::parked, row_key(key, sequence));
}

Result<std::string> reason_of(const SubscriptionKey& key, Sequence sequence,
                              journal::Journal& journal) {
    const Bytes row = reason_key(key, sequence);
    JOBBRO_TRY_ASSIGN(const auto stored, journal.log().get(tables::parked, row));
    if (!stored) return std::string{};
    return journal.vault().open_row(tables::parked, row, *stored);
}

Result<void> read_parked(journal::Journal& journal,
                         const std::function<bool(const ParkedFound&)>& visit) {
    std::optional<Error> error;
    JOBBRO_TRY(journal.log().scan(tables::parked, {}, [&](BytesView key, BytesView value) {
        ParkedFound found;
        bool is_reason = false;
        if (!read_key(key, found, is_reason)) {
            error = Error{ErrorCode::tampered, "a parked message's row"};
            return false;
        }
        if (is_reason) return true;
        const auto plain = journal.vault().open_row(tables::parked, key, value);
        if (!plain) {
            error = plain.error();
        } else if (!read_value(*plain, found)) {
            error = Error{ErrorCode::tampered, "a parked message's row"};
        }
        return !error && visit(found);
    }));
    if (error) return *std::move(error);
    return {};
}

}  // namespace jobbro::delivery
