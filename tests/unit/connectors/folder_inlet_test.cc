#include "adapters/connectors/folder_inlet.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "adapters/kit/envelope_maker.h"
#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using Kind = InletNews::Kind;

constexpr const char* order_id = "0190163d-8694-739b-aea5-966c26f8ad91";
constexpr const char* party = "provider:99104007";

evidence::PartySecretKeys own_keys() {
    SeededRandomness randomness{1};
    return {party, evidence::CurveSecretKey::random(randomness),
            evidence::SigningKey::random(randomness)};
}

// A provider's report of that many hours, as its system would write it.
std::string report(double hours, const std::string& more = {}) {
    std::ostringstream text;
    text << R"({"audience":{"order_parties":{}},"order_id":")" << order_id
         << R"(","citizen":{"cpr_number":"690870-1478"},"absence_report":{"first_date":)"
         << R"("2011-02-14","last_date":"2011-02-14","kind":"ABSENCE_KIND_NO_SHOW",)"
         << R"("absent_hours":)" << hours << "}" << more << "}";
    return text.str();
}

// A real outbox whose messages the test answers itself.
class OutboxSink final : public MessageSink {
  public:
    explicit OutboxSink(const std::filesystem::path& file)
        : own_(own_keys()),
          maker_(party, kit::EnvelopeMaker::salt_key_of(own_.signing), clock_, randomness_) {
        auto opened = kit::Outbox::open(kit::OutboxSettings{file, "log.example"}, own_);
        if (!opened) throw std::runtime_error(opened.error().line());
        outbox_ = *std::move(opened);
    }
    Result<void> check(const v1::Envelope& envelope) override {
        JOBBRO_TRY(maker_.make(envelope));
        return {};
    }
    Result<std::vector<kit::OutboxPut>> put(std::vector<kit::TaggedEnvelope> envelopes) override {
        if (trouble) return *trouble;
        std::vector<kit::OutboxRequest> requests;
        for (kit::TaggedEnvelope& each : envelopes) {
            JOBBRO_TRY_ASSIGN(auto made, maker_.make(std::move(each.envelope)));
            requests.push_back(kit::OutboxRequest{std::move(made), std::move(each.tag)});
        }
        return outbox_->put_many(requests, clock_.now());
    }
    Result<std::optional<kit::OutboxRecord>> find(const std::string& tag) override {
        return outbox_->find_by_tag(tag);
    }
    Result<std::vector<kit::OutboxRecord>> not_noted(std::uint64_t after,
                                                     std::size_t limit) override {
        return outbox_->not_noted(after, limit);
    }
    Result<void> take_note(const std::vector<std::uint64_t>& tickets) override {
        if (is_crashing) return ErrorCode::file_unwritable;
        return outbox_->take_note(tickets, clock_.now());
    }

    // Waiting messages, oldest first, as they were made.
    std::vector<v1::Envelope> waiting() {
        std::vector<v1::Envelope> envelopes;
        const auto records = outbox_->waiting(0, 1024);
        for (const kit::OutboxRecord& record : *records) {
            EXPECT_TRUE(envelopes.emplace_back().ParseFromString(record.envelope));
        }
        return envelopes;
    }
    // The oldest waiting one is answered; what the inlet is to be told of.
    std::vector<kit::OutboxRecord> answer(const Result<std::uint64_t>& sequence) {
        const auto waiting = outbox_->waiting(0, 1);
        if (waiting->empty()) throw std::runtime_error("nothing waits");
        const kit::OutboxRecord& first = waiting->front();
        Result<kit::Receipt> fate =
            sequence ? Result<kit::Receipt>{kit::Receipt{
                           first.message_id, Sequence{*sequence}, clock_.now(), {}}}
                     : Result<kit::Receipt>{sequence.error()};
        return *outbox_->settle({kit::OutboxSettlement{first.ticket, std::move(fate)}},
                                clock_.now());
    }
    std::size_t not_noted_count() { return outbox_->not_noted(0, 1024)->size(); }

