// The built program, run as a person would.
#include "tests/unit/cli/program_fixture.h"

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const std::string order =
    R"({"message_id":"0199a5c0-0000-7000-8000-0000000000a1",)"
    R"("order_id":"0199a5c0-0000-7000-8000-000000000001",)"
    R"("audience":{"party":"provider:13585628"},"citizen":{"cpr_number":"690870-1478"},)"
    R"("happened_at":"2026-01-05T10:00:00Z","order":{}})";

TEST_F(ProgramTest, CalledWronglyItSaysSoInOneLine) {
    expect_called_wrongly({"",
                           "nonsense",
                           "keygen",
                           "keygen operator:x",
                           "party",
                           "party add operator:x",
                           "submit",
                           "subscribe",
                           "status --no-such-option",
                           "--timeout 0 status",
                           "bench",
                           "subscribe --name x --credit 1025",
                           "bench submit --provider provider:13585628",
                           "subscribe --name x --from yesterday",
                           "subscribe --name x --kind nonsense",
                           "fetch",
                           "fetch x",
                           "prove",
                           "prove x",
                           "prove 1 --check f",
                           "prove 1 --leaf 00",
                           "prove --check f",
                           "erase",
                           "erase --citizen - --ground x",
                           "hold",
                           "hold place --citizen -",
                           "parked",
                           "parked list",
                           "parked release x",
                           "parked drop x",
                           "parked release x 1 --all",
                           "parked drop x --all",
                           "parked drop x y"});
}

TEST_F(ProgramTest, NothingThatCouldBeANumberOfACitizenIsRepeated) {
    for (const std::string number :
         {"690870-1478", "6908701478", "69 08 70 1478", "'690870 1478'", "'690870 - 1478'"}) {
        for (const std::string command : {"",
                                          "keygen jobcentre:630 --out x",
                                          "keygen-hub x --out x",
                                          "party list",
                                          "party disable jobcentre:630",
                                          "submit -",
                                          "subscribe --name x",
                                          "fetch 1",
                                          "fetch",
                                          "prove 1",
                                          "prove",
                                          "erase",
                                          "hold place",
                                          "hold lift",
                                          "parked list x",
                                          "parked release x",
                                          "parked drop x",
                                          "order list",
                                          "order list --state",
                                          "order show x",
                                          "inbox",
                                          "inbox --until",
                                          "inbox --kind",
                                          "offer list",
                                          "offer publish x",
                                          "offer withdraw x",
                                          "citizen timeline",
                                          "citizen timeline --as-of",
                                          "results",
                                          "results --months",
                                          "results --from",
                                          "rules",
                                          "rules --day",
                                          "status",
                                          "bench submit",
                                          "subscribe --name x --credit",
                                          "--timeout",
                                          "--hub-key x --key x"}) {
            const std::string arguments = command + " " + number;
            SCOPED_TRACE(arguments);
            const Ended ended = run(arguments);
            EXPECT_NE(ended.status, 0);
            EXPECT_THAT(ended.out, IsEmpty());
            EXPECT_THAT(ended.err, StartsWith("jobbro: "));
            EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1);
            EXPECT_THAT(ended.err, Not(AnyOf(HasSubstr("6908"), HasSubstr("1478"),
                                             HasSubstr("0870"), HasSubstr("69 08"))));
        }
    }
    EXPECT_THAT(run("status --no-such-option 690870").err,
                AllOf(HasSubstr("--no-such-option"), HasSubstr("not repeated")));
    EXPECT_THAT(run("status --no-such=690870-1478").err, Not(HasSubstr("1478")));
    EXPECT_THAT(run("status nonsense").err, HasSubstr("nonsense"));
    // Nor in the name of a file.
    const Ended file = run("--hub-key " + path("690870-1478") + " --key x status");
    EXPECT_EQ(file.status, 1);
    EXPECT_THAT(file.err, AllOf(StartsWith("jobbro: file_unreadable: "), Not(HasSubstr("1478"))));
}

TEST_F(ProgramTest, HelpIsGivenWhereAskedFor) {
    const Ended ended = run("submit --help");
    EXPECT_EQ(ended.status, 0);
    EXPECT_THAT(ended.out, HasSubstr("--no-local-check"));
    EXPECT_THAT(run("--version").out, StartsWith("jobbro "));
}

TEST_F(ProgramTest, MissingKeysAreToldBeforeConnecting) {
    EXPECT_EQ(run("status").status, 2);
    const Ended ended = run("--hub-key " + path("none") + " --key " + path("none") + " status");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro: file_unreadable: "));
}

TEST_F(ProgramTest, NobodyThereEndsWithThree) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_, "0.3");
    hub_.stop();
    const Ended ended = run(options + "status");
    EXPECT_EQ(ended.status, 3);
    EXPECT_THAT(ended.err, StartsWith("jobbro: hub_unreachable: "));
}

