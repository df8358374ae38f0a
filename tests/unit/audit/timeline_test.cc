// Who knew what when.
#include "adapters/audit/timeline.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "adapters/audit/timeline_lines.h"
#include "tests/unit/audit/made_up_trail.h"

namespace jobbro::audit {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::vector<std::uint64_t> sequences(const Timeline& timeline) {
    std::vector<std::uint64_t> all;
    for (const TimelineMessage& each : timeline.messages())
        all.push_back(each.entry.sequence.value());
    return all;
}

const Receiver& only_receiver(const Timeline& timeline, std::size_t message) {
    EXPECT_THAT(timeline.messages().at(message).receivers, SizeIs(1));
    return timeline.messages().at(message).receivers.at(0);
}

TEST(Timeline, WhatIsCorrectedStaysAndIsMarked) {
    const Trail trail = made_up_trail();
    const Timeline timeline{trail, std::nullopt};
    EXPECT_THAT(sequences(timeline), ElementsAre(4, 6, 9, 12));
    const TimelineMessage& report = timeline.messages()[1];
    ASSERT_TRUE(report.superseded_by.has_value());
    EXPECT_EQ(report.superseded_by->sequence, Sequence{9});
    EXPECT_EQ(report.superseded_by->recorded_at, trace_at(9).recorded_at);
    EXPECT_EQ(timeline.messages()[2].corrects, Sequence{6});
    EXPECT_FALSE(timeline.messages()[2].superseded_by.has_value());
    EXPECT_THAT(timeline.messages()[3].receivers, IsEmpty());
}

TEST(Timeline, AsOfATimeNothingLaterIsKnown) {
    const Trail trail = made_up_trail();
    Timeline before{trail, trace_at(9).recorded_at};
    EXPECT_THAT(sequences(before), ElementsAre(4, 6));
    EXPECT_FALSE(before.messages()[1].superseded_by.has_value()) << "it held then";
    before.take(delivered(trail_jobcentre, 6, 6), trace_at(9));
    EXPECT_FALSE(only_receiver(before, 1).delivered.has_value()) << "recorded at that very time";
    before.take(delivered(trail_jobcentre, 6, 6), trace_at(8));
    EXPECT_TRUE(only_receiver(before, 1).delivered.has_value());

    const Timeline after{trail, Instant{trace_at(9).recorded_at.microseconds + 1}};
    EXPECT_THAT(sequences(after), ElementsAre(4, 6, 9));
    EXPECT_TRUE(after.messages()[1].superseded_by.has_value());
}

TEST(Timeline, TheFirstCorrectionEndsWhatHeld) {
    Trail trail = made_up_trail();
    TrailEntry again = made_up_entry_of_trail(20, v1::MESSAGE_KIND_ABSENCE_REPORT, trail_provider,
                                              {trail_jobcentre});
    again.causes = trail.entries()[2].causes;
    v1::EntryCause answer;
    answer.set_sequence(4);
    answer.set_relation(v1::CAUSE_RELATION_ANSWERS);
    again.causes.push_back(answer);
    answer.set_sequence(1);  // of another order: not in the trail
    answer.set_relation(v1::CAUSE_RELATION_CORRECTS);
    again.causes.insert(again.causes.begin(), answer);
    trail.add(again);
    const Timeline timeline{trail, std::nullopt};
    EXPECT_EQ(timeline.messages()[1].superseded_by->sequence, Sequence{9});
    EXPECT_THAT(timeline.messages()[4].answers, ElementsAre(Sequence{4}));
}

TEST(Timeline, ASureDeliveryTakesThePlaceOfOneThatMayHaveBeen) {
    const Trail trail = made_up_trail();
    Timeline timeline{trail, std::nullopt};
    timeline.take(delivered(trail_jobcentre, 5, 8), trace_at(20));
    EXPECT_EQ(only_receiver(timeline, 1).delivered->sequence, Sequence{20});
    EXPECT_FALSE(only_receiver(timeline, 1).is_delivery_sure);
    timeline.take(delivered(trail_jobcentre, 5, 8), trace_at(21));
    EXPECT_EQ(only_receiver(timeline, 1).delivered->sequence, Sequence{20}) << "the first of them";
    timeline.take(delivered(trail_jobcentre, 6, 8), trace_at(22));
    EXPECT_EQ(only_receiver(timeline, 1).delivered->sequence, Sequence{22});
    EXPECT_TRUE(only_receiver(timeline, 1).is_delivery_sure);
    timeline.take(delivered(trail_jobcentre, 6, 6), trace_at(23));
    EXPECT_EQ(only_receiver(timeline, 1).delivered->sequence, Sequence{22});
    EXPECT_FALSE(only_receiver(timeline, 2).delivered.has_value()) << "beyond the range";
    EXPECT_FALSE(only_receiver(timeline, 0).delivered.has_value()) << "not for that party";
}

TEST(Timeline, WhoeverFetchedItIsThere) {
    const Trail trail = made_up_trail();
    Timeline timeline{trail, std::nullopt};
    timeline.take(fetched(trail_provider, {4}), trace_at(30));
    timeline.take(fetched(trail_provider, {4}), trace_at(31));
    EXPECT_EQ(only_receiver(timeline, 0).fetched->sequence, Sequence{30});
    timeline.take(fetched("jobcentre:740", {12}), trace_at(32));
    EXPECT_EQ(only_receiver(timeline, 3).party, "jobcentre:740") << "which took the case over";
}

TEST(Timeline, ReplaysAndQuestionsAreNoReceipts) {
    const Trail trail = made_up_trail();
    Timeline timeline{trail, std::nullopt};
    v1::Reading reading;
    reading.set_party("auditor:city");
    reading.mutable_replay()->set_view(v1::REPLAY_VIEW_MASKED);
    reading.mutable_replay()->set_end_sequence(100);
    timeline.take(reading, trace_at(30));
    EXPECT_THAT(timeline.messages()[0].receivers, SizeIs(1));
}

TEST(AsOf, ADateIsToItsEndAndATimeIncluded) {
    constexpr std::int64_t day = 86400LL * 1'000'000;
    EXPECT_EQ(*end_of_as_of("1970-01-02"), Instant{2 * day});
    EXPECT_EQ(*end_of_as_of("1970-01-01T00:00:05Z"), Instant{5'000'001});
    EXPECT_EQ(*end_of_as_of("1970-01-01T01:00:05+01:00"), Instant{5'000'001});
    for (const char* const wrong : {"", "yesterday", "1970-02-30", "1970-01-01T00:00:05"})
        EXPECT_EQ(end_of_as_of(wrong).error().code, ErrorCode::usage) << wrong;
}

TEST(TimelineLines, TextMarksWhatNoLongerHolds) {
    const Trail trail = made_up_trail();
    Timeline timeline{trail, std::nullopt};
    timeline.take(delivered(trail_provider, 4, 4), trace_at(5));
    timeline.take(fetched(trail_provider, {4}), trace_at(7));
    const std::string text = timeline_text(LineFormat::text, timeline, 0);
    EXPECT_THAT(text, HasSubstr("6  1970-01-01T00:00:06.000000Z  absence_report  from "
                                "provider:99104007"));
    EXPECT_THAT(text, HasSubstr("    superseded by 9 (1970-01-01T00:00:09.000000Z)\n"));
    EXPECT_THAT(text, HasSubstr("    corrects 6\n"));
    EXPECT_THAT(text, HasSubstr("    provider:99104007: delivered 1970-01-01T00:00:05.000000Z (5), "
                                "fetched 1970-01-01T00:00:07.000000Z (7)\n"));
    EXPECT_THAT(text, HasSubstr("    jobcentre:630: no trace of it\n"));
}

TEST(TimelineLines, RowsAreOneAMessageAndReceiver) {
    const Trail trail = made_up_trail();
    Timeline timeline{trail, std::nullopt};
    timeline.take(delivered(trail_provider, 4, 9), trace_at(5));
    const std::string csv = timeline_text(LineFormat::csv, timeline, 0);
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 5) << "names and four messages";
    EXPECT_THAT(csv,
                HasSubstr("\r\n6,1970-01-01T00:00:06.000000Z,,absence_report,provider:99104007,"
                          "6f6f6f6f-6f6f-6f6f-6f6f-6f6f6f6f6f6f,,,9,"
                          "1970-01-01T00:00:09.000000Z,jobcentre:630,,,,,,\r\n"));
    const std::string json = timeline_text(LineFormat::ndjson, timeline, 0);
    EXPECT_THAT(json, HasSubstr(R"("delivery_trace":5,"delivery_is_sure":true})"));
    EXPECT_THAT(json, HasSubstr(R"("corrects":6,"receiver":"jobcentre:630"})"));
    EXPECT_THAT(json, AllOf(Not(HasSubstr("null")), Not(HasSubstr("unopened"))));
}

TEST(TimelineLines, ATraceThatCouldNotBeOpenedIsNotSaidToBeMissing) {
    const Trail trail = made_up_trail();
    const Timeline timeline{trail, std::nullopt};
    const std::string text = timeline_text(LineFormat::text, timeline, 2);
    EXPECT_THAT(text, HasSubstr("    jobcentre:630: no trace of it that could be opened\n"));
    EXPECT_THAT(text, EndsWith("\n2 readings by, or about, others than the grant covers could not "
                               "be opened; whether they are about this person is not known\n"));
    EXPECT_THAT(timeline_text(LineFormat::ndjson, timeline, 2),
                EndsWith("}\n{\"unopened_readings\":2}\n"));
    const std::string csv = timeline_text(LineFormat::csv, timeline, 2);
    EXPECT_THAT(csv, HasSubstr(",fetch_trace,unopened_readings\r\n"));
    EXPECT_THAT(csv, EndsWith("\r\n" + std::string(16, ',') + "2\r\n"));
}

}  // namespace
}  // namespace jobbro::audit
