// What both sides ask of a real hub with the real program: what waits, how an order stands, what
// was said of a citizen, the catalogue, results and rules. In 2011, with the rule sets of
// deploy/rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "proto/base/file_clock.h"
#include "proto/contract/json.h"
#include "tests/support/hub_process.h"
#include "tests/support/messages.h"
#include "tests/support/process.h"

namespace jobbro::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

struct Told {
    int status = 0;
    std::string out;
    std::string errors;
};

class QueriesTest : public ::testing::Test {
  protected:
    QueriesTest() {
        setenv("LC_ALL", "C", 1);
        at("2011-01-10");
        hub.configure("[rules]\nfolder = \"" JOBBRO_SOURCE_DIR "/deploy/rules\"\n");
        if (!hub.start()) throw std::runtime_error(hub.ended().errors);
        hub.add_usual_parties();
        hub.add_party(other_provider, {jobcentre});
    }
    // Nine o'clock in Denmark in winter.
    void at(const std::string& date) {
        hub.set_clock(date + "T08:00:00Z");
        today = date;
    }
    [[nodiscard]] Instant now() const { return *parse_clock_text(today + "T08:00:00Z"); }
    [[nodiscard]] contract::OrderId new_order() {
        return contract::OrderId::make(now(), randomness);
    }

    // What `jobbro` says when the party runs it.
    Told run(const std::string& party, const std::vector<std::string>& arguments) {
        std::vector<std::string> command{JOBBRO_BINARY_DIR "/bin/jobbro",
                                         "--hub",
                                         hub.endpoint(),
                                         "--hub-key",
                                         (hub.folder() / "hub.key.pub").string(),
                                         "--key",
                                         hub.party_key_file(party).string(),
                                         "--clock-file",
                                         hub.clock_file().string()};
        command.insert(command.end(), arguments.begin(), arguments.end());
        const std::filesystem::path errors = hub.folder() / "jobbro_errors.txt";
        std::filesystem::remove(errors);
        const Spawned child = spawn(command, errors);
        Told told;
        char buffer[4096];
        for (ssize_t size = 1; size > 0;) {
            size = read(child.output, buffer, sizeof buffer);
            if (size > 0) told.out.append(buffer, static_cast<std::size_t>(size));
        }
        close(child.output);
        told.status = wait_for(child.pid);
        told.errors = read_file(errors);
        return told;
    }
    // The output of what goes well.
    std::string ask(const std::string& party, const std::vector<std::string>& arguments) {
        const Told told = run(party, arguments);
        EXPECT_EQ(told.status, 0) << told.errors;
        return told.out;
    }
    [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
        const std::filesystem::path path = hub.folder() / name;
        std::ofstream{path} << text;
        return path.string();
    }
    Told submit(const v1::Envelope& envelope) {
        return run(envelope.sender(),
                   {"submit", file("message.json", contract::to_json(envelope) + "\n")});
    }
    // Its message id.
    std::string say(const v1::Envelope& envelope) {
        const Told told = submit(envelope);
        EXPECT_EQ(told.status, 0) << told.out << told.errors;
        return envelope.message_id();
    }

    // Placed today: a course from the 17th, with a report due on the way and one at the end.
    v1::Envelope placing(const contract::OrderId& id, const std::string& with = provider) {
        v1::Envelope placed = order(id, now(), randomness, with);
        v1::Order& body = *placed.mutable_order();
        body.set_start_date("2011-01-17");
        body.set_end_date("2011-04-17");
        v1::ReportDue& interim = *body.mutable_reports_due()->add_reports();
        interim.set_kind(v1::REPORT_KIND_PROGRESSION_INTERIM);
        interim.set_due_date("2011-02-14");
        v1::ReportDue& last = *body.mutable_reports_due()->add_reports();
        last.set_kind(v1::REPORT_KIND_PROGRESSION_FINAL);
        last.set_due_date("2011-04-15");
        return placed;
    }
    void accept_and_start(const contract::OrderId& id) {
        v1::Envelope accepted = envelope(provider, id, now(), randomness);
        accepted.mutable_order_acceptance()->set_expected_start_date("2011-01-17");
        say(accepted);
        at("2011-01-17");
        v1::Envelope begun = envelope(provider, id, now(), randomness);
        begun.mutable_course_start()->set_start_date("2011-01-17");
        say(begun);
    }
    // On the first four weeks: health has gone back, the rest forward. Its message id.
    std::string report_on(const contract::OrderId& id) {
        at("2011-02-14");
        v1::Envelope said = envelope(provider, id, now(), randomness);
        v1::ProgressionReport& report = *said.mutable_progression_report();
        report.set_stage(v1::REPORT_STAGE_INTERIM);
        report.set_period_start_date("2011-01-17");
        report.set_period_end_date("2011-02-13");
        report.set_overall_direction(v1::DIRECTION_PROGRESS);
        for (int kind = 1; kind <= 5; ++kind) {
            v1::AttentionPoint& point = *report.add_attention_points();
            point.set_kind(static_cast<v1::AttentionPointKind>(kind));
            const bool is_health = point.kind() == v1::ATTENTION_POINT_KIND_HEALTH;
            point.set_direction(is_health ? v1::DIRECTION_SETBACK : v1::DIRECTION_PROGRESS);
        }
        return say(said);
    }
    void follow_up(const contract::OrderId& id, const std::string& report) {
        v1::Envelope said = envelope(jobcentre, id, now(), randomness);
        v1::Cause& cause = *said.add_causes();
        cause.set_message_id(report);
        cause.set_relation(v1::CAUSE_RELATION_ANSWERS);
        said.mutable_follow_up()->set_decision(v1::FOLLOW_UP_DECISION_NO_ACTION);
        say(said);
    }

