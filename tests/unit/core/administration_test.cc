#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class AdministrationTest : public ::testing::Test {
  protected:
    AdministrationTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    void expect_error(const FrameIn& frame, v1::ErrorCode code) {
        const auto errors = frames_to(world.turn({frame}), frame.route, v1::HubFrame::kError);
        ASSERT_EQ(errors.size(), 1U);
        EXPECT_EQ(errors[0].error().code(), code) << v1::ErrorCode_Name(errors[0].error().code());
        EXPECT_EQ(errors[0].error().request_number(), 7U);
    }
    v1::RegistryStatement disabling(const std::string& party, const std::string& signer) {
        v1::RegistryStatement statement = world.grant(party, {});
        statement.mutable_disabling();
        statement.set_signer(signer);
        return statement;
    }
    HubWorld world;
};

TEST_F(AdministrationTest, OnlyOperatorsAdminister) {
    FrameIn frame = world.statement(world.grant(other_provider, {jobcentre}), controller);
    frame.route = jobcentre;
    frame.key = world.keys(jobcentre).curve;
    expect_error(frame, v1::ERROR_CODE_ROLE_NOT_ALLOWED);
    v1::ClientFrame status;
    status.mutable_get_status()->set_request_number(7);
    expect_error(world.frame(provider, status), v1::ERROR_CODE_ROLE_NOT_ALLOWED);
}

TEST_F(AdministrationTest, AStatementTheControllerDidNotSignIsRefused) {
    const auto grant = world.grant(other_provider, {jobcentre});
    expect_error(world.statement(grant, operator_party), v1::ERROR_CODE_SIGNATURE_WRONG);
    auto unsigned_one = world.statement(grant, controller);
    std::get<v1::ClientFrame>(unsigned_one.content).mutable_change_registry()->clear_signature();
    expect_error(unsigned_one, v1::ERROR_CODE_SIGNATURE_MISSING);
}

