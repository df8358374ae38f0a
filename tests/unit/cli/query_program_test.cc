// The commands that ask the hub, as a person would run them.
#include "tests/unit/cli/program_fixture.h"

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class QueryProgramTest : public ProgramTest {
  protected:
    // The hub answers every question with this; a request number is put in.
    void answer_with(v1::HubFrame frame) {
        hub_.answer_queries([this, frame = std::move(frame)](const v1::Query& asked) mutable {
            asked_ = asked;
            if (frame.has_error()) {
                frame.mutable_error()->set_request_number(asked.request_number());
            } else {
                frame.mutable_answer()->set_request_number(asked.request_number());
            }
            return std::vector{frame};
        });
        ASSERT_TRUE(hub_.start());
        options_ = options_for(hub_);
    }
    // What was asked last; ends the hub.
    const v1::Query& asked() {
        hub_.stop();
        return asked_;
    }
    static v1::HubFrame one_waits() {
        v1::HubFrame frame;
        frame.mutable_answer()->set_today("2011-03-01");
        v1::WaitingRow& row = *frame.mutable_answer()->add_waiting();
        row.set_what(v1::WAITING_FOR_FOLLOW_UP);
        row.set_limit_date("2011-02-26");
        return frame;
    }
    static v1::HubFrame nothing() {
        v1::HubFrame frame;
        frame.mutable_answer();
        return frame;
    }

    v1::Query asked_;  // the hub's thread's own until it is stopped
    std::string options_;
};

TEST_F(QueryProgramTest, CalledWronglyItSaysSoInOneLine) {
    write("offer", R"({"offer_reference":"V-12"})");
    expect_called_wrongly({"order",
                           "order show",
                           "order list --state nonsense",
                           "order show x --as-of yesterday",
                           "inbox --kind nonsense",
                           "inbox --until 2011-02-30",
                           "offer",
                           "offer publish",
                           "offer withdraw V-12",
                           "offer withdraw V-12 --from soon",
                           "offer list --purpose nonsense",
                           "offer list --match 1",
                           "offer list --legal nonsense",
                           "offer list --day soon",
                           "citizen",
                           "citizen timeline --as-of yesterday",
                           "results --of nonsense",
                           "results --months 2",
                           "results --from 2011",
                           "results --until 2011-13",
                           "rules --day soon",
                           "rules --day 2011-03-01"});
}

TEST_F(QueryProgramTest, AStateThatIsInNoListIsRefusedWithThoseThatAre) {
    for (const std::string state : {"declined", "cancelled", "followed_up"}) {
        SCOPED_TRACE(state);
        const Ended ended = run("order list --state " + state);
        EXPECT_EQ(ended.status, 2);
        EXPECT_THAT(ended.out, IsEmpty());
        EXPECT_THAT(ended.err,
                    HasSubstr("--state is one of placed, asked, clarified, accepted, started, "
                              "ended; orders that are over are in no list"));
    }
    EXPECT_THAT(run("order list --state nonsense").err,
                AllOf(HasSubstr("--state is one of placed, asked, clarified, accepted, started, "
                                "ended)"),
                      Not(HasSubstr("declined"))));
    EXPECT_THAT(run("order list --help").out, HasSubstr("placed, asked, clarified"));
}

TEST_F(QueryProgramTest, EveryStateOfAnOrderThatGoesOnIsAskedFor) {
    answer_with(nothing());
    const Ended ended = run(options_ +
                            "order list --state placed --state asked --state clarified --state "
                            "accepted --state started --state ended");
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(asked().orders().states_size(), 6);
}

TEST_F(QueryProgramTest, TheInboxIsATableInTheLanguageOfTheLocale) {
    answer_with(one_waits());
    setenv("LC_ALL", "da_DK.UTF-8", 1);
    EXPECT_THAT(run(options_ + "inbox").out, HasSubstr("opfølgning  2011-02-26  3 dage for sent"));
    setenv("LC_ALL", "C", 1);
    EXPECT_THAT(run(options_ + "inbox").out, HasSubstr("follow-up  2011-02-26  3 days late"));
    EXPECT_THAT(run(options_ + "inbox --json").out, StartsWith(R"({"today":"2011-03-01",)"));
}

