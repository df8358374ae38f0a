// A time line as people and other programs read it.
#pragma once

#include <string>

#include "adapters/audit/flat_rows.h"
#include "adapters/audit/timeline.h"

namespace jobbro::audit {

// All lines of it. As ndjson and csv a row a message and receiver; as text a paragraph a message,
// with nothing of an entry able to break a line. `unopened`: how many readings of its time could
// not be opened, so that a receiver without a trace may have one; none: that is not told.
// Thread: any.
std::string timeline_text(LineFormat format, const Timeline& timeline, std::uint64_t unopened);

}  // namespace jobbro::audit
