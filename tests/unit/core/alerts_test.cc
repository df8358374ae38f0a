// Alerts: when, to whom, and once, whatever happens to the hub and its clock.
#include "proto/base/limits.h"
#include "proto/evidence/signed_text.h"
#include "tests/unit/core/course_fixture.h"

namespace jobbro::core {
namespace {

class AlertsTest : public CourseTest {
  protected:
    using CourseTest::CourseTest;
    [[nodiscard]] std::vector<std::uint64_t> delivered(const std::string& party) {
        std::vector<std::uint64_t> all;
        for (const auto& each : deliveries(world.turn({world.subscribe(party, "main")}), party))
            all.push_back(each.sequence());
        return all;
    }
    v1::Envelope transferred(const std::string& cpr = citizen) {
        v1::Envelope said = about(jobcentre, cpr);
        said.mutable_audience()->set_party(other_jobcentre);
        said.mutable_case_transfer()->set_transfer_date(date(0));
        return said;
    }
    v1::Envelope cancelled(const contract::OrderId& id) {
        v1::Envelope said = on(id, jobcentre);
        said.mutable_order_cancellation()->set_reason(
            v1::ORDER_CANCELLATION_REASON_OTHER_OFFER_CHOSEN);
        return said;
    }
    static constexpr const char* new_number = "741176-1202";
    v1::Envelope renumbered(const std::string& number = new_number) {
        v1::Envelope said = about(jobcentre, number);
        said.mutable_audience()->mutable_all_with_ground();
        said.mutable_cpr_changed()->set_former_cpr_number(citizen);
        return said;
    }
};

// --- Raised ----------------------------------------------------------------------------------

TEST_F(AlertsTest, AnAlertIsRaisedWhenTheDayAfterItsLimitBegins) {
    const contract::OrderId id = placed();
    EXPECT_EQ(timers(), 1U);
    world.now = begin_of(8).plus_ms(-2);
    world.turn();
    EXPECT_THAT(alerts(), IsEmpty()) << "a millisecond before midnight in Denmark";
    const Turn done = world.turn();
    EXPECT_EQ(done.report.alerts, 1U);
    ASSERT_THAT(alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1"));
    const auto alert = entries_of(v1::MESSAGE_KIND_ALERT)[0];
    EXPECT_EQ(alert->recorded_at, begin_of(8));
    EXPECT_EQ(alert->sender, "hub");
    EXPECT_THAT(audience(*alert), ElementsAre(jobcentre, provider));
    const v1::Envelope envelope = envelope_of(*alert);
    EXPECT_EQ(envelope.happened_at().seconds(), begin_of(8).microseconds / 1000000);
    EXPECT_TRUE(envelope.audience().has_order_parties());
    EXPECT_EQ(envelope.order_id(), id.text());
    EXPECT_EQ(envelope.citizen().cpr_number(), citizen);
    EXPECT_EQ(envelope.schema_version(), 1U);
    EXPECT_EQ(envelope.salt().size(), 16U);
    EXPECT_EQ(alert->index.order_id(), id.view());
    EXPECT_THAT(delivered(jobcentre), ElementsAre(alert->sequence.value()));
    EXPECT_THAT(delivered(provider), SizeIs(2)) << "the order, and the alert";
    EXPECT_EQ(timers(), 0U) << "nothing more is due on it";
}

TEST_F(AlertsTest, AnAlertIsLinkedToWhatWasSaidBeforeAndAfterIt) {
    const contract::OrderId id = placed();
    const std::uint64_t placed_at = world.journal->size().value() - 1;
    live_to(8);
    const auto alert = entries_of(v1::MESSAGE_KIND_ALERT).at(0);
    EXPECT_EQ(alert->index.previous_of_order(), placed_at + 1);
    EXPECT_EQ(alert->index.previous_of_subject(), placed_at + 1);
    const auto next = entry(record(accepted(id)));
    EXPECT_EQ(next->index.previous_of_order(), alert->sequence.value() + 1);
    EXPECT_EQ(next->index.previous_of_subject(), alert->sequence.value() + 1);
}

TEST_F(AlertsTest, WhoeverIsConnectedHasItAtOnce) {
    placed();
    world.turn({world.subscribe(jobcentre, "main"), world.subscribe(provider, "main")});
    world.now = begin_of(8);
    const Turn done = world.turn();
    EXPECT_EQ(deliveries(done, jobcentre).size(), 1U);
    EXPECT_EQ(deliveries(done, provider).size(), 1U);
}

TEST_F(AlertsTest, WhatIsAnsweredInTimeIsNotToldOf) {
    const contract::OrderId id = placed();
    live_to(7);
    record(accepted(id));
    live_to(20);
    EXPECT_THAT(alerts(), IsEmpty());
}

TEST_F(AlertsTest, StepsComeEachOnTheirDayAndTheAnswerEndsThem) {
    const contract::OrderId id = started();
    const v1::Envelope report = evaluated(id, date(7));
    record(report);
    live_to(22);
    EXPECT_THAT(alerts(), ElementsAre("d22 FOLLOW_UP_OVERDUE limit d21 step 1"));
    live_to(30);
    record(followed_up(id, report, v1::FOLLOW_UP_DECISION_END));
    live_to(90);
    EXPECT_THAT(alerts(), SizeIs(1)) << "neither the second step nor the course's end";
}

TEST_F(AlertsTest, AbsenceIsToldOfInTheTurnOfTheMessageBehindIt) {
    const contract::OrderId id = started();
    record(no_show(id, 7, 7));
    live_to(9);
    const Turn done = world.turn(
        {world.submit(provider, {no_show(id, 8, 8), no_show(id, 9, 9), no_show(id, 9, 9)})});
    EXPECT_EQ(done.report.entries, 4U);
    const auto told = outcomes(done);
    ASSERT_EQ(told.size(), 3U);
    const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
    ASSERT_EQ(raised.size(), 1U);
    EXPECT_EQ(envelope_of(*raised[0]).alert().kind(), v1::ALERT_KIND_ABSENCE_NO_SHOWS_IN_A_ROW);
    EXPECT_EQ(raised[0]->sequence.value(), told[1].receipt().sequence() + 1);
    EXPECT_THAT(audience(*raised[0]), ElementsAre(jobcentre, provider));
    record(no_show(id, 8, 9));
    live_to(20);
    EXPECT_THAT(alerts(), SizeIs(1)) << "once a spell";
}

TEST_F(AlertsTest, LimitsOfTheLawGoToTheJobcentreAlone) {
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));  // the next by 2011-04-10, day 90
    const contract::OrderId id = started();
    record(no_show(id, 7, 7));
    live_to(91);
    std::vector<std::string> of_law;
    for (const auto& each : entries_of(v1::MESSAGE_KIND_ALERT)) {
        if (!each->index.order_id().empty()) continue;
        of_law.push_back(text_of(*each));
        EXPECT_THAT(audience(*each), ElementsAre(jobcentre));
        EXPECT_EQ(envelope_of(*each).audience().party(), jobcentre);
        EXPECT_TRUE(envelope_of(*each).order_id().empty());
        EXPECT_EQ(envelope_of(*each).citizen().cpr_number(), citizen);
        const Turn asked = world.turn({world.fetch(provider, each->sequence.value())});
        EXPECT_THAT(errors(asked, provider), ElementsAre(v1::ERROR_CODE_ENTRY_UNKNOWN));
    }
    EXPECT_THAT(of_law, ElementsAre("d76 STATUTORY_NEAR limit d90 step 1",
                                    "d91 STATUTORY_PASSED limit d90 step 1"));
}

TEST_F(AlertsTest, AnAlertNamesTheNumberTheCitizenHasNow) {
    const contract::OrderId id = placed();
    record(renumbered());
    live_to(8);
    const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
    ASSERT_EQ(raised.size(), 1U);
    EXPECT_EQ(envelope_of(*raised[0]).citizen().cpr_number(), new_number);
    EXPECT_EQ(envelope_of(*raised[0]).order_id(), id.text());
}

TEST_F(AlertsTest, WithoutARuleSetNothingIsRaised) {
    HubWorld plain;
    plain.now = world.now;
    plain.settings = world.settings;
    ASSERT_TRUE(plain.open());
    plain.add_usual_parties();
    const auto id = plain.new_order();
    plain.turn({plain.submit(jobcentre, {order(id, plain.now, plain.randomness)})});
    plain.now = plain.now.plus_ms(60 * day_ms);
    EXPECT_EQ(plain.turn().report.alerts, 0U);
    EXPECT_EQ(plain.log_store.rows(journal::log_table::timers), 0U);
}

// --- Once ------------------------------------------------------------------------------------

TEST_F(AlertsTest, WhatFellDueWhileTheHubWasDownIsRaisedLateAndOnce) {
    const contract::OrderId id = placed();
    sleep_to(20);
    const std::uint64_t before = world.journal->size().value();
    // Before the answer that came too late settles it.
    world.turn({world.hello(provider), world.submit(provider, {accepted(id)})});
    ASSERT_THAT(alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1 late"));
    EXPECT_EQ(entry(before)->index.kind(), v1::MESSAGE_KIND_ALERT);
    EXPECT_EQ(entry(before + 1)->index.kind(), v1::MESSAGE_KIND_ORDER_ACCEPTANCE);
    EXPECT_EQ(entry(before)->recorded_at, world.now) << "recorded when it was raised";
    for (int day = 21; day < 24; ++day) {
        sleep_to(day);
        EXPECT_EQ(world.turn().report.alerts, 0U);
    }
    EXPECT_THAT(alerts(), SizeIs(1));
}

TEST_F(AlertsTest, ACommitThatIsLostIsRaisedAnewAndOnce) {
    placed();
    world.log_store.fail_next_commit();
    world.conditions.steady = world.now = begin_of(8);
    ASSERT_FALSE(world.core->turn({}, world.now, world.randomness, world.conditions));
    ASSERT_TRUE(world.open());
    EXPECT_THAT(alerts(), IsEmpty());
    world.turn();
    EXPECT_THAT(alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1"));
    ASSERT_TRUE(world.open());
    world.turn();
    EXPECT_THAT(alerts(), SizeIs(1));
}

TEST_F(AlertsTest, AClockThatGoesBackAndForthRaisesNothingTwice) {
    placed();
    live_to(8);
    EXPECT_THAT(alerts(), SizeIs(1));
    const Instant steady = world.conditions.steady;
    const auto at = [&](Instant now, std::int64_t steady_ms) {
        world.conditions.steady = steady.plus_ms(steady_ms);
        EXPECT_TRUE(world.core->turn({}, now, world.randomness, world.conditions));
    };
    at(begin_of(3), 1000);
    at(begin_of(7), 2000);
    at(begin_of(8).plus_ms(10 * hour_ms), 3000);
    EXPECT_THAT(alerts(), SizeIs(1));
}

TEST_F(AlertsTest, AClockThatWasAheadOverMidnightPutsNoAlertOff) {
    const contract::OrderId id = placed();
    live_to(2, 22);
    const auto turn_at = [&](Instant now, const std::vector<FrameIn>& frames) {
        world.now = now;
        world.conditions.steady = world.conditions.steady.plus_ms(1000);
        return *world.core->turn(frames, now, world.randomness, world.conditions);
    };
    EXPECT_EQ(turn_at(begin_of(3).plus_ms(hour_ms), {}).report.entries, 0U);
    world.now = begin_of(2).plus_ms(23 * hour_ms);
    v1::Envelope asked = on(id, provider);
    asked.mutable_clarification_request()->add_questions("which mornings?");
    asked.mutable_clarification_request()->set_answer_wanted_by_date(date(2));
    const Turn told = turn_at(world.now, {world.submit(provider, {asked})});
    ASSERT_TRUE(outcomes(told).at(0).has_receipt()) << outcomes(told)[0].ShortDebugString();
    turn_at(begin_of(3), {});
    EXPECT_THAT(alerts(), ElementsAre("d3 CLARIFICATION_UNANSWERED limit d2 step 1"));
}

TEST_F(AlertsTest, NothingIsRaisedWhileNothingCanBeRecordedAndAllOfItAfterwards) {
    placed();
    world.conditions.disk_nearly_full = true;
    live_to(9);
    EXPECT_THAT(alerts(), IsEmpty());
    EXPECT_FALSE(world.core->has_work()) << "it does not turn and turn in vain";
    world.conditions.disk_nearly_full = false;
    world.turn();
    EXPECT_THAT(alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1 late"));
}

TEST_F(AlertsTest, AClockThatIsNotBelievedRaisesNothing) {
    placed();
    world.conditions.steady = world.now.plus_ms(10);
    ASSERT_TRUE(world.core->turn({}, begin_of(30), world.randomness, world.conditions));
    EXPECT_TRUE(world.core->is_clock_unsure());
    EXPECT_THAT(alerts(), IsEmpty());
    world.turn();
    live_to(8);
    EXPECT_THAT(alerts(), ElementsAre("d8 ORDER_UNANSWERED limit d7 step 1"));
}

TEST_F(AlertsTest, ASealedLogRaisesNothing) {
    placed();
    ASSERT_TRUE(world.journal->record_seal("for a test"));
    ASSERT_TRUE(world.open());
    world.now = begin_of(8);
    EXPECT_EQ(world.turn().report.entries, 0U);
    EXPECT_THAT(alerts(), IsEmpty());
}

TEST_F(AlertsTest, ManyAreRaisedAFewCasesATurn) {
    constexpr std::size_t cases = 2 * limits::timers_per_turn_max + 10;
    std::vector<v1::Envelope> orders;
    for (std::size_t i = 0; i < cases; ++i)
        orders.push_back(new_order(world.new_order(), made_up_citizen(i)));
    for (const v1::Envelope& each : orders)
        record(each);
    EXPECT_EQ(timers(), cases);
    world.now = begin_of(8);
    EXPECT_EQ(world.turn().report.alerts, limits::timers_per_turn_max);
    EXPECT_TRUE(world.core->has_work());
    EXPECT_EQ(world.turn().report.alerts, limits::timers_per_turn_max);
    EXPECT_EQ(world.turn().report.alerts, 10U);
    world.turn();
    EXPECT_THAT(alerts(), SizeIs(cases));
    EXPECT_EQ(timers(), 0U);
    // What waits for its turn is not settled unsaid meanwhile: see above, where one is late.
}

TEST_F(AlertsTest, WhoeverIsToldGoodbyeIsToldNothingMore) {
    placed();
    (void)world.core->say_goodbye();
    world.now = begin_of(8);
    EXPECT_EQ(world.turn().report.alerts, 0U);
    ASSERT_TRUE(world.open());
    EXPECT_EQ(world.turn().report.alerts, 1U) << "the next hub does";
}

// --- Read anew -------------------------------------------------------------------------------

// What the log's messages and alerts of an order make of a new row, with nothing raised.
domain::rows::CourseState read_anew(HubWorld& world, const contract::OrderId& id) {
    const auto time = *domain::DanishTime::load();
    const domain::RuleSet rules = *domain::read_rule_set(rules_of_2011());
    domain::rows::CourseState course;
    for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
        const auto entry = *world.journal->read(Sequence{i});
        if (entry->index.order_id() != id.view()) continue;
        v1::Envelope envelope;
        EXPECT_TRUE(envelope.ParseFromString(entry->body));
        if (envelope.has_alert()) {
            domain::record_alert(course, envelope.alert());
            continue;
        }
        std::vector<domain::MessageNumber> answers;
        domain::MessageNumber corrects = 0;
        for (const v1::EntryCause& cause : entry->index.causes()) {
            if (cause.relation() == v1::CAUSE_RELATION_CORRECTS) corrects = cause.sequence() + 1;
            if (cause.relation() == v1::CAUSE_RELATION_ANSWERS) {
                answers.push_back(cause.sequence() + 1);
            }
        }
        const domain::OrderMessage message{envelope, entry->index.kind(),
                                           i + 1,    answers,
                                           corrects, time.day_of(entry->recorded_at),
                                           {}};
        domain::record_on_order(course, message, rules, nullptr);
        if (domain::is_followed_up(course)) domain::let_go(course);
    }
    return course;
}

TEST_F(AlertsTest, TheRowIsWhatTheLogMakesOfIt) {
    const contract::OrderId id = started();
    record(no_show(id, 7, 7));
    live_to(9);
    record(no_show(id, 8, 9));
    EXPECT_THAT(alerts(), SizeIs(1));
    const v1::Envelope report = evaluated(id, date(9));
    record(report);
    live_to(25);
    EXPECT_EQ(read_anew(world, id).SerializeAsString(), course(id).SerializeAsString());
    sleep_to(40);
    world.turn({world.hello(provider), world.hello(jobcentre)});
    record(followed_up(id, report, v1::FOLLOW_UP_DECISION_END));
    record(ended(id, 40));
    EXPECT_THAT(alerts(), SizeIs(3)) << "with both steps of the follow-up";
    EXPECT_EQ(read_anew(world, id).SerializeAsString(), course(id).SerializeAsString());
}

// --- Cases that go elsewhere, and that go ----------------------------------------------------

TEST_F(AlertsTest, AlertsFollowTheCase) {
    world.add_party(other_jobcentre);
    world.turn({world.hello(other_jobcentre)});
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));
    placed();
    record(transferred());
    live_to(91);
    const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
    ASSERT_EQ(raised.size(), 3U) << "of the order, and of the limit near and passed";
    for (const auto& each : raised)
        EXPECT_EQ(audience(*each).front(), other_jobcentre) << text_of(*each);
}

TEST_F(AlertsTest, AJobcentreThatHasSomethingOfItsOwnIsHandedTheLimitsToo) {
    world.add_party(other_jobcentre);
    world.turn({world.hello(other_jobcentre)});
    v1::Envelope theirs = about(other_jobcentre);
    theirs.mutable_interview_held()->set_held_date(date(-5));
    record(theirs);
    placed();
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));
    record(transferred());
    const auto subject = *world.journal->vault().subject_of(*contract::CprNumber::parse(citizen));
    EXPECT_EQ((*world.journal->cases().open(*subject))->limits_size(), 1);
    live_to(91);
    const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
    ASSERT_EQ(raised.size(), 3U) << "of the order, and of the limit near and passed";
    for (const auto& each : raised)
        EXPECT_EQ(audience(*each).front(), other_jobcentre) << text_of(*each);
}

