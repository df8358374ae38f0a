// A subscription that parks, against a hub that is only its lists: whatever happens between the two
// and whenever, each citizen's messages are handled in order, and none is lost.
#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "adapters/kit/handling_queue.h"
#include "adapters/kit/subscriptions.h"
#include "proto/base/randomness.h"
#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

const std::string name = "inbox";
constexpr std::uint64_t lanes = 5;

// What really became of a message, as only the test knows.
struct Truth {
    std::uint64_t lane;
    int handled = 0;
    bool is_dropped = false;

    [[nodiscard]] bool is_done() const { return handled > 0 || is_dropped; }
};
using Messages = std::vector<Truth>;

// One subscription as the contract has it. Frames are read and made one at a time; sessions come
// and go.
class ListHub {
  public:
    explicit ListHub(Messages& messages) : messages_(messages) {}

    void end_session() {
        is_open_ = false;
        for (const auto& [sequence, lane] : unacked_)
            passed_.erase(sequence);
        unacked_.clear();
        for (auto& [sequence, parked] : parked_)
            parked.is_out = false;
    }

    // What the frame is answered with.
    std::optional<v1::HubFrame> read(const v1::ClientFrame& frame) {
        if (frame.has_subscribe()) return subscribed(frame.subscribe());
        EXPECT_TRUE(is_open_);
        if (frame.has_nack()) take(frame.nack());
        if (frame.has_ack()) take(frame.ack());
        return std::nullopt;
    }

    // Up to `most` that may go out now; none when there is nothing.
    std::optional<v1::HubFrame> deliver(std::uint64_t most) {
        v1::HubFrame frame;
        v1::Deliveries& wire = *frame.mutable_deliveries();
        wire.set_name(name);
        wire.set_nacks_taken(nacks_taken_);
        if (!is_open_) return std::nullopt;
        for (auto& [sequence, parked] : parked_) {
            if (most == 0 || out() >= credit_) break;
            if (parked.is_out || parked.for_person || parked.not_before > time_) continue;
            if (!is_first_of_lane(sequence)) continue;
            parked.is_out = true;
            add(wire, sequence, ++parked.attempts);
            --most;
        }
        for (std::uint64_t sequence = 0; sequence < messages_.size(); ++sequence) {
            if (most == 0 || out() >= credit_) break;
            if (passed_.count(sequence) != 0) continue;
            passed_.insert(sequence);
            if (has_parked(messages_[sequence].lane)) {
                parked_[sequence] = {};
                continue;
            }
            unacked_[sequence] = messages_[sequence].lane;
            last_sent_ = sequence;
            add(wire, sequence, 0);
            --most;
        }
        if (wire.deliveries().empty()) return std::nullopt;
        return frame;
    }

    void pass_time() { ++time_; }
    // A person decides on some parked message, if there is one.
    void act(SeededRandomness& random, bool drop) {
        if (parked_.empty()) return;
        ++acts_;
        auto chosen =
            std::next(parked_.begin(), static_cast<std::ptrdiff_t>(random.below(parked_.size())));
        if (drop) {
            messages_[chosen->first].is_dropped = true;
            parked_.erase(chosen);
        } else {
            const std::uint64_t lane = messages_[chosen->first].lane;
            for (auto& [sequence, parked] : parked_) {
                // Also when it is out: then it goes out twice.
                if (messages_[sequence].lane == lane) parked = {};
            }
        }
    }
    void release_all() {
        for (auto& [sequence, parked] : parked_) {
            parked.for_person = false;
            parked.not_before = 0;
        }
    }

    [[nodiscard]] bool is_idle() const {
        return parked_.empty() && unacked_.empty() && passed_.size() == messages_.size();
    }
    [[nodiscard]] int nacks() const { return nacks_; }
    [[nodiscard]] int unknown() const { return unknown_; }
    [[nodiscard]] int acts() const { return acts_; }

  private:
    struct Parked {
        std::uint32_t attempts = 0;
        std::uint64_t not_before = 0;
        bool for_person = false;
        bool is_out = false;
    };

    v1::HubFrame subscribed(const v1::Subscribe& subscribe) {
        end_session();
        is_open_ = true;
        credit_ = subscribe.credit();
        nacks_taken_ = 0;
        last_sent_.reset();
        v1::HubFrame frame;
        frame.mutable_subscribed()->set_name(name);
        return frame;
    }

