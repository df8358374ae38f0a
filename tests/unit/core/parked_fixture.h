// A jobcentre whose subscription gives messages back, and a provider that reports.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/hub_world.h"

namespace jobbro::testing {

using Sequences = std::vector<std::uint64_t>;

class ParkedTest : public ::testing::Test {
  protected:
    ParkedTest() { begin(); }

    void begin() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
        for (std::uint64_t i = 0; i < 3; ++i) {
            orders.push_back(world.new_order());
            world.turn({world.submit(jobcentre, {order(orders[i], world.now, world.randomness,
                                                       provider, made_up_citizen(i))})});
        }
    }
    v1::Envelope about(std::size_t citizen_number) {
        world.now = world.now.plus_ms(1);
        return provider_notice(orders[citizen_number], world.now, world.randomness,
                               made_up_citizen(citizen_number));
    }
    // Reports about these citizens, in one turn; their sequences.
    Sequences report(const std::vector<std::size_t>& citizens) {
        std::vector<v1::Envelope> reports;
        for (const std::size_t each : citizens)
            reports.push_back(about(each));
        last = world.turn({world.submit(provider, reports)});
        Sequences sequences;
        for (const auto& each : outcomes(last))
            sequences.push_back(each.receipt().sequence());
        return sequences;
    }
    core::Turn open(std::uint32_t credit = 100) {
        return world.turn({world.subscribe(jobcentre, "main", credit)});
    }
    core::Turn reconnect(std::uint32_t credit = 100) {
        return world.turn({world.hello(jobcentre), world.subscribe(jobcentre, "main", credit)});
    }
    core::Turn restart(std::uint32_t credit = 100) {
        EXPECT_TRUE(world.open());
        world.turn({world.hello(provider)});
        return reconnect(credit);
    }
    core::Turn nack(std::uint64_t sequence, v1::NackVerdict verdict = v1::NACK_VERDICT_RETRY_LATER,
                    const std::string& reason = {}) {
        return world.turn({world.nack(jobcentre, "main", sequence, verdict, reason)});
    }
    core::Turn ack(std::uint64_t sequence) {
        return world.turn({world.ack(jobcentre, "main", sequence)});
    }
    core::Turn ack_parked(std::uint64_t sequence) {
        return world.turn({world.ack_parked(jobcentre, "main", sequence)});
    }
    core::Turn act(v1::ParkedActKind kind, const Sequences& sequences = {}) {
        return world.turn({world.act_on_parked(jobcentre, "main", kind, sequences)});
    }
    core::Turn after_s(std::int64_t seconds) {
        world.now = world.now.plus_ms(seconds * 1000);
        // Time passes; nobody has been silent.
        v1::ClientFrame ping;
        ping.mutable_ping();
        return world.turn({world.frame(jobcentre, ping), world.frame(provider, ping)});
    }
    static Sequences by_cursor(const core::Turn& turn) {
        Sequences result;
        for (const v1::Delivery& each : deliveries(turn, jobcentre)) {
            if (each.attempt() == 0) result.push_back(each.sequence());
        }
        return result;
    }
    static Sequences from_list(const core::Turn& turn) {
        Sequences result;
        for (const v1::Delivery& each : deliveries(turn, jobcentre)) {
            if (each.attempt() > 0) result.push_back(each.sequence());
        }
        return result;
    }
    v1::ParkedList list(std::optional<std::uint64_t> after = std::nullopt) {
        const auto lists = frames_to(world.turn({world.list_parked(jobcentre, "main", after)}),
                                     jobcentre, v1::HubFrame::kParkedList);
        return lists.size() == 1 ? lists[0].parked_list() : v1::ParkedList{};
    }
    Sequences parked() {
        Sequences result;
        const v1::ParkedList all = list();
        for (const v1::ParkedMessage& each : all.messages())
            result.push_back(each.sequence());
        return result;
    }
    v1::SubscriptionStatus status() {
        v1::ClientFrame frame;
        frame.mutable_get_status();
        const auto all =
            frames_to(world.turn({world.hello(operator_party), world.frame(operator_party, frame)}),
                      operator_party, v1::HubFrame::kStatus);
        return all.at(0).status().subscriptions(0);
    }
    HubWorld world;
    std::vector<contract::OrderId> orders;
    core::Turn last;
};

}  // namespace jobbro::testing