TEST_F(AlertsTest, OfTwoThatAreOnePersonTheLimitsOfBothAreWatched) {
    for (const char* cpr : {citizen, other_citizen}) {
        v1::Envelope cancelled = on(placed(cpr), jobcentre, cpr);
        cancelled.mutable_order_cancellation()->set_reason(
            v1::ORDER_CANCELLATION_REASON_OTHER_OFFER_CHOSEN);
        record(cancelled);
    }
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));
    v1::Envelope other = about(jobcentre, other_citizen);
    other.mutable_interview_held()->set_held_date(date(0));
    record(other);
    EXPECT_EQ(timers(), 1U);
    v1::Envelope merged = about(jobcentre, other_citizen);
    merged.mutable_audience()->mutable_all_with_ground();
    merged.mutable_subjects_merged()->set_former_cpr_number(citizen);
    record(merged);
    EXPECT_EQ(timers(), 1U);
    live_to(92);
    EXPECT_THAT(alerts(), ElementsAre("d76 STATUTORY_NEAR limit d90 step 1",
                                      "d91 STATUTORY_PASSED limit d90 step 1"));
}

TEST_F(AlertsTest, AnErasureTakesTheCourseAndItsTimersAway) {
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));
    placed();
    EXPECT_EQ(timers(), 1U);
    const auto subject = *world.journal->vault().subject_of(*contract::CprNumber::parse(citizen));
    ASSERT_TRUE(subject);
    erase_citizen(citizen);
    EXPECT_EQ(timers(), 0U);
    const auto row = **world.journal->cases().open(*subject);
    EXPECT_EQ(row.ByteSizeLong(), 0U);
    live_to(92);
    EXPECT_THAT(entries_of(v1::MESSAGE_KIND_ALERT), IsEmpty());
}

