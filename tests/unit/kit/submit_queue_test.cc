#include "adapters/kit/submit_queue.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/unit/kit/hub_side.h"
#include "tests/unit/kit/kit_samples.h"

namespace jobbro::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Submission submission(std::uint64_t ticket, const std::string& lane, const std::string& bytes) {
    return Submission{ticket, MadeEnvelope{bytes, "id-" + bytes, lane}, std::nullopt};
}

Refusal retry(ErrorCode code, std::int64_t after_ms = 0) {
    return Refusal{code, true, after_ms};
}

class SubmitQueueTest : public ::testing::Test {
  protected:
    void add(std::uint64_t ticket, const std::string& lane, const std::string& bytes) {
        ASSERT_TRUE(queue_.add(submission(ticket, lane, bytes), start).has_value());
    }
    std::vector<std::string> batch(std::uint64_t number, Instant now = start) {
        const auto views = queue_.next_batch(number, now);
        return {views.begin(), views.end()};
    }

    SubmitQueue queue_;
};

TEST_F(SubmitQueueTest, WhatWaitsGoesTogetherInOrder) {
    add(1, "a", "a1");
    add(2, "b", "b1");
    add(3, "a", "a2");
    EXPECT_THAT(batch(1), ElementsAre("a1", "b1", "a2"));
    EXPECT_THAT(batch(2), IsEmpty());
    EXPECT_EQ(queue_.in_flight(), 3U);
}

TEST_F(SubmitQueueTest, EachMessageIsAnsweredOnce) {
    add(1, "a", "a1");
    batch(7);
    EXPECT_FALSE(queue_.accepted(7, 1, Receipt{}));
    EXPECT_FALSE(queue_.accepted(6, 0, Receipt{}));
    Receipt receipt;
    receipt.sequence = Sequence{12};
    EXPECT_TRUE(queue_.accepted(7, 0, receipt));
    EXPECT_FALSE(queue_.accepted(7, 0, receipt));
    EXPECT_FALSE(queue_.refused(7, 0, retry(ErrorCode::busy), start));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_EQ(resolved[0].ticket, 1U);
    EXPECT_EQ(resolved[0].fate->sequence, Sequence{12});
    EXPECT_EQ(resolved[0].fate->message_id, "id-a1");
    EXPECT_EQ(queue_.size(), 0U);
}

TEST_F(SubmitQueueTest, ABatchHoldsAtMost256Messages) {
    for (std::uint64_t i = 1; i <= 300; ++i)
        add(i, "", "m" + std::to_string(i));
    EXPECT_THAT(batch(1), SizeIs(256));
    EXPECT_THAT(batch(2), SizeIs(44));
}

TEST_F(SubmitQueueTest, ABatchFitsAFrame) {
    const std::size_t size = limits::envelope_bytes_max;
    for (std::uint64_t i = 1; i <= 8; ++i)
        add(i, "", std::string(size, 'x'));
    EXPECT_THAT(batch(1), SizeIs((limits::frame_bytes_max - 1024) / (size + 8)));
}

TEST_F(SubmitQueueTest, NoMoreThan1024MessagesAreInFlight) {
    for (std::uint64_t i = 1; i <= 1100; ++i)
        add(i, "", "m" + std::to_string(i));
    std::size_t sent = 0;
    for (std::uint64_t number = 1; number <= 10; ++number)
        sent += batch(number).size();
    EXPECT_EQ(sent, limits::kit_in_flight_max);
    queue_.accepted(1, 0, Receipt{});
    EXPECT_THAT(batch(11), SizeIs(1));
}

TEST_F(SubmitQueueTest, AFullQueueSaysSoAndTakesMoreAfterAnAnswer) {
    SubmitQueueOptions options;
    options.messages_max = 2;
    SubmitQueue queue{options};
    ASSERT_TRUE(queue.add(submission(1, "", "x"), start).has_value());
    ASSERT_TRUE(queue.add(submission(2, "", "y"), start).has_value());
    EXPECT_THAT(queue.add(submission(3, "", "z"), start), FailsWith(ErrorCode::queue_full));
    queue.next_batch(1, start);
    queue.accepted(1, 0, Receipt{});
    EXPECT_TRUE(queue.add(submission(4, "", "z"), start).has_value());
}

