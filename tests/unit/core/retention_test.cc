// What is kept long enough is erased by the clock, slowly, and by time that hubs have lived
// through.
#include "hub/journal/retention.h"

#include "tests/support/durations.h"
#include "tests/unit/core/erasure_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::IsEmpty;

constexpr std::int64_t kept_days = 1826;

class RetentionTest : public ErasureTest {
  protected:
    explicit RetentionTest(std::int64_t days = kept_days) : ErasureTest(false, days) {}

    // A turn so much later, with nothing in between, and those that it leaves work for.
    void pass(std::int64_t ms) {
        at(world.now.plus_ms(ms), ms);
        catch_up();
    }
    // Time passes as it does: a few turns an hour.
    void live_hours(std::int64_t hours) {
        for (std::int64_t turns = 0; turns < 3 * hours; ++turns)
            pass(hour_ms / 3);
    }
    void live(std::int64_t days) { live_hours(24 * days); }
    std::size_t due() { return bodies<v1::ErasureDue>(v1::MESSAGE_KIND_ERASURE_DUE).size(); }
    std::size_t erasures() { return bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE).size(); }
    [[nodiscard]] std::uint64_t stored_lived_ms() const {
        return journal::read_retention(world.log_store)->lived_ms();
    }
    // Citizens, each with an order that is over.
    void over(std::uint64_t citizens) {
        for (std::uint64_t i = 0; i < citizens; ++i)
            cancelled(placed(made_up_citizen(i)), made_up_citizen(i));
    }
};

TEST_F(RetentionTest, WhatIsKeptLongEnoughIsRecordedToBeDueAndErasedSevenDaysLater) {
    const auto id = placed();
    const std::uint64_t of_it = reported(id);
    cancelled(id);
    pass((kept_days - 1) * day_ms);
    EXPECT_EQ(due(), 0U);
    pass(2 * day_ms);
    EXPECT_EQ(due(), 1U);
    EXPECT_TRUE(world.journal->read(Sequence{of_it}));
    live(6);
    EXPECT_TRUE(world.journal->read(Sequence{of_it})) << "not yet";
    live(2);
    EXPECT_EQ(read_error(of_it), ErrorCode::erased);
    const auto all = bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_FALSE(all[0].has_stated());
    const auto entry = *world.journal->read(Sequence{all[0].due()});
    EXPECT_EQ(entry->index.kind(), v1::MESSAGE_KIND_ERASURE_DUE);
    EXPECT_EQ(world.log_store.rows(journal::log_table::due), 0U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::retention), 0U);
}

TEST_F(RetentionTest, WhatIsSaidOfTheCitizenAfterTheLastOrderWasOverCountsToo) {
    cancelled(placed());
    pass(1000 * day_ms);
    hello_all();
    ASSERT_TRUE(interviewed().has_receipt());
    pass((kept_days - 900) * day_ms);
    EXPECT_EQ(due(), 0U) << "the order has been kept long enough, and the interview has not";
    pass(800 * day_ms);
    EXPECT_EQ(due(), 0U);
    pass(102 * day_ms);
    EXPECT_EQ(due(), 1U);
}

TEST_F(RetentionTest, WhatIsSaidOfTheCitizenInTheSevenDaysCountsToo) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    hello_all();
    ASSERT_TRUE(interviewed().has_receipt());
    live(9);
    EXPECT_EQ(erasures(), 0U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::due), 0U) << "it has lapsed";
    pass((kept_days + 2) * day_ms);
    EXPECT_EQ(due(), 2U);
}

