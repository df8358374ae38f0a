// The four weak spots that the national report of 2012 names, each played over real sockets in 2011
// with the rule sets of deploy/rules: what went unseen then is seen now.
//
//   1. jobcentre and citizen rarely meet
//   2. jobcentres have little overview of the offers
//   3. orders and reports pass on too little of what is known
//   4. nobody goes on evaluating while the course runs
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <map>

#include "proto/base/file_clock.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"
#include "tests/support/raw_peer.h"

namespace jobbro::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class WeakSpots : public ::testing::Test {
  protected:
    WeakSpots() {
        at("2011-01-10");
        hub.configure("[rules]\nfolder = \"" JOBBRO_SOURCE_DIR "/deploy/rules\"\n");
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        connect();
    }
    void connect() {
        waiting_.clear();
        centre = RawPeer::open(hub, jobcentre);
        site = RawPeer::open(hub, provider);
        centre->subscribe("main");
        site->subscribe("main");
    }
    // Nine o'clock in Denmark in winter.
    void at(const std::string& date) {
        hub.set_clock(date + "T08:00:00Z");
        today = date;
    }
    [[nodiscard]] Instant now() const { return *parse_clock_text(today + "T08:00:00Z"); }

    v1::Envelope on(const std::string& sender) { return envelope(sender, id, now(), randomness); }
    v1::Envelope about_citizen() {
        v1::Envelope said = on(jobcentre);
        said.clear_order_id();
        said.mutable_audience()->mutable_sender_only();
        return said;
    }
    v1::Outcome say(RawPeer& peer, const v1::Envelope& envelope) {
        peer.submit({envelope}, ++submits);
        const auto all = peer.outcomes(1);
        return all.empty() ? v1::Outcome{} : all[0];
    }
    v1::Receipt record(RawPeer& peer, const v1::Envelope& envelope) {
        const v1::Outcome outcome = say(peer, envelope);
        EXPECT_TRUE(outcome.has_receipt()) << outcome.ShortDebugString();
        return outcome.receipt();
    }
    // The next delivery, and its envelope.
    struct Delivered {
        v1::Delivery delivery;
        v1::Envelope envelope;
    };
    std::optional<Delivered> next(RawPeer& peer) {
        auto& waiting = waiting_[&peer];
        if (waiting.empty()) {
            const auto frame = peer.receive_kind(v1::HubFrame::kDeliveries);
            if (!frame) return std::nullopt;
            for (const v1::Delivery& each : frame->deliveries().deliveries()) {
                Delivered got{each, {}};
                EXPECT_TRUE(got.envelope.ParseFromString(each.envelope()));
                waiting.push_back(std::move(got));
            }
        }
        Delivered first = waiting.front();
        waiting.pop_front();
        return first;
    }
    // "ORDER_UNANSWERED 2011-01-17 step 1", and " late"; of the next delivery that is an alert.
    std::string next_alert(RawPeer& peer) {
        while (const auto got = next(peer)) {
            if (!got->envelope.has_alert()) continue;
            EXPECT_EQ(got->envelope.citizen().cpr_number(), citizen);
            EXPECT_EQ(got->envelope.sender(), "hub");
            const v1::Alert& alert = got->envelope.alert();
            return v1::AlertKind_Name(alert.kind()).substr(std::string{"ALERT_KIND_"}.size()) +
                   (alert.limit_date().empty() ? "" : " " + alert.limit_date()) + " step " +
                   std::to_string(alert.step()) + (alert.raised_late() ? " late" : "");
        }
        return "none";
    }
    // "OF-4, 1 left": what the jobcentre finds in the catalogue.
    std::vector<std::string> offers_for(v1::Purpose purpose) {
        v1::ClientFrame frame;
        frame.mutable_query()->mutable_offers()->set_purpose(purpose);
        centre->send(frame);
        const auto answered = centre->receive_kind(v1::HubFrame::kAnswer);
        std::vector<std::string> all;
        if (!answered) return {"no answer"};
        for (const v1::OfferStanding& each : answered->answer().offers()) {
            all.push_back(each.offer().offer_reference() + ", " +
                          std::to_string(each.free_places()) + " left");
        }
        return all;
    }
    // Placed on the 10th, accepted, and begun on the 17th.
    void start_course() {
        v1::Envelope placed = order(id, now(), randomness);
        placed.mutable_order()->set_start_date("2011-01-17");
        placed.mutable_order()->set_end_date("2011-04-17");
        record(*centre, placed);
        v1::Envelope accepted = on(provider);
        accepted.mutable_order_acceptance()->set_expected_start_date("2011-01-17");
        record(*site, accepted);
        at("2011-01-17");
        v1::Envelope begun = on(provider);
        begun.mutable_course_start()->set_start_date("2011-01-17");
        record(*site, begun);
    }
    v1::Envelope no_show(const std::string& date) {
        v1::Envelope said = on(provider);
        said.mutable_absence_report()->set_first_date(date);
        said.mutable_absence_report()->set_last_date(date);
        said.mutable_absence_report()->set_kind(v1::ABSENCE_KIND_NO_SHOW);
        return said;
    }
    static std::vector<std::string> codes(const v1::Receipt& receipt) {
        std::vector<std::string> all;
        for (const v1::Finding& each : receipt.findings())
            all.push_back(each.code());
        return all;
    }

