#include "adapters/connectors/departure.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

class DepartureTest : public ::testing::Test {
  protected:
    DepartureTest() {
        std::signal(SIGIO, SIG_IGN);
        EXPECT_TRUE(make_folders(layout));
    }
    static void write(const std::filesystem::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    static std::string text_of(const std::filesystem::path& path) {
        std::ifstream file(path);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    // The file as it stands in `in` now, answered with that text.
    DepartingFile answered(const std::string& text, bool is_refused = false) const {
        return DepartingFile{"a.json", "a.json",   "0a1b",
                             false,    is_refused, look_at(layout.in / "a.json")->identity,
                             text};
    }
    jobbro::testing::TemporaryFolder folder;
    FolderLayout layout{folder / "base"};
};

TEST_F(DepartureTest, AFileGoesToItsFolderWithWhatBecameOfItBesideIt) {
    write(layout.in / "a.json", "message");
    const auto sent = depart(layout, answered("receipt"));
    ASSERT_TRUE(sent) << sent.error().line();
    EXPECT_EQ(*sent, Departure::moved);
    EXPECT_EQ(text_of(layout.sent / "a.json"), "message");
    EXPECT_EQ(text_of(layout.sent / "a.json.receipt.json"), "receipt");
    EXPECT_EQ(std::filesystem::status(layout.sent / "a.json").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    EXPECT_TRUE(std::filesystem::is_empty(layout.in));
    EXPECT_TRUE(std::filesystem::is_empty(layout.moving));
    EXPECT_TRUE(std::filesystem::is_empty(layout.staging));

    write(layout.in / "a.json", "another");
    EXPECT_EQ(*depart(layout, answered("errors", true)), Departure::moved);
    EXPECT_EQ(text_of(layout.refused / "a.json"), "another");
    EXPECT_EQ(text_of(layout.refused / "a.json.error.json"), "errors");
    EXPECT_TRUE(sync_departures(layout));
}

TEST_F(DepartureTest, NothingIsWrittenOverWhatIsThere) {
    for (const char* const text : {"1", "2", "3"}) {
        write(layout.in / "a.json", text);
        EXPECT_EQ(*depart(layout, answered(std::string{"receipt "} + text)), Departure::moved);
    }
    // Somebody else's receipt, without a file.
    write(layout.sent / "a-4.json.receipt.json", "kept");
    write(layout.in / "a.json", "5");
    EXPECT_EQ(*depart(layout, answered("receipt 5")), Departure::moved);
    EXPECT_EQ(text_of(layout.sent / "a.json"), "1");
    EXPECT_EQ(text_of(layout.sent / "a-2.json"), "2");
    EXPECT_EQ(text_of(layout.sent / "a-3.json.receipt.json"), "receipt 3");
    EXPECT_EQ(text_of(layout.sent / "a-4.json.receipt.json"), "kept");
    EXPECT_EQ(text_of(layout.sent / "a-5.json"), "5");
}

TEST_F(DepartureTest, ACrashAfterTheReceiptLeavesNoSecondOne) {
    write(layout.sent / "a.json.receipt.json", "receipt");
    write(layout.in / "a.json", "message");
    EXPECT_EQ(*depart(layout, answered("receipt")), Departure::moved);
    EXPECT_EQ(text_of(layout.sent / "a.json"), "message");
    EXPECT_FALSE(look_at(layout.sent / "a-2.json"));
}

TEST_F(DepartureTest, ACrashOnTheWayOutIsMadeGood) {
    write(layout.in / "a.json", "message");
    DepartingFile file = answered("receipt");
    std::filesystem::rename(layout.in / "a.json", layout.moving / "a.json");
    // Another has come meanwhile.
    write(layout.in / "a.json", "next");
    file.is_in_moving = true;
    EXPECT_EQ(*depart(layout, file), Departure::moved);
    EXPECT_EQ(text_of(layout.sent / "a.json"), "message");
    EXPECT_EQ(text_of(layout.in / "a.json"), "next");
}

TEST_F(DepartureTest, AFileThatWasTakenAwayLeavesItsReceipt) {
    write(layout.in / "a.json", "message");
    const DepartingFile file = answered("receipt");
    std::filesystem::remove(layout.in / "a.json");
    EXPECT_EQ(*depart(layout, file), Departure::gone);
    EXPECT_EQ(text_of(layout.sent / "a.json.receipt.json"), "receipt");
}

TEST_F(DepartureTest, AFileThatHasTakenItsPlaceIsNotMoved) {
    write(layout.in / "a.json", "message");
    const DepartingFile file = answered("receipt");
    write(layout.in / "other", "of another length");
    std::filesystem::rename(layout.in / "other", layout.in / "a.json");
    EXPECT_EQ(*depart(layout, file), Departure::replaced);
    EXPECT_EQ(text_of(layout.in / "a.json"), "of another length");
    EXPECT_EQ(text_of(layout.sent / "a.json.receipt.json"), "receipt");
    EXPECT_FALSE(look_at(layout.sent / "a.json"));
}

TEST_F(DepartureTest, AFileThatSomebodyHasOpenForWritingWaitsUntilItIsClosed) {
    write(layout.in / "a.json", "message");
    DepartingFile file = answered("receipt");
    const int writer = ::open((layout.in / "a.json").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    const auto held = depart(layout, file);
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code, ErrorCode::busy);
    EXPECT_EQ(held.error().detail.find("a.json"), std::string::npos) << "names are not told";
    EXPECT_EQ(text_of(layout.moving / "a.json"), "message");
    EXPECT_FALSE(look_at(layout.sent / "a.json"));
    ::close(writer);
    file.is_in_moving = true;
    EXPECT_EQ(*depart(layout, file), Departure::moved);
    EXPECT_EQ(text_of(layout.sent / "a.json"), "message");
    EXPECT_FALSE(look_at(layout.sent / "a-2.json.receipt.json"));
}

TEST_F(DepartureTest, WhatIsWrittenToAFileOnItsWayOutIsReadAndNotTakenForSent) {
    write(layout.in / "a.json", "message");
    DepartingFile file = answered("receipt");
    const int writer = ::open((layout.in / "a.json").c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    EXPECT_EQ(depart(layout, file).error().code, ErrorCode::busy);
    ASSERT_EQ(::write(writer, ", more", 6), 6);
    file.is_in_moving = true;
    EXPECT_EQ(*depart(layout, file), Departure::replaced);
    ::close(writer);
    EXPECT_EQ(text_of(layout.moving / "a.json"), "message, more");
    EXPECT_FALSE(look_at(layout.sent / "a.json"));
    EXPECT_EQ(text_of(layout.sent / "a.json.receipt.json"), "receipt");
}

TEST_F(DepartureTest, OneThatWaitsToBeReadIsNotMovedOver) {
    write(layout.moving / "a.json", "earlier");
    write(layout.in / "a.json", "message");
    EXPECT_EQ(*depart(layout, answered("receipt")), Departure::replaced);
    EXPECT_EQ(text_of(layout.moving / "a.json"), "earlier");
    EXPECT_EQ(text_of(layout.in / "a.json"), "message");
}

TEST_F(DepartureTest, AFolderThatIsGoneIsSaidAndTheFileStays) {
    write(layout.in / "a.json", "message");
    const DepartingFile file = answered("receipt");
    std::filesystem::remove(layout.sent);
    const auto done = depart(layout, file);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::file_unwritable);
    EXPECT_EQ(done.error().detail.find("a.json"), std::string::npos) << "names are not told";
    EXPECT_EQ(text_of(layout.in / "a.json"), "message");
    std::filesystem::create_directory(layout.sent);
    EXPECT_EQ(*depart(layout, file), Departure::moved);
}

}  // namespace
}  // namespace jobbro::connectors
