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
    // A frame as it came, not opened.
    static std::optional<v1::HubFrame> read_frame(RawPeer& peer) {
        const auto bytes = peer.receive_bytes();
        v1::HubFrame frame;
        if (!bytes || !frame.ParseFromString(*bytes)) return std::nullopt;
        return frame;
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
    // The socket connects again by itself, and then has no session. What was sent just before the
    // cut went with the connection.
    std::optional<v1::HubFrame> answer;
    for (int tries = 0; tries < 100 && !answer; ++tries) {
        peer->ping(1);
        answer = peer->receive(100);
    }
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->error().code(), v1::ERROR_CODE_HELLO_REQUIRED);
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
    // nothing, so that the hub still believes in the session. It must be in before the hub has
    // anything to send: else the hub finds nobody by that id and ends the session.
    RawPeer thief(hub.endpoint(), hub.curve_key(), hub.keys(operator_party), "site");
    ASSERT_TRUE(thief.wait_for_handshake());
    for (std::uint64_t number = 0; number < 3; ++number) {
        const Instant now = SystemClock{}.now();
        centre->submit({order(contract::OrderId::make(now, randomness), now, randomness)}, number);
        ASSERT_TRUE(centre->outcomes(1)[0].has_receipt());
    }
    const auto box_key = evidence::BoxKey::between(hub.keys(operator_party).curve, hub.curve_key());
    for (int i = 0; i < 3; ++i) {
        const auto frame = read_frame(thief);
        ASSERT_TRUE(frame) << "the attack did not take place";
        ASSERT_TRUE(frame->has_sealed()) << "nothing in the clear";
        EXPECT_EQ(box_key->open(frame->sealed().nonce(), frame->sealed().box()).error().code,
                  ErrorCode::opening_failed);
    }
    // As soon as it speaks, the session is over and it is told so.
    thief.ping(1);
    const auto told = read_frame(thief);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->error().code(), v1::ERROR_CODE_SESSION_TAKEN);
    // The provider comes back and has lost nothing.
    const auto site = RawPeer::open(hub, provider);
    site->subscribe("main");
    int delivered = 0;
    while (delivered < 3) {
        const auto frame = site->receive_kind(v1::HubFrame::kDeliveries);
        ASSERT_TRUE(frame);
        delivered += frame->deliveries().deliveries_size();
    }
    EXPECT_EQ(delivered, 3);
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
