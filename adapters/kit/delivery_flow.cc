#include "adapters/kit/delivery_flow.h"

#include <algorithm>

#include "proto/base/limits.h"

namespace jobbro::kit {
namespace {

constexpr std::size_t handled_before_ack_max = 64;
// More than can have been handled without the hub's knowing. What is forgotten too early is handled
// twice, never missed.
constexpr std::size_t remembered_max = std::size_t{2} * limits::credit_max;

}  // namespace

void DeliveryFlow::restart() {
    by_cursor_.clear();
    done_ = 0;
    last_by_cursor_.reset();
    parked_.clear();
    parked_acks_due_.clear();
    nacks_due_.clear();
    open_nacks_.clear();
    nacks_ = 0;
    is_flushing_ = false;
}

// By way of the cursor the hub has out at least what is not acked, and a Nack that it has not taken
// holds its credit. Of what came from the list a person may have dropped some, whose credit the hub
// has given anew; that may go as far as any credit could.
bool DeliveryFlow::has_room() const {
    const auto open = static_cast<std::size_t>(
        std::count_if(open_nacks_.begin(), open_nacks_.end(),
                      [](const OpenNack& nack) { return nack.makes_void; }));
    const std::size_t by_cursor = by_cursor_.size() + open;
    const std::size_t parked = parked_.size() + parked_acks_due_.size() + open_nacks_.size() - open;
    return by_cursor < credit_ && by_cursor + parked < std::size_t{credit_} + limits::credit_max;
}

Result<void> DeliveryFlow::take_nacks(std::uint64_t taken) {
    if (taken > nacks_) return Error{ErrorCode::frame_malformed, "more Nacks taken than sent"};
    while (!open_nacks_.empty() && open_nacks_.front().number <= taken)
        open_nacks_.pop_front();
    return {};
}

Result<std::vector<const v1::Delivery*>> DeliveryFlow::take(const v1::Deliveries& frame) {
    std::vector<const v1::Delivery*> to_handle;
    JOBBRO_TRY(take_nacks(frame.nacks_taken()));
    for (const v1::Delivery& delivery : frame.deliveries()) {
        if (!has_room()) {
            return Error{ErrorCode::frame_malformed, "more deliveries than the credit"};
        }
        bool is_new = false;
        if (delivery.attempt() == 0) {
            JOBBRO_TRY_ASSIGN(is_new, take_by_cursor(delivery));
        } else {
            is_new = take_parked(delivery);
        }
        if (is_new) to_handle.push_back(&delivery);
    }
    return to_handle;
}

Result<bool> DeliveryFlow::take_by_cursor(const v1::Delivery& delivery) {
    const Sequence sequence{delivery.sequence()};
    if (last_by_cursor_ && sequence <= *last_by_cursor_) {
        return Error{ErrorCode::frame_malformed, "deliveries out of order"};
    }
    last_by_cursor_ = sequence;
    if (is_void(delivery)) return false;
    const bool is_done = handled_.count(sequence) != 0;
    by_cursor_.emplace(sequence, Out{delivery.lane(), is_done});
    if (is_done) ++done_;
    return !is_done;
}

bool DeliveryFlow::take_parked(const v1::Delivery& delivery) {
    const Sequence sequence{delivery.sequence()};
    if (handled_.count(sequence) != 0) {
        parked_acks_due_.push_back(sequence);
        return false;
    }
    // Already there: it was released while it was out, and one answer serves for both.
    return parked_.insert(sequence).second;
}

// What comes by way of the cursor is always later than what was given back.
bool DeliveryFlow::is_void(const v1::Delivery& delivery) const {
    return std::any_of(open_nacks_.begin(), open_nacks_.end(), [&delivery](const OpenNack& nack) {
        return nack.makes_void && nack.lane == delivery.lane();
    });
}

void DeliveryFlow::remember(Sequence sequence) {
    if (!handled_.insert(sequence).second) return;
    handled_order_.push_back(sequence);
    if (handled_order_.size() <= remembered_max) return;
    handled_.erase(handled_order_.front());
    handled_order_.pop_front();
}

bool DeliveryFlow::handled(Sequence sequence, std::uint32_t attempt) {
    remember(sequence);
    if (attempt != 0) {
        if (parked_.erase(sequence) == 0) return false;
        parked_acks_due_.push_back(sequence);
        return true;
    }
    const auto found = by_cursor_.find(sequence);
    if (found == by_cursor_.end() || found->second.is_done) return false;
    found->second.is_done = true;
    ++done_;
    return true;
}

// What of it was handled already is acked when it comes from the list.
void DeliveryFlow::take_out_lane(std::uint64_t lane, std::map<Sequence, Out>::iterator from) {
    while (from != by_cursor_.end()) {
        if (from->second.lane != lane) {
            ++from;
            continue;
        }
        if (from->second.is_done) --done_;
        from = by_cursor_.erase(from);
    }
}

bool DeliveryFlow::nack(Sequence sequence, std::uint32_t attempt, const Error& error) {
    std::uint64_t lane = 0;
    if (attempt != 0) {
        if (parked_.erase(sequence) == 0) return false;
    } else {
        const auto found = by_cursor_.find(sequence);
        if (found == by_cursor_.end() || found->second.is_done) return false;
        lane = found->second.lane;
        take_out_lane(lane, found);
    }
    handled_.erase(sequence);
    // While the hub has a message of a lane in its list, none of the lane comes by way of the
    // cursor. So a Nack of a parked message makes nothing void; and if a person has dropped that
    // message meanwhile, the hub does not take the Nack, and what follows it is not parked.
    open_nacks_.push_back(OpenNack{++nacks_, lane, attempt == 0});
    v1::Nack wire;
    wire.set_sequence(sequence.value());
    const ErrorText text = error_text(error.code);
    wire.set_verdict(text.disposition == Disposition::retry ? v1::NACK_VERDICT_RETRY_LATER
                                                            : v1::NACK_VERDICT_GIVE_UP);
    // The name alone: a detail could hold what the message holds.
    wire.set_reason(std::string{text.name});
    nacks_due_.push_back(std::move(wire));
    return true;
}

bool DeliveryFlow::ack_is_due() const {
    if (done_ == 0) return false;
    const std::size_t enough =
        std::min(handled_before_ack_max, std::max<std::size_t>(1, credit_ / 2));
    return is_flushing_ || done_ == by_cursor_.size() || done_ >= enough;
}

// Takes out what is done before the first that is not; the last of it.
std::optional<Sequence> DeliveryFlow::take_done() {
    std::optional<Sequence> last;
    while (!by_cursor_.empty() && by_cursor_.begin()->second.is_done) {
        last = by_cursor_.begin()->first;
        by_cursor_.erase(by_cursor_.begin());
        --done_;
    }
    return last;
}

std::optional<v1::ClientFrame> DeliveryFlow::next_frame(const std::string& name) {
    v1::ClientFrame frame;
    if (!nacks_due_.empty()) {
        *frame.mutable_nack() = std::move(nacks_due_.front());
        frame.mutable_nack()->set_name(name);
        nacks_due_.pop_front();
        return frame;
    }
    if (!parked_acks_due_.empty()) {
        frame.mutable_ack()->set_name(name);
        frame.mutable_ack()->set_sequence(parked_acks_due_.front().value());
        frame.mutable_ack()->set_parked(true);
        parked_acks_due_.pop_front();
        return frame;
    }
    if (!ack_is_due()) return std::nullopt;
    const auto up_to = take_done();
    if (!up_to) return std::nullopt;
    frame.mutable_ack()->set_name(name);
    frame.mutable_ack()->set_sequence(up_to->value());
    return frame;
}

}  // namespace jobbro::kit
