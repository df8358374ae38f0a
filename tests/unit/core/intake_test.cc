#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "proto/evidence/text_encoding.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties

class IntakeTest : public ::testing::Test {
  protected:
    IntakeTest() {
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    v1::Envelope new_order(const std::string& cpr = citizen) {
        last_order = world.new_order();
        return order(*last_order, world.now, world.randomness, provider, cpr);
    }
    v1::Outcome only_outcome(const FrameIn& submit) {
        const auto all = outcomes(world.turn({submit}));
        EXPECT_EQ(all.size(), 1U);
        return all.at(0);
    }
    void expect_rejected(const FrameIn& submit, v1::ErrorCode code, const std::string& path = {}) {
        const std::uint64_t before = world.journal->size().value();
        const v1::Outcome outcome = only_outcome(submit);
        EXPECT_EQ(outcome.rejection().code(), code)
            << v1::ErrorCode_Name(outcome.rejection().code());
        EXPECT_EQ(outcome.rejection().field_path(), path);
        EXPECT_EQ(world.journal->size().value(), before) << "nothing is recorded";
    }
    HubWorld world;
    std::optional<contract::OrderId> last_order;
};

TEST_F(IntakeTest, AReceiptTellsSequenceTimeAndACheckpointThatHoldsIt) {
    const std::uint64_t next = world.journal->size().value();
    const Turn turn = world.turn({world.submit(jobcentre, {new_order()}, 42)});
    const auto frames = frames_to(turn, jobcentre, v1::HubFrame::kOutcomes);
    ASSERT_EQ(frames.size(), 1U);
    const v1::Outcome& outcome = frames[0].outcomes().outcomes(0);
    EXPECT_EQ(outcome.submit_number(), 42U);
    EXPECT_EQ(outcome.receipt().sequence(), next);
    EXPECT_EQ(outcome.receipt().recorded_at().seconds(), world.now.microseconds / 1000000);
    const auto verifier = evidence::NoteVerifier::parse(world.journal->verifier_key());
    const auto checkpoint = evidence::open_checkpoint(frames[0].outcomes().checkpoint(), *verifier);
    ASSERT_TRUE(checkpoint);
    EXPECT_GT(checkpoint->size.value(), next);
}

TEST_F(IntakeTest, TheEntryProvesWhoSubmittedIt) {
    std::vector<v1::Envelope> envelopes;
    for (int i = 0; i < 5; ++i)
        envelopes.push_back(new_order());
    const auto all = outcomes(world.turn({world.submit(jobcentre, envelopes)}));
    ASSERT_EQ(all.size(), 5U);
    for (int i = 0; i < 5; ++i) {
        const auto stored =
            *world.log_store.get(journal::log_table::entries,
                                 key_of(all[static_cast<std::size_t>(i)].receipt().sequence()));
        const auto parts = journal::decode_entry(*stored);
        ASSERT_TRUE(parts);
        const journal::SubmitProof& proof = *parts->clear.proof;
        EXPECT_EQ(proof.count, 5);
        EXPECT_EQ(proof.index, i);
        const auto root = evidence::root_from_inclusion(
            evidence::leaf_hash(view(parts->clear.envelope_digest)), LeafIndex{proof.index},
            TreeSize{proof.count}, proof.path);
        ASSERT_TRUE(root);
        EXPECT_TRUE(evidence::signature_holds(
            evidence::verifying_key(world.keys(jobcentre).signing),
            "jobbro submit v1\nhub.example/log\n" + std::string{jobcentre} + "\n5\n" +
                evidence::base64_encode(view(*root)) + "\n",
            proof.signature));
    }
}

TEST_F(IntakeTest, TheSameBytesAgainGetTheFirstReceiptAlsoMuchLater) {
    const FrameIn submit = world.submit(jobcentre, {new_order()});
    const Turn first = world.turn({submit});
    world.turn({world.submit(jobcentre, {new_order(other_citizen)})});
    world.now = world.now.plus_ms(1000 * 3600);
    world.turn({world.hello(jobcentre)});
    const Turn again = world.turn({submit});
    EXPECT_EQ(again.report.entries, 0U);
    EXPECT_EQ(frames_to(first, jobcentre, v1::HubFrame::kOutcomes)[0].SerializeAsString(),
              frames_to(again, jobcentre, v1::HubFrame::kOutcomes)[0].SerializeAsString());
}

TEST_F(IntakeTest, TwiceInOneTurnIsRecordedOnce) {
    const v1::Envelope envelope = new_order();
    const Turn turn = world.turn({world.submit(jobcentre, {envelope, envelope})});
    EXPECT_EQ(turn.report.entries, 1U);
    const auto all = outcomes(turn);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].receipt().sequence(), all[1].receipt().sequence());
}

