#include "hub/domain/access.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "proto/contract/kinds.h"

namespace jobbro::domain {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;
constexpr Instant over_at{1'700'000'000'000'000};

const std::vector<Relation> all_relations{
    Relation::jobcentre,        Relation::jobcentre_open,   Relation::jobcentre_ended,
    Relation::jobcentre_closed, Relation::former_jobcentre, Relation::provider,
    Relation::provider_open,    Relation::provider_ended,   Relation::provider_cancelled,
};
const std::vector<Relation> of_jobcentre(all_relations.begin(), all_relations.begin() + 5);
const std::vector<Relation> of_provider(all_relations.begin() + 5, all_relations.end());

OrderTimes at(OrderState state, std::int64_t days_later, std::int64_t grace_days = 90) {
    return {state, over_at, over_at.plus_ms(days_later * day_ms), grace_days * day_ms};
}

bool may_say_something(v1::MessageKind kind, const std::vector<Relation>& relations) {
    return std::any_of(relations.begin(), relations.end(),
                       [&](Relation each) { return may_say(kind, each) != Say::no; });
}

// --- Relations -------------------------------------------------------------------------------

TEST(Relations, AnOrderThatIsNotOverIsItsPartiesWhateverTheTime) {
    for (const auto state : {OrderState::placed, OrderState::accepted, OrderState::started}) {
        for (const std::int64_t later : {-1000, 0, 10000}) {
            EXPECT_EQ(relation_of(Tie::jobcentre, at(state, later)), Relation::jobcentre_open);
            EXPECT_EQ(relation_of(Tie::provider, at(state, later)), Relation::provider_open);
        }
    }
}

TEST(Relations, AnEndedOrderIsItsProvidersUntilTheGraceIsOver) {
    OrderTimes times = at(OrderState::ended, 0);
    EXPECT_EQ(relation_of(Tie::provider, times), Relation::provider_ended);
    EXPECT_EQ(relation_of(Tie::jobcentre, times), Relation::jobcentre_ended);
    times.now = Instant{over_at.plus_ms(90 * day_ms).microseconds - 1};
    EXPECT_EQ(relation_of(Tie::provider, times), Relation::provider_ended);
    times.now = over_at.plus_ms(90 * day_ms);
    EXPECT_EQ(relation_of(Tie::provider, times), Relation::none);
    EXPECT_EQ(relation_of(Tie::jobcentre, times), Relation::jobcentre_closed);
}

TEST(Relations, WithoutAGraceAnEndedOrderIsLostAtOnce) {
    EXPECT_EQ(relation_of(Tie::provider, at(OrderState::ended, 0, 0)), Relation::none);
    EXPECT_EQ(relation_of(Tie::jobcentre, at(OrderState::ended, 0, 0)), Relation::jobcentre_closed);
}

TEST(Relations, ADeclinedOrderIsNothingOfItsProviders) {
    EXPECT_EQ(relation_of(Tie::provider, at(OrderState::declined, 0)), Relation::none);
    EXPECT_EQ(relation_of(Tie::jobcentre, at(OrderState::declined, 0)), Relation::jobcentre_closed);
}

TEST(Relations, OfACancelledOrderItsProviderMayHearOfThat) {
    for (const std::int64_t later : {0, 10000}) {
        EXPECT_EQ(relation_of(Tie::provider, at(OrderState::cancelled, later)),
                  Relation::provider_cancelled);
    }
    EXPECT_EQ(relation_of(Tie::jobcentre, at(OrderState::cancelled, 0)),
              Relation::jobcentre_closed);
}

TEST(Relations, AFormerJobcentreIsOneInEveryStateAndStrangersAreNothing) {
    for (const auto state : {OrderState::placed, OrderState::accepted, OrderState::declined,
                             OrderState::started, OrderState::ended, OrderState::cancelled}) {
        EXPECT_EQ(relation_of(Tie::former_jobcentre, at(state, 1)), Relation::former_jobcentre);
        EXPECT_EQ(relation_of(Tie::none, at(state, 1)), Relation::none);
    }
}

TEST(Relations, AnOrderOverAtATimeNobodyNotedIsOverForLong) {
    OrderTimes times = at(OrderState::ended, 0);
    times.over_at = Instant{};
    EXPECT_EQ(relation_of(Tie::provider, times), Relation::none);
}

// --- Kinds -----------------------------------------------------------------------------------

TEST(KindAccess, EveryKindHasOneRow) {
    std::set<int> rows;
    for (const KindAccess& row : kind_access())
        rows.insert(row.kind);
    EXPECT_EQ(rows.size(), kind_access().size());
    const auto* kinds = v1::MessageKind_descriptor();
    for (int i = 0; i < kinds->value_count(); ++i) {
        const int number = kinds->value(i)->number();
        EXPECT_EQ(rows.contains(number), number != v1::MESSAGE_KIND_UNSPECIFIED)
            << kinds->value(i)->name();
    }
}

TEST(KindAccess, ARoleSaysTheKindsThatTheContractGivesIt) {
    for (const KindAccess& row : kind_access()) {
        const contract::KindRule* const rule = contract::find_kind_rule(row.kind);
        EXPECT_EQ(may_say_something(row.kind, of_jobcentre), rule != nullptr && rule->by_jobcentre)
            << row.kind;
        EXPECT_EQ(may_say_something(row.kind, of_provider), rule != nullptr && rule->by_provider)
            << row.kind;
    }
}

TEST(KindAccess, WhatNeedsAnOrderIsSaidOnOneAndWhatNeedsNoneWithout) {
    for (const contract::KindRule& rule : contract::kind_rules()) {
        const bool without = may_say(rule.kind, Relation::jobcentre) != Say::no ||
                             may_say(rule.kind, Relation::provider) != Say::no;
        const bool on_one = may_say(rule.kind, Relation::jobcentre_open) != Say::no ||
                            may_say(rule.kind, Relation::provider_open) != Say::no;
        if (!rule.by_jobcentre && !rule.by_provider) continue;
        EXPECT_EQ(without, rule.order != contract::Presence::required) << rule.kind;
        EXPECT_EQ(on_one, rule.order != contract::Presence::none) << rule.kind;
    }
}

TEST(KindAccess, WhoHasNoGroundSaysAndSeesNothing) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_say(row.kind, Relation::none), Say::no) << row.kind;
        EXPECT_FALSE(may_see(row.kind, Relation::none)) << row.kind;
    }
    for (const Relation relation : all_relations) {
        EXPECT_EQ(may_say(v1::MESSAGE_KIND_UNSPECIFIED, relation), Say::no);
        EXPECT_FALSE(may_see(v1::MESSAGE_KIND_UNSPECIFIED, relation));
    }
}

