#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// "code at path", for every finding; the envelope must be valid, as findings never come without.
std::vector<std::string> found_in(const v1::Envelope& envelope) {
    EXPECT_THAT(validate(envelope, sample_now), Succeeds());
    std::vector<std::string> found;
    for (const v1::Finding& finding : findings_of(envelope)) {
        const FindingText* text = find_finding_text(finding.code());
        JOBBRO_ASSERT(text != nullptr);
        EXPECT_EQ(finding.severity(), text->severity) << finding.code();
        found.push_back(finding.code() + " at " + finding.field_path());
    }
    return found;
}

void say_nothing(v1::AttentionPoint& point) {
    point.set_narrative("it is\ngoing  very well");
    point.clear_evidence();
    point.clear_indicators();
    point.clear_next_step();
    point.clear_next_step_date();
}

v1::Envelope report_that_says_nothing() {
    v1::Envelope envelope = sample_progression_report();
    for (auto& point : *envelope.mutable_progression_report()->mutable_attention_points()) {
        say_nothing(point);
    }
    return envelope;
}

v1::AttentionPoint& point(v1::Envelope& envelope, int index) {
    return *envelope.mutable_progression_report()->mutable_attention_points(index);
}

TEST(Findings, ThereAreNoneInGoodMessages) {
    EXPECT_THAT(found_in(sample_order()), IsEmpty());
    EXPECT_THAT(found_in(sample_order_acceptance()), IsEmpty());
    EXPECT_THAT(found_in(sample_order_decline()), IsEmpty());
    EXPECT_THAT(found_in(sample_course_start()), IsEmpty());
    EXPECT_THAT(found_in(sample_absence_report()), IsEmpty());
    EXPECT_THAT(found_in(sample_progression_report()), IsEmpty());
    EXPECT_THAT(found_in(sample_course_end()), IsEmpty());
}

TEST(Findings, OrderWithNothingButTheCitizenGetsOneFindingForAll) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->Clear();
    EXPECT_THAT(found_in(envelope), ElementsAre("order.citizen_only at order"));
    envelope.mutable_order()->set_offer_reference("OF-2");
    envelope.mutable_order()->set_start_date("2011-05-09");
    envelope.mutable_order()->set_end_date("2011-06-09");
    EXPECT_THAT(found_in(envelope), ElementsAre("order.citizen_only at order"));
}

TEST(Findings, OrderOfBlankTextsAndEmptyPartsIsAsOneWithout) {
    v1::Envelope envelope = sample_order();
    v1::Order& order = *envelope.mutable_order();
    order.Clear();
    order.mutable_reports_due();
    order.set_special_considerations(" \n\t");
    order.add_priorities("\xc2\xa0");
    order.add_sub_goals(" ");
    order.add_questions(" \xe2\x80\xaf ");
    order.mutable_contact()->set_function_or_team("\xe2\x80\x8b");
    EXPECT_THAT(found_in(envelope), ElementsAre("order.citizen_only at order"));
}

TEST(Findings, AnythingMoreThanOfferAndDatesIsContent) {
    for (const char* field :
         {"match_category", "legal_category", "special_considerations", "citizen_wishes",
          "hours_per_week", "reports_due", "job_plan", "predecessor_order_id", "contact",
          "mentor_hours_per_week", "education_obligation", "priorities", "questions"}) {
        v1::Envelope envelope = sample_order();
        const auto* kept = v1::Order::descriptor()->FindFieldByName(field);
        ASSERT_NE(kept, nullptr) << field;
        v1::Order& order = *envelope.mutable_order();
        for (int i = 0; i < v1::Order::descriptor()->field_count(); ++i) {
            const auto* other = v1::Order::descriptor()->field(i);
            if (other != kept) order.GetReflection()->ClearField(&order, other);
        }
        EXPECT_THAT(found_in(envelope), ElementsAre("order.no_sub_goals at order.sub_goals"))
            << field;
    }
}

TEST(Findings, BlankSubGoalsAndQuestionsAreNone) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->set_sub_goals(0, " ");
    envelope.mutable_order()->set_questions(0, "\n");
    EXPECT_THAT(found_in(envelope),
                ElementsAre("order.no_sub_goals at order.sub_goals",
                            "order.needs_assessment_without_question at order.questions"));
}

TEST(Findings, OrderWithoutSubGoalsIsTold) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->clear_sub_goals();
    EXPECT_THAT(found_in(envelope), ElementsAre("order.no_sub_goals at order.sub_goals"));
}

TEST(Findings, NeedsAssessmentWithoutQuestionIsTold) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->clear_questions();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("order.needs_assessment_without_question at order.questions"));
}

TEST(Findings, OtherPurposesNeedNoQuestion) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->clear_questions();
    envelope.mutable_order()->clear_purposes();
    envelope.mutable_order()->add_purposes(v1::PURPOSE_EMPLOYMENT);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, DeadlineOrTreatmentAloneIsTold) {
    v1::Envelope envelope = sample_order();
    v1::Order& order = *envelope.mutable_order();
    const auto finding = ElementsAre("order.deadline_or_treatment_only at order.purposes");
    order.clear_purposes();
    order.add_purposes(v1::PURPOSE_STATUTORY_DEADLINE);
    EXPECT_THAT(found_in(envelope), finding);
    order.add_purposes(v1::PURPOSE_TREATMENT);
    EXPECT_THAT(found_in(envelope), finding);
    order.add_purposes(v1::PURPOSE_EMPLOYMENT);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, DeadlineOnlyOrderWithoutSubGoalsGetsBothFindings) {
    v1::Envelope envelope = sample_order();
    envelope.mutable_order()->Clear();
    envelope.mutable_order()->add_purposes(v1::PURPOSE_STATUTORY_DEADLINE);
    EXPECT_THAT(found_in(envelope),
                ElementsAre("order.no_sub_goals at order.sub_goals",
                            "order.deadline_or_treatment_only at order.purposes"));
}