TEST_F(IntakeTest, AnIdUsedForOtherContentIsAConflict) {
    v1::Envelope envelope = new_order();
    world.turn({world.submit(jobcentre, {envelope})});
    envelope.mutable_order()->add_sub_goals("something else");
    expect_rejected(world.submit(jobcentre, {envelope}), v1::ERROR_CODE_MESSAGE_ID_REUSED,
                    "message_id");
}

TEST_F(IntakeTest, AnOlderIdThanTheLastIsStillNew) {
    const v1::Envelope early = new_order();
    world.now = world.now.plus_ms(10);
    world.turn({world.submit(jobcentre, {new_order(other_citizen)})});
    EXPECT_TRUE(only_outcome(world.submit(jobcentre, {early})).has_receipt());
}

TEST_F(IntakeTest, AWrongOrMissingSignatureRejectsTheWholeSubmit) {
    FrameIn submit = world.submit(jobcentre, {new_order(), new_order()});
    auto& frame = *std::get<v1::ClientFrame>(submit.content).mutable_submit();
    (*frame.mutable_signature())[3] ^= 1;
    for (const auto& outcome : outcomes(world.turn({submit}))) {
        EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_SIGNATURE_WRONG);
    }
    frame.clear_signature();
    const auto all = outcomes(world.turn({submit}));
    ASSERT_EQ(all.size(), 2U);
    for (const auto& outcome : all) {
        EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_SIGNATURE_MISSING);
    }
}

TEST_F(IntakeTest, ASignatureOverOtherEnvelopesIsWrong) {
    FrameIn submit = world.submit(jobcentre, {new_order()});
    auto& frame = *std::get<v1::ClientFrame>(submit.content).mutable_submit();
    frame.add_envelopes(new_order().SerializeAsString());
    for (const auto& outcome : outcomes(world.turn({submit}))) {
        EXPECT_EQ(outcome.rejection().code(), v1::ERROR_CODE_SIGNATURE_WRONG);
    }
}

TEST_F(IntakeTest, EnvelopesThatAreNotAreRefused) {
    expect_rejected(world.submit_bytes(jobcentre, {"\xff\xff no envelope"}),
                    v1::ERROR_CODE_ENVELOPE_MALFORMED);
    expect_rejected(world.submit_bytes(jobcentre, {Bytes(limits::envelope_bytes_max + 1, 'x')}),
                    v1::ERROR_CODE_ENVELOPE_TOO_LARGE);
    expect_rejected(world.submit_bytes(jobcentre, {""}), v1::ERROR_CODE_MESSAGE_ID_INVALID,
                    "message_id");
    v1::Envelope no_body = new_order();
    no_body.clear_body();
    expect_rejected(world.submit(jobcentre, {no_body}), v1::ERROR_CODE_KIND_UNKNOWN);
}

TEST_F(IntakeTest, ABodyNamingAnotherSenderIsRefused) {
    v1::Envelope envelope = new_order();
    envelope.set_sender(other_jobcentre);
    expect_rejected(world.submit(jobcentre, {envelope}), v1::ERROR_CODE_SENDER_WRONG, "sender");
}

TEST_F(IntakeTest, AnOrderForAnUnknownOrUnreachableProviderIsRefused) {
    expect_rejected(world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness,
                                                   other_provider)}),
                    v1::ERROR_CODE_PROVIDER_UNKNOWN, "audience.party");
    world.add_party(other_provider, {other_jobcentre});
    expect_rejected(world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness,
                                                   other_provider)}),
                    v1::ERROR_CODE_PROVIDER_UNKNOWN, "audience.party");
}

