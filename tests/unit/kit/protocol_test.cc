#include "adapters/kit/protocol.h"

#include "proto/evidence/signed_text.h"
#include "tests/unit/kit/hub_side.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class ProtocolTest : public ::testing::Test {
  protected:
    void SetUp() override {
        auto made = Protocol::make(own_, hub_.public_keys(), {});
        ASSERT_TRUE(made.has_value());
        protocol_ = *std::move(made);
    }
    std::optional<v1::ClientFrame> sent(Instant now = start) {
        const auto bytes = protocol_->next_frame(now);
        if (!bytes) return std::nullopt;
        v1::ClientFrame frame;
        EXPECT_TRUE(frame.ParseFromString(*bytes));
        return frame;
    }
    void receive(const v1::HubFrame& frame, Instant now = start) {
        protocol_->received(hub_.seal(frame), now);
    }
    void receive_unsealed(const v1::HubFrame& frame, Instant now = start) {
        protocol_->received(frame.SerializeAsString(), now);
    }
    void open() {
        protocol_->connected(start);
        ASSERT_TRUE(sent()->has_hello());
        receive(hub_.welcome());
        ASSERT_TRUE(protocol_->is_open());
        protocol_->take_happenings();
    }
    void submit(std::uint64_t ticket, const std::string& bytes, const std::string& lane = "a") {
        ASSERT_TRUE(
            protocol_->submit(Submission{ticket, MadeEnvelope{bytes, bytes, lane}, {}}, start)
                .has_value());
    }
    // The happenings of this type since the last call of it or of take_happenings().
    template <typename T>
    std::vector<T> happened() {
        std::vector<T> result;
        for (Happening& happening : protocol_->take_happenings()) {
            if (auto* one = std::get_if<T>(&happening)) result.push_back(std::move(*one));
        }
        return result;
    }
    static v1::HubFrame error(v1::ErrorCode code, v1::Disposition disposition, bool ended = false,
                              std::uint64_t number = 0) {
        v1::HubFrame frame;
        frame.mutable_error()->set_code(code);
        frame.mutable_error()->set_disposition(disposition);
        frame.mutable_error()->set_session_ended(ended);
        frame.mutable_error()->set_request_number(number);
        return frame;
    }

    const evidence::PartySecretKeys own_ = party_keys();
    HubSide hub_;
    std::unique_ptr<Protocol> protocol_;
};

TEST_F(ProtocolTest, OpensWithHelloAndTellsWhoTheHubIs) {
    EXPECT_FALSE(sent());
    protocol_->connected(start);
    const auto hello = sent();
    ASSERT_TRUE(hello && hello->has_hello());
    EXPECT_EQ(hello->hello().protocol_version(), 1U);
    EXPECT_FALSE(hello->hello().software().empty());
    EXPECT_FALSE(sent()) << "nothing more before Welcome";
    receive(hub_.welcome(4));
    const auto opened = happened<SessionOpened>();
    ASSERT_THAT(opened, SizeIs(1));
    EXPECT_EQ(opened[0].info.party, "jobcentre:630");
    EXPECT_EQ(opened[0].info.origin, hub_.origin);
    EXPECT_EQ(opened[0].info.tree_size, TreeSize{4});
}

TEST_F(ProtocolTest, AnotherLogIsFatal) {
    for (const bool other_key : {true, false}) {
        protocol_->connected(start);
        v1::HubFrame welcome = hub_.welcome();
        if (other_key) {
            welcome.mutable_welcome()->set_verifier_key(HubSide{9}.public_keys().verifier_key);
        } else {
            welcome.mutable_welcome()->set_origin("another.test/log");
        }
        receive(welcome);
        const auto lost = happened<SessionLost>();
        ASSERT_THAT(lost, SizeIs(1));
        EXPECT_EQ(lost[0].error.code, ErrorCode::log_identity_wrong);
        EXPECT_TRUE(lost[0].is_fatal);
    }
}

TEST_F(ProtocolTest, ANameThatIsNotOursIsFatal) {
    protocol_->connected(start);
    v1::HubFrame welcome = hub_.welcome();
    welcome.mutable_welcome()->set_party("jobcentre:101");
    receive(welcome);
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::sender_wrong);
}

TEST_F(ProtocolTest, AnUnsealedWelcomeIsPassedOver) {
    protocol_->connected(start);
    receive_unsealed(hub_.welcome());
    EXPECT_FALSE(protocol_->is_open());
    EXPECT_THAT(happened<Remark>(), SizeIs(1));
}