    std::optional<Error> trouble;
    bool is_crashing = false;  // nothing is noted any more

  private:
    const evidence::PartySecretKeys own_;
    const SystemClock clock_;
    evidence::SystemRandomness randomness_;
    kit::EnvelopeMaker maker_;
    std::unique_ptr<kit::Outbox> outbox_;
};

class FolderInletTest : public ::testing::Test {
  protected:
    FolderInletTest() {
        std::signal(SIGIO, SIG_IGN);
        EXPECT_TRUE(make_folders(layout));
        restart();
    }
    // As after a crash: all that is not on disk is gone.
    void restart(InletLimits limits = {}) {
        inlet.reset();
        sink.reset();
        sink = std::make_unique<OutboxSink>(layout.state / "outbox.db");
        inlet = std::make_unique<FolderInlet>(
            FolderInlet::Parts{layout, key, *sink, clock,
                               [this](const InletNews& each) { news.push_back(each); }, limits});
        ASSERT_TRUE(inlet->start());
    }
    // A writer that does as it should.
    void drop(const std::string& name, const std::string& text) {
        std::ofstream(layout.base / "written") << text;
        std::filesystem::rename(layout.base / "written", layout.in / name);
        inlet->closed(name);
        turn();
    }
    void turn(std::int64_t ms = 0) {
        now = now.plus_ms(ms);
        const auto done = inlet->turn(now);
        EXPECT_TRUE(done) << done.error().line();
    }
    // The files that lie there already when it starts.
    void settle() {
        turn();
        turn(Arrivals::settling_ms);
    }
    void answer(const Result<std::uint64_t>& sequence) {
        inlet->settled(sink->answer(sequence));
        turn();
    }
    static std::vector<std::string> names(const std::filesystem::path& folder) {
        return *list_names(folder, 100, [](std::string_view) { return true; });
    }
    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    json errors_of(const std::string& name) const {
        return json::parse(text_of(layout.refused / (name + ".error.json")));
    }
    json receipt_of(const std::string& name) const {
        return json::parse(text_of(layout.sent / (name + ".receipt.json")));
    }
    std::vector<Kind> kinds() {
        std::vector<Kind> result;
        for (const InletNews& each : news)
            result.push_back(each.kind);
        return result;
    }
    std::vector<double> waiting_hours() {
        std::vector<double> hours;
        for (const v1::Envelope& each : sink->waiting())
            hours.push_back(each.absence_report().absent_hours());
        return hours;
    }

