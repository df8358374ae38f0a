#include "adapters/audit/entry_lines.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "adapters/audit/own_entries.h"
#include "jobbro/v1/erasure.pb.h"
#include "jobbro/v1/registry.pb.h"
#include "jobbro/v1/rules.pb.h"
#include "tests/support/messages.h"

namespace jobbro::audit {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

constexpr const char* auditor = "auditor:city";
constexpr const char* bare_cpr = "6908701478";

ReadEntry bare(std::uint64_t sequence, const std::string& sender) {
    ReadEntry entry;
    entry.sequence = Sequence{sequence};
    entry.recorded_at = Instant{1767323045000006};
    entry.sender = sender;
    entry.message_id = "019b7cbd-6b08-7000-8000-000000000001";
    return entry;
}

// An order with its content, which answers and was remarked upon.
class AnOrder : public ::testing::Test {
  protected:
    AnOrder() {
        SeededRandomness randomness{1};
        const Instant now{1767323045000000};
        const auto id = contract::OrderId::make(now, randomness);
        envelope = jobbro::testing::order(id, now, randomness);
        order_id = id.text();
        entry = bare(12, jobbro::testing::jobcentre);
        v1::EntryIndex& index = entry.index.emplace();
        index.set_kind(v1::MESSAGE_KIND_ORDER);
        index.add_audience(jobbro::testing::provider);
        index.set_order_id(Bytes{id.view()});
        index.set_subject_id("sixteen bytes id");
        v1::EntryCause& cause = *index.add_causes();
        cause.set_sequence(7);
        cause.set_relation(v1::CAUSE_RELATION_CORRECTS);
        v1::Finding& finding = *index.add_findings();
        finding.set_code("order.citizen_only");
        finding.set_field_path("order.sub_goals");
        finding.set_severity(v1::FINDING_SEVERITY_THIN);
    }
    [[nodiscard]] std::string line(LineFormat format, bool with_content) const {
        const auto made = entry_line(format, entry, with_content);
        EXPECT_TRUE(made.has_value());
        return made ? *made : std::string{};
    }

