#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tidy/documents.h"

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

bool in_repository(const std::string& path) {
    return !path.starts_with("..") && std::filesystem::exists(root() / path);
}

bool in_small_house(const std::string& path) {
    return path == "deploy/run" || path == "hub" || path == "hub/README.md";
}

TEST(Readme, ItsCommandsExist) {
    const TextFile* readme = find(repository(), "README.md");
    ASSERT_NE(readme, nullptr);
    std::string cmake;
    for (const TextFile& file : repository()) {
        if (name_of(file.path) == "CMakeLists.txt") cmake += file.text;
    }
    const Offences offences = command_offences(*readme, cmake, in_repository);
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Readme, EveryLinkOfEveryDocumentLeadsSomewhere) {
    Offences offences;
    for (const TextFile& file : repository()) {
        if (!file.path.ends_with(".md")) continue;
        const Offences found = link_offences(file, in_repository);
        offences.insert(offences.end(), found.begin(), found.end());
    }
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Readme, CommandsThatExistAreNoOffence) {
    const TextFile readme = {"README.md",
                             "deploy/none\n"
                             "```sh\n"
                             "# deploy/none\n"
                             "$ deploy/run --keep \\\n"
                             "  deploy/none\n"
                             "PORT=1 ./deploy/run\n"
                             "cmake --preset dev\n"
                             "build/release/bin/jobbro --version\n"
                             "```\n"
                             "```json\ndeploy/none\n```\n"};
    EXPECT_THAT(command_offences(readme, "jobbro_program(cli jobbro\n)", in_small_house),
                IsEmpty());
}

TEST(Readme, ACommandThatDoesNotExistIsNamed) {
    const TextFile readme = {"README.md",
                             "```sh\n"
                             "deploy/start\n"
                             "build/release/bin/jobbrod --version\n"
                             "```\n"};
    EXPECT_THAT(command_offences(readme, "jobbro_program(cli jobbro)", in_small_house),
                ElementsAre("README.md:2: deploy/start: nothing of that name",
                            "README.md:3: build/release/bin/jobbrod: nothing of that name"));
}

TEST(Readme, ALinkIsReadFromItsDocumentsFolder) {
    const TextFile page = {"hub/x.md",
                           "[a](README.md#part) [b](../hub) [c](#here) [d](https://x.dk/y)\n"
                           "`[e](none.md)`\n```\n[f](none.md)\n```\n"};
    EXPECT_THAT(link_offences(page, in_small_house), IsEmpty());
}

TEST(Readme, ALinkThatLeadsNowhereIsNamed) {
    EXPECT_THAT(link_offences({"hub/x.md", "\nsee [a](deploy/run) there\n"}, in_small_house),
                ElementsAre("hub/x.md:2: deploy/run: the link leads nowhere"));
}

}  // namespace
}  // namespace jobbro::tidy
