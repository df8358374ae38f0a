#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class SessionTest : public ::testing::Test {
  protected:
    SessionTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    HubWorld world;
};

v1::ErrorCode only_error(const Turn& turn) {
    EXPECT_EQ(turn.frames.size(), 1U);
    EXPECT_TRUE(turn.frames.at(0).frame.has_error());
    return turn.frames.at(0).frame.error().code();
}

TEST_F(SessionTest, WelcomeTellsThePartyByItsKeyAndIsSealedToIt) {
    const Turn turn = world.turn({world.hello(jobcentre)});
    ASSERT_EQ(turn.frames.size(), 1U);
    EXPECT_EQ(turn.frames[0].seal_to, world.keys(jobcentre).curve);
    const v1::Welcome& welcome = turn.frames[0].frame.welcome();
    EXPECT_EQ(welcome.party(), jobcentre);
    EXPECT_EQ(welcome.origin(), "hub.example/log");
    EXPECT_EQ(welcome.limits().envelopes_per_submit_max(), limits::envelopes_per_submit_max);
    const auto verifier = evidence::NoteVerifier::parse(welcome.verifier_key());
    ASSERT_TRUE(verifier);
    EXPECT_TRUE(evidence::open_checkpoint(welcome.checkpoint(), *verifier));
}

TEST_F(SessionTest, AnUnknownKeyIsRefused) {
    EXPECT_EQ(only_error(world.turn({world.hello("provider:99215003")})),
              v1::ERROR_CODE_KEY_UNKNOWN);
}

TEST_F(SessionTest, AWrongProtocolVersionIsRefused) {
    v1::ClientFrame hello;
    hello.mutable_hello()->set_protocol_version(2);
    EXPECT_EQ(only_error(world.turn({world.frame(jobcentre, hello)})),
              v1::ERROR_CODE_PROTOCOL_VERSION_UNSUPPORTED);
}

TEST_F(SessionTest, HelloComesFirst) {
    FrameIn ping = world.frame(jobcentre, {});
    std::get<v1::ClientFrame>(ping.content).mutable_ping();
    ping.route = "a route without a session";
    EXPECT_EQ(only_error(world.turn({ping})), v1::ERROR_CODE_HELLO_REQUIRED);
}

TEST_F(SessionTest, FramesThatCannotBeReadGetAnErrorAndTheSessionGoesOn) {
    FrameIn malformed = world.frame(jobcentre, {});
    malformed.content = ErrorCode::frame_malformed;
    EXPECT_EQ(only_error(world.turn({malformed})), v1::ERROR_CODE_FRAME_MALFORMED);
    malformed.content = ErrorCode::frame_too_large;
    EXPECT_EQ(only_error(world.turn({malformed})), v1::ERROR_CODE_FRAME_TOO_LARGE);
    EXPECT_EQ(only_error(world.turn({world.frame(jobcentre, {})})), v1::ERROR_CODE_FRAME_UNKNOWN);

    v1::ClientFrame ping;
    ping.mutable_ping()->set_number(9);
    const Turn turn = world.turn({world.frame(jobcentre, ping)});
    ASSERT_EQ(frames_to(turn, jobcentre, v1::HubFrame::kPong).size(), 1U);
    EXPECT_EQ(turn.frames[0].frame.pong().number(), 9U);
}

TEST_F(SessionTest, AnotherKeyOnTheRouteEndsTheSessionAndGetsNothingOfIt) {
    // The order is on its way to the provider; then somebody else comes by the provider's route.
    world.turn({world.subscribe(provider, "main")});
    FrameIn intruder = world.hello("operator:duty");
    intruder.route = provider;
    const auto order = testing::order(world.new_order(), world.now, world.randomness);
    const Turn turn = world.turn({world.submit(jobcentre, {order}), intruder});
    for (const FrameOut& out : turn.frames) {
        if (out.route != provider) continue;
        EXPECT_FALSE(out.frame.has_deliveries());
        if (!out.seal_to) {
            EXPECT_EQ(out.frame.error().code(), v1::ERROR_CODE_SESSION_TAKEN);
        }
    }
    EXPECT_EQ(frames_to(turn, provider, v1::HubFrame::kError).size(), 1U);
    // The newcomer has a session of its own on the route, as who it is.
    ASSERT_EQ(frames_to(turn, provider, v1::HubFrame::kWelcome).size(), 1U);
    EXPECT_EQ(frames_to(turn, provider, v1::HubFrame::kWelcome)[0].welcome().party(),
              operator_party);
}

