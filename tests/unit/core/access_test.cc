// What a party may still say and have of an order, as time goes on.
#include "proto/contract/kinds.h"
#include "proto/contract/order_steps.h"
#include "tests/unit/contract/sample_envelopes.h"
#include "tests/unit/core/matter_fixture.h"

namespace jobbro::core {
namespace {

constexpr std::int64_t day_ms = std::int64_t{24} * 3600 * 1000;

class AccessTest : public MatterTest {
  protected:
    // All that comes to a new name, from the beginning.
    std::vector<std::uint64_t> delivered(const std::string& party) {
        const std::string name = "n" + std::to_string(++names);
        return sequences(world.turn({world.subscribe(party, name)}), party);
    }
    static std::vector<std::uint64_t> sequences(const Turn& turn, const std::string& party) {
        std::vector<std::uint64_t> all;
        for (const v1::Delivery& each : deliveries(turn, party))
            all.push_back(each.sequence());
        return all;
    }
    std::uint64_t recorded(const v1::Envelope& envelope) {
        return record(envelope)->sequence.value();
    }
    bool can_fetch(const std::string& party, std::uint64_t sequence) {
        const Turn turn = world.turn({world.fetch(party, sequence)});
        const bool is_there = !frames_to(turn, party, v1::HubFrame::kFetched).empty();
        if (!is_there) {
            EXPECT_EQ(errors(turn, party),
                      std::vector<v1::ErrorCode>{v1::ERROR_CODE_ENTRY_UNKNOWN});
        }
        return is_there;
    }
    void restart() {
        ASSERT_TRUE(world.open());
        hello_all();
    }
    void leap(std::int64_t ms) {
        world.now = world.now.plus_ms(ms);
        hello_all();  // nobody has been silent
    }
    void report_is_unknown(const contract::OrderId& id) {
        expect_rejected(absence(id, world.now, world.randomness), v1::ERROR_CODE_ORDER_UNKNOWN,
                        "order_id");
    }

