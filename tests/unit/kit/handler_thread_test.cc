#include "adapters/kit/handler_thread.h"

#include <future>
#include <semaphore>
#include <stdexcept>

#include "tests/unit/kit/hub_side.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;

NumberedDelivery delivery(const std::string& name, std::uint64_t opening, std::uint64_t sequence) {
    NumberedDelivery result;
    result.delivery.subscription = name;
    result.delivery.sequence = Sequence{sequence};
    result.opening = opening;
    return result;
}

class HandlerThreadTest : public ::testing::Test {
  protected:
    // Waits until there are this many reports in all.
    const std::vector<HandlingReport>& wait_for(std::size_t count) {
        while (reports_.size() < count) {
            has_reports_.acquire();
            for (HandlingReport& report : thread_.take_reports()) {
                reports_.push_back(std::move(report));
            }
        }
        return reports_;
    }

    std::counting_semaphore<1000> has_reports_{0};
    std::vector<HandlingReport> reports_;
    HandlerThread thread_{[this] { has_reports_.release(); }};
};

TEST_F(HandlerThreadTest, HandlesInOrderAndReportsEach) {
    std::vector<std::uint64_t> handled;
    const auto handler = std::make_shared<const Handler>([&handled](const Delivery& one) {
        handled.push_back(one.sequence.value());
        return Result<void>{};
    });
    for (const std::uint64_t sequence : {3U, 5U, 8U})
        thread_.put(delivery("n", 1, sequence), handler);
    wait_for(3);
    thread_.stop();
    EXPECT_THAT(handled, ElementsAre(3, 5, 8));
    EXPECT_EQ(reports_[2].place.sequence, Sequence{8});
    EXPECT_TRUE(reports_[2].outcome.has_value());
}

TEST_F(HandlerThreadTest, AfterAFailureTheRestOfThatOpeningIsDropped) {
    std::promise<void> go;
    auto gone = go.get_future().share();
    std::vector<std::string> handled;
    const auto handler = std::make_shared<const Handler>([&](const Delivery& one) {
        gone.wait();
        handled.push_back(one.subscription + std::to_string(one.sequence.value()));
        if (one.sequence == Sequence{1}) return Result<void>{ErrorCode::file_unwritable};
        return Result<void>{};
    });
    thread_.put(delivery("n", 1, 1), handler);
    thread_.put(delivery("n", 1, 2), handler);
    thread_.put(delivery("other", 2, 3), handler);
    thread_.put(delivery("n", 3, 4), handler);
    go.set_value();
    wait_for(3);
    EXPECT_THAT(reports_[0].outcome, FailsWith(ErrorCode::file_unwritable));
    thread_.put(delivery("n", 1, 5), handler);
    thread_.put(delivery("n", 3, 6), handler);
    wait_for(4);
    thread_.stop();
    EXPECT_THAT(handled, ElementsAre("n1", "other3", "n4", "n6"));
}

TEST_F(HandlerThreadTest, AnExceptionIsAFailedHandling) {
    const auto handler = std::make_shared<const Handler>(
        [](const Delivery&) -> Result<void> { throw std::runtime_error{"690870-1478"}; });
    thread_.put(delivery("n", 1, 1), handler);
    wait_for(1);
    ASSERT_THAT(reports_[0].outcome, FailsWith(ErrorCode::busy));
    EXPECT_THAT(reports_[0].outcome.error().detail, ::testing::Not(::testing::HasSubstr("690870")));
    thread_.put(delivery("n", 2, 1), std::make_shared<const Handler>());
    wait_for(2);
    EXPECT_THAT(reports_[1].outcome, FailsWith(ErrorCode::busy)) << "no handler at all";
}

TEST_F(HandlerThreadTest, DropsWhatWaitsOfOneSubscription) {
    std::promise<void> begun;
    std::promise<void> go;
    std::vector<std::string> handled;
    const auto handler = std::make_shared<const Handler>([&](const Delivery& one) {
        if (handled.empty()) {
            begun.set_value();
            go.get_future().wait();
        }
        handled.push_back(one.subscription + std::to_string(one.sequence.value()));
        return Result<void>{};
    });
    thread_.put(delivery("n", 1, 1), handler);
    thread_.put(delivery("n", 1, 2), handler);
    thread_.put(delivery("other", 2, 3), handler);
    thread_.put(delivery("n", 1, 4), handler);
    begun.get_future().wait();
    thread_.drop("n");
    go.set_value();
    wait_for(2);
    thread_.stop();
    EXPECT_THAT(handled, ElementsAre("n1", "other3"));
}

TEST_F(HandlerThreadTest, StoppingFinishesWhatIsBeingHandledAndDropsTheRest) {
    std::promise<void> begun;
    int handled = 0;
    const auto handler = std::make_shared<const Handler>([&](const Delivery&) {
        if (handled++ == 0) begun.set_value();
        return Result<void>{};
    });
    thread_.put(delivery("n", 1, 1), handler);
    begun.get_future().wait();
    thread_.stop();
    thread_.put(delivery("n", 1, 2), handler);
    thread_.stop();
    EXPECT_EQ(handled, 1);
    EXPECT_THAT(thread_.take_reports(), ::testing::SizeIs(1));
}

}  // namespace
}  // namespace jobbro::kit