TEST_F(QueryProgramTest, OptionsReachTheHub) {
    answer_with(nothing());
    const Ended ended = run(options_ +
                            "inbox --until 2011-03-31 --contact Team --kind report "
                            "--kind follow_up");
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_EQ(asked().waiting().until_date(), "2011-03-31");
    EXPECT_EQ(asked().waiting().contact(), "Team");
    EXPECT_THAT(asked().waiting().kinds(),
                ElementsAre(v1::WAITING_FOR_REPORT, v1::WAITING_FOR_FOLLOW_UP));
}

TEST_F(QueryProgramTest, AnOfferIsAskedForByAllItsOptions) {
    answer_with(nothing());
    const Ended ended = run(options_ +
                            "offer list --purpose needs_assessment --match job_ready --legal "
                            "work_placement --municipality 630 --provider provider:13585628 "
                            "--free --day 2011-03-01");
    EXPECT_EQ(ended.status, 0) << ended.err;
    const v1::OffersQuestion& offers = asked().offers();
    EXPECT_EQ(offers.purpose(), v1::PURPOSE_NEEDS_ASSESSMENT);
    EXPECT_EQ(offers.match_category(), v1::MATCH_CATEGORY_JOB_READY);
    EXPECT_EQ(offers.legal_category(), v1::LEGAL_CATEGORY_WORK_PLACEMENT);
    EXPECT_EQ(offers.municipality(), "630");
    EXPECT_EQ(offers.provider(), "provider:13585628");
    EXPECT_TRUE(offers.has_free_place());
    EXPECT_EQ(offers.day(), "2011-03-01");
}

TEST_F(QueryProgramTest, ResultsAreAskedForByAllItsOptions) {
    answer_with(nothing());
    const Ended ended = run(options_ +
                            "results --of offer --party provider:13585628 --offer V-12 --from "
                            "2011-01 --until 2011-12 --months 3");
    EXPECT_EQ(ended.status, 0) << ended.err;
    const v1::ResultsQuestion& results = asked().results();
    EXPECT_EQ(results.of(), v1::RESULTS_OF_OFFER);
    EXPECT_EQ(results.party(), "provider:13585628");
    EXPECT_EQ(results.offer_reference(), "V-12");
    EXPECT_EQ(results.from_month(), "2011-01");
    EXPECT_EQ(results.until_month(), "2011-12");
    EXPECT_EQ(results.months(), 3U);
}

TEST_F(QueryProgramTest, ACitizenIsReadFromStandardInputAndNamedNowhere) {
    answer_with(nothing());
    const Ended ended =
        run(options_ + "citizen timeline --as-of 2011-03-01T12:00:00Z", "690870-1478\n");
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_EQ(asked().citizen().cpr_number(), "6908701478");
    EXPECT_EQ(asked().citizen().known_at().seconds(), 1298980800);
    const Ended wrong = run(options_ + "citizen timeline", "690870-14\n");
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.err, AllOf(StartsWith("jobbro: cpr_invalid: "), Not(HasSubstr("690870"))));
}

TEST_F(QueryProgramTest, AnOrderIsShownWithItsStepsAndWhatWasSaid) {
    v1::HubFrame frame;
    v1::OrderStanding& order = *frame.mutable_answer()->add_orders();
    order.set_order_id("order-1");
    order.set_state(v1::ORDER_DIALOGUE_STATE_STARTED);
    v1::Envelope envelope;
    envelope.mutable_notice()->set_text("hello");
    v1::Delivery& delivery = *frame.mutable_answer()->add_entries()->mutable_delivery();
    delivery.set_sequence(7);
    delivery.set_envelope(envelope.SerializeAsString());
    answer_with(frame);
    setenv("LC_ALL", "C", 1);
    EXPECT_THAT(run(options_ + "order show order-1").out,
                AllOf(StartsWith("ORDER "), HasSubstr("follow_up "),
                      Not(HasSubstr("\nprogression_report ")), HasSubstr("\nSEQUENCE "),
                      HasSubstr("\n7 ")));
    EXPECT_THAT(run(options_ + "order show order-1 --json").out,
                AllOf(StartsWith(R"({"order":{"order_id":"order-1",)"),
                      HasSubstr("\n{\"entry\":{\"sequence\":7,")));
    EXPECT_EQ(asked().order().order_id(), "order-1");
    EXPECT_FALSE(asked().order().has_known_at());
}

