// Pure rules of the dialogue about an order (bestilling): who says what, and what it leads to.
#pragma once

#include <cstdint>

#include "jobbro/v1/envelope.pb.h"
#include "proto/contract/party_id.h"

namespace jobbro::domain {

// How far the course (forløb) of an order has come. Numbers are stored; never renumber.
enum class OrderState : std::uint8_t {
    placed = 1,  // no answer yet
    accepted = 2,
    declined = 3,
    started = 4,
    ended = 5,
};

// Who says a kind of message: the jobcentre places orders, the provider says the rest of this
// version's kinds (domain.md section 3). Thread: any.
contract::Role sender_of(v1::MessageKind kind);

// True for the kind that opens an order; every other kind needs one.
bool opens_order(v1::MessageKind kind);

// The state after a message that was accepted. Kinds that tell of the course without moving it
// leave it. Which steps a state allows is not judged here yet: what happened is recorded as told.
OrderState state_after(OrderState before, v1::MessageKind kind);

}  // namespace jobbro::domain
