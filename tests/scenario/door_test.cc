// What comes in by the door and must not get through, and that the hub stays up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

class DoorTest : public ::testing::Test {
  protected:
    DoorTest() {
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
    }
    void expect_alive() {
        const auto peer = RawPeer::open(hub, jobcentre);
        peer->ping(5);
        EXPECT_TRUE(peer->receive_kind(v1::HubFrame::kPong));
    }
    static void expect_error(RawPeer& peer, v1::ErrorCode code) {
        const auto frame = peer.receive_kind(v1::HubFrame::kError);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->error().code(), code) << v1::ErrorCode_Name(frame->error().code());
    }
    HubProcess hub;
    evidence::SystemRandomness randomness;
};

TEST_F(DoorTest, FramesThatCannotBeReadGetAnErrorAndTheSessionGoesOn) {
    const auto peer = RawPeer::open(hub, jobcentre);
    peer->send_bytes("\xff\xff\xff not a frame");
    expect_error(*peer, v1::ERROR_CODE_FRAME_MALFORMED);
    peer->send_bytes("");
    expect_error(*peer, v1::ERROR_CODE_FRAME_UNKNOWN);
    peer->send_bytes(Bytes(limits::frame_bytes_max + 1, 'x'));
    expect_error(*peer, v1::ERROR_CODE_FRAME_TOO_LARGE);
    peer->ping(1);
    EXPECT_TRUE(peer->receive_kind(v1::HubFrame::kPong));
}

TEST_F(DoorTest, AFrameBeyondTheCutLosesTheConnectionAndNothingElse) {
    const auto peer = RawPeer::open(hub, jobcentre);
    peer->send_bytes(Bytes(limits::frame_bytes_cut + 1, 'x'));
    peer->ping(1);
    // The socket connects again by itself; the ping comes by a connection without a session.
    expect_error(*peer, v1::ERROR_CODE_HELLO_REQUIRED);
    expect_alive();
}

TEST_F(DoorTest, AKeyThatIsNotRegisteredGetsNoFurtherThanTheHandshake) {
    RawPeer stranger(hub.endpoint(), hub.curve_key(), hub.keys("provider:99215003"));
    stranger.hello();
    EXPECT_FALSE(stranger.receive_bytes(500));
    expect_alive();
}

TEST_F(DoorTest, AWrongProtocolVersionIsRefused) {
    RawPeer peer(hub.endpoint(), hub.curve_key(), hub.keys(jobcentre));
    peer.hello(2);
    expect_error(peer, v1::ERROR_CODE_PROTOCOL_VERSION_UNSUPPORTED);
    EXPECT_FALSE(peer.was_sealed()) << "there is no session to seal it to";
}

TEST_F(DoorTest, EverythingAfterHelloIsSealed) {
    const auto peer = RawPeer::open(hub, jobcentre);
    EXPECT_TRUE(peer->was_sealed());
    peer->ping(1);
    ASSERT_TRUE(peer->receive_kind(v1::HubFrame::kPong));
    EXPECT_TRUE(peer->was_sealed());
    peer->send_bytes("\xff");
    expect_error(*peer, v1::ERROR_CODE_FRAME_MALFORMED);
    EXPECT_TRUE(peer->was_sealed());
}

TEST_F(DoorTest, WhoeverTakesARoutingIdThatWasLeftGetsNothingOfItsFormerHolder) {
    const auto centre = RawPeer::open(hub, jobcentre);
    {
        RawPeer site(hub.endpoint(), hub.curve_key(), hub.keys(provider), "site");
        site.hello();
        ASSERT_TRUE(site.receive_kind(v1::HubFrame::kWelcome));
        site.subscribe("main");
        ASSERT_TRUE(site.receive_kind(v1::HubFrame::kSubscribed));
    }
    // The provider is gone without a word; another registered party takes its routing id and says
    // nothing, so that the hub still believes in the session.
    RawPeer thief(hub.endpoint(), hub.curve_key(), hub.keys(operator_party), "site");
    // Until the hub has let go of the first connection the thief is turned away and tries again.
    bool is_in = false;
    for (int tries = 0; tries < 50 && !is_in; ++tries) {
        const auto id = contract::OrderId::make(SystemClock{}.now(), randomness);
        centre->submit({order(id, SystemClock{}.now(), randomness)});
        ASSERT_TRUE(centre->outcomes(1)[0].has_receipt());
        const auto bytes = thief.receive_bytes(100);
        if (!bytes) continue;
        is_in = true;
        v1::HubFrame frame;
        ASSERT_TRUE(frame.ParseFromString(*bytes));
        ASSERT_TRUE(frame.has_sealed()) << "nothing in the clear";
        const auto box_key =
            evidence::BoxKey::between(hub.keys(operator_party).curve, hub.curve_key());
        EXPECT_EQ(box_key->open(frame.sealed().nonce(), frame.sealed().box()).error().code,
                  ErrorCode::opening_failed);
    }
    // As soon as it speaks, the session is over and it is told so.
    thief.ping(1);
    for (int frames = 0; frames < 200; ++frames) {
        const auto bytes = thief.receive_bytes(10000);
        ASSERT_TRUE(bytes);
        v1::HubFrame frame;
        ASSERT_TRUE(frame.ParseFromString(*bytes));
        if (!frame.has_error()) continue;
        EXPECT_TRUE(frame.error().code() == v1::ERROR_CODE_SESSION_TAKEN ||
                    frame.error().code() == v1::ERROR_CODE_HELLO_REQUIRED);
        break;
    }
    // The provider comes back and has lost nothing.
    const auto site = RawPeer::open(hub, provider);
    site->subscribe("main");
    EXPECT_TRUE(site->receive_kind(v1::HubFrame::kDeliveries));
}

TEST_F(DoorTest, AThousandRandomFramesDoNotTakeTheHubDown) {
    const auto peer = RawPeer::open(hub, provider);
    SeededRandomness random{20261122};
    for (int i = 0; i < 1000; ++i) {
        Bytes bytes(random.below(300), '\0');
        for (char& c : bytes)
            c = static_cast<char>(random.next());
        if (random.below(2) == 0 && !bytes.empty()) bytes[0] = '\x12';  // looks like a Submit
        peer->send_bytes(bytes);
    }
    expect_alive();
}

}  // namespace
}  // namespace jobbro::testing