TEST_F(ProgramTest, AWrongKeyIsNamed) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    ASSERT_EQ(run("keygen jobcentre:630 --out " + path("other")).status, 0);
    const Ended ended = run(options + "--key " + path("other") + " status");
    EXPECT_EQ(ended.status, 2) << "an option given twice";
    const Ended other = run("--hub " + hub_.endpoint() + " --hub-key " + path("hub.pub") +
                            " --key " + path("other") + " status");
    EXPECT_EQ(other.status, 3);
    EXPECT_THAT(other.err, StartsWith("jobbro: key_unknown: "));
}

TEST_F(ProgramTest, SubmitPrintsOneLineAMessageInOrder) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended accepted = run(options + "submit -", order);
    EXPECT_EQ(accepted.status, 0) << accepted.err;
    EXPECT_THAT(accepted.out,
                StartsWith(R"({"message_id":"0199a5c0-0000-7000-8000-0000000000a1","sequence":1)"));

    const std::string wrong =
        R"({"order_id":"0199a5c0-0000-7000-8000-000000000001","order":{"questions":7}})";
    const Ended mixed = run(options + "submit -", order + "\n" + wrong + "\n" + order + "\n");
    EXPECT_EQ(mixed.status, 1);
    std::istringstream lines{mixed.out};
    std::string line;
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_THAT(line, HasSubstr("\"sequence\":1"));
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_THAT(line, HasSubstr("\"code\":\"json_type_wrong\""));
    EXPECT_THAT(line, HasSubstr("\"line\":2"));
    ASSERT_TRUE(std::getline(lines, line));
    EXPECT_THAT(line, HasSubstr("\"sequence\":1"));
    EXPECT_EQ(hub_.recorded().size(), 1U) << "the same message three times is recorded once";
    EXPECT_EQ(run(options + "submit " + path("no-such-file")).status, 1);
    EXPECT_EQ(run(options + "submit -", "\n").status, 2);
}

TEST_F(ProgramTest, SubmitThatWaitsForInputStopsWhenAskedTo) {
    ASSERT_TRUE(hub_.start());
    const Running program{options_for(hub_) + "submit -", path("err")};
    program.write(order + "\n");
    EXPECT_THAT(program.read_line(), HasSubstr("\"sequence\":1"));
    program.write(R"({"order_id":)");
    program.interrupt();
    EXPECT_EQ(program.wait(), 1);
    EXPECT_THAT(program.read_line(), IsEmpty()) << "half a line is no message";
    EXPECT_THAT(read("err"), StartsWith("jobbro: interrupted: "));
    EXPECT_THAT(read("err"), HasSubstr("not read to its end"));
    EXPECT_EQ(hub_.recorded().size(), 1U);
}

TEST_F(ProgramTest, SubmitThatIsInterruptedSaysHowMuchWasNotHandedIn) {
    constexpr std::uint64_t count = 5000;  // more than wait for an answer at once
    std::string all;
    for (std::uint64_t i = 0; i < count; ++i)
        all += order + "\n";
    write("orders", all);
    hub_.set_silent(true);
    ASSERT_TRUE(hub_.start());
    const Running program{options_for(hub_, "1") + "submit " + path("orders"), path("err")};
    ASSERT_TRUE(hub_.wait_for_submit());
    program.interrupt();
    std::uint64_t answered = 0;
    for (std::string line = program.read_line(); !line.empty(); line = program.read_line()) {
        EXPECT_THAT(line, HasSubstr("\"code\":\"session_lost\""));
        ++answered;
    }
    EXPECT_EQ(program.wait(), 3);
    const std::string start = "jobbro: interrupted: ";
    const std::string err = read("err");
    ASSERT_THAT(err, StartsWith(start));
    EXPECT_EQ(std::stoull(err.substr(start.size())) + answered, count);
    EXPECT_GT(answered, 0U);
}

TEST_F(ProgramTest, SubscribeEndsWithWhatIsWrongWithTheName) {
    hub_.refuse_subscribing(v1::ERROR_CODE_SUBSCRIPTION_LIMIT);
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended here = run(options + "subscribe --follow --name Upper");
    EXPECT_EQ(here.status, 1);
    EXPECT_THAT(here.err, StartsWith("jobbro: field_out_of_bounds: "));
    const Ended there = run(options + "subscribe --follow --name inbox");
    EXPECT_EQ(there.status, 1);
    EXPECT_THAT(there.err, StartsWith("jobbro: subscription_limit: "));
}

