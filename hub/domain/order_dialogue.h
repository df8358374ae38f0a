// Pure rules of the dialogue about an order (bestilling): what each message leads to.
#pragma once

#include <cstdint>

#include "jobbro/v1/envelope.pb.h"

namespace jobbro::domain {

// How far the course (forløb) of an order has come. Numbers are stored; never renumber.
enum class OrderState : std::uint8_t {
    placed = 1,  // no answer yet
    accepted = 2,
    declined = 3,
    started = 4,
    ended = 5,
    cancelled = 6,
};

// Nothing more is to be carried out: declined, ended or cancelled.
bool is_over(OrderState state);

// True for the kind that opens an order; every other kind needs one.
bool opens_order(v1::MessageKind kind);

// The state after a message that was accepted. Kinds that tell of the course without moving it
// leave it, and nothing brings back an order that is over. Which steps a state allows is not judged
// here yet: what happened is recorded as told.
OrderState state_after(OrderState before, v1::MessageKind kind);

}  // namespace jobbro::domain