TEST_F(SubmitQueueTest, BytesFillTheQueueToo) {
    SubmitQueueOptions options;
    options.bytes_max = 5;
    SubmitQueue queue{options};
    ASSERT_TRUE(queue.add(submission(1, "", "123"), start).has_value());
    EXPECT_THAT(queue.add(submission(2, "", "456"), start), FailsWith(ErrorCode::queue_full));
    EXPECT_TRUE(queue.add(submission(3, "", "45"), start).has_value());
}

TEST_F(SubmitQueueTest, AnEnvelopeBeyondTheLimitIsRefusedAtOnce) {
    const std::string at(limits::envelope_bytes_max, 'x');
    add(1, "", at);
    EXPECT_THAT(queue_.add(submission(2, "", at + "x"), start),
                FailsWith(ErrorCode::envelope_too_large));
}

TEST_F(SubmitQueueTest, ARejectionToFixIsTheAnswerAndTheLaneGoesOn) {
    add(1, "a", "a1");
    batch(1);
    add(2, "a", "a2");
    queue_.refused(1, 0, Refusal{ErrorCode::field_missing, false, 0}, start);
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::field_missing));
    EXPECT_THAT(batch(2), ElementsAre("a2"));
}

TEST_F(SubmitQueueTest, ARefusedLaneWaitsAndOthersGoOn) {
    add(1, "a", "a1");
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::cause_unknown, 200), start);
    add(2, "a", "a2");
    add(3, "b", "b1");
    EXPECT_THAT(batch(2), ElementsAre("b1"));
    EXPECT_EQ(queue_.next_due(), start.plus_ms(200));
    queue_.tick(start.plus_ms(199));
    EXPECT_THAT(batch(3, start.plus_ms(199)), IsEmpty());
    queue_.tick(start.plus_ms(200));
    EXPECT_THAT(batch(3, start.plus_ms(200)), ElementsAre("a1", "a2"));
    EXPECT_THAT(queue_.take_resolved(), IsEmpty());
}

TEST_F(SubmitQueueTest, ALaneGoesOnOnlyWhenAllOfItIsAnswered) {
    add(1, "a", "a1");
    batch(1);
    add(2, "a", "a2");
    batch(2);
    add(3, "a", "a3");
    queue_.refused(1, 0, retry(ErrorCode::message_id_in_future), start);
    const Instant later = start.plus_ms(5000);
    queue_.tick(later);
    EXPECT_THAT(batch(3, later), IsEmpty()) << "a2 is still in flight";
    queue_.refused(2, 0, retry(ErrorCode::lane_blocked), later);
    queue_.tick(later);
    EXPECT_THAT(batch(3, later), ElementsAre("a1", "a2", "a3"));
    EXPECT_FALSE(queue_.wants_new_session());
}

TEST_F(SubmitQueueTest, AnswersInAnyOrderKeepTheLaneInOrder) {
    add(1, "a", "a1");
    add(2, "a", "a2");
    batch(1);
    queue_.refused(1, 1, retry(ErrorCode::lane_blocked), start);
    queue_.refused(1, 0, retry(ErrorCode::cause_unknown), start);
    const Instant later = start.plus_ms(1000);
    queue_.tick(later);
    EXPECT_FALSE(queue_.wants_new_session());
    EXPECT_THAT(batch(2, later), ElementsAre("a1", "a2"));
}

TEST_F(SubmitQueueTest, ABusyHubIsLeftAloneForAWhile) {
    add(1, "a", "a1");
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::busy, 200), start);
    add(2, "b", "b1");
    EXPECT_THAT(batch(2), IsEmpty());
    const Instant later = start.plus_ms(200);
    queue_.tick(later);
    EXPECT_THAT(batch(2, later), ElementsAre("a1", "b1"));
}