TEST_F(ProgramTest, WrongContentIsRefusedHereUnlessTheHubIsToDecide) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    std::string wrong = order;
    wrong.replace(wrong.find("690870-1478"), 11, "690870");
    const Ended here = run(options + "submit -", wrong);
    EXPECT_EQ(here.status, 1);
    EXPECT_THAT(here.out, HasSubstr("\"code\":\"cpr_invalid\""));
    EXPECT_THAT(here.out, HasSubstr("\"field_path\":\"citizen.cpr_number\""));
    EXPECT_THAT(hub_.recorded(), IsEmpty());
    EXPECT_EQ(run(options + "submit --no-local-check -", wrong).status, 0);
    EXPECT_EQ(hub_.recorded().size(), 1U);
}

TEST_F(ProgramTest, SubscribePrintsWhatThereIsAndAcksIt) {
    v1::Envelope envelope;
    envelope.set_message_id("m");
    const Bytes bytes = envelope.SerializeAsString();
    hub_.set_deliveries({bytes, bytes, bytes});
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended two = run(options + "subscribe --name inbox --limit 2 --idle-ms 200");
    EXPECT_EQ(two.status, 0) << two.err;
    EXPECT_EQ(std::count(two.out.begin(), two.out.end(), '\n'), 2);
    EXPECT_THAT(two.out, HasSubstr(R"({"sequence":1,)"));
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_EQ(hub_.acked().back(), 1U);
    const Ended rest = run(options + "subscribe --name inbox --idle-ms 200");
    EXPECT_EQ(rest.status, 0) << rest.err;
    EXPECT_THAT(rest.out, StartsWith(R"({"sequence":2,)"));
    EXPECT_EQ(std::count(rest.out.begin(), rest.out.end(), '\n'), 1);
}

TEST_F(ProgramTest, SubscribeAsksForWhatItIsToldTo) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended ended = run(options +
                            "subscribe --name inbox --idle-ms 100 --from 2026-01-31 --kind order "
                            "--kind notice --thin --credit 7");
    EXPECT_EQ(ended.status, 0) << ended.err;
    const v1::Subscribe asked = hub_.subscribe();
    EXPECT_EQ(asked.credit(), 7U);
    EXPECT_EQ(asked.from_time().seconds(), 1'769'817'600);
    EXPECT_THAT(asked.kinds(),
                ::testing::ElementsAre(v1::MESSAGE_KIND_ORDER, v1::MESSAGE_KIND_NOTICE));
    EXPECT_EQ(asked.form(), v1::DELIVERY_FORM_THIN);
}

TEST_F(ProgramTest, FetchPrintsOneMessage) {
    v1::Envelope envelope;
    envelope.set_message_id("m");
    hub_.set_deliveries({"", envelope.SerializeAsString()});
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended ended = run(options + "fetch 1");
    EXPECT_EQ(ended.status, 0) << ended.err;
    EXPECT_THAT(ended.out, StartsWith(R"({"sequence":1,)"));
    EXPECT_THAT(ended.out, HasSubstr(R"("message":{"message_id":"m"})"));
    const Ended unknown = run(options + "fetch 2");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.err, StartsWith("jobbro: entry_unknown: "));
}

TEST_F(ProgramTest, AProofIsKeptAndLooksTheSameWithoutAHub) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended kept = run(options + "prove 5 --size 9 --out " + path("p.tlog-proof"));
    EXPECT_EQ(kept.status, 0) << kept.err;
    EXPECT_THAT(kept.out, StartsWith(R"({"sequence":5,"origin":"jobbro.test/log","tree_size":9,)"));
    struct stat about {};
    ASSERT_EQ(stat(path("p.tlog-proof").c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 0777U, 0600U);
    EXPECT_THAT(read("p.tlog-proof"), StartsWith("c2sp.org/tlog-proof@v1\nextra NQ==\nindex 5\n"));
    EXPECT_EQ(run(options + "prove 5 --size 9").out, read("p.tlog-proof"));
    hub_.stop();
    const Ended looked =
        run("--hub-key " + path("hub.pub") + " prove --check " + path("p.tlog-proof"));
    EXPECT_EQ(looked.status, 0) << looked.err;
    EXPECT_EQ(looked.out, kept.out);
}

TEST_F(ProgramTest, AProofIsNotWrittenOverAnother) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    ASSERT_EQ(run(options + "prove 5 --out " + path("p")).status, 0);
    const std::string before = read("p");
    const Ended again = run(options + "prove 6 --out " + path("p"));
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, StartsWith("jobbro: file_unwritable: "));
    EXPECT_EQ(read("p"), before);
    const Ended unknown = run(options + "prove 20");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.err, StartsWith("jobbro: entry_unknown: "));
}

