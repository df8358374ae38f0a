// What each kind is about, and who gets it.
#include "tests/unit/core/matter_fixture.h"

namespace jobbro::core {
namespace {

TEST_F(MatterTest, WhatIsAskedAndAnsweredGoesToTheOtherPartyOfTheOrder) {
    const contract::OrderId id = placed();
    v1::Envelope asked = on(id, provider);
    asked.mutable_clarification_request()->add_questions("which mornings are free?");
    EXPECT_THAT(audience(*record(asked)), ElementsAre(jobcentre));

    v1::Envelope answered = on(id, jobcentre);
    v1::ClarificationAnswer& answer = *answered.mutable_clarification()->add_answers();
    answer.set_question("which mornings are free?");
    answer.set_answer("Tuesday and Thursday");
    point_at(answered, asked.message_id(), v1::CAUSE_RELATION_ANSWERS);
    const auto entry = record(answered);
    EXPECT_THAT(audience(*entry), ElementsAre(provider));
    ASSERT_EQ(entry->index.causes_size(), 1);
    EXPECT_EQ(entry->index.previous_of_order(), entry->index.causes(0).sequence() + 1);
}

TEST_F(MatterTest, AnAnswerPointsAtWhatItCanAnswer) {
    const contract::OrderId id = placed();
    v1::Envelope follow_up = on(id, jobcentre);
    follow_up.mutable_follow_up()->set_decision(v1::FOLLOW_UP_DECISION_NO_ACTION);
    point_at(follow_up, first_order, v1::CAUSE_RELATION_ANSWERS, jobcentre);
    expect_rejected(follow_up, v1::ERROR_CODE_CAUSE_MISMATCH, "causes[0]");

    start(id);
    const v1::Envelope reported = absence(id, world.now, world.randomness);
    record(reported);
    follow_up.clear_causes();
    follow_up.set_message_id(on(id, jobcentre).message_id());
    point_at(follow_up, reported.message_id(), v1::CAUSE_RELATION_ANSWERS);
    record(follow_up);
}

TEST_F(MatterTest, ARoleSaysOnlyItsOwnKinds) {
    const contract::OrderId id = placed();
    v1::Envelope extension = on(id, provider);
    extension.mutable_extension()->set_new_end_date("2011-06-01");
    expect_rejected(extension, v1::ERROR_CODE_ROLE_NOT_ALLOWED, "body");
    v1::Envelope notice = on(id, provider);
    notice.mutable_notice()->set_text("the company asks again");
    EXPECT_THAT(audience(*record(notice)), ElementsAre(jobcentre));
    notice = on(id, jobcentre);
    notice.mutable_notice()->set_text("an answer comes tomorrow");
    EXPECT_THAT(audience(*record(notice)), ElementsAre(provider));
    v1::Envelope alert = on(id, jobcentre);
    alert.mutable_alert()->set_kind(v1::ALERT_KIND_ORDER_UNANSWERED);
    alert.mutable_alert()->set_step(1);
    expect_rejected(alert, v1::ERROR_CODE_ROLE_NOT_ALLOWED, "body");
}

TEST_F(MatterTest, OutcomesAreRecordedOnTheOrderAndGoToNobodyEvenWhenTheProviderIsGone) {
    const contract::OrderId id = placed();
    const v1::RegistryStatement granted = world.grant(provider, {other_jobcentre});
    world.turn({world.hello(operator_party), world.statement(granted, controller)});

    v1::Envelope extension = on(id, jobcentre);
    extension.mutable_extension()->set_new_end_date("2011-06-01");
    expect_rejected(extension, v1::ERROR_CODE_PROVIDER_UNKNOWN, "audience");

    v1::Envelope outcome = on(id, jobcentre);
    outcome.mutable_audience()->mutable_sender_only();
    outcome.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_EDUCATION);
    outcome.mutable_course_outcome()->set_from_date("2011-08-08");
    const auto entry = record(outcome);
    EXPECT_THAT(audience(*entry), IsEmpty());
    EXPECT_EQ(entry->index.order_id(), id.view());
}

TEST_F(MatterTest, WhatIsAboutACitizenAndNoOrderSharesTheCitizensHistory) {
    const auto first = record(interview(citizen));
    EXPECT_THAT(audience(*first), IsEmpty());
    EXPECT_TRUE(first->index.order_id().empty());
    const auto second = record(interview(citizen));
    EXPECT_EQ(second->index.subject_id(), first->index.subject_id());
    EXPECT_EQ(second->index.previous_of_subject(), first->sequence.value() + 1);
    placed();
    const auto third = record(interview(citizen));
    EXPECT_EQ(third->index.subject_id(), first->index.subject_id());
    EXPECT_GT(third->index.previous_of_subject(), second->sequence.value() + 1);
    EXPECT_NE(record(interview(other_citizen))->index.subject_id(), first->index.subject_id());
}

TEST_F(MatterTest, AfterARestartACitizenWithoutOrdersIsTheSameAndReadable) {
    const auto before = record(interview(citizen));
    world.log_store.lose_power();
    world.vault_store.lose_power();
    ASSERT_TRUE(world.open());
    hello_all();
    const auto after = record(interview(citizen));
    EXPECT_EQ(after->index.subject_id(), before->index.subject_id());
    EXPECT_EQ(after->index.previous_of_subject(), before->sequence.value() + 1);
    ASSERT_TRUE(world.open());
    const auto read = world.journal->read(before->sequence);
    ASSERT_TRUE(read);
    EXPECT_EQ((*read)->body, before->body);
}

TEST_F(MatterTest, AJobPlanGoesToTheProviderOnlyUnderItsOrder) {
    const auto extract = [&](v1::Envelope envelope) {
        v1::JobPlanExtract& body = *envelope.mutable_job_plan_extract();
        body.mutable_plan()->set_number("7");
        body.mutable_plan()->set_version(1);
        body.set_made_date("2011-01-03");
        return envelope;
    };
    EXPECT_THAT(audience(*record(extract(about(citizen)))), IsEmpty());
    const contract::OrderId id = placed();
    EXPECT_THAT(audience(*record(extract(on(id, jobcentre)))), ElementsAre(provider));
}

TEST_F(MatterTest, AnOfferGoesToTheJobcentresItsOwnerMayWorkFor) {
    EXPECT_THAT(audience(*record(offer(provider))), ElementsAre(jobcentre));
    const v1::Envelope wide = offer(other_provider);
    const auto entry = record(wide);
    EXPECT_THAT(audience(*entry), UnorderedElementsAre(jobcentre, other_jobcentre));
    EXPECT_TRUE(entry->index.subject_id().empty());

    const Turn delivered = world.turn({world.subscribe(other_jobcentre, "all")});
    ASSERT_EQ(deliveries(delivered, other_jobcentre).size(), 1U);
    EXPECT_EQ(deliveries(delivered, other_jobcentre)[0].envelope(), wide.SerializeAsString());

    v1::Envelope corrected = offer(other_provider);
    point_at(corrected, wide.message_id(), v1::CAUSE_RELATION_CORRECTS);
    record(corrected);
    v1::Envelope others = offer(provider);
    point_at(others, wide.message_id(), v1::CAUSE_RELATION_CORRECTS, other_provider);
    expect_rejected(others, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
}

TEST_F(MatterTest, AnOffersCauseIsNoMessageAboutACitizen) {
    const v1::Envelope asked = interview(citizen);
    record(asked);
    v1::Envelope published = offer(provider);
    point_at(published, asked.message_id(), v1::CAUSE_RELATION_ANSWERS, jobcentre);
    expect_rejected(published, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
}

TEST_F(MatterTest, ACauseIsAMessageTheSenderKnows) {
    const contract::OrderId id = placed();
    v1::Envelope outcome = on(id, jobcentre);
    outcome.mutable_audience()->mutable_sender_only();
    outcome.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_EDUCATION);
    outcome.mutable_course_outcome()->set_from_date("2011-08-08");
    record(outcome);
    v1::Envelope notice = on(id, provider);
    notice.mutable_notice()->set_text("the company asks again");
    point_at(notice, outcome.message_id(), v1::CAUSE_RELATION_ANSWERS);
    expect_rejected(notice, v1::ERROR_CODE_CAUSE_UNKNOWN, "causes[0]");
}

TEST_F(MatterTest, AFieldGivenTwiceHidesNothing) {
    v1::Envelope notice;
    notice.mutable_notice()->set_text("what no check would see");
    const Bytes bytes = notice.SerializeAsString() + interview(citizen).SerializeAsString();
    const auto all = outcomes(world.turn({world.submit_bytes(jobcentre, {bytes})}));
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].rejection().code(), v1::ERROR_CODE_ENVELOPE_MALFORMED);
}

}  // namespace
}  // namespace jobbro::core