TEST(KindAccess, NobodySpeaksOnAnOrderThatIsNotItsOwnAnyMore) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_say(row.kind, Relation::former_jobcentre), Say::no) << row.kind;
        EXPECT_EQ(may_say(row.kind, Relation::provider_cancelled), Say::no) << row.kind;
    }
}

TEST(KindAccess, AfterTheEndThereAreReportsDecisionsOnThemAndCorrections) {
    std::set<int> late;
    for (const contract::KindRule& rule : contract::kind_rules()) {
        for (const auto& [open, ended] :
             {std::pair{Relation::jobcentre_open, Relation::jobcentre_ended},
              std::pair{Relation::provider_open, Relation::provider_ended}}) {
            const Say say = may_say(rule.kind, ended);
            if (say == Say::yes) late.insert(rule.kind);
            if (say != Say::no) {
                EXPECT_EQ(may_say(rule.kind, open), Say::yes) << rule.kind;
            }
            // What can be said on a course can be corrected; what closes an order ends the talk.
            const bool closes = rule.kind == v1::MESSAGE_KIND_ORDER_DECLINE ||
                                rule.kind == v1::MESSAGE_KIND_ORDER_CANCELLATION;
            if (may_say(rule.kind, open) == Say::yes) {
                EXPECT_EQ(say == Say::no, closes);
            }
        }
    }
    EXPECT_EQ(late,
              (std::set<int>{v1::MESSAGE_KIND_ABSENCE_REPORT, v1::MESSAGE_KIND_ATTENDANCE_LIST,
                             v1::MESSAGE_KIND_PROGRESSION_REPORT, v1::MESSAGE_KIND_FUNDING_DECISION,
                             v1::MESSAGE_KIND_FOLLOW_UP, v1::MESSAGE_KIND_COURSE_OUTCOME}));
}

TEST(KindAccess, OnAClosedOrderOnlyItsOutcomeIsSaid) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_say(row.kind, Relation::jobcentre_closed),
                  row.kind == v1::MESSAGE_KIND_COURSE_OUTCOME ? Say::yes : Say::no)
            << row.kind;
    }
}

TEST(KindAccess, WhatIsTheJobcentresAloneIsSeenByNobody) {
    for (const auto kind : {v1::MESSAGE_KIND_COURSE_OUTCOME, v1::MESSAGE_KIND_LIMITS_WATCHED,
                            v1::MESSAGE_KIND_INTERVIEW_HELD}) {
        for (const Relation relation : all_relations)
            EXPECT_FALSE(may_see(kind, relation)) << kind;
    }
    EXPECT_FALSE(reaches_provider(v1::ALERT_KIND_STATUTORY_NEAR));
    EXPECT_FALSE(reaches_provider(v1::ALERT_KIND_STATUTORY_PASSED));
    EXPECT_FALSE(reaches_provider(v1::ALERT_KIND_FOLLOW_UP_OVERDUE));
    EXPECT_FALSE(reaches_provider(v1::ALERT_KIND_JOB_PLAN_ENDING));
    EXPECT_TRUE(reaches_provider(v1::ALERT_KIND_CLARIFICATION_UNANSWERED));
    EXPECT_TRUE(reaches_provider(v1::ALERT_KIND_REPORT_OVERDUE));
}