TEST_F(RetentionTest, WhatIsDueWaitsUntilMonthsThatAreOverAreFrozen) {
    cancelled(placed());
    at(world.now.plus_ms((kept_days + 2) * day_ms), (kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    at(world.now.plus_ms(8 * day_ms), 8 * day_ms);
    ASSERT_TRUE(world.core->has_work()) << "months are left to freeze";
    EXPECT_EQ(erasures(), 0U);
    EXPECT_FALSE(world.core->is_sealed());
    live_hours(24);
    EXPECT_EQ(erasures(), 1U);
    std::vector<v1::MessageKind> kinds;
    for (std::uint64_t i = 0; i < world.journal->size().value(); ++i) {
        const auto entry = world.journal->read(Sequence{i});
        if (!entry) continue;
        const v1::MessageKind kind = (*entry)->index.kind();
        if (kind == v1::MESSAGE_KIND_ERASURE || kind == v1::MESSAGE_KIND_RESULTS_FROZEN) {
            kinds.push_back(kind);
        }
    }
    EXPECT_EQ(kinds.size(), 61U) << "January 2026 to December 2030";
    EXPECT_EQ(kinds.back(), v1::MESSAGE_KIND_ERASURE);
}

// --- Whatever the clock says -------------------------------------------------------------------

TEST_F(RetentionTest, DaysOnWhichNoHubRanAreNotLivedThrough) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    world.now = world.now.plus_ms(30 * day_ms);
    reopen();
    live(6);
    EXPECT_EQ(erasures(), 0U);
    live(2);
    EXPECT_EQ(erasures(), 1U);
}

TEST_F(RetentionTest, LivedTimeAloneErasesNothingEither) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    for (int hours = 0; hours < 30 * 24; ++hours)
        at(world.now.plus_ms(minute_ms), hour_ms);  // a clock that nearly stands still
    EXPECT_EQ(erasures(), 0U);
    for (int days = 0; days < 8; ++days)
        pass(day_ms);
    EXPECT_EQ(erasures(), 1U);
}

TEST_F(RetentionTest, LivedTimeAddsUpOverRuns) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    for (int days = 0; days < 6; ++days) {
        live(1);
        reopen();  // as after a crash: what was not stored yet is lost
    }
    EXPECT_EQ(erasures(), 0U);
    live(2);
    EXPECT_EQ(erasures(), 1U);
}

TEST_F(RetentionTest, NothingIsErasedInTheFirstHourOfARun) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    pass(7 * day_ms - 30 * minute_ms);
    const std::uint64_t stored = stored_lived_ms();
    pass(31 * minute_ms);  // too soon for a sweep
    ASSERT_TRUE(world.core->stop(world.conditions.steady, world.randomness));
    EXPECT_EQ(stored_lived_ms(), stored + 31 * minute_ms) << "a clean stop loses nothing";
    reopen();
    EXPECT_EQ(erasures(), 0U);
    pass(50 * minute_ms);
    EXPECT_EQ(erasures(), 0U);
    pass(20 * minute_ms);
    EXPECT_EQ(erasures(), 1U);
}

TEST_F(RetentionTest, AClockThatRunsAwayDayByDayErasesNothingAndSetRightWhatWasDueLapses) {
    over(30);
    const Instant right = world.now;
    // No jump is large enough to be seen.
    for (std::int64_t jumps = 1; jumps <= 2300; ++jumps)
        at(right.plus_ms(jumps * 20 * hour_ms), hour_ms / 4);
    ASSERT_FALSE(world.core->is_clock_unsure());
    EXPECT_EQ(due(), 30U) << "recorded, for everybody to see";
    EXPECT_EQ(erasures(), 0U);
    for (std::int64_t hours = 1; hours <= 8 * 24; ++hours)
        at(right.plus_ms((24 * 24 + hours) * hour_ms), hour_ms);
    EXPECT_EQ(erasures(), 0U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::due), 0U) << "judged anew";
    EXPECT_EQ(world.log_store.rows(journal::log_table::retention), 30U);
    EXPECT_EQ(world.log_store.rows(journal::log_table::orders), 30U);
}

TEST_F(RetentionTest, AtMostOneOrderInAHundredADay) {
    over(250);
    pass((kept_days + 2) * day_ms);
    live(1);
    ASSERT_EQ(due(), 250U);
    live(5);
    ASSERT_EQ(erasures(), 0U);
    live(3);
    // Two a day of 250, on two days or three, whenever one begins.
    EXPECT_GE(erasures(), 4U);
    EXPECT_LE(erasures(), 6U);
    const std::size_t before = erasures();
    // A start does not begin the day anew.
    for (int starts = 0; starts < 10; ++starts) {
        reopen();
        live_hours(2);
    }
    EXPECT_LE(erasures(), before + 4);
}

