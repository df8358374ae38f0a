// Pure rules of the dialogue about an order (bestilling): what each message leads to. Which steps a
// state allows is told by proto/contract/order_steps.h.
#pragma once

#include <cstdint>

#include "jobbro/v1/envelope.pb.h"
#include "proto/contract/order_steps.h"

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
// leave it, and nothing brings back an order that is over. Whether the state allows the step is
// contract::check_step()'s to say. Not for corrections, which move nothing.
OrderState state_after(OrderState before, v1::MessageKind kind);

using contract::DialogueState;

// Of an order that is neither over nor accepted, by its questions; of one that has ended, by what
// waits. The others have one each.
struct DialogueFacts {
    OrderState state = OrderState::placed;
    bool has_open_question = false;
    bool was_asked = false;
    bool waits_for_follow_up = false;
};
DialogueState dialogue_state(const DialogueFacts& facts);

}  // namespace jobbro::domain