TEST_F(SubmitQueueTest, RepeatedRefusalsWithoutATimeComeSlowerAndSlower) {
    add(1, "a", "a1");
    std::vector<std::int64_t> delays;
    Instant now = start;
    for (std::uint64_t number = 1; number <= 9; ++number) {
        ASSERT_THAT(batch(number, now), ElementsAre("a1"));
        queue_.refused(number, 0, retry(ErrorCode::message_id_in_future), now);
        const Instant due = *queue_.next_due();
        delays.push_back(due.milliseconds() - now.milliseconds());
        now = due;
        queue_.tick(now);
    }
    EXPECT_THAT(delays, ElementsAre(20, 40, 80, 160, 320, 640, 1280, 2000, 2000));
}

TEST_F(SubmitQueueTest, AnUnknownCauseIsGivenUpAfterHalfAMinute) {
    add(1, "a", "a1");
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::cause_unknown, 60'000), start);
    queue_.tick(start.plus_ms(29'999));
    EXPECT_THAT(queue_.take_resolved(), IsEmpty());
    queue_.tick(start.plus_ms(30'000));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::cause_unknown));
}

TEST_F(SubmitQueueTest, GivingUpWaitsForTheAnswerOfWhatIsInFlight) {
    Submission hurried = submission(1, "a", "a1");
    hurried.give_up_after_ms = 100;
    ASSERT_TRUE(queue_.add(hurried, start).has_value());
    batch(1);
    queue_.tick(start.plus_ms(500));
    EXPECT_THAT(queue_.take_resolved(), IsEmpty());
    queue_.session_ended(start.plus_ms(500));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::session_lost));
}

TEST_F(SubmitQueueTest, WhatTheHubWaitsForInVainNeedsANewSession) {
    Submission hurried = submission(1, "a", "a1");
    hurried.give_up_after_ms = 100;
    ASSERT_TRUE(queue_.add(hurried, start).has_value());
    add(2, "a", "a2");
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::message_id_in_future, 1000), start);
    queue_.refused(1, 1, retry(ErrorCode::lane_blocked), start);
    const Instant later = start.plus_ms(1000);
    queue_.tick(later);
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::message_id_in_future));
    EXPECT_TRUE(queue_.wants_new_session());
    EXPECT_THAT(batch(2, later), IsEmpty());
    queue_.session_ended(later);
    EXPECT_FALSE(queue_.wants_new_session());
    EXPECT_THAT(batch(2, later), ElementsAre("a2"));
}

TEST_F(SubmitQueueTest, ALostSessionSendsAgainFromTheFirstUnanswered) {
    for (std::uint64_t i = 1; i <= 5; ++i)
        add(i, i % 2 == 0 ? "a" : "b", std::to_string(i));
    EXPECT_THAT(batch(1), SizeIs(5));
    add(6, "a", "6");
    queue_.accepted(1, 0, Receipt{});
    queue_.accepted(1, 3, Receipt{});
    queue_.session_ended(start);
    EXPECT_EQ(queue_.in_flight(), 0U);
    EXPECT_THAT(batch(2), ElementsAre("2", "3", "5", "6"));
}

TEST_F(SubmitQueueTest, AnErrorToTheWholeSubmitAnswersAllOfIt) {
    add(1, "a", "a1");
    add(2, "b", "b1");
    batch(1);
    EXPECT_FALSE(queue_.all_refused(2, Refusal{ErrorCode::signature_wrong, false, 0}, start));
    EXPECT_TRUE(queue_.all_refused(1, Refusal{ErrorCode::signature_wrong, false, 0}, start));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(2));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::signature_wrong));
    EXPECT_THAT(resolved[1].fate, FailsWith(ErrorCode::signature_wrong));
}

TEST_F(SubmitQueueTest, TheEndAnswersEverythingInOrder) {
    add(1, "a", "a1");
    add(2, "a", "a2");
    batch(1);
    add(3, "a", "a3");
    queue_.fail_all(ErrorCode::session_lost);
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(3));
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(resolved[i].ticket, i + 1);
        EXPECT_THAT(resolved[i].fate, FailsWith(ErrorCode::session_lost));
    }
    EXPECT_EQ(queue_.size(), 0U);
}

