// The thread on which deliveries are handled, so that slow handling never stops the session.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "adapters/kit/subscriptions.h"

namespace jobbro::kit {

// Success is the ack: the message has been taken care of and need not come again. An error stops
// the subscription; the message and all after it come again later. An exception that leaves the
// handler is an error like any other: busy, and nothing of what it says.
using Handler = std::function<Result<void>(const Delivery&)>;

// What became of one delivery.
struct HandlingReport {
    std::string name;
    std::uint64_t opening;
    Sequence sequence;
    Result<void> outcome;
};

// One joinable thread and its queue, bounded by the credit of the subscriptions. There is one for
// all subscriptions: while a handler is at work, deliveries of every other wait. After a failure
// the rest of that opening is dropped unhandled. Thread: any, but stop() not from a handler.
class HandlerThread {
  public:
    // `on_report` is called on the handling thread when the first of some reports can be taken.
    explicit HandlerThread(std::function<void()> on_report);
    HandlerThread(const HandlerThread&) = delete;
    HandlerThread& operator=(const HandlerThread&) = delete;
    ~HandlerThread() { stop(); }

    void put(NumberedDelivery delivery, std::shared_ptr<const Handler> handler);
    // Drops what is queued; what is being handled is finished.
    void drop_all();
    // The same for one subscription.
    void drop(const std::string& name);
    std::vector<HandlingReport> take_reports();
    // Drops what is queued, finishes what is being handled, joins. More than once does nothing.
    void stop();

  private:
    struct Job {
        NumberedDelivery delivery;
        std::shared_ptr<const Handler> handler;
    };
    void run();
    static Result<void> handle(const Job& job);
    void report(const NumberedDelivery& delivery, Result<void> outcome);

    const std::function<void()> on_report_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Job> jobs_;                                  // by mutex_
    std::vector<HandlingReport> reports_;                   // by mutex_
    std::map<std::string, std::uint64_t> failed_openings_;  // by mutex_
    bool is_stopping_ = false;                              // by mutex_
    std::thread thread_;                                    // last: starts when the rest stands
};

}  // namespace jobbro::kit