    void take(const v1::Nack& nack) {
        // Taken or refused, it is counted: the party cannot tell the two apart in time.
        ++nacks_taken_;
        ++nacks_;
        const std::uint64_t sequence = nack.sequence();
        const bool for_person = nack.verdict() == v1::NACK_VERDICT_GIVE_UP;
        const auto parked = parked_.find(sequence);
        if (parked != parked_.end() && parked->second.is_out) {
            parked->second.is_out = false;
            parked->second.for_person = for_person;
            parked->second.not_before = time_ + 3;
        } else if (unacked_.count(sequence) != 0) {
            const std::uint64_t lane = unacked_[sequence];
            for (auto it = unacked_.find(sequence); it != unacked_.end();) {
                if (it->second != lane) {
                    ++it;
                    continue;
                }
                parked_[it->first] = {};
                it = unacked_.erase(it);
            }
            parked_[sequence].for_person = for_person;
            parked_[sequence].not_before = time_ + 3;
        } else {
            ++unknown_;
        }
    }

    void take(const v1::Ack& ack) {
        if (ack.parked()) {
            const auto found = parked_.find(ack.sequence());
            if (found == parked_.end() || !found->second.is_out) {
                ++unknown_;
                return;
            }
            EXPECT_TRUE(messages_[ack.sequence()].is_done()) << ack.sequence();
            parked_.erase(found);
            return;
        }
        ASSERT_TRUE(last_sent_);
        EXPECT_LE(ack.sequence(), *last_sent_) << "ack_ahead";
        while (!unacked_.empty() && unacked_.begin()->first <= ack.sequence()) {
            const std::uint64_t sequence = unacked_.begin()->first;
            EXPECT_TRUE(messages_[sequence].is_done()) << sequence << " is acked and lost";
            unacked_.erase(unacked_.begin());
        }
    }

    void add(v1::Deliveries& wire, std::uint64_t sequence, std::uint32_t attempt) const {
        v1::Delivery& delivery = *wire.add_deliveries();
        delivery.set_sequence(sequence);
        delivery.set_attempt(attempt);
        delivery.set_lane(messages_[sequence].lane);
    }
    [[nodiscard]] bool has_parked(std::uint64_t lane) const {
        return std::any_of(parked_.begin(), parked_.end(), [this, lane](const auto& one) {
            return messages_[one.first].lane == lane;
        });
    }
    [[nodiscard]] bool is_first_of_lane(std::uint64_t sequence) const {
        const auto first =
            std::find_if(parked_.begin(), parked_.end(), [this, sequence](const auto& one) {
                return messages_[one.first].lane == messages_[sequence].lane;
            });
        return first->first == sequence;
    }
    [[nodiscard]] std::size_t out() const {
        return unacked_.size() + static_cast<std::size_t>(std::count_if(
                                     parked_.begin(), parked_.end(),
                                     [](const auto& one) { return one.second.is_out; }));
    }

    Messages& messages_;
    std::set<std::uint64_t> passed_;                  // out, parked or settled
    std::map<std::uint64_t, Parked> parked_;          // by sequence
    std::map<std::uint64_t, std::uint64_t> unacked_;  // sequence to lane
    bool is_open_ = false;
    std::uint32_t credit_ = 0;
    std::uint64_t nacks_taken_ = 0;
    std::optional<std::uint64_t> last_sent_;
    std::uint64_t time_ = 0;
    int nacks_ = 0;
    int unknown_ = 0;
    int acts_ = 0;
};

// What may happen in a run, in thousandths of its steps.
struct Weather {
    std::uint64_t failures = 0;  // of the handlings
    std::uint64_t losses = 0;
    std::uint64_t acts = 0;
};

// The client's parts that a subscription goes through, the hub, and what is on its way between
// them.
class Run {
  public:
    Run(std::uint64_t seed, std::uint32_t credit) : random_(seed), set_(seed) {
        EXPECT_TRUE(set_.add(name, {.credit = credit, .on_failure = OnFailure::park}).has_value());
        set_.session_opened();
    }

    void step(const Weather& weather) {
        now_ = now_.plus_ms(1);
        if (random_.below(1000) < weather.losses) return lose_session();
        if (random_.below(1000) < weather.acts) return hub_.act(random_, random_.below(4) == 0);
        switch (random_.below(7)) {
            case 0:
                return hub_reads();
            case 1:
                return hub_delivers();
            case 2:
                return client_reads();
            case 3:
                return client_sends();
            case 4:
                return handler_begins();
            case 5:
                return handler_ends(weather);
            default:
                return client_takes_reports();
        }
    }
    void add_message() { messages_.push_back(Truth{random_.below(lanes)}); }
    // Goes on in fair weather until all is done; false when that never comes.
    bool settle() {
        for (int i = 0; i < 200'000 && !(hub_.is_idle() && !job_); ++i) {
            if (i % 50 == 0) hub_.release_all();
            step({});
        }
        return hub_.is_idle();
    }

