// Which readings concern a citizen.
#include "adapters/audit/readings.h"

#include <gmock/gmock.h>

#include "tests/unit/audit/made_up_trail.h"

namespace jobbro::audit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "4!" for an entry that was handed out for certain, "6?" for one that may have been.
std::vector<std::string> handed_out(const Access& access) {
    std::vector<std::string> entries;
    for (const HandedOut& each : access.entries) {
        entries.push_back(std::to_string(each.entry->sequence.value()) +
                          (each.is_sure ? "!" : "?"));
    }
    return entries;
}

class Readings : public ::testing::Test {
  protected:
    // The one access the reading is.
    Access only(const v1::Reading& reading) const {
        auto accesses = accesses_of(reading, trail);
        EXPECT_EQ(accesses.size(), 1U);
        return accesses.empty() ? Access{} : accesses.front();
    }
    bool concerns(const v1::Reading& reading) const { return !accesses_of(reading, trail).empty(); }
    static v1::Reading replayed(std::uint64_t from, std::uint64_t end) {
        v1::Reading reading;
        reading.set_party("auditor:city");
        reading.mutable_replay()->set_view(v1::REPLAY_VIEW_MASKED);
        reading.mutable_replay()->set_from_sequence(from);
        reading.mutable_replay()->set_end_sequence(end);
        return reading;
    }
    Trail trail = made_up_trail();
};

TEST_F(Readings, OfADeliveredRangeTheEndsAreCertainAndOnlyWhatWasForTheParty) {
    const Access access = only(delivered(trail_jobcentre, 5, 9));
    EXPECT_EQ(access.way, AccessWay::delivered);
    EXPECT_EQ(access.party, trail_jobcentre);
    EXPECT_EQ(access.subscription, "main");
    EXPECT_THAT(handed_out(access), ElementsAre("6?", "9!"));
    EXPECT_THAT(handed_out(only(delivered(trail_provider, 4, 4))), ElementsAre("4!"));
    EXPECT_FALSE(concerns(delivered(trail_provider, 5, 100))) << "these were for the other";
    EXPECT_FALSE(concerns(delivered(trail_jobcentre, 10, 100))) << "the last is for nobody";
    EXPECT_FALSE(concerns(delivered(trail_provider, 0, 3)));
    EXPECT_FALSE(concerns(delivered(trail_provider, 5, 3))) << "no range at all";
}

TEST_F(Readings, WhatTheHubWasUnsureOfIsNeverCertain) {
    v1::Reading reading = delivered(trail_provider, 4, 4);
    reading.mutable_deliveries()->set_is_unsure(true);
    EXPECT_THAT(handed_out(only(reading)), ElementsAre("4?"));
}

TEST_F(Readings, WhatWasFetchedIsCertain) {
    const Access access = only(fetched(trail_jobcentre, {9, 77, 6, 9}));
    EXPECT_EQ(access.way, AccessWay::fetched);
    EXPECT_THAT(handed_out(access), ElementsAre("6!", "9!")) << "once, in the order of the log";
    EXPECT_FALSE(concerns(fetched(trail_jobcentre, {5, 7})));
}

TEST_F(Readings, AReplayOfARangeConcernsWhomItCovers) {
    v1::Reading reading = replayed(5, 9);
    reading.mutable_replay()->set_view(v1::REPLAY_VIEW_UNMASKED);
    reading.mutable_replay()->set_ground("a complaint");
    const Access access = only(reading);
    EXPECT_EQ(access.way, AccessWay::replayed);
    EXPECT_EQ(access.view, v1::REPLAY_VIEW_UNMASKED);
    EXPECT_EQ(access.ground, "a complaint");
    EXPECT_FALSE(access.is_by_name);
    EXPECT_THAT(handed_out(access), ElementsAre("6?")) << "9 is the first not looked at";
    EXPECT_FALSE(concerns(replayed(7, 9)));
    EXPECT_FALSE(concerns(replayed(9, 9)));
}

TEST_F(Readings, AReplayConcernsNobodyItsPartyOrKindsLeaveOut) {
    v1::Reading of_provider = replayed(0, 100);
    of_provider.mutable_replay()->set_of_party(trail_provider);
    EXPECT_THAT(handed_out(only(of_provider)), ElementsAre("4?", "6?", "9?"))
        << "what it sent or was to have";
    of_provider.mutable_replay()->set_of_party("provider:99326018");
    EXPECT_FALSE(concerns(of_provider));
    v1::Reading of_kinds = replayed(0, 100);
    of_kinds.mutable_replay()->add_kinds(v1::MESSAGE_KIND_READING);
    EXPECT_FALSE(concerns(of_kinds)) << "as this program itself reads";
    of_kinds.mutable_replay()->add_kinds(v1::MESSAGE_KIND_ORDER);
    EXPECT_THAT(handed_out(only(of_kinds)), ElementsAre("4?"));
}

