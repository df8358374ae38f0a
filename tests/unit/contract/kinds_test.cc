// What each kind asks of the envelope around it.
#include "proto/contract/kinds.h"

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <array>

#include "tests/unit/contract/spoilt.h"

namespace jobbro::contract {
namespace {

constexpr std::array audiences = {v1::Audience::kOrderParties, v1::Audience::kParty,
                                  v1::Audience::kAllWithGround, v1::Audience::kSenderOnly};

const KindRule& rule_of(const v1::Envelope& envelope) {
    const KindRule* const rule = find_kind_rule(kind_of(envelope));
    JOBBRO_ASSERT(rule != nullptr);
    return *rule;
}

void address(v1::Envelope& envelope, v1::Audience::ToCase to) {
    v1::Audience& audience = *envelope.mutable_audience();
    if (to == v1::Audience::kOrderParties) audience.mutable_order_parties();
    if (to == v1::Audience::kParty) audience.set_party("provider:13748136");
    if (to == v1::Audience::kAllWithGround) audience.mutable_all_with_ground();
    if (to == v1::Audience::kSenderOnly) audience.mutable_sender_only();
}

TEST(Kinds, HaveARuleAndASampleForEachBody) {
    const auto* body = v1::Envelope::descriptor()->FindOneofByName("body");
    const auto samples = sample_of_each_kind();
    ASSERT_EQ(kind_rules().size(), static_cast<std::size_t>(body->field_count()));
    ASSERT_EQ(samples.size(), kind_rules().size());
    for (int i = 0; i < body->field_count(); ++i) {
        const auto kind = static_cast<v1::MessageKind>(body->field(i)->number());
        const auto at = static_cast<std::size_t>(i);
        EXPECT_EQ(kind_rules().at(at).kind, kind);
        EXPECT_EQ(kind_of(samples.at(at)), kind);
        EXPECT_EQ(find_kind_rule(kind), &kind_rules().at(at));
        EXPECT_EQ(kind_name(kind), body->field(i)->name());
        EXPECT_EQ(v1::MessageKind_Name(kind).find("MESSAGE_KIND_"), 0U) << kind;
    }
}

TEST(Kinds, OfNoBodyHaveNeitherNameNorRule) {
    EXPECT_EQ(kind_of(v1::Envelope{}), v1::MESSAGE_KIND_UNSPECIFIED);
    for (const auto kind : {v1::MESSAGE_KIND_UNSPECIFIED, v1::MESSAGE_KIND_LOG_OPENED,
                            v1::MESSAGE_KIND_PARKED_ACT, static_cast<v1::MessageKind>(1)}) {
        EXPECT_EQ(kind_name(kind), "") << kind;
        EXPECT_EQ(find_kind_rule(kind), nullptr) << kind;
    }
}

TEST(Kinds, AreSaidByWhomTheRuleNames) {
    const KindRule& order = *find_kind_rule(v1::MESSAGE_KIND_ORDER);
    EXPECT_TRUE(may_send(Role::jobcentre, order));
    EXPECT_FALSE(may_send(Role::provider, order));
    const KindRule& report = *find_kind_rule(v1::MESSAGE_KIND_ABSENCE_REPORT);
    EXPECT_FALSE(may_send(Role::jobcentre, report));
    EXPECT_TRUE(may_send(Role::provider, report));
    const KindRule& meeting = *find_kind_rule(v1::MESSAGE_KIND_MEETING);
    EXPECT_TRUE(may_send(Role::jobcentre, meeting));
    EXPECT_TRUE(may_send(Role::provider, meeting));
    const KindRule& alert = *find_kind_rule(v1::MESSAGE_KIND_ALERT);
    for (const Role role : {Role::jobcentre, Role::provider, Role::auditor, Role::operator_,
                            Role::controller, Role::hub}) {
        EXPECT_FALSE(may_send(role, alert)) << role_name(role);
    }
    EXPECT_FALSE(may_send(Role::auditor, meeting));
}

TEST(SampleOfEachKind, IsValidAndGivesTheFactsItsRuleSays) {
    for (const v1::Envelope& envelope : sample_of_each_kind()) {
        const auto facts = validate(envelope, sample_now);
        ASSERT_THAT(facts, Succeeds()) << kind_name(kind_of(envelope));
        const KindRule& rule = rule_of(envelope);
        EXPECT_EQ(facts->kind, rule.kind);
        EXPECT_EQ(facts->order_id.has_value(), rule.order != Presence::none) << rule.kind;
        EXPECT_EQ(facts->citizen.has_value(), rule.citizen != Presence::none) << rule.kind;
    }
}

TEST(SampleOfEachKind, GoesToNoAudienceButItsOwn) {
    for (const v1::Envelope& sample : sample_of_each_kind()) {
        for (const auto to : audiences) {
            const KindRule& rule = rule_of(sample);
            if (to == rule.audience) continue;
            v1::Envelope envelope = sample;
            address(envelope, to);
            if (to == v1::Audience::kParty && rule.jobcentre_alone) {
                EXPECT_THAT(validate(envelope, sample_now),
                            FailsAt(ErrorCode::audience_invalid, "audience.party"))
                    << "a provider alone";
                continue;
            }
            EXPECT_THAT(validate(envelope, sample_now),
                        FailsAt(ErrorCode::audience_invalid, "audience"))
                << kind_name(kind_of(sample)) << " to " << to;
        }
        v1::Envelope envelope = sample;
        envelope.clear_audience();
        EXPECT_THAT(validate(envelope, sample_now),
                    FailsAt(ErrorCode::audience_invalid, "audience"))
            << kind_name(kind_of(sample));
    }
}

TEST(SampleOfEachKind, HasAnOrderOrNoneAsItsRuleSays) {
    const v1::Envelope example = sample_without_body();
    for (v1::Envelope envelope : sample_of_each_kind()) {
        const KindRule& rule = rule_of(envelope);
        envelope.set_order_id(rule.order == Presence::none ? example.order_id() : "");
        if (rule.order == Presence::optional) {
            EXPECT_THAT(validate(envelope, sample_now),
                        FailsAt(ErrorCode::audience_invalid, "audience"))
                << rule.kind;
            address(envelope, audience_of(rule, false));
            if (rule.jobcentre_alone) envelope.mutable_audience()->set_party("jobcentre:101");
            const auto facts = validate(envelope, sample_now);
            ASSERT_THAT(facts, Succeeds()) << rule.kind;
            EXPECT_FALSE(facts->order_id.has_value()) << rule.kind;
            continue;
        }
        const ErrorCode code =
            rule.order == Presence::required ? ErrorCode::field_missing : ErrorCode::field_invalid;
        EXPECT_THAT(validate(envelope, sample_now), FailsAt(code, "order_id"))
            << kind_name(rule.kind);
    }
}

TEST(SampleOfEachKind, IsAboutACitizenOrNoneAsItsRuleSays) {
    const v1::Envelope example = sample_without_body();
    for (v1::Envelope envelope : sample_of_each_kind()) {
        const KindRule& rule = rule_of(envelope);
        if (rule.citizen == Presence::none) {
            *envelope.mutable_citizen() = example.citizen();
            EXPECT_THAT(validate(envelope, sample_now),
                        FailsAt(ErrorCode::field_invalid, "citizen"));
            envelope.mutable_citizen()->Clear();
            EXPECT_THAT(validate(envelope, sample_now),
                        FailsAt(ErrorCode::field_invalid, "citizen"))
                << "an empty one is one too";
            continue;
        }
        envelope.clear_citizen();
        EXPECT_THAT(validate(envelope, sample_now), FailsAt(ErrorCode::citizen_missing, "citizen"))
            << kind_name(rule.kind);
    }
}

TEST(SampleOfEachKind, AnswersWhereItsRuleSays) {
    int answering = 0;
    for (v1::Envelope envelope : sample_of_each_kind()) {
        if (!rule_of(envelope).answers) continue;
        ++answering;
        EXPECT_THAT(validate(envelope, sample_now), Succeeds());
        envelope.mutable_causes(0)->set_relation(v1::CAUSE_RELATION_CORRECTS);
        EXPECT_THAT(validate(envelope, sample_now), FailsAt(ErrorCode::field_missing, "causes"));
        envelope.clear_causes();
        EXPECT_THAT(validate(envelope, sample_now), FailsAt(ErrorCode::field_missing, "causes"));
    }
    EXPECT_EQ(answering, 3);
}

using E = v1::Envelope;

class Party : public testing::TestWithParam<Spoilt> {};

TEST_P(Party, IsOfTheRoleTheKindIsMadeFor) {
    expect_refused(GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Audience, Party,
    testing::Values(Spoilt{"transfer_to_a_provider", sample_case_transfer,
                           [](E& e) { e.mutable_audience()->set_party("provider:13748136"); },
                           ErrorCode::audience_invalid, "audience.party"},
                    Spoilt{"transfer_to_the_sender", sample_case_transfer,
                           [](E& e) { e.mutable_audience()->set_party(e.sender()); },
                           ErrorCode::audience_invalid, "audience.party"},
                    Spoilt{"transfer_to_no_municipality", sample_case_transfer,
                           [](E& e) { e.mutable_audience()->set_party("jobcentre:411"); },
                           ErrorCode::municipality_unknown, "audience.party"},
                    Spoilt{"erasure_to_nobody", sample_erasure_notice,
                           [](E& e) { e.mutable_audience()->set_party(""); },
                           ErrorCode::party_id_invalid, "audience.party"},
                    Spoilt{"correcting_order_to_its_parties", sample_order,
                           [](E& e) {
                               v1::Cause& cause = *e.add_causes();
                               cause.set_message_id(e.message_id());
                               cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
                               e.mutable_audience()->mutable_order_parties();
                           },
                           ErrorCode::audience_invalid, "audience"}),
    name_of);

TEST(Parties, OfAnAlertIsOneJobcentreWithAnOrderOrWithout) {
    v1::Envelope envelope = sample_alert();
    envelope.mutable_audience()->set_party("jobcentre:101");
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
    envelope.clear_order_id();
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
}

TEST(Causes, AreNeverTheMessageItself) {
    v1::Envelope envelope = sample_course_end();
    v1::Cause& cause = *envelope.add_causes();
    cause.set_message_id(envelope.message_id());
    cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
    EXPECT_THAT(validate(envelope, sample_now),
                FailsAt(ErrorCode::field_invalid, "causes[0].message_id"));
    cause.set_sender(envelope.sender());
    EXPECT_THAT(validate(envelope, sample_now),
                FailsAt(ErrorCode::field_invalid, "causes[0].message_id"));
    cause.set_relation(v1::CAUSE_RELATION_ANSWERS);
    EXPECT_THAT(validate(envelope, sample_now),
                FailsAt(ErrorCode::field_invalid, "causes[0].message_id"));
    cause.clear_sender();
    EXPECT_THAT(validate(envelope, sample_now), Succeeds()) << "the other party's of the same id";
}

TEST(Parties, OfAnErasureMayBeAnybody) {
    v1::Envelope envelope = sample_erasure_notice();
    for (const char* party : {"jobcentre:101", "provider:13748136", "auditor:state"}) {
        envelope.mutable_audience()->set_party(party);
        EXPECT_THAT(validate(envelope, sample_now), Succeeds()) << party;
    }
}

}  // namespace
}  // namespace jobbro::contract
