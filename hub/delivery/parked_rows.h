// Parked messages as they are kept: a sealed row each, and one more for what its Nack said.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "hub/delivery/parked_list.h"
#include "hub/journal/journal.h"

namespace jobbro::delivery {

using SubscriptionKey = std::pair<std::string, std::string>;  // party, name

// The turn that something happens in: where its rows are staged, and when.
struct Moment {
    journal::Journal* journal;
    Instant now;
    Randomness* randomness;
};

// Stages rows into the turn's batch; nothing reads them before the next start but reason_of().
// Thread: the hub's loop.
void stage_parked(const SubscriptionKey& key, Sequence sequence, const Parked& message,
                  const Moment& moment);
// It has left the list, and the cursor is still before it.
void stage_settled(const SubscriptionKey& key, Sequence sequence, const Moment& moment);
void stage_reason(const SubscriptionKey& key, Sequence sequence, const std::string& reason,
                  const Moment& moment);
void erase_reason(const SubscriptionKey& key, Sequence sequence, const Moment& moment);
// Without the reason.
void erase_parked(const SubscriptionKey& key, Sequence sequence, const Moment& moment);

// What the Nack said, as it was last committed; empty when there is none.
// Errors: store_failed, opening_failed.
Result<std::string> reason_of(const SubscriptionKey& key, Sequence sequence,
                              journal::Journal& journal);

// A row that is neither a reason nor of a settled message has a message.
struct ParkedFound {
    SubscriptionKey key;
    Sequence sequence;
    std::optional<Parked> message;  // none: settled
};
// All rows, by party, name and sequence, until `visit` returns false.
// Errors: store_failed, opening_failed, tampered.
Result<void> read_parked(journal::Journal& journal,
                         const std::function<bool(const ParkedFound&)>& visit);

}  // namespace jobbro::delivery