TEST_F(Readings, AReplayByNameConcernsTheCitizenWhateverItFound) {
    v1::Reading by_citizen = replayed(50, 60);
    by_citizen.mutable_replay()->add_subject_ids(trail_subject);
    EXPECT_TRUE(only(by_citizen).is_by_name);
    EXPECT_THAT(only(by_citizen).entries, IsEmpty());
    by_citizen.mutable_replay()->set_subject_ids(0, Bytes(16, 'x'));
    by_citizen.mutable_replay()->set_from_sequence(0);
    EXPECT_FALSE(concerns(by_citizen)) << "another citizen";

    v1::Reading by_order = replayed(0, 5);
    by_order.mutable_replay()->set_order_id(trail_order);
    EXPECT_TRUE(only(by_order).is_by_name);
    EXPECT_THAT(handed_out(only(by_order)), ElementsAre("4?"));
    by_order.mutable_replay()->set_order_id(Bytes(16, 'x'));
    EXPECT_FALSE(concerns(by_order));
}

TEST_F(Readings, AnOperatorsQuestionConcernsTheCitizenItFound) {
    v1::Reading reading;
    reading.set_party("operator:duty");
    reading.mutable_subject()->set_ground("erasure");
    EXPECT_FALSE(concerns(reading)) << "nobody was found";
    reading.mutable_subject()->add_subject_ids(trail_subject);
    const Access access = only(reading);
    EXPECT_EQ(access.way, AccessWay::asked);
    EXPECT_EQ(access.ground, "erasure");
    EXPECT_TRUE(access.is_by_name);
    reading.mutable_subject()->set_subject_ids(0, Bytes(16, 'x'));
    EXPECT_FALSE(concerns(reading));
}

// Two subjects that turned out to be one person: entry 20 is under the one that is kept.
class ReadingsOfAMergedPerson : public Readings {
  protected:
    ReadingsOfAMergedPerson() {
        TrailEntry entry =
            made_up_entry_of_trail(20, v1::MESSAGE_KIND_NOTICE, trail_jobcentre, {trail_provider});
        entry.subject_id = kept;
        trail.add(std::move(entry));
    }
    static v1::Reading by_ids(const std::vector<Bytes>& ids) {
        v1::Reading reading = replayed(0, 100);
        for (const Bytes& each : ids)
            reading.mutable_replay()->add_subject_ids(each);
        return reading;
    }
    static inline const Bytes kept = Bytes(16, 'k');
    static inline const Bytes without_entries = Bytes(16, 'w');
};

TEST_F(ReadingsOfAMergedPerson, AReplayIsOfAllTheIdsItNames) {
    const Access access = only(by_ids({kept, trail_subject}));
    EXPECT_TRUE(access.is_by_name);
    EXPECT_THAT(handed_out(access), ElementsAre("4?", "6?", "9?", "12?", "20?"));
    EXPECT_TRUE(only(by_ids({without_entries, trail_subject})).is_by_name)
        << "the kept id need not be that of an entry";
    EXPECT_FALSE(concerns(by_ids({without_entries, Bytes(16, 'x')})));
}

TEST_F(ReadingsOfAMergedPerson, AReplayFromBeforeTheMergeIsOfTheIdOfThen) {
    const Access access = only(by_ids({kept}));
    EXPECT_TRUE(access.is_by_name);
    EXPECT_THAT(handed_out(access), ElementsAre("20?"));
}

TEST_F(ReadingsOfAMergedPerson, AQuestionIsAboutThePersonByAnyId) {
    v1::Reading reading;
    reading.set_party("operator:duty");
    reading.mutable_subject()->add_subject_ids(without_entries);
    EXPECT_FALSE(concerns(reading));
    reading.mutable_subject()->add_subject_ids(trail_subject);
    EXPECT_TRUE(only(reading).is_by_name);
}

TEST(TrailEntryOf, ReadsTheIndexAndTheTimeOfWhatHappened) {
    ReadEntry read;
    read.sequence = Sequence{7};
    read.sender = trail_provider;
    EXPECT_EQ(trail_entry(read)->kind, v1::MESSAGE_KIND_UNSPECIFIED) << "without a key";
    read.index.emplace().set_kind(v1::MESSAGE_KIND_ABSENCE_REPORT);
    read.index->add_audience(trail_jobcentre);
    read.index->set_subject_id(trail_subject);
    EXPECT_THAT(trail_entry(read)->audience, ElementsAre(trail_jobcentre));
    EXPECT_FALSE(trail_entry(read)->happened_at.has_value()) << "without the content";
    v1::Envelope envelope;
    envelope.mutable_happened_at()->set_seconds(5);
    envelope.mutable_happened_at()->set_nanos(6000);
    read.body = envelope.SerializeAsString();
    EXPECT_EQ(trail_entry(read)->happened_at, Instant{5000006});
    read.body = "no envelope";
    EXPECT_EQ(trail_entry(read).error().code, ErrorCode::tampered);
    read.index->set_kind(v1::MESSAGE_KIND_HOLD_CHANGE);
    EXPECT_TRUE(trail_entry(read).has_value()) << "the hub's own are no envelopes";
}

}  // namespace
}  // namespace jobbro::audit
