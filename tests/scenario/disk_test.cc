// A disk that is nearly full, and one that fails.
#include <gtest/gtest.h>
#include <httplib.h>

#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

TEST(Disk, BelowTheReserveNewMessagesAreRefusedAndTheHubLives) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    EXPECT_EQ(hub.stop().status, 0);
    hub.configure("[limits]\nfree_bytes_min = 9000000000000000\n");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    evidence::SystemRandomness randomness;
    const auto centre = RawPeer::open(hub, jobcentre);
    const Instant now = SystemClock{}.now();
    centre->submit({order(contract::OrderId::make(now, randomness), now, randomness)});
    const v1::Outcome outcome = centre->outcomes(1)[0];
    EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_DISK_NEARLY_FULL);
    EXPECT_EQ(outcome.rejection().disposition(), v1::DISPOSITION_RETRY);
    httplib::Client http("http://" + hub.http());
    EXPECT_EQ(http.Get("/readyz")->status, 503);
    EXPECT_EQ(http.Get("/livez")->status, 200);
}

TEST(Disk, AWriteThatFailsEndsTheProcessAndLosesNothingReceipted) {
    HubProcess hub;
    ASSERT_TRUE(hub.start());
    hub.add_usual_parties();
    EXPECT_EQ(hub.stop().status, 0);
    hub.limit_file_size(2 * 1024 * 1024);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    evidence::SystemRandomness randomness;
    auto centre = RawPeer::open(hub, jobcentre);
    std::vector<std::pair<std::vector<v1::Envelope>, v1::Outcome>> receipted;
    for (int round = 0; round < 2000; ++round) {
        const Instant now = SystemClock{}.now();
        std::vector<v1::Envelope> one{
            order(contract::OrderId::make(now, randomness), now, randomness)};
        one[0].mutable_order()->set_citizen_wishes(std::string(900, 'w'));
        centre->submit(one);
        const auto frame = centre->receive(3000);
        if (!frame || !frame->has_outcomes()) break;
        ASSERT_TRUE(frame->outcomes().outcomes(0).has_receipt());
        receipted.emplace_back(one, frame->outcomes().outcomes(0));
    }
    const Ended ended = hub.wait();
    EXPECT_EQ(ended.status, 5) << ended.errors;
    EXPECT_NE(ended.errors.find("jobbro-hub: store_failed: "), std::string::npos) << ended.errors;
    ASSERT_GT(receipted.size(), 10U);
    hub.limit_file_size(0);
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    centre = RawPeer::open(hub, jobcentre);
    for (const auto& [envelopes, outcome] : {receipted.front(), receipted.back()}) {
        centre->submit(envelopes);
        EXPECT_EQ(centre->outcomes(1)[0].receipt().sequence(), outcome.receipt().sequence());
    }
}

}  // namespace
}  // namespace jobbro::testing
