#include "adapters/audit/entry_reader.h"

#include <string>

#include "proto/base/limits.h"
#include "proto/contract/party_id.h"
#include "proto/evidence/sealing.h"

namespace jobbro::audit {
namespace {

constexpr std::uint8_t version_known = 1;
constexpr std::uint8_t flag_submitted = 1;
constexpr std::uint8_t flag_of_case = 2;
constexpr std::uint32_t slot_key_known = 1;
constexpr std::size_t path_hashes_max = 16;
constexpr std::size_t tag_bytes = 16;
constexpr std::string_view hub_party = "hub";

Error tampered(const std::string& what) {
    return {ErrorCode::tampered, what};
}

// Takes bytes off the front; once they run out it yields zeros and says so.
class Bites {
  public:
    explicit Bites(BytesView bytes) : all_(bytes), rest_(bytes) {}

    BytesView bytes(std::size_t count) {
        if (rest_.size() < count) {
            ran_out_ = true;
            rest_ = {};
            return {};
        }
        const BytesView taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }
    template <std::size_t N>
    ByteArray<N> array() {
        const BytesView taken = bytes(N);
        return taken.size() == N ? array_of<N>(taken) : ByteArray<N>{};
    }
    template <typename Integer>
    Integer number() {
        const BytesView taken = bytes(sizeof(Integer));
        return taken.size() == sizeof(Integer) ? read_big_endian<Integer>(taken) : Integer{0};
    }
    [[nodiscard]] BytesView taken() const { return all_.substr(0, all_.size() - rest_.size()); }
    [[nodiscard]] BytesView rest() const { return rest_; }
    [[nodiscard]] bool ran_out() const { return ran_out_; }

