// Parties that take other keys, in their sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/evidence/signed_text.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* renewed = "renewed";  // the name of the new keys

class RotationTest : public ::testing::Test {
  protected:
    RotationTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }

    // Signed with the party's keys, and for the new ones with those of `to`.
    FrameIn rotation(const std::string& party, const std::string& brought_by,
                     const std::string& to = renewed, bool keeps_curve = false) {
        v1::RegistryStatement statement = world.grant(party, {});
        statement.set_signer(party);
        v1::PartyRotation& said = *statement.mutable_rotation();
        const auto curve = world.keys(keeps_curve ? party : to).curve;
        const auto signing = evidence::verifying_key(world.keys(to).signing);
        said.set_curve_key(Bytes{curve.view()});
        said.set_signing_key(Bytes{signing.view()});
        said.set_possession(Bytes{
            view(evidence::sign(world.keys(to).signing,
                                evidence::rotation_text(statement.origin(), party,
                                                        statement.preceding(), curve, signing)))});
        FrameIn frame = world.statement(statement, party);
        frame.route = brought_by;
        frame.key = world.keys(brought_by).curve;
        return frame;
    }
    // The party has the keys of that name from now on, in the world's eyes too.
    void use_keys(const std::string& party, const std::string& of) {
        Keys& to = world.keys(party);
        to.signing = world.keys(of).signing.copy();
        to.curve = world.keys(of).curve;
    }

    HubWorld world;
};

TEST_F(RotationTest, APartyRotatesOverItsOwnSessionIsToldAndThenItEnds) {
    const Turn turn = world.turn({rotation(provider, provider)});
    EXPECT_EQ(turn.report.entries, 1U);
    ASSERT_EQ(frames_to(turn, provider, v1::HubFrame::kRegistryChanged).size(), 1U);
    const auto ended = frames_to(turn, provider, v1::HubFrame::kError);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].error().code(), v1::ERROR_CODE_KEY_DISABLED);
    EXPECT_TRUE(ended[0].error().session_ended());
    EXPECT_EQ(world.core->sessions(), 2U) << "jobcentre and operator";
    EXPECT_THAT(errors(world.turn({world.hello(provider)}), provider),
                ElementsAre(v1::ERROR_CODE_KEY_UNKNOWN));
    use_keys(provider, renewed);
    EXPECT_TRUE(world.turn({world.hello(provider)}).frames[0].frame.has_welcome());
}

TEST_F(RotationTest, WhatWasAskedForInItsTurnDoesNotGoToTheFormerKey) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    const std::uint64_t placed_at = world.journal->size().value() - 1;
    v1::ClientFrame question;
    question.mutable_query()->mutable_order()->set_order_id(id.text());
    const auto told = [](const Turn& turn) {
        return frames_to(turn, provider, v1::HubFrame::kFetched).size() +
               frames_to(turn, provider, v1::HubFrame::kAnswer).size();
    };
    EXPECT_EQ(told(world.turn({world.fetch(provider, placed_at), world.frame(provider, question)})),
              2U);
    EXPECT_EQ(told(world.turn({world.fetch(provider, placed_at), world.frame(provider, question),
                               rotation(provider, operator_party)})),
              0U);
}

TEST_F(RotationTest, OtherSessionsOfTheFormerKeyEndInTheSameTurn) {
    FrameIn second = world.hello(provider);
    second.route = "another route";
    world.turn({second});
    FrameIn after = world.submit(provider, {});
    after.route = "another route";
    const Turn turn = world.turn({rotation(provider, operator_party), after});
    EXPECT_THAT(errors(turn, "another route"), ElementsAre(v1::ERROR_CODE_KEY_DISABLED));
    EXPECT_THAT(errors(turn, provider), ElementsAre(v1::ERROR_CODE_KEY_DISABLED))
        << "which said nothing in this turn";
    EXPECT_EQ(frames_to(turn, operator_party, v1::HubFrame::kRegistryChanged).size(), 1U);
    EXPECT_EQ(world.core->sessions(), 2U);
}

