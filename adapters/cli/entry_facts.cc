#include "adapters/cli/entry_facts.h"

#include "proto/base/limits.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"

namespace jobbro::cli {
namespace {

constexpr char version = '\x01';
constexpr std::size_t sequence_at = 2;
constexpr std::size_t recorded_at = 10;
constexpr std::size_t message_id_at = 18;
constexpr std::size_t digest_at = 34;
constexpr std::size_t sender_length_at = 158;
constexpr std::size_t sender_at = 159;

}  // namespace

std::optional<EntryFacts> read_entry_facts(BytesView entry) {
    if (entry.size() < sender_at || entry.front() != version) return std::nullopt;
    const std::size_t sender_length = static_cast<std::uint8_t>(entry[sender_length_at]);
    if (sender_length > limits::party_id_bytes_max || entry.size() < sender_at + sender_length) {
        return std::nullopt;
    }
    // Printed as it stands, so it has to be what it should be.
    const auto sender = contract::PartyId::parse(entry.substr(sender_at, sender_length));
    if (!sender) return std::nullopt;
    EntryFacts facts;
    facts.sequence = Sequence{read_big_endian<std::uint64_t>(entry, sequence_at)};
    facts.recorded_at =
        Instant{static_cast<std::int64_t>(read_big_endian<std::uint64_t>(entry, recorded_at))};
    facts.message_id = contract::uuid_text(array_of<16>(entry.substr(message_id_at, 16)));
    facts.envelope_digest = array_of<32>(entry.substr(digest_at, 32));
    facts.sender = sender->text();
    return facts;
}

}  // namespace jobbro::cli
