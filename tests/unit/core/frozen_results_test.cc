// Results that were told: what a page of them costs at most.
#include "hub/core/frozen_results.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace jobbro::core {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* asked_for = "provider:99104007";

// Forty cells of another provider, and two of the one that is asked for: the last.
FrozenResults many_results() {
    FrozenResults results;
    for (const char* const party : {"provider:13585628", asked_for}) {
        const bool is_asked_for = party == std::string{asked_for};
        for (int month = 0; month < (is_asked_for ? 2 : 40); ++month) {
            v1::ResultCell cell;
            cell.set_of(v1::RESULTS_OF_PROVIDER);
            cell.set_party(party);
            cell.set_first_month(std::to_string(2011 + month / 12) + "-" +
                                 std::to_string(101 + month % 12).substr(1));
            cell.set_months(1);
            results.add(std::move(cell));
        }
    }
    return results;
}

v1::ResultsQuestion narrow() {
    v1::ResultsQuestion asked;
    asked.set_party(asked_for);
    return asked;
}

std::vector<std::string> months(const FrozenResults::Listed& listed) {
    std::vector<std::string> all;
    for (const FrozenResults::Told& each : listed.cells)
        all.push_back(each.cell.first_month());
    return all;
}

TEST(FrozenResults, ALookBehindTheLastIsNotTaken) {
    const FrozenResults results = many_results();
    const auto whole = results.list(narrow(), 0, 100, 42);
    ASSERT_TRUE(whole.has_value());
    EXPECT_THAT(months(*whole), ElementsAre("2011-02", "2011-01"));
    EXPECT_EQ(whole->stopped_at, 0U) << "there are no more";
    const auto less = results.list(narrow(), 0, 100, 41);
    ASSERT_TRUE(less.has_value());
    EXPECT_THAT(months(*less), ElementsAre("2011-02"));
    EXPECT_NE(less->stopped_at, 0U);
}

TEST(FrozenResults, ANarrowQuestionGoesOnFromWhereAPageStopped) {
    const FrozenResults results = many_results();
    std::vector<std::string> found;
    std::uint32_t after = 0;
    int pages = 0;
    do {
        const auto page = results.list(narrow(), after, 100, 10);
        ASSERT_TRUE(page.has_value());
        EXPECT_NE(page->stopped_at, after == 0 ? ~0U : after) << "it gets on";
        for (const std::string& month : months(*page))
            found.push_back(month);
        after = page->stopped_at;
        ASSERT_LE(++pages, 5);
    } while (after != 0);
    EXPECT_EQ(pages, 5) << "of ten looks each, and the last of two";
    EXPECT_THAT(found, ElementsAre("2011-02", "2011-01"));
}

TEST(FrozenResults, WhatFillsAPageEndsItBeforeTheLooksDo) {
    const FrozenResults results = many_results();
    const auto page = results.list({}, 0, 3, 10);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cells.size(), 3U);
    EXPECT_EQ(page->stopped_at, 0U);
    v1::ResultsQuestion nobody;
    nobody.set_party("provider:99326018-9100000031");
    const auto none = results.list(nobody, 0, 3, 100);
    ASSERT_TRUE(none.has_value());
    EXPECT_THAT(months(*none), IsEmpty());
    EXPECT_EQ(none->stopped_at, 0U);
}

}  // namespace
}  // namespace jobbro::core
