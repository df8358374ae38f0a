#include "adapters/kit/handler_thread.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {

HandlerThread::HandlerThread(std::function<void()> on_report)
    : on_report_(std::move(on_report)), thread_([this] { run(); }) {}

void HandlerThread::put(NumberedDelivery delivery, std::shared_ptr<const Handler> handler) {
    const std::lock_guard lock(mutex_);
    const auto failed = failed_openings_.find(delivery.delivery.subscription);
    if (failed != failed_openings_.end() && delivery.opening <= failed->second) return;
    jobs_.push_back(Job{std::move(delivery), std::move(handler)});
    changed_.notify_one();
}

void HandlerThread::drop_all() {
    const std::lock_guard lock(mutex_);
    jobs_.clear();
}

void HandlerThread::drop(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto dropped = std::remove_if(jobs_.begin(), jobs_.end(), [&name](const Job& job) {
        return job.delivery.delivery.subscription == name;
    });
    jobs_.erase(dropped, jobs_.end());
}

std::vector<HandlingReport> HandlerThread::take_reports() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
}

void HandlerThread::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
        jobs_.clear();
        changed_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

void HandlerThread::run() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_stopping_ || !jobs_.empty(); });
            if (is_stopping_) return;
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        report(job.delivery, handle(job));
    }
}

Result<void> HandlerThread::handle(const Job& job) {
    try {
        return (*job.handler)(job.delivery.delivery);
    } catch (...) {
        // Its text may hold what the message holds.
        return Error{ErrorCode::busy, "the handler ended with an exception"};
    }
}

void HandlerThread::report(const NumberedDelivery& delivery, Result<void> outcome) {
    const std::string& name = delivery.delivery.subscription;
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        if (!outcome) {
            failed_openings_[name] = delivery.opening;
            std::deque<Job> kept;
            for (Job& job : jobs_) {
                const NumberedDelivery& other = job.delivery;
                if (other.delivery.subscription == name && other.opening <= delivery.opening) {
                    continue;
                }
                kept.push_back(std::move(job));
            }
            jobs_ = std::move(kept);
        }
        is_first = reports_.empty();
        reports_.push_back(
            HandlingReport{name, delivery.opening, delivery.delivery.sequence, std::move(outcome)});
    }
    if (is_first) on_report_();
}

}  // namespace jobbro::kit
