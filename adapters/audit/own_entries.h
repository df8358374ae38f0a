// What the entries say that the hub makes itself: who was let in, who read what on what ground,
// what was erased.
#pragma once

#include <string>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::audit {

// Names no citizen but by the hub's own id.
struct OwnEntry {
    std::string json;      // one object; its fields are in adapters/README.md
    std::string sentence;  // for people: without its end, as it stands in the log, not made safe
};

// True for the kinds whose body is no envelope. Thread: any, for all below.
bool is_own_kind(v1::MessageKind kind);
// Requires: is_own_kind(kind). Errors: tampered when the body is none of that kind.
Result<OwnEntry> read_own(v1::MessageKind kind, BytesView body);

// RFC 3339 in UTC with microseconds.
std::string instant_text(Instant instant);

}  // namespace jobbro::audit