    HubProcess hub;
    evidence::SystemRandomness randomness;
    std::string today;
};

TEST_F(QueriesTest, WhatWaitsGoesFromOneSideToTheOther) {
    EXPECT_THAT(ask(provider, {"inbox"}), IsEmpty());
    const auto id = new_order();
    say(placing(id));
    EXPECT_THAT(ask(provider, {"inbox", "--json"}),
                AllOf(StartsWith(R"({"today":"2011-01-10","waiting":{)"),
                      HasSubstr("WAITING_FOR_ORDER_ANSWER"), HasSubstr(id.text()),
                      HasSubstr(R"("limit_date":"2011-01-17")")));
    EXPECT_THAT(ask(jobcentre, {"inbox", "--json"}), IsEmpty());

    accept_and_start(id);
    EXPECT_THAT(ask(provider, {"inbox"}),
                AllOf(HasSubstr("interim progression report"),
                      HasSubstr("2011-02-14  28 days left"), Not(HasSubstr("answer to an order"))));
    const std::string report = report_on(id);
    EXPECT_THAT(ask(jobcentre, {"inbox", "--kind", "follow_up"}),
                AllOf(HasSubstr("follow-up  2011-02-28  14 days left"), HasSubstr(provider)));
    EXPECT_THAT(ask(jobcentre, {"inbox", "--kind", "follow_up", "--until", "2011-02-27"}),
                IsEmpty());
    const std::string at_site = ask(provider, {"inbox", "--kind", "report", "--json"});
    EXPECT_THAT(at_site, AllOf(HasSubstr(R"("limit_date":"2011-04-15")"),
                               Not(HasSubstr(R"("limit_date":"2011-02-14")"))));

    follow_up(id, report);
    EXPECT_THAT(ask(jobcentre, {"inbox", "--kind", "follow_up"}), IsEmpty());
    EXPECT_EQ(ask(provider, {"inbox", "--kind", "report", "--json"}), at_site)
        << "the last report is still to come";
}

TEST_F(QueriesTest, AnOrderIsListedAndShownToItsParties) {
    EXPECT_THAT(ask(jobcentre, {"order", "list"}), IsEmpty());
    const auto id = new_order();
    say(placing(id));
    EXPECT_THAT(ask(provider, {"order", "list", "--json"}),
                AllOf(StartsWith(R"({"order":{)"), HasSubstr(id.text()),
                      HasSubstr("ORDER_DIALOGUE_STATE_PLACED")));
    accept_and_start(id);
    follow_up(id, report_on(id));
    EXPECT_THAT(ask(jobcentre, {"order", "list", "--state", "placed"}), IsEmpty());
    EXPECT_THAT(ask(jobcentre, {"order", "list", "--state", "started"}), HasSubstr(id.text()));

    const std::string page = ask(provider, {"order", "show", id.text()});
    EXPECT_THAT(page, AllOf(HasSubstr("STATE      started\n"), HasSubstr("STARTED    2011-01-17\n"),
                            HasSubstr("\nprogression_report "), Not(HasSubstr("\nfollow_up "))));
    EXPECT_THAT(page, HasSubstr("2011-02-14  interim progression report  yes\n"
                                "2011-04-15  final progression report    no\n"));
    EXPECT_THAT(page, AllOf(HasSubstr("ATTENTION POINT                  2011-02-13\n"),
                            HasSubstr("health                           setback\n"),
                            HasSubstr("own perspective                  progress\n")));
    EXPECT_LT(page.find("acceptance of the order "), page.find("2011-02-14T08:00:00Z"));
    EXPECT_THAT(ask(jobcentre, {"order", "show", id.text()}),
                AllOf(HasSubstr("\nfollow_up "), Not(HasSubstr("\nprogression_report "))));
    EXPECT_THAT(ask(jobcentre, {"order", "show", id.text(), "--as-of", "2011-01-12"}),
                AllOf(HasSubstr("2011-01-10T08:00:00Z"), Not(HasSubstr("2011-01-17T"))));
}

