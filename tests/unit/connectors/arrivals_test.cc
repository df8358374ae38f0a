#include "adapters/connectors/arrivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jobbro::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t settling = Arrivals::settling_ms;

FileLook file(const std::string& name, std::uint64_t size = 1, std::uint64_t number = 1) {
    return FileLook{name, FileIdentity{1, number, size, 0}, true};
}

std::vector<std::string> names(const std::vector<FileLook>& files) {
    std::vector<std::string> result;
    for (const FileLook& each : files)
        result.push_back(each.name);
    return result;
}

class ArrivalsTest : public ::testing::Test {
  protected:
    std::vector<std::string> look(const std::vector<FileLook>& files, std::int64_t ms) {
        return names(arrivals.look(files, Instant{}.plus_ms(ms)));
    }
    static Instant at(std::int64_t ms) { return Instant{}.plus_ms(ms); }
    Arrivals arrivals;
};

TEST_F(ArrivalsTest, AFileIsWholeWhenTwoLooksASecondApartSawTheSame) {
    EXPECT_THAT(look({file("a")}, 0), IsEmpty());
    EXPECT_EQ(arrivals.next_due(), at(settling));
    EXPECT_THAT(look({file("a")}, settling - 1), IsEmpty());
    EXPECT_THAT(look({file("a")}, settling), ElementsAre("a"));
}

TEST_F(ArrivalsTest, AFileThatChangesIsNot) {
    look({file("a", 1)}, 0);
    EXPECT_THAT(look({file("a", 2)}, settling), IsEmpty());
    EXPECT_THAT(look({file("a", 2, 9)}, 2 * settling), IsEmpty()) << "another file of the name";
    EXPECT_THAT(look({file("a", 2, 9)}, 3 * settling), ElementsAre("a"));
}

TEST_F(ArrivalsTest, AFileThatWasClosedIsWholeAtOnceInTheOrderGiven) {
    arrivals.closed("b");
    arrivals.closed("a");
    EXPECT_THAT(look({file("a"), file("b"), file("c")}, 0), ElementsAre("a", "b"));
}

TEST_F(ArrivalsTest, AFileThatSomebodyWritesWaitsForTheNextClosingOrASecond) {
    arrivals.closed("a");
    EXPECT_THAT(look({file("a")}, 0), ElementsAre("a"));
    arrivals.is_busy(file("a"), at(0));
    EXPECT_THAT(look({file("a")}, 1), IsEmpty());
    EXPECT_THAT(look({file("a")}, settling), ElementsAre("a"));
    arrivals.is_busy(file("a"), at(settling));
    arrivals.closed("a");
    EXPECT_THAT(look({file("a")}, settling), ElementsAre("a"));
}

TEST_F(ArrivalsTest, WhatLooksUnfinishedIsReadOnceMoreAfterASecondHoweverOftenItIsClosed) {
    arrivals.closed("a");
    EXPECT_THAT(look({file("a")}, 0), ElementsAre("a"));
    EXPECT_FALSE(arrivals.is_unfinished_again(file("a"), at(0)));
    arrivals.closed("a");
    EXPECT_THAT(look({file("a")}, settling - 1), IsEmpty());
    EXPECT_THAT(look({file("a")}, settling), ElementsAre("a"));
    EXPECT_TRUE(arrivals.is_unfinished_again(file("a"), at(settling)));
}

TEST_F(ArrivalsTest, WhatLooksUnfinishedAndThenGrowsIsReadAsForTheFirstTime) {
    look({file("a", 1)}, 0);
    EXPECT_FALSE(arrivals.is_unfinished_again(file("a", 1), at(0)));
    look({file("a", 2)}, settling);
    EXPECT_FALSE(arrivals.is_unfinished_again(file("a", 2), at(settling)));
    EXPECT_TRUE(arrivals.is_unfinished_again(file("a", 2), at(2 * settling)));
}

TEST_F(ArrivalsTest, WhatIsGoneOrForgottenStartsOver) {
    look({file("a")}, 0);
    look({}, 1);
    EXPECT_EQ(arrivals.next_due(), std::nullopt);
    EXPECT_THAT(look({file("a")}, settling), IsEmpty());
    arrivals.forget("a");
    EXPECT_THAT(look({file("a")}, 2 * settling), IsEmpty());
}

}  // namespace
}  // namespace jobbro::connectors