TEST(Findings, FailingCheckDigitIsToldOfOrdinaryNumbersOnly) {
    v1::Envelope envelope = sample_course_start();
    const auto finding = ElementsAre("citizen.cpr_check_digit at citizen.cpr_number");
    envelope.mutable_citizen()->set_cpr_number("211062-5628");
    EXPECT_THAT(found_in(envelope), finding);
    envelope.mutable_citizen()->set_cpr_number("211062-5629");
    EXPECT_THAT(found_in(envelope), IsEmpty());
    envelope.mutable_citizen()->set_cpr_number("741176-1201");
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, ReportThatSaysNoMoreThanItIsGoingWellIsTold) {
    EXPECT_THAT(found_in(report_that_says_nothing()),
                ElementsAre("progression.says_nothing at progression_report.attention_points"));
}

TEST(Findings, AnythingSaidOnOnePointIsEnough) {
    v1::Envelope envelope = report_that_says_nothing();
    point(envelope, 3).set_narrative("moved to a room of his own");
    EXPECT_THAT(found_in(envelope), IsEmpty());
    envelope = report_that_says_nothing();
    point(envelope, 3).set_evidence("the lease");
    EXPECT_THAT(found_in(envelope), IsEmpty());
    envelope = report_that_says_nothing();
    point(envelope, 3).set_next_step("look at bus times");
    EXPECT_THAT(found_in(envelope), IsEmpty());
    envelope = report_that_says_nothing();
    *point(envelope, 3).add_indicators() =
        sample_progression_report().progression_report().attention_points(0).indicators(0);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, BlankEvidenceAndNextStepSayNothing) {
    v1::Envelope envelope = report_that_says_nothing();
    point(envelope, 3).set_evidence(" \xc2\xa0");
    point(envelope, 3).set_next_step("\t");
    EXPECT_THAT(found_in(envelope),
                ElementsAre("progression.says_nothing at progression_report.attention_points"));
}

TEST(Findings, WhatAnExcusedPointSaysSpeaksForNoOther) {
    v1::Envelope envelope = report_that_says_nothing();
    for (int i = 0; i < 4; ++i) {
        point(envelope, i).set_direction(v1::DIRECTION_NOT_ASSESSED);
        point(envelope, i).set_not_assessed_reason(v1::NOT_ASSESSED_REASON_TOO_LITTLE_SEEN);
        point(envelope, i).set_narrative("too few hours at the site so far to say");
    }
    EXPECT_THAT(found_in(envelope),
                ElementsAre("progression.says_nothing at progression_report.attention_points"));
    point(envelope, 4).set_narrative("names two kinds of work by herself");
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, EveryReasonNotToAssessIsAccepted) {
    for (const auto reason :
         {v1::NOT_ASSESSED_REASON_NOT_ASKED_FOR, v1::NOT_ASSESSED_REASON_TOO_LITTLE_SEEN,
          v1::NOT_ASSESSED_REASON_CITIZEN_DOES_NOT_WISH}) {
        v1::Envelope envelope = report_that_says_nothing();
        for (int i = 0; i < 5; ++i) {
            point(envelope, i).set_direction(v1::DIRECTION_NOT_ASSESSED);
            point(envelope, i).set_not_assessed_reason(reason);
        }
        EXPECT_THAT(found_in(envelope), IsEmpty());
    }
}

TEST(Findings, NotAssessedWithoutReasonIsToldOfEachPoint) {
    v1::Envelope envelope = sample_progression_report();
    point(envelope, 2).set_direction(v1::DIRECTION_NOT_ASSESSED);
    point(envelope, 4).set_direction(v1::DIRECTION_NOT_ASSESSED);
    EXPECT_THAT(found_in(envelope), ElementsAre("progression.not_assessed_without_reason at "
                                                "progression_report.attention_points[2]",
                                                "progression.not_assessed_without_reason at "
                                                "progression_report.attention_points[4]"));
}

TEST(FindingTexts, AreThereInBothLanguagesOnceForEachCode) {
    std::set<std::string_view> codes;
    for (const FindingText& text : finding_texts()) {
        EXPECT_TRUE(codes.insert(text.code).second) << text.code;
        EXPECT_FALSE(severity_name(text.severity).empty()) << text.code;
        EXPECT_FALSE(text.danish.empty()) << text.code;
        EXPECT_FALSE(text.english.empty()) << text.code;
        EXPECT_EQ(find_finding_text(text.code), &text);
    }
    EXPECT_EQ(codes.size(), 7U);
    EXPECT_EQ(find_finding_text("order.too_blue"), nullptr);
}

TEST(FindingSeverities, AreNamed) {
    EXPECT_EQ(severity_name(v1::FINDING_SEVERITY_REMARK), "remark");
    EXPECT_EQ(severity_name(v1::FINDING_SEVERITY_THIN), "thin");
    EXPECT_EQ(severity_name(v1::FINDING_SEVERITY_UNSPECIFIED), "");
    EXPECT_EQ(severity_name(static_cast<v1::FindingSeverity>(9)), "");
}

}  // namespace
}  // namespace jobbro::contract