TEST_F(ProtocolTest, AnErrorInsteadOfWelcomeEndsTheAttempt) {
    protocol_->connected(start);
    receive_unsealed(error(v1::ERROR_CODE_KEY_DISABLED, v1::DISPOSITION_NEVER));
    auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::key_disabled);
    EXPECT_TRUE(lost[0].is_fatal);
    protocol_->connected(start);
    receive_unsealed(error(v1::ERROR_CODE_SESSION_LIMIT, v1::DISPOSITION_RETRY));
    lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::session_limit);
    EXPECT_FALSE(lost[0].is_fatal);
}

TEST_F(ProtocolTest, UnsealedErrorsInASessionAreBelievedOnlyWhenTheyEndIt) {
    open();
    receive_unsealed(error(v1::ERROR_CODE_FRAME_MALFORMED, v1::DISPOSITION_FIX));
    EXPECT_TRUE(protocol_->is_open());
    receive_unsealed(error(v1::ERROR_CODE_SESSION_SILENT, v1::DISPOSITION_RETRY, true));
    EXPECT_FALSE(protocol_->is_open());
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::session_silent);
    EXPECT_FALSE(lost[0].is_fatal);
}

TEST_F(ProtocolTest, WhatIsSealedToAnotherKeyEndsTheSession) {
    open();
    v1::HubFrame pong;
    pong.mutable_pong();
    protocol_->received(hub_.seal(pong, party_keys(99)), start);
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::opening_failed);
}

TEST_F(ProtocolTest, AKeyDisabledInALiveSessionIsFatal) {
    open();
    receive(error(v1::ERROR_CODE_KEY_DISABLED, v1::DISPOSITION_NEVER, true));
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_TRUE(lost[0].is_fatal);
}

TEST_F(ProtocolTest, ASubmitIsSignedOverItsEnvelopes) {
    open();
    submit(1, "one");
    submit(2, "two");
    submit(3, "three");
    const auto frame = sent();
    ASSERT_TRUE(frame && frame->has_submit());
    const v1::Submit& submit = frame->submit();
    ASSERT_EQ(submit.envelopes_size(), 3);
    EXPECT_EQ(submit.envelopes(0), "one");
    std::vector<evidence::Digest> leaves;
    for (const std::string& envelope : submit.envelopes()) {
        leaves.push_back(evidence::leaf_hash(view(evidence::sha256(envelope))));
    }
    const std::string text =
        evidence::submit_text(hub_.origin, "jobcentre:630", 3, evidence::root_of(leaves));
    ASSERT_EQ(submit.signature().size(), 64U);
    EXPECT_TRUE(evidence::signature_holds(evidence::verifying_key(own_.signing), text,
                                          array_of<64>(submit.signature())));
}

TEST_F(ProtocolTest, ReceiptsAreBelievedWithTheirCheckpoint) {
    open();
    submit(1, "one");
    submit(2, "two");
    const std::uint64_t number = sent()->submit().submit_number();
    receive(hub_.receipts(number, 2, 10));
    const auto resolved = happened<Resolution>();
    ASSERT_THAT(resolved, SizeIs(2));
    EXPECT_EQ(resolved[0].fate->sequence, Sequence{10});
    EXPECT_EQ(resolved[1].fate->sequence, Sequence{11});
    EXPECT_EQ(resolved[1].fate->message_id, "two");
}

TEST_F(ProtocolTest, ReceiptsWithAWrongCheckpointAreTampering) {
    open();
    submit(1, "one");
    const std::uint64_t number = sent()->submit().submit_number();
    v1::HubFrame outcomes = hub_.receipts(number, 1, 10);
    outcomes.mutable_outcomes()->set_checkpoint(hub_.checkpoint(10));
    receive(outcomes);
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::tampered);
    EXPECT_TRUE(lost[0].is_fatal);
    protocol_->close(lost[0].error);
    const auto resolved = happened<Resolution>();
    ASSERT_THAT(resolved, SizeIs(1));
    ASSERT_THAT(resolved[0].fate, FailsWith(ErrorCode::session_lost)) << "it may be recorded";
    EXPECT_THAT(resolved[0].fate.error().detail, ::testing::HasSubstr("tampered"));
}

