// A jobcentre, a provider and their citizens in 2011, under a rule set, and a clock that is moved
// by days. Day 0 is Monday 2011-01-10.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "hub/journal/tables.h"
#include "proto/evidence/signed_text.h"
#include "tests/support/durations.h"
#include "tests/support/hub_world.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::core {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// When day 0 begins in Denmark: 2011-01-09T23:00:00Z. Summer time begins on day 76.
inline constexpr Instant day_0_begins{std::int64_t{1294614000} * 1000000};

// The settings of the demo, and 13 weeks of guidance and upskilling.
inline v1::RuleSet rules_of_2011() {
    v1::RuleSet rules;
    rules.set_name("2011");
    rules.set_valid_from_date("2011-01-01");
    rules.set_valid_until_date("2011-12-31");
    rules.set_age_limit(30);
    rules.mutable_interviews()->mutable_from_age()->set_months(3);
    v1::CategoryRules& category = *rules.add_categories();
    category.set_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    category.mutable_longest()->set_weeks(13);
    v1::AlertSettings& alerts = *rules.mutable_alerts();
    alerts.set_order_unanswered_days(7);
    alerts.set_question_unanswered_days(5);
    alerts.set_no_shows_in_a_row(3);
    alerts.set_course_ending_days(14);
    alerts.set_follow_up_days(14);
    alerts.add_follow_up_steps(14);
    alerts.set_statutory_near_days(14);
    return rules;
}

class CourseTest : public ::testing::Test {
  protected:
    CourseTest() : CourseTest(rules_of_2011(), false) {}
    CourseTest(const v1::RuleSet& rules, bool has_second_controller) {
        world.now = day_0_begins.plus_ms(9 * hour_ms);
        world.rules = {rules};
        world.has_second_controller = has_second_controller;
        world.settings.session_silent_ms_max = 100000 * day_ms;
        EXPECT_TRUE(world.open());
        world.add_usual_parties();
    }
    void restart() {
        ASSERT_TRUE(world.open());
        world.turn({world.hello(operator_party), world.hello(jobcentre), world.hello(provider)});
    }
    // "2011-01-10" of day 0.
    static std::string date(int day) {
        const domain::Day first{std::chrono::year_month_day{
            std::chrono::year{2011}, std::chrono::month{1}, std::chrono::day{10}}};
        return first.plus(day).text();
    }
    static Instant begin_of(int day) { return day_0_begins.plus_ms(day * day_ms); }
    // The hub lives on to that hour of the day, a turn an hour.
    void live_to(int day, std::int64_t hour = 9) {
        const Instant until = begin_of(day).plus_ms(hour * hour_ms);
        while (world.now.plus_ms(hour_ms) < until) {
            world.now = world.now.plus_ms(hour_ms);
            world.turn();
        }
        world.now = until;
        world.turn();
    }
    // It is down until then, and starts again; the first turn is the caller's.
    void sleep_to(int day) {
        world.now = begin_of(day).plus_ms(9 * hour_ms);
        ASSERT_TRUE(world.open());
    }

    v1::Outcome submit(const v1::Envelope& envelope) {
        const auto all = outcomes(world.turn({world.submit(envelope.sender(), {envelope})}));
        EXPECT_EQ(all.size(), 1U);
        return all.empty() ? v1::Outcome{} : all[0];
    }
    std::uint64_t record(const v1::Envelope& envelope) {
        const v1::Outcome outcome = submit(envelope);
        EXPECT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        return outcome.receipt().sequence();
    }
    // The detail of the refusal.
    std::string refused(const v1::Envelope& envelope, v1::ErrorCode code, const std::string& path) {
        const std::uint64_t before = world.journal->size().value();
        const v1::Outcome outcome = submit(envelope);
        EXPECT_EQ(outcome.rejection().code(), code)
            << v1::ErrorCode_Name(outcome.rejection().code());
        EXPECT_EQ(outcome.rejection().disposition(), v1::DISPOSITION_FIX);
        EXPECT_EQ(outcome.rejection().field_path(), path);
        EXPECT_EQ(world.journal->size().value(), before) << "nothing is recorded";
        return outcome.rejection().detail();
    }

    // --- Messages ---

