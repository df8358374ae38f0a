// One order and its reports, over real sockets and a real disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jobbro/v1/registry.pb.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

class JourneyTest : public ::testing::Test {
  protected:
    JourneyTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
    }
    Instant now() const { return SystemClock{}.now(); }
    HubProcess hub;
    evidence::SystemRandomness randomness;
};

TEST_F(JourneyTest, AnOrderAndItsReportsReachTheOtherSideInOrder) {
    const auto centre = RawPeer::open(hub, jobcentre);
    const auto site = RawPeer::open(hub, provider);
    site->subscribe("main");
    centre->subscribe("main");
    const auto id = contract::OrderId::make(now(), randomness);
    const v1::Envelope placed = order(id, now(), randomness);
    centre->submit({placed});
    EXPECT_TRUE(centre->outcomes(1)[0].has_receipt());

    const auto at_site = site->receive_kind(v1::HubFrame::kDeliveries);
    ASSERT_TRUE(at_site);
    ASSERT_EQ(at_site->deliveries().deliveries_size(), 1);
    EXPECT_EQ(at_site->deliveries().deliveries(0).envelope(), placed.SerializeAsString());
    EXPECT_TRUE(site->was_sealed());

    site->submit({acceptance(id, now(), randomness)}, 1);
    site->submit({provider_notice(id, now(), randomness), provider_notice(id, now(), randomness)},
                 2);
    std::vector<std::uint64_t> sequences;
    while (sequences.size() < 3) {
        const auto frame = centre->receive_kind(v1::HubFrame::kDeliveries);
        ASSERT_TRUE(frame);
        for (const auto& each : frame->deliveries().deliveries()) {
            sequences.push_back(each.sequence());
        }
    }
    EXPECT_THAT(sequences, ::testing::ElementsAre(4, 5, 6));
}

TEST_F(JourneyTest, AfterSigkillEverythingIsThereAndTheSameReceiptComesAgain) {
    const auto id = contract::OrderId::make(now(), randomness);
    const std::vector<v1::Envelope> placed{order(id, now(), randomness)};
    auto centre = RawPeer::open(hub, jobcentre);
    centre->submit(placed);
    const auto first = centre->receive_kind(v1::HubFrame::kOutcomes);
    hub.kill();
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    centre = RawPeer::open(hub, jobcentre);
    centre->submit(placed);
    const auto again = centre->receive_kind(v1::HubFrame::kOutcomes);
    ASSERT_TRUE(first && again);
    EXPECT_EQ(first->SerializeAsString(), again->SerializeAsString());
    const auto site = RawPeer::open(hub, provider);
    site->subscribe("main");
    const auto delivered = site->receive_kind(v1::HubFrame::kDeliveries);
    ASSERT_TRUE(delivered);
    EXPECT_EQ(delivered->deliveries().deliveries_size(), 1);
}

TEST_F(JourneyTest, ADisabledKeyIsRefusedInItsLiveSession) {
    const auto site = RawPeer::open(hub, provider);
    v1::RegistryStatement statement;
    statement.set_origin(HubProcess::origin);
    statement.set_party(provider);
    statement.set_preceding(3);  // the provider's entry is number 2
    statement.set_signer(operator_party);
    statement.mutable_signed_at()->set_seconds(now().microseconds / 1000000);
    statement.mutable_disabling();
    v1::ClientFrame frame;
    auto& change = *frame.mutable_change_registry();
    change.set_statement(statement.SerializeAsString());
    change.set_signature(Bytes{view(evidence::sign(hub.keys(operator_party).signing,
                                                   "jobbro statement v1\n" + change.statement()))});
    const auto duty = RawPeer::open(hub, operator_party);
    duty->send(frame);
    ASSERT_TRUE(duty->receive_kind(v1::HubFrame::kRegistryChanged));
    const auto told = site->receive_kind(v1::HubFrame::kError);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->error().code(), v1::ERROR_CODE_KEY_DISABLED);
    EXPECT_TRUE(told->error().session_ended());
}

}  // namespace
}  // namespace jobbro::testing