    v1::Envelope envelope;
    std::string order_id;
    ReadEntry entry;
};

TEST_F(AnOrder, MaskedIsAnObjectWithTheTrailAlone) {
    const std::string text = line(LineFormat::ndjson, false);
    EXPECT_THAT(text, EndsWith("}\n"));
    EXPECT_EQ(Json::parse(text), Json::parse(R"({
        "sequence": 12, "recorded_at": "2026-01-02T03:04:05.000006Z", "sender": "jobcentre:630",
        "message_id": "019b7cbd-6b08-7000-8000-000000000001", "erased": false, "kind": "order",
        "audience": ["provider:99326018-9100000031"], "order_id": ")" +
                                             order_id + R"(",
        "causes": [{"sequence": 7, "relation": "corrects"}],
        "findings": [{"code": "order.citizen_only", "severity": "thin",
                      "field_path": "order.sub_goals"}]})"));
}

TEST_F(AnOrder, ContentIsShownWhereItWasAskedForAlone) {
    entry.body = envelope.SerializeAsString();
    for (const LineFormat format : {LineFormat::ndjson, LineFormat::csv, LineFormat::text}) {
        EXPECT_THAT(line(format, false), Not(HasSubstr(jobbro::testing::citizen)));
        EXPECT_THAT(line(format, false), Not(HasSubstr(bare_cpr)));
        EXPECT_THAT(line(format, true), HasSubstr(jobbro::testing::citizen));
    }
    const Json shown = Json::parse(line(LineFormat::ndjson, true));
    EXPECT_EQ(shown["citizen"], jobbro::testing::citizen);
    EXPECT_EQ(shown["message"]["order_id"], order_id);
    EXPECT_TRUE(shown["message"].contains("order"));
}

TEST_F(AnOrder, AMessageOfALaterContractIsNotLost) {
    entry.body = Bytes{"\xff\xff", 2};
    const Json shown = Json::parse(line(LineFormat::ndjson, true));
    EXPECT_EQ(shown["envelope"], "//8=");
    EXPECT_FALSE(shown.contains("message"));
}

TEST_F(AnOrder, CsvHasAColumnForEachNameOfItsHeading) {
    EXPECT_EQ(heading(LineFormat::csv, false),
              "sequence,recorded_at,sender,kind,audience,order_id,causes,findings,erased,"
              "message_id,record\r\n");
    EXPECT_EQ(line(LineFormat::csv, false),
              "12,2026-01-02T03:04:05.000006Z,jobcentre:630,order,provider:99326018-9100000031," +
                  order_id +
                  ",corrects:7,order.citizen_only,,019b7cbd-6b08-7000-8000-000000000001,\r\n");
    EXPECT_THAT(heading(LineFormat::csv, true), EndsWith(",record,citizen,message\r\n"));
    entry.body = envelope.SerializeAsString();
    EXPECT_THAT(line(LineFormat::csv, true), HasSubstr(",690870-1478,\"{\"\"message_id\"\":"));
    EXPECT_EQ(heading(LineFormat::text, true), "");
    EXPECT_EQ(heading(LineFormat::ndjson, true), "");
}

TEST_F(AnOrder, CsvOfAMessageIsSplitNowhere) {
    envelope.mutable_order()->set_citizen_wishes("outdoors;=HYPERLINK(\"x\")\t@SUM(A1)");
    entry.body = envelope.SerializeAsString();
    const std::string csv = line(LineFormat::csv, true);
    EXPECT_THAT(csv, HasSubstr("outdoors\\u003b=HYPERLINK("));
    EXPECT_THAT(csv, AllOf(Not(HasSubstr(";")), Not(HasSubstr("\t"))));
}

TEST_F(AnOrder, TextIsALine) {
    EXPECT_EQ(line(LineFormat::text, false),
              "12  2026-01-02T03:04:05.000006Z  jobcentre:630  order  to "
              "provider:99326018-9100000031  order " +
                  order_id + "  corrects:7  findings order.citizen_only\n");
}

TEST(CsvCell, IsQuotedWhereItHasToBe) {
    EXPECT_EQ(csv_cell("plain text"), "plain text");
    EXPECT_EQ(csv_cell("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_cell("say \"no\""), "\"say \"\"no\"\"\"");
    EXPECT_EQ(csv_cell("two\nlines"), "\"two\nlines\"");
    EXPECT_EQ(csv_cell(""), "");
}

TEST(CsvCell, IsNoFormulaToASpreadsheet) {
    EXPECT_EQ(csv_cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    EXPECT_EQ(csv_cell("+45 1234"), "'+45 1234");
    EXPECT_EQ(csv_cell("-1"), "'-1");
    EXPECT_EQ(csv_cell("@SUM(A1)"), "'@SUM(A1)");
    EXPECT_EQ(csv_cell("\tcmd"), "'\tcmd");
    EXPECT_EQ(csv_cell("\rcmd"), "\"'\rcmd\"");
    EXPECT_EQ(csv_cell("a=b"), "a=b");
}

// Danish Excel takes a line apart at `;`, whatever is quoted; others do at tabs.
TEST(CsvCell, IsNoFormulaWhereALineIsSplitAtOtherMarks) {
    EXPECT_EQ(csv_cell("x;=1+1"), "x;'=1+1");
    EXPECT_EQ(csv_cell("x;  @SUM(A1)"), "x;'  @SUM(A1)");
    EXPECT_EQ(csv_cell("x\t-1;+1"), "x\t'-1;'+1");
    EXPECT_EQ(csv_cell("x;\"=1+1\""), "\"x;'\"\"=1+1\"\"\"");
    EXPECT_EQ(csv_cell("x\n=1+1"), "\"x\n'=1+1\"") << "quotes hold no line together there";
    EXPECT_EQ(csv_cell(" =1+1"), "' =1+1");
    EXPECT_EQ(csv_cell("a;b\tc - d"), "a;b\tc - d");
}

// What a quoted cell holds.
std::string unquoted(const std::string& cell) {
    EXPECT_THAT(cell, AllOf(StartsWith("\""), EndsWith("\"")));
    std::string value;
    for (std::size_t i = 1; i + 1 < cell.size(); ++i) {
        value += cell[i];
        if (cell[i] == '"') ++i;
    }
    return value;
}

TEST(CsvCell, OfJsonStaysJsonAndHasNothingToSplitAt) {
    const Json said{{"text", "x;=HYPERLINK(\"y\")\\;\t+1"}};
    const std::string cell = csv_json_cell(said.dump());
    EXPECT_THAT(cell, HasSubstr("x\\u003b=HYPERLINK("));
    EXPECT_THAT(cell, Not(HasSubstr(";")));
    EXPECT_EQ(Json::parse(unquoted(cell)), said);
    EXPECT_EQ(csv_json_cell("[\t1]"), "[\\u00091]");
}

TEST(EntryLine, AnErasedEntryTellsOfItsSenderAndTimeOnly) {
    ReadEntry entry = bare(3, jobbro::testing::provider);
    entry.is_erased = true;
    const auto json = entry_line(LineFormat::ndjson, entry, true);
    ASSERT_TRUE(json.has_value());
    const Json shown = Json::parse(*json);
    EXPECT_EQ(shown["erased"], true);
    EXPECT_FALSE(shown.contains("kind"));
    EXPECT_EQ(*entry_line(LineFormat::text, entry, true),
              "3  2026-01-02T03:04:05.000006Z  provider:99326018-9100000031  erased\n");
    EXPECT_THAT(*entry_line(LineFormat::csv, entry, false), HasSubstr(",,,,,,erased,"));
}

// --- What the hub says itself --------------------------------------------------------------------

ReadEntry own(v1::MessageKind kind, const google::protobuf::Message& body) {
    ReadEntry entry = bare(40, "hub");
    entry.index.emplace().set_kind(kind);
    entry.body = body.SerializeAsString();
    return entry;
}

v1::Reading reading_of(const std::string& ground) {
    v1::Reading reading;
    reading.set_party(auditor);
    v1::ReplayReading& replay = *reading.mutable_replay();
    replay.set_view(v1::REPLAY_VIEW_UNMASKED);
    replay.set_ground(ground);
    replay.set_from_sequence(2);
    replay.set_end_sequence(30);
    replay.set_of_party(jobbro::testing::provider);
    replay.add_kinds(v1::MESSAGE_KIND_READING);
    return reading;
}

TEST(EntryLine, SaysWhoReadWhatOnWhatGround) {
    const ReadEntry entry = own(v1::MESSAGE_KIND_READING, reading_of("a complaint"));
    const auto line = entry_line(LineFormat::ndjson, entry, false);
    ASSERT_TRUE(line.has_value());
    EXPECT_EQ(Json::parse(*line)["record"], Json::parse(R"({"party": "auditor:city", "replay": {
        "view": "unmasked", "from": 2, "end": 30, "party": "provider:99326018-9100000031",
        "kinds": ["reading"], "ground": "a complaint"}})"));
    EXPECT_THAT(*entry_line(LineFormat::text, entry, false),
                EndsWith("auditor:city was given to read, unmasked, what there is from 2 to before "
                         "30 of party provider:99326018-9100000031 reading, ground: a "
                         "complaint\n"));
}

TEST(EntryLine, NothingThatWasWrittenBreaksALineOrCommandsATerminal) {
    const ReadEntry entry =
        own(v1::MESSAGE_KIND_READING, reading_of("x\n41  2026-01-01  forged\x1b[2J"));
    const auto text = entry_line(LineFormat::text, entry, false);
    ASSERT_TRUE(text.has_value());
    EXPECT_EQ(std::count(text->begin(), text->end(), '\n'), 1);
    EXPECT_THAT(*text, EndsWith("x\\x0a41  2026-01-01  forged\\x1b[2J\n"));
    const auto json = entry_line(LineFormat::ndjson, entry, false);
    EXPECT_EQ(std::count(json->begin(), json->end(), '\n'), 1);
    EXPECT_THAT(*json, Not(HasSubstr("\x1b")));
}

TEST(EntryLine, SaysWhatWasDeliveredFetchedAndAsked) {
    v1::Reading delivered;
    delivered.set_party(jobbro::testing::provider);
    delivered.mutable_deliveries()->set_subscription("inbox");
    delivered.mutable_deliveries()->set_first_sequence(4);
    delivered.mutable_deliveries()->set_last_sequence(9);
    delivered.mutable_deliveries()->set_deliveries(3);
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_READING, delivered), false),
                EndsWith("was delivered 3 from 4 to 9 over inbox\n"));
    v1::Reading fetched;
    fetched.set_party(jobbro::testing::provider);
    fetched.add_sequences(5);
    fetched.add_sequences(4);
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_READING, fetched), false),
                EndsWith("provider:99326018-9100000031 fetched 5 4\n"));
    v1::Reading asked;
    asked.set_party(jobbro::testing::operator_party);
    asked.mutable_subject()->set_ground("a request");
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_READING, asked), false),
                EndsWith("asked for a citizen's id and was told of none, ground: a request\n"));
}

