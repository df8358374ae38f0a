// Citizens with orders, a controller who states things about them, and time of its own.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hub/journal/tables.h"
#include "proto/evidence/note.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/hub_world.h"

namespace jobbro::testing {

class ErasureTest : public ::testing::Test {
  protected:
    ErasureTest() : ErasureTest(false, 0) {}
    ErasureTest(bool has_second_controller, std::int64_t retention_days) {
        world.has_second_controller = has_second_controller;
        world.settings.retention_days = retention_days;
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    void reopen() {
        ASSERT_TRUE(world.open());
        hello_all();
    }
    void hello_all() {
        world.turn({world.hello(operator_party), world.hello(jobcentre), world.hello(provider)});
    }
    // A turn at this time by the clock, with as much steady time since the last one as told. No
    // turn of the world's may follow where the two have come apart.
    core::Turn at(Instant now, std::int64_t steady_ms,
                  const std::vector<core::FrameIn>& frames = {}) {
        world.now = now;
        world.conditions.steady = world.conditions.steady.plus_ms(steady_ms);
        auto done = world.core->turn(frames, world.now, world.randomness, world.conditions);
        EXPECT_TRUE(done);
        return done ? *std::move(done) : core::Turn{};
    }
    // What is left for later turns: results of many months that are over.
    void catch_up() {
        for (int turns = 0; turns < 100 && world.core->has_work(); ++turns)
            at(world.now, 0);
    }
    // A turn so much later, the clock and steady time alike.
    core::Turn later(std::int64_t ms, const std::vector<core::FrameIn>& frames = {}) {
        world.now = world.now.plus_ms(ms);
        return world.turn(frames);
    }
    contract::OrderId placed(const std::string& cpr = citizen) {
        const contract::OrderId id = world.new_order();
        const auto told = outcomes(world.turn(
            {world.submit(jobcentre, {order(id, world.now, world.randomness, provider, cpr)})}));
        EXPECT_TRUE(told.at(0).has_receipt()) << told.at(0).ShortDebugString();
        return id;
    }
    std::uint64_t reported(const contract::OrderId& id, const std::string& cpr = citizen) {
        report = provider_notice(id, world.now, world.randomness, cpr);
        const auto told = outcomes(world.turn({world.submit(provider, {report})}));
        EXPECT_TRUE(told.at(0).has_receipt()) << told.at(0).ShortDebugString();
        return told.at(0).receipt().sequence();
    }
    void cancelled(const contract::OrderId& id, const std::string& cpr = citizen) {
        v1::Envelope said = envelope(jobcentre, id, world.now, world.randomness, cpr);
        said.mutable_order_cancellation()->set_reason(
            v1::ORDER_CANCELLATION_REASON_OTHER_OFFER_CHOSEN);
        const auto told = outcomes(world.turn({world.submit(jobcentre, {said})}));
        EXPECT_TRUE(told.at(0).has_receipt()) << told.at(0).ShortDebugString();
    }
    // Under no order: the citizen's own key.
    v1::Outcome interviewed(const std::string& by = jobcentre, const std::string& cpr = citizen) {
        v1::Envelope said = envelope(by, world.new_order(), world.now, world.randomness, cpr);
        said.clear_order_id();
        said.mutable_audience()->mutable_sender_only();
        said.mutable_interview_held()->set_held_date("2011-02-01");
        return outcomes(world.turn({world.submit(by, {said})})).at(0);
    }
    // Two numbers are one person's; the second stays.
    v1::Outcome merged(const std::string& former, const std::string& kept) {
        v1::Envelope said =
            envelope(jobcentre, world.new_order(), world.now, world.randomness, kept);
        said.clear_order_id();
        said.mutable_audience()->mutable_all_with_ground();
        said.mutable_subjects_merged()->set_former_cpr_number(former);
        return outcomes(world.turn({world.submit(jobcentre, {said})})).at(0);
    }

    core::FrameIn find_frame(const std::string& cpr = citizen,
                             const std::string& ground = "case 12") const {
        v1::ClientFrame frame;
        frame.mutable_find_subject()->set_request_number(7);
        frame.mutable_find_subject()->set_cpr_number(cpr);
        frame.mutable_find_subject()->set_ground(ground);
        return world.frame(operator_party, std::move(frame));
    }
    v1::SubjectFound found(const std::string& cpr = citizen) {
        last = world.turn({find_frame(cpr)});
        const auto frames = frames_to(last, operator_party, v1::HubFrame::kSubjectFound);
        EXPECT_EQ(frames.size(), 1U);
        return frames.empty() ? v1::SubjectFound{} : frames[0].subject_found();
    }
    v1::CitizenStatement statement(const v1::SubjectFound& about,
                                   const std::string& by = controller) const {
        v1::CitizenStatement said;
        said.set_origin(world.journal->origin());
        said.set_subject_id(about.subject_id());
        said.set_preceding(about.preceding());
        said.set_signer(by);
        said.mutable_signed_at()->set_seconds(world.now.microseconds / 1000000);
        said.set_ground("five years have passed");
        v1::EraseCitizen& erase = *said.mutable_erase();
        erase.set_orders(about.orders());
        erase.set_last_sequence_plus_one(about.last_sequence_plus_one());
        erase.set_even_running(true);
        return said;
    }
    core::FrameIn act_frame(const v1::CitizenStatement& said, const std::string& by = controller) {
        v1::ClientFrame frame;
        v1::ActOnCitizen& act = *frame.mutable_act_on_citizen();
        act.set_request_number(7);
        act.set_statement(said.SerializeAsString());
        act.set_signature(Bytes{view(evidence::sign(
            world.keys(by).signing, evidence::citizen_statement_text(act.statement())))});
        return world.frame(operator_party, std::move(frame));
    }
    v1::CitizenActed act(const v1::CitizenStatement& said, const std::string& by = controller) {
        last = world.turn({act_frame(said, by)});
        const auto frames = frames_to(last, operator_party, v1::HubFrame::kCitizenActed);
        EXPECT_EQ(frames.size(), 1U) << (errors(last, operator_party).empty()
                                             ? ""
                                             : v1::ErrorCode_Name(errors(last, operator_party)[0]));
        return frames.empty() ? v1::CitizenActed{} : frames[0].citizen_acted();
    }
    v1::CitizenActed erased(const std::string& cpr = citizen) { return act(statement(found(cpr))); }
    v1::CitizenActed held(bool place, const std::string& by = controller) {
        v1::CitizenStatement said = statement(found(), by);
        if (place) said.mutable_place_hold();
        if (!place) said.mutable_lift_hold();
        return act(said, by);
    }
    void expect_error(const core::FrameIn& frame, v1::ErrorCode code) {
        const std::uint64_t before = world.journal->size().value();
        const auto codes = errors(world.turn({frame}), operator_party);
        ASSERT_EQ(codes.size(), 1U) << v1::ErrorCode_Name(code);
        EXPECT_EQ(codes[0], code) << v1::ErrorCode_Name(codes[0]);
        EXPECT_EQ(world.journal->size().value(), before) << "nothing is recorded";
    }
    [[nodiscard]] ErrorCode read_error(std::uint64_t sequence) const {
        const auto entry = world.journal->read(Sequence{sequence});
        EXPECT_FALSE(entry);
        return entry ? ErrorCode::usage : entry.error().code;
    }
    // The bodies of all entries of a kind.
    template <typename Body>
    std::vector<Body> bodies(v1::MessageKind kind) {
        std::vector<Body> all;
        for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
            const auto entry = world.journal->read(Sequence{i});
            if (!entry || (*entry)->index.kind() != kind) continue;
            EXPECT_TRUE(all.emplace_back().ParseFromString((*entry)->body));
        }
        return all;
    }