TEST_F(AlertsTest, AnAlertOutdatesNoErasureThatIsPreparedAndIsErasedWithTheRest) {
    placed();
    live_to(7, 20);
    const v1::SubjectFound known = found(citizen);
    const FrameIn statement = erasure_of(citizen);
    live_to(8);
    const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
    ASSERT_EQ(raised.size(), 1U);
    EXPECT_EQ(found(citizen).last_sequence_plus_one(), known.last_sequence_plus_one());
    EXPECT_EQ(act(statement).entries(), 2U) << "the order and its alert";
    EXPECT_EQ(world.journal->read(raised[0]->sequence).error().code, ErrorCode::erased);
}

TEST_F(AlertsTest, WhatIsRaisedInTheTurnThatErasesIsHandedToNobody) {
    placed();
    world.turn({world.subscribe(jobcentre, "main"), world.subscribe(provider, "main")});
    world.now = begin_of(8).plus_ms(-hour_ms);
    const FrameIn statement = erasure_of(citizen);
    world.now = begin_of(8);
    const Turn done = world.turn({world.hello(operator_party), statement});
    EXPECT_EQ(done.report.alerts, 1U);
    ASSERT_EQ(frames_to(done, operator_party, v1::HubFrame::kCitizenActed).size(), 1U);
    for (const char* const party : {jobcentre, provider}) {
        const auto got = deliveries(done, party);
        ASSERT_EQ(got.size(), 1U) << party;
        EXPECT_EQ(entry(got[0].sequence())->index.kind(), v1::MESSAGE_KIND_ERASURE_NOTICE);
    }
    EXPECT_THAT(alerts(), IsEmpty());
}

