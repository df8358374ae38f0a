// Messages are judged by the state of their order, and move it.
#include "tests/unit/core/query_fixture.h"

namespace jobbro::core {
namespace {

TEST_F(CourseTest, AStepThatTheStateDoesNotAllowIsRefusedAndToldWhatIsAllowed) {
    const contract::OrderId id = placed();
    live_to(7);
    const std::string detail =
        refused(no_show(id, 7, 7), v1::ERROR_CODE_ORDER_STEP_NOT_ALLOWED, "body");
    EXPECT_THAT(detail, HasSubstr("the order is placed; allowed: order_acceptance, order_decline"));
    record(accepted(id));
    EXPECT_THAT(refused(accepted(id), v1::ERROR_CODE_ORDER_STEP_NOT_ALLOWED, "body"),
                HasSubstr("the order is accepted; "));
    record(begun(id));
    record(no_show(id, 7, 7));
}

TEST_F(CourseTest, AnswersToQuestionsAreStepsToo) {
    const contract::OrderId id = placed();
    v1::Envelope asked = on(id, provider);
    asked.mutable_clarification_request()->add_questions("which mornings?");
    record(asked);
    v1::Envelope answered = on(id, jobcentre);
    v1::ClarificationAnswer& answer = *answered.mutable_clarification()->add_answers();
    answer.set_question("which mornings?");
    answer.set_answer("Tuesday");
    point_at(answered, asked, v1::CAUSE_RELATION_ANSWERS);
    EXPECT_EQ(domain::dialogue_state(course(id)), domain::DialogueState::asked);
    record(answered);
    EXPECT_EQ(domain::dialogue_state(course(id)), domain::DialogueState::clarified);
}

TEST_F(CourseTest, WhatAnOrderHasComeToIsThereAfterARestart) {
    const contract::OrderId id = started();
    const std::string before = course(id).SerializeAsString();
    world.log_store.lose_power();
    world.vault_store.lose_power();
    restart();
    EXPECT_EQ(course(id).SerializeAsString(), before);
    refused(begun(id), v1::ERROR_CODE_ORDER_STEP_NOT_ALLOWED, "body");
    record(no_show(id, 7, 7));
}

TEST_F(CourseTest, NothingOfARefusedMessageStays) {
    const contract::OrderId id = started();
    const std::string before = course(id).SerializeAsString();
    refused(no_show(id, 5, 7), v1::ERROR_CODE_ABSENCE_OUTSIDE_COURSE, "absence_report.first_date");
    refused(evaluated(id, date(6)), v1::ERROR_CODE_REPORT_BEFORE_COURSE,
            "mid_term_evaluation.evaluation_date");
    EXPECT_EQ(course(id).SerializeAsString(), before);
}

TEST_F(CourseTest, APeriodIsNoLongerThanTheRuleSetAllows) {
    v1::Envelope too_long = new_order(world.new_order());
    too_long.mutable_order()->set_end_date(date(98));
    EXPECT_THAT(refused(too_long, v1::ERROR_CODE_PERIOD_TOO_LONG, "order.end_date"),
                HasSubstr(date(97)));
    const contract::OrderId id = started();
    v1::Envelope extension = on(id, jobcentre);
    extension.mutable_extension()->set_new_end_date(date(98));
    refused(extension, v1::ERROR_CODE_PERIOD_TOO_LONG, "extension.new_end_date");
}

class RulesOfTheDayTest : public CourseTest {
  protected:
    // Opens the hub under these too.
    void add_rules(const v1::RuleSet& rules) {
        world.rules.push_back(rules);
        restart();
    }
    static v1::RuleSet rules_of_2010() {
        v1::RuleSet rules = rules_of_2011();
        rules.set_name("2010");
        rules.set_valid_from_date("2010-12-01");
        rules.set_valid_until_date("2010-12-31");
        rules.clear_categories();
        return rules;
    }
    static v1::Envelope told_on(int day, v1::Envelope envelope) {
        envelope.mutable_happened_at()->set_seconds(begin_of(day).microseconds / 1000000);
        return envelope;
    }
    v1::Envelope long_order() {
        v1::Envelope said = new_order(world.new_order());
        said.mutable_order()->set_end_date(date(200));
        return said;
    }
};

TEST_F(RulesOfTheDayTest, TheRuleSetOfTheDayOfTheEventDecides) {
    add_rules(rules_of_2010());
    record(told_on(-10, long_order()));  // New Year's Eve, when nothing was limited
    refused(told_on(-9, long_order()), v1::ERROR_CODE_PERIOD_TOO_LONG, "order.end_date");
}

TEST_F(RulesOfTheDayTest, OfADayWithoutARuleSetNothingIsToldOnAnOrder) {
    const std::string of_before =
        refused(told_on(-10, long_order()), v1::ERROR_CODE_NO_RULES_IN_FORCE, "happened_at");
    EXPECT_EQ(of_before, "the first day with rules is 2011-01-01");
    v1::Envelope of_old = long_order();  // before the calendar begins
    of_old.mutable_happened_at()->set_seconds(-62135596800);
    EXPECT_EQ(refused(of_old, v1::ERROR_CODE_NO_RULES_IN_FORCE, "happened_at"), of_before);
    const contract::OrderId id = started();
    v1::Envelope notice = on(id, provider);
    notice.mutable_notice()->set_text("the company asks again");
    v1::Envelope extension = on(id, jobcentre);
    extension.mutable_extension()->set_new_end_date(date(200));
    const std::string before = course(id).SerializeAsString();
    for (const v1::Envelope& said : {no_show(id, 7, 7), notice, extension, ended(id, 7)})
        refused(told_on(-10, said), v1::ERROR_CODE_NO_RULES_IN_FORCE, "happened_at");
    EXPECT_EQ(course(id).SerializeAsString(), before);
    record(told_on(-9, notice));
}

TEST_F(RulesOfTheDayTest, NorWhatCountsForTheLimitsOfTheLaw) {
    v1::Envelope plan = about(jobcentre);
    plan.mutable_job_plan_extract()->mutable_plan()->set_number("3");
    plan.mutable_job_plan_extract()->mutable_plan()->set_version(1);
    plan.mutable_job_plan_extract()->set_made_date(date(-11));
    placed();
    for (const v1::Envelope& said :
         {watched(v1::STATUTORY_LIMIT_INTERVIEWS), interviewed(-11), plan}) {
        refused(told_on(-10, said), v1::ERROR_CODE_NO_RULES_IN_FORCE, "happened_at");
        record(told_on(-9, said));
    }
    // What the rules make nothing of may be of any day.
    v1::Envelope transfer = about(jobcentre);
    world.add_party(other_jobcentre);
    transfer.mutable_audience()->set_party(other_jobcentre);
    transfer.mutable_case_transfer()->set_transfer_date(date(-10));
    record(told_on(-10, transfer));
}

TEST_F(RulesOfTheDayTest, AHubWithoutRuleSetsTakesWhatIsToldOfAnyDay) {
    HubWorld plain;
    plain.now = world.now;
    plain.settings = world.settings;
    ASSERT_TRUE(plain.open());
    plain.add_usual_parties();
    v1::Envelope said = told_on(-4000, long_order());
    const auto told = outcomes(plain.turn({plain.submit(jobcentre, {said})}));
    ASSERT_EQ(told.size(), 1U);
    EXPECT_TRUE(told[0].has_receipt()) << told[0].ShortDebugString();
}

class CourseOfOfferTest : public QueryTest {};

TEST_F(CourseOfOfferTest, TheOffersLegalCategoryHoldsWhereTheOrderTellsNone) {
    record(offer("OF-1"));
    v1::Envelope untold = new_order(world.new_order());
    untold.mutable_order()->clear_legal_category();
    untold.mutable_order()->set_end_date(date(98));
    record(untold);
    untold = new_order(world.new_order());
    untold.mutable_order()->clear_legal_category();
    untold.mutable_order()->set_offer_reference("OF-1");
    untold.mutable_order()->set_end_date(date(98));
    EXPECT_THAT(refused(untold, v1::ERROR_CODE_PERIOD_TOO_LONG, "order.end_date"),
                HasSubstr(date(97)));
    untold.mutable_order()->set_end_date(date(90));
    record(untold);
    // What the offer is called later changes nothing of what was ordered.
    v1::Envelope other = offer("OF-1");
    other.mutable_offer_published()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    record(other);
    const contract::OrderId id = *contract::OrderId::parse(untold.order_id());
    record(accepted(id));
    live_to(7);
    record(begun(id));
    restart();
    v1::Envelope extension = on(id, jobcentre);
    extension.mutable_extension()->set_new_end_date(date(98));
    refused(extension, v1::ERROR_CODE_PERIOD_TOO_LONG, "extension.new_end_date");
    extension.mutable_extension()->set_new_end_date(date(97));
    record(extension);
}

TEST_F(CourseOfOfferTest, AnotherLegalCategoryThanTheOffersIsRemarkedOn) {
    record(offer("OF-1"));
    v1::Envelope placed = new_order(world.new_order());
    placed.mutable_order()->set_offer_reference("OF-1");
    const auto remarks = [](const v1::Outcome& outcome) {
        std::vector<std::string> paths;
        for (const v1::Finding& each : outcome.receipt().findings()) {
            if (each.code() == "order.offer_category_differs") paths.push_back(each.field_path());
        }
        return paths;
    };
    EXPECT_THAT(remarks(submit(placed)), IsEmpty());
    placed = new_order(world.new_order());
    placed.mutable_order()->set_offer_reference("OF-1");
    placed.mutable_order()->set_legal_category(v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    EXPECT_THAT(remarks(submit(placed)), ElementsAre("order.legal_category"));
}

TEST_F(CourseTest, WhatOnlyTheStateTellsIsRemarkedOnInReceiptAndDelivery) {
    const contract::OrderId id = started();
    v1::Envelope report = on(id, provider);
    *report.mutable_progression_report() =
        contract::sample_progression_report().progression_report();
    v1::ProgressionReport& body = *report.mutable_progression_report();
    body.set_stage(v1::REPORT_STAGE_FINAL);
    body.set_period_start_date(date(7));
    body.set_period_end_date(date(7));
    body.clear_sub_goals_reached();
    body.clear_answer_wanted_by_date();
    world.turn({world.subscribe(jobcentre, "main")});
    const core::Turn done = world.turn({world.submit(provider, {report})});
    const auto has_finding = [](const auto& findings) {
        return std::any_of(findings.begin(), findings.end(), [](const v1::Finding& each) {
            return each.code() == "progression.sub_goal_not_told_of" &&
                   each.field_path() == "progression_report.sub_goals_reached";
        });
    };
    const auto told = outcomes(done);
    ASSERT_EQ(told.size(), 1U);
    ASSERT_TRUE(told[0].has_receipt()) << told[0].ShortDebugString();
    EXPECT_TRUE(has_finding(told[0].receipt().findings()));
    const auto delivered = deliveries(done, jobcentre);
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_TRUE(has_finding(delivered[0].findings()));
}

TEST_F(CourseTest, ACorrectionTakesTheFirstsPlace) {
    const contract::OrderId id = started();
    record(no_show(id, 7, 7));
    live_to(9);
    const v1::Envelope wrong = no_show(id, 8, 8);
    record(wrong);
    v1::Envelope corrected = no_show(id, 8, 8);
    corrected.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_REPORTED_ILL);
    point_at(corrected, wrong, v1::CAUSE_RELATION_CORRECTS);
    record(corrected);
    record(no_show(id, 9, 9));
    EXPECT_THAT(alerts(), IsEmpty()) << "never three in a row";
    EXPECT_EQ(domain::dialogue_state(course(id)), domain::DialogueState::started);
    // Of what ended, only what is corrected is taken.
    v1::Envelope end = ended(id, 9);
    record(end);
    v1::Envelope later_end = ended(id, 8);
    point_at(later_end, end, v1::CAUSE_RELATION_CORRECTS);
    record(later_end);
    EXPECT_EQ(course(id).end_day(),
              domain::day_of_field(later_end.course_end().end_date()).number());
}

TEST_F(CourseTest, AnOrderThatIsOverIsKeptAsLongAsBefore) {
    const contract::OrderId id = started();
    record(ended(id, 7));
    EXPECT_EQ(world.log_store.rows(journal::log_table::retention), 1U);
    const auto subject = *world.journal->cases().subject_of(id);
    const auto* const row = journal::find_order(**world.journal->cases().open(*subject), id);
    EXPECT_EQ(row->over_at_us(), world.journal->last_recorded().microseconds);
    EXPECT_EQ(row->state(), static_cast<std::uint32_t>(domain::OrderState::ended));
}

}  // namespace
}  // namespace jobbro::core
