#include "adapters/cli/time_line_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

v1::Envelope from_site() {
    v1::Envelope envelope;
    envelope.set_sender("provider:13585628");
    envelope.set_order_id("order-1");
    envelope.mutable_happened_at()->set_seconds(1'300'000'000);
    return envelope;
}

v1::Envelope report(const std::string& until, v1::Direction direction) {
    v1::Envelope envelope = from_site();
    envelope.mutable_progression_report()->set_period_end_date(until);
    for (int kind = 1; kind <= 5; ++kind) {
        v1::AttentionPoint& point = *envelope.mutable_progression_report()->add_attention_points();
        point.set_kind(static_cast<v1::AttentionPointKind>(6 - kind));
        point.set_direction(direction);
    }
    return envelope;
}

// As the hub answers: the latest first.
class TimeLineLinesTest : public ::testing::Test {
  protected:
    v1::TimeLineEntry& add(std::uint64_t sequence, const v1::Envelope& envelope) {
        v1::TimeLineEntry& entry = *answer_.add_entries();
        entry.mutable_delivery()->set_sequence(sequence);
        entry.mutable_delivery()->mutable_recorded_at()->set_seconds(1'300'000'060);
        entry.mutable_delivery()->set_envelope(envelope.SerializeAsString());
        return entry;
    }
    v1::Answer answer_;
};

TEST_F(TimeLineLinesTest, TheOldestComesFirstWithItsFindingsBelow) {
    v1::Envelope begun = from_site();
    begun.mutable_course_start()->set_start_date("2011-03-13");
    add(9, begun);
    v1::Envelope placed = from_site();
    placed.set_sender("jobcentre:630");
    placed.mutable_order();
    v1::Finding& finding = *add(4, placed).mutable_delivery()->add_findings();
    finding.set_code("of.a.later.version");
    finding.set_severity(v1::FINDING_SEVERITY_THIN);
    finding.set_field_path("order.sub_goals");
    EXPECT_EQ(time_line_table(answer_, Language::english),
              "SEQUENCE  RECORDED              HAPPENED              WHAT                 FROM     "
              "          ORDER    NOTE\n"
              "4         2011-03-13T07:07:40Z  2011-03-13T07:06:40Z  order                "
              "jobcentre:630      order-1  -\n"
              "    thin: of.a.later.version [order.sub_goals]\n"
              "9         2011-03-13T07:07:40Z  2011-03-13T07:06:40Z  start of the course  "
              "provider:13585628  order-1  -\n");
    EXPECT_THAT(time_line_table(answer_, Language::danish),
                AllOf(HasSubstr("forløbets start"), HasSubstr("for tynd: of.a.later.version")));
}

TEST_F(TimeLineLinesTest, AKnownFindingIsToldInTheReadersLanguage) {
    add(4, from_site()).mutable_delivery()->add_findings()->set_code("order.citizen_only");
    const std::string danish = time_line_table(answer_, Language::danish);
    const std::string english = time_line_table(answer_, Language::english);
    EXPECT_THAT(danish, HasSubstr("(order.citizen_only)"));
    EXPECT_THAT(english, HasSubstr("(order.citizen_only)"));
    EXPECT_NE(danish.substr(danish.find("\n    ")), english.substr(english.find("\n    ")));
}

TEST_F(TimeLineLinesTest, WhatTheHubDoesNotKnowIsNotSaidToStand) {
    add(4, from_site()).set_may_be_corrected(true);
    EXPECT_THAT(time_line_table(answer_, Language::english),
                HasSubstr("order-1  perhaps corrected\n"));
    EXPECT_THAT(time_line_table(answer_, Language::danish), HasSubstr("måske rettet\n"));
    EXPECT_THAT(time_line_json(answer_), HasSubstr(R"(},"may_be_corrected":true})"));
}

TEST_F(TimeLineLinesTest, WhatWasCorrectedIsThereAndMarked) {
    v1::Envelope second = report("2011-04-29", v1::DIRECTION_PROGRESS);
    second.add_causes()->set_relation(v1::CAUSE_RELATION_CORRECTS);
    add(12, second);
    add(9, report("2011-04-29", v1::DIRECTION_SETBACK)).set_corrected_by(12);
    EXPECT_THAT(time_line_table(answer_, Language::english),
                AllOf(HasSubstr("corrected by 12\n"), HasSubstr("  correction\n")));
    EXPECT_THAT(time_line_table(answer_, Language::danish), HasSubstr("rettet af 12\n"));
    EXPECT_THAT(time_line_json(answer_), HasSubstr(R"(}},"corrected_by":12})"
                                                   "\n"));
    EXPECT_THAT(attention_points_table(answer_, Language::english),
                AllOf(HasSubstr("progress\n"), Not(HasSubstr("setback"))))
        << "the series is of what stands";
}

TEST_F(TimeLineLinesTest, JsonIsWhatSubscribePrintsOldestFirst) {
    add(9, from_site());
    add(4, from_site());
    const std::string lines = time_line_json(answer_);
    EXPECT_THAT(lines, ::testing::StartsWith(R"({"entry":{"sequence":4,"recorded_at":")"));
    EXPECT_THAT(lines, HasSubstr(R"(}}
{"entry":{"sequence":9,)"));
    EXPECT_THAT(lines, HasSubstr(R"("message":{"sender":"provider:13585628",)"));
}

TEST_F(TimeLineLinesTest, ThePointsAreASeriesByPeriod) {
    add(30, report("2011-04-01", v1::DIRECTION_UNCHANGED));
    add(20, report("2011-05-02", v1::DIRECTION_PROGRESS));
    add(10, report("2011-03-01", v1::DIRECTION_SETBACK));
    answer_.mutable_entries(2)->mutable_delivery()->set_envelope(
        report("2011-03-01", v1::DIRECTION_NOT_ASSESSED).SerializeAsString());
    EXPECT_EQ(attention_points_table(answer_, Language::english),
              "ATTENTION POINT                  2011-03-01    2011-04-01  2011-05-02\n"
              "professional competences         not assessed  unchanged   progress\n"
              "personal competences             not assessed  unchanged   progress\n"
              "health                           not assessed  unchanged   progress\n"
              "material conditions and network  not assessed  unchanged   progress\n"
              "own perspective                  not assessed  unchanged   progress\n");
    EXPECT_THAT(attention_points_table(answer_, Language::danish),
                HasSubstr("helbredsmæssige forhold           ikke vurderet  uændret     fremgang"));
}

TEST_F(TimeLineLinesTest, NothingIsNoLines) {
    EXPECT_EQ(time_line_table(answer_, Language::english), "");
    EXPECT_EQ(time_line_json(answer_), "");
    EXPECT_EQ(attention_points_table(answer_, Language::english), "");
}

TEST_F(TimeLineLinesTest, WhatCannotBeReadIsStillThere) {
    add(9, {}).mutable_delivery()->set_envelope("\xff\xff");
    v1::TimeLineEntry& thin = add(4, {});
    thin.mutable_delivery()->mutable_notification()->set_kind(v1::MESSAGE_KIND_NOTICE);
    thin.mutable_delivery()->mutable_notification()->set_sender("\x1b[2J");
    const std::string table = time_line_table(answer_, Language::english);
    EXPECT_THAT(table, AllOf(HasSubstr("\n4  "), HasSubstr("notice"), HasSubstr("?[2J"),
                             HasSubstr("\n9  ")));
}

}  // namespace
}  // namespace jobbro::cli