// --- Whatever happens in between ---------------------------------------------------------------

TEST_F(RetentionTest, AnOrderThatRunsOrAHoldKeepsAllOfTheCitizens) {
    const auto id = placed();
    cancelled(id);
    const auto running = placed();
    pass((kept_days + 2) * day_ms);
    live(1);
    EXPECT_EQ(due(), 0U);
    hello_all();
    cancelled(running);
    held(true);
    live(1);
    pass((kept_days + 2) * day_ms);
    live(1);
    EXPECT_EQ(due(), 0U);
    hello_all();
    held(false);
    live(1);
    EXPECT_EQ(due(), 1U) << "looked at again when the hold was lifted";
    live(8);
    EXPECT_EQ(erasures(), 1U);
}

TEST_F(RetentionTest, AHoldInTheSevenDaysCounts) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    ASSERT_EQ(due(), 1U);
    hello_all();
    held(true);
    live(9);
    EXPECT_EQ(erasures(), 0U);
    hello_all();
    held(false);
    live(1);
    EXPECT_EQ(due(), 2U);
}

class ShortRetentionTest : public RetentionTest {
  protected:
    ShortRetentionTest() : RetentionTest(2) {}
};

TEST_F(ShortRetentionTest, WhoWasMergedIntoAnotherInTheSevenDaysFallsDueAnewAsThatOne) {
    cancelled(placed(other_citizen), other_citizen);
    pass(4 * day_ms);
    ASSERT_EQ(due(), 1U);
    hello_all();
    cancelled(placed());
    const Bytes kept = found().subject_id();
    ASSERT_TRUE(merged(other_citizen, citizen).has_receipt());
    live(8);
    EXPECT_EQ(erasures(), 0U) << "what was due is kept no more by that id";
    live(8);
    const auto all = bodies<v1::Erasure>(v1::MESSAGE_KIND_ERASURE);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].subject_id(), kept);
    v1::ErasureDue said;
    ASSERT_TRUE(said.ParseFromString((*world.journal->read(Sequence{all[0].due()}))->body));
    EXPECT_EQ(said.subject_id(), kept);
    EXPECT_EQ(world.log_store.rows(journal::log_table::due), 0U);
}

TEST_F(RetentionTest, AControllerNeedNotWait) {
    cancelled(placed());
    pass((kept_days + 2) * day_ms);
    hello_all();
    EXPECT_EQ(erased().orders(), 1U);
    live(9);
    EXPECT_EQ(erasures(), 1U) << "and nothing is left to do when its time comes";
    EXPECT_EQ(world.log_store.rows(journal::log_table::due), 0U);
}

TEST_F(RetentionTest, NoDayOfAnErasedCitizenIsLeft) {
    cancelled(placed());
    pass(1000 * day_ms);
    hello_all();
    ASSERT_TRUE(interviewed().has_receipt());
    pass((kept_days - 900) * day_ms);
    ASSERT_EQ(world.log_store.rows(journal::log_table::retention), 1U) << "put off";
    hello_all();
    cancelled(placed());
    ASSERT_EQ(world.log_store.rows(journal::log_table::retention), 2U);
    pass(day_ms);
    hello_all();
    ASSERT_TRUE(interviewed().has_receipt());
    erased();
    EXPECT_EQ(world.log_store.rows(journal::log_table::retention), 0U);
}

TEST_F(ErasureTest, WithoutRetentionNothingFallsDue) {
    cancelled(placed());
    later(std::int64_t{100} * 365 * 24 * 3600 * 1000);
    later(std::int64_t{100} * 24 * 3600 * 1000);
    EXPECT_THAT(bodies<v1::ErasureDue>(v1::MESSAGE_KIND_ERASURE_DUE), IsEmpty());
}

}  // namespace
}  // namespace jobbro::core
