#include "tests/tidy/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Sources, EveryOneIsBuilt) {
    const Offences offences = source_offences(repository());
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Sources, OneNamedInItsFolderOrAboveIsBuilt) {
    EXPECT_THAT(source_offences({{"CMakeLists.txt", "add_subdirectory(proto)\n"},
                                 {"proto/CMakeLists.txt", "set(P\n  v1/a.proto\n  b/b.cc)\n"},
                                 {"proto/b/b.cc", ""},
                                 {"proto/v1/a.proto", ""}}),
                IsEmpty());
}

TEST(Sources, OneNobodyNamesIsAnOffence) {
    EXPECT_THAT(source_offences({{"CMakeLists.txt", "add_subdirectory(hub)\n"},
                                 {"hub/CMakeLists.txt", "add_library(hub a.cc)\n"},
                                 {"hub/a.cc", ""},
                                 {"hub/extra_a.cc", ""}}),
                ElementsAre("hub/extra_a.cc: no CMakeLists.txt of its folder or above names it"));
}

TEST(Sources, OneNamedInACommentIsAnOffence) {
    EXPECT_THAT(source_offences({{"CMakeLists.txt", "add_subdirectory(tests)\n"},
                                 {"tests/CMakeLists.txt", "add(x a.cc  # b.cc\n# a.proto\n)\n"},
                                 {"tests/a.proto", ""},
                                 {"tests/b.cc", ""}}),
                ElementsAre("tests/a.proto: no CMakeLists.txt of its folder or above names it",
                            "tests/b.cc: no CMakeLists.txt of its folder or above names it"));
}

TEST(Sources, AFolderNobodyAddsIsAnOffence) {
    EXPECT_THAT(source_offences(
                    {{"CMakeLists.txt", "# add_subdirectory(hub)\n"}, {"hub/CMakeLists.txt", ""}}),
                ElementsAre("hub/CMakeLists.txt: no CMakeLists.txt above adds its folder"));
}

}  // namespace
}  // namespace jobbro::tidy
