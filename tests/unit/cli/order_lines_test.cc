#include "adapters/cli/order_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

v1::OrderStanding started() {
    v1::OrderStanding order;
    order.set_order_id("0199a5c0-0000-7000-8000-000000000001");
    order.set_jobcentre("jobcentre:630");
    order.set_provider("provider:13585628");
    order.set_state(v1::ORDER_DIALOGUE_STATE_STARTED);
    order.set_started_date("2011-02-14");
    order.set_latest_sequence(12);
    v1::ReportStanding& given = *order.add_reports();
    given.set_report(v1::REPORT_KIND_PROGRESSION_INTERIM);
    given.set_due_date("2011-03-14");
    given.set_is_given(true);
    v1::ReportStanding& due = *order.add_reports();
    due.set_report(v1::REPORT_KIND_PROGRESSION_FINAL);
    due.set_due_date("2011-05-13");
    return order;
}

v1::Answer answer_with(const v1::OrderStanding& order) {
    v1::Answer answer;
    *answer.add_orders() = order;
    return answer;
}

TEST(OrderLines, ATableHasALineAnOrder) {
    v1::Answer answer = answer_with(started());
    answer.add_orders()->set_order_id("second");
    answer.mutable_orders(1)->set_state(v1::ORDER_DIALOGUE_STATE_PLACED);
    EXPECT_EQ(orders_table(answer, Language::english),
              "ORDER                                 STATE    JOBCENTRE      PROVIDER           "
              "STARTED     ENDS  NEXT REPORT\n"
              "0199a5c0-0000-7000-8000-000000000001  started  jobcentre:630  provider:13585628  "
              "2011-02-14  -     2011-05-13 final progression report\n"
              "second                                placed   -              -                  "
              "-           -     -\n");
    EXPECT_THAT(orders_table(answer, Language::danish),
                AllOf(StartsWith("BESTILLING"), HasSubstr("  i gang  "), HasSubstr("  bestilt  "),
                      HasSubstr("2011-05-13 afsluttende progressionsrapport\n")));
}

TEST(OrderLines, NoOrdersAreNoLines) {
    EXPECT_EQ(orders_table({}, Language::danish), "");
    EXPECT_EQ(orders_json({}), "");
}

TEST(OrderLines, JsonHasTheNamesOfTheContract) {
    EXPECT_EQ(
        orders_json(answer_with(started())),
        R"({"order":{"order_id":"0199a5c0-0000-7000-8000-000000000001",)"
        R"("jobcentre":"jobcentre:630","provider":"provider:13585628",)"
        R"("state":"ORDER_DIALOGUE_STATE_STARTED","started_date":"2011-02-14",)"
        R"("reports":[{"report":"REPORT_KIND_PROGRESSION_INTERIM","due_date":"2011-03-14",)"
        R"("is_given":true},{"report":"REPORT_KIND_PROGRESSION_FINAL","due_date":"2011-05-13"}],)"
        R"("latest_sequence":"12"}})"
        "\n");
}

TEST(OrderLines, OneOrderTellsItsStepsForTheOneWhoAsks) {
    const std::string site = order_text(started(), contract::Role::provider, Language::english);
    EXPECT_THAT(site, AllOf(StartsWith("ORDER      0199a5c0-"), HasSubstr("STATE      started\n"),
                            HasSubstr("ENDS       -\n"), HasSubstr("LATEST     12\n")));
    EXPECT_THAT(site, AllOf(HasSubstr("progression_report "), HasSubstr("course_end "),
                            Not(HasSubstr("follow_up ")), Not(HasSubstr("order_decline "))));
    EXPECT_THAT(site, HasSubstr("start of the course, only as a correction\n"));
    EXPECT_THAT(site, HasSubstr("DUE         REPORT                      GIVEN\n"
                                "2011-03-14  interim progression report  yes\n"
                                "2011-05-13  final progression report    no\n"));

    const std::string centre = order_text(started(), contract::Role::jobcentre, Language::danish);
    EXPECT_THAT(centre, AllOf(HasSubstr("follow_up "), HasSubstr("order_cancellation "),
                              Not(HasSubstr("progression_report "))));
    EXPECT_THAT(centre, HasSubstr("bestilling, kun som rettelse\n"));
    EXPECT_THAT(order_text(started(), contract::Role::auditor, Language::english),
                Not(HasSubstr("STEP ALLOWED")));
}

TEST(OrderLines, AStateOfALaterVersionHasNoStepsToTell) {
    v1::OrderStanding order = started();
    order.set_state(static_cast<v1::OrderDialogueState>(77));
    EXPECT_THAT(order_text(order, contract::Role::provider, Language::english),
                AllOf(HasSubstr("STATE      77\n"), Not(HasSubstr("STEP ALLOWED"))));
}

TEST(OrderLines, WhatTheHubSaysDoesNotSteerTheTerminal) {
    v1::OrderStanding order = started();
    order.set_order_id("\x1b[2J");
    order.set_provider("a\nb");
    EXPECT_THAT(orders_table(answer_with(order), Language::english),
                AllOf(HasSubstr("?[2J"), HasSubstr("a?b")));
    EXPECT_THAT(order_text(order, contract::Role::provider, Language::english),
                AllOf(HasSubstr("?[2J"), HasSubstr("a?b"), Not(HasSubstr("\x1b"))));
    EXPECT_THAT(orders_json(answer_with(order)), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace jobbro::cli
