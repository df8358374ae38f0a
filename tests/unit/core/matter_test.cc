// What each kind is about, and who gets it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr const char* new_number = "741176-1202";

class MatterTest : public ::testing::Test {
  protected:
    MatterTest() {
        EXPECT_TRUE(world.open());
        world.add_party(jobcentre);
        world.add_party(other_jobcentre);
        world.add_party(provider, {jobcentre});
        world.add_party(other_provider, {jobcentre, other_jobcentre});
        hello_all();
    }
    void hello_all() {
        world.turn({world.hello(jobcentre), world.hello(other_jobcentre), world.hello(provider),
                    world.hello(other_provider)});
    }
    v1::Outcome submit(const v1::Envelope& envelope) {
        const auto all = outcomes(world.turn({world.submit(envelope.sender(), {envelope})}));
        EXPECT_EQ(all.size(), 1U);
        return all.at(0);
    }
    // Records it and gives its entry.
    std::shared_ptr<const journal::OpenedEntry> record(const v1::Envelope& envelope) {
        const v1::Outcome outcome = submit(envelope);
        EXPECT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        return *world.journal->read(Sequence{outcome.receipt().sequence()});
    }
    void expect_rejected(const v1::Envelope& envelope, v1::ErrorCode code,
                         const std::string& path) {
        const std::uint64_t before = world.journal->size().value();
        const v1::Outcome outcome = submit(envelope);
        EXPECT_EQ(outcome.rejection().code(), code)
            << v1::ErrorCode_Name(outcome.rejection().code());
        EXPECT_EQ(outcome.rejection().field_path(), path);
        EXPECT_EQ(world.journal->size().value(), before) << "nothing is recorded";
    }
    contract::OrderId placed(const std::string& to = provider, const std::string& cpr = citizen,
                             const std::string& by = jobcentre) {
        const contract::OrderId id = world.new_order();
        v1::Envelope envelope = order(id, world.now, world.randomness, to, cpr);
        envelope.set_sender(by);
        first_order = envelope.message_id();
        EXPECT_TRUE(submit(envelope).has_receipt());
        return id;
    }
    v1::Envelope on(const contract::OrderId& id, const std::string& sender,
                    const std::string& cpr = citizen) {
        return envelope(sender, id, world.now, world.randomness, cpr);
    }
    // Without an order.
    v1::Envelope about(const std::string& cpr, const std::string& sender = jobcentre) {
        v1::Envelope result = on(world.new_order(), sender, cpr);
        result.clear_order_id();
        result.mutable_audience()->mutable_sender_only();
        return result;
    }
    v1::Envelope interview(const std::string& cpr, const std::string& sender = jobcentre) {
        v1::Envelope result = about(cpr, sender);
        result.mutable_interview_held()->set_held_date("2011-02-01");
        return result;
    }
    v1::Envelope offer(const std::string& sender) {
        v1::Envelope result = about(citizen, sender);
        result.clear_citizen();
        result.mutable_audience()->mutable_all_with_ground();
        v1::OfferPublished& body = *result.mutable_offer_published();
        body.set_offer_reference("OF-4");
        body.set_name("workshop and kitchen");
        body.add_purposes(v1::PURPOSE_EMPLOYMENT);
        body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
        body.set_form(v1::OFFER_FORM_GROUP);
        return result;
    }
    v1::Envelope cpr_change(const std::string& former, const std::string& now_is,
                            const std::string& sender = jobcentre) {
        v1::Envelope result = about(now_is, sender);
        result.mutable_audience()->mutable_all_with_ground();
        result.mutable_cpr_changed()->set_former_cpr_number(former);
        return result;
    }
    static void point_at(v1::Envelope& envelope, const std::string& message_id,
                         v1::CauseRelation relation, const std::string& sender = {}) {
        v1::Cause& cause = *envelope.add_causes();
        cause.set_message_id(message_id);
        cause.set_relation(relation);
        cause.set_sender(sender);
    }
    static std::vector<std::string> audience(const journal::OpenedEntry& entry) {
        return {entry.index.audience().begin(), entry.index.audience().end()};
    }

    HubWorld world;
    std::string first_order;  // message id of the last order placed
};

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

