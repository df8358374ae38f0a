// The deliveries that wait for the handling thread, and what became of those it has had.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/kit/subscriptions.h"

namespace jobbro::kit {

// Success is the ack: the message has been taken care of and need not come again. What an error
// does, OnFailure says. An exception that leaves the handler is an error like any other: busy, and
// nothing of what it says.
using Handler = std::function<Result<void>(const Delivery&)>;

// What became of one delivery.
struct HandlingReport {
    DeliveryPlace place;
    Result<void> outcome;
};

// In the order they are put, for all subscriptions; bounded by their credit. What a failure leaves
// no use for is dropped at once and not reported: what stops drops the rest of that opening; what
// parks (is_parked) what came by way of the cursor with it, later in its lane. That also holds for
// what is put after the failure and before its report has been taken: from then on whoever puts
// knows of it. Pure. Thread: one at a time.
class HandlingQueue {
  public:
    struct Job {
        NumberedDelivery delivery;
        std::shared_ptr<const Handler> handler;
    };

    void put(NumberedDelivery delivery, std::shared_ptr<const Handler> handler);
    [[nodiscard]] bool empty() const { return jobs_.empty(); }
    // The next to be handled. Requires: not empty.
    Job next();
    // Drops what waits; of all subscriptions, or of one.
    void drop_all() { jobs_.clear(); }
    void drop(const std::string& name);

    // What next() gave is handled, or not. True for the first report of some.
    bool report(const NumberedDelivery& delivery, Result<void> outcome);
    std::vector<HandlingReport> take_reports();

  private:
    // By way of the cursor, and given back.
    struct Parked {
        DeliveryPlace place;
        std::uint64_t lane;
    };
    [[nodiscard]] bool is_of_no_use(const NumberedDelivery& delivery) const;

    std::deque<Job> jobs_;
    std::vector<HandlingReport> reports_;
    std::vector<Parked> parked_;                    // whose reports have not been taken
    std::map<std::string, std::uint64_t> stopped_;  // the last opening that did
};

}  // namespace jobbro::kit