TEST(EntryLine, NamesAllTheIdsOfAPerson) {
    v1::Reading asked;
    asked.set_party(jobbro::testing::operator_party);
    asked.mutable_subject()->set_ground("a request");
    asked.mutable_subject()->add_subject_ids("sixteen bytes id");
    asked.mutable_subject()->add_subject_ids("another 16 bytes");
    const std::string ids = "7369787465656e206279746573206964 616e6f74686572203136206279746573";
    const ReadEntry question = own(v1::MESSAGE_KIND_READING, asked);
    EXPECT_THAT(*entry_line(LineFormat::text, question, false),
                EndsWith("was told " + ids + ", ground: a request\n"));
    const Json record = Json::parse(*entry_line(LineFormat::ndjson, question, false))["record"];
    EXPECT_THAT(record["subject"]["subject_ids"], ElementsAre("7369787465656e206279746573206964",
                                                              "616e6f74686572203136206279746573"));
    v1::Reading replayed = reading_of("a complaint");
    *replayed.mutable_replay()->mutable_subject_ids() = asked.subject().subject_ids();
    const ReadEntry reading = own(v1::MESSAGE_KIND_READING, replayed);
    EXPECT_THAT(*entry_line(LineFormat::text, reading, false),
                HasSubstr(" of citizen " + ids + " reading, ground"));
    EXPECT_EQ(Json::parse(*entry_line(LineFormat::ndjson, reading,
                                      false))["record"]["replay"]["subject_ids"],
              record["subject"]["subject_ids"]);
}