    int names = 0;
};

TEST_F(AccessTest, ADeclinedOrderIsGoneForItsProviderAtOnce) {
    const contract::OrderId id = placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    EXPECT_THAT(delivered(provider), ElementsAre(order_at));
    record(decline(id));
    EXPECT_THAT(delivered(provider), IsEmpty());
    EXPECT_FALSE(can_fetch(provider, order_at));
    report_is_unknown(id);
    expect_rejected(decline(id), v1::ERROR_CODE_ORDER_UNKNOWN, "order_id");
    // Its jobcentre has it still, and has nobody to say anything to.
    expect_rejected(notice(id, jobcentre), v1::ERROR_CODE_ORDER_OVER, "order_id");
    record(outcome(id));
    restart();
    EXPECT_FALSE(can_fetch(provider, order_at));
}

TEST_F(AccessTest, ACancellationIsDeliveredAndEndsTheAccess) {
    const contract::OrderId id = placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    const std::uint64_t noticed_at = recorded(notice(id, jobcentre));
    const std::uint64_t cancelled_at = recorded(cancellation(id));
    EXPECT_THAT(delivered(provider), ElementsAre(cancelled_at));
    EXPECT_FALSE(can_fetch(provider, order_at));
    EXPECT_FALSE(can_fetch(provider, noticed_at));
    EXPECT_TRUE(can_fetch(provider, cancelled_at));
    v1::Envelope started = on(id, provider);
    started.mutable_course_start()->set_start_date("2011-02-14");
    expect_rejected(started, v1::ERROR_CODE_ORDER_OVER, "order_id");
    expect_rejected(absence(id, world.now, world.randomness), v1::ERROR_CODE_ORDER_OVER,
                    "order_id");
    expect_rejected(cancellation(id), v1::ERROR_CODE_ORDER_OVER, "order_id");
    // Its provider is told nothing more of the citizen.
    EXPECT_THAT(audience(*record(cpr_change(citizen, new_number))), IsEmpty());
    leap(5000 * day_ms);
    EXPECT_THAT(delivered(provider), ElementsAre(cancelled_at)) << "whenever it comes for it";
}

TEST_F(AccessTest, WhatIsOnItsWayWhenAnOrderIsCancelledIsPassedOver) {
    const contract::OrderId id = placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    record(notice(id, jobcentre));
    EXPECT_THAT(sequences(world.turn({world.subscribe(provider, "main", 1)}), provider),
                ElementsAre(order_at));
    const std::uint64_t cancelled_at = recorded(cancellation(id));
    EXPECT_THAT(sequences(world.turn({world.ack(provider, "main", order_at)}), provider),
                ElementsAre(cancelled_at));
}

TEST_F(AccessTest, AnEndedOrderIsItsProvidersForAGrace) {
    const contract::OrderId id = placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    start(id);
    const std::uint64_t ended_at = recorded(course_end(id));
    EXPECT_TRUE(can_fetch(provider, order_at));
    v1::Envelope decided = on(id, jobcentre);
    decided.mutable_follow_up()->set_decision(v1::FOLLOW_UP_DECISION_NO_ACTION);
    const auto ended = *world.journal->read(Sequence{ended_at});
    point_at(decided, contract::uuid_text(ended->message_id), v1::CAUSE_RELATION_ANSWERS);
    const std::uint64_t decided_at = recorded(decided);
    EXPECT_THAT(delivered(provider), ElementsAre(order_at, decided_at));
    // Reports are still to come; nothing new begins.
    record(absence(id, world.now, world.randomness));
    expect_rejected(notice(id, provider), v1::ERROR_CODE_ORDER_OVER, "order_id");
    expect_rejected(notice(id, jobcentre), v1::ERROR_CODE_ORDER_OVER, "order_id");

    const Instant recorded_at = ended->recorded_at;
    leap(world.settings.provider_grace_ms -
         (world.now.milliseconds() - recorded_at.milliseconds()) - 1000);
    EXPECT_TRUE(can_fetch(provider, order_at));
    record(absence(id, world.now, world.randomness));
    leap(1000);
    EXPECT_FALSE(can_fetch(provider, order_at));
    EXPECT_THAT(delivered(provider), IsEmpty());
    report_is_unknown(id);
    decided.set_message_id(on(id, jobcentre).message_id());
    expect_rejected(decided, v1::ERROR_CODE_ORDER_OVER, "order_id");
    record(outcome(id));
    // A clock that is set back opens nothing again.
    world.now = recorded_at;
    hello_all();
    EXPECT_FALSE(can_fetch(provider, order_at));
}

TEST_F(AccessTest, ALateCorrectionIsTakenAndALateStartIsNot) {
    const contract::OrderId id = placed();
    record(acceptance(id, world.now, world.randomness));
    const v1::Envelope started = course_start(id, world.now, world.randomness);
    record(started);
    record(course_end(id));
    v1::Envelope corrected = on(id, provider);
    corrected.mutable_course_start()->set_start_date("2011-02-15");
    expect_rejected(corrected, v1::ERROR_CODE_ORDER_OVER, "order_id");
    point_at(corrected, started.message_id(), v1::CAUSE_RELATION_CORRECTS);
    EXPECT_THAT(audience(*record(corrected)), ElementsAre(jobcentre));
}

TEST_F(AccessTest, WithoutAGraceTheEndIsTheEnd) {
    world.settings.provider_grace_ms = 0;
    restart();
    const contract::OrderId id = placed();
    start(id);
    record(course_end(id));
    report_is_unknown(id);
    EXPECT_THAT(delivered(provider), IsEmpty());
}

TEST_F(AccessTest, OneOrdersEndIsNotAnothers) {
    const contract::OrderId declined = placed();
    const contract::OrderId open = placed();
    const std::uint64_t open_at = world.journal->size().value() - 1;
    const auto declining = decline(declined);
    record(declining);
    EXPECT_THAT(delivered(provider), ElementsAre(open_at));
    record(provider_notice(open, world.now, world.randomness));
    // What is about the citizen comes as long as one order stands.
    const std::uint64_t changed_at = recorded(cpr_change(citizen, new_number));
    EXPECT_THAT(delivered(provider), ElementsAre(open_at, changed_at));
    v1::Envelope second = decline(open);
    second.mutable_citizen()->set_cpr_number(new_number);
    record(second);
    EXPECT_THAT(delivered(provider), IsEmpty());
}

TEST_F(AccessTest, AGrantIsNeededBesideAnOrder) {
    placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    world.turn({world.hello(operator_party),
                world.statement(world.grant(provider, {other_jobcentre}), controller)});
    EXPECT_FALSE(can_fetch(provider, order_at));
    EXPECT_THAT(delivered(provider), IsEmpty());
    world.turn({world.statement(world.grant(provider, {jobcentre}), controller)});
    EXPECT_TRUE(can_fetch(provider, order_at));
}

TEST_F(AccessTest, WhatIsAboutACitizenComesByAnOrderThatAGrantReaches) {
    const contract::OrderId mine = placed(other_provider);
    placed(other_provider, citizen, other_jobcentre);
    const std::uint64_t changed_at = recorded(cpr_change(citizen, new_number));
    v1::Envelope declining = decline(mine, other_provider);
    declining.mutable_citizen()->set_cpr_number(new_number);
    record(declining);
    EXPECT_TRUE(can_fetch(other_provider, changed_at)) << "by the other jobcentre's order";
    const auto grant = [&](const std::string& jobcentre_of_it) {
        world.turn({world.hello(operator_party),
                    world.statement(world.grant(other_provider, {jobcentre_of_it}), controller)});
    };
    grant(jobcentre);
    EXPECT_FALSE(can_fetch(other_provider, changed_at))
        << "its sender can be reached, and the jobcentre of the order cannot";
    EXPECT_THAT(delivered(other_provider), IsEmpty());
    grant(other_jobcentre);
    EXPECT_TRUE(can_fetch(other_provider, changed_at));
}

TEST_F(AccessTest, OfWhatIsParkedAPartyIsToldNoMoreThanItMayHave) {
    const contract::OrderId id = placed();
    const std::uint64_t order_at = world.journal->size().value() - 1;
    world.turn({world.subscribe(provider, "main")});
    world.turn({world.nack(provider, "main", order_at, v1::NACK_VERDICT_GIVE_UP)});
    const auto listed = [&] {
        const auto lists = frames_to(world.turn({world.list_parked(provider, "main")}), provider,
                                     v1::HubFrame::kParkedList);
        return lists.at(0).parked_list().messages(0);
    };
    EXPECT_TRUE(listed().has_notification());
    record(decline(id));
    EXPECT_EQ(listed().sequence(), order_at);
    EXPECT_FALSE(listed().has_notification());
    const Turn released =
        world.turn({world.act_on_parked(provider, "main", v1::PARKED_ACT_KIND_RELEASE)});
    EXPECT_THAT(deliveries(released, provider), IsEmpty());
}

// --- By kind ---------------------------------------------------------------------------------

// One message of each kind, as its samples are, on an order that stands.
class KindsTest : public AccessTest {
  protected:
    // The sample as a message of these parties.
    v1::Envelope made(v1::Envelope sample, const contract::KindRule& rule) {
        sample.set_sender(rule.by_provider ? provider : jobcentre);
        sample.set_message_id(contract::MessageId::make(world.now, world.randomness).text());
        sample.mutable_happened_at()->set_seconds(world.now.microseconds / 1000000);
        sample.clear_causes();
        if (rule.order == contract::Presence::none) {
            sample.clear_order_id();
        } else {
            sample.set_order_id(id->text());
        }
        if (rule.citizen != contract::Presence::none) {
            sample.mutable_citizen()->set_cpr_number(number);
        }
        if (rule.answers) {
            bring_to(rule.answered.at(0));
            v1::Envelope asked = find_sample(rule.answered.at(0));
            asked = made(std::move(asked), *contract::find_kind_rule(rule.answered.at(0)));
            record(asked);
            point_at(sample, asked.message_id(), v1::CAUSE_RELATION_ANSWERS, asked.sender());
        }
        return sample;
    }
    // The order goes on until it allows the kind.
    void bring_to(v1::MessageKind kind) {
        using contract::DialogueState;
        if (contract::step_allowed(state, kind) == contract::Step::yes) return;
        if (state == DialogueState::placed) {
            v1::Envelope accepted = on(*id, provider, number);
            accepted.mutable_order_acceptance()->set_expected_start_date("2011-01-10");
            record(accepted);
            state = DialogueState::accepted;
        } else if (state == DialogueState::accepted) {
            v1::Envelope begun = on(*id, provider, number);
            begun.mutable_course_start()->set_start_date("2011-01-10");
            record(begun);
            state = DialogueState::started;
        } else {
            ASSERT_EQ(state, DialogueState::started);
            v1::Envelope ended = on(*id, provider, number);
            ended.mutable_course_end()->set_end_date("2011-06-10");
            ended.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
            record(ended);
            state = DialogueState::ended;
        }
        bring_to(kind);
    }
    static v1::Envelope find_sample(v1::MessageKind kind) {
        for (v1::Envelope& each : contract::sample_of_each_kind()) {
            if (contract::kind_of(each) == kind) return std::move(each);
        }
        ADD_FAILURE() << kind;
        return {};
    }
    std::string number = citizen;
    std::optional<contract::OrderId> id;
    contract::DialogueState state = contract::DialogueState::placed;  // of the order
};

TEST_F(KindsTest, WhatIsRoutedToWhomIsWhatTheTableLetsThemSee) {
    for (const contract::KindRule& rule : contract::kind_rules()) {
        if (!rule.by_jobcentre && !rule.by_provider) continue;
        // Who has been told what does not end with an earlier kind, nor the order.
        id = placed(provider, number);
        state = contract::DialogueState::placed;
        const bool stands_on_order = rule.order != contract::Presence::none && !rule.answers;
        if (stands_on_order && rule.kind != v1::MESSAGE_KIND_ORDER) bring_to(rule.kind);
        v1::Envelope envelope = made(find_sample(rule.kind), rule);
        if (rule.kind == v1::MESSAGE_KIND_ORDER) {
            envelope.set_order_id(world.new_order().text());
            envelope.mutable_audience()->set_party(provider);
        }
        if (rule.kind == v1::MESSAGE_KIND_CASE_TRANSFER) {
            envelope.mutable_audience()->set_party(other_jobcentre);
        }
        if (rule.kind == v1::MESSAGE_KIND_CPR_CHANGED) {
            envelope.mutable_cpr_changed()->set_former_cpr_number(number);
            number = made_up_citizen(1);
            envelope.mutable_citizen()->set_cpr_number(number);
        }
        if (rule.kind == v1::MESSAGE_KIND_SUBJECTS_MERGED) {
            placed(provider, made_up_citizen(2));
            envelope.mutable_subjects_merged()->set_former_cpr_number(number);
            number = made_up_citizen(2);
            envelope.mutable_citizen()->set_cpr_number(number);
        }
        const auto entry = record(envelope);
        const auto relation_of = [&](const std::string& party) {
            if (party == jobcentre || party == other_jobcentre) {
                return entry->index.order_id().empty() ? domain::Relation::jobcentre
                                                       : domain::Relation::jobcentre_open;
            }
            return rule.kind == v1::MESSAGE_KIND_ORDER_CANCELLATION
                       ? domain::Relation::provider_cancelled
                       : domain::Relation::provider_open;
        };
        for (const std::string& party : audience(*entry)) {
            EXPECT_TRUE(domain::may_see(rule.kind, relation_of(party))) << rule.kind << party;
            EXPECT_NE(party, envelope.sender());
            EXPECT_TRUE(can_fetch(party, entry->sequence.value())) << rule.kind << " " << party;
        }
        for (const char* party : {jobcentre, other_jobcentre, provider, other_provider}) {
            const auto& all = audience(*entry);
            if (std::find(all.begin(), all.end(), party) != all.end()) continue;
            EXPECT_FALSE(can_fetch(party, entry->sequence.value())) << rule.kind << " " << party;
        }
        const bool is_alone = rule.audience == v1::Audience::kSenderOnly;
        EXPECT_EQ(audience(*entry).empty(), is_alone) << rule.kind;
    }
}

}  // namespace
}  // namespace jobbro::core