TEST_F(SubmitQueueTest, WhatWasOnItsWayWhenASessionEndedIsNotSaidToBeRefused) {
    Submission hurried = submission(1, "a", "a1");
    hurried.give_up_after_ms = 1000;
    ASSERT_TRUE(queue_.add(hurried, start).has_value());
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::busy), start);
    const Instant later = start.plus_ms(500);
    queue_.tick(later);
    ASSERT_THAT(batch(2, later), ElementsAre("a1"));
    queue_.session_ended(later);
    queue_.tick(start.plus_ms(1000));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(1));
    ASSERT_THAT(resolved[0].fate, FailsWith(ErrorCode::session_lost));
    EXPECT_THAT(resolved[0].fate.error().detail, HasSubstr("busy"));
}

TEST_F(SubmitQueueTest, TheEndLeavesInDoubtOnlyWhatWasSent) {
    add(1, "a", "lost");
    batch(1);
    queue_.session_ended(start);
    add(2, "b", "sent");
    batch(2);
    add(3, "c", "waiting");
    queue_.fail_all(ErrorCode::key_disabled);
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(3));
    for (const std::size_t i : {0U, 1U}) {
        ASSERT_THAT(resolved[i].fate, FailsWith(ErrorCode::session_lost));
        EXPECT_THAT(resolved[i].fate.error().detail, HasSubstr("key_disabled"));
    }
    EXPECT_THAT(resolved[2].fate, FailsWith(ErrorCode::key_disabled));
}

