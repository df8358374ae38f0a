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
    for (const v1::Envelope& envelope : sample_of_each_kind()) {
        EXPECT_THAT(found_in(envelope), IsEmpty()) << kind_name(kind_of(envelope));
    }
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
    order.set_citizen_wishes("\xe2\x80\x8b");
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

TEST(Findings, WhatARevisionLeavesIsToldAsAnOrderIs) {
    v1::Envelope envelope = sample_order_revision();
    v1::Order& order = *envelope.mutable_order_revision()->mutable_order();
    order.clear_sub_goals();
    order.clear_questions();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("order.no_sub_goals at order_revision.order.sub_goals",
                            "order.needs_assessment_without_question at "
                            "order_revision.order.questions"));
    order.clear_purposes();
    order.add_purposes(v1::PURPOSE_TREATMENT);
    order.add_sub_goals("comes two mornings a week");
    EXPECT_THAT(found_in(envelope),
                ElementsAre("order.deadline_or_treatment_only at order_revision.order.purposes"));
    order.Clear();
    EXPECT_THAT(found_in(envelope), ElementsAre("order.citizen_only at order_revision.order"));
}

TEST(Findings, NoShowWithoutAnAttemptAtContactIsTold) {
    v1::Envelope envelope = sample_absence_report();
    v1::AbsenceReport& report = *envelope.mutable_absence_report();
    report.set_kind(v1::ABSENCE_KIND_NO_SHOW);
    EXPECT_THAT(found_in(envelope), IsEmpty());
    report.clear_contact_attempts();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("absence.no_contact_attempt at absence_report.contact_attempts"));
    report.set_kind(v1::ABSENCE_KIND_REPORTED_ILL);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, EvaluationThatSaysNothingIsTold) {
    v1::Envelope envelope = sample_mid_term_evaluation();
    v1::MidTermEvaluation& evaluation = *envelope.mutable_mid_term_evaluation();
    evaluation.clear_to_change();
    evaluation.set_citizen_view(" ");
    evaluation.set_reached("it is going very well");
    const auto finding = ElementsAre("mid_term.says_nothing at mid_term_evaluation");
    EXPECT_THAT(found_in(envelope), finding);
    evaluation.clear_reached();
    evaluation.set_on_the_way(v1::ON_THE_WAY_YES);
    EXPECT_THAT(found_in(envelope), finding);
    evaluation.set_citizen_view("content");
    EXPECT_THAT(found_in(envelope), IsEmpty());
    evaluation.clear_citizen_view();
    evaluation.set_reached("comes as agreed on all days");
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, CourseOffItsWayWithNothingToChangeIsTold) {
    v1::Envelope envelope = sample_mid_term_evaluation();
    v1::MidTermEvaluation& evaluation = *envelope.mutable_mid_term_evaluation();
    evaluation.clear_to_change();
    for (const auto way : {v1::ON_THE_WAY_PARTLY, v1::ON_THE_WAY_NO}) {
        evaluation.set_on_the_way(way);
        EXPECT_THAT(found_in(envelope),
                    ElementsAre("mid_term.no_change_told at mid_term_evaluation.to_change"));
    }
    evaluation.set_on_the_way(v1::ON_THE_WAY_YES);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, ClarificationOfNothingIsTold) {
    v1::Envelope envelope = sample_clarification();
    v1::Clarification& clarification = *envelope.mutable_clarification();
    clarification.clear_remark();
    clarification.mutable_answers(0)->set_not_known(true);
    clarification.mutable_answers(0)->clear_answer();
    EXPECT_THAT(found_in(envelope), IsEmpty()) << "the other says who finds out";
    clarification.mutable_answers(1)->set_answer("\n");
    EXPECT_THAT(found_in(envelope),
                ElementsAre("clarification.nothing_known at clarification.answers"));
    clarification.set_remark("the team asks the citizen on Friday");
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, JobPlanOfNumberAndDatesIsTold) {
    v1::Envelope envelope = sample_job_plan_extract();
    v1::JobPlanExtract& extract = *envelope.mutable_job_plan_extract();
    extract.clear_goals();
    extract.clear_barriers();
    EXPECT_THAT(found_in(envelope), IsEmpty());
    extract.set_sub_goals(0, " ");
    EXPECT_THAT(found_in(envelope), ElementsAre("job_plan.number_only at job_plan_extract"));
    extract.add_barriers("few hours at a time");
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, MeetingHeldOfWhichNothingIsSaidIsTold) {
    v1::Envelope envelope = sample_meeting();
    v1::Meeting& meeting = *envelope.mutable_meeting();
    meeting.clear_agreements();
    EXPECT_THAT(found_in(envelope), IsEmpty());
    meeting.clear_citizen_view();
    EXPECT_THAT(found_in(envelope), ElementsAre("meeting.held_says_nothing at meeting.agreements"));
    meeting.set_stage(v1::MEETING_STAGE_CALLED);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, FundingOfNoAmountAndNoHoursIsTold) {
    v1::Envelope envelope = sample_funding_request();
    v1::FundingRequest& request = *envelope.mutable_funding_request();
    request.clear_amount_dkk();
    EXPECT_THAT(found_in(envelope), IsEmpty());
    request.clear_hours_per_week();
    EXPECT_THAT(found_in(envelope), ElementsAre("funding.no_size at funding_request.amount_dkk"));
    request.set_amount_dkk(5200);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, WhatFollowsWithoutADateIsTold) {
    v1::Envelope envelope = sample_follow_up();
    v1::FollowUp& follow_up = *envelope.mutable_follow_up();
    follow_up.clear_by_date();
    for (const auto decision : {v1::FOLLOW_UP_DECISION_NEW_ORDER, v1::FOLLOW_UP_DECISION_EXTEND}) {
        follow_up.set_decision(decision);
        EXPECT_THAT(found_in(envelope), ElementsAre("follow_up.no_date at follow_up.by_date"));
    }
    for (const auto decision : {v1::FOLLOW_UP_DECISION_END, v1::FOLLOW_UP_DECISION_CHANGE_PLAN,
                                v1::FOLLOW_UP_DECISION_NO_ACTION}) {
        follow_up.set_decision(decision);
        EXPECT_THAT(found_in(envelope), IsEmpty()) << decision;
    }
}

TEST(Findings, LimitsWithoutADateToCountByAreTold) {
    v1::Envelope envelope = sample_limits_watched();
    v1::LimitsWatched& limits = *envelope.mutable_limits_watched();
    limits.clear_first_request_date();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("limits.no_date at limits_watched.first_request_date"));
    limits.clear_first_offer_due_date();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("limits.no_date at limits_watched.first_request_date",
                            "limits.no_date at limits_watched.first_offer_due_date"));
    limits.clear_watched();
    limits.add_watched(v1::STATUTORY_LIMIT_NEW_OFFER);
    limits.add_watched(v1::STATUTORY_LIMIT_INTERVIEWS);
    EXPECT_THAT(found_in(envelope), IsEmpty());
}

TEST(Findings, OfferForNobodyInParticularIsTold) {
    v1::Envelope envelope = sample_offer_published();
    v1::OfferPublished& offer = *envelope.mutable_offer_published();
    offer.clear_match_categories();
    EXPECT_THAT(found_in(envelope), IsEmpty());
    offer.clear_target_group();
    EXPECT_THAT(found_in(envelope),
                ElementsAre("offer.no_target_group at offer_published.target_group"));
    offer.add_match_categories(v1::MATCH_CATEGORY_READY_FOR_MEASURES);
    EXPECT_THAT(found_in(envelope), IsEmpty());
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
    EXPECT_EQ(codes.size(), 22U);
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
