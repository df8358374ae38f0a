#include "adapters/kit/submit_queue.h"

#include <algorithm>
#include <utility>

namespace jobbro::kit {
namespace {

constexpr std::int64_t first_retry_ms = 20;
constexpr std::int64_t last_retry_ms = 2000;
constexpr int doublings_max = 7;
// Tag and length around an envelope in a Submit.
constexpr std::size_t envelope_overhead_bytes = 8;

// The hub's word, but never so short that refusals chase each other at the speed of the network.
std::int64_t retry_delay_ms(const Refusal& refusal, int refusals) {
    const std::int64_t grown = first_retry_ms << std::min(refusals, doublings_max);
    return std::max(refusal.retry_after_ms, std::min(grown, last_retry_ms));
}

// True for what would hit any other message just the same.
bool concerns_all(ErrorCode code) {
    return code == ErrorCode::busy || code == ErrorCode::disk_nearly_full ||
           code == ErrorCode::lanes_exhausted;
}

// True for what the hub says without having looked for the message among the recorded ones.
bool says_nothing_of_before(ErrorCode code) {
    return code == ErrorCode::signature_missing || code == ErrorCode::signature_wrong ||
           code == ErrorCode::hub_sealed;
}

}  // namespace

Result<void> SubmitQueue::add(Submission submission, Instant now) {
    const std::size_t bytes = submission.envelope.bytes.size();
    if (bytes > limits::envelope_bytes_max) return ErrorCode::envelope_too_large;
    if (items_.size() >= options_.messages_max || bytes_ + bytes > options_.bytes_max) {
        return ErrorCode::queue_full;
    }
    const std::uint64_t ticket = submission.ticket;
    Lane& lane = lanes_[submission.envelope.order_id];
    Item made;
    made.envelope = std::move(submission.envelope);
    made.lane = &lane;
    const auto [added, is_new] = items_.emplace(ticket, std::move(made));
    JOBBRO_ASSERT(is_new);
    bytes_ += bytes;
    lane.waiting.insert(ticket);
    if (!lane.halted) ready_.insert(ready_.end(), ticket);
    if (submission.give_up_after_ms) {
        set_deadline(ticket, added->second, now.plus_ms(*submission.give_up_after_ms));
    }
    return {};
}

// The earlier of this and the one it has.
void SubmitQueue::set_deadline(std::uint64_t ticket, Item& item, Instant deadline) {
    if (item.deadline && *item.deadline <= deadline) return;
    if (item.deadline) deadlines_.erase({*item.deadline, ticket});
    item.deadline = deadline;
    deadlines_.emplace(deadline, ticket);
}

std::vector<BytesView> SubmitQueue::next_batch(std::uint64_t number, Instant now) {
    std::vector<BytesView> envelopes;
    if (hold_until_ > now || wants_new_session_) return envelopes;
    Batch batch;
    std::size_t bytes = 0;
    while (!ready_.empty() && envelopes.size() < options_.batch_messages_max &&
           in_flight_ < options_.in_flight_max) {
        const std::uint64_t ticket = *ready_.begin();
        Item& item = items_.at(ticket);
        const std::size_t more = item.envelope.bytes.size() + envelope_overhead_bytes;
        if (!envelopes.empty() && bytes + more > options_.batch_bytes_max) break;
        bytes += more;
        ready_.erase(ready_.begin());
        item.lane->waiting.erase(ticket);
        ++item.lane->in_flight;
        item.is_in_flight = true;
        ++in_flight_;
        batch.tickets.push_back(ticket);
        envelopes.emplace_back(item.envelope.bytes);
    }
    if (envelopes.empty()) return envelopes;
    batch.unanswered = batch.tickets.size();
    const bool is_new = batches_.emplace(number, std::move(batch)).second;
    JOBBRO_ASSERT(is_new);
    return envelopes;
}

// The ticket of an answer, no longer in flight; 0 when there is none.
std::uint64_t SubmitQueue::take_answered(std::uint64_t number, std::uint32_t index) {
    const auto found = batches_.find(number);
    if (found == batches_.end() || index >= found->second.tickets.size()) return 0;
    Batch& batch = found->second;
    const std::uint64_t ticket = std::exchange(batch.tickets[index], 0);
    if (ticket == 0) return 0;
    if (--batch.unanswered == 0) batches_.erase(found);
    Item& item = items_.at(ticket);
    JOBBRO_ASSERT(item.is_in_flight);
    item.is_in_flight = false;
    --item.lane->in_flight;
    --in_flight_;
    return ticket;
}

bool SubmitQueue::accepted(std::uint64_t number, std::uint32_t index, Receipt receipt) {
    const std::uint64_t ticket = take_answered(number, index);
    if (ticket == 0) return false;
    receipt.message_id = items_.at(ticket).envelope.message_id;
    resolve(ticket, std::move(receipt));
    return true;
}

bool SubmitQueue::refused(std::uint64_t number, std::uint32_t index, const Refusal& refusal,
                          Instant now) {
    const std::uint64_t ticket = take_answered(number, index);
    if (ticket == 0) return false;
    take_refusal(ticket, refusal, !says_nothing_of_before(refusal.error.code), now);
    return true;
}

bool SubmitQueue::all_refused(std::uint64_t number, const Refusal& refusal, Instant now) {
    const auto found = batches_.find(number);
    if (found == batches_.end()) return false;
    const std::size_t count = found->second.tickets.size();
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t ticket = take_answered(number, static_cast<std::uint32_t>(i));
        // None of the envelopes was looked at.
        if (ticket != 0) take_refusal(ticket, refusal, false, now);
    }
    return true;
}