TEST_F(SubmitQueueTest, AJudgementInTheNextSessionSettlesTheDoubt) {
    add(1, "a", "a1");
    add(2, "b", "b1");
    batch(1);
    queue_.session_ended(start);
    ASSERT_THAT(batch(2), SizeIs(2));
    queue_.refused(2, 0, Refusal{ErrorCode::field_missing, false, 0}, start);
    queue_.refused(2, 1, retry(ErrorCode::cause_unknown), start);
    queue_.tick(start.plus_ms(30'000));
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(2));
    EXPECT_THAT(resolved[0].fate, FailsWith(ErrorCode::field_missing));
    EXPECT_THAT(resolved[1].fate, FailsWith(ErrorCode::cause_unknown));
}

TEST_F(SubmitQueueTest, AnAnswerWithoutALookAtTheMessageSettlesNothing) {
    add(1, "a", "a1");
    batch(1);
    queue_.session_ended(start);
    ASSERT_THAT(batch(2), SizeIs(1));
    queue_.all_refused(2, Refusal{ErrorCode::field_out_of_bounds, false, 0}, start);
    add(2, "a", "a2");
    batch(3);
    queue_.session_ended(start);
    ASSERT_THAT(batch(4), SizeIs(1));
    queue_.refused(4, 0, Refusal{ErrorCode::signature_wrong, false, 0}, start);
    const auto resolved = queue_.take_resolved();
    ASSERT_THAT(resolved, SizeIs(2));
    ASSERT_THAT(resolved[0].fate, FailsWith(ErrorCode::session_lost));
    EXPECT_THAT(resolved[0].fate.error().detail, HasSubstr("field_out_of_bounds"));
    ASSERT_THAT(resolved[1].fate, FailsWith(ErrorCode::session_lost));
    EXPECT_THAT(resolved[1].fate.error().detail, HasSubstr("signature_wrong"));
}

TEST_F(SubmitQueueTest, WhatIsAnsweredIsDueNoMore) {
    Submission hurried = submission(1, "a", "a1");
    hurried.give_up_after_ms = 1000;
    ASSERT_TRUE(queue_.add(hurried, start).has_value());
    batch(1);
    EXPECT_EQ(queue_.next_due(), start.plus_ms(1000));
    queue_.accepted(1, 0, Receipt{});
    EXPECT_FALSE(queue_.next_due());
    add(2, "a", "a2");
    batch(2);
    queue_.refused(2, 0, retry(ErrorCode::cause_unknown, 10), start);
    queue_.tick(start.plus_ms(20));
    EXPECT_EQ(queue_.next_due(), start.plus_ms(30'000));
    batch(3, start.plus_ms(20));
    queue_.accepted(3, 0, Receipt{});
    EXPECT_FALSE(queue_.next_due());
}

TEST_F(SubmitQueueTest, AHoldThatIsOverIsNotDueWhileTooMuchIsInFlight) {
    SubmitQueueOptions options;
    options.in_flight_max = 2;
    SubmitQueue queue{options};
    for (std::uint64_t ticket = 1; ticket <= 3; ++ticket) {
        const std::string lane = std::to_string(ticket);
        ASSERT_TRUE(queue.add(submission(ticket, lane, lane), start).has_value());
    }
    ASSERT_THAT(queue.next_batch(1, start), SizeIs(2));
    queue.refused(1, 0, retry(ErrorCode::busy, 200), start);
    EXPECT_EQ(queue.next_due(), start.plus_ms(200));
    queue.tick(start.plus_ms(200));
    ASSERT_THAT(queue.next_batch(2, start.plus_ms(200)), SizeIs(1));
    queue.tick(start.plus_ms(300));
    EXPECT_FALSE(queue.next_due());
}

TEST_F(SubmitQueueTest, WhatWaitsForANewSessionIsNotDue) {
    add(1, "a", "a1");
    batch(1);
    queue_.refused(1, 0, retry(ErrorCode::lane_blocked), start);
    queue_.tick(start.plus_ms(1000));
    ASSERT_TRUE(queue_.wants_new_session());
    EXPECT_FALSE(queue_.next_due());
}

// Plays a hub that refuses at random against the queue, and checks what it ends up recording.
TEST_F(SubmitQueueTest, WhateverTheHubRefusesEachLaneIsRecordedOnceAndInOrder) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        SeededRandomness random{seed};
        SubmitQueueOptions options;
        options.cause_wait_ms = 1'000'000'000;
        SubmitQueue queue{options};
        std::map<std::string, std::vector<std::uint64_t>> recorded;
        std::set<std::uint64_t> known;
        std::map<std::string, std::uint64_t> blocked;  // lane -> the one that must come again
        std::uint64_t number = 0;
        Instant now = start;
        for (std::uint64_t ticket = 1; ticket <= 60; ++ticket) {
            const std::string lane(1, static_cast<char>('a' + random.below(4)));
            ASSERT_TRUE(queue.add(submission(ticket, lane, lane + std::to_string(ticket)), now)
                            .has_value());
        }
        std::vector<std::pair<std::uint64_t, std::vector<std::string>>> sent;
        for (int round = 0; queue.size() > 0 && round < 20'000; ++round) {
            now = now.plus_ms(static_cast<std::int64_t>(random.below(50)));
            queue.tick(now);
            ASSERT_TRUE(!queue.next_due() || now < *queue.next_due());
            const auto views = queue.next_batch(++number, now);
            if (!views.empty()) {
                sent.emplace_back(number, std::vector<std::string>(views.begin(), views.end()));
            }
            if (random.below(40) == 0) {  // the session is lost with all that was on its way
                sent.clear();
                blocked.clear();
                queue.session_ended(now);
            }
            if (sent.empty() || random.below(3) != 0) continue;
            const auto [submit, envelopes] = sent.front();
            sent.erase(sent.begin());
            for (std::uint32_t i = 0; i < envelopes.size(); ++i) {
                const std::string lane = envelopes[i].substr(0, 1);
                const std::uint64_t ticket = std::stoull(envelopes[i].substr(1));
                const auto waits = blocked.find(lane);
                if (waits != blocked.end() && waits->second != ticket) {
                    queue.refused(submit, i, retry(ErrorCode::lane_blocked), now);
                } else if (random.below(4) == 0) {
                    blocked[lane] = ticket;
                    queue.refused(submit, i, retry(ErrorCode::cause_unknown, 100), now);
                } else {
                    blocked.erase(lane);
                    if (known.insert(ticket).second) recorded[lane].push_back(ticket);
                    // Now and then the answer is lost although the message is recorded.
                    if (random.below(8) != 0) queue.accepted(submit, i, Receipt{});
                }
            }
            ASSERT_FALSE(queue.wants_new_session());
        }
        EXPECT_EQ(queue.size(), 0U);
        EXPECT_THAT(queue.take_resolved(), SizeIs(60));
        EXPECT_THAT(known, SizeIs(60));
        for (const auto& [lane, tickets] : recorded) {
            EXPECT_TRUE(std::is_sorted(tickets.begin(), tickets.end())) << "lane " << lane;
        }
    }
}

}  // namespace
}  // namespace jobbro::kit
