#include "hub/app/marks_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace jobbro::app {
namespace {

class MarksFileTest : public ::testing::Test {
  protected:
    testing::TemporaryFolder folder;
    std::filesystem::path path = folder / "hub.marks";
    MarksFileOnDisk file{path};
};

TEST_F(MarksFileTest, HoldsWhatItWasGivenLastAndIsItsOwnersAlone) {
    ASSERT_TRUE(file.read());
    EXPECT_FALSE((*file.read()).has_value());
    ASSERT_TRUE(file.replace("first"));
    ASSERT_TRUE(file.replace("then"));
    EXPECT_EQ(**file.read(), "then");
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(MarksFileTest, WhatCannotBeReadAgainIsNotWritten) {
    ASSERT_TRUE(file.replace("before"));
    const Bytes largest(journal::MarksFile::bytes_max, 'x');
    const auto refused = file.replace(largest + "x");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::file_unwritable);
    EXPECT_NE(refused.error().detail.find("larger than"), std::string::npos);
    EXPECT_EQ(**file.read(), "before");
    ASSERT_TRUE(file.replace(largest));
    EXPECT_EQ(**file.read(), largest);
    std::ofstream(path, std::ios::app) << "x";
    const auto unread = file.read();
    ASSERT_FALSE(unread);
    EXPECT_EQ(unread.error().code, ErrorCode::file_unreadable);
}

TEST_F(MarksFileTest, TellsThatItsFolderIsNotThere) {
    MarksFileOnDisk nowhere{folder.path() / "none" / "hub.marks"};
    EXPECT_EQ(nowhere.replace("x").error().code, ErrorCode::file_unwritable);
}

}  // namespace
}  // namespace jobbro::app