    jobbro::testing::TemporaryFolder folder;
    FolderLayout layout{folder / "base"};
    const evidence::SymmetricKey key{ByteArray<32>{1, 2, 3}};
    const SystemClock clock;
    Instant now{1'000'000'000};
    std::vector<InletNews> news;
    std::unique_ptr<OutboxSink> sink;
    std::unique_ptr<FolderInlet> inlet;
};

TEST_F(FolderInletTest, AnAcceptedFileGoesToSentWithItsReceipt) {
    drop("a.json", report(5));
    EXPECT_THAT(names(layout.in), ElementsAre("a.json")) << "until it is answered";
    EXPECT_THAT(waiting_hours(), ElementsAre(5));
    answer(17);
    EXPECT_THAT(names(layout.in), IsEmpty());
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json", "a.json.receipt.json"));
    EXPECT_EQ(text_of(layout.sent / "a.json"), report(5));
    const json receipt = receipt_of("a.json");
    EXPECT_EQ(receipt["messages"][0]["accepted"]["sequence"], 17);
    EXPECT_EQ(receipt["file"], log_name("a.json", key));
    EXPECT_EQ(sink->not_noted_count(), 0U);
    EXPECT_THAT(kinds(), ElementsAre(Kind::taken, Kind::sent));
    EXPECT_EQ(inlet->counts().files_sent, 1U);
    EXPECT_EQ(inlet->counts().files_under_way, 0U);
}

TEST_F(FolderInletTest, ARefusedFileGoesToRefusedWithItsErrors) {
    drop("a.json", report(5));
    answer(Error{ErrorCode::order_unknown, {}, "order_id"});
    EXPECT_THAT(names(layout.in), IsEmpty());
    EXPECT_THAT(names(layout.refused), ElementsAre("a.json", "a.json.error.json"));
    const json refused = errors_of("a.json")["messages"][0]["refused"];
    EXPECT_EQ(refused["code"], "order_unknown");
    EXPECT_EQ(refused["number"], 400);
    EXPECT_EQ(refused["disposition"], "fix");
    EXPECT_EQ(refused["field_path"], "order_id");
    EXPECT_EQ(refused["text_da"], error_text(ErrorCode::order_unknown).danish);
    EXPECT_EQ(refused["text_en"], error_text(ErrorCode::order_unknown).english);
    EXPECT_EQ(sink->not_noted_count(), 0U);
}

TEST_F(FolderInletTest, WhatCannotBeRightIsRefusedWithoutAskingTheHub) {
    drop("a.json", report(-1));
    EXPECT_THAT(sink->waiting(), IsEmpty());
    const json refused = errors_of("a.json")["messages"][0]["refused"];
    EXPECT_EQ(refused["field_path"], "absence_report.absent_hours");
    EXPECT_EQ(inlet->counts().messages_refused_here, 1U);
}

TEST_F(FolderInletTest, AFileOfManyMessagesIsHandedInInOrderAndTellsOfEach) {
    drop("a.ndjson", report(1) + "\n{\n" + report(2) + "\n" + report(3) + "\n");
    turn(Arrivals::settling_ms);  // it might have been unfinished
    EXPECT_THAT(waiting_hours(), ElementsAre(1, 2, 3));
    answer(7);
    answer(Error{ErrorCode::citizen_mismatch, {}, "citizen"});
    EXPECT_THAT(names(layout.in), ElementsAre("a.ndjson")) << "until all of it is answered";
    answer(9);
    EXPECT_THAT(names(layout.refused), ElementsAre("a.ndjson", "a.ndjson.error.json"));
    const json messages = errors_of("a.ndjson")["messages"];
    ASSERT_EQ(messages.size(), 4U);
    EXPECT_EQ(messages[0]["line"], 1);
    EXPECT_EQ(messages[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(messages[1]["refused"]["code"], "json_syntax");
    EXPECT_EQ(messages[1]["refused"]["line"], 2);
    EXPECT_EQ(messages[1]["refused"]["column"], 1);
    EXPECT_EQ(messages[2]["line"], 3);
    EXPECT_EQ(messages[2]["refused"]["code"], "citizen_mismatch");
    EXPECT_EQ(messages[3]["accepted"]["sequence"], 9);
}

TEST_F(FolderInletTest, NoErrorQuotesTheInput) {
    drop("a.ndjson", report(1, R"(,"message_id":"690870-1478","secret":1)") + "\n" +
                         report(2, R"(,"message_id":"690870-1478")") + "\n" + "secret\n");
    turn(Arrivals::settling_ms);
    const std::string errors = text_of(layout.refused / "a.ndjson.error.json");
    EXPECT_THAT(errors, HasSubstr("json_field_unknown"));
    EXPECT_THAT(errors, HasSubstr("message_id_invalid"));
    EXPECT_THAT(errors, HasSubstr("json_syntax"));
    EXPECT_THAT(errors, Not(HasSubstr("secret")));
    EXPECT_THAT(errors, Not(HasSubstr("1478")));
}

TEST_F(FolderInletTest, FilesAreTakenInTheOrderOfTheirNames) {
    for (const char* const name : {"c.json", "a.json", "b.json"}) {
        std::ofstream(layout.in / name) << report(name[0] - 'a' + 1);
        inlet->closed(name);
    }
    turn();
    EXPECT_THAT(waiting_hours(), ElementsAre(1, 2, 3));
}

TEST_F(FolderInletTest, AHalfWrittenFileIsNotTaken) {
    const std::string text = report(5);
    const int writer = ::open((layout.in / "a.json").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GT(::write(writer, text.data(), 10), 0);
    inlet->closed("a.json");  // by another that had it open
    for (int i = 0; i < 5; ++i)
        turn(Arrivals::settling_ms);
    EXPECT_THAT(kinds(), IsEmpty());
    ASSERT_GT(::write(writer, text.data() + 10, text.size() - 10), 0);
    ::close(writer);
    inlet->closed("a.json");
    turn();
    EXPECT_THAT(waiting_hours(), ElementsAre(5));
}

TEST_F(FolderInletTest, AFileWrittenInTwoGoesIsReadAgainBeforeItIsRefused) {
    const std::string text = report(5);
    std::ofstream(layout.in / "a.json") << text.substr(0, 10);
    inlet->closed("a.json");
    turn();
    turn(Arrivals::settling_ms - 1);
    EXPECT_THAT(kinds(), IsEmpty());
    std::ofstream(layout.in / "a.json", std::ios::app) << text.substr(10);
    inlet->closed("a.json");
    turn();
    EXPECT_THAT(waiting_hours(), ElementsAre(5));

    drop("b.json", text.substr(0, 10));
    EXPECT_THAT(names(layout.refused), IsEmpty());
    turn(Arrivals::settling_ms);
    EXPECT_EQ(errors_of("b.json")["messages"][0]["refused"]["code"], "json_syntax");
}

TEST_F(FolderInletTest, AFileThatWasThereAtTheStartIsTakenAfterTwoLooks) {
    std::ofstream(layout.in / "a.json") << report(5);
    turn();
    EXPECT_THAT(kinds(), IsEmpty());
    EXPECT_EQ(inlet->next_due(), now.plus_ms(Arrivals::settling_ms));
    turn(Arrivals::settling_ms);
    EXPECT_THAT(waiting_hours(), ElementsAre(5));
    EXPECT_EQ(inlet->next_due(), std::nullopt);
}

TEST_F(FolderInletTest, OtherFilesAreLeftAlone) {
    for (const char* const name : {".a.json", "a.json.tmp", "a.json.part", "a.txt"})
        std::ofstream(layout.in / name) << report(5);
    settle();
    EXPECT_THAT(kinds(), IsEmpty());
    EXPECT_EQ(names(layout.in).size(), 4U);
}

TEST_F(FolderInletTest, WhatIsNoRegularFileIsMovedAsItIsAndNotFollowed) {
    std::ofstream(layout.base / "elsewhere") << report(5);
    std::filesystem::create_symlink(layout.base / "elsewhere", layout.in / "link.json");
    ASSERT_EQ(::mkfifo((layout.in / "pipe.json").c_str(), 0600), 0);
    std::filesystem::create_directory(layout.in / "folder.json");
    settle();
    EXPECT_THAT(names(layout.in), IsEmpty());
    for (const char* const name : {"link.json", "pipe.json", "folder.json"}) {
        EXPECT_EQ(errors_of(name)["refused"]["code"], "file_unreadable") << name;
    }
    EXPECT_TRUE(std::filesystem::is_symlink(layout.refused / "link.json"));
    EXPECT_THAT(sink->waiting(), IsEmpty());
}

TEST_F(FolderInletTest, AFileThatIsTooLargeIsRefused) {
    drop("a.ndjson", std::string(lines_file_bytes_max + 1, '\n'));
    EXPECT_EQ(errors_of("a.ndjson")["refused"]["code"], "list_too_long");
    drop("a.json", std::string((std::size_t{1} << 20U) + 1, ' '));
    EXPECT_EQ(errors_of("a.json")["refused"]["code"], "envelope_too_large");
}

TEST_F(FolderInletTest, AFileWithACprNumberInItsNameIsRefusedAndNamedAnew) {
    drop("690870-1478.json", report(5));
    EXPECT_THAT(names(layout.in), IsEmpty());
    const std::string kept = "file-" + log_name("690870-1478.json", key) + ".json";
    EXPECT_THAT(names(layout.refused), ElementsAre(kept, kept + ".error.json"));
    EXPECT_EQ(errors_of(kept)["refused"]["code"], "cpr_in_text");
    for (const InletNews& each : news)
        EXPECT_THAT(each.file, Not(HasSubstr("1478")));
}

TEST_F(FolderInletTest, AfterACrashFilesGoOnWhereTheyWere) {
    drop("a.ndjson", report(1) + "\n" + report(2) + "\n");
    answer(7);
    restart();
    settle();
    EXPECT_THAT(waiting_hours(), ElementsAre(2)) << "nothing is put a second time";
    answer(8);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.ndjson", "a.ndjson.receipt.json"));
    EXPECT_EQ(receipt_of("a.ndjson")["messages"][0]["accepted"]["sequence"], 7);
    EXPECT_EQ(receipt_of("a.ndjson")["messages"][1]["accepted"]["sequence"], 8);
    EXPECT_FALSE(receipt_of("a.ndjson")["messages"][0].contains("answered_before"));
}

TEST_F(FolderInletTest, ACrashBetweenTheReceiptAndTheMoveLeadsToTheMove) {
    drop("a.json", report(5));
    sink->answer(7);
    restart();
    settle();
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json", "a.json.receipt.json"));
    EXPECT_EQ(sink->not_noted_count(), 0U);
    EXPECT_THAT(sink->waiting(), IsEmpty());
}

TEST_F(FolderInletTest, ACrashBetweenTheMoveAndItsNoteIsNoted) {
    drop("a.json", report(5));
    sink->is_crashing = true;
    answer(7);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json", "a.json.receipt.json"));
    EXPECT_EQ(sink->not_noted_count(), 1U);
    restart();
    turn();
    EXPECT_EQ(sink->not_noted_count(), 0U);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json", "a.json.receipt.json"));
}

TEST_F(FolderInletTest, ACrashOnTheWayOutIsMadeGoodBeforeTheNextOfTheName) {
    drop("a.json", report(5));
    sink->answer(7);
    std::filesystem::rename(layout.in / "a.json", layout.moving / "a.json");
    std::ofstream(layout.in / "a.json") << report(6);
    restart();
    settle();
    EXPECT_EQ(text_of(layout.sent / "a.json"), report(5));
    EXPECT_EQ(receipt_of("a.json")["messages"][0]["accepted"]["sequence"], 7);
    settle();
    EXPECT_THAT(waiting_hours(), ElementsAre(6));
}

TEST_F(FolderInletTest, AnAnswerThatComesBeforeTheFileIsLookedAtWaitsForIt) {
    drop("a.json", report(5));
    restart();
    turn();
    inlet->settled(sink->answer(Error{ErrorCode::order_unknown}));
    turn();
    EXPECT_THAT(names(layout.refused), IsEmpty());
    turn(Arrivals::settling_ms);
    EXPECT_THAT(names(layout.refused), ElementsAre("a.json", "a.json.error.json"));
    EXPECT_THAT(sink->waiting(), IsEmpty()) << "it is not tried again by itself";
}

TEST_F(FolderInletTest, WhatWasAcceptedIsNotSentAgainWhenItsFileComesAgain) {
    drop("a.json", report(5));
    answer(7);
    drop("a.json", report(5));
    EXPECT_THAT(sink->waiting(), IsEmpty());
    EXPECT_THAT(names(layout.sent), UnorderedElementsAre("a.json", "a.json.receipt.json",
                                                         "a-2.json", "a-2.json.receipt.json"));
    EXPECT_EQ(receipt_of("a-2.json")["messages"][0]["accepted"]["sequence"], 7);
    EXPECT_EQ(receipt_of("a-2.json")["messages"][0]["answered_before"], true);
}

TEST_F(FolderInletTest, WhatWasRefusedIsTriedAgainWhenItsFileComesAgain) {
    drop("a.ndjson", report(1) + "\n" + report(2) + "\n");
    answer(7);
    answer(ErrorCode::order_unknown);
    std::filesystem::rename(layout.refused / "a.ndjson", layout.in / "a.ndjson");
    inlet->closed("a.ndjson");
    turn();
    EXPECT_THAT(waiting_hours(), ElementsAre(2));
    answer(8);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.ndjson", "a.ndjson.receipt.json"));
    const json messages = receipt_of("a.ndjson")["messages"];
    EXPECT_EQ(messages[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(messages[0]["answered_before"], true);
    EXPECT_EQ(messages[1]["accepted"]["sequence"], 8);
    EXPECT_FALSE(messages[1].contains("answered_before"));
}

TEST_F(FolderInletTest, AFileThatIsReplacedWhileItIsUnderWayIsReadToo) {
    drop("a.json", report(5));
    std::ofstream(layout.base / "written") << report(6);
    std::filesystem::rename(layout.base / "written", layout.in / "a.json");
    inlet->closed("a.json");
    turn();
    EXPECT_THAT(waiting_hours(), ElementsAre(5));
    answer(7);
    EXPECT_EQ(receipt_of("a.json")["messages"][0]["accepted"]["sequence"], 7);
    settle();
    EXPECT_THAT(waiting_hours(), ElementsAre(6));
    answer(8);
    EXPECT_EQ(text_of(layout.sent / "a-2.json"), report(6));
    EXPECT_THAT(kinds(),
                ElementsAre(Kind::taken, Kind::replaced, Kind::sent, Kind::taken, Kind::sent));
}

TEST_F(FolderInletTest, AFileThatIsTakenAwayWhileItIsUnderWayLeavesItsReceipt) {
    drop("a.json", report(5));
    std::filesystem::remove(layout.in / "a.json");
    answer(7);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json.receipt.json"));
    EXPECT_EQ(sink->not_noted_count(), 0U);
}

TEST_F(FolderInletTest, ARefusalIsToldAlsoWhenTheFileWasTakenAwayBeforeTheStart) {
    drop("a.json", report(5));
    const std::string id = sink->waiting().front().message_id();
    std::filesystem::remove(layout.in / "a.json");
    restart();
    turn();
    answer(ErrorCode::order_unknown);
    EXPECT_THAT(names(layout.refused), ElementsAre(id + ".error.json"));
    EXPECT_EQ(errors_of(id)["messages"][0]["refused"]["code"], "order_unknown");
    EXPECT_EQ(sink->not_noted_count(), 0U);
}

TEST_F(FolderInletTest, AMessageOfAnIdThatIsTakenIsRefusedAndTheOthersAreNot) {
    const std::string id = R"(,"message_id":"0190163d-8694-739b-aea5-966c26f8ad77")";
    drop("a.ndjson", report(1, id) + "\n" + report(2, id) + "\n" + report(3) + "\n");
    EXPECT_THAT(waiting_hours(), ElementsAre(1, 3));
    answer(7);
    answer(8);
    const json messages = errors_of("a.ndjson")["messages"];
    EXPECT_EQ(messages[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(messages[1]["refused"]["code"], "message_id_reused");
    EXPECT_EQ(messages[2]["accepted"]["sequence"], 8);
}

TEST_F(FolderInletTest, TwoFilesOfOneMessageGetOneReceipt) {
    const std::string text = report(1, R"(,"message_id":"0190163d-8694-739b-aea5-966c26f8ad77",)"
                                       R"("happened_at":"2026-01-02T03:04:05Z")");
    drop("a.json", text);
    drop("b.json", text);
    EXPECT_EQ(sink->waiting().size(), 1U);
    answer(7);
    EXPECT_EQ(receipt_of("a.json")["messages"][0]["accepted"]["sequence"], 7);
    EXPECT_EQ(receipt_of("b.json")["messages"][0]["accepted"]["sequence"], 7);
    EXPECT_EQ(sink->not_noted_count(), 0U);
}

TEST_F(FolderInletTest, WhenTheOutboxIsFullFilesWaitInOrder) {
    sink->trouble = ErrorCode::queue_full;
    drop("a.json", report(1));
    std::ofstream(layout.in / "b.json") << report(2);
    inlet->closed("b.json");
    turn(500);
    EXPECT_THAT(kinds(), ElementsAre(Kind::held)) << "told once";
    EXPECT_EQ(inlet->next_due(), now.plus_ms(500));
    turn(500);
    EXPECT_THAT(kinds(), ElementsAre(Kind::held));
    sink->trouble.reset();
    turn(1000);
    EXPECT_THAT(waiting_hours(), ElementsAre(1, 2));
}

TEST_F(FolderInletTest, AnOutboxThatFailedEndsIt) {
    sink->trouble = ErrorCode::store_failed;
    std::ofstream(layout.in / "a.json") << report(1);
    inlet->closed("a.json");
    const auto done = inlet->turn(now);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::store_failed);
}

TEST_F(FolderInletTest, AFileThatCannotLeaveKeepsNoOtherFromLeaving) {
    drop("a.json", report(1));
    drop("b.json", report(2));
    std::filesystem::rename(layout.sent, layout.base / "away");
    answer(7);
    EXPECT_THAT(kinds(), ElementsAre(Kind::taken, Kind::taken, Kind::held));
    answer(ErrorCode::order_unknown);
    drop("c.json", report(3));
    turn(1000);
    EXPECT_THAT(names(layout.refused), ElementsAre("b.json", "b.json.error.json"));
    EXPECT_THAT(waiting_hours(), ElementsAre(3));
    std::filesystem::rename(layout.base / "away", layout.sent);
    turn(1000);
    EXPECT_THAT(names(layout.sent), ElementsAre("a.json", "a.json.receipt.json"));
}

TEST_F(FolderInletTest, AFolderThatIsGoneForAWhileIsWaitedFor) {
    std::filesystem::rename(layout.in, layout.base / "away");
    turn();
    EXPECT_THAT(kinds(), ElementsAre(Kind::held));
    std::filesystem::rename(layout.base / "away", layout.in);
    drop("a.json", report(1));
    turn(1000);
    EXPECT_THAT(waiting_hours(), ElementsAre(1));
}

TEST_F(FolderInletTest, NoMoreFilesAreTakenThanThereIsRoomForAndAllInTheEnd) {
    restart(InletLimits{.files_max = 4, .messages_max = 100, .names_max = 6});
    for (int i = 0; i < 20; ++i)
        std::ofstream(layout.in / (std::to_string(100 + i) + ".json")) << report(i + 1);
    settle();
    EXPECT_THAT(waiting_hours(), ElementsAre(1, 2, 3, 4));
    answer(1);
    EXPECT_EQ(sink->waiting().size(), 3U) << "the folder is not looked through for one file";
    answer(2);
    EXPECT_EQ(sink->waiting().size(), 4U);
    for (int i = 2; i < 20; ++i) {
        turn(Arrivals::settling_ms);
        answer(static_cast<std::uint64_t>(i));
    }
    EXPECT_THAT(names(layout.in), IsEmpty());
    EXPECT_EQ(names(layout.sent).size(), 40U);
}

TEST_F(FolderInletTest, AnAttendanceSheetIsHandedInRowByRow) {
    drop("a.json",
         R"({"attendance_sheet":{"first_date":"2011-02-14","last_date":"2011-02-18","rows":[)"
         R"({"order_id":"0190163d-8694-739b-aea5-966c26f8ad91","cpr_number":"690870-1478"},)"
         R"({"order_id":"0190163d-8694-739b-aea5-966c26f8ad92","cpr_number":"741176-1201"}]}})");
    ASSERT_EQ(sink->waiting().size(), 2U);
    EXPECT_EQ(sink->waiting()[1].citizen().cpr_number(), "741176-1201");
    answer(7);
    answer(Error{ErrorCode::order_unknown, {}, "order_id"});
    const json messages = errors_of("a.json")["messages"];
    EXPECT_EQ(messages[0]["row"], 0);
    EXPECT_EQ(messages[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(messages[1]["row"], 1);
    EXPECT_EQ(messages[1]["refused"]["code"], "order_unknown");
}

}  // namespace
}  // namespace jobbro::connectors