TEST_F(QueriesTest, AnOrderOfOthersIsNotThere) {
    const auto id = new_order();
    say(placing(id));
    for (const std::string& asked : {id.text(), new_order().text()}) {
        const Told told = run(other_provider, {"order", "show", asked});
        EXPECT_EQ(told.status, 1);
        EXPECT_THAT(told.out, IsEmpty());
        EXPECT_EQ(told.errors, "jobbro: order_unknown: The order is not known to the party.\n");
    }
    EXPECT_THAT(ask(other_provider, {"order", "list"}), IsEmpty());
    EXPECT_THAT(ask(other_provider, {"inbox"}), IsEmpty());
}

TEST_F(QueriesTest, AJobcentreSeesACitizenAcrossProviders) {
    const std::string number = "@" + file("number", std::string{citizen} + "\n");
    const Told nobody = run(jobcentre, {"citizen", "timeline", "--citizen", number});
    EXPECT_EQ(nobody.status, 1);
    EXPECT_THAT(nobody.errors, StartsWith("jobbro: citizen_unknown: "));
    const auto first = new_order();
    const auto second = new_order();
    say(placing(first));
    say(placing(second, other_provider));
    accept_and_start(first);
    report_on(first);
    const std::string page = ask(jobcentre, {"citizen", "timeline", "--citizen", number});
    EXPECT_THAT(page, AllOf(HasSubstr(first.text()), HasSubstr(second.text()), HasSubstr(provider),
                            HasSubstr(other_provider), HasSubstr("progression report"),
                            HasSubstr("health                           setback\n"),
                            Not(HasSubstr(citizen))));
    EXPECT_THAT(
        ask(jobcentre, {"citizen", "timeline", "--citizen", number, "--as-of", "2011-01-12"}),
        AllOf(HasSubstr(second.text()), Not(HasSubstr("ATTENTION POINT"))));
    const Told at_site = run(provider, {"citizen", "timeline", "--citizen", number});
    EXPECT_EQ(at_site.status, 1);
    EXPECT_THAT(at_site.errors, StartsWith("jobbro: role_not_allowed: "));
}

TEST_F(QueriesTest, AnOfferIsPublishedOrderedAndWithdrawn) {
    const std::string offer =
        file("offer.json",
             R"({"offer_reference":"V-12","name":"Workshop","purposes":["PURPOSE_EMPLOYMENT"],)"
             R"("legal_category":"LEGAL_CATEGORY_WORK_PLACEMENT","form":"OFFER_FORM_GROUP",)"
             R"("capacity":2})");
    EXPECT_THAT(ask(jobcentre, {"offer", "list"}), IsEmpty());
    EXPECT_THAT(ask(provider, {"offer", "publish", offer}), HasSubstr("\"sequence\":"));
    EXPECT_THAT(ask(jobcentre, {"offer", "list", "--municipality", "630", "--free"}),
                AllOf(HasSubstr("V-12"), HasSubstr("Workshop"), HasSubstr("2 of 2")));
    EXPECT_THAT(ask(jobcentre, {"offer", "list", "--purpose", "education"}), IsEmpty());

    v1::Envelope placed = placing(new_order());
    placed.mutable_order()->set_offer_reference("V-12");
    say(placed);
    EXPECT_THAT(ask(jobcentre, {"offer", "list", "--json"}), HasSubstr("\"free_places\":1"));

    const Told of_others = run(other_provider, {"offer", "withdraw", "V-12", "--from", today});
    EXPECT_EQ(of_others.status, 1);
    EXPECT_THAT(of_others.errors, StartsWith("jobbro: offer_unknown: "));
    EXPECT_THAT(ask(provider, {"offer", "withdraw", "V-12", "--from", today, "--explanation",
                               "the workshop closes"}),
                HasSubstr("\"sequence\":"));
    EXPECT_THAT(ask(jobcentre, {"offer", "list"}), IsEmpty());
    v1::Envelope late = placing(new_order());
    late.mutable_order()->set_offer_reference("V-12");
    const Told refused = submit(late);
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.out, HasSubstr(R"("rejected":{"code":"offer_withdrawn",)"));
}

TEST_F(QueriesTest, ResultsAreToldOfNothingAndRulesOfTheDay) {
    EXPECT_THAT(ask(jobcentre, {"results"}), IsEmpty());
    EXPECT_THAT(ask(provider, {"results", "--of", "provider", "--json"}), IsEmpty());
    EXPECT_THAT(
        ask(jobcentre, {"rules", "--day", "2011-03-01"}),
        AllOf(StartsWith("| kind | placed |"), HasSubstr("\nrule set 2011, from 2011-01-01"),
              HasSubstr("alerts.order_unanswered_days"), Not(HasSubstr("rule set 2010"))));
}

}  // namespace
}  // namespace jobbro::testing