TEST_F(ProtocolTest, AShorterLogAfterALostSessionIsTampering) {
    open();
    submit(1, "one");
    receive(hub_.receipts(sent()->submit().submit_number(), 1, 10));
    protocol_->disconnected(ErrorCode::session_lost, start);
    protocol_->take_happenings();
    protocol_->connected(start);
    receive(hub_.welcome(10));
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::tampered);
}

TEST_F(ProtocolTest, ALostSessionSendsTheSameBytesAgain) {
    open();
    submit(1, "one");
    submit(2, "two");
    const std::uint64_t first = sent()->submit().submit_number();
    v1::HubFrame outcomes = hub_.receipts(first, 1, 5);
    receive(outcomes);
    ASSERT_THAT(happened<Resolution>(), SizeIs(1));
    protocol_->disconnected(ErrorCode::session_lost, start);
    ASSERT_THAT(happened<SessionLost>(), SizeIs(1));
    EXPECT_FALSE(sent());
    protocol_->connected(start);
    ASSERT_TRUE(sent()->has_hello());
    receive(hub_.welcome(6));
    const auto again = sent();
    ASSERT_TRUE(again && again->has_submit());
    ASSERT_EQ(again->submit().envelopes_size(), 1);
    EXPECT_EQ(again->submit().envelopes(0), "two");
    EXPECT_NE(again->submit().submit_number(), first);
}

TEST_F(ProtocolTest, ARefusalToRetryIsSentAgainAndNotTold) {
    open();
    submit(1, "one");
    const std::uint64_t number = sent()->submit().submit_number();
    receive(HubSide::rejection(number, 0, v1::ERROR_CODE_CAUSE_UNKNOWN, v1::DISPOSITION_RETRY, 50));
    EXPECT_THAT(happened<Resolution>(), IsEmpty());
    EXPECT_FALSE(sent());
    EXPECT_EQ(protocol_->next_due(), start.plus_ms(50));
    protocol_->tick(start.plus_ms(50));
    const auto again = sent(start.plus_ms(50));
    ASSERT_TRUE(again && again->has_submit());
    EXPECT_EQ(again->submit().envelopes(0), "one");
}

TEST_F(ProtocolTest, ALaneTheHubKeepsBlockedIsFreedByANewSession) {
    open();
    submit(1, "one");
    receive(HubSide::rejection(sent()->submit().submit_number(), 0, v1::ERROR_CODE_LANE_BLOCKED,
                               v1::DISPOSITION_RETRY));
    const Instant later = start.plus_ms(1000);
    protocol_->tick(later);
    EXPECT_FALSE(sent(later));
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_TRUE(lost[0].at_once);
    protocol_->connected(later);
    ASSERT_TRUE(sent(later)->has_hello());
    receive(hub_.welcome(), later);
    const auto again = sent(later);
    EXPECT_TRUE(again && again->has_submit());
}

TEST_F(ProtocolTest, CodesOfANewerHubKeepTheirDisposition) {
    open();
    submit(1, "one");
    const std::uint64_t number = sent()->submit().submit_number();
    receive(HubSide::rejection(number, 0, static_cast<v1::ErrorCode>(999), v1::DISPOSITION_NEVER));
    const auto resolved = happened<Resolution>();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::role_not_allowed));
    EXPECT_THAT(resolved[0].fate.error().detail, ::testing::HasSubstr("999"));
}

TEST_F(ProtocolTest, PingIsAnsweredAndSilenceIsBroken) {
    open();
    v1::HubFrame ping;
    ping.mutable_ping()->set_number(77);
    receive(ping);
    const auto pong = sent();
    ASSERT_TRUE(pong && pong->has_pong());
    EXPECT_EQ(pong->pong().number(), 77U);
    ASSERT_EQ(protocol_->next_due(), start.plus_ms(limits::heartbeat_ms));
    const Instant quiet = start.plus_ms(limits::heartbeat_ms);
    protocol_->tick(quiet);
    const auto own = sent(quiet);
    EXPECT_TRUE(own && own->has_ping());
    protocol_->tick(quiet);
    EXPECT_FALSE(sent(quiet)) << "one ping a heartbeat";
}

TEST_F(ProtocolTest, AHubThatMissesFourHeartbeatsIsLeft) {
    open();
    protocol_->tick(start.plus_ms(4 * limits::heartbeat_ms - 1));
    EXPECT_TRUE(protocol_->is_open());
    protocol_->tick(start.plus_ms(4 * limits::heartbeat_ms));
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::hub_unreachable);
}