void SubmitQueue::take_refusal(std::uint64_t ticket, const Refusal& refusal, bool is_judged,
                               Instant now) {
    Item& item = items_.at(ticket);
    // What is recorded gets its receipt again: a judgement says that nothing was recorded before.
    if (is_judged) item.is_undecided = false;
    if (!refusal.retry) {
        if (item.is_undecided) return resolve_undecided(ticket, refusal.error);
        resolve(ticket, refusal.error);
        return;
    }
    Lane& lane = *item.lane;
    // What was refused for an earlier one's sake waits for that one, not for a time of its own.
    const bool is_first = lane.waiting.empty() || ticket < *lane.waiting.begin();
    const bool is_follower = refusal.error.code == ErrorCode::lane_blocked && !is_first;
    const std::int64_t delay_ms = is_follower ? 0 : retry_delay_ms(refusal, item.refusals++);
    item.last_refusal = refusal.error;
    if (refusal.error.code == ErrorCode::cause_unknown && !item.waits_for_cause) {
        item.waits_for_cause = true;
        set_deadline(ticket, item, now.plus_ms(options_.cause_wait_ms));
    }
    lane.hold_until = std::max(lane.hold_until, now.plus_ms(delay_ms));
    if (concerns_all(refusal.error.code)) {
        hold_until_ = std::max(hold_until_, now.plus_ms(delay_ms));
    }
    halt(lane);
    wait_again(ticket, item);
}

void SubmitQueue::halt(Lane& lane) {
    if (lane.halted) return;
    lane.halted = true;
    halted_.insert(&lane);
    for (const std::uint64_t ticket : lane.waiting)
        ready_.erase(ticket);
}

void SubmitQueue::resume(Lane& lane) {
    lane.halted = false;
    halted_.erase(&lane);
    ready_.insert(lane.waiting.begin(), lane.waiting.end());
}

void SubmitQueue::wait_again(std::uint64_t ticket, Item& item) {
    item.lane->waiting.insert(ticket);
    if (!item.lane->halted) ready_.insert(ticket);
    if (item.is_overdue) give_up(ticket, item);
}

void SubmitQueue::session_ended(Instant now) {
    for (auto& [number, batch] : batches_) {
        for (const std::uint64_t ticket : batch.tickets) {
            if (ticket == 0) continue;
            Item& item = items_.at(ticket);
            item.is_in_flight = false;
            item.is_undecided = true;
            --item.lane->in_flight;
            --in_flight_;
            wait_again(ticket, item);
        }
    }
    batches_.clear();
    JOBBRO_ASSERT(in_flight_ == 0);
    // The hub has forgotten its lanes, so nothing is blocked by what it still waits for.
    for (auto& [ticket, item] : items_) {
        if (item.last_refusal && item.last_refusal->code == ErrorCode::lane_blocked) {
            item.last_refusal.reset();
        }
    }
    wants_new_session_ = false;
    tick(now);
}

