// Who knew what when: the messages of an order or a citizen, who got each and when, and which of
// them hold.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/audit/readings.h"

namespace jobbro::audit {

// What the log tells of one receiver of a message. A delivery happened at most a minute before its
// trace was recorded; a fetch was recorded before it was answered.
struct Receiver {
    std::string party;
    std::optional<Trace> delivered;
    bool is_delivery_sure = false;  // the trace names a range that the message is in; see HandedOut
    std::optional<Trace> fetched;
};

struct TimelineMessage {
    TrailEntry entry;
    std::vector<Receiver> receivers;  // its audience, then whoever else fetched it
    std::vector<Sequence> answers;
    std::optional<Sequence> corrects;
    // The first message that corrects it: from then on it did not hold.
    std::optional<Trace> superseded_by;
};

// Nothing that was recorded at `before` or later is in it: a correction of that time does not
// supersede yet, and a delivery has not been made. None: all.
// Memory: as the trail's. Thread: one at a time. Life: the trail outlives it.
class Timeline {
  public:
    Timeline(const Trail& trail, std::optional<Instant> before);
    // In the order of the log; of each message the first delivery counts, or the first sure one.
    void take(const v1::Reading& reading, const Trace& trace);
    // In the order of the log.
    [[nodiscard]] const std::vector<TimelineMessage>& messages() const { return messages_; }

  private:
    [[nodiscard]] bool is_later(Instant recorded_at) const {
        return before_ && recorded_at >= *before_;
    }
    TimelineMessage* find(Sequence sequence);
    void link(TimelineMessage& message);

    const Trail* trail_;
    std::optional<Instant> before_;
    std::vector<TimelineMessage> messages_;
};

// The end of what "as of" this means: the instant after a time of RFC 3339, or of a date the
// midnight in UTC that ends it. Errors: usage. Thread: any.
Result<Instant> end_of_as_of(const std::string& text);

}  // namespace jobbro::audit
