#include "adapters/audit/entry_reader.h"

#include <gmock/gmock.h>

#include <fstream>

#include "proto/evidence/sealing.h"
#include "proto/evidence/text_encoding.h"
#include "tests/unit/audit/made_up_log.h"

namespace jobbro::audit {
namespace {

using ::testing::HasSubstr;

// The hexadecimal of the worked example in FORMAT.md.
Bytes documented(const std::string& label) {
    std::ifstream file(JOBBRO_SOURCE_DIR "/hub/journal/FORMAT.md");
    std::string hex;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with(label + " ")) hex += line.substr(label.size() + 1);
    }
    return evidence::hex_decode(hex).has_value() ? *evidence::hex_decode(hex) : Bytes{};
}

evidence::SymmetricKey example_key(std::string_view part) {
    ByteArray<32> data_key{};
    data_key.fill(0x11);
    return evidence::part_key(evidence::DataKey{data_key}, Bytes(16, '\x33'), part, Sequence{3});
}

std::string entry_fault(const Bytes& bytes) {
    const auto entry = read_entry(bytes);
    if (entry) return "nothing";
    EXPECT_EQ(entry.error().code, ErrorCode::tampered);
    return entry.error().detail;
}

TEST(EntryReader, ReadsTheWorkedExampleOfThePage) {
    const Bytes bytes = documented("entry");
    const auto entry = read_entry(bytes);
    ASSERT_TRUE(entry.has_value()) << entry.error().line();
    EXPECT_EQ(entry->sequence, Sequence{3});
    EXPECT_EQ(entry->recorded_at, Instant{1767323045000006});
    EXPECT_EQ(evidence::hex_encode(view(entry->message_id)), "019b7cbd6b0870008000000000000001");
    EXPECT_EQ(entry->sender, "hub");
    EXPECT_FALSE(entry->submitted.has_value());
    EXPECT_EQ(entry->envelope_digest, evidence::sha256("body"));
    ByteArray<32> slot_key{};
    slot_key.fill(0x22);
    EXPECT_EQ(slot_of(*entry, evidence::SymmetricKey{slot_key}), KeySlot{7});
    const auto body = open_body(*entry, example_key(evidence::part_body));
    ASSERT_TRUE(body.has_value()) << body.error().line();
    EXPECT_EQ(*body, "body");
    EXPECT_EQ(Bytes{view(evidence::leaf_hash(bytes))}, documented("leaf"));
    // The example's index is the five bytes "index", which are no message.
    const auto index = open_index(*entry, example_key(evidence::part_index));
    ASSERT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::tampered);
}

TEST(EntryReader, AnIndexOpensWithItsOwnKeyOnly) {
    const MadeUpLog log{3};
    const auto entry = read_entry(log.entries.at(2));
    ASSERT_TRUE(entry.has_value());
    const PartKeys keys = log.keys_of(2);
    const auto index = open_index(*entry, *keys.index);
    ASSERT_TRUE(index.has_value());
    EXPECT_EQ(index->kind(), v1::MESSAGE_KIND_ABSENCE_REPORT);
    const auto other = open_index(*entry, *keys.body);
    ASSERT_FALSE(other.has_value());
    EXPECT_EQ(other.error().code, ErrorCode::opening_failed);
    EXPECT_THAT(other.error().detail, HasSubstr("not the one the entry commits to"));
    const auto body = open_body(*entry, *log.keys_of(1).body);
    ASSERT_FALSE(body.has_value());
    EXPECT_EQ(body.error().code, ErrorCode::opening_failed);
}

TEST(EntryReader, ABodyThatWasChangedDoesNotOpen) {
    MadeUpLog log{3};
    log.entries.at(2).back() ^= 1;
    const auto entry = read_entry(log.entries.at(2));
    ASSERT_TRUE(entry.has_value());
    const auto body = open_body(*entry, *log.keys_of(2).body);
    ASSERT_FALSE(body.has_value());
    EXPECT_EQ(body.error().code, ErrorCode::opening_failed);
    EXPECT_THAT(body.error().detail, HasSubstr("does not open"));
}

TEST(EntryReader, TheSubmitsRootFollowsFromEachOfItsEntries) {
    const MadeUpLog log{5};
    const auto first = read_entry(log.entries.at(2));
    const auto second = read_entry(log.entries.at(3));
    ASSERT_TRUE(first.has_value());
    ASSERT_TRUE(second.has_value());
    ASSERT_TRUE(submit_root(*first).has_value());
    EXPECT_EQ(*submit_root(*first), *submit_root(*second));
    Entry short_path = *first;
    short_path.submitted->path.pop_back();
    const auto root = submit_root(short_path);
    ASSERT_FALSE(root.has_value());
    EXPECT_EQ(root.error().code, ErrorCode::tampered);
}

TEST(EntryReader, SaysWhatIsWrongWithBytesThatAreNoEntry) {
    const MadeUpLog log{3};
    const Bytes hub = log.entries.at(0);
    const Bytes submitted = log.entries.at(2);
    const auto with = [](Bytes bytes, std::size_t at, char value) {
        bytes[at] = value;
        return bytes;
    };
    EXPECT_EQ(entry_fault(hub), "nothing");
    EXPECT_EQ(entry_fault(with(hub, 0, '\x02')), "its version is 2, not 1");
    EXPECT_EQ(entry_fault(with(hub, 1, '\x02')), "nothing");
    EXPECT_EQ(entry_fault(with(hub, 1, '\x03')), "an unknown flag is set");
    EXPECT_EQ(entry_fault(with(hub, 1, '\x04')), "an unknown flag is set");
    EXPECT_EQ(entry_fault(with(hub, 10, '\xff')), "its recorded time cannot be one");
    EXPECT_EQ(entry_fault(with(hub, 18 + 6, '\x40')), "its message id is no UUIDv7");
    EXPECT_EQ(entry_fault(with(hub, 93, '\x02')), "the number of its slot key is unknown");
    EXPECT_EQ(entry_fault(with(hub, 159, 'H')), "its sender is no party id");
    EXPECT_EQ(entry_fault(with(hub, 1, '\x01')), "its bytes end too early");
    EXPECT_EQ(entry_fault(with(submitted, 1, '\x00')), "a party sent it and no signature is there");
    const std::size_t proof = 159 + std::string_view{made_up_provider}.size();
    EXPECT_EQ(entry_fault(with(submitted, proof, '\x01')),
              "the sender's key is said to be bound by a later entry");
    EXPECT_EQ(entry_fault(with(submitted, proof + 72, '\x02')),
              "its place in the submit cannot be one");
    EXPECT_EQ(entry_fault(Bytes(70'000, '\x01')), "it is longer than an entry is");
    EXPECT_EQ(entry_fault({}), "its version is 0, not 1");
}

TEST(EntryReader, CutShortAnywhereItIsNoEntry) {
    const MadeUpLog log{3};
    const Bytes& bytes = log.entries.at(2);
    const auto whole = read_entry(bytes);
    ASSERT_TRUE(whole.has_value());
    // Of the sealed body only the tag must be there: its length is what is left.
    const std::size_t enough = bytes.size() - whole->sealed_body.size() + 16;
    for (std::size_t length = 0; length < enough; ++length)
        EXPECT_NE(entry_fault(bytes.substr(0, length)), "nothing") << length;
}

}  // namespace
}  // namespace jobbro::audit
