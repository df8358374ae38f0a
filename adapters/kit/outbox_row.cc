#include "adapters/kit/outbox_row.h"

#include <algorithm>
#include <utility>

#include "jobbro/v1/submit.pb.h"
#include "proto/evidence/sealing.h"

namespace jobbro::kit {
namespace {

constexpr std::string_view rows_purpose = "kit outbox rows";
constexpr std::string_view tags_purpose = "kit outbox tags";
constexpr std::string_view head_name = "jobbro outbox head v1";
constexpr std::size_t sealing_bytes = 40;  // what seal_row adds

enum class Part : std::uint8_t { identity = 1, fate = 2, envelope = 3 };

void append_sized(Bytes& out, BytesView bytes) {
    append_big_endian(out, static_cast<std::uint32_t>(bytes.size()));
    out.append(bytes);
}

void append_optional(Bytes& out, const std::optional<Instant>& at) {
    out.push_back(at ? '\1' : '\0');
    append_big_endian(out, at ? at->microseconds : 0);
}

// Takes a sized string off the front. None: there is no such.
std::optional<BytesView> take_sized(BytesView& rest) {
    if (rest.size() < sizeof(std::uint32_t)) return std::nullopt;
    const auto size = read_big_endian<std::uint32_t>(rest);
    rest.remove_prefix(sizeof size);
    if (rest.size() < size) return std::nullopt;
    const BytesView taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

// What a sealed part is bound to.
Bytes associated(Part part, const OutboxRow& row) {
    Bytes bytes{"jobbro outbox v1"};
    bytes.push_back(static_cast<char>(part));
    append_big_endian(bytes, row.ticket);
    append_sized(bytes, row.message_id);
    if (part == Part::identity) {
        append_sized(bytes, row.tag_hash.value_or(Bytes{}));
        append_big_endian(bytes, row.put_at.microseconds);
    } else if (part == Part::fate) {
        bytes.push_back(static_cast<char>(row.state));
        append_optional(bytes, row.settled_at);
        append_optional(bytes, row.noted_at);
    }
    return bytes;
}

Bytes encode(const Result<Receipt>& fate) {
    if (!fate) {
        v1::Rejection rejection;
        rejection.set_code(static_cast<v1::ErrorCode>(fate.error().code));
        rejection.set_detail(fate.error().detail);
        rejection.set_field_path(fate.error().field_path);
        return rejection.SerializeAsString();
    }
    v1::Receipt receipt;
    receipt.set_sequence(fate->sequence.value());
    receipt.mutable_recorded_at()->set_seconds(fate->recorded_at.microseconds / 1'000'000);
    receipt.mutable_recorded_at()->set_nanos(
        static_cast<std::int32_t>(fate->recorded_at.microseconds % 1'000'000) * 1000);
    for (const v1::Finding& finding : fate->findings)
        *receipt.add_findings() = finding;
    return receipt.SerializeAsString();
}

std::optional<Result<Receipt>> decode_receipt(const Bytes& bytes, const std::string& message_id) {
    v1::Receipt wire;
    if (!wire.ParseFromString(bytes)) return std::nullopt;
    const auto& at = wire.recorded_at();
    return Receipt{message_id,
                   Sequence{wire.sequence()},
                   Instant{at.seconds() * 1'000'000 + at.nanos() / 1000},
                   {wire.findings().begin(), wire.findings().end()}};
}

std::optional<Result<Receipt>> decode_refusal(const Bytes& bytes) {
    v1::Rejection wire;
    if (!wire.ParseFromString(bytes)) return std::nullopt;
    return error_from_wire(wire.code(), v1::DISPOSITION_UNSPECIFIED, wire.detail(),
                           wire.field_path());
}

Error tampered(const OutboxRow& row) {
    return Error{ErrorCode::tampered, "the row of ticket " + std::to_string(row.ticket)};
}

}  // namespace

std::uint64_t OutboxRow::envelope_bytes() const {
    return envelope ? envelope->size() - std::min(envelope->size(), sealing_bytes) : 0;
}

OutboxSealing::OutboxSealing(const evidence::PartySecretKeys& own)
    : row_key_(evidence::party_row_key(own, rows_purpose)),
      tag_key_(evidence::party_row_key(own, tags_purpose)) {}

std::optional<Bytes> OutboxSealing::hash_of(const std::string& tag) const {
    if (tag.empty()) return std::nullopt;
    return Bytes{view(evidence::hmac_sha256(tag_key_.view(), tag))};
}

void OutboxSealing::seal_message(OutboxRow& row, const OutboxRecord& record) {
    Bytes identity;
    append_sized(identity, record.tag);
    append_sized(identity, record.order_id);
    identity.append(view(record.digest));
    row.identity =
        evidence::seal_row(row_key_, identity, associated(Part::identity, row), randomness_);
    row.envelope =
        evidence::seal_row(row_key_, record.envelope, associated(Part::envelope, row), randomness_);
}

void OutboxSealing::seal_fate(OutboxRow& row, const Result<Receipt>& fate) {
    row.fate = evidence::seal_row(row_key_, encode(fate), associated(Part::fate, row), randomness_);
}

Result<OutboxRecord> OutboxSealing::open(const OutboxRow& row) const {
    const auto identity =
        evidence::open_row(row_key_, row.identity, associated(Part::identity, row));
    if (!identity) return tampered(row);
    BytesView rest = *identity;
    const auto tag = take_sized(rest);
    const auto order_id = take_sized(rest);
    OutboxRecord record;
    if (!tag || !order_id || rest.size() != record.digest.size()) return tampered(row);
    record.ticket = row.ticket;
    record.message_id = row.message_id;
    record.order_id = std::string{*order_id};
    record.tag = std::string{*tag};
    record.state = row.state;
    record.put_at = row.put_at;
    record.settled_at = row.settled_at;
    record.noted_at = row.noted_at;
    record.digest = array_of<sizeof record.digest>(rest);
    JOBBRO_TRY(open_fate(row, record));
    JOBBRO_TRY(open_envelope(row, record));
    return record;
}

Result<void> OutboxSealing::open_fate(const OutboxRow& row, OutboxRecord& record) const {
    const bool is_settled = row.state == OutboxState::accepted || row.state == OutboxState::refused;
    if (!is_settled && row.state != OutboxState::waiting) return tampered(row);
    if (is_settled != row.fate.has_value() || is_settled != row.settled_at.has_value()) {
        return tampered(row);
    }
    if (!is_settled) return row.noted_at ? Result<void>{tampered(row)} : Result<void>{};
    const auto fate = evidence::open_row(row_key_, *row.fate, associated(Part::fate, row));
    if (!fate) return tampered(row);
    record.fate = row.state == OutboxState::accepted ? decode_receipt(*fate, row.message_id)
                                                     : decode_refusal(*fate);
    if (!record.fate) return tampered(row);
    return {};
}

Result<void> OutboxSealing::open_envelope(const OutboxRow& row, OutboxRecord& record) const {
    // Of what is accepted it is kept for a while.
    const bool is_needed =
        row.state == OutboxState::waiting || (row.state == OutboxState::refused && !row.noted_at);
    const bool may_be_there = is_needed || row.state == OutboxState::accepted;
    if (row.envelope.has_value() ? !may_be_there : is_needed) return tampered(row);
    if (!row.envelope) return {};
    auto envelope = evidence::open_row(row_key_, *row.envelope, associated(Part::envelope, row));
    if (!envelope || record.digest != evidence::sha256(*envelope)) return tampered(row);
    record.envelope = *std::move(envelope);
    return {};
}

Bytes OutboxSealing::seal_head(BytesView head) {
    return evidence::seal_row(row_key_, head, head_name, randomness_);
}

Result<Bytes> OutboxSealing::open_head(BytesView sealed) const {
    return evidence::open_row(row_key_, sealed, head_name);
}

}  // namespace jobbro::kit
