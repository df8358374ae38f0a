// What the client's threads leave for the main thread.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "adapters/kit/outbox.h"

namespace jobbro::daemon {

// Thread: any for the putting half; the taking half is the main thread's.
class Mailbox {
  public:
    // Errors: file_limit_low.
    static Result<std::unique_ptr<Mailbox>> make();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;
    ~Mailbox();

    // Messages the hub has answered. No more than wait in the outbox.
    void put_settled(const std::vector<kit::OutboxRecord>& records);
    // The program is to end for this; the first one counts.
    void put_end(const Error& error);
    // The subscription was opened there, with nothing parked: nothing below can come any more.
    void put_opening(Sequence next);

    struct Contents {
        std::vector<kit::OutboxRecord> settled;
        std::optional<Error> end;
        std::optional<Sequence> opening;
    };
    Contents take();
    // Readable when there is something to take.
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    explicit Mailbox(int descriptor) : descriptor_(descriptor) {}
    void wake() const;

    const int descriptor_;
    std::mutex mutex_;
    Contents contents_;  // by mutex_
};

}  // namespace jobbro::daemon