    HubProcess hub;
    evidence::SystemRandomness randomness;
    std::string today;
    std::unique_ptr<RawPeer> centre;
    std::unique_ptr<RawPeer> site;
    const contract::OrderId id = contract::OrderId::make(Instant{1294646400000000}, randomness);
    std::uint64_t submits = 0;

  private:
    std::map<const RawPeer*, std::deque<Delivered>> waiting_;
};

TEST_F(WeakSpots, LittleContact_AbsenceIsKnownTheSameDayAndInterviewsAreNotForgotten) {
    v1::Envelope watched = about_citizen();
    watched.mutable_limits_watched()->add_watched(v1::STATUTORY_LIMIT_INTERVIEWS);
    record(*centre, watched);
    v1::Envelope held = about_citizen();
    held.mutable_interview_held()->set_held_date("2011-01-10");
    record(*centre, held);
    start_course();
    record(*site, no_show("2011-01-17"));
    at("2011-01-18");
    record(*site, no_show("2011-01-18"));
    at("2011-01-19");
    record(*site, no_show("2011-01-19"));
    EXPECT_EQ(next_alert(*centre), "ABSENCE_NO_SHOWS_IN_A_ROW step 1");
    EXPECT_THAT(next_alert(*site), HasSubstr("ABSENCE_NO_SHOWS_IN_A_ROW"));
    // Three months on the next interview is due: the provider is not told of that.
    at("2011-03-27");
    EXPECT_EQ(next_alert(*centre), "STATUTORY_NEAR 2011-04-10 step 1");
    at("2011-04-04");
    EXPECT_EQ(next_alert(*centre), "COURSE_ENDING_WITHOUT_FOLLOW_UP 2011-04-17 step 1 late");
    EXPECT_THAT(next_alert(*site), HasSubstr("COURSE_ENDING_WITHOUT_FOLLOW_UP"));
}

