// Whether anything is still going on.
#pragma once

#include <atomic>
#include <cstdint>

namespace jobbro::cli {

// When something last came, and whether it is being written still: a reader who is slow to take a
// line keeps it at work however long it takes. Instants are milliseconds of one clock that never
// steps back. Thread: begin() and end() one at a time; all else any.
class Activity {
  public:
    explicit Activity(std::int64_t now_ms) : active_at_ms_(now_ms) {}

    void note(std::int64_t now_ms) { active_at_ms_ = now_ms; }
    void begin(std::int64_t now_ms) {
        is_at_work_ = true;
        note(now_ms);
    }
    void end(std::int64_t now_ms) {
        note(now_ms);
        is_at_work_ = false;
    }
    [[nodiscard]] bool is_quiet(std::int64_t for_ms, std::int64_t now_ms) const {
        // In this order: work that is over by now has left its instant.
        return !is_at_work_ && now_ms - active_at_ms_ >= for_ms;
    }

  private:
    std::atomic<std::int64_t> active_at_ms_;
    std::atomic<bool> is_at_work_ = false;
};

}  // namespace jobbro::cli
