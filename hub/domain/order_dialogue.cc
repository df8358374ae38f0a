#include "hub/domain/order_dialogue.h"

namespace jobbro::domain {

contract::Role sender_of(v1::MessageKind kind) {
    return opens_order(kind) ? contract::Role::jobcentre : contract::Role::provider;
}

bool opens_order(v1::MessageKind kind) {
    return kind == v1::MESSAGE_KIND_ORDER;
}

OrderState state_after(OrderState before, v1::MessageKind kind) {
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
        default:
            return before;
    }
}

}  // namespace jobbro::domain
