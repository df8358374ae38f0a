#include "hub/delivery/parked_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/limits.h"

namespace jobbro::delivery {
namespace {

using ::testing::ElementsAre;

constexpr Instant start{1'000'000'000};

LaneId lane(std::uint8_t number) {
    LaneId id{};
    id[0] = number;
    return id;
}

Parked message(std::uint8_t of_lane, Instant due = start) {
    Parked parked;
    parked.lane = lane(of_lane);
    parked.parked_at = start;
    parked.due = due;
    return parked;
}

std::vector<std::uint64_t> due_in(const ParkedList& list) {
    std::vector<std::uint64_t> sequences;
    for (const auto& [due, sequence] : list.due())
        sequences.push_back(sequence.value());
    return sequences;
}

TEST(ParkedList, OnlyTheFirstOfALaneIsDueAndTheNextTakesItsPlace) {
    ParkedList list;
    for (const std::uint64_t each : {5, 7, 9})
        list.add(Sequence{each}, message(1));
    EXPECT_THAT(due_in(list), ElementsAre(5));
    list.remove(Sequence{7});
    EXPECT_THAT(due_in(list), ElementsAre(5)) << "what is behind the head changes nothing";
    list.remove(Sequence{5});
    EXPECT_THAT(due_in(list), ElementsAre(9));
    list.remove(Sequence{9});
    EXPECT_THAT(due_in(list), ElementsAre());
    EXPECT_EQ(list.head_of(lane(1)), std::nullopt);
}

TEST(ParkedList, AnEarlierOneOfTheLaneBecomesItsHead) {
    ParkedList list;
    list.add(Sequence{7}, message(1));
    list.add(Sequence{5}, message(1, start.plus_ms(1000)));
    EXPECT_THAT(due_in(list), ElementsAre(5));
    EXPECT_EQ(list.head_of(lane(1)), Sequence{5});
    EXPECT_THAT(list.messages_of(lane(1)), ElementsAre(Sequence{5}, Sequence{7}));
}

TEST(ParkedList, HeadsOfDifferentLanesAreDueInTheOrderOfTheirTimes) {
    ParkedList list;
    list.add(Sequence{1}, message(1, start.plus_ms(3000)));
    list.add(Sequence{2}, message(2, start.plus_ms(1000)));
    list.add(Sequence{3}, message(3, start.plus_ms(2000)));
    EXPECT_THAT(due_in(list), ElementsAre(2, 3, 1));
    EXPECT_EQ(list.next_due_after(start), start.plus_ms(1000));
    EXPECT_EQ(list.next_due_after(start.plus_ms(1000)), start.plus_ms(2000));
    EXPECT_EQ(list.next_due_after(start.plus_ms(3000)), std::nullopt);
}

TEST(ParkedList, WhatIsOutOrWaitsForAPersonIsNotDueNorIsWhatStandsBehindIt) {
    ParkedList list;
    list.add(Sequence{1}, message(1));
    list.add(Sequence{2}, message(1));
    Parked head = message(1);
    head.is_out = true;
    list.change(Sequence{1}, head);
    EXPECT_THAT(due_in(list), ElementsAre());
    head.is_out = false;
    head.waits_for_person = true;
    list.change(Sequence{1}, head);
    EXPECT_THAT(due_in(list), ElementsAre());
    EXPECT_EQ(list.count_for_person(), 2U);
    list.remove(Sequence{1});
    EXPECT_THAT(due_in(list), ElementsAre(2));
    EXPECT_EQ(list.count_for_person(), 0U);
}

TEST(ParkedList, ForAPersonCountsWhatWaitsAndWhatIsBehindItOfTheSameLane) {
    ParkedList list;
    Parked waiting = message(1);
    waiting.waits_for_person = true;
    list.add(Sequence{1}, message(1));
    list.add(Sequence{2}, waiting);
    list.add(Sequence{3}, message(1));
    list.add(Sequence{4}, message(2));
    EXPECT_EQ(list.count_for_person(), 2U);
}

TEST(ParkedList, ItKnowsWithoutCountingWhetherAnyWaitsForAPerson) {
    ParkedList list;
    Parked waiting = message(1);
    waiting.waits_for_person = true;
    list.add(Sequence{1}, waiting);
    list.add(Sequence{2}, message(2));
    EXPECT_TRUE(list.has_for_person());
    list.change(Sequence{1}, message(1));
    EXPECT_FALSE(list.has_for_person());
    list.change(Sequence{2}, [] {
        Parked given_up = message(2);
        given_up.waits_for_person = true;
        return given_up;
    }());
    EXPECT_TRUE(list.has_for_person());
    list.remove(Sequence{2});
    EXPECT_FALSE(list.has_for_person());
}

TEST(ParkedList, TheDelayDoublesToABound) {
    const auto delay_s = [](std::uint32_t attempts) {
        return (due_after(attempts, start).microseconds - start.microseconds) / 1'000'000;
    };
    EXPECT_EQ(delay_s(0), 1);
    EXPECT_EQ(delay_s(1), 1);
    EXPECT_EQ(delay_s(2), 3);
    EXPECT_EQ(delay_s(3), 7);
    EXPECT_EQ(delay_s(11), 2047);
    EXPECT_EQ(delay_s(14), limits::parked_delay_s_max);
    EXPECT_EQ(delay_s(1000), limits::parked_delay_s_max);
}

TEST(ParkedList, TheLastAttemptIsFollowedByAPerson) {
    Parked parked = message(1);
    for (std::uint32_t attempt = 1; attempt < limits::parked_attempts_max; ++attempt) {
        count_attempt(parked, start);
        EXPECT_FALSE(parked.waits_for_person);
        EXPECT_EQ(parked.due, due_after(attempt, start));
    }
    count_attempt(parked, start);
    EXPECT_TRUE(parked.waits_for_person);
}

TEST(ParkedList, WhatIsSettledIsHeldUntilTheCursorHasPassedIt) {
    ParkedList list;
    list.add(Sequence{3}, message(1));
    list.settle(Sequence{4});
    list.settle(Sequence{6});
    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(list.held(), 3U);
    EXPECT_EQ(list.last(), Sequence{6});
    EXPECT_THAT(list.forget_settled_below(Sequence{6}), ElementsAre(Sequence{4}));
    EXPECT_FALSE(list.is_settled(Sequence{4}));
    EXPECT_TRUE(list.is_settled(Sequence{6}));
}

}  // namespace
}  // namespace jobbro::delivery