TEST_F(AdministrationTest, AnOperatorAloneGrantsNothing) {
    auto grant = world.grant(other_provider, {jobcentre});
    grant.set_signer(operator_party);
    expect_error(world.statement(grant, operator_party), v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
    grant.set_signer("controller:nobody");
    expect_error(world.statement(grant, "controller:nobody"), v1::ERROR_CODE_SIGNER_UNKNOWN);
}

TEST_F(AdministrationTest, AControllerReachesItsOwnJobcentresOnly) {
    expect_error(world.statement(world.grant("jobcentre:101", {}), controller),
                 v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
    expect_error(
        world.statement(world.grant(other_provider, {jobcentre, "jobcentre:101"}), controller),
        v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
    expect_error(world.statement(world.grant(other_provider, {}), controller),
                 v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
}

TEST_F(AdministrationTest, AStatementIsForOneLogAndBuildsOnTheLatestEntry) {
    auto grant = world.grant(other_provider, {jobcentre});
    grant.set_origin("another.example/log");
    expect_error(world.statement(grant, controller), v1::ERROR_CODE_STATEMENT_ORIGIN_WRONG);
    const auto once = world.statement(world.grant(other_provider, {jobcentre}), controller);
    world.turn({once});
    expect_error(once, v1::ERROR_CODE_STATEMENT_OUTDATED);
}

TEST_F(AdministrationTest, MalformedStatementsAreRefused) {
    auto frame = world.statement(world.grant(other_provider, {jobcentre}), controller);
    std::get<v1::ClientFrame>(frame.content).mutable_change_registry()->set_statement("\xff");
    expect_error(frame, v1::ERROR_CODE_STATEMENT_MALFORMED);
    auto no_act = world.grant(other_provider, {jobcentre});
    no_act.clear_act();
    expect_error(world.statement(no_act, controller), v1::ERROR_CODE_STATEMENT_MALFORMED);
    std::get<v1::ClientFrame>(frame.content)
        .mutable_change_registry()
        ->set_statement(Bytes(20000, 'x'));
    expect_error(frame, v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
}

TEST_F(AdministrationTest, AKeyBelongsToOnePartyAndAPartyKeepsItsKeys) {
    auto grant = world.grant(other_provider, {jobcentre});
    grant.mutable_grant()->set_curve_key(Bytes{world.keys(provider).curve.view()});
    expect_error(world.statement(grant, controller), v1::ERROR_CODE_KEY_IN_USE);
    auto rekeyed = world.grant(provider, {jobcentre});
    rekeyed.mutable_grant()->set_signing_key(Bytes(32, 'k'));
    expect_error(world.statement(rekeyed, controller), v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
}

TEST_F(AdministrationTest, ADisabledKeyLosesItsLiveSessionAtOnce) {
    const Turn turn =
        world.turn({world.statement(disabling(provider, operator_party), operator_party)});
    const auto errors = frames_to(turn, provider, v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_KEY_DISABLED);
    EXPECT_TRUE(errors[0].error().session_ended());
    const Turn hello = world.turn({world.hello(provider)});
    EXPECT_EQ(hello.frames[0].frame.error().code(), v1::ERROR_CODE_KEY_DISABLED);
}

TEST_F(AdministrationTest, ADisabledKeyInTheSameTurnSubmitsNothing) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    const Turn turn =
        world.turn({world.statement(disabling(provider, controller), controller),
                    world.submit(provider, {acceptance(id, world.now, world.randomness)})});
    EXPECT_EQ(turn.report.entries, 1U) << "the disabling alone";
    EXPECT_TRUE(outcomes(turn).empty());
}

TEST_F(AdministrationTest, ANewGrantEndsADisabling) {
    world.turn({world.statement(disabling(provider, operator_party), operator_party)});
    world.add_party(provider, {jobcentre});
    EXPECT_TRUE(world.turn({world.hello(provider)}).frames[0].frame.has_welcome());
}

TEST_F(AdministrationTest, DisablingAnUnknownPartyIsRefused) {
    expect_error(world.statement(disabling("provider:99215003", operator_party), operator_party),
                 v1::ERROR_CODE_PARTY_UNKNOWN);
}

TEST_F(AdministrationTest, AGrantIsGoodWithinItsDatesOnly) {
    auto grant = world.grant(other_provider, {jobcentre});
    grant.mutable_grant()->mutable_valid_until()->set_seconds(world.now.microseconds / 1000000 + 5);
    world.turn({world.statement(grant, controller)});
    EXPECT_TRUE(world.turn({world.hello(other_provider)}).frames[0].frame.has_welcome());
    world.now = world.now.plus_ms(6000);
    const auto errors = frames_to(world.turn(), other_provider, v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_KEY_DISABLED);
}

TEST_F(AdministrationTest, AStatementWithWhatThisVersionDoesNotKnowIsNotObeyed) {
    auto grant = world.grant(other_provider, {jobcentre});
    grant.mutable_grant()
        ->GetReflection()
        ->MutableUnknownFields(grant.mutable_grant())
        ->AddVarint(77, 1);
    expect_error(world.statement(grant, controller), v1::ERROR_CODE_STATEMENT_MALFORMED);
    auto timeless = world.grant(other_provider, {jobcentre});
    timeless.clear_signed_at();
    expect_error(world.statement(timeless, controller), v1::ERROR_CODE_STATEMENT_MALFORMED);
    auto endless = world.grant(other_provider, {jobcentre});
    endless.mutable_grant()->mutable_valid_until()->set_seconds(
        std::numeric_limits<std::int64_t>::max());
    expect_error(world.statement(endless, controller), v1::ERROR_CODE_STATEMENT_MALFORMED);
}

TEST_F(AdministrationTest, WhatAGrantNoLongerReachesIsNeitherTakenNorDelivered) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    // The same controller grants again, without the jobcentre.
    world.turn({world.statement(world.grant(provider, {other_jobcentre}), controller)});
    const auto refused = outcomes(
        world.turn({world.submit(provider, {acceptance(id, world.now, world.randomness)})}));
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].rejection().code(), v1::ERROR_CODE_ORDER_UNKNOWN);
    EXPECT_TRUE(deliveries(world.turn({world.subscribe(provider, "again")}), provider).empty());
    // And with it, it does again.
    world.turn({world.statement(world.grant(provider, {jobcentre}), controller)});
    EXPECT_EQ(deliveries(world.turn({world.subscribe(provider, "once-more")}), provider).size(),
              1U);
}

TEST_F(AdministrationTest, AGrantThatHasLapsedReachesNothingThoughAnotherIsGood) {
    const contract::OrderId id = world.new_order();
    world.turn({world.submit(jobcentre, {order(id, world.now, world.randomness)})});
    auto lapsing = world.grant(provider, {jobcentre});
    lapsing.mutable_grant()->mutable_valid_until()->set_seconds(world.now.microseconds / 1000000 +
                                                                5);
    world.turn({world.statement(lapsing, controller)});
    EXPECT_EQ(deliveries(world.turn({world.subscribe(provider, "before")}), provider).size(), 1U);
    world.now = world.now.plus_ms(6000);
    ASSERT_TRUE(world.open()) << "dates are there after a restart too";
    world.turn({world.hello(provider)});
    EXPECT_TRUE(deliveries(world.turn({world.subscribe(provider, "after")}), provider).empty());
}

TEST_F(AdministrationTest, TheLastOperatorCannotBeDisabled) {
    expect_error(world.statement(disabling(operator_party, operator_party), operator_party),
                 v1::ERROR_CODE_LAST_OPERATOR);
    world.add_party("operator:night");
    const Turn turn =
        world.turn({world.statement(disabling(operator_party, operator_party), operator_party)});
    EXPECT_EQ(turn.report.entries, 1U);
}

TEST_F(AdministrationTest, AnotherControllersGrantDoesNotBringADisabledPartyBackToTheFirsts) {
    // Only one controller is in this world, so the second is the journal's business.
    world.add_party(other_provider, {jobcentre});
    world.turn({world.statement(disabling(other_provider, controller), controller)});
    world.turn({world.statement(world.grant(other_provider, {other_jobcentre}), controller)});
    const journal::Party* const party = world.journal->registry().find(other_provider);
    ASSERT_EQ(party->grants.size(), 1U);
    EXPECT_FALSE(party->reaches(jobcentre, world.now));
    EXPECT_TRUE(party->reaches(other_jobcentre, world.now));
}

TEST_F(AdministrationTest, ADisablingWorksOnASealedHubToo) {
    ASSERT_TRUE(world.journal->record_seal("made up"));
    ASSERT_TRUE(world.open());
    world.turn({world.hello(operator_party), world.hello(provider)});
    const Turn turn =
        world.turn({world.statement(disabling(provider, operator_party), operator_party)});
    EXPECT_EQ(frames_to(turn, operator_party, v1::HubFrame::kError)[0].error().code(),
              v1::ERROR_CODE_HUB_SEALED);
    const auto ended = frames_to(turn, provider, v1::HubFrame::kError);
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0].error().code(), v1::ERROR_CODE_KEY_DISABLED);
    EXPECT_EQ(turn.report.entries, 0U);
}

