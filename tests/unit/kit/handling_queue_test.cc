#include "adapters/kit/handling_queue.h"

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct Given {
    std::string name = "n";
    std::uint64_t opening = 1;
    std::uint64_t sequence = 0;
    std::uint64_t lane = 0;
    std::uint32_t attempt = 0;
    OnFailure on_failure = OnFailure::park;
};

NumberedDelivery delivery(const Given& given) {
    NumberedDelivery result;
    result.delivery.subscription = given.name;
    result.delivery.sequence = Sequence{given.sequence};
    result.delivery.lane = given.lane;
    result.delivery.attempt = given.attempt;
    result.opening = given.opening;
    result.on_failure = given.on_failure;
    return result;
}

class HandlingQueueTest : public ::testing::Test {
  protected:
    void put(const Given& given) { queue_.put(delivery(given), nullptr); }
    NumberedDelivery next() { return queue_.next().delivery; }
    std::vector<std::uint64_t> waiting() {
        std::vector<std::uint64_t> sequences;
        while (!queue_.empty())
            sequences.push_back(next().delivery.sequence.value());
        return sequences;
    }

    HandlingQueue queue_;
};

TEST_F(HandlingQueueTest, ParkingDropsWhatIsLaterInTheLaneAndNothingElse) {
    put({.sequence = 4, .lane = 7});
    put({.sequence = 5, .lane = 7});
    put({.sequence = 6, .lane = 8});
    put({.sequence = 2, .lane = 7, .attempt = 1});
    put({.name = "other", .sequence = 7, .lane = 7});
    put({.opening = 2, .sequence = 8, .lane = 7});
    put({.sequence = 9, .lane = 7});
    queue_.report(next(), ErrorCode::busy);
    EXPECT_THAT(waiting(), ElementsAre(6, 2, 7, 8));
}

TEST_F(HandlingQueueTest, AlsoWhatIsPutBeforeTheFailureIsKnown) {
    put({.sequence = 4, .lane = 7});
    EXPECT_TRUE(queue_.report(next(), ErrorCode::busy));
    put({.sequence = 5, .lane = 7});
    put({.sequence = 3, .lane = 7});
    EXPECT_THAT(waiting(), ElementsAre(3));
    EXPECT_THAT(queue_.take_reports(), SizeIs(1));
    put({.sequence = 6, .lane = 7});
    EXPECT_THAT(waiting(), ElementsAre(6)) << "whoever puts knows which are void";
}

TEST_F(HandlingQueueTest, AFailureFromTheListDropsNothing) {
    put({.sequence = 4, .lane = 7, .attempt = 1});
    put({.sequence = 5, .lane = 7});
    queue_.report(next(), ErrorCode::busy);
    EXPECT_THAT(waiting(), ElementsAre(5));
}

TEST_F(HandlingQueueTest, StoppingDropsTheWholeOpening) {
    put({.sequence = 4, .lane = 7, .on_failure = OnFailure::stop});
    put({.sequence = 5, .lane = 8, .on_failure = OnFailure::stop});
    put({.sequence = 2, .lane = 9, .attempt = 1, .on_failure = OnFailure::stop});
    put({.name = "other", .sequence = 6, .lane = 7});
    queue_.report(next(), ErrorCode::busy);
    EXPECT_THAT(waiting(), ElementsAre(6));
    queue_.take_reports();
    put({.sequence = 7, .lane = 9, .on_failure = OnFailure::stop});
    EXPECT_THAT(waiting(), IsEmpty());
    put({.opening = 2, .sequence = 4, .lane = 7, .on_failure = OnFailure::stop});
    EXPECT_THAT(waiting(), ElementsAre(4));
}

TEST_F(HandlingQueueTest, AStoreThatFailsStopsWhereOtherErrorsPark) {
    put({.sequence = 4, .lane = 7});
    put({.sequence = 5, .lane = 8});
    put({.name = "other", .sequence = 6, .lane = 7});
    queue_.report(next(), ErrorCode::store_failed);
    EXPECT_THAT(waiting(), ElementsAre(6));
}

TEST_F(HandlingQueueTest, TellsOnceThatThereAreReports) {
    put({.sequence = 1, .lane = 1});
    put({.sequence = 2, .lane = 2});
    EXPECT_TRUE(queue_.report(next(), {}));
    EXPECT_FALSE(queue_.report(next(), {}));
    EXPECT_THAT(queue_.take_reports(), SizeIs(2));
    put({.sequence = 3, .lane = 3});
    EXPECT_TRUE(queue_.report(next(), {}));
}

}  // namespace
}  // namespace jobbro::kit
