#include "adapters/connectors/folder_watch.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Two files, so often together: what is told of twice on end is told of once.
void write_by_turns(const jobbro::testing::TemporaryFolder& folder, std::size_t times) {
    for (std::size_t i = 0; i < times; ++i) {
        const char* const name = i % 2 == 0 ? "a" : "b";
        ::close(::open((folder / name).c_str(), O_WRONLY | O_CREAT, 0600));
    }
}

TEST(FolderWatch, TellsOfFilesThatWereClosedOrMovedInAndOfNoneThatIsBeingWritten) {
    const jobbro::testing::TemporaryFolder folder;
    const jobbro::testing::TemporaryFolder elsewhere;
    const auto opened = FolderWatch::open(folder.path());
    ASSERT_TRUE(opened);
    FolderWatch& watch = **opened;
    EXPECT_THAT(watch.take().names, IsEmpty());
    const int writer = ::open((folder / "written").c_str(), O_WRONLY | O_CREAT, 0600);
    ASSERT_EQ(::write(writer, "x", 1), 1);
    EXPECT_THAT(watch.take().names, IsEmpty());
    ::close(writer);
    std::ofstream(elsewhere / "moved") << "x";
    std::filesystem::rename(elsewhere / "moved", folder / "moved");
    EXPECT_THAT(watch.take().names, ElementsAre("written", "moved"));
}

TEST(FolderWatch, FollowsAFolderThatIsMadeAnew) {
    const jobbro::testing::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "in");
    const auto opened = FolderWatch::open(folder / "in");
    ASSERT_TRUE(opened);
    std::filesystem::rename(folder / "in", folder / "old");
    EXPECT_EQ((*opened)->renew().error().code, ErrorCode::file_unreadable);
    std::filesystem::create_directory(folder / "in");
    ASSERT_TRUE((*opened)->renew());
    std::ofstream(folder / "in" / "a") << "x";
    EXPECT_THAT((*opened)->take().names, ElementsAre("a"));
}

TEST(FolderWatch, TellsOfVeryManyFilesInParts) {
    const jobbro::testing::TemporaryFolder folder;
    const auto opened = FolderWatch::open(folder.path());
    ASSERT_TRUE(opened);
    constexpr std::size_t files = 9000;
    write_by_turns(folder, files);
    std::size_t names = 0;
    std::size_t parts = 0;
    for (auto told = (*opened)->take(); !told.names.empty(); told = (*opened)->take()) {
        EXPECT_FALSE(told.is_incomplete);
        names += told.names.size();
        ++parts;
    }
    EXPECT_EQ(names, files);
    EXPECT_GT(parts, 1U);
}

TEST(FolderWatch, TellsWhenTheSystemHasDroppedSome) {
    std::size_t queued_max = 0;
    std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queued_max;
    if (queued_max == 0 || queued_max > 200'000) GTEST_SKIP() << "that would take too long";
    const jobbro::testing::TemporaryFolder folder;
    const auto opened = FolderWatch::open(folder.path());
    ASSERT_TRUE(opened);
    write_by_turns(folder, queued_max + 1);
    auto told = (*opened)->take();
    while (!told.names.empty() && !told.is_incomplete)
        told = (*opened)->take();
    EXPECT_TRUE(told.is_incomplete);
}

}  // namespace
}  // namespace jobbro::connectors
