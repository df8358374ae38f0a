// How an access is told.
#include "adapters/audit/access_lines.h"

#include <gmock/gmock.h>

#include "tests/unit/audit/made_up_trail.h"

namespace jobbro::audit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class AccessLines : public ::testing::Test {
  protected:
    static std::string english(const Access& access, Naming naming = Naming::all) {
        return access_sentence(access, Language::english, naming);
    }
    Access of(const v1::Reading& reading) const { return accesses_of(reading, trail).at(0); }
    Access replay(const std::string& ground) const {
        v1::Reading reading;
        reading.set_party("auditor:jens-hansen");
        reading.mutable_replay()->set_view(v1::REPLAY_VIEW_UNMASKED);
        reading.mutable_replay()->set_ground(ground);
        reading.mutable_replay()->set_end_sequence(100);
        reading.mutable_replay()->add_subject_ids(trail_subject);
        return of(reading);
    }
    Trail trail = made_up_trail();
};

TEST_F(AccessLines, EachWayHasItsSentence) {
    EXPECT_EQ(english(of(fetched(trail_jobcentre, {6, 9}))), "jobcentre:630 fetched entries 6, 9");
    EXPECT_EQ(english(of(delivered(trail_provider, 4, 4))),
              "provider:99104007 was delivered entry 4 over the subscription main");
    EXPECT_EQ(english(of(delivered(trail_jobcentre, 6, 10))),
              "jobcentre:630 may have been delivered entries 6, 9 (1 for certain) over the "
              "subscription main");
    EXPECT_EQ(english(replay("a complaint")),
              "auditor:jens-hansen read the log, unmasked, at most entries 4, 6, 9, 12, asked for "
              "this citizen, ground: a complaint");
    v1::Reading question;
    question.set_party("operator:duty");
    question.mutable_subject()->add_subject_ids(trail_subject);
    question.mutable_subject()->set_ground("erasure");
    EXPECT_EQ(english(of(question)), "operator:duty asked for the citizen's id, ground: erasure");
    EXPECT_EQ(access_sentence(of(fetched(trail_jobcentre, {6})), Language::danish, Naming::all),
              "jobcentre:630 hentede indførelse 6");
}

TEST_F(AccessLines, ManyEntriesAreCounted) {
    for (std::uint64_t i = 20; i < 40; ++i) {
        trail.add(
            made_up_entry_of_trail(i, v1::MESSAGE_KIND_NOTICE, trail_jobcentre, {trail_provider}));
    }
    EXPECT_THAT(english(replay("x")), HasSubstr("at most 24 entries from 4 to 39,"));
}

TEST_F(AccessLines, WhoMayBeAPersonIsToldByRoleAlone) {
    const std::string text = english(replay("a complaint"), Naming::no_person);
    EXPECT_THAT(text, HasSubstr("an auditor read the log"));
    EXPECT_THAT(text, Not(HasSubstr("jens")));
    v1::Reading question;
    question.set_party("operator:jens-hansen");
    question.mutable_subject()->add_subject_ids(trail_subject);
    EXPECT_EQ(english(of(question), Naming::no_person), "an operator asked for the citizen's id");
    EXPECT_THAT(english(of(fetched(trail_jobcentre, {6})), Naming::no_person),
                HasSubstr("jobcentre:630"));
}

TEST_F(AccessLines, WhatMayBeAboutOthersIsNotTold) {
    v1::Reading of_all;
    of_all.set_party("auditor:jens-hansen");
    of_all.mutable_replay()->set_view(v1::REPLAY_VIEW_UNMASKED);
    of_all.mutable_replay()->set_ground("complaint of Ole Olsen");
    of_all.mutable_replay()->set_end_sequence(5);
    EXPECT_EQ(english(of(of_all), Naming::no_person),
              "an auditor read the log, unmasked, at most entry 4, did not ask for this citizen; "
              "the reader's own access may have covered none of it");
    EXPECT_THAT(access_sentence(of(of_all), Language::danish, Naming::no_person),
                AllOf(HasSubstr("en revisor læste loggen, med indhold, højst indførelse 4, "
                                "spurgte ikke om netop denne borger"),
                      Not(HasSubstr("Olsen"))));
    EXPECT_THAT(english(of(of_all)), HasSubstr("ground: complaint of Ole Olsen"));
    EXPECT_THAT(english(replay("insight"), Naming::no_person),
                HasSubstr("asked for this citizen, ground: insight"));
    EXPECT_EQ(english(of(delivered(trail_provider, 4, 4)), Naming::no_person),
              "provider:99104007 was delivered entry 4")
        << "a subscription can bear the name of who works with it";
}

TEST_F(AccessLines, AGroundBreaksNoLineAndIsNoFormula) {
    const Access access = replay("=1+1\n2026-01-01  nobody\x1b[2J");
    EXPECT_THAT(english(access), HasSubstr("ground: =1+1\\x0a2026-01-01  nobody\\x1b[2J"));
    const FlatRow row = access_row(access, trace_at(30));
    EXPECT_THAT(line_of(LineFormat::csv, row), HasSubstr("\"'=1+1\n2026-01-01"));
    EXPECT_THAT(line_of(LineFormat::ndjson, row), HasSubstr(R"("ground":"=1+1\n2026-01-01)"));
}

TEST_F(AccessLines, RowsHaveTheSameColumns) {
    const FlatRow row = access_row(of(delivered(trail_jobcentre, 6, 10)), trace_at(30));
    const FlatRow unopened = unopened_row(3);
    ASSERT_EQ(row.size(), unopened.size());
    EXPECT_EQ(heading(LineFormat::csv, row), heading(LineFormat::csv, unopened));
    EXPECT_EQ(heading(LineFormat::ndjson, row), "");
    EXPECT_EQ(line_of(LineFormat::csv, row),
              "delivered,jobcentre:630,1970-01-01T00:00:30.000000Z,30,2,1,6,9,,false,,main,\r\n");
    EXPECT_EQ(line_of(LineFormat::ndjson, unopened),
              "{\"way\":\"unopened\",\"unopened_readings\":3}\n");
    EXPECT_EQ(unopened_sentence(3, Language::english),
              "3 readings by, or about, others than the grant covers could not be opened; whether "
              "they are about this person is not known");
    EXPECT_THAT(unopened_sentence(3, Language::danish), HasSubstr("3 læsninger foretaget af"));
}

}  // namespace
}  // namespace jobbro::audit