TEST_F(SessionTest, OutcomesNeverGoToWhoeverTookTheRouteInTheSameTurn) {
    const auto order = testing::order(world.new_order(), world.now, world.randomness);
    FrameIn intruder = world.hello(operator_party);
    intruder.route = jobcentre;
    const Turn turn = world.turn({world.submit(jobcentre, {order}), intruder});
    EXPECT_TRUE(outcomes(turn).empty());
    EXPECT_EQ(turn.report.entries, 1U) << "what was submitted is recorded all the same";
}

TEST_F(SessionTest, AQuietSessionIsPingedAndASilentOneEnded) {
    world.now = world.now.plus_ms(limits::heartbeat_ms + 1);
    EXPECT_EQ(frames_to(world.turn(), jobcentre, v1::HubFrame::kPing).size(), 1U);
    world.now = world.now.plus_ms(limits::session_silent_ms_max);
    const auto errors = frames_to(world.turn(), jobcentre, v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_SESSION_SILENT);
    EXPECT_TRUE(errors[0].error().session_ended());
    EXPECT_EQ(world.core->sessions(), 0U);
}

TEST_F(SessionTest, TooManySessionsAreRefusedButNotTheOperators) {
    HubWorld small;
    small.settings.sessions_max = 2;
    ASSERT_TRUE(small.open());
    small.add_party(jobcentre);
    small.turn({small.hello(jobcentre)});
    FrameIn third = small.hello(jobcentre);
    third.route = "third";
    EXPECT_EQ(only_error(small.turn({third})), v1::ERROR_CODE_SESSION_LIMIT);
    FrameIn duty = small.hello(operator_party);
    duty.route = "duty";
    EXPECT_TRUE(small.turn({duty}).frames[0].frame.has_welcome());
}

TEST_F(SessionTest, OnePartyHasOnlySoMany) {
    for (std::size_t i = 1; i < limits::sessions_per_party_max; ++i) {
        FrameIn hello = world.hello(jobcentre);
        hello.route = "route " + std::to_string(i);
        EXPECT_TRUE(world.turn({hello}).frames[0].frame.has_welcome());
    }
    FrameIn more = world.hello(jobcentre);
    more.route = "one more";
    EXPECT_EQ(only_error(world.turn({more})), v1::ERROR_CODE_SESSION_LIMIT);
}

TEST_F(SessionTest, NobodyWasSilentWhileFramesWait) {
    world.now = world.now.plus_ms(limits::session_silent_ms_max + 1);
    world.conditions.frames_wait = true;
    EXPECT_TRUE(frames_to(world.turn(), jobcentre, v1::HubFrame::kError).empty());
    world.conditions.frames_wait = false;
    world.now = world.now.plus_ms(1000);
    EXPECT_EQ(frames_to(world.turn(), jobcentre, v1::HubFrame::kError).size(), 1U);
}

TEST_F(SessionTest, GoodbyeEndsTheSession) {
    v1::ClientFrame goodbye;
    goodbye.mutable_goodbye();
    const std::size_t before = world.core->sessions();
    EXPECT_TRUE(world.turn({world.frame(jobcentre, goodbye)}).frames.empty());
    EXPECT_EQ(world.core->sessions(), before - 1);
}

TEST_F(SessionTest, EverybodyIsToldWhenTheHubStops) {
    const std::size_t sessions = world.core->sessions();
    const auto frames = world.core->say_goodbye();
    EXPECT_EQ(frames.size(), sessions);
    EXPECT_EQ(world.core->sessions(), 0U);
    for (const FrameOut& out : frames)
        EXPECT_TRUE(out.frame.has_goodbye());
}

}  // namespace
}  // namespace jobbro::core