TEST_F(ProtocolTest, AHelloWithoutAnswerIsGivenUp) {
    protocol_->connected(start);
    ASSERT_TRUE(protocol_->next_due());
    protocol_->tick(*protocol_->next_due());
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::hub_unreachable);
}

TEST_F(ProtocolTest, CallsWaitForASessionAndAreAnsweredByNumber) {
    v1::ClientFrame frame;
    frame.mutable_list_parties()->set_after("x");
    const auto number = protocol_->call(frame);
    ASSERT_TRUE(number.has_value());
    open();
    const auto call = sent();
    ASSERT_TRUE(call && call->has_list_parties());
    EXPECT_EQ(call->list_parties().request_number(), *number);
    v1::HubFrame answer;
    answer.mutable_party_list()->set_request_number(*number);
    answer.mutable_party_list()->set_more(true);
    receive(answer);
    const auto answered = happened<CallAnswered>();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_EQ(answered[0].number, *number);
    EXPECT_TRUE(answered[0].answer->party_list().more());
}

TEST_F(ProtocolTest, ACallMayBeRefusedOrLost) {
    open();
    v1::ClientFrame frame;
    frame.mutable_get_status();
    const auto refused = protocol_->call(frame);
    ASSERT_TRUE(sent()->has_get_status());
    receive(error(v1::ERROR_CODE_ROLE_NOT_ALLOWED, v1::DISPOSITION_NEVER, false, *refused));
    auto answered = happened<CallAnswered>();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_THAT(answered[0].answer, FailsWith(ErrorCode::role_not_allowed));

    ASSERT_TRUE(protocol_->call(frame).has_value());
    ASSERT_TRUE(sent()->has_get_status());
    protocol_->disconnected(ErrorCode::session_lost, start);
    answered = happened<CallAnswered>();
    ASSERT_THAT(answered, SizeIs(1));
    EXPECT_THAT(answered[0].answer, FailsWith(ErrorCode::session_lost));
}

TEST_F(ProtocolTest, ReadersCallsHaveNumbersToo) {
    open();
    std::vector<v1::ClientFrame> calls(3);
    calls[0].mutable_fetch()->set_sequence(7);
    calls[1].mutable_list_parked()->set_name("inbox");
    calls[2].mutable_act_on_parked()->set_all(true);
    std::vector<std::uint64_t> numbers;
    for (const v1::ClientFrame& call : calls)
        numbers.push_back(*protocol_->call(call));
    EXPECT_EQ(sent()->fetch().request_number(), numbers[0]);
    EXPECT_EQ(sent()->list_parked().request_number(), numbers[1]);
    EXPECT_EQ(sent()->act_on_parked().request_number(), numbers[2]);
    std::vector<v1::HubFrame> answers(3);
    answers[0].mutable_parked_acted()->set_request_number(numbers[2]);
    answers[0].mutable_parked_acted()->set_messages(4);
    answers[1].mutable_fetched()->set_request_number(numbers[0]);
    answers[1].mutable_fetched()->mutable_delivery()->set_envelope("bytes");
    answers[2].mutable_parked_list()->set_request_number(numbers[1]);
    answers[2].mutable_parked_list()->add_messages()->set_sequence(9);
    for (const v1::HubFrame& answer : answers)
        receive(answer);
    const auto answered = happened<CallAnswered>();
    ASSERT_THAT(answered, SizeIs(3));
    EXPECT_EQ(answered[0].answer->parked_acted().messages(), 4U);
    EXPECT_EQ(answered[1].answer->fetched().delivery().envelope(), "bytes");
    EXPECT_EQ(answered[2].answer->parked_list().messages(0).sequence(), 9U);
}

TEST_F(ProtocolTest, ANackThatCameTooLateIsRemarkedUponAndNothingElse) {
    ASSERT_TRUE(protocol_->subscriptions().add("inbox", {.credit = 8}).has_value());
    open();
    ASSERT_TRUE(sent()->has_subscribe());
    receive(error(v1::ERROR_CODE_DELIVERY_UNKNOWN, v1::DISPOSITION_FIX));
    v1::HubFrame subscribed;
    subscribed.mutable_subscribed()->set_name("inbox");
    receive(subscribed);
    v1::HubFrame state;
    state.mutable_parked_state()->set_name("inbox");
    state.mutable_parked_state()->set_parked(3);
    receive(state);
    std::vector<Remark> remarks;
    std::vector<SubscriptionNews> news;
    for (Happening& happening : protocol_->take_happenings()) {
        if (auto* one = std::get_if<Remark>(&happening)) remarks.push_back(*one);
        if (auto* one = std::get_if<SubscriptionNews>(&happening)) news.push_back(*one);
    }
    ASSERT_THAT(remarks, SizeIs(1));
    EXPECT_EQ(remarks[0].error.code, ErrorCode::delivery_unknown);
    ASSERT_THAT(news, SizeIs(2)) << "it is open all the same";
    EXPECT_EQ(news[1].parked, 3U);
}