    [[nodiscard]] const Messages& messages() const { return messages_; }
    [[nodiscard]] const ListHub& hub() const { return hub_; }
    [[nodiscard]] int losses() const { return losses_; }

  private:
    void lose_session() {
        ++losses_;
        to_hub_.clear();
        to_client_.clear();
        hub_.end_session();
        queue_.drop_all();
        set_.session_ended(now_);
        set_.session_opened();
    }
    void hub_reads() {
        hub_.pass_time();
        if (to_hub_.empty()) return;
        if (auto answer = hub_.read(to_hub_.front())) to_client_.push_back(*std::move(answer));
        to_hub_.pop_front();
    }
    void hub_delivers() {
        if (auto frame = hub_.deliver(1 + random_.below(4)))
            to_client_.push_back(*std::move(frame));
    }
    void client_reads() {
        if (to_client_.empty()) return;
        const v1::HubFrame frame = std::move(to_client_.front());
        to_client_.pop_front();
        if (frame.has_subscribed()) return set_.subscribed(frame.subscribed());
        auto to_handle = set_.delivered(frame.deliveries());
        ASSERT_TRUE(to_handle.has_value()) << to_handle.error().line();
        for (NumberedDelivery& one : *to_handle)
            queue_.put(std::move(one), nullptr);
    }
    void client_sends() {
        set_.tick(now_);
        if (auto frame = set_.next_frame()) to_hub_.push_back(*std::move(frame));
    }
    void handler_begins() {
        if (job_ || queue_.empty()) return;
        job_ = queue_.next().delivery;
        const std::uint64_t sequence = job_->delivery.sequence.value();
        for (std::uint64_t earlier = 0; earlier < sequence; ++earlier) {
            if (messages_[earlier].lane != messages_[sequence].lane) continue;
            EXPECT_TRUE(messages_[earlier].is_done()) << sequence << " comes before " << earlier;
        }
    }
    void handler_ends(const Weather& weather) {
        if (!job_) return;
        Result<void> outcome;
        if (random_.below(1000) < weather.failures) {
            outcome = random_.below(3) == 0 ? ErrorCode::field_invalid : ErrorCode::busy;
        } else {
            ++messages_[job_->delivery.sequence.value()].handled;
        }
        queue_.report(*job_, std::move(outcome));
        job_.reset();
    }
    void client_takes_reports() {
        for (const HandlingReport& report : queue_.take_reports()) {
            if (report.outcome) {
                set_.handled(report.place);
            } else {
                set_.failed(report.place, report.outcome.error(), now_);
            }
        }
    }

    SeededRandomness random_;
    Messages messages_;
    ListHub hub_{messages_};
    SubscriptionSet set_;
    HandlingQueue queue_;
    std::optional<NumberedDelivery> job_;
    std::deque<v1::ClientFrame> to_hub_;
    std::deque<v1::HubFrame> to_client_;
    Instant now_{1'000'000'000};
    int losses_ = 0;
};

// Runs many; each message is handled, once but for what a lost session caught being handled.
void run_all(const Weather& weather) {
    int nacks = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        SCOPED_TRACE(seed);
        Run run{seed, std::array<std::uint32_t, 4>{1, 3, 8, 40}[seed % 4]};
        for (int i = 0; i < 2000; ++i) {
            if (i % 20 == 0) run.add_message();
            run.step(weather);
        }
        ASSERT_TRUE(run.settle()) << "something never comes";
        int twice = 0;
        for (const Truth& message : run.messages()) {
            EXPECT_TRUE(message.is_done());
            twice += std::max(0, message.handled - 1);
        }
        EXPECT_LE(twice, run.losses());
        EXPECT_TRUE(run.hub().acts() > 0 || run.hub().unknown() == 0);
        nacks += run.hub().nacks();
        if (::testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(nacks > 0, weather.failures > 0);
}

TEST(Parking, WithoutFailuresNothingIsParked) {
    run_all({});
}
TEST(Parking, WhatFailsHoldsUpItsCitizenAlone) {
    run_all({.failures = 200});
}
TEST(Parking, LostSessionsLoseNothing) {
    run_all({.failures = 200, .losses = 10});
}
TEST(Parking, PeopleMayActOnTheListAtAnyTime) {
    run_all({.failures = 300, .acts = 30});
}
TEST(Parking, AllAtOnce) {
    run_all({.failures = 300, .losses = 10, .acts = 30});
}

}  // namespace
}  // namespace jobbro::kit
