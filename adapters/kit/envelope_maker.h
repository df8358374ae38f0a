// Makes envelopes ready to send.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "adapters/kit/messages.h"
#include "proto/base/clock.h"
#include "proto/base/randomness.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/keys.h"

namespace jobbro::kit {

// Fills in what the sender's system need not know of: message id, sender, salt, schema version, the
// time it happened, and the audience where the kind and the order leave no choice, each only where
// unset. Message ids rise strictly for as long as the maker lives, also when the clock steps back.
// The salt of an envelope whose message id is given follows from that id and the salt key, so that
// the same content under the same id makes the same bytes, to be handed in again by another run;
// nobody without the key can tell it from random bytes. Thread: any.
class EnvelopeMaker {
  public:
    // Life: `clock` and `randomness` outlive the maker; nobody else uses `randomness` meanwhile.
    EnvelopeMaker(std::string sender, evidence::SymmetricKey salt_key, const Clock& clock,
                  Randomness& randomness)
        : sender_(std::move(sender)),
          salt_key_(std::move(salt_key)),
          clock_(clock),
          randomness_(randomness) {}
    EnvelopeMaker(const EnvelopeMaker&) = delete;
    EnvelopeMaker& operator=(const EnvelopeMaker&) = delete;

    // The envelope's bytes. With `checked`, what the hub would refuse for the envelope's own sake
    // is refused here, with the same error.
    // Errors: sender_wrong, envelope_too_large, those of contract::validate (all only if checked).
    Result<MadeEnvelope> make(v1::Envelope envelope, bool checked = true);

    contract::MessageId next_message_id();

    // The salt key that goes with a party's signing key.
    static evidence::SymmetricKey salt_key_of(const evidence::SigningKey& key);

  private:
    contract::MessageId next_locked(Instant now);
    void fill_id_and_salt(v1::Envelope& envelope, Instant now);

    const std::string sender_;
    const evidence::SymmetricKey salt_key_;
    const Clock& clock_;
    std::mutex mutex_;
    Randomness& randomness_;                   // by mutex_
    std::optional<contract::MessageId> last_;  // by mutex_
};

}  // namespace jobbro::kit
