#include "tests/property/receiver.h"

#include <algorithm>

namespace jobbro::testing {

core::FrameIn Receiver::on_route(core::FrameIn frame) const {
    frame.route = name_;
    return frame;
}

void Receiver::clear() {
    held_.clear();
    by_cursor_.clear();
    lanes_.clear();
    nacks_.clear();
    seen.clear();
    last_by_cursor_ = 0;
    from_list_.clear();
}

void Receiver::subscribe(const HubWorld& world, std::optional<std::uint64_t> from) {
    clear();
    core::FrameIn frame = world.subscribe(jobcentre, name_, credit_);
    auto& subscribe = *std::get<v1::ClientFrame>(frame.content).mutable_subscribe();
    if (from) {
        subscribe.set_from_sequence(*from);
        settled.clear();
    }
    to_hub.push_back(on_route(std::move(frame)));
    is_open_ = true;
    ++unanswered_;
}

void Receiver::lose() {
    clear();
    to_hub.clear();
    is_open_ = false;
    unanswered_ = 0;
}

void Receiver::take(const v1::HubFrame& frame) {
    if (frame.has_error()) complaint = "an error: " + frame.ShortDebugString();
    if (frame.has_subscribed()) --unanswered_;
    // What is on its way of an opening before is not ours any more.
    if (!frame.has_deliveries() || !is_served()) return;
    for (const v1::Delivery& each : frame.deliveries().deliveries())
        take_delivery(each, frame.deliveries().nacks_taken());
}

void Receiver::take_delivery(const v1::Delivery& delivery, std::uint64_t nacks_taken) {
    const std::uint64_t sequence = delivery.sequence();
    seen.insert(sequence);
    if (delivery.attempt() > 0) {
        for (const Held& each : held_) {
            if (each.is_parked && each.lane == delivery.lane()) complaint = "two of a lane";
        }
        for (const auto& [unacked, lane] : lanes_) {
            if (lane == delivery.lane()) complaint = "one of its lane is unacked";
        }
        from_list_[delivery.lane()] = sequence;
        held_.push_back({sequence, delivery.lane(), true});
        return;
    }
    if (!by_cursor_.empty() && sequence <= last_by_cursor_) complaint = "the cursor went back";
    last_by_cursor_ = sequence;
    const auto later = from_list_.find(delivery.lane());
    if (later != from_list_.end() && sequence < later->second) complaint = "came after a later one";
    for (std::size_t n = nacks_taken; n < nacks_.size(); ++n) {
        if (nacks_[n].lane == delivery.lane() && nacks_[n].sequence <= sequence) return;
    }
    by_cursor_[sequence] = false;
    lanes_[sequence] = delivery.lane();
    held_.push_back({sequence, delivery.lane(), false});
}

void Receiver::work(const HubWorld& world, SeededRandomness& random, Chances chances) {
    if (held_.empty()) return;
    // The first of its lane: receivers may work on several citizens at once.
    const std::uint64_t lane = held_[random.below(held_.size())].lane;
    const auto found = std::find_if(held_.begin(), held_.end(),
                                    [&](const Held& each) { return each.lane == lane; });
    const Held held = *found;
    held_.erase(found);
    const std::uint64_t dice = random.below(100);
    if (is_poison(held.sequence) || dice < chances.retry) {
        give_back(world, held, v1::NACK_VERDICT_RETRY_LATER);
    } else if (dice < chances.retry + chances.give_up) {
        give_back(world, held, v1::NACK_VERDICT_GIVE_UP);
    } else {
        finish(world, held);
    }
}

void Receiver::poison(SeededRandomness& random) {
    poison_every_ = 5 + random.below(10);
    poison_rest_ = random.below(poison_every_);
}

bool Receiver::is_poison(std::uint64_t sequence) const {
    return poison_every_ != 0 && sequence % poison_every_ == poison_rest_;
}

std::size_t Receiver::held_from_list() const {
    return static_cast<std::size_t>(
        std::count_if(held_.begin(), held_.end(), [](const Held& each) { return each.is_parked; }));
}

void Receiver::give_back(const HubWorld& world, const Held& held, v1::NackVerdict verdict) {
    // No ack of what comes after it may overtake the Nack. What is given up has a reason.
    const std::string reason = verdict == v1::NACK_VERDICT_GIVE_UP ? "cannot be read" : "";
    to_hub.push_back(on_route(world.nack(jobcentre, name_, held.sequence, verdict, reason)));
    nacks_.push_back({held.lane, held.sequence});
    for (auto each = by_cursor_.lower_bound(held.sequence); each != by_cursor_.end();) {
        if (lanes_.at(each->first) == held.lane) {
            lanes_.erase(each->first);
            each = by_cursor_.erase(each);
        } else {
            ++each;
        }
    }
    std::erase_if(held_, [&](const Held& each) {
        return each.lane == held.lane && each.sequence >= held.sequence;
    });
}

void Receiver::finish(const HubWorld& world, const Held& held) {
    if (known_.insert(held.sequence).second) handled.push_back(held.sequence);
    if (!held.is_parked) {
        by_cursor_.at(held.sequence) = true;
        return;
    }
    settled.insert(held.sequence);
    to_hub.push_back(on_route(world.ack_parked(jobcentre, name_, held.sequence)));
}

void Receiver::ack(const HubWorld& world) {
    std::optional<std::uint64_t> last;
    while (!by_cursor_.empty() && by_cursor_.begin()->second) {
        last = by_cursor_.begin()->first;
        lanes_.erase(*last);
        by_cursor_.erase(by_cursor_.begin());
    }
    if (last) to_hub.push_back(on_route(world.ack(jobcentre, name_, *last)));
}

}  // namespace jobbro::testing
