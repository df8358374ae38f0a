#include "hub/domain/order_dialogue.h"

#include <gtest/gtest.h>

#include "hub/domain/access.h"

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

TEST(OrderDialogue, TheStateIsToldByWhatIsKnownOfTheOrder) {
    EXPECT_EQ(dialogue_state({OrderState::placed}), DialogueState::placed);
    EXPECT_EQ(dialogue_state({OrderState::placed, true, true}), DialogueState::asked);
    EXPECT_EQ(dialogue_state({OrderState::placed, false, true}), DialogueState::clarified);
    EXPECT_EQ(dialogue_state({OrderState::accepted, true, true}), DialogueState::accepted);
    EXPECT_EQ(dialogue_state({OrderState::started}), DialogueState::started);
    EXPECT_EQ(dialogue_state({OrderState::ended, false, false, true}), DialogueState::ended);
    EXPECT_EQ(dialogue_state({OrderState::ended}), DialogueState::followed_up);
    EXPECT_EQ(dialogue_state({OrderState::declined}), DialogueState::declined);
    EXPECT_EQ(dialogue_state({OrderState::cancelled}), DialogueState::cancelled);
}

bool is_allowed(Say say) {
    return say != Say::no;
}

// What no party may say in a relation must not be told to be allowed either.
TEST(OrderDialogue, NoStateAllowsWhatNoPartyMaySay) {
    const auto check = [](DialogueState state, Relation jobcentre, Relation provider) {
        for (const contract::KindSteps& row : contract::order_steps()) {
            const bool may_be_said =
                is_allowed(may_say(row.kind, jobcentre)) || is_allowed(may_say(row.kind, provider));
            EXPECT_TRUE(may_be_said ||
                        contract::step_allowed(state, row.kind) == contract::Step::no)
                << contract::dialogue_state_name(state) << " " << v1::MessageKind_Name(row.kind);
        }
    };
    for (const auto state : {DialogueState::placed, DialogueState::asked, DialogueState::clarified,
                             DialogueState::accepted, DialogueState::started}) {
        check(state, Relation::jobcentre_open, Relation::provider_open);
    }
    for (const auto state : {DialogueState::ended, DialogueState::followed_up})
        check(state, Relation::jobcentre_ended, Relation::provider_ended);
    check(DialogueState::declined, Relation::jobcentre_closed, Relation::none);
    check(DialogueState::cancelled, Relation::jobcentre_closed, Relation::provider_cancelled);
}

}  // namespace
}  // namespace jobbro::domain
