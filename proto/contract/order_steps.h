// The steps of the dialogue about an order: one table of states and kinds. proto/README.md shows
// it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/result.h"

namespace jobbro::contract {

// What the table goes by: the state, and whether a question of the provider's is open.
enum class DialogueState : std::uint8_t {
    placed,       // no answer, and never a question
    asked,        // no answer, and a question is open
    clarified,    // no answer, and every question has one
    accepted,     // questions may still be asked
    started,      // the course runs
    ended,        // the course has ended, and its end or a report waits for the jobcentre
    followed_up,  // it has ended, and nothing waits
    declined,
    cancelled,
};
inline constexpr std::size_t dialogue_states = 9;

std::string_view dialogue_state_name(DialogueState state);

// Whether a state allows a kind.
enum class Step : std::uint8_t {
    no,
    corrections,  // only in the place of what the sender has said
    yes,
};

// A row of the table. A letter a state, in the order of DialogueState; spaces are for the eye:
// y yes, c corrections, - no.
struct KindSteps {
    v1::MessageKind kind;
    std::string_view steps;
};

// One row a kind that may stand on an order, by number. Thread: any.
std::span<const KindSteps> order_steps();
// `no` for kinds without a row. An order has no state before the Order that opens it: that one is
// not asked for. Thread: any.
Step step_allowed(DialogueState state, v1::MessageKind kind);

// Errors: order_step_not_allowed; its detail names the state and what it allows. Thread: any.
Result<void> check_step(DialogueState state, v1::MessageKind kind, bool is_correction);

// The table in Markdown, as proto/README.md shows it and `jobbro rules` prints it.
std::string order_steps_page();

}  // namespace jobbro::contract