TEST_F(ProgramTest, AProofThatWasChangedDoesNotHold) {
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    ASSERT_EQ(run(options + "prove 5 --out " + path("p")).status, 0);
    std::string text = read("p");
    std::ofstream(path("q")) << text.replace(text.find("NQ=="), 4, "Ng==");
    const std::string check = "--hub-key " + path("hub.pub") + " prove --check ";
    const Ended wrong = run(check + path("q"));
    EXPECT_EQ(wrong.status, 1);
    EXPECT_THAT(wrong.out, IsEmpty());
    EXPECT_THAT(wrong.err, StartsWith("jobbro: proof_wrong: "));
    std::ofstream(path("r")) << "nonsense";
    EXPECT_THAT(run(check + path("r")).err, StartsWith("jobbro: note_malformed: "));
    EXPECT_THAT(run(check + path("none")).err, StartsWith("jobbro: file_unreadable: "));
    EXPECT_THAT(run(check + path("p") + " --leaf " + std::string(64, '0')).err,
                StartsWith("jobbro: proof_wrong: "));
}

TEST_F(ProgramTest, WhatIsParkedIsListedReleasedAndDropped) {
    hub_.set_parked({3, 5, 8});
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended table = run(options + "parked list inbox");
    EXPECT_EQ(table.status, 0) << table.err;
    EXPECT_THAT(table.out, StartsWith("SEQUENCE  KIND   ORDER  SINCE"));
    EXPECT_EQ(std::count(table.out.begin(), table.out.end(), '\n'), 4) << "all pages";
    const Ended json = run(options + "parked list inbox --json");
    EXPECT_THAT(json.out, StartsWith(R"({"sequence":3,"kind":"order",)"));
    const Ended unknown = run(options + "parked drop inbox 3 4");
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.err, StartsWith("jobbro: parked_unknown: "));
    const Ended released = run(options + "parked release inbox 3");
    EXPECT_EQ(released.status, 0) << released.err;
    EXPECT_THAT(released.out, StartsWith(R"({"name":"inbox","messages":1,"sequence":)"));
    const Ended dropped = run(options + "parked drop inbox --all --yes");
    EXPECT_EQ(dropped.status, 0) << dropped.err;
    EXPECT_THAT(dropped.out, HasSubstr(R"("messages":2,)"));
    const Ended none = run(options + "parked list inbox");
    EXPECT_EQ(none.status, 0);
    EXPECT_THAT(none.out, IsEmpty());
}

TEST_F(ProgramTest, SubmitMakesAMessageOfEachRowOfASheet) {
    ASSERT_TRUE(hub_.start());
    const std::string sheet =
        R"({"attendance_sheet":{"first_date":"2026-01-05","last_date":"2026-01-09","rows":[)"
        R"({"order_id":"0199a5c0-0000-7000-8000-000000000001","cpr_number":"690870-1478"},)"
        R"({"order_id":"0199a5c0-0000-7000-8000-000000000002","cpr_number":"741176-1201"}]}})";
    const Ended ended = run(options_for(hub_) + "submit --no-local-check -", sheet + "\n" + order);
    EXPECT_EQ(ended.status, 0) << ended.err << ended.out;
    EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 3);
    const std::vector<Bytes> recorded = hub_.recorded();
    ASSERT_EQ(recorded.size(), 3U);
    v1::Envelope second;
    ASSERT_TRUE(second.ParseFromString(recorded[1]));
    EXPECT_EQ(second.sender(), "jobcentre:630");
    EXPECT_EQ(second.citizen().cpr_number(), "741176-1201");
    EXPECT_EQ(second.attendance_list().list_id().size(), 36U);
}

TEST_F(ProgramTest, SubscribeThatIsAskedToStopFinishesTheLineItIsWriting) {
    v1::Envelope envelope;
    envelope.set_message_id(std::string(40'000, 'm'));
    hub_.set_deliveries(std::vector<Bytes>(4, envelope.SerializeAsString()));
    ASSERT_TRUE(hub_.start());
    const Running program{options_for(hub_) + "subscribe --follow --name inbox", path("err")};
    // More than a pipe holds is written by now or will be: what begins to come, comes whole.
    std::string line = program.read_line();
    program.interrupt();
    while (!line.empty()) {
        EXPECT_THAT(line, ::testing::EndsWith("}"));
        line = program.read_line();
    }
    EXPECT_EQ(program.wait(), 0);
    EXPECT_THAT(read("err"), IsEmpty());
}

TEST_F(ProgramTest, SubscribeSaysWhenItsOutputIsGone) {
    hub_.set_deliveries({"a"});
    ASSERT_TRUE(hub_.start());
    const std::string options = options_for(hub_);
    const Ended ended = run(options + "subscribe --name inbox", {}, "/dev/full");
    EXPECT_EQ(ended.status, 1);
    EXPECT_THAT(ended.err, StartsWith("jobbro: file_unwritable: "));
    ASSERT_TRUE(hub_.wait_for_goodbye());
    EXPECT_THAT(hub_.acked(), IsEmpty());
}

}  // namespace
}  // namespace jobbro::cli
