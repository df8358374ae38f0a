#include "tests/tidy/root.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> complete() {
    return {"CMakeLists.txt", "CMakePresets.json", "hub",     "proto",       "adapters", "deploy",
            "tests",          "README.md",         "LICENSE", "CHANGELOG.md"};
}

TEST(Root, HoldsWhatItShouldAndNothingElse) {
    std::vector<std::string> entries;
    for (const auto& entry : std::filesystem::directory_iterator(root())) {
        entries.push_back(entry.path().filename().string());
    }
    const Offences offences = root_offences(entries);
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Root, DotfilesAndIgnoredFoldersAreTolerated) {
    auto entries = complete();
    entries.insert(entries.end(), {".ci", ".gitignore", "build", "var"});
    EXPECT_THAT(root_offences(entries), IsEmpty());
}

TEST(Root, AMissingEntryIsNamed) {
    auto entries = complete();
    entries.pop_back();
    EXPECT_THAT(root_offences(entries), ElementsAre("CHANGELOG.md: missing at the root"));
}

TEST(Root, AnEntryTooManyIsNamed) {
    auto entries = complete();
    entries.emplace_back("docs");
    EXPECT_THAT(root_offences(entries),
                ElementsAre("docs: does not belong at the root; move it into its room"));
}

}  // namespace
}  // namespace jobbro::tidy
