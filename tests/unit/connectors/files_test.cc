#include "adapters/connectors/files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace jobbro::connectors {
namespace {

using ::testing::ElementsAre;
using State = FileReading::State;

constexpr std::size_t bytes_max = 100;

class FilesTest : public ::testing::Test {
  protected:
    FilesTest() { std::signal(SIGIO, SIG_IGN); }
    void write(const char* name, const std::string& text) const {
        std::ofstream(folder / name) << text;
    }
    [[nodiscard]] std::string text_of(const char* name) const {
        std::ifstream file(folder / name);
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }
    [[nodiscard]] FileReading read(const char* name) const {
        return read_when_whole(folder / name, bytes_max, ErrorCode::list_too_long);
    }
    jobbro::testing::TemporaryFolder folder;
};

TEST_F(FilesTest, AWholeFileIsReadWithTheStateItWasIn) {
    write("a", "text");
    const FileReading reading = read("a");
    EXPECT_EQ(reading.state, State::read);
    EXPECT_EQ(reading.text, "text");
    EXPECT_EQ(reading.identity, look_at(folder / "a")->identity);
    write("empty", "");
    EXPECT_EQ(read("empty").state, State::read);
    EXPECT_EQ(read("none").state, State::gone);
}

TEST_F(FilesTest, AFileThatSomebodyHasOpenForWritingIsBusy) {
    write("a", "text");
    const int writer = ::open((folder / "a").c_str(), O_WRONLY);
    EXPECT_EQ(read("a").state, State::busy);
    EXPECT_TRUE(is_open_for_writing(folder / "a"));
    ::close(writer);
    EXPECT_FALSE(is_open_for_writing(folder / "a"));
    EXPECT_FALSE(is_open_for_writing(folder / "none"));
    const int reader = ::open((folder / "a").c_str(), O_RDONLY);
    EXPECT_EQ(read("a").state, State::read);
    ::close(reader);
}

TEST_F(FilesTest, WhatIsNoRegularFileIsRefusedAndNotFollowedOrWaitedFor) {
    write("a", "text");
    std::filesystem::create_symlink(folder / "a", folder / "link");
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    std::filesystem::create_directory(folder / "folder");
    for (const char* const name : {"link", "pipe", "folder"}) {
        const FileReading reading = read(name);
        EXPECT_EQ(reading.state, State::refused) << name;
        ASSERT_TRUE(reading.error) << name;
        EXPECT_EQ(reading.error->code, ErrorCode::file_unreadable) << name;
        EXPECT_FALSE(look_at(folder / name)->is_regular) << name;
    }
}

TEST_F(FilesTest, WhatIsTooLargeIsRefusedUnread) {
    write("a", std::string(bytes_max, 'x'));
    EXPECT_EQ(read("a").state, State::read);
    write("a", std::string(bytes_max + 1, 'x'));
    const FileReading reading = read("a");
    EXPECT_EQ(reading.state, State::refused);
    EXPECT_EQ(reading.error->code, ErrorCode::list_too_long);
    EXPECT_EQ(reading.text, "");
}

TEST_F(FilesTest, WhatMayNotBeReadIsRefused) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
    write("a", "text");
    std::filesystem::permissions(folder / "a", std::filesystem::perms::none);
    EXPECT_EQ(read("a").error->code, ErrorCode::file_unreadable);
}

TEST_F(FilesTest, NamesComeInOrderAndOnlyTheFirst) {
    for (const char* const name : {"b", "a", "d", "c", "x"})
        write(name, "");
    const auto is_wanted = [](std::string_view name) { return name != "b"; };
    const auto names = list_names(folder.path(), 3, is_wanted);
    ASSERT_TRUE(names);
    EXPECT_THAT(*names, ElementsAre("a", "c", "d"));
    EXPECT_EQ(list_names(folder / "none", 3, is_wanted).error().code, ErrorCode::file_unreadable);
}

TEST_F(FilesTest, NothingIsWrittenOrMovedOverSomething) {
    write("old", "old");
    write("other", "other");
    const auto moved = move_without_replacing(folder / "old", folder / "other");
    ASSERT_TRUE(moved);
    EXPECT_FALSE(*moved);
    const auto written = write_new_file(folder / "staged", folder / "other", "new");
    ASSERT_TRUE(written);
    EXPECT_FALSE(*written);
    EXPECT_FALSE(look_at(folder / "staged"));
    EXPECT_EQ(text_of("other"), "other");
    EXPECT_EQ(text_of("old"), "old");
}

TEST_F(FilesTest, AFileIsWrittenForItsOwnerAloneAndMovedAsItIs) {
    const auto written = write_new_file(folder / "staged", folder / "a", "text");
    ASSERT_TRUE(written);
    EXPECT_TRUE(*written);
    EXPECT_EQ(std::filesystem::status(folder / "a").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const FileIdentity before = look_at(folder / "a")->identity;
    ASSERT_TRUE(*move_without_replacing(folder / "a", folder / "b"));
    EXPECT_EQ(look_at(folder / "b")->identity, before);
    EXPECT_EQ(text_of("b"), "text");
    EXPECT_EQ(write_new_file(folder / "none" / "s", folder / "c", "").error().code,
              ErrorCode::file_unwritable);
}

TEST_F(FilesTest, ReplacingReplaces) {
    ASSERT_TRUE(replace_file(folder / "staged", folder / "a", "one"));
    ASSERT_TRUE(replace_file(folder / "staged", folder / "a", "two"));
    EXPECT_EQ(text_of("a"), "two");
}

}  // namespace
}  // namespace jobbro::connectors
