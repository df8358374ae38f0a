#include "adapters/audit/new_file.h"

#include <gtest/gtest.h>

#include <iterator>

#include "tests/support/temporary_folder.h"

namespace jobbro::audit {
namespace {

namespace fs = std::filesystem;
using jobbro::testing::TemporaryFolder;

std::string read(const fs::path& path) {
    std::ifstream file{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(NewFile, IsTheOwnersAlone) {
    const TemporaryFolder place;
    const fs::path path = place / "folder" / "file";
    {
        auto file = NewFile::make(path);
        ASSERT_TRUE(file.has_value());
        EXPECT_EQ(fs::status(path).permissions(), fs::perms{0600});
        EXPECT_TRUE(file->write("con"));
        EXPECT_TRUE(file->write("tent"));
        EXPECT_TRUE(file->close());
        file->keep();
    }
    EXPECT_EQ(read(path), "content");
    EXPECT_EQ(fs::status(path.parent_path()).permissions(), fs::perms{0700});
}

TEST(NewFile, IsGoneUnlessItIsKept) {
    const TemporaryFolder place;
    {
        auto file = NewFile::make(place / "file");
        ASSERT_TRUE(file && file->write("half of it"));
        EXPECT_TRUE(fs::exists(place / "file"));
    }
    EXPECT_FALSE(fs::exists(place / "file"));
    {
        auto file = NewFile::make(place / "file");
        ASSERT_TRUE(file && file->close());
    }
    EXPECT_FALSE(fs::exists(place / "file"));
}

TEST(NewFile, NeverTakesThePlaceOfAnother) {
    const TemporaryFolder place;
    ASSERT_TRUE(write_new_file(place / "file", "mine"));
    const auto file = NewFile::make(place / "file");
    ASSERT_FALSE(file.has_value());
    EXPECT_EQ(file.error().code, ErrorCode::file_unwritable);
    EXPECT_EQ(read(place / "file"), "mine");
}

TEST(NewFile, OneWithoutANameLeavesNothing) {
    const TemporaryFolder place;
    auto file = open_nameless_file(place.path());
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(fs::is_empty(place.path()));
    *file << "line\n";
    file->seekg(0);
    std::string line;
    EXPECT_TRUE(std::getline(*file, line));
    EXPECT_EQ(line, "line");
    EXPECT_EQ(open_nameless_file(place / "missing").error().code, ErrorCode::file_unwritable);
}

}  // namespace
}  // namespace jobbro::audit