TEST_F(AlertsTest, WhatAPartySaysBesideAnAlertOutdatesIt) {
    const contract::OrderId id = placed();
    live_to(7, 20);
    const FrameIn statement = erasure_of(citizen);
    live_to(8);
    ASSERT_THAT(alerts(), SizeIs(1));
    record(accepted(id));
    const Turn done = world.turn({world.hello(operator_party), statement});
    EXPECT_THAT(errors(done, operator_party), ElementsAre(v1::ERROR_CODE_STATEMENT_OUTDATED));
}

// Everything has been said on day 0; alerts come on day 76 and 91.
class RetainedAlertsTest : public AlertsTest {
  protected:
    RetainedAlertsTest() {
        world.settings.retention_days = 84;
        restart();
    }
};

TEST_F(RetainedAlertsTest, AlertsPutNoErasureByTheClockOff) {
    record(watched(v1::STATUTORY_LIMIT_INTERVIEWS));
    record(interviewed(0));
    record(cancelled(placed()));
    live_to(84);
    ASSERT_THAT(alerts(), SizeIs(1)) << "before it is due";
    EXPECT_THAT(entries_of(v1::MESSAGE_KIND_ERASURE_DUE), IsEmpty());
    live_to(86);
    EXPECT_THAT(entries_of(v1::MESSAGE_KIND_ERASURE_DUE), SizeIs(1));
    live_to(91);
    ASSERT_THAT(alerts(), SizeIs(2)) << "while it is due";
    live_to(94);
    EXPECT_THAT(alerts(), IsEmpty());
    EXPECT_THAT(entries_of(v1::MESSAGE_KIND_ERASURE_DUE), SizeIs(1)) << "it has not lapsed";
    const auto erasures = entries_of(v1::MESSAGE_KIND_ERASURE);
    ASSERT_EQ(erasures.size(), 1U);
    v1::Erasure said;
    ASSERT_TRUE(said.ParseFromString(erasures[0]->body));
    EXPECT_TRUE(said.is_whole());
    EXPECT_EQ(said.entries(), 6U) << "four messages and two alerts";
}