TEST(EntryLine, SaysWhoWasLetIn) {
    v1::RegistryStatement statement;
    statement.set_party(auditor);
    statement.set_signer(jobbro::testing::controller);
    statement.mutable_signed_at()->set_seconds(1767323045);
    statement.mutable_grant()->add_jobcentres(jobbro::testing::jobcentre);
    statement.mutable_grant()->set_may_unmask(true);
    statement.mutable_grant()->mutable_covers_until()->set_seconds(1767323045);
    v1::RegistryChange change;
    change.set_statement(statement.SerializeAsString());
    change.set_submitted_by(jobbro::testing::operator_party);
    const ReadEntry entry = own(v1::MESSAGE_KIND_REGISTRY_CHANGE, change);
    EXPECT_EQ(Json::parse(*entry_line(LineFormat::ndjson, entry, false))["record"],
              Json::parse(R"({"party": "auditor:city", "act": "grant",
        "jobcentres": ["jobcentre:630"], "may_unmask": true,
        "covers_until": "2026-01-02T03:04:05.000000Z", "signer": "controller:demo",
        "signed_at": "2026-01-02T03:04:05.000000Z", "submitted_by": "operator:duty"})"));
    statement.mutable_disabling();
    change.set_statement(statement.SerializeAsString());
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_REGISTRY_CHANGE, change), false),
                EndsWith("auditor:city was disabled; signed by controller:demo, handed in by "
                         "operator:duty\n"));
}

