// Receivers that fail, sessions that end, a hub that restarts, and people who act, in any order:
// each citizen's messages are handled in order, nobody waits for somebody else's, nothing is lost
// and nothing grows without bound.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "hub/journal/tables.h"
#include "proto/base/limits.h"
#include "tests/property/receiver.h"

namespace jobbro::testing {
namespace {

constexpr std::uint64_t histories = 25;
constexpr int steps = 150;
constexpr std::size_t citizens = 5;
constexpr std::uint64_t rounds_to_the_end = 2000;
const std::string person = "person";  // a session of the jobcentre's, for acts

// What happened, so that a test in which nothing does is not one that passes.
struct Happened {
    std::size_t nacks = 0;
    std::size_t redeliveries = 0;
    std::size_t restarts = 0;
    std::size_t rewinds = 0;
    std::size_t drops = 0;
    std::size_t stops = 0;
    std::size_t looks = 0;      // at a receiver that had credit and room, for what waits
    std::size_t exhausted = 0;  // messages that were delivered as often as they may be

    Happened& operator+=(const Happened& other) {
        nacks += other.nacks;
        redeliveries += other.redeliveries;
        restarts += other.restarts;
        rewinds += other.rewinds;
        drops += other.drops;
        stops += other.stops;
        looks += other.looks;
        exhausted += other.exhausted;
        return *this;
    }
};

class History {
  public:
    explicit History(std::uint64_t seed) : world_(seed), random_(seed) {
        world_.settings.session_silent_ms_max = std::int64_t{1000} * 24 * 3600 * 1000;
        // Lists fill up in some histories.
        const std::size_t bound = random_.below(3) == 0 ? 8 : 4096;
        world_.parked_bounds = {bound, 2 * bound, credit_most};
        for (const char* name : {"one", "two", "three"}) {
            receivers_.emplace_back(name,
                                    static_cast<std::uint32_t>(1 + random_.below(credit_most)));
            if (random_.below(2) == 0) receivers_.back().poison(random_);
        }
        EXPECT_TRUE(world_.open());
        world_.add_usual_parties();
        for (std::size_t i = 0; i < citizens; ++i) {
            orders_.push_back(world_.new_order());
            world_.turn({world_.submit(jobcentre, {order(orders_[i], world_.now, world_.randomness,
                                                         provider, made_up_citizen(i))})});
        }
        say_hello();
    }

    void live() {
        for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
            act_at_random();
            check();
        }
    }

    // Receivers that fail no more, and a person who releases what waits.
    void end() {
        for (Receiver& each : receivers_) {
            each.cure();
            reopen(each, std::nullopt);
        }
        for (std::uint64_t round = 0; round < rounds_to_the_end; ++round) {
            if (::testing::Test::HasFailure()) return;
            if (round % 16 == 0) {
                for (Receiver& each : receivers_) {
                    if (!parked_of(each).empty()) act(each, v1::PARKED_ACT_KIND_RELEASE, {});
                }
            }
            for (Receiver& each : receivers_) {
                each.work(world_, random_, {});
                each.ack(world_);
            }
            pass_on(true);
            if (is_done()) break;
        }
        check();
        check_end();
    }

    [[nodiscard]] const Happened& happened() const { return happened_; }

  private:
    static constexpr std::size_t credit_most = 6;

    void act_at_random() {
        Receiver& receiver = receivers_[random_.below(receivers_.size())];
        switch (random_.below(20)) {
            case 0:
                restart(random_.below(2) == 0);
                break;
            case 1:
                world_.core->route_gone(receiver.name());
                from_hub_.erase(receiver.name());
                receiver.lose();
                break;
            case 2:
                reopen(receiver, rewind_of(receiver));
                break;
            case 3:
                act_on_some(receiver);
                break;
            case 4:
            case 5:
            case 6:
                report();
                break;
            case 7:
            case 8:
            case 9:
            case 10:  // longer than any delay of a message that failed again and again
                world_.now =
                    world_.now.plus_ms(1000 * limits::parked_delay_s_max +
                                       static_cast<std::int64_t>(random_.below(3)) * 3600 * 1000);
                break;
            default:
                world_.now = world_.now.plus_ms(static_cast<std::int64_t>(random_.below(3000)));
        }
        for (Receiver& each : receivers_) {
            if (!each.is_open() && random_.below(4) == 0) reopen(each, std::nullopt);
            const std::uint64_t works = random_.below(4);  // none: it is silent
            for (std::uint64_t i = 0; i < works; ++i)
                each.work(world_, random_, {12, 4});
            if (random_.below(2) == 0) each.ack(world_);
        }
        pass_on(false);
    }