// --- Of whom a part is erased ----------------------------------------------------------------

v1::RuleSet rules_with_job_plans() {
    v1::RuleSet rules = rules_of_2011();
    rules.mutable_alerts()->set_job_plan_ending_days(14);
    return rules;
}

// The other jobcentre is another controller's.
class PartlyErasedAlertsTest : public AlertsTest {
  protected:
    PartlyErasedAlertsTest() : AlertsTest(rules_with_job_plans(), true) {
        v1::RegistryStatement grant = world.grant(other_jobcentre, {});
        grant.set_signer(second_controller);
        EXPECT_THAT(errors(world.turn({world.statement(grant, second_controller)}), operator_party),
                    IsEmpty());
        world.turn({world.hello(other_jobcentre)});
    }
    v1::Envelope planned_until(int day, const contract::OrderId& id) {
        v1::Envelope said = on(id, jobcentre);
        v1::JobPlanExtract& body = *said.mutable_job_plan_extract();
        body.mutable_plan()->set_number("7");
        body.mutable_plan()->set_version(1);
        body.set_made_date(date(0));
        body.set_end_date(date(day));
        return said;
    }
    void expect_one_for_the_other_jobcentre(const std::string& text, const std::string& cpr) {
        const auto raised = entries_of(v1::MESSAGE_KIND_ALERT);
        ASSERT_EQ(raised.size(), 1U);
        EXPECT_EQ(text_of(*raised[0]), text);
        EXPECT_THAT(audience(*raised[0]), ElementsAre(other_jobcentre));
        EXPECT_EQ(envelope_of(*raised[0]).citizen().cpr_number(), cpr);
    }
};

