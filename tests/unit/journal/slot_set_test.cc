#include "hub/journal/slot_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "proto/base/randomness.h"

namespace jobbro::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

SlotSet set_of(std::initializer_list<std::uint64_t> slots) {
    SlotSet set;
    for (const std::uint64_t slot : slots)
        set.add(KeySlot{slot});
    return set;
}

TEST(SlotSet, NeighboursAreOneRange) {
    EXPECT_THAT(set_of({5, 7}).ranges(), ElementsAre(Pair(5, 1), Pair(7, 1)));
    EXPECT_THAT(set_of({5, 7, 6}).ranges(), ElementsAre(Pair(5, 3)));
    EXPECT_THAT(set_of({5, 4, 6, 5, 4}).ranges(), ElementsAre(Pair(4, 3)));
    EXPECT_EQ(set_of({5, 7, 6}).count(), 3U);
    EXPECT_EQ(SlotSet{}.count(), 0U);
}

TEST(SlotSet, HoldsWhatWasAddedInAnyOrderAndNothingElse) {
    SeededRandomness randomness{3};
    SlotSet set;
    std::set<std::uint64_t> model;
    for (int i = 0; i < 500; ++i) {
        const std::uint64_t slot = randomness.take<1>()[0];
        set.add(KeySlot{slot});
        model.insert(slot);
        ASSERT_EQ(set.count(), model.size());
    }
    for (std::uint64_t slot = 0; slot < 300; ++slot)
        EXPECT_EQ(set.contains(KeySlot{slot}), model.contains(slot)) << slot;
}

TEST(SlotSet, ComesBackFromItsBytes) {
    const SlotSet set = set_of({1, 2, 3, 9, 200});
    const auto read = SlotSet::decode(set.encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->ranges(), set.ranges());
    EXPECT_TRUE(SlotSet::decode({}));
}

TEST(SlotSet, ItsBytesAreTheGapsAndTheCounts) {
    EXPECT_EQ(set_of({1, 2, 3, 9}).encode(), "\x01\x03\x05\x01");
    EXPECT_EQ(set_of({0, 300}).encode(), (Bytes{"\x00\x01\xab\x02\x01", 5}));
    SlotSet scattered;
    for (std::uint64_t slot = 1; slot < 20000; slot += 100)
        scattered.add(KeySlot{slot});
    EXPECT_EQ(scattered.encode().size(), 2 * scattered.ranges().size());
    const auto read = SlotSet::decode(scattered.encode());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->ranges(), scattered.ranges());
}

TEST(SlotSet, BytesThatItDoesNotMakeAreNone) {
    const auto is_read = [](const Bytes& bytes) { return SlotSet::decode(bytes).has_value(); };
    const Bytes largest = Bytes(9, '\xff') + '\x01';
    EXPECT_TRUE(is_read("\x01\x02\x06\x01"));
    EXPECT_FALSE(is_read("\x01\x02\x06")) << "cut off";
    EXPECT_FALSE(is_read("\x01\x02\x86")) << "cut off in a number";
    EXPECT_FALSE(is_read({"\x04\x00", 2})) << "an empty range";
    EXPECT_FALSE(is_read({"\x04\x02\x00\x01", 4})) << "one range, in two";
    EXPECT_FALSE(is_read({"\x84\x00\x02", 3})) << "a number that is longer than it need be";
    EXPECT_FALSE(is_read("\x04" + largest)) << "beyond all slots";
    EXPECT_FALSE(is_read("\x04\x01" + largest + "\x01")) << "beyond all slots";
}

}  // namespace
}  // namespace jobbro::journal