    // --- Sessions ---

    void say_hello() {
        std::vector<core::FrameIn> frames = {world_.hello(operator_party), world_.hello(provider),
                                             world_.hello(jobcentre)};
        frames.push_back(world_.hello(jobcentre));
        frames.back().route = person;
        world_.turn(frames);
    }
    void reopen(Receiver& receiver, std::optional<std::uint64_t> from) {
        if (!receiver.is_open()) {
            receiver.to_hub.push_back(receiver.on_route(world_.hello(jobcentre)));
        }
        receiver.subscribe(world_, from);
    }
    // Mostly none; else a sequence at or before the cursor.
    std::optional<std::uint64_t> rewind_of(const Receiver& receiver) {
        const auto status = status_of(receiver);
        if (!status || random_.below(3) != 0) return std::nullopt;
        ++happened_.rewinds;
        return random_.below(status->next_sequence() + 1);
    }
    void restart(bool power_is_cut) {
        if (power_is_cut) {
            world_.log_store.lose_power();
            world_.vault_store.lose_power();
        }
        ASSERT_TRUE(world_.open());
        ++happened_.restarts;
        from_hub_.clear();
        for (Receiver& each : receivers_)
            each.lose();
        say_hello();
    }

    // --- Messages ---

    void report() {
        std::vector<v1::Envelope> reports;
        std::vector<std::size_t> about;
        for (std::uint64_t i = 0; i <= random_.below(6); ++i) {
            world_.now = world_.now.plus_ms(1);
            about.push_back(random_.below(citizens));
            reports.push_back(provider_notice(orders_[about.back()], world_.now, world_.randomness,
                                              made_up_citizen(about.back())));
        }
        const core::Turn turn = world_.turn({world_.submit(provider, reports)});
        keep(turn);
        const auto told = outcomes(turn);
        ASSERT_EQ(told.size(), about.size());
        for (std::size_t i = 0; i < about.size(); ++i) {
            ASSERT_TRUE(told[i].has_receipt()) << told[i].ShortDebugString();
            citizen_of_[told[i].receipt().sequence()] = about[i];
        }
    }
    void keep(const core::Turn& turn) {
        happened_.nacks += turn.report.nacks;
        happened_.redeliveries += turn.report.redeliveries;
        for (const core::FrameOut& out : turn.frames) {
            if (out.frame.parked_state().is_stopped()) ++happened_.stops;
            from_hub_[out.route].push_back(out.frame);
        }
    }
    // Some of what is on its way arrives; or all of it, and a second passes.
    void pass_on(bool all) {
        std::vector<core::FrameIn> frames;
        for (Receiver& each : receivers_) {
            while (!each.to_hub.empty() && (all || random_.below(4) != 0)) {
                frames.push_back(std::move(each.to_hub.front()));
                each.to_hub.pop_front();
            }
        }
        if (all) world_.now = world_.now.plus_ms(1000);
        keep(world_.turn(frames));
        while (world_.core->has_work())
            keep(world_.turn());
        for (Receiver& each : receivers_) {
            auto& frames_back = from_hub_[each.name()];
            while (!frames_back.empty() && (all || random_.below(4) != 0)) {
                each.take(frames_back.front());
                frames_back.pop_front();
            }
            ASSERT_EQ(each.complaint, "") << each.name();
        }
    }

    // --- People ---