TEST_F(MatterTest, ACancelledOrderIsOver) {
    const contract::OrderId id = placed();
    v1::Envelope cancelled = on(id, jobcentre);
    cancelled.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_MOVED);
    record(cancelled);
    v1::Envelope started = on(id, provider);
    started.mutable_course_start()->set_start_date("2011-02-14");
    record(started);
    // Its provider is told nothing more of the citizen.
    EXPECT_THAT(audience(*record(cpr_change(citizen, new_number))), IsEmpty());
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

TEST_F(MatterTest, ACaseIsHandedToTheNewJobcentreByTheOneThatHasIt) {
    const auto transfer = [&](const std::string& from, const std::string& to,
                              const std::string& cpr) {
        v1::Envelope result = about(cpr, from);
        result.mutable_audience()->set_party(to);
        result.mutable_case_transfer()->set_transfer_date("2011-03-01");
        return result;
    };
    placed();
    EXPECT_THAT(audience(*record(transfer(jobcentre, other_jobcentre, citizen))),
                ElementsAre(other_jobcentre));
    expect_rejected(transfer(jobcentre, "jobcentre:376", citizen), v1::ERROR_CODE_PARTY_UNKNOWN,
                    "audience.party");
    // A citizen of somebody else's is answered as one nobody knows.
    expect_rejected(transfer(other_jobcentre, jobcentre, citizen), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "citizen.cpr_number");
    expect_rejected(transfer(jobcentre, other_jobcentre, other_citizen),
                    v1::ERROR_CODE_CITIZEN_UNKNOWN, "citizen.cpr_number");
}

TEST_F(MatterTest, AChangedNumberLeadsToTheSamePersonAndItsRunningProvidersAreTold) {
    const contract::OrderId id = placed();
    placed(other_provider);
    v1::Envelope declined =
        on(*contract::OrderId::parse(placed(other_provider).text()), other_provider);
    declined.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
    record(declined);

    const auto changed = record(cpr_change(citizen, new_number));
    EXPECT_THAT(audience(*changed), UnorderedElementsAre(provider, other_provider));
    const auto by_new = record(absence(id, world.now, world.randomness, new_number));
    EXPECT_EQ(by_new->index.subject_id(), changed->index.subject_id());

    world.log_store.lose_power();
    world.vault_store.lose_power();
    ASSERT_TRUE(world.open());
    hello_all();
    const auto again = record(absence(id, world.now, world.randomness, new_number));
    EXPECT_EQ(again->index.subject_id(), changed->index.subject_id());
}

TEST_F(MatterTest, ANumberIsChangedOnlyByAJobcentreThatHasTheCitizen) {
    placed();
    expect_rejected(cpr_change(citizen, new_number, other_jobcentre),
                    v1::ERROR_CODE_CITIZEN_UNKNOWN, "cpr_changed.former_cpr_number");
    expect_rejected(cpr_change(other_citizen, new_number), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "cpr_changed.former_cpr_number");
}

TEST_F(MatterTest, ANumberThatLeadsToSomebodyGoesOnDoingSo) {
    const contract::OrderId id = placed();
    const contract::OrderId others = placed(provider, other_citizen, jobcentre);
    record(cpr_change(citizen, other_citizen));
    const v1::Envelope wrong = absence(id, world.now, world.randomness, other_citizen);
    expect_rejected(wrong, v1::ERROR_CODE_CITIZEN_MISMATCH, "citizen.cpr_number");
    record(absence(others, world.now, world.randomness, other_citizen));
}

TEST_F(MatterTest, AMergeIsToldToTheProvidersOfBothNumbers) {
    const auto merge = [&](const std::string& former, const std::string& kept) {
        v1::Envelope result = about(kept);
        result.mutable_audience()->mutable_all_with_ground();
        result.mutable_subjects_merged()->set_former_cpr_number(former);
        return result;
    };
    placed(provider, citizen);
    expect_rejected(merge(other_citizen, citizen), v1::ERROR_CODE_CITIZEN_UNKNOWN,
                    "subjects_merged.former_cpr_number");
    placed(other_provider, other_citizen);
    EXPECT_THAT(audience(*record(merge(other_citizen, citizen))),
                UnorderedElementsAre(provider, other_provider));
}

}  // namespace
}  // namespace jobbro::core