void SubmitQueue::tick(Instant now) {
    while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
        const std::uint64_t ticket = deadlines_.begin()->second;
        deadlines_.erase(deadlines_.begin());
        Item& item = items_.at(ticket);
        item.deadline.reset();
        item.is_overdue = true;
        // What is in flight may be recorded already: its answer decides.
        if (!item.is_in_flight) give_up(ticket, item);
    }
    if (hold_until_ <= now) hold_until_ = Instant{};
    std::vector<Lane*> waited;
    for (Lane* lane : halted_) {
        if (lane->in_flight == 0 && lane->hold_until <= now) waited.push_back(lane);
    }
    for (Lane* lane : waited) {
        JOBBRO_ASSERT(!lane->waiting.empty());
        const auto& refusal = items_.at(*lane->waiting.begin()).last_refusal;
        if (refusal && refusal->code == ErrorCode::lane_blocked) {
            wants_new_session_ = true;
        } else {
            resume(*lane);
        }
    }
}

std::optional<Instant> SubmitQueue::next_due() const {
    std::optional<Instant> due;
    const auto consider = [&due](Instant instant) {
        if (!due || instant < *due) due = instant;
    };
    if (!deadlines_.empty()) consider(deadlines_.begin()->first);
    // What waits for a new session waits for no instant.
    if (wants_new_session_) return due;
    for (const Lane* lane : halted_) {
        if (lane->in_flight == 0) consider(lane->hold_until);
    }
    if (!ready_.empty() && hold_until_ > Instant{}) consider(hold_until_);
    return due;
}

// The message may be recorded.
void SubmitQueue::resolve_undecided(std::uint64_t ticket, const Error& cause) {
    const bool is_the_same = cause.code == ErrorCode::session_lost;
    resolve(ticket, Error{ErrorCode::session_lost, is_the_same ? cause.detail : cause.line()});
}

void SubmitQueue::give_up(std::uint64_t ticket, const Item& item) {
    const Error cause = item.last_refusal.value_or(
        Error{ErrorCode::session_lost, item.is_undecided ? "no answer in time" : "never sent"});
    if (item.is_undecided) return resolve_undecided(ticket, cause);
    resolve(ticket, cause);
}

void SubmitQueue::resolve(std::uint64_t ticket, Result<Receipt> fate) {
    const auto found = items_.find(ticket);
    JOBBRO_ASSERT(found != items_.end() && !found->second.is_in_flight);
    Lane& lane = *found->second.lane;
    lane.waiting.erase(ticket);
    ready_.erase(ticket);
    if (found->second.deadline) deadlines_.erase({*found->second.deadline, ticket});
    bytes_ -= found->second.envelope.bytes.size();
    forget_if_idle(lane, found->second.envelope.order_id);
    items_.erase(found);
    resolved_.push_back(Resolution{ticket, std::move(fate)});
}

void SubmitQueue::forget_if_idle(Lane& lane, const std::string& order_id) {
    if (!lane.waiting.empty() || lane.in_flight != 0) return;
    halted_.erase(&lane);
    lanes_.erase(order_id);
}

void SubmitQueue::fail_all(const Error& error) {
    std::vector<std::uint64_t> tickets;
    tickets.reserve(items_.size());
    for (auto& [ticket, item] : items_) {
        if (item.is_in_flight) {
            --item.lane->in_flight;
            item.lane->waiting.insert(ticket);
            item.is_in_flight = false;
            item.is_undecided = true;
        }
        tickets.push_back(ticket);
    }
    in_flight_ = 0;
    batches_.clear();
    std::sort(tickets.begin(), tickets.end());
    for (const std::uint64_t ticket : tickets) {
        if (items_.at(ticket).is_undecided) {
            resolve_undecided(ticket, error);
        } else {
            resolve(ticket, error);
        }
    }
    wants_new_session_ = false;
}

std::vector<Resolution> SubmitQueue::take_resolved() {
    return std::exchange(resolved_, {});
}

}  // namespace jobbro::kit
