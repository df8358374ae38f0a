// Which waiting message may be handed in next.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "proto/base/assert.h"

namespace jobbro::kit {

// Keeps waiting messages in the order of their tickets, one of each order id (its lane) out at a
// time, so that whatever becomes of one, and whenever the process ends, nothing later of its lane
// has been handed in before it is settled. Messages without a lane do not wait for one another.
// Thread: one at a time.
class HandInOrder {
  public:
    // Requires: a ticket greater than all before in its lane.
    void add(std::uint64_t ticket, const std::string& lane) {
        // No order id begins like the name of a lane for one message alone.
        const std::string name = lane.empty() ? '\0' + std::to_string(ticket) : lane;
        const auto place = lanes_.try_emplace(name).first;
        JOBBRO_ASSERT(place->second.empty() || place->second.back() < ticket);
        place->second.push_back(ticket);
        lane_of_.emplace(ticket, place);
        if (place->second.front() == ticket) ready_.insert(ticket);
    }

    // The lowest ticket whose turn it is; it is out from now on. None: all are out, or wait for one
    // that is.
    std::optional<std::uint64_t> next() {
        if (ready_.empty()) return std::nullopt;
        const std::uint64_t ticket = *ready_.begin();
        ready_.erase(ready_.begin());
        ++out_;
        return ticket;
    }

    // It was out and is settled: the next of its lane has its turn.
    void settled(std::uint64_t ticket) {
        const auto found = lane_of_.find(ticket);
        JOBBRO_ASSERT(found != lane_of_.end() && ready_.count(ticket) == 0 && out_ > 0);
        const auto place = found->second;
        JOBBRO_ASSERT(place->second.front() == ticket);
        lane_of_.erase(found);
        --out_;
        place->second.pop_front();
        if (place->second.empty()) {
            lanes_.erase(place);
        } else {
            ready_.insert(place->second.front());
        }
    }

    // It was out and waits again, before all that wait for it.
    void returned(std::uint64_t ticket) {
        JOBBRO_ASSERT(lane_of_.count(ticket) != 0 && ready_.count(ticket) == 0 && out_ > 0);
        --out_;
        ready_.insert(ticket);
    }

    // Whether next() has one.
    [[nodiscard]] bool may_go() const { return !ready_.empty(); }
    [[nodiscard]] std::size_t size() const { return lane_of_.size(); }  // those out included
    [[nodiscard]] std::size_t out() const { return out_; }

  private:
    using Lanes = std::map<std::string, std::deque<std::uint64_t>>;
    Lanes lanes_;
    std::unordered_map<std::uint64_t, Lanes::iterator> lane_of_;
    std::set<std::uint64_t> ready_;
    std::size_t out_ = 0;
};

}  // namespace jobbro::kit
