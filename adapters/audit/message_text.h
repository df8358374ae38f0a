// A message of the log as the person it is about can read it, without the names of staff.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "adapters/audit/access_lines.h"
#include "adapters/audit/hub_reader.h"

namespace jobbro::audit {

// Thread: any, for all below.

// The fields that name staff, or would if they were used wrongly: "jobbro.v1.Contact.phone". What
// they hold is never shown.
const std::set<std::string_view>& withheld_fields();

// "order", "bestilling".
std::string kind_words(v1::MessageKind kind, Language language);

// A paragraph: what it is, from whom to whom, when, and each field that is set by its name in the
// contract. Fields this program does not know are left out, and that is told. Made safe; every line
// but the first is indented, so that none can pass for the beginning of another message.
// Errors: tampered when the body is no envelope.
Result<std::string> message_text(const ReadEntry& read, Language language);

}  // namespace jobbro::audit
