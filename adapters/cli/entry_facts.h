// What an entry of the log tells without a key.
#pragma once

#include <optional>
#include <string>

#include "proto/base/bytes.h"
#include "proto/base/clock.h"
#include "proto/base/numbers.h"
#include "proto/evidence/digest.h"

namespace jobbro::cli {

// The first fields of an entry, as hub/journal/FORMAT.md has them.
struct EntryFacts {
    Sequence sequence;
    Instant recorded_at;
    std::string message_id;              // UUID in text
    evidence::Digest envelope_digest{};  // SHA-256 of the envelope as its sender made it
    std::string sender;                  // party id
};

// None when the bytes are not those of an entry of version 1. Thread: any.
std::optional<EntryFacts> read_entry_facts(BytesView entry);

}  // namespace jobbro::cli