  private:
    BytesView all_;
    BytesView rest_;
    bool ran_out_ = false;
};

Submitted read_submitted(Bites& bites) {
    Submitted submitted;
    submitted.registry_entry = Sequence{bites.number<std::uint64_t>()};
    submitted.signature = bites.array<64>();
    submitted.count = bites.number<std::uint16_t>();
    submitted.index = bites.number<std::uint16_t>();
    const std::size_t hashes = bites.number<std::uint8_t>();
    for (std::size_t i = 0; i < hashes && !bites.ran_out(); ++i)
        submitted.path.push_back(bites.array<32>());
    return submitted;
}

Result<void> check_message_id(const ByteArray<16>& id) {
    if (id[6] >> 4U != 7 || id[8] >> 6U != 2) return tampered("its message id is no UUIDv7");
    return {};
}

Result<void> check_sender(const Entry& entry) {
    if (!contract::PartyId::parse(entry.sender)) return tampered("its sender is no party id");
    if ((entry.sender == hub_party) == entry.submitted.has_value()) {
        return tampered(entry.submitted ? "the hub is said to have submitted it"
                                        : "a party sent it and no signature is there");
    }
    return {};
}

Result<void> check_submitted(const Entry& entry) {
    const Submitted& submitted = *entry.submitted;
    if (submitted.path.size() > path_hashes_max) {
        return tampered("the path of its submit is too long");
    }
    if (submitted.count == 0 || submitted.count > limits::envelopes_per_submit_max ||
        submitted.index >= submitted.count) {
        return tampered("its place in the submit cannot be one");
    }
    if (submitted.registry_entry >= entry.sequence) {
        return tampered("the sender's key is said to be bound by a later entry");
    }
    return {};
}

Result<void> check_parts(const Entry& entry) {
    JOBBRO_TRY(check_message_id(entry.message_id));
    JOBBRO_TRY(check_sender(entry));
    if (entry.submitted) JOBBRO_TRY(check_submitted(entry));
    if (entry.sealed_index.size() < tag_bytes) return tampered("its sealed index is too short");
    if (entry.sealed_body.size() < tag_bytes) return tampered("its sealed body is too short");
    return {};
}

Result<Bytes> open_part(const Entry& entry, const char* name, const evidence::SymmetricKey& key,
                        const evidence::Digest& commitment, BytesView sealed) {
    // Told apart here, since a wrong key and a changed part are different news.
    if (!evidence::equal_in_constant_time(view(evidence::key_commitment(key)), view(commitment))) {
        return Error{ErrorCode::opening_failed,
                     std::string{"the key is not the one the entry commits to for its "} + name};
    }
    auto opened = evidence::open_part(key, commitment, sealed, entry.clear);
    if (!opened) {
        return Error{ErrorCode::opening_failed,
                     std::string{"the sealed "} + name + " does not open with its own key"};
    }
    return opened;
}

}  // namespace

Result<Entry> read_entry(BytesView bytes) {
    if (bytes.size() > limits::entry_bytes_max) return tampered("it is longer than an entry is");
    Bites bites{bytes};
    const auto version = bites.number<std::uint8_t>();
    const auto flags = bites.number<std::uint8_t>();
    if (version != version_known) {
        return tampered("its version is " + std::to_string(version) + ", not 1");
    }
    if (flags > flag_of_case) return tampered("an unknown flag is set");
    Entry entry;
    entry.sequence = Sequence{bites.number<std::uint64_t>()};
    entry.recorded_at = Instant{bites.number<std::int64_t>()};
    entry.message_id = bites.array<16>();
    entry.envelope_digest = bites.array<32>();
    entry.salt = bites.array<16>();
    entry.hidden_slot = bites.number<std::uint64_t>();
    const auto slot_key = bites.number<std::uint32_t>();
    entry.index_commitment = bites.array<32>();
    entry.body_commitment = bites.array<32>();
    entry.sender = bites.bytes(bites.number<std::uint8_t>());
    entry.is_of_case = flags == flag_of_case;
    if (flags == flag_submitted) entry.submitted = read_submitted(bites);
    entry.clear = bites.taken();
    entry.sealed_index = bites.bytes(bites.number<std::uint16_t>());
    entry.sealed_body = bites.rest();
    if (bites.ran_out()) return tampered("its bytes end too early");
    if (slot_key != slot_key_known) return tampered("the number of its slot key is unknown");
    if (entry.recorded_at.microseconds < 0) return tampered("its recorded time cannot be one");
    JOBBRO_TRY(check_parts(entry));
    return entry;
}

KeySlot slot_of(const Entry& entry, const evidence::SymmetricKey& slot_key) {
    Bytes message = "jobbro slot v1";
    message.push_back('\0');
    append_big_endian(message, entry.sequence.value());
    message += view(entry.salt);
    const evidence::Digest mask = evidence::hmac_sha256(slot_key.view(), message);
    return KeySlot{entry.hidden_slot ^ read_big_endian<std::uint64_t>(view(mask))};
}

Result<v1::EntryIndex> open_index(const Entry& entry, const evidence::SymmetricKey& key) {
    JOBBRO_TRY_ASSIGN(const Bytes opened,
                      open_part(entry, "index", key, entry.index_commitment, entry.sealed_index));
    v1::EntryIndex index;
    if (!index.ParseFromString(opened)) return tampered("its index is no EntryIndex");
    return index;
}

Result<Bytes> open_body(const Entry& entry, const evidence::SymmetricKey& key) {
    JOBBRO_TRY_ASSIGN(Bytes body,
                      open_part(entry, "body", key, entry.body_commitment, entry.sealed_body));
    if (evidence::sha256(body) != entry.envelope_digest) {
        return tampered("its body is not what its digest is of");
    }
    return body;
}

Result<evidence::Digest> submit_root(const Entry& entry) {
    JOBBRO_ASSERT(entry.submitted.has_value());
    const Submitted& submitted = *entry.submitted;
    const auto root = evidence::root_from_inclusion(
        evidence::leaf_hash(view(entry.envelope_digest)), LeafIndex{submitted.index},
        TreeSize{submitted.count}, submitted.path);
    if (!root) return tampered("the path in its submit's tree cannot be one");
    return *root;
}

}  // namespace jobbro::audit
