#include "hub/journal/timers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/journal/tables.h"
#include "tests/support/memory_store.h"

namespace jobbro::journal {
namespace {

using domain::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class TimersTest : public ::testing::Test {
  protected:
    // The case waits for these days, in orders and limits of the law; as in a turn of its own.
    void wait_for(rows::CaseRow& row, const SubjectId& subject,
                  const std::vector<std::uint32_t>& of_orders,
                  const std::vector<std::uint32_t>& of_limits = {}) {
        row.clear_orders();
        row.clear_limits();
        for (const std::uint32_t day : of_orders)
            row.add_orders()->mutable_course()->add_watches()->set_raise_day(day);
        for (const std::uint32_t day : of_limits)
            row.add_limits()->mutable_state()->add_watches()->set_raise_day(day);
        store::Batch batch;
        set_timer(batch, subject, row);
        EXPECT_TRUE(log.commit(batch, store::Durability::synced));
    }
    // Day and first byte of the subject.
    std::vector<std::pair<std::uint32_t, int>> until(std::uint32_t day, std::size_t most = 100) {
        std::vector<std::pair<std::uint32_t, int>> all;
        const auto timers = timers_until(log, Day::numbered(day), most);
        for (const Timer& each : *timers)
            all.emplace_back(each.day.number(), each.subject[0]);
        return all;
    }
    testing::MemoryStore log{std::size(log_table::names)};
    rows::CaseRow first;
    rows::CaseRow second;
    const SubjectId a{1};
    const SubjectId b{2};
};

TEST_F(TimersTest, ACaseHasTheFirstDayOnWhichSomethingOfItIsDueAndNoOther) {
    wait_for(first, a, {40700, 40500, 0}, {40600});
    wait_for(second, b, {}, {40400, 40800});
    EXPECT_THAT(until(40399), IsEmpty());
    EXPECT_THAT(until(40499), ElementsAre(std::pair{40400U, 2}));
    EXPECT_THAT(until(99999), ElementsAre(std::pair{40400U, 2}, std::pair{40500U, 1}));
    wait_for(first, a, {40300});
    EXPECT_THAT(until(99999), ElementsAre(std::pair{40300U, 1}, std::pair{40400U, 2}));
    wait_for(first, a, {40300});
    EXPECT_EQ(first.timer_day(), 40300U);
    wait_for(first, a, {0});
    EXPECT_EQ(first.timer_day(), 0U);
    EXPECT_THAT(until(99999), ElementsAre(std::pair{40400U, 2}));
}

TEST_F(TimersTest, TheEarliestComeFirstAndNoMoreThanAsked) {
    wait_for(first, a, {40500});
    wait_for(second, b, {40500});
    EXPECT_THAT(until(40500, 1), ElementsAre(std::pair{40500U, 1}));
    EXPECT_THAT(until(40500, 2), ElementsAre(std::pair{40500U, 1}, std::pair{40500U, 2}));
}

TEST_F(TimersTest, OneThatIsForgottenIsGoneUntilItIsSetAgain) {
    wait_for(first, a, {40500});
    store::Batch batch;
    forget_timer(batch, a, first);
    forget_timer(batch, b, second);  // which has none
    ASSERT_TRUE(log.commit(batch, store::Durability::synced));
    EXPECT_EQ(log.rows(log_table::timers), 0U);
    wait_for(first, a, {40500});
    EXPECT_EQ(log.rows(log_table::timers), 1U);
}

TEST_F(TimersTest, ARowOfAnotherLengthIsTampering) {
    store::Batch batch;
    batch.put(log_table::timers, "short", {});
    ASSERT_TRUE(log.commit(batch, store::Durability::synced));
    EXPECT_EQ(timers_until(log, Day::numbered(99999), 10).error().code, ErrorCode::tampered);
}

}  // namespace
}  // namespace jobbro::journal
