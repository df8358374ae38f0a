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

}  // namespace jobbro::domain