    std::vector<v1::ParkedMessage> parked_of(const Receiver& receiver) {
        std::vector<v1::ParkedMessage> all;
        std::optional<std::uint64_t> after;
        for (bool more = true; more;) {
            core::FrameIn frame = world_.list_parked(jobcentre, receiver.name(), after);
            frame.route = person;
            const core::Turn turn = world_.turn({frame});
            keep(turn);
            const auto lists = frames_to(turn, person, v1::HubFrame::kParkedList);
            if (lists.empty()) return all;  // not opened ever
            for (const v1::ParkedMessage& each : lists[0].parked_list().messages()) {
                all.push_back(each);
                note_exhausted(receiver, each);
            }
            more = lists[0].parked_list().more();
            if (more) after = all.back().sequence();
        }
        return all;
    }
    void note_exhausted(const Receiver& receiver, const v1::ParkedMessage& message) {
        EXPECT_LE(message.attempts(), limits::parked_attempts_max);
        if (message.attempts() != limits::parked_attempts_max) return;
        exhausted_.emplace(receiver.name(), message.sequence());
        happened_.exhausted = exhausted_.size();
    }
    void act(Receiver& receiver, v1::ParkedActKind kind,
             const std::vector<std::uint64_t>& sequences) {
        core::FrameIn frame = world_.act_on_parked(jobcentre, receiver.name(), kind, sequences);
        frame.route = person;
        const core::Turn turn = world_.turn({frame});
        keep(turn);
        ASSERT_TRUE(errors(turn, person).empty());
    }
    void act_on_some(Receiver& receiver) {
        const auto parked = parked_of(receiver);
        if (parked.empty()) return;
        const std::uint64_t chosen = parked[random_.below(parked.size())].sequence();
        if (random_.below(3) != 0) {
            act(receiver, v1::PARKED_ACT_KIND_RELEASE, {chosen});
            return;
        }
        ++happened_.drops;
        act(receiver, v1::PARKED_ACT_KIND_DROP, {chosen});
        dropped_[receiver.name()].insert(chosen);
    }

    // --- What must hold ---