TEST_F(WeakSpots, LittleOverviewOfOffers_EachIsTold_FoundByWhatItIsForAndHeldToItsPlaces) {
    v1::Envelope offer = on(provider);
    offer.clear_order_id();
    offer.clear_citizen();
    offer.mutable_audience()->mutable_all_with_ground();
    v1::OfferPublished& body = *offer.mutable_offer_published();
    body.set_offer_reference("OF-4");
    body.set_name("workshop and kitchen");
    body.add_purposes(v1::PURPOSE_EMPLOYMENT);
    body.set_legal_category(v1::LEGAL_CATEGORY_GUIDANCE_AND_UPSKILLING);
    body.set_form(v1::OFFER_FORM_GROUP);
    body.set_capacity(1);
    record(*site, offer);
    const auto got = next(*centre);
    ASSERT_TRUE(got);
    EXPECT_EQ(got->envelope.offer_published().name(), "workshop and kitchen");

    EXPECT_THAT(offers_for(v1::PURPOSE_EMPLOYMENT), ElementsAre("OF-4, 1 left"));
    EXPECT_THAT(offers_for(v1::PURPOSE_NEEDS_ASSESSMENT), IsEmpty());
    v1::Envelope placed = order(id, now(), randomness);
    placed.mutable_order()->set_offer_reference("OF-4");
    record(*centre, placed);
    EXPECT_THAT(offers_for(v1::PURPOSE_EMPLOYMENT), ElementsAre("OF-4, 0 left"));
    v1::Envelope second = order(contract::OrderId::make(now(), randomness), now(), randomness,
                                provider, other_citizen);
    second.mutable_order()->set_offer_reference("OF-4");
    const v1::Outcome full = say(*centre, second);
    EXPECT_EQ(full.rejection().code(), v1::ERROR_CODE_OFFER_FULL);
    EXPECT_EQ(full.rejection().field_path(), "order.offer_reference");
    v1::Envelope declined = on(provider);
    declined.mutable_order_decline()->set_reason(v1::ORDER_DECLINE_REASON_NO_CAPACITY);
    record(*site, declined);
    EXPECT_THAT(offers_for(v1::PURPOSE_EMPLOYMENT), ElementsAre("OF-4, 1 left"));
}

TEST_F(WeakSpots, ThinOrders_AreToldToBeThinAndMendedByAskingBack) {
    v1::Envelope thin = on(jobcentre);
    thin.mutable_audience()->set_party(provider);
    thin.mutable_order();
    EXPECT_THAT(codes(record(*centre, thin)), ElementsAre("order.citizen_only"));
    const auto at_site = next(*site);
    ASSERT_TRUE(at_site);
    EXPECT_EQ(at_site->delivery.findings_size(), 1);
    // Nothing can be reported on what nobody has said yes to.
    const v1::Outcome early = say(*site, no_show("2011-01-10"));
    EXPECT_EQ(early.rejection().code(), v1::ERROR_CODE_ORDER_STEP_NOT_ALLOWED);
    EXPECT_EQ(early.rejection().field_path(), "body");
    EXPECT_THAT(early.rejection().detail(), HasSubstr("the order is placed; allowed: "));

    at("2011-01-11");
    v1::Envelope asked = on(provider);
    asked.mutable_clarification_request()->add_questions("what is to be found out?");
    record(*site, asked);
    ASSERT_TRUE(next(*centre));
    at("2011-01-17");
    EXPECT_EQ(next_alert(*centre), "CLARIFICATION_UNANSWERED 2011-01-16 step 1");
    EXPECT_THAT(next_alert(*site), HasSubstr("CLARIFICATION_UNANSWERED"));
    v1::Envelope answered = on(jobcentre);
    v1::ClarificationAnswer& answer = *answered.mutable_clarification()->add_answers();
    answer.set_question("what is to be found out?");
    answer.set_answer("which tasks hold for 15 hours a week");
    v1::Cause& cause = *answered.add_causes();
    cause.set_message_id(asked.message_id());
    cause.set_relation(v1::CAUSE_RELATION_ANSWERS);
    record(*centre, answered);
    // The clock of the order goes on from the answer.
    at("2011-01-25");
    EXPECT_EQ(next_alert(*centre), "ORDER_UNANSWERED 2011-01-24 step 1");
}

