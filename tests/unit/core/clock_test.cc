// A clock that has jumped ahead is not believed: nothing is recorded until it agrees again.
#include "tests/support/durations.h"
#include "tests/unit/core/erasure_fixture.h"

namespace jobbro::core {
namespace {

using namespace testing;  // NOLINT: the world and its parties
using ::testing::ElementsAre;

constexpr std::int64_t years_ms = 30 * 365 * day_ms;

class ClockTest : public ErasureTest {
  protected:
    ClockTest() : ErasureTest(false, 1826) {}

    FrameIn order_frame() {
        return world.submit(jobcentre, {order(world.new_order(), world.now, world.randomness)});
    }
    // A turn right away, by a clock that is so far ahead of the right time.
    Turn ahead(std::int64_t ms, const std::vector<FrameIn>& frames = {}) {
        const Instant right = world.now;
        Turn turn = at(right.plus_ms(1 + ms), 1, frames);
        world.now = right.plus_ms(1);
        return turn;
    }
};

TEST_F(ClockTest, WhatWouldHaveToBeRecordedIsRefusedUntilTheClockAgreesAgain) {
    const FrameIn submit = order_frame();
    const std::uint64_t size = world.journal->size().value();
    const Turn refused = ahead(years_ms, {submit});
    ASSERT_EQ(outcomes(refused).size(), 1U);
    EXPECT_EQ(outcomes(refused)[0].rejection().code(), v1::ERROR_CODE_CLOCK_UNSURE);
    EXPECT_EQ(outcomes(refused)[0].rejection().disposition(), v1::DISPOSITION_RETRY);
    EXPECT_TRUE(world.core->is_clock_unsure());
    ahead(years_ms, {submit});
    EXPECT_EQ(world.journal->size().value(), size);
    const Turn taken = ahead(0, {submit});
    ASSERT_TRUE(outcomes(taken).at(0).has_receipt());
    EXPECT_FALSE(world.core->is_clock_unsure());
    EXPECT_EQ(world.journal->last_recorded(), world.now) << "nothing of the wrong time is left";
}

TEST_F(ClockTest, SoAreReadingsStatementsAndChangesOfTheRegistry) {
    const std::uint64_t told = reported(placed());
    const FrameIn act = act_frame(statement(found()));
    const FrameIn grant = world.statement(world.grant(provider, {jobcentre}), controller);
    const std::uint64_t size = world.journal->size().value();
    const Turn turn = ahead(years_ms, {world.fetch(jobcentre, told), find_frame(), act, grant});
    EXPECT_THAT(errors(turn, jobcentre), ElementsAre(v1::ERROR_CODE_CLOCK_UNSURE));
    EXPECT_THAT(errors(turn, operator_party),
                ElementsAre(v1::ERROR_CODE_CLOCK_UNSURE, v1::ERROR_CODE_CLOCK_UNSURE,
                            v1::ERROR_CODE_CLOCK_UNSURE));
    EXPECT_EQ(world.journal->size().value(), size);
    EXPECT_TRUE(world.journal->read(Sequence{told}));
}

TEST_F(ClockTest, WhatIsRecordedIsDeliveredAllTheSame) {
    const std::uint64_t told = reported(placed());
    const Turn turn = ahead(years_ms, {world.subscribe(jobcentre, "main")});
    ASSERT_EQ(deliveries(turn, jobcentre).size(), 1U);
    EXPECT_EQ(deliveries(turn, jobcentre)[0].sequence(), told);
}

TEST_F(ClockTest, NothingFallsDueByIt) {
    cancelled(placed());
    for (int turns = 0; turns < 5; ++turns)
        at(world.now.plus_ms(years_ms + hour_ms), hour_ms);
    EXPECT_TRUE(world.core->is_clock_unsure());
    EXPECT_EQ(bodies<v1::ErasureDue>(v1::MESSAGE_KIND_ERASURE_DUE).size(), 0U);
}

TEST_F(ClockTest, WhatALongPauseExplainsIsBelieved) {
    at(world.now.plus_ms(400 * day_ms), 400 * day_ms - 23 * hour_ms);
    EXPECT_FALSE(world.core->is_clock_unsure());
    at(world.now.plus_ms(25 * hour_ms), hour_ms / 2);
    EXPECT_TRUE(world.core->is_clock_unsure());
}

TEST_F(ClockTest, OneThatIsSetBackMayComeBack) {
    const Instant right = world.now;
    at(right.plus_ms(-30 * day_ms), 1);
    EXPECT_FALSE(world.core->is_clock_unsure());
    at(right.plus_ms(2), 1);
    EXPECT_FALSE(world.core->is_clock_unsure());
    at(right.plus_ms(25 * hour_ms), 1);
    EXPECT_TRUE(world.core->is_clock_unsure());
}

// --- At the start ------------------------------------------------------------------------------

TEST_F(ClockTest, AHubWhoseLastEntryIsMoreThanAYearOldStartsOnlyWhenSomebodySaysSo) {
    placed();
    const Instant newest = world.journal->last_recorded();
    world.now = newest.plus_ms(limits::clock_gap_days_max * day_ms);
    ASSERT_TRUE(world.open());
    world.now = world.now.plus_ms(1);
    const auto refused = world.open();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::clock_unsure);
    world.assured.clock_is_right = true;
    EXPECT_TRUE(world.open());
}

TEST_F(ClockTest, ANewLogHasNoLastEntry) {
    HubWorld fresh;
    fresh.now = fresh.now.plus_ms(years_ms);
    EXPECT_TRUE(fresh.open());
}

TEST_F(ClockTest, OneThatIsBehindAtTheStartMayBeSetRight) {
    placed();
    const Instant right = world.now;
    world.now = right.plus_ms(-years_ms);
    ASSERT_TRUE(world.open());
    at(world.now, 1);
    EXPECT_FALSE(world.core->is_clock_unsure());
    at(right.plus_ms(hour_ms), hour_ms);
    EXPECT_FALSE(world.core->is_clock_unsure());
}

}  // namespace
}  // namespace jobbro::core
