// Files that come again: after a crash, mended, or as they were.
#include "adapters/connectors/folder_inlet.h"
#include "tests/unit/connectors/inlet_world.h"

namespace jobbro::connectors {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

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

TEST_F(FolderInletTest, ARefusalThatWasToldBeforeACrashIsNotToldASecondTime) {
    drop("a.json", report(5));
    sink->is_crashing = true;
    answer(ErrorCode::order_unknown);
    EXPECT_THAT(names(layout.refused), ElementsAre("a.json", "a.json.error.json"));
    restart();
    turn();
    EXPECT_EQ(sink->not_noted_count(), 0U);
    EXPECT_THAT(names(layout.refused), ElementsAre("a.json", "a.json.error.json"));
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

// The second row is about the order that is given.
std::string sheet_with(const std::string& second) {
    return R"({"attendance_sheet":{"first_date":"2011-02-14","last_date":"2011-02-18","rows":[)"
           R"({"order_id":"0190163d-8694-739b-aea5-966c26f8ad91","cpr_number":"690870-1478"},)"
           R"({"order_id":")" +
           second +
           R"(","cpr_number":"741176-1201"},)"
           R"({"order_id":"0190163d-8694-739b-aea5-966c26f8ad93","cpr_number":"690870-1478"}]}})";
}

TEST_F(FolderInletTest, AnAttendanceSheetIsHandedInRowByRowAndAMendedRowAlone) {
    drop("a.json", sheet_with("0190163d-8694-739b-aea5-966c26f8ad92"));
    ASSERT_EQ(sink->waiting().size(), 3U);
    EXPECT_EQ(sink->waiting()[1].citizen().cpr_number(), "741176-1201");
    const std::string list_id = sink->waiting()[0].attendance_list().list_id();
    answer(7);
    answer(Error{ErrorCode::order_unknown, {}, "order_id"});
    answer(8);
    const json messages = errors_of("a.json")["messages"];
    EXPECT_EQ(messages[0]["row"], 0);
    EXPECT_EQ(messages[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(messages[1]["row"], 1);
    EXPECT_EQ(messages[1]["refused"]["code"], "order_unknown");

    // Mended later than it was written first.
    drop("a.json", sheet_with("0190163d-8694-739b-aea5-966c26f8ad94"));
    ASSERT_EQ(sink->waiting().size(), 1U) << "what was recorded is not sent again";
    EXPECT_EQ(sink->waiting()[0].order_id(), "0190163d-8694-739b-aea5-966c26f8ad94");
    EXPECT_EQ(sink->waiting()[0].attendance_list().list_id(), list_id);
    answer(9);
    const json mended = receipt_of("a.json")["messages"];
    EXPECT_EQ(mended[0]["accepted"]["sequence"], 7);
    EXPECT_EQ(mended[1]["accepted"]["sequence"], 9);
    EXPECT_EQ(mended[2]["accepted"]["sequence"], 8);
    EXPECT_EQ(mended[2]["answered_before"], true);
}

}  // namespace
}  // namespace jobbro::connectors