TEST_F(IntakeTest, AReportOnAnUnknownOrSomebodyElsesOrderIsRefusedAlike) {
    expect_rejected(
        world.submit(provider, {provider_notice(world.new_order(), world.now, world.randomness)}),
        v1::ERROR_CODE_ORDER_UNKNOWN, "order_id");
    world.add_party(other_provider, {jobcentre});
    const contract::OrderId theirs = world.new_order();
    world.turn(
        {world.submit(jobcentre, {order(theirs, world.now, world.randomness, other_provider)})});
    expect_rejected(world.submit(provider, {provider_notice(theirs, world.now, world.randomness)}),
                    v1::ERROR_CODE_ORDER_UNKNOWN, "order_id");
}

TEST_F(IntakeTest, AnOrderIdIsUsedOnce) {
    world.turn({world.submit(jobcentre, {new_order()})});
    expect_rejected(world.submit(jobcentre, {order(*last_order, world.now, world.randomness)}),
                    v1::ERROR_CODE_ORDER_EXISTS, "order_id");
}

TEST_F(IntakeTest, AReportMustConcernTheOrdersCitizen) {
    world.turn({world.submit(jobcentre, {new_order()})});
    v1::Envelope report = provider_notice(*last_order, world.now, world.randomness);
    report.mutable_citizen()->set_cpr_number(other_citizen);
    expect_rejected(world.submit(provider, {report}), v1::ERROR_CODE_CITIZEN_MISMATCH,
                    "citizen.cpr_number");
}

TEST_F(IntakeTest, EachKindHasItsRole) {
    world.turn({world.submit(jobcentre, {new_order()})});
    v1::Envelope report = absence(*last_order, world.now, world.randomness);
    report.set_sender(jobcentre);
    expect_rejected(world.submit(jobcentre, {report}), v1::ERROR_CODE_ROLE_NOT_ALLOWED, "body");
    v1::Envelope placed = new_order();
    placed.set_sender(provider);
    expect_rejected(world.submit(provider, {placed}), v1::ERROR_CODE_ROLE_NOT_ALLOWED, "body");
}

TEST_F(IntakeTest, ACauseThatIsNotKnownYetMayComeLater) {
    world.turn({world.submit(jobcentre, {new_order()})});
    v1::Envelope first = provider_notice(*last_order, world.now, world.randomness);
    world.now = world.now.plus_ms(1);
    v1::Envelope correction = provider_notice(*last_order, world.now, world.randomness);
    v1::Cause& cause = *correction.add_causes();
    cause.set_message_id(first.message_id());
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    const v1::Outcome early = only_outcome(world.submit(provider, {correction}));
    EXPECT_EQ(early.rejection().code(), v1::ERROR_CODE_CAUSE_UNKNOWN);
    EXPECT_EQ(early.rejection().disposition(), v1::DISPOSITION_RETRY);
    EXPECT_GT(early.rejection().retry_after_ms(), 0U);
    // The lane is blocked until the correction comes again.
    expect_rejected(world.submit(provider, {first}), v1::ERROR_CODE_LANE_BLOCKED, "order_id");
    world.turn({world.hello(provider)});  // a new session has no blocked lanes
    EXPECT_TRUE(only_outcome(world.submit(provider, {first})).has_receipt());
    const v1::Outcome late = only_outcome(world.submit(provider, {correction}));
    ASSERT_TRUE(late.has_receipt());
    const auto entry = world.journal->read(Sequence{late.receipt().sequence()});
    ASSERT_EQ((*entry)->index.causes_size(), 1);
    EXPECT_EQ((*entry)->index.causes(0).sequence(), late.receipt().sequence() - 1);
}

TEST_F(IntakeTest, ACorrectionPointsAtTheSameKindOfTheSameOrder) {
    world.turn({world.submit(jobcentre, {new_order()})});
    const v1::Envelope accepted = acceptance(*last_order, world.now, world.randomness);
    world.turn({world.submit(provider, {accepted})});
    v1::Envelope correction = provider_notice(*last_order, world.now, world.randomness);
    v1::Cause& cause = *correction.add_causes();
    cause.set_message_id(accepted.message_id());
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    expect_rejected(world.submit(provider, {correction}), v1::ERROR_CODE_CAUSE_MISMATCH,
                    "causes[0]");
}

