#include "hub/core/own_envelope.h"

#include "hub/core/wire_time.h"
#include "proto/contract/party_id.h"

namespace jobbro::core {
namespace {

constexpr std::uint32_t schema_version = 1;

}  // namespace

v1::Envelope own_envelope(const contract::MessageId& id, Instant happened_at,
                          Randomness& randomness) {
    v1::Envelope envelope;
    envelope.set_message_id(id.text());
    envelope.set_sender(contract::PartyId::hub().text());
    *envelope.mutable_happened_at() = timestamp_of(happened_at);
    envelope.set_schema_version(schema_version);
    envelope.set_salt(Bytes{view(randomness.take<16>())});
    return envelope;
}

}  // namespace jobbro::core