    v1::Envelope on(const contract::OrderId& id, const std::string& sender,
                    const std::string& cpr = citizen) {
        return envelope(sender, id, world.now, world.randomness, cpr);
    }
    v1::Envelope about(const std::string& sender, const std::string& cpr = citizen) {
        v1::Envelope said = on(world.new_order(), sender, cpr);
        said.clear_order_id();
        said.mutable_audience()->mutable_sender_only();
        return said;
    }
    // From day 7 to day 97, 13 weeks.
    v1::Envelope new_order(const contract::OrderId& id, const std::string& cpr = citizen) {
        v1::Envelope said = order(id, world.now, world.randomness, provider, cpr);
        v1::Order& body = *said.mutable_order();
        body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
        body.set_sub_goals(0, "accordion lessons");
        body.set_start_date(date(7));
        body.set_end_date(date(97));
        return said;
    }
    contract::OrderId placed(const std::string& cpr = citizen) {
        const contract::OrderId id = world.new_order();
        record(new_order(id, cpr));
        return id;
    }
    v1::Envelope accepted(const contract::OrderId& id, const std::string& cpr = citizen) {
        v1::Envelope said = on(id, provider, cpr);
        said.mutable_order_acceptance()->set_expected_start_date(date(7));
        return said;
    }
    v1::Envelope begun(const contract::OrderId& id, const std::string& cpr = citizen) {
        v1::Envelope said = on(id, provider, cpr);
        said.mutable_course_start()->set_start_date(date(7));
        return said;
    }
    // Placed and accepted on day 0, begun on day 7.
    contract::OrderId started(const std::string& cpr = citizen) {
        const contract::OrderId id = placed(cpr);
        record(accepted(id, cpr));
        live_to(7);
        record(begun(id, cpr));
        return id;
    }
    v1::Envelope no_show(const contract::OrderId& id, int first, int last,
                         const std::string& cpr = citizen) {
        v1::Envelope said = on(id, provider, cpr);
        v1::AbsenceReport& body = *said.mutable_absence_report();
        body.set_first_date(date(first));
        body.set_last_date(date(last));
        body.set_kind(v1::ABSENCE_KIND_NO_SHOW);
        return said;
    }
    v1::Envelope ended(const contract::OrderId& id, int day, const std::string& cpr = citizen) {
        v1::Envelope said = on(id, provider, cpr);
        said.mutable_course_end()->set_end_date(date(day));
        said.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
        return said;
    }
    v1::Envelope evaluated(const contract::OrderId& id, const std::string& on_date) {
        v1::Envelope said = on(id, provider);
        *said.mutable_mid_term_evaluation() =
            contract::sample_mid_term_evaluation().mid_term_evaluation();
        said.mutable_mid_term_evaluation()->set_evaluation_date(on_date);
        said.mutable_mid_term_evaluation()->clear_answer_wanted_by_date();
        return said;
    }
    v1::Envelope followed_up(const contract::OrderId& id, const v1::Envelope& answered,
                             v1::FollowUpDecision decision) {
        v1::Envelope said = on(id, jobcentre);
        said.mutable_follow_up()->set_decision(decision);
        point_at(said, answered, v1::CAUSE_RELATION_ANSWERS);
        return said;
    }
    v1::Envelope watched(v1::StatutoryLimit limit) {
        v1::Envelope said = about(jobcentre);
        said.mutable_limits_watched()->add_watched(limit);
        return said;
    }
    v1::Envelope interviewed(int day) {
        v1::Envelope said = about(jobcentre);
        said.mutable_interview_held()->set_held_date(date(day));
        return said;
    }
    static void point_at(v1::Envelope& envelope, const v1::Envelope& at,
                         v1::CauseRelation relation) {
        v1::Cause& cause = *envelope.add_causes();
        cause.set_message_id(at.message_id());
        cause.set_relation(relation);
    }