TEST(KindAccess, WhatTheHubKeepsForAuditorsIsSeenByNoParty) {
    for (const KindAccess& row : kind_access()) {
        if (row.kind < v1::MESSAGE_KIND_LOG_OPENED) continue;
        for (const Relation relation : all_relations)
            EXPECT_FALSE(may_see(row.kind, relation)) << row.kind;
    }
}

TEST(KindAccess, OfACancelledOrderAProviderSeesTheCancellationAndNothingElse) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_see(row.kind, Relation::provider_cancelled),
                  row.kind == v1::MESSAGE_KIND_ORDER_CANCELLATION)
            << row.kind;
    }
}

TEST(KindAccess, AProviderSeesInTheGraceWhatItSawBefore) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_see(row.kind, Relation::provider_open),
                  may_see(row.kind, Relation::provider_ended))
            << row.kind;
    }
}

TEST(KindAccess, AProviderNeverSeesWhatProvidersSay) {
    for (const contract::KindRule& rule : contract::kind_rules()) {
        if (!rule.by_provider || rule.by_jobcentre) continue;
        for (const Relation relation : of_provider)
            EXPECT_FALSE(may_see(rule.kind, relation)) << rule.kind;
    }
}

TEST(KindAccess, AFormerJobcentreSeesWhatItHad) {
    for (const KindAccess& row : kind_access()) {
        EXPECT_EQ(may_see(row.kind, Relation::former_jobcentre),
                  may_see(row.kind, Relation::jobcentre_open))
            << row.kind;
        EXPECT_EQ(may_see(row.kind, Relation::jobcentre_closed),
                  may_see(row.kind, Relation::jobcentre_open))
            << row.kind << ": no order is forgotten because it is over";
    }
}

// --- Questions -------------------------------------------------------------------------------

TEST(QuestionAccess, OperatorsGetNoContentAndOthersNoAdministration) {
    using contract::Role;
    for (const QuestionAccess& row : question_access()) {
        const bool is_content =
            row.question == Question::orders || row.question == Question::citizen_time_line ||
            row.question == Question::prove_entry || row.question == Question::replay_sealed ||
            row.question == Question::replay_masked || row.question == Question::replay_unmasked;
        if (is_content) {
            EXPECT_EQ(may_ask(row.question, Role::operator_), Answer::no) << row.name;
        }
        const bool is_administration =
            row.question == Question::citizens || row.question == Question::status;
        for (const Role role : {Role::jobcentre, Role::provider, Role::auditor}) {
            if (is_administration) {
                EXPECT_EQ(may_ask(row.question, role), Answer::no) << row.name;
            }
        }
    }
    for (const Role role : {Role::jobcentre, Role::provider, Role::auditor})
        EXPECT_EQ(may_ask(Question::registry, role), Answer::own) << "itself";
    EXPECT_EQ(may_ask(Question::registry, Role::operator_), Answer::all);
    EXPECT_EQ(may_ask(Question::citizens, Role::operator_), Answer::all);
    EXPECT_EQ(may_ask(Question::status, Role::operator_), Answer::all);
}

TEST(QuestionAccess, OnlyAuditorsReplayAndOnlyWithinTheirGrants) {
    using contract::Role;
    for (const Question question :
         {Question::replay_sealed, Question::replay_masked, Question::replay_unmasked}) {
        for (const Role role : {Role::jobcentre, Role::provider, Role::operator_})
            EXPECT_EQ(may_ask(question, role), Answer::no);
    }
    EXPECT_EQ(may_ask(Question::replay_sealed, Role::auditor), Answer::all);
    EXPECT_EQ(may_ask(Question::replay_masked, Role::auditor), Answer::granted);
    EXPECT_EQ(may_ask(Question::replay_unmasked, Role::auditor), Answer::unmasked);
    EXPECT_EQ(may_ask(Question::prove_entry, Role::auditor), Answer::no)
        << "what an auditor is handed leaves a trace";
}

TEST(QuestionAccess, WhoNeverConnectsAsksNothing) {
    for (const QuestionAccess& row : question_access()) {
        EXPECT_EQ(may_ask(row.question, contract::Role::controller), Answer::no) << row.name;
        EXPECT_EQ(may_ask(row.question, contract::Role::hub), Answer::no) << row.name;
    }
}

}  // namespace
}  // namespace jobbro::domain
