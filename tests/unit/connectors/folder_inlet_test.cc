#include "adapters/connectors/folder_inlet.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/connectors/inlet_world.h"

namespace jobbro::connectors {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = InletNews::Kind;

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

}  // namespace
}  // namespace jobbro::connectors
