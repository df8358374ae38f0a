// Which statements about citizens are obeyed, and whose they reach.
#include "tests/unit/core/erasure_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(ErasureTest, OnlyOperatorsAskAndHandIn) {
    placed();
    const v1::SubjectFound who = found();
    for (FrameIn frame : {find_frame(), act_frame(statement(who))}) {
        frame.route = jobcentre;
        frame.key = world.keys(jobcentre).curve;
        EXPECT_THAT(errors(world.turn({frame}), jobcentre),
                    ElementsAre(v1::ERROR_CODE_ROLE_NOT_ALLOWED));
    }
}

TEST_F(ErasureTest, AStatementIsJudgedBeforeAnythingIsDone) {
    placed();
    const v1::CitizenStatement right = statement(found());
    const auto with = [&](auto change) {
        v1::CitizenStatement wrong = right;
        change(wrong);
        return act_frame(wrong, wrong.signer() == controller ? controller : "controller:nobody");
    };
    expect_error(with([](auto& said) { said.set_origin("other.example/log"); }),
                 v1::ERROR_CODE_STATEMENT_ORIGIN_WRONG);
    expect_error(with([](auto& said) { said.set_signer("controller:nobody"); }),
                 v1::ERROR_CODE_SIGNER_UNKNOWN);
    expect_error(with([](auto& said) { said.set_signer(operator_party); }),
                 v1::ERROR_CODE_SIGNER_UNKNOWN);
    expect_error(with([](auto& said) { said.set_preceding(5); }),
                 v1::ERROR_CODE_STATEMENT_OUTDATED);
    expect_error(with([](auto& said) { said.clear_signed_at(); }),
                 v1::ERROR_CODE_STATEMENT_MALFORMED);
    expect_error(with([](auto& said) { said.clear_erase(); }), v1::ERROR_CODE_STATEMENT_MALFORMED);
    expect_error(with([](auto& said) { said.set_subject_id("short"); }),
                 v1::ERROR_CODE_STATEMENT_MALFORMED);
    expect_error(with([](auto& said) { said.set_subject_id(Bytes(16, 'x')); }),
                 v1::ERROR_CODE_CITIZEN_UNKNOWN);
    expect_error(with([](auto& said) { said.set_ground(" "); }), v1::ERROR_CODE_GROUND_MISSING);
    expect_error(with([](auto& said) { said.set_ground(other_citizen); }),
                 v1::ERROR_CODE_CPR_IN_TEXT);
    expect_error(with([](auto& said) { said.set_ground(std::string(201, 'x')); }),
                 v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    expect_error(with([](auto& said) { said.mutable_erase()->set_orders(2); }),
                 v1::ERROR_CODE_STATEMENT_OUTDATED);
    const std::uint64_t newest = right.erase().last_sequence_plus_one();
    expect_error(
        with([=](auto& said) { said.mutable_erase()->set_last_sequence_plus_one(newest - 1); }),
        v1::ERROR_CODE_STATEMENT_OUTDATED);
    expect_error(act_frame(right, operator_party), v1::ERROR_CODE_SIGNATURE_WRONG);
    FrameIn bare = act_frame(right);
    std::get<v1::ClientFrame>(bare.content).mutable_act_on_citizen()->clear_signature();
    expect_error(bare, v1::ERROR_CODE_SIGNATURE_MISSING);
    EXPECT_TRUE(found().orders() == 1) << "the citizen is there";
}

TEST_F(ErasureTest, AStatementIsObeyedForADayAndNotBeforeItIsSigned) {
    placed();
    const std::int64_t now_s = world.now.microseconds / 1000000;
    constexpr std::int64_t day_s = 86400;
    v1::CitizenStatement said = statement(found());
    for (const std::int64_t wrong : {now_s - day_s - 2, now_s + 302, std::int64_t{253402300799}}) {
        said.mutable_signed_at()->set_seconds(wrong);
        expect_error(act_frame(said), v1::ERROR_CODE_STATEMENT_OUTDATED);
    }
    said.mutable_signed_at()->set_seconds(std::int64_t{1} << 62);
    expect_error(act_frame(said), v1::ERROR_CODE_STATEMENT_MALFORMED);
    said.mutable_place_hold();
    said.mutable_signed_at()->set_seconds(now_s - day_s - 2);
    expect_error(act_frame(said), v1::ERROR_CODE_STATEMENT_OUTDATED);
    said.mutable_signed_at()->set_seconds(now_s - day_s + 2);
    act(said);
    said = statement(found());
    said.mutable_lift_hold();
    said.mutable_signed_at()->set_seconds(now_s + 298);
    act(said);
    EXPECT_FALSE(found().is_held());
}

TEST_F(ErasureTest, OrdersThatRunAreErasedOnlyWhereTheStatementSaysSo) {
    const auto id = placed();
    EXPECT_EQ(found().running_orders(), 1U);
    v1::CitizenStatement said = statement(found());
    said.mutable_erase()->set_even_running(false);
    expect_error(act_frame(said), v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    cancelled(id);
    EXPECT_EQ(found().running_orders(), 0U);
    said = statement(found());
    said.mutable_erase()->set_even_running(false);
    EXPECT_EQ(act(said).orders(), 1U);
}

TEST_F(ErasureTest, AFieldOfALaterVersionIsNotPassedOver) {
    placed();
    v1::CitizenStatement said = statement(found());
    said.GetReflection()->MutableUnknownFields(&said)->AddVarint(99, 1);
    expect_error(act_frame(said), v1::ERROR_CODE_STATEMENT_MALFORMED);
}

TEST_F(ErasureTest, AStatementAboutAPartyIsNoneAboutACitizen) {
    placed();
    const v1::CitizenStatement said = statement(found());
    FrameIn frame = act_frame(said);
    auto& act = *std::get<v1::ClientFrame>(frame.content).mutable_act_on_citizen();
    act.set_signature(Bytes{view(evidence::sign(world.keys(controller).signing,
                                                evidence::statement_text(act.statement())))});
    expect_error(frame, v1::ERROR_CODE_SIGNATURE_WRONG);
}

TEST_F(ErasureTest, AStatementTakesEffectOnce) {
    placed();
    v1::CitizenStatement said = statement(found());
    said.mutable_place_hold();
    act(said);
    expect_error(act_frame(said), v1::ERROR_CODE_STATEMENT_OUTDATED);
    EXPECT_TRUE(found().is_held());
    EXPECT_GT(found().preceding(), 0U);
}

TEST_F(ErasureTest, WhoseCitizenIsAskedForIsRecordedBeforeItIsAnswered) {
    placed();
    const v1::SubjectFound who = found();
    EXPECT_EQ(last.report.entries, 1U);
    world.turn({find_frame(other_citizen)});
    const auto readings = bodies<v1::Reading>(v1::MESSAGE_KIND_READING);
    ASSERT_EQ(readings.size(), 2U);
    EXPECT_EQ(readings[0].party(), operator_party);
    EXPECT_EQ(readings[0].subject().ground(), "case 12");
    EXPECT_THAT(readings[0].subject().subject_ids(), ElementsAre(who.subject_id()));
    EXPECT_THAT(readings[1].subject().subject_ids(), IsEmpty()) << "the hub knows no such citizen";
    expect_error(find_frame(citizen, ""), v1::ERROR_CODE_GROUND_MISSING);
    expect_error(find_frame(citizen, citizen), v1::ERROR_CODE_CPR_IN_TEXT);
    expect_error(find_frame("999999-1478"), v1::ERROR_CODE_CPR_INVALID);
}

TEST_F(ErasureTest, TheTraceOfAQuestionNamesAllIdsOfAPerson) {
    placed();
    placed(other_citizen);
    const Bytes former = found(other_citizen).subject_id();
    const Bytes kept = found().subject_id();
    ASSERT_TRUE(merged(other_citizen, citizen).has_receipt());
    for (const std::string& number : {std::string{citizen}, std::string{other_citizen}}) {
        EXPECT_EQ(found(number).subject_id(), kept);
        EXPECT_THAT(bodies<v1::Reading>(v1::MESSAGE_KIND_READING).back().subject().subject_ids(),
                    ElementsAre(kept, former));
    }
}

TEST_F(ErasureTest, WhileTheLogIsSealedNobodyIsErasedOrLookedUp) {
    placed();
    const auto act = act_frame(statement(found()));
    ASSERT_TRUE(world.journal->record_seal("seen"));
    reopen();
    expect_error(find_frame(), v1::ERROR_CODE_HUB_SEALED);
    expect_error(act, v1::ERROR_CODE_HUB_SEALED);
}

TEST_F(ErasureTest, ATurnTakesFewStatements) {
    placed();
    const auto act = act_frame(statement(found()));
    const std::vector<FrameIn> frames(limits::citizen_acts_per_turn_max + 1, act);
    const auto codes = errors(world.turn(frames), operator_party);
    EXPECT_THAT(codes, Contains(v1::ERROR_CODE_BUSY));
    EXPECT_THAT(codes, Contains(v1::ERROR_CODE_CITIZEN_UNKNOWN)) << "the second finds nobody";
}

// --- Legal holds -------------------------------------------------------------------------------

TEST_F(ErasureTest, AHoldStopsAnErasureUntilItIsLifted) {
    const auto id = placed();
    reported(id);
    held(true);
    EXPECT_TRUE(found().is_held());
    expect_error(act_frame(statement(found())), v1::ERROR_CODE_ERASURE_HELD);
    reopen();
    expect_error(act_frame(statement(found())), v1::ERROR_CODE_ERASURE_HELD);
    held(false);
    EXPECT_FALSE(found().is_held());
    EXPECT_EQ(erased().orders(), 1U);
    const auto changes = bodies<v1::HoldChange>(v1::MESSAGE_KIND_HOLD_CHANGE);
    EXPECT_EQ(changes.size(), 2U);
}

TEST_F(ErasureTest, AHoldThatWasNotPlacedCannotBeLifted) {
    placed();
    v1::CitizenStatement said = statement(found());
    said.mutable_lift_hold();
    expect_error(act_frame(said), v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
}

// --- Two controllers ---------------------------------------------------------------------------

TEST_F(TwoControllersTest, AStatementReachesTheOrdersOfItsControllersJobcentresOnly) {
    ASSERT_EQ(found().orders(), 2U);
    const v1::CitizenActed acted = erased();
    EXPECT_EQ(acted.orders(), 1U);
    EXPECT_EQ(acted.entries(), 2U);
    EXPECT_EQ(read_error(of_mine), ErrorCode::erased);
    EXPECT_TRUE(world.journal->read(Sequence{of_theirs}));
    reopen();
    EXPECT_TRUE(world.journal->read(Sequence{of_theirs}));
    // The citizen is found by the number still, and the order goes on.
    EXPECT_EQ(found().orders(), 1U);
    reported(theirs);
    EXPECT_FALSE(bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE)[0].is_whole());
}

TEST_F(TwoControllersTest, AnotherControllersRunningOrderIsNoneOfTheStatements) {
    cancelled(mine);
    ASSERT_EQ(found().running_orders(), 1U);
    v1::CitizenStatement said = statement(found());
    said.mutable_erase()->set_even_running(false);
    EXPECT_EQ(act(said).orders(), 1U);
}

TEST_F(TwoControllersTest, WhatIsUnderNoOrderGoesWithTheLastController) {
    const std::uint64_t own = interviewed().receipt().sequence();
    erased();
    EXPECT_TRUE(world.journal->read(Sequence{own}));
    // The first one has no part in the citizen any more.
    expect_error(act_frame(statement(found())), v1::ERROR_CODE_CITIZEN_UNKNOWN);
    const v1::CitizenActed acted = act(statement(found(), second_controller), second_controller);
    EXPECT_EQ(acted.orders(), 1U);
    EXPECT_EQ(read_error(own), ErrorCode::erased);
    EXPECT_EQ(read_error(of_theirs), ErrorCode::erased);
    EXPECT_THAT(errors(world.turn({find_frame()}), operator_party),
                ElementsAre(v1::ERROR_CODE_CITIZEN_UNKNOWN));
    EXPECT_TRUE(bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE)[1].is_whole());
}

TEST_F(TwoControllersTest, ACitizenOfOthersIsUnknownToAController) {
    const auto id = placed(other_citizen);
    static_cast<void>(id);
    expect_error(act_frame(statement(found(other_citizen), second_controller), second_controller),
                 v1::ERROR_CODE_CITIZEN_UNKNOWN);
}

TEST_F(TwoControllersTest, AHoldOfOneStopsTheOtherAndIsItsOwnToLift) {
    held(true, second_controller);
    expect_error(act_frame(statement(found())), v1::ERROR_CODE_ERASURE_HELD);
    v1::CitizenStatement said = statement(found());
    said.mutable_lift_hold();
    expect_error(act_frame(said), v1::ERROR_CODE_SIGNER_NOT_ENTITLED);
    held(false, second_controller);
    EXPECT_EQ(erased().orders(), 1U);
}

TEST_F(TwoControllersTest, OnlyTheErasedOrdersMessagesLeaveTheParkedList) {
    world.turn({world.subscribe(jobcentre, "main"), world.subscribe(other_jobcentre, "main")});
    const std::uint64_t first = reported(mine);
    const std::uint64_t second = reported(theirs);
    world.turn({world.nack(jobcentre, "main", first, v1::NACK_VERDICT_GIVE_UP),
                world.nack(other_jobcentre, "main", second, v1::NACK_VERDICT_GIVE_UP)});
    ASSERT_EQ(world.core->parked_messages(), 2U);
    erased();
    EXPECT_EQ(world.core->parked_messages(), 1U);
}

TEST_F(TwoControllersTest, ANackOfWhatWasErasedParksOnlyWhatIsLeftOfItsLane) {
    world.turn({world.subscribe(provider, "main")});
    erased();
    const std::uint64_t order_of_mine = of_mine - 1;
    const Turn turn = world.turn({world.nack(provider, "main", order_of_mine,
                                             v1::NACK_VERDICT_GIVE_UP, "she has moved away")});
    EXPECT_EQ(world.core->parked_messages(), 1U);
    const auto again = deliveries(turn, provider);
    ASSERT_EQ(again.size(), 1U) << "nothing before it holds it up";
    EXPECT_EQ(again[0].sequence(), of_theirs);
    EXPECT_EQ(again[0].attempt(), 1U);
    world.turn();
    EXPECT_EQ(world.log_store.rows(journal::log_table::parked), 1U) << "and no reason";
}

// --- Two controllers, and the clock ------------------------------------------------------------

class TwoControllersRetentionTest : public TwoControllersTest {
  protected:
    static constexpr std::int64_t kept_days = 1826;

    TwoControllersRetentionTest() : TwoControllersTest(kept_days) {}

    // With one turn a day at most.
    void live_days(std::int64_t days, std::int64_t at_a_time = 1) {
        const std::int64_t ms = at_a_time * 24 * 3600 * 1000;
        for (std::int64_t lived = 0; lived < days; lived += at_a_time)
            at(world.now.plus_ms(ms), ms);
    }
    void be_kept_long_enough() {
        live_days(kept_days + 2, kept_days + 2);
        catch_up();
        hello_all();
    }
    std::size_t due() { return bodies<v1::ErasureDue>(v1::MESSAGE_KIND_ERASURE_DUE).size(); }
    [[nodiscard]] std::size_t days() const {
        return world.log_store.rows(journal::log_table::retention);
    }
    void hold_of_second(bool place) {
        v1::CitizenStatement said = statement(found(other_citizen), second_controller);
        if (place) said.mutable_place_hold();
        if (!place) said.mutable_lift_hold();
        act(said, second_controller);
    }
    // Of the other citizen nothing is left but what the second controller's jobcentre has said.
    std::uint64_t left_without_orders() {
        cancelled(placed(other_citizen), other_citizen);
        const v1::Outcome told = interviewed(other_jobcentre, other_citizen);
        EXPECT_TRUE(told.has_receipt()) << told.ShortDebugString();
        EXPECT_EQ(erased(other_citizen).orders(), 1U);
        EXPECT_EQ(found(other_citizen).orders(), 0U);
        return told.receipt().sequence();
    }
};

TEST_F(TwoControllersRetentionTest, WhatRemainsFallsDueWhenWhatRanIsErased) {
    cancelled(mine);
    be_kept_long_enough();
    ASSERT_EQ(due(), 0U) << "another controller's order runs";
    ASSERT_EQ(days(), 0U);
    act(statement(found(), second_controller), second_controller);
    EXPECT_EQ(days(), 1U);
    live_days(1);
    EXPECT_EQ(due(), 1U);
    live_days(8);
    EXPECT_EQ(read_error(of_mine), ErrorCode::erased);
    EXPECT_EQ(days(), 0U);
}

TEST_F(TwoControllersRetentionTest, WhatRemainsWhileAnOrderRunsFallsDueAfterItsEnd) {
    cancelled(mine);
    erased();
    EXPECT_EQ(days(), 0U) << "the other one runs";
    be_kept_long_enough();
    EXPECT_EQ(due(), 0U);
    world.turn({world.hello(other_jobcentre)});
    v1::Envelope over = envelope(other_jobcentre, theirs, world.now, world.randomness);
    over.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_OTHER_OFFER_CHOSEN);
    ASSERT_TRUE(outcomes(world.turn({world.submit(other_jobcentre, {over})}))[0].has_receipt());
    EXPECT_EQ(days(), 1U);
    be_kept_long_enough();
    EXPECT_EQ(due(), 1U);
}

TEST_F(TwoControllersRetentionTest, ACitizenOfWhomNoOrderIsLeftFallsDueToo) {
    const std::uint64_t left = left_without_orders();
    be_kept_long_enough();
    EXPECT_EQ(due(), 1U);
    EXPECT_TRUE(world.journal->read(Sequence{left}));
    live_days(8);
    EXPECT_EQ(read_error(left), ErrorCode::erased);
    const auto all = bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_FALSE(all[0].is_whole());
    EXPECT_TRUE(all[1].is_whole());
    EXPECT_EQ(all[1].orders(), 0U);
}

TEST_F(TwoControllersRetentionTest, ACitizenOfWhomNoOrderIsLeftIsLookedAtAgainAfterAHold) {
    left_without_orders();
    hold_of_second(true);
    be_kept_long_enough();
    EXPECT_EQ(due(), 0U);
    hold_of_second(false);
    live_days(1);
    EXPECT_EQ(due(), 1U);
}

}  // namespace
}  // namespace jobbro::core