TEST(EntryLine, SaysWhatWasErasedAndWhy) {
    v1::CitizenStatement statement;
    statement.set_subject_id("sixteen bytes id");
    statement.set_signer(jobbro::testing::controller);
    statement.set_ground("art. 17");
    statement.mutable_erase();
    v1::Erasure erasure;
    erasure.set_subject_id("sixteen bytes id");
    erasure.set_orders(1);
    erasure.set_entries(5);
    erasure.mutable_stated()->set_statement(statement.SerializeAsString());
    erasure.mutable_stated()->set_submitted_by(jobbro::testing::operator_party);
    const auto line = entry_line(LineFormat::ndjson, own(v1::MESSAGE_KIND_ERASURE, erasure), false);
    const Json record = Json::parse(*line)["record"];
    EXPECT_EQ(record["subject_id"], "7369787465656e206279746573206964");
    EXPECT_EQ(record["entries"], 5);
    EXPECT_EQ(record["stated"]["act"], "erase");
    EXPECT_EQ(record["stated"]["ground"], "art. 17");
    erasure.set_due(33);
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_ERASURE, erasure), false),
                EndsWith("were erased, being due by entry 33\n"));
    v1::HoldChange hold;
    statement.mutable_place_hold();
    hold.mutable_stated()->set_statement(statement.SerializeAsString());
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_HOLD_CHANGE, hold), false),
                HasSubstr("a hold was placed on citizen 7369787465656e206279746573206964; "));
    v1::ErasureDue due;
    due.set_orders(2);
    due.set_kept_days(1826);
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_ERASURE_DUE, due), false),
                HasSubstr("2 orders of citizen "));
}

TEST(EntryLine, SaysWhatBecameOfParkedMessagesAndOfTheLogItself) {
    v1::ParkedAct act;
    act.set_party(jobbro::testing::provider);
    act.set_subscription("inbox");
    act.set_act(v1::PARKED_ACT_KIND_DROP);
    act.add_sequences(8);
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_PARKED_ACT, act), false),
                EndsWith("provider:99326018-9100000031 dropped 8 of inbox\n"));
    v1::LogOpened opened;
    opened.set_origin("hub.test/log");
    opened.add_operators()->set_party(jobbro::testing::operator_party);
    const auto line =
        entry_line(LineFormat::ndjson, own(v1::MESSAGE_KIND_LOG_OPENED, opened), false);
    EXPECT_THAT(Json::parse(*line)["record"]["operators"], ElementsAre("operator:duty"));
    v1::LogKeyChange change;
    change.set_verifier_key("hub.test/log+00000000+AQ");
    EXPECT_THAT(*entry_line(LineFormat::csv, own(v1::MESSAGE_KIND_LOG_KEY_CHANGE, change), false),
                EndsWith("another key from here on: hub.test/log+00000000+AQ\r\n"));
    v1::RuleSet rules;
    rules.set_name("2012");
    rules.set_valid_from_date("2012-01-01");
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_RULE_SET, rules), false),
                EndsWith("the rule set 2012 holds from 2012-01-01 until further notice\n"));
    rules.set_valid_until_date("2012-12-31");
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_RULE_SET, rules), false),
                EndsWith("the rule set 2012 holds from 2012-01-01 to 2012-12-31\n"));
    v1::ResultsFrozen frozen;
    frozen.set_month("2011-03");
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_RESULTS_FROZEN, frozen), false),
                EndsWith("the results of 2011-03 were told: 0 figures\n"));
    frozen.add_cells()->add_figures();
    EXPECT_THAT(*entry_line(LineFormat::text, own(v1::MESSAGE_KIND_RESULTS_FROZEN, frozen), false),
                EndsWith("the results of 2011-03 were told: 1 figure\n"));
}

TEST(EntryLine, WhatTheHubSaysAndCannotBeReadIsTampering) {
    ReadEntry entry = bare(40, "hub");
    entry.index.emplace().set_kind(v1::MESSAGE_KIND_READING);
    entry.body = Bytes{"\xff\xff", 2};
    const auto line = entry_line(LineFormat::text, entry, false);
    ASSERT_FALSE(line.has_value());
    EXPECT_EQ(line.error().code, ErrorCode::tampered);
    EXPECT_THAT(line.error().detail, StartsWith("entry 40: "));
}

}  // namespace
}  // namespace jobbro::audit