    // As the hub tells an operator.
    v1::SubjectFound found(const std::string& cpr) {
        v1::ClientFrame frame;
        frame.mutable_find_subject()->set_cpr_number(cpr);
        frame.mutable_find_subject()->set_ground("case 12");
        const auto told =
            frames_to(world.turn({world.hello(operator_party), world.frame(operator_party, frame)}),
                      operator_party, v1::HubFrame::kSubjectFound);
        EXPECT_EQ(told.size(), 1U);
        return told.empty() ? v1::SubjectFound{} : told[0].subject_found();
    }
    // The controller's statement, signed now, also where courses run.
    FrameIn erasure_of(const std::string& cpr) {
        const v1::SubjectFound known = found(cpr);
        v1::CitizenStatement said;
        said.set_origin(world.journal->origin());
        said.set_subject_id(known.subject_id());
        said.set_preceding(known.preceding());
        said.set_signer(controller);
        said.mutable_signed_at()->set_seconds(world.now.microseconds / 1000000);
        said.set_ground("case 12");
        said.mutable_erase()->set_orders(known.orders());
        said.mutable_erase()->set_last_sequence_plus_one(known.last_sequence_plus_one());
        said.mutable_erase()->set_even_running(true);
        v1::ClientFrame frame;
        frame.mutable_act_on_citizen()->set_statement(said.SerializeAsString());
        frame.mutable_act_on_citizen()->set_signature(Bytes{view(
            evidence::sign(world.keys(controller).signing,
                           evidence::citizen_statement_text(frame.act_on_citizen().statement())))});
        return world.frame(operator_party, frame);
    }
    v1::CitizenActed act(const FrameIn& statement) {
        const auto told = frames_to(world.turn({world.hello(operator_party), statement}),
                                    operator_party, v1::HubFrame::kCitizenActed);
        EXPECT_EQ(told.size(), 1U);
        return told.empty() ? v1::CitizenActed{} : told[0].citizen_acted();
    }
    void erase_citizen(const std::string& cpr) { act(erasure_of(cpr)); }

    // --- What stands in the log ---

    std::shared_ptr<const journal::OpenedEntry> entry(std::uint64_t sequence) {
        return *world.journal->read(Sequence{sequence});
    }
    std::vector<std::shared_ptr<const journal::OpenedEntry>> entries_of(v1::MessageKind kind) {
        std::vector<std::shared_ptr<const journal::OpenedEntry>> all;
        for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
            const auto read = world.journal->read(Sequence{i});
            if (read && (*read)->index.kind() == kind) all.push_back(*read);
        }
        return all;
    }
    static v1::Envelope envelope_of(const journal::OpenedEntry& entry) {
        v1::Envelope envelope;
        EXPECT_TRUE(envelope.ParseFromString(entry.body));
        return envelope;
    }
    // "d8 ORDER_UNANSWERED limit d7 step 1", by the day it happened; and " late".
    static std::string text_of(const journal::OpenedEntry& entry) {
        const v1::Envelope envelope = envelope_of(entry);
        const v1::Alert& alert = envelope.alert();
        // In summer days begin an hour earlier.
        const std::int64_t since_s =
            envelope.happened_at().seconds() - day_0_begins.microseconds / 1000000;
        const std::int64_t day = (since_s + 3600) / (24 * 3600);
        std::string text =
            "d" + std::to_string(day) + " " +
            v1::AlertKind_Name(alert.kind()).substr(std::string{"ALERT_KIND_"}.size());
        for (int limit = -400; limit < 1000 && !alert.limit_date().empty(); ++limit) {
            if (date(limit) == alert.limit_date()) text += " limit d" + std::to_string(limit);
        }
        return text + " step " + std::to_string(alert.step()) +
               (alert.raised_late() ? " late" : "");
    }
    std::vector<std::string> alerts() {
        std::vector<std::string> all;
        for (const auto& each : entries_of(v1::MESSAGE_KIND_ALERT))
            all.push_back(text_of(*each));
        return all;
    }
    static std::vector<std::string> audience(const journal::OpenedEntry& entry) {
        return {entry.index.audience().begin(), entry.index.audience().end()};
    }
    // The row of the order, or of the person's limits, as it is now.
    const domain::rows::CourseState& course(const contract::OrderId& id) {
        const auto subject = *world.journal->cases().subject_of(id);
        return journal::find_order(**world.journal->cases().open(*subject), id)->course();
    }
    std::size_t timers() { return world.log_store.rows(journal::log_table::timers); }

    HubWorld world;
};

}  // namespace jobbro::core