TEST_F(AdministrationTest, PartiesAreListedInPages) {
    v1::ClientFrame frame;
    frame.mutable_list_parties()->set_request_number(7);
    auto lists = frames_to(world.turn({world.frame(operator_party, frame)}), operator_party,
                           v1::HubFrame::kPartyList);
    ASSERT_EQ(lists.size(), 1U);
    ASSERT_EQ(lists[0].party_list().parties_size(), 3);
    EXPECT_EQ(lists[0].party_list().parties(0).party(), jobcentre);
    EXPECT_FALSE(lists[0].party_list().more());
    frame.mutable_list_parties()->set_after(operator_party);
    lists = frames_to(world.turn({world.frame(operator_party, frame)}), operator_party,
                      v1::HubFrame::kPartyList);
    ASSERT_EQ(lists[0].party_list().parties_size(), 1);
    EXPECT_EQ(lists[0].party_list().parties(0).party(), provider);
}

TEST_F(AdministrationTest, StatusTellsSizeSessionsAndSubscriptions) {
    world.turn({world.subscribe(provider, "main")});
    v1::ClientFrame frame;
    frame.mutable_get_status()->set_request_number(7);
    const auto all = frames_to(world.turn({world.frame(operator_party, frame)}), operator_party,
                               v1::HubFrame::kStatus);
    ASSERT_EQ(all.size(), 1U);
    const v1::Status& status = all[0].status();
    EXPECT_EQ(status.tree_size(), world.journal->size().value());
    EXPECT_EQ(status.sessions(), 3U);
    EXPECT_EQ(status.parties(), 3U);
    ASSERT_EQ(status.subscriptions_size(), 1);
    EXPECT_EQ(status.subscriptions(0).party(), provider);
    EXPECT_TRUE(status.subscriptions(0).open());
}

}  // namespace
}  // namespace jobbro::core
