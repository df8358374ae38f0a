#include "adapters/cli/entry_facts.h"

#include <gtest/gtest.h>

#include "proto/evidence/text_encoding.h"

namespace jobbro::cli {
namespace {

// The worked example of hub/journal/FORMAT.md.
Bytes example() {
    return *evidence::hex_decode(
        "010000000000000000030006475ef64cf346019b7cbd6b087000800000000000"
        "0001230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31"
        "acb5333333333333333333333333333333332bfbadbe8392a01900000001e42e"
        "3381a77a68e2a88e68d2bc549ce4fc0600e7fee1739ce58e0d670a58e08d4488"
        "0c822c70ae5baa492c4b7d91269af38ee325072919ac873dfcaebab3f4960368"
        "75620015d4daa2cb1e094aca0f9a6ef089c8858fe33eb21cf2f0d6d1a369565b"
        "b62299a085ddcda82f5611e040");
}

TEST(EntryFacts, AreThoseOfTheWorkedExample) {
    const auto facts = read_entry_facts(example());
    ASSERT_TRUE(facts.has_value());
    EXPECT_EQ(facts->sequence, Sequence{3});
    EXPECT_EQ(facts->recorded_at, Instant{1767323045000006});
    EXPECT_EQ(facts->message_id, "019b7cbd-6b08-7000-8000-000000000001");
    EXPECT_EQ(facts->envelope_digest, evidence::sha256("body"));
    EXPECT_EQ(facts->sender, "hub");
}

TEST(EntryFacts, OfOtherBytesAreNone) {
    EXPECT_FALSE(read_entry_facts({}).has_value());
    const Bytes entry = example();
    for (const std::size_t size : {1U, 158U, 159U, 161U}) {
        EXPECT_FALSE(read_entry_facts(BytesView{entry}.substr(0, size)).has_value()) << size;
    }
    Bytes other = entry;
    other[0] = '\x02';
    EXPECT_FALSE(read_entry_facts(other).has_value()) << "another version";
    other = entry;
    other[158] = '\x41';
    EXPECT_FALSE(read_entry_facts(other).has_value()) << "a sender that is too long";
    other = entry;
    other[159] = '\x1b';
    EXPECT_FALSE(read_entry_facts(other).has_value()) << "a control character";
}

}  // namespace
}  // namespace jobbro::cli