TEST_F(WeakSpots, NobodyEvaluates_ReportsWithoutAnswerAreToldOfUntilOneComes) {
    start_course();
    at("2011-02-14");
    v1::Envelope evaluated = on(provider);
    v1::MidTermEvaluation& body = *evaluated.mutable_mid_term_evaluation();
    body.set_evaluation_date("2011-02-14");
    body.set_on_the_way(v1::ON_THE_WAY_PARTLY);
    body.set_to_change("drop the indoor workshop, try the parks team");
    record(*site, evaluated);
    // The hub is down over the limit, and tells of it all the same.
    EXPECT_EQ(hub.stop().status, 0);
    at("2011-03-02");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    connect();
    EXPECT_EQ(next_alert(*centre), "FOLLOW_UP_OVERDUE 2011-02-28 step 1 late");
    hub.kill();
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    connect();
    at("2011-03-15");
    EXPECT_EQ(next_alert(*centre), "FOLLOW_UP_OVERDUE 2011-02-28 step 1 late")
        << "delivered again, since it was not acked";
    EXPECT_EQ(next_alert(*centre), "FOLLOW_UP_OVERDUE 2011-02-28 step 2");
    v1::Envelope decided = on(jobcentre);
    decided.mutable_follow_up()->set_decision(v1::FOLLOW_UP_DECISION_END);
    v1::Cause& cause = *decided.add_causes();
    cause.set_message_id(evaluated.message_id());
    cause.set_relation(v1::CAUSE_RELATION_ANSWERS);
    record(*centre, decided);
    at("2011-04-17");
    v1::Envelope ended = on(provider);
    ended.mutable_course_end()->set_end_date("2011-04-17");
    ended.mutable_course_end()->set_reason(v1::COURSE_END_REASON_COMPLETED);
    record(*site, ended);
    const auto last = next(*centre);
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->envelope.has_course_end()) << "nothing is told of what was decided";
}

// --- What only a hub in a process can show ----------------------------------------------------

TEST_F(WeakSpots, ARuleSetThatWasInForceAndIsChangedKeepsTheHubFromStarting) {
    EXPECT_EQ(hub.stop().status, 0);
    const auto folder = hub.folder() / "rules";
    std::filesystem::copy(JOBBRO_SOURCE_DIR "/deploy/rules", folder);
    hub.configure("[rules]\nfolder = \"" + folder.string() + "\"\n");
    ASSERT_TRUE(hub.start()) << hub.ended().errors;
    EXPECT_EQ(hub.stop().status, 0);
    std::ofstream(folder / "2011.toml", std::ios::app) << "\n[subsidised_employment_]\n";
    ASSERT_FALSE(hub.start());
    EXPECT_EQ(hub.ended().status, 4);
    EXPECT_THAT(hub.ended().errors, HasSubstr("jobbro-hub: config_key_unknown: "));
    std::string text =
        read_file(std::filesystem::path{JOBBRO_SOURCE_DIR} / "deploy/rules/2011.toml");
    text.replace(text.find("order_unanswered_days = 7"), 25, "order_unanswered_days = 9");
    std::ofstream(folder / "2011.toml") << text;
    ASSERT_FALSE(hub.start());
    EXPECT_EQ(hub.ended().status, 4);
    EXPECT_THAT(hub.ended().errors, HasSubstr("jobbro-hub: rules_changed: "));
}

TEST_F(WeakSpots, AHubWithoutARuleSetForTheDaySaysSoWhenItStarts) {
    EXPECT_THAT(hub.errors(), Not(HasSubstr("no_rules_in_force")));
    HubProcess another;
    another.set_clock("2009-12-31T08:00:00Z");
    another.configure("[rules]\nfolder = \"" JOBBRO_SOURCE_DIR "/deploy/rules\"\n");
    ASSERT_TRUE(another.start()) << another.ended().errors;
    EXPECT_THAT(another.errors(), HasSubstr("no_rules_in_force"));
}

TEST_F(WeakSpots, ALogOfADemoIsNotOpenedWithTheMachinesClock) {
    EXPECT_EQ(hub.stop().status, 0);
    std::filesystem::remove(hub.clock_file());
    hub.set_options({"--clock-is-right"});
    ASSERT_FALSE(hub.start());
    EXPECT_THAT(hub.ended().errors, HasSubstr("jobbro-hub: log_identity_wrong: "));
}

}  // namespace
}  // namespace jobbro::testing
