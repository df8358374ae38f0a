#include "hub/domain/order_dialogue.h"

#include <gtest/gtest.h>

namespace jobbro::domain {
namespace {

TEST(OrderDialogue, OnlyAnOrderOpensOne) {
    const auto* kinds = v1::MessageKind_descriptor();
    for (int i = 0; i < kinds->value_count(); ++i) {
        const auto kind = static_cast<v1::MessageKind>(kinds->value(i)->number());
        EXPECT_EQ(opens_order(kind), kind == v1::MESSAGE_KIND_ORDER) << kinds->value(i)->name();
    }
}

TEST(OrderDialogue, DeclinedEndedAndCancelledOrdersAreOver) {
    EXPECT_FALSE(is_over(OrderState::placed));
    EXPECT_FALSE(is_over(OrderState::accepted));
    EXPECT_FALSE(is_over(OrderState::started));
    EXPECT_TRUE(is_over(state_after(OrderState::placed, v1::MESSAGE_KIND_ORDER_DECLINE)));
    EXPECT_TRUE(is_over(state_after(OrderState::started, v1::MESSAGE_KIND_ORDER_CANCELLATION)));
    EXPECT_TRUE(is_over(state_after(OrderState::started, v1::MESSAGE_KIND_COURSE_END)));
}

TEST(OrderDialogue, NothingBringsBackAnOrderThatIsOver) {
    const auto* kinds = v1::MessageKind_descriptor();
    for (const auto over : {OrderState::declined, OrderState::ended, OrderState::cancelled}) {
        for (int i = 0; i < kinds->value_count(); ++i) {
            const auto kind = static_cast<v1::MessageKind>(kinds->value(i)->number());
            EXPECT_EQ(state_after(over, kind), over) << kinds->value(i)->name();
        }
    }
}

TEST(OrderDialogue, ACourseGoesFromPlacedToEnded) {
    OrderState state = state_after(OrderState::placed, v1::MESSAGE_KIND_ORDER);
    EXPECT_EQ(state, OrderState::placed);
    state = state_after(state, v1::MESSAGE_KIND_ORDER_ACCEPTANCE);
    EXPECT_EQ(state, OrderState::accepted);
    state = state_after(state, v1::MESSAGE_KIND_COURSE_START);
    EXPECT_EQ(state, OrderState::started);
    state = state_after(state, v1::MESSAGE_KIND_ABSENCE_REPORT);
    EXPECT_EQ(state, OrderState::started);
    state = state_after(state, v1::MESSAGE_KIND_COURSE_END);
    EXPECT_EQ(state, OrderState::ended);
    state = state_after(state, v1::MESSAGE_KIND_PROGRESSION_REPORT);
    EXPECT_EQ(state, OrderState::ended) << "final reports come after the end too";
    EXPECT_EQ(state_after(OrderState::placed, v1::MESSAGE_KIND_ORDER_DECLINE),
              OrderState::declined);
}

}  // namespace
}  // namespace jobbro::domain