TEST_F(ProtocolTest, TooManyCallsAreRefused) {
    v1::ClientFrame frame;
    frame.mutable_get_status();
    for (int i = 0; i < 64; ++i)
        ASSERT_TRUE(protocol_->call(frame).has_value());
    EXPECT_THAT(protocol_->call(frame), FailsWith(ErrorCode::queue_full));
}

TEST_F(ProtocolTest, DeliveriesAreHandedOverAndAcked) {
    ASSERT_TRUE(protocol_->subscriptions().add("inbox", {.credit = 8}).has_value());
    open();
    ASSERT_TRUE(sent()->has_subscribe());
    v1::HubFrame subscribed;
    subscribed.mutable_subscribed()->set_name("inbox");
    receive(subscribed);
    v1::HubFrame frame;
    frame.mutable_deliveries()->set_name("inbox");
    v1::Delivery& wire = *frame.mutable_deliveries()->add_deliveries();
    wire.set_sequence(3);
    wire.set_envelope("bytes");
    wire.mutable_recorded_at()->set_seconds(5);
    wire.mutable_recorded_at()->set_nanos(7000);
    wire.add_findings()->set_code("order.citizen_only");
    receive(frame);
    const auto deliveries = happened<NumberedDelivery>();
    ASSERT_THAT(deliveries, SizeIs(1));
    EXPECT_EQ(deliveries[0].delivery.envelope, "bytes");
    EXPECT_EQ(deliveries[0].delivery.recorded_at, Instant{5'000'007});
    ASSERT_THAT(deliveries[0].delivery.findings, SizeIs(1));
    protocol_->subscriptions().handled(deliveries[0].place());
    const auto ack = sent();
    ASSERT_TRUE(ack && ack->has_ack());
    EXPECT_EQ(ack->ack().sequence(), 3U);
}

TEST_F(ProtocolTest, LeavingAnswersAllAndSaysGoodbye) {
    open();
    submit(1, "one");
    ASSERT_TRUE(sent()->has_submit());
    submit(2, "two");
    protocol_->close(ErrorCode::session_lost);
    const auto resolved = happened<Resolution>();
    ASSERT_THAT(resolved, SizeIs(2));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::session_lost));
    EXPECT_THAT(resolved[1].fate, FailsWith(ErrorCode::session_lost));
    const auto goodbye = sent();
    EXPECT_TRUE(goodbye && goodbye->has_goodbye());
    EXPECT_FALSE(sent());
}

TEST_F(ProtocolTest, TheHubsGoodbyeEndsTheSessionForNow) {
    open();
    v1::HubFrame goodbye;
    goodbye.mutable_goodbye();
    receive(goodbye);
    const auto lost = happened<SessionLost>();
    ASSERT_THAT(lost, SizeIs(1));
    EXPECT_EQ(lost[0].error.code, ErrorCode::hub_stopping);
    EXPECT_FALSE(lost[0].is_fatal);
}

TEST_F(ProtocolTest, TheTimesOfTheHubAreKept) {
    protocol_->connected(start);
    sent();
    v1::HubFrame welcome = hub_.welcome();
    welcome.mutable_welcome()->mutable_limits()->set_heartbeat_ms(700);
    welcome.mutable_welcome()->mutable_limits()->set_session_silent_ms_max(9000);
    receive(welcome);
    EXPECT_EQ(protocol_->next_due(), start.plus_ms(700));
    protocol_->tick(start.plus_ms(700));
    EXPECT_TRUE(sent(start.plus_ms(700))->has_ping());
    protocol_->tick(start.plus_ms(8999));
    EXPECT_TRUE(protocol_->is_open());
    protocol_->tick(start.plus_ms(9000));
    EXPECT_FALSE(protocol_->is_open());
}