TEST_F(IntakeTest, AnOrderIsCorrectedByAnOrderOfTheSameIdProviderAndCitizen) {
    const v1::Envelope first = new_order();
    world.turn({world.submit(jobcentre, {first})});
    world.turn({world.submit(provider, {acceptance(*last_order, world.now, world.randomness)})});
    world.now = world.now.plus_ms(1);
    v1::Envelope second = order(*last_order, world.now, world.randomness);
    second.mutable_order()->set_citizen_wishes("mornings");
    v1::Cause& cause = *second.add_causes();
    cause.set_message_id(first.message_id());
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    world.turn({world.subscribe(provider, "main")});
    const Turn turn = world.turn({world.submit(jobcentre, {second})});
    EXPECT_TRUE(outcomes(turn)[0].has_receipt());
    ASSERT_EQ(deliveries(turn, provider).size(), 1U);
    EXPECT_EQ(deliveries(turn, provider)[0].envelope(), second.SerializeAsString());

    second.set_message_id(contract::MessageId::make(world.now, world.randomness).text());
    second.mutable_audience()->set_party(other_provider);
    expect_rejected(world.submit(jobcentre, {second}), v1::ERROR_CODE_AUDIENCE_INVALID,
                    "audience.party");
    second.mutable_audience()->set_party(provider);
    second.mutable_citizen()->set_cpr_number(other_citizen);
    expect_rejected(world.submit(jobcentre, {second}), v1::ERROR_CODE_CITIZEN_MISMATCH,
                    "citizen.cpr_number");
}

TEST_F(IntakeTest, WhatDoesNotFitTheTurnIsToldToComeAgainAndItsLaneWaits) {
    HubWorld small;
    small.settings.entries_per_turn_max = 2;
    ASSERT_TRUE(small.open());
    small.add_usual_parties();
    const contract::OrderId id = small.new_order();
    small.turn({small.submit(jobcentre, {order(id, small.now, small.randomness)})});
    std::vector<v1::Envelope> reports;
    for (int i = 0; i < 4; ++i) {
        small.now = small.now.plus_ms(1);
        reports.push_back(provider_notice(id, small.now, small.randomness));
    }
    auto all = outcomes(small.turn({small.submit(provider, reports)}));
    ASSERT_EQ(all.size(), 4U);
    std::map<std::uint32_t, v1::Outcome> by_index;
    for (auto& each : all)
        by_index[each.index()] = each;
    EXPECT_TRUE(by_index[0].has_receipt());
    EXPECT_TRUE(by_index[1].has_receipt());
    EXPECT_EQ(by_index[2].rejection().code(), v1::ERROR_CODE_BUSY);
    EXPECT_EQ(by_index[3].rejection().code(), v1::ERROR_CODE_LANE_BLOCKED);
    // The later one alone is still refused; the earlier one opens the lane.
    all = outcomes(small.turn({small.submit(provider, {reports[3]})}));
    EXPECT_EQ(all[0].rejection().code(), v1::ERROR_CODE_LANE_BLOCKED);
    all = outcomes(small.turn({small.submit(provider, {reports[2], reports[3]})}));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[0].has_receipt());
    EXPECT_TRUE(all[1].has_receipt());
}

TEST_F(IntakeTest, ALaneOpensWhenAnotherSessionHasBroughtWhatItWaitsFor) {
    world.turn({world.submit(jobcentre, {new_order()})});
    world.conditions.disk_nearly_full = true;
    const FrameIn first =
        world.submit(provider, {provider_notice(*last_order, world.now, world.randomness)});
    EXPECT_EQ(only_outcome(first).rejection().code(), v1::ERROR_CODE_DISK_NEARLY_FULL);
    world.conditions.disk_nearly_full = false;
    FrameIn hello = world.hello(provider);
    FrameIn elsewhere = first;
    hello.route = elsewhere.route = "another session";
    world.turn({hello, elsewhere});
    EXPECT_TRUE(only_outcome(first).has_receipt());
    world.now = world.now.plus_ms(1);
    EXPECT_TRUE(only_outcome(world.submit(provider, {provider_notice(*last_order, world.now,
                                                                     world.randomness)}))
                    .has_receipt());
}

