#include "hub/app/health.h"

#include <gtest/gtest.h>

#include "proto/base/clock.h"

namespace jobbro::app {
namespace {

class HealthTest : public ::testing::Test {
  protected:
    HealthTest() {
        health.is_serving = true;
        health.last_turn_us = SystemClock{}.now().microseconds;
    }
    bool is_ok(const std::string& check) const {
        for (const ops::Check& each : health.readiness().checks) {
            if (each.name == check) return each.ok;
        }
        ADD_FAILURE() << "no such check: " << check;
        return false;
    }
    Health health;
};

TEST_F(HealthTest, AServingHubIsLiveAndReady) {
    EXPECT_TRUE(health.is_live());
    EXPECT_TRUE(health.readiness().ok);
}

TEST_F(HealthTest, ALoopThatStandsStillIsNeither) {
    health.last_turn_us = SystemClock{}.now().microseconds - 11'000'000;
    EXPECT_FALSE(health.is_live());
    EXPECT_FALSE(health.readiness().ok);
}

TEST_F(HealthTest, ALoopThatBringsErasuresToTheirEndIsLiveAndNotReady) {
    health.last_turn_us = SystemClock{}.now().microseconds - 11'000'000;
    health.is_ending_erasures = true;
    EXPECT_TRUE(health.is_live()) << "started again, it would begin anew";
    EXPECT_FALSE(health.readiness().ok);
    EXPECT_FALSE(is_ok("loop"));
    health.is_ending_erasures = false;
    EXPECT_FALSE(health.is_live());
}

TEST_F(HealthTest, EvidenceAndPrivacyRefuse) {
    health.is_sealed = true;
    EXPECT_FALSE(health.readiness().ok);
    EXPECT_FALSE(is_ok("log"));
    health.is_sealed = false;
    health.is_disk_nearly_full = true;
    EXPECT_FALSE(health.readiness().ok);
    EXPECT_FALSE(is_ok("disk"));
    health.is_disk_nearly_full = false;
    health.is_clock_unsure = true;
    EXPECT_FALSE(health.readiness().ok);
    EXPECT_FALSE(is_ok("clock_sure"));
}

TEST_F(HealthTest, AClockBehindIsToldAndNoReasonToStop) {
    health.is_clock_behind = true;
    EXPECT_TRUE(health.readiness().ok);
    EXPECT_FALSE(is_ok("clock"));
}

}  // namespace
}  // namespace jobbro::app