TEST_F(ProtocolTest, AHubWithLittlePatienceIsPingedBeforeItEndsTheSession) {
    protocol_->connected(start);
    sent();
    v1::HubFrame welcome = hub_.welcome();
    welcome.mutable_welcome()->mutable_limits()->set_heartbeat_ms(5000);
    welcome.mutable_welcome()->mutable_limits()->set_session_silent_ms_max(1000);
    receive(welcome);
    EXPECT_EQ(protocol_->next_due(), start.plus_ms(250));
    protocol_->disconnected(ErrorCode::session_lost, start);
    open();
    EXPECT_EQ(protocol_->next_due(), start.plus_ms(limits::heartbeat_ms)) << "of the new session";
}

// What a client would wait for without rest: an instant that has passed already.
TEST_F(ProtocolTest, AfterATickNothingIsDueInThePast) {
    const auto is_past = [this](Instant now) {
        protocol_->tick(now);
        const auto due = protocol_->next_due();
        return due && *due <= now;
    };
    Instant now = start.plus_ms(60'000);
    EXPECT_FALSE(is_past(now)) << "before the first session";
    EXPECT_FALSE(protocol_->next_due()) << "nothing to be done";
    now = start;
    ASSERT_TRUE(protocol_->subscriptions().add("inbox", {.credit = 8}).has_value());
    for (int session = 0; session < 3; ++session) {
        SCOPED_TRACE(session);
        protocol_->connected(now);
        EXPECT_FALSE(is_past(now)) << "greeting";
        while (sent(now)) {
        }
        receive(hub_.welcome(), now);
        submit(static_cast<std::uint64_t>(3 * session + 1), "one", "a");
        submit(static_cast<std::uint64_t>(3 * session + 2), "two", "b");
        std::optional<std::uint64_t> number;
        while (const auto frame = sent(now)) {
            if (frame->has_submit()) number = frame->submit().submit_number();
        }
        ASSERT_TRUE(number);
        receive(HubSide::rejection(*number, 0, v1::ERROR_CODE_BUSY, v1::DISPOSITION_RETRY), now);
        receive(HubSide::rejection(*number, 1, v1::ERROR_CODE_LANE_BLOCKED, v1::DISPOSITION_RETRY),
                now);
        receive(error(v1::ERROR_CODE_BUSY, v1::DISPOSITION_RETRY), now);
        for (int i = 0; i < 40; ++i) {
            now = now.plus_ms(100);
            EXPECT_FALSE(is_past(now)) << "open";
        }
        protocol_->disconnected(ErrorCode::session_lost, now);
        for (int i = 0; i < 40; ++i) {
            now = now.plus_ms(1000);
            EXPECT_FALSE(is_past(now)) << "offline";
        }
        protocol_->take_happenings();
    }
    protocol_->close(ErrorCode::session_lost);
    EXPECT_FALSE(is_past(now)) << "closed";
    EXPECT_FALSE(protocol_->next_due());
}

TEST_F(ProtocolTest, LeavingSubscribesToNothing) {
    open();
    ASSERT_TRUE(protocol_->subscriptions().add("inbox", {.credit = 8}).has_value());
    protocol_->close(ErrorCode::session_lost);
    const auto goodbye = sent();
    EXPECT_TRUE(goodbye && goodbye->has_goodbye());
    EXPECT_FALSE(sent());
}

// Whatever comes on the socket, the protocol stands.
TEST_F(ProtocolTest, GarbageIsPassedOver) {
    SeededRandomness random{11};
    open();
    for (int i = 0; i < 3000; ++i) {
        Bytes bytes;
        if (i % 3 == 0) {
            bytes.resize(random.below(60));
            for (char& byte : bytes)
                byte = static_cast<char>(random.below(256));
        } else {
            v1::HubFrame frame = i % 2 == 0 ? hub_.receipts(random.below(3), 2, random.below(9))
                                            : error(v1::ERROR_CODE_BUSY, v1::DISPOSITION_RETRY);
            bytes = hub_.seal(frame);
            bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
        }
        protocol_->received(bytes, start);
        protocol_->take_happenings();
        if (!protocol_->is_open()) {
            protocol_->disconnected(ErrorCode::session_lost, start);
            protocol_->connected(start);
            protocol_->next_frame(start);
            receive(hub_.welcome());
            protocol_->take_happenings();
            // Sealed bytes that were not changed can have told of a longer log; then we start over.
            if (!protocol_->is_open()) {
                protocol_ = *Protocol::make(own_, hub_.public_keys(), {});
                open();
            }
        }
    }
    EXPECT_TRUE(protocol_->is_open());
}

}  // namespace
}  // namespace jobbro::kit
