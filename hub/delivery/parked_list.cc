#include "hub/delivery/parked_list.h"

#include <algorithm>
#include <limits>

#include "proto/base/assert.h"
#include "proto/base/limits.h"

namespace jobbro::delivery {
namespace {

constexpr std::uint32_t shift_max = 14;  // 2^14 - 1 is beyond limits::parked_delay_s_max

}  // namespace

Instant due_after(std::uint32_t attempts, Instant now) {
    const std::uint32_t n = std::clamp<std::uint32_t>(attempts, 1, shift_max);
    const std::int64_t delay_s = std::min(limits::parked_delay_s_max, (std::int64_t{1} << n) - 1);
    return now.plus_ms(delay_s * 1000);
}

void count_attempt(Parked& message, Instant now) {
    ++message.attempts;
    message.is_out = true;
    message.due = due_after(message.attempts, now);
    message.waits_for_person = message.attempts >= limits::parked_attempts_max;
}

void ParkedList::add(Sequence sequence, const Parked& message) {
    leave_due(message.lane);
    const bool is_new = messages_.emplace(sequence, message).second;
    JOBBRO_ASSERT(is_new && !is_settled(sequence));
    if (message.waits_for_person) ++waiting_for_person_;
    lanes_.emplace(message.lane, sequence);
    enter_due(message.lane);
}

void ParkedList::change(Sequence sequence, const Parked& message) {
    const auto found = messages_.find(sequence);
    JOBBRO_ASSERT(found != messages_.end() && found->second.lane == message.lane);
    leave_due(message.lane);
    if (found->second.waits_for_person) --waiting_for_person_;
    if (message.waits_for_person) ++waiting_for_person_;
    found->second = message;
    enter_due(message.lane);
}

void ParkedList::remove(Sequence sequence) {
    const auto found = messages_.find(sequence);
    JOBBRO_ASSERT(found != messages_.end());
    const LaneId lane = found->second.lane;
    leave_due(lane);
    if (found->second.waits_for_person) --waiting_for_person_;
    messages_.erase(found);
    lanes_.erase({lane, sequence});
    enter_due(lane);
}

const Parked* ParkedList::find(Sequence sequence) const {
    const auto found = messages_.find(sequence);
    return found == messages_.end() ? nullptr : &found->second;
}

std::optional<Sequence> ParkedList::head_of(const LaneId& lane) const {
    const auto first = lanes_.lower_bound({lane, Sequence{0}});
    if (first == lanes_.end() || first->first != lane) return std::nullopt;
    return first->second;
}

std::vector<Sequence> ParkedList::messages_of(const LaneId& lane) const {
    std::vector<Sequence> all;
    for (auto each = lanes_.lower_bound({lane, Sequence{0}});
         each != lanes_.end() && each->first == lane; ++each) {
        all.push_back(each->second);
    }
    return all;
}

std::optional<Instant> ParkedList::next_due_after(Instant now) const {
    const Sequence last{std::numeric_limits<std::uint64_t>::max()};
    const auto next = due_.upper_bound({now, last});
    if (next == due_.end()) return std::nullopt;
    return next->first;
}

std::size_t ParkedList::count_for_person() const {
    std::size_t count = 0;
    const LaneId* lane = nullptr;
    bool waits = false;
    for (const auto& [each, sequence] : lanes_) {
        if (lane == nullptr || *lane != each) waits = false;
        lane = &each;
        waits = waits || messages_.at(sequence).waits_for_person;
        if (waits) ++count;
    }
    return count;
}

std::vector<Sequence> ParkedList::forget_settled_below(Sequence end) {
    const auto kept = settled_.lower_bound(end);
    std::vector<Sequence> forgotten(settled_.begin(), kept);
    settled_.erase(settled_.begin(), kept);
    return forgotten;
}

std::optional<Sequence> ParkedList::last() const {
    std::optional<Sequence> last;
    if (!messages_.empty()) last = messages_.rbegin()->first;
    if (!settled_.empty()) last = std::max(last, std::optional{*settled_.rbegin()});
    return last;
}

// The entry of the lane's head, whatever it is, leaves the order of what is due …
void ParkedList::leave_due(const LaneId& lane) {
    const auto head = head_of(lane);
    if (head) due_.erase({messages_.at(*head).due, *head});
}

// … and that of the head it has now goes in.
void ParkedList::enter_due(const LaneId& lane) {
    const auto head = head_of(lane);
    if (!head) return;
    const Parked& message = messages_.at(*head);
    if (!message.is_out && !message.waits_for_person) due_.emplace(message.due, *head);
}

}  // namespace jobbro::delivery
