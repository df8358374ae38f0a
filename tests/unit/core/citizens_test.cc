// A citizen moves, gets another number, or turns out to be one person under two.
#include "tests/unit/core/matter_fixture.h"

namespace jobbro::core {
namespace {

class CitizensTest : public MatterTest {
  protected:
    void restart_without_power() {
        world.log_store.lose_power();
        world.vault_store.lose_power();
        ASSERT_TRUE(world.open());
        hello_all();
    }
    bool can_fetch(const std::string& party, std::uint64_t sequence) {
        const Turn turn = world.turn({world.fetch(party, sequence)});
        return !frames_to(turn, party, v1::HubFrame::kFetched).empty();
    }
    v1::Envelope report(const contract::OrderId& id, const std::string& cpr = citizen,
                        const std::string& sender = provider) {
        v1::Envelope result = provider_notice(id, world.now, world.randomness, cpr);
        result.set_sender(sender);
        return result;
    }
    // One that comes after the end, too.
    v1::Envelope late_report(const contract::OrderId& id, const std::string& cpr = citizen,
                             const std::string& sender = provider) {
        v1::Envelope result = absence(id, world.now, world.randomness, cpr);
        result.set_sender(sender);
        return result;
    }
    void grant(const std::string& party, const std::vector<std::string>& jobcentres) {
        world.turn({world.hello(operator_party),
                    world.statement(world.grant(party, jobcentres), controller)});
    }
    // Takes the change of a number back.
    v1::Envelope taking_back(const v1::Envelope& change) {
        v1::Envelope result = cpr_change(change.citizen().cpr_number(),
                                         change.cpr_changed().former_cpr_number(), change.sender());
        point_at(result, change.message_id(), v1::CAUSE_RELATION_CORRECTS);
        return result;
    }
    v1::Envelope recorded_change(const std::string& former, const std::string& now_is) {
        v1::Envelope change = cpr_change(former, now_is);
        record(change);
        return change;
    }
    bool leads_to_somebody(const std::string& cpr) {
        return world.journal->vault().subject_of(*contract::CprNumber::parse(cpr))->has_value();
    }
    void expect_not_to_be_taken_back(const v1::Envelope& correction) {
        expect_rejected(correction, v1::ERROR_CODE_CAUSE_MISMATCH, "causes[0]");
    }
};

// --- A case is handed over -------------------------------------------------------------------

TEST_F(CitizensTest, ACaseIsHandedToTheNewJobcentreByTheOneThatHasIt) {
    placed();
    expect_rejected(transfer(jobcentre, "jobcentre:376"), v1::ERROR_CODE_PARTY_UNKNOWN,
                    "audience.party");
    // A citizen of somebody else's is answered as one nobody knows.
    expect_rejected(transfer(other_jobcentre, jobcentre), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
    expect_rejected(transfer(jobcentre, other_jobcentre, other_citizen),
                    v1::ERROR_CODE_CITIZEN_UNKNOWN, "citizen.cpr_number");
    EXPECT_THAT(audience(*record(transfer(jobcentre, other_jobcentre))),
                ElementsAre(other_jobcentre));
    expect_rejected(transfer(jobcentre, other_jobcentre), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
    expect_rejected(cpr_change(citizen, new_number), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "cpr_changed.former_cpr_number");
    record(transfer(other_jobcentre, jobcentre));
    record(cpr_change(citizen, new_number));
}

TEST_F(CitizensTest, OngoingOrdersGoOverAndOnesThatAreOverStay) {
    const contract::OrderId open = placed(other_provider);
    const contract::OrderId over = placed(other_provider);
    start(over, other_provider);
    record(course_end(over, other_provider));
    record(transfer(jobcentre, other_jobcentre));
    restart_without_power();
    EXPECT_THAT(audience(*record(report(open, citizen, other_provider))),
                ElementsAre(other_jobcentre));
    EXPECT_THAT(audience(*record(late_report(over, citizen, other_provider))),
                ElementsAre(jobcentre));
    EXPECT_THAT(audience(*record(notice(open, other_jobcentre))), ElementsAre(other_provider));
    expect_rejected(notice(open, jobcentre), v1::ERROR_CODE_ORDER_OVER, "order_id");
    record(outcome(over));
    expect_rejected(outcome(over, other_jobcentre), v1::ERROR_CODE_ORDER_UNKNOWN, "order_id");
}

TEST_F(CitizensTest, AFormerJobcentreKeepsWhatItHadAndGetsNothingNew) {
    const contract::OrderId id = placed(other_provider);
    const std::uint64_t order_at = world.journal->size().value() - 1;
    const auto before = record(report(id, citizen, other_provider))->sequence.value();
    record(transfer(jobcentre, other_jobcentre));
    const auto after = record(report(id, citizen, other_provider))->sequence.value();
    std::vector<std::uint64_t> got;
    for (const auto& each :
         deliveries(world.turn({world.subscribe(jobcentre, "main")}), jobcentre)) {
        got.push_back(each.sequence());
    }
    EXPECT_THAT(got, ElementsAre(before));
    EXPECT_TRUE(can_fetch(jobcentre, before));
    EXPECT_FALSE(can_fetch(jobcentre, after));
    EXPECT_TRUE(can_fetch(other_jobcentre, after));
    // The new one can look up how the course has gone, the order itself too.
    EXPECT_TRUE(can_fetch(other_jobcentre, before));
    EXPECT_TRUE(can_fetch(other_jobcentre, order_at));
    EXPECT_FALSE(can_fetch(jobcentre, order_at)) << "it made that itself";
}

TEST_F(CitizensTest, WhatIsTheFormerJobcentresAloneStaysSo) {
    const contract::OrderId id = placed(other_provider);
    const auto told = record(outcome(id))->sequence.value();
    const auto interviewed = record(interview(citizen))->sequence.value();
    record(transfer(jobcentre, other_jobcentre));
    EXPECT_FALSE(can_fetch(other_jobcentre, told));
    EXPECT_FALSE(can_fetch(other_jobcentre, interviewed));
    placed(other_provider, other_citizen);
    EXPECT_FALSE(can_fetch(other_jobcentre, world.journal->size().value() - 1))
        << "of a citizen that was not handed over";
}

TEST_F(CitizensTest, AnAnswerFindsItsCauseAcrossAHandingOver) {
    const contract::OrderId id = placed(other_provider);
    const std::string order_message = first_order;
    start(id, other_provider);
    const v1::Envelope reported = late_report(id, citizen, other_provider);
    record(reported);
    record(transfer(jobcentre, other_jobcentre));
    // The provider answers the jobcentre that had the order, and need not know that it has it no
    // more; the new one answers what the old one was told.
    v1::Envelope answered = notice(id, other_provider);
    point_at(answered, order_message, v1::CAUSE_RELATION_ANSWERS);
    EXPECT_THAT(audience(*record(answered)), ElementsAre(other_jobcentre));
    v1::Envelope decided = on(id, other_jobcentre);
    decided.mutable_follow_up()->set_decision(v1::FOLLOW_UP_DECISION_NO_ACTION);
    point_at(decided, reported.message_id(), v1::CAUSE_RELATION_ANSWERS);
    EXPECT_THAT(audience(*record(decided)), ElementsAre(other_provider));
}

TEST_F(CitizensTest, AnOrderGoesOverBeforeItsProviderIsGranted) {
    const contract::OrderId id = placed(provider);
    const std::uint64_t order_at = world.journal->size().value() - 1;
    record(transfer(jobcentre, other_jobcentre));
    expect_rejected(notice(id, other_jobcentre), v1::ERROR_CODE_PROVIDER_UNKNOWN, "audience");
    expect_rejected(report(id), v1::ERROR_CODE_ORDER_UNKNOWN, "order_id");
    EXPECT_TRUE(can_fetch(provider, order_at)) << "what it was sent it keeps";
    grant(provider, {jobcentre, other_jobcentre});
    record(notice(id, other_jobcentre));
    EXPECT_THAT(audience(*record(report(id))), ElementsAre(other_jobcentre));
    grant(provider, {other_jobcentre});
    EXPECT_TRUE(can_fetch(provider, order_at)) << "by the grant of whoever has the order";
}

// --- A number changes ------------------------------------------------------------------------

TEST_F(CitizensTest, AChangedNumberLeadsToTheSamePersonAndItsRunningProvidersAreTold) {
    const contract::OrderId id = placed();
    placed(other_provider);
    record(decline(placed(other_provider), other_provider));

    const auto changed = record(cpr_change(citizen, new_number));
    EXPECT_THAT(audience(*changed), UnorderedElementsAre(provider, other_provider));
    const auto by_new = record(report(id, new_number));
    EXPECT_EQ(by_new->index.subject_id(), changed->index.subject_id());
    restart_without_power();
    const auto again = record(report(id, new_number));
    EXPECT_EQ(again->index.subject_id(), changed->index.subject_id());
}

TEST_F(CitizensTest, ProvidersOfEndedOrdersAreToldTheNumberTheyStillHaveToWrite) {
    const contract::OrderId id = placed();
    start(id);
    record(course_end(id));
    EXPECT_THAT(audience(*record(cpr_change(citizen, new_number))), ElementsAre(provider));
    record(late_report(id, new_number));
    world.now = world.now.plus_ms(world.settings.provider_grace_ms);
    hello_all();
    EXPECT_THAT(audience(*record(cpr_change(new_number, citizen))), IsEmpty());
}

TEST_F(CitizensTest, AFormerNumberIsGoodForReadingAndNotForWriting) {
    const contract::OrderId id = placed();
    record(cpr_change(citizen, new_number));
    for (int round = 0; round < 2; ++round) {
        EXPECT_TRUE((*world.journal->vault().subject_of(*contract::CprNumber::parse(citizen))));
        expect_rejected(report(id), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        expect_rejected(notice(id, jobcentre), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        expect_rejected(interview(citizen), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        expect_rejected(transfer(jobcentre, other_jobcentre), v1::ERROR_CODE_CPR_OUTDATED,
                        "citizen.cpr_number");
        expect_rejected(cpr_change(citizen, made_up_citizen(3)), v1::ERROR_CODE_CPR_OUTDATED,
                        "cpr_changed.former_cpr_number");
        v1::Envelope placing = order(world.new_order(), world.now, world.randomness);
        expect_rejected(placing, v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        restart_without_power();
    }
    placed(provider, new_number);
}

TEST_F(CitizensTest, NobodyElseIsToldThatANumberHasChanged) {
    placed();
    record(cpr_change(citizen, new_number));
    expect_rejected(interview(citizen, other_jobcentre), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
    expect_rejected(transfer(other_jobcentre, jobcentre), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
    v1::Envelope placing = order(world.new_order(), world.now, world.randomness, other_provider);
    placing.set_sender(other_jobcentre);
    expect_rejected(placing, v1::ERROR_CODE_CITIZEN_UNKNOWN, "citizen.cpr_number");
}

TEST_F(CitizensTest, ANumberCanChangeBack) {
    const contract::OrderId id = placed();
    record(cpr_change(citizen, new_number));
    record(cpr_change(new_number, citizen));
    record(report(id));
    expect_rejected(report(id, new_number), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
    restart_without_power();
    record(report(id));
    expect_rejected(report(id, new_number), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
}

TEST_F(CitizensTest, ANumberIsChangedOnlyByAJobcentreThatHasTheCitizen) {
    placed();
    expect_rejected(cpr_change(citizen, new_number, other_jobcentre),
                    v1::ERROR_CODE_CITIZEN_UNKNOWN, "cpr_changed.former_cpr_number");
    expect_rejected(cpr_change(other_citizen, new_number), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "cpr_changed.former_cpr_number");
}

TEST_F(CitizensTest, ANumberThatWasOnceSomebodyElsesIsNobodysNewOne) {
    placed();
    placed(provider, other_citizen);
    record(cpr_change(other_citizen, new_number));
    expect_rejected(cpr_change(citizen, other_citizen), v1::ERROR_CODE_CPR_OUTDATED,
                    "citizen.cpr_number");
}

TEST_F(CitizensTest, ACitizenHasOnlySoManyNumbers) {
    placed(provider, made_up_citizen(0));
    const std::size_t most = limits::cpr_numbers_per_subject_max;
    for (std::size_t i = 1; i + 1 < most; ++i)
        record(cpr_change(made_up_citizen(i - 1), made_up_citizen(i)));
    const v1::Envelope last = recorded_change(made_up_citizen(most - 2), made_up_citizen(most - 1));
    for (int round = 0; round < 2; ++round) {
        expect_rejected(cpr_change(made_up_citizen(most - 1), made_up_citizen(most)),
                        v1::ERROR_CODE_MERGES_LIMIT, "citizen.cpr_number");
        EXPECT_FALSE(leads_to_somebody(made_up_citizen(most)));
        restart_without_power();
    }
    // One it had is no further one, and one that is taken back is none.
    record(cpr_change(made_up_citizen(most - 1), made_up_citizen(0)));
    record(cpr_change(made_up_citizen(0), made_up_citizen(most - 1)));
    record(taking_back(last));
    record(cpr_change(made_up_citizen(most - 2), made_up_citizen(most)));
    expect_rejected(cpr_change(made_up_citizen(most), made_up_citizen(most + 1)),
                    v1::ERROR_CODE_MERGES_LIMIT, "citizen.cpr_number");
}

// --- A wrong change is taken back ------------------------------------------------------------

TEST_F(CitizensTest, AWrongNumberThatIsTakenBackLeadsToNobodyAndTheFormerOneIsCurrent) {
    const contract::OrderId id = placed();
    const v1::Envelope wrong = recorded_change(citizen, new_number);
    const auto subject = record(report(id, new_number))->index.subject_id();
    restart_without_power();
    const auto taken_back = record(taking_back(wrong));
    EXPECT_THAT(audience(*taken_back), ElementsAre(provider));
    EXPECT_TRUE(can_fetch(provider, taken_back->sequence.value()));
    for (int round = 0; round < 3; ++round) {
        EXPECT_FALSE(leads_to_somebody(new_number));
        EXPECT_EQ(record(report(id))->index.subject_id(), subject);
        expect_rejected(report(id, new_number), v1::ERROR_CODE_CITIZEN_MISMATCH,
                        "citizen.cpr_number");
        expect_rejected(taking_back(wrong), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                        "cpr_changed.former_cpr_number");
        restart_without_power();
    }
    // Whose number it is indeed has nothing of the other's.
    placed(other_provider, new_number, other_jobcentre);
    EXPECT_NE(record(interview(new_number, other_jobcentre))->index.subject_id(), subject);
    expect_rejected(cpr_change(citizen, new_number), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
}

TEST_F(CitizensTest, AChangeAndItsTakingBackInOneTurnHoldAfterAStart) {
    const contract::OrderId id = placed();
    const v1::Envelope wrong = cpr_change(citizen, new_number);
    const auto all = outcomes(world.turn({world.submit(jobcentre, {wrong, taking_back(wrong)})}));
    ASSERT_EQ(all.size(), 2U);
    EXPECT_TRUE(all[1].has_receipt()) << all[1].ShortDebugString();
    for (int round = 0; round < 2; ++round) {
        EXPECT_FALSE(leads_to_somebody(new_number));
        record(report(id));
        restart_without_power();
    }
}

TEST_F(CitizensTest, ChangesAreTakenBackOneAfterTheOtherTheLatestFirst) {
    const contract::OrderId id = placed();
    const v1::Envelope first = recorded_change(citizen, new_number);
    const v1::Envelope second = recorded_change(new_number, made_up_citizen(3));
    expect_rejected(taking_back(first), v1::ERROR_CODE_CPR_OUTDATED,
                    "cpr_changed.former_cpr_number");
    // Neither of them went from the one number to the other.
    for (const v1::Envelope& change : {first, second}) {
        v1::Envelope both = cpr_change(made_up_citizen(3), citizen);
        point_at(both, change.message_id(), v1::CAUSE_RELATION_CORRECTS);
        expect_not_to_be_taken_back(both);
    }
    record(taking_back(second));
    restart_without_power();
    record(report(id, new_number));
    record(taking_back(first));
    record(report(id));
    EXPECT_FALSE(leads_to_somebody(made_up_citizen(3)));
    // What was taken back can be said again, and then it is a change like any other.
    record(taking_back(recorded_change(citizen, new_number)));
    record(report(id));
}

TEST_F(CitizensTest, OnlyItsSenderTakesAChangeBack) {
    placed();
    const v1::Envelope wrong = recorded_change(citizen, new_number);
    placed(other_provider, new_number, other_jobcentre);
    v1::Envelope by_other = taking_back(wrong);
    by_other.set_sender(other_jobcentre);
    expect_rejected(by_other, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
    // Of what was neither said by it nor to it there is nothing for it to point at.
    by_other.mutable_causes(0)->set_sender(jobcentre);
    by_other.set_message_id(interview(citizen).message_id());
    expect_rejected(by_other, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
    record(taking_back(wrong));
}

TEST_F(CitizensTest, WhatACorrectionPointsAtIsTheChangeThatItTurnsAround) {
    placed();
    const v1::Envelope wrong = recorded_change(citizen, new_number);
    v1::Envelope never_said = taking_back(wrong);
    never_said.mutable_causes(0)->set_message_id(interview(citizen).message_id());
    expect_rejected(never_said, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
    v1::Envelope to_a_third = cpr_change(new_number, made_up_citizen(3));
    point_at(to_a_third, wrong.message_id(), v1::CAUSE_RELATION_CORRECTS);
    expect_not_to_be_taken_back(to_a_third);
    const v1::Envelope interviewed = interview(new_number);
    record(interviewed);
    v1::Envelope of_another_kind = taking_back(wrong);
    of_another_kind.mutable_causes(0)->set_message_id(interviewed.message_id());
    expect_not_to_be_taken_back(of_another_kind);
    record(taking_back(wrong));
}

TEST_F(CitizensTest, AChangeThatMadeTwoOnePersonIsNotTakenBack) {
    const contract::OrderId id = placed();
    const contract::OrderId others = placed(provider, other_citizen);
    expect_not_to_be_taken_back(taking_back(recorded_change(citizen, other_citizen)));
    record(report(id, other_citizen));
    record(report(others, other_citizen));
}

TEST_F(CitizensTest, AChangeToANumberThatTheCitizenHadIsChangedBackAndNotTakenBack) {
    const contract::OrderId id = placed();
    const v1::Envelope first = recorded_change(citizen, new_number);
    expect_not_to_be_taken_back(taking_back(recorded_change(new_number, citizen)));
    expect_not_to_be_taken_back(taking_back(recorded_change(citizen, new_number)));
    expect_not_to_be_taken_back(taking_back(first));
    record(cpr_change(new_number, citizen));
    record(report(id));
    EXPECT_TRUE(leads_to_somebody(new_number));
}

// --- Two numbers, one person -----------------------------------------------------------------

TEST_F(CitizensTest, ANumberOfAStrangersMakesNobodyOnePersonWithIt) {
    const contract::OrderId id = placed();
    const contract::OrderId others = placed(other_provider, other_citizen, other_jobcentre);
    for (int round = 0; round < 2; ++round) {
        expect_rejected(cpr_change(citizen, other_citizen), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                        "citizen.cpr_number");
        record(report(id));
        record(report(others, other_citizen, other_provider));
        expect_rejected(report(id, other_citizen), v1::ERROR_CODE_CITIZEN_MISMATCH,
                        "citizen.cpr_number");
        restart_without_power();
    }
    record(transfer(other_jobcentre, jobcentre, other_citizen));
    record(cpr_change(citizen, other_citizen));
    record(report(id, other_citizen));
}

TEST_F(CitizensTest, ANewNumberThatIsSomebodysAlreadyMakesThemOnePerson) {
    const contract::OrderId id = placed();
    const contract::OrderId others = placed(provider, other_citizen);
    expect_rejected(report(id, other_citizen), v1::ERROR_CODE_CITIZEN_MISMATCH,
                    "citizen.cpr_number");
    const auto changed = record(cpr_change(citizen, other_citizen));
    for (int round = 0; round < 2; ++round) {
        // Each order stays with the subject it was placed under, and takes the number that is kept.
        EXPECT_EQ(record(report(id, other_citizen))->index.subject_id(),
                  changed->index.subject_id());
        EXPECT_NE(record(report(others, other_citizen))->index.subject_id(),
                  changed->index.subject_id());
        expect_rejected(report(id), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        expect_rejected(report(others), v1::ERROR_CODE_CPR_OUTDATED, "citizen.cpr_number");
        restart_without_power();
    }
}

TEST_F(CitizensTest, AMergeIsToldToTheProvidersOfBothNumbers) {
    placed(provider, citizen);
    expect_rejected(merge(other_citizen, citizen), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "subjects_merged.former_cpr_number");
    placed(other_provider, other_citizen);
    const auto merged = record(merge(other_citizen, citizen));
    EXPECT_THAT(audience(*merged), UnorderedElementsAre(provider, other_provider));
    EXPECT_TRUE(can_fetch(provider, merged->sequence.value()));
    EXPECT_TRUE(can_fetch(other_provider, merged->sequence.value()))
        << "by its order for the other number";
}

TEST_F(CitizensTest, AfterAMergeBothOrdersTakeTheKeptNumberAndNewOnesAreItsPersons) {
    const contract::OrderId id = placed(provider, citizen);
    const contract::OrderId others = placed(other_provider, other_citizen);
    const auto merged = record(merge(other_citizen, citizen));
    for (int round = 0; round < 2; ++round) {
        record(report(id));
        record(report(others, citizen, other_provider));
        expect_rejected(report(others, other_citizen, other_provider), v1::ERROR_CODE_CPR_OUTDATED,
                        "citizen.cpr_number");
        restart_without_power();
    }
    const contract::OrderId after = placed(provider, citizen);
    EXPECT_EQ(record(report(after))->index.subject_id(), merged->index.subject_id());
    // Said once more it changes nothing, and is recorded.
    record(merge(other_citizen, citizen));
    record(report(others, citizen, other_provider));
}

TEST_F(CitizensTest, WhatFollowsOnThePersonIsForAllItsOrders) {
    placed(provider, citizen);
    const contract::OrderId others = placed(other_provider, other_citizen);
    record(merge(other_citizen, citizen));
    EXPECT_THAT(audience(*record(cpr_change(citizen, new_number))),
                UnorderedElementsAre(provider, other_provider));
    record(report(others, new_number, other_provider));
    record(transfer(jobcentre, other_jobcentre, new_number));
    EXPECT_THAT(audience(*record(report(others, new_number, other_provider))),
                ElementsAre(other_jobcentre));
}

TEST_F(CitizensTest, AnOldNumberMergesNobody) {
    placed(provider, citizen);
    placed(provider, other_citizen);
    record(cpr_change(other_citizen, new_number));
    expect_rejected(merge(other_citizen, citizen), v1::ERROR_CODE_CPR_OUTDATED,
                    "subjects_merged.former_cpr_number");
    expect_rejected(merge(citizen, other_citizen), v1::ERROR_CODE_CPR_OUTDATED,
                    "citizen.cpr_number");
    record(merge(new_number, citizen));
}

TEST_F(CitizensTest, OnlySoManyNumbersAreOnePersons) {
    const std::size_t most = limits::merged_subjects_max;
    std::vector<contract::OrderId> orders;
    for (std::size_t i = 0; i <= most + 1; ++i)
        orders.push_back(placed(provider, made_up_citizen(i)));
    // A chain of them leads to the last, however long.
    for (std::size_t i = 0; i < most; ++i)
        record(merge(made_up_citizen(i), made_up_citizen(i + 1)));
    record(report(orders.front(), made_up_citizen(most)));
    expect_rejected(merge(made_up_citizen(most), made_up_citizen(most + 1)),
                    v1::ERROR_CODE_MERGES_LIMIT, "citizen.cpr_number");
    expect_rejected(cpr_change(made_up_citizen(most), made_up_citizen(most + 1)),
                    v1::ERROR_CODE_MERGES_LIMIT, "citizen.cpr_number");
    record(report(orders.front(), made_up_citizen(most)));
}

}  // namespace
}  // namespace jobbro::core
