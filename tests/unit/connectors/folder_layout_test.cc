#include "adapters/connectors/folder_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

using std::filesystem::perms;
using ::testing::HasSubstr;

TEST(FolderLayout, FoldersAreMadeForTheirOwnerAlone) {
    const jobbro::testing::TemporaryFolder folder;
    const FolderLayout layout{folder / "base"};
    ASSERT_TRUE(make_folders(layout));
    ASSERT_TRUE(make_folders(layout)) << "and may be there";
    for (const auto& path : {layout.base, layout.in, layout.sent, layout.refused, layout.out,
                             layout.state, layout.staging, layout.moving}) {
        EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_all) << path;
    }
}

TEST(FolderLayout, AFolderThatOthersCanReadIsRefused) {
    const jobbro::testing::TemporaryFolder folder;
    const FolderLayout layout{folder / "base"};
    ASSERT_TRUE(make_folders(layout));
    std::filesystem::permissions(layout.out, perms::group_read | perms::owner_all);
    const auto made = make_folders(layout);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code, ErrorCode::file_unreadable);
    EXPECT_THAT(made.error().detail, HasSubstr("out: open to others"));
}

TEST(FolderLayout, WhatIsNoFolderOrCannotBeMadeIsSaid) {
    const jobbro::testing::TemporaryFolder folder;
    std::ofstream(folder / "base") << "a file";
    const auto a_file = make_folders(FolderLayout{folder / "base"});
    ASSERT_FALSE(a_file);
    EXPECT_EQ(a_file.error().code, ErrorCode::file_unreadable);
    const auto nowhere = make_folders(FolderLayout{folder / "none" / "base"});
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code, ErrorCode::file_unwritable);
}

}  // namespace
}  // namespace jobbro::connectors
