// Months of the results as entries and rows: what comes back, what goes, and what is found wrong.
#include "hub/core/frozen_months.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "hub/journal/tables.h"
#include "jobbro/v1/results.pb.h"
#include "proto/base/limits.h"
#include "tests/support/hub_world.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using domain::FrozenMonth;
using domain::Measure;
using domain::Month;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Month january = 2011 * 12;
constexpr Month december = january + 11;
constexpr Month opened = 2026 * 12;  // the month of the log's first entry
constexpr const char* untold_provider = "provider:11223344-1000000001";

class FrozenMonthsTest : public ::testing::Test {
  protected:
    FrozenMonthsTest() { EXPECT_TRUE(world.open()); }

    static domain::ResultCell cell(const std::string& party, Month month) {
        domain::ResultCell told;
        told.key = {domain::ResultsOf::provider, party, {}, month, 1};
        told.figures.push_back({Measure::courses, 7, {}, 0});
        told.figures.push_back({Measure::point_health, 0, {50, 30, 20}, 0});
        told.figures.push_back({Measure::days_to_know, 0, {}, 3});
        return told;
    }
    // With one cell and, unless its year ends with it, a leaf of three persons.
    static FrozenMonth month_with(Month month) {
        FrozenMonth frozen{month, {cell(provider, month)}, {}};
        if (month % 12 == 11) return frozen;
        domain::FrozenLeaf leaf;
        leaf.key = {untold_provider, "OF-1", jobcentre, Measure::days_to_know};
        leaf.amounts = {3, 0, 0};
        for (const domain::Person person : {11U, 12U, 13U})
            leaf.persons[0].add(person);
        leaf.days = {{2, 1}, {9, 2}};
        frozen.leaves.push_back(std::move(leaf));
        return frozen;
    }
    void stage(const std::vector<FrozenMonth>& months, Month first = january) {
        for (const FrozenMonth& month : months)
            ASSERT_TRUE(stage_frozen(*world.journal, month, first, world.now, world.randomness));
    }
    void commit() { ASSERT_TRUE(world.journal->commit(world.randomness)); }
    std::vector<FrozenMonth> read() {
        auto months = frozen_months(*world.journal);
        EXPECT_TRUE(months) << months.error().line();
        return months ? *std::move(months) : std::vector<FrozenMonth>{};
    }
    // What reading, and so a start, is refused with.
    void expect_tampered() {
        const auto months = frozen_months(*world.journal);
        ASSERT_FALSE(months);
        EXPECT_EQ(months.error().code, ErrorCode::tampered);
        EXPECT_FALSE(world.open());
    }
    std::vector<Bytes> bodies() {
        std::vector<Bytes> all;
        for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
            const auto entry = *world.journal->read(Sequence{i});
            if (entry->index.kind() == v1::MESSAGE_KIND_RESULTS_FROZEN) all.push_back(entry->body);
        }
        return all;
    }
    // What is told of the month is still in the log.
    void lose_row_of(Month month) {
        store::Batch batch;
        batch.erase(journal::log_table::frozen_months, key_of(month));
        batch.erase(journal::log_table::frozen_months, key_of(month) + 'k');
        ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    }
    [[nodiscard]] std::size_t rows() const {
        return world.log_store.rows(journal::log_table::frozen_months);
    }
    static Bytes key_of(Month month) {
        Bytes key;
        append_big_endian(key, std::uint32_t{month});
        return key;
    }

    HubWorld world;
};

TEST_F(FrozenMonthsTest, ComeBackAsTheyWereStaged) {
    const std::vector<FrozenMonth> months = {
        month_with(january), {january + 1, {}, {}}, month_with(january + 2)};
    stage(months);
    commit();
    EXPECT_EQ(read(), months);
    ASSERT_TRUE(world.open());
    EXPECT_EQ(read(), months);
    EXPECT_EQ(rows(), 6U);
}

TEST_F(FrozenMonthsTest, EntriesHoldWhatIsToldAndNothingElse) {
    stage({month_with(january)});
    commit();
    const auto all = bodies();
    ASSERT_THAT(all, SizeIs(1));
    EXPECT_THAT(all[0], HasSubstr(provider));
    EXPECT_THAT(all[0], Not(HasSubstr(untold_provider)));
    v1::ResultsFrozen told;
    ASSERT_TRUE(told.ParseFromString(all[0]));
    EXPECT_EQ(told.month(), "2011-01");
    ASSERT_EQ(told.cells_size(), 1);
    EXPECT_EQ(told.cells(0).of(), v1::RESULTS_OF_PROVIDER);
    ASSERT_EQ(told.cells(0).figures_size(), 3);
    EXPECT_EQ(told.cells(0).figures(0).measure(), v1::RESULT_MEASURE_COURSES);
    EXPECT_EQ(told.cells(0).figures(0).count(), 7U);
    EXPECT_EQ(told.cells(0).figures(0).percent_size(), 0);
    EXPECT_EQ(told.cells(0).figures(1).measure(), v1::RESULT_MEASURE_POINT_HEALTH);
    EXPECT_THAT(told.cells(0).figures(1).percent(), ElementsAre(50, 30, 20));
    EXPECT_EQ(told.cells(0).figures(2).median_half_days(), 3U);
}

