#include "tests/tidy/floors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view small_house =
    "# a house of three rooms\n"
    "proto/base : ; tl\n"
    "hub/store  : proto/base ; rocksdb\n"
    "hub/core   : proto/base hub/store ;\n";

// The three rooms with a file each, and `file` beside them.
Offences with(TextFile file) {
    TextFiles files = {{"proto/base/result.h", "#include <tl/expected.hpp>\n"},
                       {"hub/store/store.h", "#include <rocksdb/db.h>\n#include <string>\n"},
                       {"hub/core/core.h", "#include \"hub/store/store.h\"\n"}};
    files.push_back(std::move(file));
    return floor_offences(files, read_floors(small_house));
}

TEST(Floors, EveryIncludeKeepsToThem) {
    const TextFile* floors = find(repository(), "hub/floors.txt");
    ASSERT_NE(floors, nullptr);
    const Offences offences = floor_offences(repository(), read_floors(floors->text));
    EXPECT_TRUE(offences.empty()) << listed(offences);
}

TEST(Floors, AHouseThatKeepsToThemHasNoOffence) {
    EXPECT_THAT(with({"hub/core/core.cc", "#include \"hub/core/core.h\"\n#include <vector>\n"}),
                IsEmpty());
}

TEST(Floors, AnIncludeUpwardIsNamedWithFileAndLine) {
    EXPECT_THAT(with({"hub/store/x.cc", "\n#include \"hub/core/core.h\"\n"}),
                ElementsAre("hub/store/x.cc:2: hub/store may not include hub/core "
                            "(\"hub/core/core.h\")"));
}

TEST(Floors, ALibraryOfAnotherRoomIsNamed) {
    EXPECT_THAT(with({"hub/core/x.cc", "#  include <rocksdb/db.h>\n"}),
                ElementsAre("hub/core/x.cc:1: hub/core may not use the library of "
                            "<rocksdb/db.h>"));
}

TEST(Floors, ALibraryIsNotNamedByHalfAWord) {
    EXPECT_THAT(with({"hub/store/x.cc", "#include <rocksdbtools/x.h>\n"}),
                ElementsAre("hub/store/x.cc:1: hub/store may not use the library of "
                            "<rocksdbtools/x.h>"));
}

TEST(Floors, GeneratedCodeBelongsToTheRoomOfItsProto) {
    EXPECT_THAT(with({"hub/core/x.cc", "#include \"jobbro/v1/frame.pb.h\"\n"}),
                ElementsAre("hub/core/x.cc:1: hub/core may not include proto/jobbro "
                            "(\"jobbro/v1/frame.pb.h\")"));
}

TEST(Floors, AQuotedIncludeIsAPathFromTheRoot) {
    EXPECT_THAT(with({"hub/core/x.cc", "#include \"core.h\"\n"}),
                ElementsAre("hub/core/x.cc:1: hub/core: \"core.h\" is no path from the root"));
}

TEST(Floors, ARoomWithoutALineIsNamed) {
    EXPECT_THAT(with({"adapters/spare/x.cc", "#include <string>\n"}),
                ElementsAre("adapters/spare: has sources and no line in hub/floors.txt"));
}

TEST(Floors, ALineWithoutAFolderIsNamed) {
    EXPECT_THAT(
        floor_offences({{"proto/base/x.h", ""}, {"hub/store/x.h", ""}}, read_floors(small_house)),
        ElementsAre("hub/core: has a line in hub/floors.txt and no folder"));
}

TEST(Floors, ARoomNamesOnlyRoomsThatStandAboveIt) {
    EXPECT_THAT(read_floors("hub/a : hub/b ;\nhub/b : ;\nhub/b : ;\nhub/c\n").offences,
                ElementsAre("hub/floors.txt:1: hub/b does not stand above the room that may "
                            "include it",
                            "hub/floors.txt:3: hub/b stands twice",
                            "hub/floors.txt:4: write \"room : rooms ; libraries\""));
}

}  // namespace
}  // namespace jobbro::tidy
