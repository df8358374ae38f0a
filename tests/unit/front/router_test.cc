// The door, over a real loopback socket.
#include "hub/front/router.h"

#include <gtest/gtest.h>

#include "proto/base/limits.h"
#include "tests/support/raw_peer.h"

namespace jobbro::front {
namespace {

class RouterTest : public ::testing::Test {
  protected:
    RouterTest() {
        router = *Router::bind("tcp://127.0.0.1:*", hub_key,
                               [this](const evidence::CurvePublicKey& key) {
                                   ++asked;
                                   return key == admitted;
                               });
    }
    testing::RawPeer peer() { return {router->endpoint(), hub_public, keys}; }
    // A socket that takes in one message and no more.
    void connect(zmq::socket_t& dealer) {
        dealer.set(zmq::sockopt::linger, 0);
        dealer.set(zmq::sockopt::rcvhwm, 1);
        dealer.set(zmq::sockopt::curve_serverkey, zmq::const_buffer(hub_public.bytes().data(), 32));
        dealer.set(zmq::sockopt::curve_publickey, zmq::const_buffer(admitted.bytes().data(), 32));
        dealer.set(zmq::sockopt::curve_secretkey, zmq::const_buffer(keys.curve.bytes().data(), 32));
        dealer.connect(router->endpoint());
    }
    // The next frame, waiting up to ten seconds.
    std::optional<Received> receive() {
        for (int tries = 0; tries < 100; ++tries) {
            if (auto received = router->receive()) return received;
            router->wait(-1, 100);
        }
        return std::nullopt;
    }
    evidence::SystemRandomness randomness;
    evidence::CurveSecretKey hub_key = evidence::CurveSecretKey::random(randomness);
    evidence::CurvePublicKey hub_public = evidence::curve_public_key(hub_key);
    evidence::PartySecretKeys keys{"provider:99104007",
                                   evidence::CurveSecretKey::random(randomness),
                                   evidence::SigningKey::random(randomness)};
    evidence::CurvePublicKey admitted = evidence::curve_public_key(keys.curve);
    int asked = 0;
    std::unique_ptr<Router> router;
};

TEST_F(RouterTest, AFrameComesWithTheKeyOfItsConnection) {
    auto party = peer();
    party.send_bytes("anything");
    const auto received = receive();
    ASSERT_TRUE(received);
    EXPECT_EQ(received->key, admitted);
    EXPECT_EQ(received->bytes, "anything");
    EXPECT_FALSE(received->route.empty());
}

TEST_F(RouterTest, AKeyThatIsNotAdmittedIsAskedForAndNeverHeard) {
    admitted = {};
    auto stranger = peer();
    stranger.send_bytes("anything");
    for (int tries = 0; tries < 100 && asked == 0; ++tries)
        router->wait(-1, 100);
    EXPECT_GE(asked, 1);
    router->wait(-1, 200);
    EXPECT_FALSE(router->receive());
}

TEST_F(RouterTest, WhatIsSealedIsOpenedByThatKeyAlone) {
    auto party = peer();
    party.send_bytes("hello");
    const auto received = receive();
    ASSERT_TRUE(received);
    v1::HubFrame pong;
    pong.mutable_pong()->set_number(4);
    EXPECT_EQ(router->send(received->route, admitted, pong.SerializeAsString()), SendOutcome::sent);
    const auto opened = party.receive();
    ASSERT_TRUE(opened);
    EXPECT_TRUE(party.was_sealed());
    EXPECT_EQ(opened->pong().number(), 4U);
    const auto other = evidence::curve_public_key(evidence::CurveSecretKey::random(randomness));
    router->send(received->route, other, pong.SerializeAsString());
    EXPECT_THROW(party.receive(), std::runtime_error) << "sealed to another key";
}

TEST_F(RouterTest, NobodyIsBehindARouteThatIsNotThere) {
    EXPECT_EQ(router->send("nobody", std::nullopt, "frame"), SendOutcome::gone);
}

TEST_F(RouterTest, APeerThatDoesNotReadIsFullAndBlocksNobody) {
    zmq::context_t context;
    zmq::socket_t dealer{context, zmq::socket_type::dealer};
    connect(dealer);
    dealer.send(zmq::str_buffer("hello"), zmq::send_flags::none);
    const auto received = receive();
    ASSERT_TRUE(received);
    const Bytes large(limits::delivery_frame_bytes_max, 'x');
    auto outcome = SendOutcome::sent;
    for (int i = 0; i < 4 * limits::frames_out_queued_max && outcome == SendOutcome::sent; ++i) {
        outcome = router->send(received->route, std::nullopt, large);
    }
    EXPECT_EQ(outcome, SendOutcome::full);
}

TEST_F(RouterTest, AMessageOfSeveralFramesIsNotJoined) {
    zmq::context_t context;
    zmq::socket_t dealer{context, zmq::socket_type::dealer};
    connect(dealer);
    dealer.send(zmq::str_buffer("one"), zmq::send_flags::sndmore);
    dealer.send(zmq::str_buffer("two"), zmq::send_flags::none);
    const auto received = receive();
    ASSERT_TRUE(received);
    v1::ClientFrame frame;
    EXPECT_FALSE(frame.ParseFromString(received->bytes));
}

TEST_F(RouterTest, APortInUseAndAnEndpointThatIsNoneAreSaid) {
    const auto admit = [](const evidence::CurvePublicKey&) { return true; };
    EXPECT_EQ(Router::bind(router->endpoint(), hub_key, admit).error().code,
              ErrorCode::port_in_use);
    EXPECT_EQ(Router::bind("tcp://nowhere", hub_key, admit).error().code,
              ErrorCode::config_value_invalid);
}

}  // namespace
}  // namespace jobbro::front