TEST_F(FrozenMonthsTest, AMonthWithMuchToTellIsSeveralEntries) {
    FrozenMonth much = month_with(january);
    much.cells.clear();
    for (int i = 0; i < 2000; ++i)
        much.cells.push_back(cell("provider:11223344-" + std::to_string(1000000000 + i), january));
    stage({much, month_with(january + 1)});
    commit();
    const auto all = bodies();
    EXPECT_GT(all.size(), 3U);
    for (const Bytes& body : all)
        EXPECT_LE(body.size(), limits::results_entry_bytes_max + 16);
    EXPECT_EQ(read(), (std::vector<FrozenMonth>{much, month_with(january + 1)}));
}

// December may be frozen before an erasure in the turn in which November was by the clock.
TEST_F(FrozenMonthsTest, NothingIsKeptOfAYearThatIsOverAlsoWhenItEndsInTheSameTurn) {
    for (Month month = january; month < december - 1; ++month) {
        stage({month_with(month)});
        commit();
    }
    stage({month_with(december - 1)});
    stage({month_with(december)});
    commit();
    const auto months = read();
    ASSERT_THAT(months, SizeIs(12));
    for (const FrozenMonth& month : months) {
        EXPECT_THAT(month.leaves, SizeIs(0)) << month.month;
        EXPECT_EQ(month.cells, month_with(month.month).cells);
    }
    EXPECT_EQ(rows(), 12U);
    stage({month_with(december + 1)});
    commit();
    EXPECT_EQ(read().back(), month_with(december + 1)) << "the next year's";
}

TEST_F(FrozenMonthsTest, AMonthIsAsManyEntriesOfTheTurnAsItIsTold) {
    FrozenMonth much = month_with(january);
    for (int i = 0; i < 2000; ++i)
        much.cells.push_back(cell("provider:11223344-" + std::to_string(1000000000 + i), january));
    const std::uint64_t before = world.journal->size().value();
    const auto entries = stage_frozen(*world.journal, much, january, world.now, world.randomness);
    ASSERT_TRUE(entries);
    EXPECT_EQ(*entries, world.journal->size().value() - before);
    EXPECT_GT(*entries, 3U);
}

TEST_F(FrozenMonthsTest, AMonthThatIsGoneBetweenOthersIsTampering) {
    stage({month_with(january), {january + 1, {}, {}}, month_with(january + 2)});
    commit();
    lose_row_of(january + 1);
    expect_tampered();
}

TEST_F(FrozenMonthsTest, TheFirstMonthCannotGoUnseenEither) {
    stage({month_with(january), month_with(january + 1), month_with(january + 2)});
    commit();
    lose_row_of(january);
    expect_tampered();
}

TEST_F(FrozenMonthsTest, WhatIsKeptForTheYearCannotGoAloneAlsoWhereItIsNothing) {
    stage({{january, {}, {}}, month_with(january + 1)});
    commit();
    store::Batch batch;
    batch.erase(journal::log_table::frozen_months, key_of(january) + 'k');
    ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
    expect_tampered();
}

// Or it would be told again, with what has been corrected and erased since.
TEST_F(FrozenMonthsTest, AStartIsRefusedWhereTheLogTellsOfAMonthThatHasNoRow) {
    constexpr std::int64_t forty_days_ms = std::int64_t{40} * 24 * 3600 * 1000;
    for (const Month month : {opened, opened + 1}) {
        world.now = world.now.plus_ms(forty_days_ms);
        stage({month_with(month)}, opened);
        commit();
        world.turn();
    }
    ASSERT_TRUE(world.open());
    EXPECT_THAT(read(), SizeIs(2));
    lose_row_of(opened + 1);
    const auto months = frozen_months(*world.journal);
    ASSERT_FALSE(months);
    EXPECT_THAT(months.error().line(), HasSubstr("has no row"));
    expect_tampered();
    lose_row_of(opened);
    expect_tampered();
}

TEST_F(FrozenMonthsTest, ARowThatNamesAnEntryOfSomethingElseIsTampering) {
    stage({month_with(january), month_with(january + 1)});
    commit();
    for (const std::uint64_t named : {std::uint64_t{0}, world.journal->size().value() - 1,
                                      world.journal->size().value(), std::uint64_t{1} << 63U}) {
        Bytes place;
        append_big_endian(place, named);
        append_big_endian(place, std::uint32_t{1});
        append_big_endian(place, std::uint32_t{january});
        store::Batch batch;
        batch.put(journal::log_table::frozen_months, key_of(january),
                  world.journal->vault().seal_row(journal::log_table::frozen_months,
                                                  key_of(january), place, world.randomness));
        ASSERT_TRUE(world.log_store.commit(batch, store::Durability::synced));
        const auto months = frozen_months(*world.journal);
        ASSERT_FALSE(months) << named;
        EXPECT_EQ(months.error().code, ErrorCode::tampered);
    }
    expect_tampered();
}

}  // namespace
}  // namespace jobbro::core
