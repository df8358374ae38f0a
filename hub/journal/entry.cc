#include "hub/journal/entry.h"

#include "proto/base/limits.h"

namespace jobbro::journal {
namespace {

constexpr std::uint8_t format_version = 1;
constexpr std::uint8_t flag_submitted = 1;
constexpr std::uint8_t flag_of_case = 2;
constexpr std::size_t path_max = 16;

// Reads forward; any reading past the end makes it fail for good.
class Cursor {
  public:
    explicit Cursor(BytesView bytes) : bytes_(bytes) {}
    BytesView take(std::size_t count) {
        if (failed_ || bytes_.size() - at_ < count) {
            failed_ = true;
            return {};
        }
        at_ += count;
        return bytes_.substr(at_ - count, count);
    }
    template <typename Integer>
    Integer number() {
        const BytesView bytes = take(sizeof(Integer));
        return failed_ ? Integer{0} : read_big_endian<Integer>(bytes);
    }
    template <std::size_t N>
    ByteArray<N> array() {
        const BytesView bytes = take(N);
        return failed_ ? ByteArray<N>{} : array_of<N>(bytes);
    }
    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] std::size_t at() const { return at_; }
    BytesView rest() { return take(bytes_.size() - at_); }

  private:
    BytesView bytes_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

SubmitProof read_proof(Cursor& cursor) {
    SubmitProof proof;
    proof.registry_sequence = Sequence{cursor.number<std::uint64_t>()};
    proof.signature = cursor.array<64>();
    proof.count = cursor.number<std::uint16_t>();
    proof.index = cursor.number<std::uint16_t>();
    const std::size_t length = cursor.number<std::uint8_t>();
    for (std::size_t i = 0; i < length && !cursor.failed(); ++i) {
        proof.path.push_back(cursor.array<32>());
    }
    return proof;
}

}  // namespace

Bytes encode_clear(const ClearPart& clear) {
    JOBBRO_ASSERT(clear.sender.size() <= limits::party_id_bytes_max);
    JOBBRO_ASSERT(!clear.proof || !clear.is_of_case);
    Bytes out;
    out.reserve(256 + (clear.proof ? 80 + 32 * clear.proof->path.size() : 0));
    out.push_back(static_cast<char>(format_version));
    out.push_back(static_cast<char>(clear.proof        ? flag_submitted
                                    : clear.is_of_case ? flag_of_case
                                                       : 0));
    append_big_endian(out, clear.sequence.value());
    append_big_endian(out, static_cast<std::uint64_t>(clear.recorded_at.microseconds));
    out += view(clear.message_id);
    out += view(clear.envelope_digest);
    out += view(clear.salt);
    append_big_endian(out, clear.hidden_slot);
    append_big_endian(out, clear.slot_key_number);
    out += view(clear.index_commitment);
    out += view(clear.body_commitment);
    append_big_endian(out, static_cast<std::uint8_t>(clear.sender.size()));
    out += clear.sender;
    if (clear.proof) {
        const SubmitProof& proof = *clear.proof;
        JOBBRO_ASSERT(proof.path.size() <= path_max);
        append_big_endian(out, proof.registry_sequence.value());
        out += view(proof.signature);
        append_big_endian(out, proof.count);
        append_big_endian(out, proof.index);
        append_big_endian(out, static_cast<std::uint8_t>(proof.path.size()));
        for (const evidence::Digest& digest : proof.path)
            out += view(digest);
    }
    return out;
}

Bytes encode_entry(BytesView clear_bytes, BytesView sealed_index, BytesView sealed_body) {
    Bytes out;
    out.reserve(clear_bytes.size() + 2 + sealed_index.size() + sealed_body.size());
    out += clear_bytes;
    append_big_endian(out, static_cast<std::uint16_t>(sealed_index.size()));
    out += sealed_index;
    out += sealed_body;
    JOBBRO_ASSERT(out.size() <= limits::entry_bytes_max);
    return out;
}

Result<EntryParts> decode_entry(BytesView entry) {
    Cursor cursor{entry};
    EntryParts parts;
    const auto version = cursor.number<std::uint8_t>();
    const auto flags = cursor.number<std::uint8_t>();
    ClearPart& clear = parts.clear;
    clear.sequence = Sequence{cursor.number<std::uint64_t>()};
    clear.recorded_at = Instant{static_cast<std::int64_t>(cursor.number<std::uint64_t>())};
    clear.message_id = cursor.array<16>();
    clear.envelope_digest = cursor.array<32>();
    clear.salt = cursor.array<16>();
    clear.hidden_slot = cursor.number<std::uint64_t>();
    clear.slot_key_number = cursor.number<std::uint32_t>();
    clear.index_commitment = cursor.array<32>();
    clear.body_commitment = cursor.array<32>();
    clear.sender = Bytes{cursor.take(cursor.number<std::uint8_t>())};
    bool is_within_bounds = clear.sender.size() <= limits::party_id_bytes_max;
    if ((flags & flag_submitted) != 0) {
        clear.proof = read_proof(cursor);
        is_within_bounds = is_within_bounds && clear.proof->path.size() <= path_max;
    }
    clear.is_of_case = flags == flag_of_case;
    parts.clear_bytes = entry.substr(0, cursor.at());
    parts.sealed_index = cursor.take(cursor.number<std::uint16_t>());
    parts.sealed_body = cursor.rest();
    if (cursor.failed() || !is_within_bounds || version != format_version || flags > flag_of_case) {
        return Error{ErrorCode::tampered, "the bytes are not an entry of format version 1"};
    }
    return parts;
}

}  // namespace jobbro::journal