TEST_F(PartlyErasedAlertsTest, AnAlertIsRaisedAlsoWhenAllThatToldOfItsLimitIsErased) {
    const contract::OrderId id = placed();
    const std::uint64_t plan = record(planned_until(40, id));
    record(cancelled(id));
    record(transferred());
    const contract::OrderId latest = placed();
    erase_citizen(citizen);
    ASSERT_FALSE(world.journal->read(Sequence{plan}));
    ASSERT_FALSE(*world.journal->cases().subject_of(latest));
    EXPECT_EQ(timers(), 1U) << "the limit has gone to the other jobcentre";
    live_to(27);
    expect_one_for_the_other_jobcentre("d26 JOB_PLAN_ENDING limit d40 step 1", citizen);
    EXPECT_EQ(timers(), 0U);
    restart();
    live_to(41);
    EXPECT_THAT(alerts(), SizeIs(1));
}

TEST_F(PartlyErasedAlertsTest, TheNumberIsTheLatestThatIsLeft) {
    v1::Envelope limits = watched(v1::STATUTORY_LIMIT_INTERVIEWS);
    limits.set_sender(other_jobcentre);
    record(limits);
    v1::Envelope interview = interviewed(0);
    interview.set_sender(other_jobcentre);
    record(interview);
    placed();
    record(renumbered());
    placed(new_number);
    erase_citizen(new_number);
    live_to(77);
    expect_one_for_the_other_jobcentre("d76 STATUTORY_NEAR limit d90 step 1", new_number);
}

// Nothing was said of the one that is kept but on orders.
TEST_F(PartlyErasedAlertsTest, WhatIsLeftMayBeOfAnotherSubjectOfThePerson) {
    placed();
    v1::Envelope limits = watched(v1::STATUTORY_LIMIT_INTERVIEWS);
    limits.set_sender(other_jobcentre);
    record(limits);
    v1::Envelope interview = interviewed(0);
    interview.set_sender(other_jobcentre);
    record(interview);
    placed(other_citizen);
    record(renumbered(other_citizen));
    placed(other_citizen);
    erase_citizen(other_citizen);
    live_to(77);
    expect_one_for_the_other_jobcentre("d76 STATUTORY_NEAR limit d90 step 1", other_citizen);
}

}  // namespace
}  // namespace jobbro::core