TEST_F(RotationTest, NothingIsTakenFromASessionAfterItHasRotated) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)}),
                world.subscribe(provider, "main")});
    const Turn turn = world.turn(
        {rotation(provider, provider),
         world.submit(provider, {acceptance(id, world.now, world.randomness)}),
         world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)})});
    EXPECT_THAT(frames_to(turn, provider, v1::HubFrame::kOutcomes), IsEmpty());
    EXPECT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kOutcomes).size(), 1U);
    EXPECT_THAT(deliveries(turn, provider), IsEmpty()) << "nothing more goes to the former key";
    EXPECT_EQ(frames_to(turn, provider, v1::HubFrame::kRegistryChanged).size(), 1U);
}

TEST_F(RotationTest, WhatTheFormerKeySignedIsRefusedAndStaysVerifiable) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    // The session goes on, since the key of the connection is the same.
    ASSERT_EQ(frames_to(world.turn({rotation(provider, provider, renewed, true)}), provider,
                        v1::HubFrame::kRegistryChanged)
                  .size(),
              1U);
    const Turn former =
        world.turn({world.submit(provider, {acceptance(id, world.now, world.randomness)})});
    ASSERT_EQ(outcomes(former).size(), 1U);
    EXPECT_EQ(outcomes(former)[0].rejection().code(), v1::ERROR_CODE_SIGNATURE_WRONG);
    world.keys(provider).signing = world.keys(renewed).signing.copy();
    const Turn now =
        world.turn({world.submit(provider, {acceptance(id, world.now, world.randomness)})});
    ASSERT_EQ(outcomes(now).size(), 1U);
    EXPECT_TRUE(outcomes(now)[0].has_receipt());
    ASSERT_TRUE(world.open()) << "the registry is made again from its statements";
}

TEST_F(RotationTest, AnOperatorRotatesToo) {
    const Turn turn = world.turn({rotation(operator_party, operator_party)});
    EXPECT_EQ(frames_to(turn, operator_party, v1::HubFrame::kRegistryChanged).size(), 1U);
    use_keys(operator_party, renewed);
    EXPECT_TRUE(world.turn({world.hello(operator_party)}).frames[0].frame.has_welcome());
}

TEST_F(RotationTest, APartyBringsNobodyElsesKeysAndNothingElse) {
    EXPECT_THAT(errors(world.turn({rotation(jobcentre, provider)}), provider),
                ElementsAre(v1::ERROR_CODE_ROLE_NOT_ALLOWED));
    FrameIn grant = world.statement(world.grant(provider, {jobcentre}), controller);
    grant.route = provider;
    grant.key = world.keys(provider).curve;
    EXPECT_THAT(errors(world.turn({grant}), provider),
                ElementsAre(v1::ERROR_CODE_ROLE_NOT_ALLOWED));
}

TEST_F(RotationTest, APartySeesItselfInTheRegistry) {
    v1::ClientFrame frame;
    frame.mutable_list_parties()->set_request_number(7);
    const auto lists =
        frames_to(world.turn({world.frame(provider, frame)}), provider, v1::HubFrame::kPartyList);
    ASSERT_EQ(lists.size(), 1U);
    ASSERT_EQ(lists[0].party_list().parties_size(), 1);
    EXPECT_EQ(lists[0].party_list().parties(0).party(), provider);
    EXPECT_EQ(lists[0].party_list().parties(0).registry_sequence(),
              world.journal->registry().find(provider)->sequence.value());
    EXPECT_FALSE(lists[0].party_list().more());
}

TEST_F(RotationTest, ASealedHubRecordsNoOtherKeys) {
    ASSERT_TRUE(world.journal->record_seal("made up"));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(provider)});
    EXPECT_THAT(errors(world.turn({rotation(provider, provider)}), provider),
                ElementsAre(v1::ERROR_CODE_HUB_SEALED));
    EXPECT_EQ(world.journal->registry().find(provider)->curve_key, world.keys(provider).curve);
}

}  // namespace
}  // namespace jobbro::core
