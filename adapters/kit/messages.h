// What goes through the kit: messages out with their receipts, messages in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "jobbro/v1/error.pb.h"
#include "jobbro/v1/subscription.pb.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/base/result.h"

namespace jobbro::kit {

// A serialised envelope and what the kit needs to know of it.
struct MadeEnvelope {
    Bytes bytes;
    std::string message_id;
    std::string order_id;  // its lane; empty: none
};

// The hub has the message on disk.
struct Receipt {
    std::string message_id;
    Sequence sequence;
    Instant recorded_at;
    std::vector<v1::Finding> findings;
};

// A message from another party.
struct Delivery {
    std::string subscription;
    Sequence sequence;
    Instant recorded_at;
    Bytes envelope;  // as its sender made it; empty in a thin delivery
    std::vector<v1::Finding> findings;
    // 0: by way of the cursor; from 1: from the parked list, for the so manieth time.
    std::uint32_t attempt = 0;
    // Equal for what a failure holds up together; means nothing outside an opening.
    std::uint64_t lane = 0;
    // In a thin delivery only: what Client::fetch would get.
    std::optional<v1::Notification> notification = {};
};

// As it stands on the wire, of this subscription; empty: of none. Thread: any.
Delivery delivery_from_wire(const std::string& subscription, const v1::Delivery& wire);

// A code from the wire. One this build does not know becomes the nearest known one of the same
// disposition, with its number in the detail. Thread: any.
Error error_from_wire(v1::ErrorCode code, v1::Disposition disposition, std::string detail,
                      std::string field_path = {});

// True when the hub says that the same bytes may go through later. A disposition this build does
// not know counts as the one its code has. Thread: any.
bool may_be_retried(v1::Disposition disposition, ErrorCode code);

}  // namespace jobbro::kit
