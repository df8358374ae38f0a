#include "adapters/kit/envelope_maker.h"

#include "proto/base/limits.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"
#include "proto/evidence/digest.h"

namespace jobbro::kit {
namespace {

// The next UUIDv7 in order: counts up in the random bits, and into the time only when they are
// used up.
contract::MessageId after(const contract::MessageId& id) {
    ByteArray<16> bytes = id.bytes();
    for (std::size_t i = bytes.size(); i-- > 0;) {
        // Version and variant are fixed bits; counting carries past them.
        const std::uint8_t fixed = i == 6 ? 0xF0 : i == 8 ? 0xC0 : 0x00;
        const auto free = static_cast<std::uint8_t>(~fixed);
        const auto kept = static_cast<std::uint8_t>(bytes[i] & fixed);
        const auto counted = static_cast<std::uint8_t>((bytes[i] & free) + 1);
        const auto rest = static_cast<std::uint8_t>(counted & free);
        bytes[i] = static_cast<std::uint8_t>(kept | rest);
        if (rest != 0) break;
    }
    const auto next = contract::MessageId::from_bytes(view(bytes));
    JOBBRO_ASSERT(next.has_value());
    return *next;
}

// Where the kind leaves no choice. A party alone is for the sender's system to name.
void fill_audience(v1::Envelope& envelope) {
    const contract::KindRule* const rule = contract::find_kind_rule(contract::kind_of(envelope));
    if (rule == nullptr || envelope.audience().to_case() != v1::Audience::TO_NOT_SET) return;
    switch (contract::audience_of(*rule, !envelope.order_id().empty())) {
        case v1::Audience::kOrderParties:
            envelope.mutable_audience()->mutable_order_parties();
            break;
        case v1::Audience::kAllWithGround:
            envelope.mutable_audience()->mutable_all_with_ground();
            break;
        case v1::Audience::kSenderOnly:
            envelope.mutable_audience()->mutable_sender_only();
            break;
        case v1::Audience::kParty:
        case v1::Audience::TO_NOT_SET:
            break;
    }
}

}  // namespace

contract::MessageId EnvelopeMaker::next_locked(Instant now) {
    contract::MessageId id = contract::MessageId::make(now, randomness_);
    if (last_ && id <= *last_) id = after(*last_);
    last_ = id;
    return id;
}

contract::MessageId EnvelopeMaker::next_message_id() {
    const Instant now = clock_.now();
    const std::lock_guard lock(mutex_);
    return next_locked(now);
}

evidence::SymmetricKey EnvelopeMaker::salt_key_of(const evidence::SigningKey& key) {
    return evidence::SymmetricKey{evidence::hkdf_sha256(key.view(), {}, "jobbro kit salt v1")};
}

void EnvelopeMaker::fill_id_and_salt(v1::Envelope& envelope, Instant now) {
    constexpr std::size_t salt_bytes = 16;
    if (!envelope.message_id().empty() && envelope.salt().empty()) {
        const evidence::Digest digest =
            evidence::hmac_sha256(salt_key_.view(), envelope.message_id());
        envelope.set_salt(digest.data(), salt_bytes);
    }
    const std::lock_guard lock(mutex_);
    if (envelope.message_id().empty()) envelope.set_message_id(next_locked(now).text());
    if (envelope.salt().empty()) {
        const ByteArray<salt_bytes> salt = randomness_.take<salt_bytes>();
        envelope.set_salt(salt.data(), salt.size());
    }
}

Result<MadeEnvelope> EnvelopeMaker::make(v1::Envelope envelope, bool checked) {
    const Instant now = clock_.now();
    fill_id_and_salt(envelope, now);
    if (envelope.sender().empty()) envelope.set_sender(sender_);
    if (envelope.schema_version() == 0) envelope.set_schema_version(1);
    fill_audience(envelope);
    if (!envelope.has_happened_at()) {
        envelope.mutable_happened_at()->set_seconds(now.microseconds / 1'000'000);
        envelope.mutable_happened_at()->set_nanos(
            static_cast<std::int32_t>(now.microseconds % 1'000'000) * 1000);
    }
    MadeEnvelope made{envelope.SerializeAsString(), envelope.message_id(), envelope.order_id()};
    if (checked) {
        if (envelope.sender() != sender_) return Error{ErrorCode::sender_wrong, {}, "sender"};
        if (made.bytes.size() > limits::envelope_bytes_max) return ErrorCode::envelope_too_large;
        JOBBRO_TRY(contract::validate(envelope, now));
    }
    return made;
}

}  // namespace jobbro::kit
