// Two jobcentres and two providers, and what they say to each other.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/hub_world.h"

namespace jobbro::core {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

inline constexpr const char* new_number = "741176-1202";

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
    // Accepted and begun, so that it is reported on and ended.
    void start(const contract::OrderId& id, const std::string& by = provider,
               const std::string& cpr = citizen) {
        v1::Envelope accepted = on(id, by, cpr);
        accepted.mutable_order_acceptance()->set_expected_start_date("2011-02-14");
        record(accepted);
        v1::Envelope begun = on(id, by, cpr);
        begun.mutable_course_start()->set_start_date("2011-02-14");
        record(begun);
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
    v1::Envelope merge(const std::string& former, const std::string& kept,
                       const std::string& sender = jobcentre) {
        v1::Envelope result = about(kept, sender);
        result.mutable_audience()->mutable_all_with_ground();
        result.mutable_subjects_merged()->set_former_cpr_number(former);
        return result;
    }
    v1::Envelope transfer(const std::string& from, const std::string& to,
                          const std::string& cpr = citizen) {
        v1::Envelope result = about(cpr, from);
        result.mutable_audience()->set_party(to);
        result.mutable_case_transfer()->set_transfer_date("2011-03-01");
        return result;
    }
    v1::Envelope notice(const contract::OrderId& id, const std::string& sender,
                        const std::string& cpr = citizen) {
        v1::Envelope result = on(id, sender, cpr);
        result.mutable_notice()->set_text("the company asks again");
        return result;
    }
    v1::Envelope outcome(const contract::OrderId& id, const std::string& sender = jobcentre) {
        v1::Envelope result = on(id, sender);
        result.mutable_audience()->mutable_sender_only();
        result.mutable_course_outcome()->set_kind(v1::OUTCOME_KIND_EDUCATION);
        result.mutable_course_outcome()->set_from_date("2011-08-08");
        return result;
    }
    v1::Envelope decline(const contract::OrderId& id, const std::string& sender = provider) {
        v1::Envelope result = on(id, sender);
        result.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
        return result;
    }
    v1::Envelope cancellation(const contract::OrderId& id, const std::string& sender = jobcentre) {
        v1::Envelope result = on(id, sender);
        result.mutable_order_cancellation()->set_reason(v1::ORDER_CANCELLATION_REASON_MOVED);
        return result;
    }
    v1::Envelope course_end(const contract::OrderId& id, const std::string& sender = provider,
                            const std::string& cpr = citizen) {
        v1::Envelope result = on(id, sender, cpr);
        result.mutable_course_end()->set_end_date("2011-05-15");
        result.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
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

}  // namespace jobbro::core