    std::optional<v1::SubscriptionStatus> status_of(const Receiver& receiver) {
        v1::ClientFrame frame;
        frame.mutable_get_status();
        const core::Turn turn = world_.turn({world_.frame(operator_party, frame)});
        keep(turn);
        const auto all = frames_to(turn, operator_party, v1::HubFrame::kStatus);
        for (const v1::SubscriptionStatus& each : all.at(0).status().subscriptions()) {
            if (each.name() == receiver.name()) return each;
        }
        return std::nullopt;
    }
    void check() {
        for (Receiver& each : receivers_) {
            check_order(each);
            EXPECT_LE(each.held_from_list(), std::max(1U, each.credit() / 2));
            const auto status = status_of(each);
            if (!status) continue;
            EXPECT_LE(status->unacked(), each.credit());
            EXPECT_LE(status->parked(), world_.parked_bounds.of_subscription + credit_most);
            check_nobody_waits(each, *status);
        }
        check_size();
    }
    // The lists are bounded together too, beside what was in flight when they filled up. A parked
    // message has at most two rows, one that left the list before the cursor got there has one.
    void check_size() {
        const std::size_t held_most = world_.parked_bounds.total + receivers_.size() * credit_most;
        const std::size_t parked = world_.core->parked_messages();
        EXPECT_LE(parked, held_most);
        EXPECT_LE(world_.log_store.rows(journal::log_table::parked), parked + held_most);
    }
    // When a message is first handled, every earlier one of its citizen is handled or dropped.
    void check_order(const Receiver& receiver) {
        std::map<std::size_t, std::set<std::uint64_t>> open;
        const auto& dropped = dropped_[receiver.name()];
        for (const auto& [sequence, citizen_number] : citizen_of_) {
            if (!dropped.contains(sequence)) open[citizen_number].insert(sequence);
        }
        for (const std::uint64_t each : receiver.handled) {
            auto& of_citizen = open[citizen_of_.at(each)];
            if (!dropped.contains(each)) {
                ASSERT_EQ(*of_citizen.begin(), each) << receiver.name() << " was out of order";
            }
            of_citizen.erase(each);
        }
    }
    // While there is credit left and room in the list, everything is on its way or parked.
    void check_nobody_waits(const Receiver& receiver, const v1::SubscriptionStatus& status) {
        if (!receiver.is_served() || !status.open() || status.is_stopped() ||
            status.unacked() >= receiver.credit())
            return;
        ++happened_.looks;
        const Instant before = world_.now;
        std::set<std::uint64_t> accounted;
        for (const v1::ParkedMessage& each : parked_of(receiver)) {
            accounted.insert(each.sequence());
            const bool is_due = each.waits_for() == v1::PARKED_WAIT_NEXT_ATTEMPT &&
                                each.next_attempt_at().seconds() < before.microseconds / 1000000;
            EXPECT_FALSE(is_due && status.unacked() == 0)
                << receiver.name() << " has nothing else, and " << each.sequence() << " waits";
        }
        accounted.insert(receiver.seen.begin(), receiver.seen.end());
        accounted.insert(receiver.settled.begin(), receiver.settled.end());
        accounted.insert(dropped_[receiver.name()].begin(), dropped_[receiver.name()].end());
        for (const v1::HubFrame& frame : from_hub_[receiver.name()]) {
            for (const v1::Delivery& each : frame.deliveries().deliveries())
                accounted.insert(each.sequence());
        }
        for (const auto& [sequence, citizen_number] : citizen_of_) {
            if (sequence < status.next_sequence()) continue;
            EXPECT_TRUE(accounted.contains(sequence))
                << receiver.name() << " has credit, and " << sequence << " waits";
        }
    }
    bool is_done() {
        return std::all_of(receivers_.begin(), receivers_.end(), [&](const Receiver& each) {
            const auto status = status_of(each);
            return status && status->parked() == 0 && status->unacked() == 0 && each.is_idle() &&
                   (citizen_of_.empty() || status->next_sequence() > citizen_of_.rbegin()->first);
        });
    }
    void check_end() {
        for (const Receiver& each : receivers_) {
            std::set<std::uint64_t> accounted(each.handled.begin(), each.handled.end());
            accounted.insert(dropped_[each.name()].begin(), dropped_[each.name()].end());
            for (const auto& [sequence, citizen_number] : citizen_of_) {
                EXPECT_TRUE(accounted.contains(sequence)) << each.name() << " lost " << sequence;
            }
        }
        EXPECT_TRUE(is_done()) << "all of it is acked or dropped";
        EXPECT_EQ(world_.core->parked_messages(), 0U);
        EXPECT_EQ(world_.core->stopped_subscriptions(), 0U);
        world_.turn();
        EXPECT_EQ(world_.log_store.rows(journal::log_table::parked), 0U);
    }

    HubWorld world_;
    SeededRandomness random_;
    std::deque<Receiver> receivers_;
    std::vector<contract::OrderId> orders_;
    std::map<std::uint64_t, std::size_t> citizen_of_;  // by sequence
    std::map<std::string, std::deque<v1::HubFrame>> from_hub_;
    std::map<std::string, std::set<std::uint64_t>> dropped_;  // by receiver
    std::set<std::pair<std::string, std::uint64_t>> exhausted_;
    Happened happened_;
};

TEST(Receivers, FailInAnyOrderAndEachCitizensMessagesAreHandledInTheirs) {
    Happened all;
    for (std::uint64_t seed = 1; seed <= histories; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        History history{seed};
        history.live();
        history.end();
        if (::testing::Test::HasFailure()) return;
        all += history.happened();
    }
    EXPECT_GT(all.nacks, histories * 10);
    EXPECT_GT(all.redeliveries, histories * 10);
    EXPECT_GT(all.restarts, histories);
    EXPECT_GT(all.rewinds, histories / 4);
    EXPECT_GT(all.drops, histories / 4);
    EXPECT_GT(all.stops, histories / 4);
    // Of three a step, one in twenty: most of the time a receiver has a session, credit and room.
    EXPECT_GT(all.looks, histories * steps * 3 / 20);
    EXPECT_GT(all.exhausted, 0U);
}

}  // namespace
}  // namespace jobbro::testing