TEST_F(IntakeTest, ASessionWithTooManyBlockedLanesGetsItsOutcomesAndEnds) {
    world.conditions.disk_nearly_full = true;
    std::size_t answered = 0;
    Turn turn;
    for (std::size_t i = 0; i <= limits::blocked_lanes_per_session_max; i += 64) {
        std::vector<v1::Envelope> orders;
        for (int j = 0; j < 64; ++j) {
            orders.push_back(order(world.new_order(), world.now, world.randomness));
        }
        turn = world.turn({world.submit(jobcentre, orders)});
        answered += outcomes(turn).size();
    }
    EXPECT_GT(answered, limits::blocked_lanes_per_session_max) << "the last ones too";
    const auto errors = frames_to(turn, jobcentre, v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_LANES_EXHAUSTED);
    EXPECT_TRUE(errors[0].error().session_ended());
}

TEST_F(IntakeTest, ADiskNearlyFullRefusesNewMessagesAndAnswersOldOnes) {
    const FrameIn old = world.submit(jobcentre, {new_order()});
    const Turn first = world.turn({old});
    world.conditions.disk_nearly_full = true;
    expect_rejected(world.submit(jobcentre, {new_order()}), v1::ERROR_CODE_DISK_NEARLY_FULL);
    EXPECT_EQ(only_outcome(old).receipt().sequence(), outcomes(first)[0].receipt().sequence());
}

TEST_F(IntakeTest, ABatchLargerThanAllowedGetsAnError) {
    const Turn none = world.turn({world.submit(jobcentre, {}, 5)});
    const auto errors = frames_to(none, jobcentre, v1::HubFrame::kError);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].error().code(), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    EXPECT_EQ(errors[0].error().field_path(), "envelopes");
    EXPECT_EQ(errors[0].error().request_number(), 5U);
    const std::vector<Bytes> many(limits::envelopes_per_submit_max + 1, "x");
    EXPECT_EQ(frames_to(world.turn({world.submit_bytes(jobcentre, many)}), jobcentre,
                        v1::HubFrame::kError)
                  .size(),
              1U);
}

TEST_F(IntakeTest, FindingsStandInReceiptAndDelivery) {
    v1::Envelope thin = new_order();
    thin.mutable_order()->Clear();
    world.turn({world.subscribe(provider, "main")});
    const Turn turn = world.turn({world.submit(jobcentre, {thin})});
    ASSERT_EQ(outcomes(turn)[0].receipt().findings_size(), 1);
    EXPECT_EQ(outcomes(turn)[0].receipt().findings(0).code(), "order.citizen_only");
    ASSERT_EQ(deliveries(turn, provider).size(), 1U);
    EXPECT_EQ(deliveries(turn, provider)[0].findings(0).code(), "order.citizen_only");
}

TEST_F(IntakeTest, NothingIsSaidWhenTheCommitFails) {
    world.log_store.fail_next_commit();
    const std::vector<FrameIn> frames{world.submit(jobcentre, {new_order()})};
    const auto turn = world.core->turn(frames, world.now, world.randomness, {});
    ASSERT_FALSE(turn);
    EXPECT_EQ(turn.error().code, ErrorCode::store_failed);
}

TEST(Determinism, TheSameInputsGiveTheSameBytes) {
    std::string first;
    std::string second;
    for (std::string* const run : {&first, &second}) {
        HubWorld world{99};
        ASSERT_TRUE(world.open());
        world.add_usual_parties();
        world.turn({world.subscribe(provider, "main")});
        SeededRandomness senders{5};
        const contract::OrderId id = contract::OrderId::make(world.now, senders);
        for (const Turn& turn :
             {world.turn({world.submit(jobcentre, {order(id, world.now, senders)})}),
              world.turn({world.submit(provider, {acceptance(id, world.now, senders)})})}) {
            for (const FrameOut& out : turn.frames)
                *run += out.frame.SerializeAsString();
        }
        *run += world.journal->checkpoint();
    }
    EXPECT_EQ(first, second);
}

}  // namespace
}  // namespace jobbro::core
