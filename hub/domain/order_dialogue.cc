#include "hub/domain/order_dialogue.h"

namespace jobbro::domain {
bool is_over(OrderState state) {
    return state == OrderState::declined || state == OrderState::ended ||
           state == OrderState::cancelled;
}

bool opens_order(v1::MessageKind kind) {
    return kind == v1::MESSAGE_KIND_ORDER;
}

OrderState state_after(OrderState before, v1::MessageKind kind) {
    if (is_over(before)) return before;
    switch (kind) {
        case v1::MESSAGE_KIND_ORDER:
            return OrderState::placed;
        case v1::MESSAGE_KIND_ORDER_ACCEPTANCE:
            return OrderState::accepted;
        case v1::MESSAGE_KIND_ORDER_DECLINE:
            return OrderState::declined;
        case v1::MESSAGE_KIND_COURSE_START:
            return OrderState::started;
        case v1::MESSAGE_KIND_COURSE_END:
            return OrderState::ended;
        case v1::MESSAGE_KIND_ORDER_CANCELLATION:
            return OrderState::cancelled;
        default:
            return before;
    }
}

DialogueState dialogue_state(const DialogueFacts& facts) {
    switch (facts.state) {
        case OrderState::placed:
            if (facts.has_open_question) return DialogueState::asked;
            return facts.was_asked ? DialogueState::clarified : DialogueState::placed;
        case OrderState::accepted:
            return DialogueState::accepted;
        case OrderState::declined:
            return DialogueState::declined;
        case OrderState::started:
            return DialogueState::started;
        case OrderState::ended:
            return facts.waits_for_follow_up ? DialogueState::ended : DialogueState::followed_up;
        case OrderState::cancelled:
            break;
    }
    return DialogueState::cancelled;
}

}  // namespace jobbro::domain