    HubWorld world;
    core::Turn last;
    v1::Envelope report;
};

// A citizen with an order of each of two controllers' jobcentres, at the same provider.
class TwoControllersTest : public ErasureTest {
  protected:
    explicit TwoControllersTest(std::int64_t retention_days = 0)
        : ErasureTest(true, retention_days) {
        granted(other_jobcentre, {}, second_controller);
        granted(provider, {other_jobcentre}, second_controller);
        world.turn({world.hello(other_jobcentre)});
        mine = placed();
        of_mine = reported(mine);
        theirs = world.new_order();
        v1::Envelope said = order(theirs, world.now, world.randomness);
        said.set_sender(other_jobcentre);
        const auto told = outcomes(world.turn({world.submit(other_jobcentre, {said})}));
        EXPECT_TRUE(told.at(0).has_receipt()) << told.at(0).ShortDebugString();
        of_theirs = told.at(0).receipt().sequence();
    }
    void granted(const std::string& party, const std::vector<std::string>& jobcentres,
                 const std::string& by) {
        v1::RegistryStatement grant = world.grant(party, jobcentres);
        grant.set_signer(by);
        EXPECT_TRUE(errors(world.turn({world.statement(grant, by)}), operator_party).empty());
    }
    contract::OrderId mine = world.new_order();
    contract::OrderId theirs = world.new_order();
    std::uint64_t of_mine = 0;    // a report on it
    std::uint64_t of_theirs = 0;  // the order itself
};

}  // namespace jobbro::testing
