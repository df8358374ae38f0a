#include "adapters/kit/handler_thread.h"

#include <utility>

namespace jobbro::kit {

HandlerThread::HandlerThread(std::function<void()> on_report)
    : on_report_(std::move(on_report)), thread_([this] { run(); }) {}

void HandlerThread::put(NumberedDelivery delivery, std::shared_ptr<const Handler> handler) {
    const std::lock_guard lock(mutex_);
    queue_.put(std::move(delivery), std::move(handler));
    changed_.notify_one();
}

void HandlerThread::drop_all() {
    const std::lock_guard lock(mutex_);
    queue_.drop_all();
}

void HandlerThread::drop(const std::string& name) {
    const std::lock_guard lock(mutex_);
    queue_.drop(name);
}

std::vector<HandlingReport> HandlerThread::take_reports() {
    const std::lock_guard lock(mutex_);
    return queue_.take_reports();
}

void HandlerThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        queue_.drop_all();
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void HandlerThread::run() {
    while (true) {
        HandlingQueue::Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
            if (is_stopping_) return;
            job = queue_.next();
        }
        report(job.delivery, handle(job));
    }
}

Result<void> HandlerThread::handle(const HandlingQueue::Job& job) {
    try {
        return (*job.handler)(job.delivery.delivery);
    } catch (...) {
        // Its text may hold what the message holds.
        return Error{ErrorCode::busy, "the handler ended with an exception"};
    }
}

void HandlerThread::report(const NumberedDelivery& delivery, Result<void> outcome) {
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        is_first = queue_.report(delivery, std::move(outcome));
    }
    if (is_first) on_report_();
}

}  // namespace jobbro::kit
