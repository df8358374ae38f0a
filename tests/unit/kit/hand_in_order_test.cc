#include "adapters/kit/hand_in_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint64_t> all_next(HandInOrder& order) {
    std::vector<std::uint64_t> tickets;
    while (const auto ticket = order.next())
        tickets.push_back(*ticket);
    return tickets;
}

TEST(HandInOrder, OneOfALaneIsOutAtATime) {
    HandInOrder order;
    order.add(1, "a");
    order.add(2, "b");
    order.add(3, "a");
    order.add(4, "");
    order.add(5, "");
    EXPECT_THAT(all_next(order), ElementsAre(1, 2, 4, 5));
    EXPECT_EQ(order.out(), 4U);
    order.settled(4);
    order.settled(2);
    EXPECT_THAT(all_next(order), IsEmpty());
    order.settled(1);
    EXPECT_THAT(all_next(order), ElementsAre(3));
    EXPECT_EQ(order.size(), 2U);
}

TEST(HandInOrder, WhatWaitsAgainGoesBeforeWhatWaitedForIt) {
    HandInOrder order;
    order.add(1, "a");
    order.add(2, "a");
    EXPECT_THAT(all_next(order), ElementsAre(1));
    order.returned(1);
    EXPECT_TRUE(order.may_go());
    order.add(3, "a");
    EXPECT_THAT(all_next(order), ElementsAre(1));
    order.settled(1);
    EXPECT_THAT(all_next(order), ElementsAre(2));
}

}  // namespace
}  // namespace jobbro::kit
