#include "adapters/kit/handling_queue.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {

void HandlingQueue::put(NumberedDelivery delivery, std::shared_ptr<const Handler> handler) {
    if (is_of_no_use(delivery)) return;
    jobs_.push_back(Job{std::move(delivery), std::move(handler)});
}

bool HandlingQueue::is_of_no_use(const NumberedDelivery& delivery) const {
    const Delivery& inner = delivery.delivery;
    const auto stopped = stopped_.find(inner.subscription);
    if (stopped != stopped_.end() && delivery.opening <= stopped->second) return true;
    if (inner.attempt != 0) return false;
    return std::any_of(parked_.begin(), parked_.end(), [&](const Parked& parked) {
        return parked.lane == inner.lane && parked.place.opening == delivery.opening &&
               parked.place.subscription == inner.subscription &&
               parked.place.sequence <= inner.sequence;
    });
}

HandlingQueue::Job HandlingQueue::next() {
    JOBBRO_ASSERT(!jobs_.empty());
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
}

void HandlingQueue::drop(const std::string& name) {
    const auto dropped = std::remove_if(jobs_.begin(), jobs_.end(), [&name](const Job& job) {
        return job.delivery.delivery.subscription == name;
    });
    jobs_.erase(dropped, jobs_.end());
}

bool HandlingQueue::report(const NumberedDelivery& delivery, Result<void> outcome) {
    if (!outcome) {
        if (!is_parked(delivery.on_failure, outcome.error())) {
            stopped_[delivery.delivery.subscription] = delivery.opening;
        } else if (delivery.delivery.attempt == 0) {
            parked_.push_back(Parked{delivery.place(), delivery.delivery.lane});
        }
        const auto dropped = std::remove_if(jobs_.begin(), jobs_.end(), [this](const Job& job) {
            return is_of_no_use(job.delivery);
        });
        jobs_.erase(dropped, jobs_.end());
    }
    reports_.push_back(HandlingReport{delivery.place(), std::move(outcome)});
    return reports_.size() == 1;
}

std::vector<HandlingReport> HandlingQueue::take_reports() {
    parked_.clear();
    return std::exchange(reports_, {});
}

}  // namespace jobbro::kit