TEST_F(QueryProgramTest, WhatTheHubRefusesIsTold) {
    v1::HubFrame frame;
    frame.mutable_error()->set_code(v1::ERROR_CODE_ORDER_UNKNOWN);
    answer_with(frame);
    const Ended ended = run(options_ + "order list --state started");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro: order_unknown: "));
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(asked().orders().states(), ElementsAre(v1::ORDER_DIALOGUE_STATE_STARTED));
}

TEST_F(QueryProgramTest, TheFieldTheHubRefusesIsNamed) {
    v1::HubFrame frame;
    frame.mutable_error()->set_code(v1::ERROR_CODE_FIELD_OUT_OF_BOUNDS);
    frame.mutable_error()->set_field_path("waiting.contact");
    answer_with(frame);
    const Ended ended = run(options_ + "inbox --contact Team");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro: field_out_of_bounds: "));
    EXPECT_THAT(ended.err, HasSubstr(" [waiting.contact]\n"));
}

TEST_F(QueryProgramTest, AnOfferIsPublishedAndWithdrawn) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    write("offer", R"({"offer_reference":"V-12","name":"Workshop"})");
    const Ended refused = run(options + "offer publish " + path("offer"));
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("[offer_published."));
    write("offer", R"({"offer_reference":"V-12","name":"Workshop",)"
                   R"("purposes":["PURPOSE_EMPLOYMENT"],)"
                   R"("legal_category":"LEGAL_CATEGORY_WORK_PLACEMENT",)"
                   R"("form":"OFFER_FORM_GROUP"})");
    const Ended published = run(options + "offer publish " + path("offer"));
    EXPECT_EQ(published.status, 0) << published.err;
    EXPECT_THAT(published.out, HasSubstr(R"("sequence":1,)"));
    const Ended withdrawn =
        run(options + "offer withdraw V-12 --from 2011-06-01 --explanation closed");
    EXPECT_EQ(withdrawn.status, 0) << withdrawn.err;
    const auto recorded = hub_.recorded();
    ASSERT_EQ(recorded.size(), 2U);
    v1::Envelope envelope;
    ASSERT_TRUE(envelope.ParseFromString(recorded[0]));
    EXPECT_TRUE(envelope.audience().has_all_with_ground());
    EXPECT_EQ(envelope.offer_published().name(), "Workshop");
    ASSERT_TRUE(envelope.ParseFromString(recorded[1]));
    EXPECT_TRUE(envelope.audience().has_all_with_ground());
    EXPECT_EQ(envelope.offer_withdrawn().offer_reference(), "V-12");
    EXPECT_EQ(envelope.offer_withdrawn().from_date(), "2011-06-01");
    EXPECT_EQ(envelope.offer_withdrawn().explanation(), "closed");
}

TEST_F(QueryProgramTest, TheStepsNeedNoHub) {
    const Ended steps = run("rules");
    EXPECT_EQ(steps.status, 0) << steps.err;
    EXPECT_THAT(steps.out, StartsWith("| kind | placed | asked |"));
    EXPECT_THAT(run("rules --json").out, StartsWith(R"({"step":{"kind":"order",)"));
}

TEST_F(QueryProgramTest, RuleSetsComeFromTheHub) {
    v1::HubFrame frame;
    frame.mutable_answer()->add_rule_sets()->set_name("2011");
    answer_with(frame);
    setenv("LC_ALL", "C", 1);
    const Ended rules = run(options_ + "rules --day 2011-03-01");
    EXPECT_EQ(rules.status, 0) << rules.err;
    EXPECT_THAT(rules.out, AllOf(StartsWith("| kind |"), HasSubstr("\n\nrule set 2011, from")));
    EXPECT_EQ(asked().rules().day(), "2011-03-01");
}

}  // namespace
}  // namespace jobbro::cli
