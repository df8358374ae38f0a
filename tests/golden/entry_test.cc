// The entry's bytes, held to the worked example of hub/journal/FORMAT.md. Changing this test means
// changing the format: no log written before could be read.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "hub/journal/entry.h"
#include "proto/evidence/digest.h"
#include "proto/evidence/text_encoding.h"

namespace jobbro::journal {
namespace {

template <std::size_t N>
ByteArray<N> filled(std::uint8_t byte) {
    ByteArray<N> bytes;
    bytes.fill(byte);
    return bytes;
}

Bytes example_entry() {
    const evidence::DataKey data_key{filled<32>(0x11)};
    const Bytes slot_key(32, '\x22');
    const Sequence sequence{3};
    ClearPart clear;
    clear.sequence = sequence;
    clear.recorded_at = Instant{1767323045000006};
    clear.message_id = array_of<16>(*evidence::hex_decode("019b7cbd6b0870008000000000000001"));
    clear.envelope_digest = evidence::sha256("body");
    clear.salt = filled<16>(0x33);
    Bytes hiding = "jobbro slot v1";
    hiding.push_back('\0');
    append_big_endian(hiding, sequence.value());
    hiding += view(clear.salt);
    clear.hidden_slot =
        7 ^ read_big_endian<std::uint64_t>(view(evidence::hmac_sha256(slot_key, hiding)));
    clear.slot_key_number = 1;
    const auto index_key =
        evidence::part_key(data_key, view(clear.salt), evidence::part_index, sequence);
    const auto body_key =
        evidence::part_key(data_key, view(clear.salt), evidence::part_body, sequence);
    clear.index_commitment = evidence::key_commitment(index_key);
    clear.body_commitment = evidence::key_commitment(body_key);
    clear.sender = "hub";
    const Bytes clear_bytes = encode_clear(clear);
    return encode_entry(clear_bytes, evidence::seal_part(index_key, "index", clear_bytes),
                        evidence::seal_part(body_key, "body", clear_bytes));
}

// The example's block of hexadecimal in FORMAT.md, without its line breaks and leaf hash.
std::string documented(std::string_view label) {
    std::ifstream file(JOBBRO_SOURCE_DIR "/hub/journal/FORMAT.md");
    std::string line;
    std::string hex;
    while (std::getline(file, line)) {
        if (line.rfind(std::string{label} + " ", 0) == 0) hex += line.substr(label.size() + 1);
    }
    return hex;
}

TEST(EntryFormat, IsTheWorkedExample) {
    const Bytes entry = example_entry();
    EXPECT_EQ(evidence::hex_encode(entry), documented("entry"));
    EXPECT_EQ(evidence::hex_encode(view(evidence::leaf_hash(entry))), documented("leaf"));
}

TEST(EntryFormat, ComesApartAsItWasPutTogether) {
    const Bytes entry = example_entry();
    const auto parts = decode_entry(entry);
    ASSERT_TRUE(parts);
    EXPECT_EQ(parts->clear.sequence, Sequence{3});
    EXPECT_EQ(parts->clear.sender, "hub");
    EXPECT_FALSE(parts->clear.proof.has_value());
    EXPECT_EQ(parts->sealed_body.size(), 4U + 16U);
    const evidence::DataKey data_key{filled<32>(0x11)};
    const auto body_key =
        evidence::part_key(data_key, view(parts->clear.salt), evidence::part_body, Sequence{3});
    EXPECT_EQ(*evidence::open_part(body_key, parts->clear.body_commitment, parts->sealed_body,
                                   parts->clear_bytes),
              "body");
}

TEST(EntryFormat, TellsInTheClearWhatTheHubMadeOfAnOrderOrACitizen) {
    const Bytes own = example_entry();
    EXPECT_FALSE(decode_entry(own)->clear.is_of_case);
    ClearPart clear = decode_entry(own)->clear;
    clear.is_of_case = true;
    const Bytes bytes = encode_clear(clear);
    EXPECT_EQ(bytes[1], 2);
    const Bytes whole = encode_entry(bytes, Bytes(16, 'i'), Bytes(16, 'b'));
    EXPECT_TRUE(decode_entry(whole)->clear.is_of_case);
}

TEST(EntryFormat, BytesThatAreNoEntryAreTampered) {
    const Bytes entry = example_entry();
    for (std::size_t length = 0; length < entry.size() - 20 - 16 - 5; ++length) {
        const auto parts = decode_entry(BytesView{entry}.substr(0, length));
        ASSERT_FALSE(parts) << length;
        EXPECT_EQ(parts.error().code, ErrorCode::tampered);
    }
    Bytes other_version = entry;
    other_version[0] = 2;
    EXPECT_EQ(decode_entry(other_version).error().code, ErrorCode::tampered);
    for (const char flags : {'\x03', '\x04', '\x80'}) {
        Bytes other_flag = entry;
        other_flag[1] = flags;
        EXPECT_EQ(decode_entry(other_flag).error().code, ErrorCode::tampered);
    }
}

}  // namespace
}  // namespace jobbro::journal
