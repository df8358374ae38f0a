// What the core knows of a session.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "hub/core/open_replay.h"
#include "hub/delivery/subscriptions.h"
#include "proto/base/clock.h"
#include "proto/contract/party_id.h"
#include "proto/contract/uuid.h"
#include "proto/evidence/keys.h"

namespace jobbro::core {

// A connection that a party has opened with Hello. It is known by its routing id and the key the
// connection was made with; a frame on the routing id under any other key ends it.
struct Session {
    delivery::SessionNumber number;
    Bytes route;
    evidence::CurvePublicKey key;
    contract::PartyId party;
    Instant last_heard;
    Instant last_pinged;
    // By order id: the message that was told to come again. Until it does, the rest of that order's
    // messages are refused, so that the order of sending is the order of recording.
    std::map<std::string, contract::MessageId> blocked_lanes;
    // An auditor's, when one is open.
    std::optional<OpenReplay> replay = std::nullopt;
};

}  // namespace jobbro::core
