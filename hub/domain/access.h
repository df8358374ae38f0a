// Who may say and who may see what: one table, by kind, relation and time. ACCESS.md shows it.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "hub/domain/order_dialogue.h"
#include "jobbro/v1/hub_messages.pb.h"
#include "proto/base/clock.h"
#include "proto/contract/party_id.h"

namespace jobbro::domain {

// --- Relations -------------------------------------------------------------------------------

// What a party is to a message, by the order it is on. `none` is no ground at all: the message, and
// the order, do not exist for it.
enum class Relation : std::uint8_t {
    none,
    jobcentre,           // one, and the message is about no order
    jobcentre_open,      // the order is its own, and is not over
    jobcentre_ended,     // its own; the course has ended, and the provider's grace is not over
    jobcentre_closed,    // its own; declined, cancelled, or the grace is over
    former_jobcentre,    // it has handed the order over since the message came
    provider,            // one, and the message is about no order and no citizen
    provider_open,       // the order is with it, and is not over
    provider_ended,      // with it; the course has ended, and the grace is not over
    provider_cancelled,  // it was with it, and was cancelled
};
inline constexpr std::size_t relations = 10;

// What ties a party to an order, whatever the time.
enum class Tie : std::uint8_t { none, jobcentre, former_jobcentre, provider };

// What time makes of it.
struct OrderTimes {
    OrderState state = OrderState::placed;
    Instant over_at;  // when it was over; of no matter for an order that is not
    Instant now;
    std::int64_t grace_ms = 0;  // how long a provider keeps an order whose course has ended
};

// The grace is over at over_at + grace_ms, not after it. A provider has nothing of an order it has
// declined. Thread: any.
Relation relation_of(Tie tie, const OrderTimes& times);

// --- Kinds -----------------------------------------------------------------------------------

// Whether a party in a relation may say a kind.
enum class Say : std::uint8_t {
    no,
    corrections,  // only in the place of what it has said
    yes,
};

// A row of the table. A letter a relation, in the order of Relation without `none`; spaces are for
// the eye. `says`: y yes, c corrections, - no. `sees`: y yes, - no, and of what the party was not
// the sender of.
struct KindAccess {
    v1::MessageKind kind;
    std::string_view says;
    std::string_view sees;
};

// One row a kind of entry, by number. Thread: any.
std::span<const KindAccess> kind_access();

// `no` for kinds without a row. Thread: any.
Say may_say(v1::MessageKind kind, Relation relation);
// Of what was addressed to the party; false for kinds without a row. Thread: any.
bool may_see(v1::MessageKind kind, Relation relation);
// An alert is seen as its kind says, but some by the jobcentre only. Thread: any.
bool reaches_provider(v1::AlertKind kind);

// --- Questions -------------------------------------------------------------------------------

// What a party can ask the hub for.
enum class Question : std::uint8_t {
    subscribe,          // deliveries
    parked,             // what its subscriptions have parked, and acts on it
    fetch,              // one message
    orders,             // what waits, the orders that go on, and what was said on one
    citizen_time_line,  // what was said of a citizen
    catalogue,          // offers, results and rules
    prove,              // that an entry is in the log, or a tree the beginning of another
    prove_entry,        // the same with the entry, as it stands in the log
    replay_sealed,      // the log, without keys
    replay_masked,      // with the keys of indexes
    replay_unmasked,    // with the keys of bodies
    registry,           // the parties; handing in statements about them
    citizens,           // which id a citizen has; handing in statements about citizens
    status,             // counts, and who is connected
};
inline constexpr std::size_t questions = 14;

// How much of an answer a role gets.
enum class Answer : std::uint8_t {
    no,
    own,       // of what was addressed to it or said by it, as far as it may see it; or of itself
    granted,   // of the jobcentres and the period that its grants cover
    unmasked,  // the same, with a grant that allows content and a ground that is told
    all,
};

// A row of the table: an answer a role, in the order jobcentre, provider, auditor, operator.
struct QuestionAccess {
    Question question;
    std::string_view name;
    std::array<Answer, 4> answers;
};

// One row a question, in their order. Thread: any.
std::span<const QuestionAccess> question_access();
// `no` for those who never connect. Thread: any.
Answer may_ask(Question question, contract::Role role);

}  // namespace jobbro::domain
