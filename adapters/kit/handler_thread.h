// The thread on which deliveries are handled, so that slow handling never stops the session.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "adapters/kit/handling_queue.h"

namespace jobbro::kit {

// One joinable thread and its HandlingQueue. There is one for all subscriptions: while a handler is
// at work, deliveries of every other wait. Thread: any, but stop() not from a handler.
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
    void run();
    static Result<void> handle(const HandlingQueue::Job& job);
    void report(const NumberedDelivery& delivery, Result<void> outcome);

    const std::function<void()> on_report_;
    std::mutex mutex_;
    std::condition_variable changed_;
    HandlingQueue queue_;       // by mutex_
    bool is_stopping_ = false;  // by mutex_
    std::thread thread_;        // last: starts when the rest stands
};

}  // namespace jobbro::kit
