#include "adapters/cli/parked_lines.h"

#include <gmock/gmock.h>

namespace jobbro::cli {
namespace {

v1::ParkedMessage parked(std::uint64_t sequence, v1::ParkedWait wait) {
    v1::ParkedMessage message;
    message.set_sequence(sequence);
    message.mutable_notification()->set_kind(v1::MESSAGE_KIND_COURSE_START);
    message.mutable_notification()->set_sender("provider:13585628");
    message.mutable_parked_at()->set_seconds(1'500'000'000);
    message.set_waits_for(wait);
    return message;
}

TEST(ParkedLines, ATableTellsPeopleWhatWaitsForWhat) {
    std::vector<v1::ParkedMessage> messages;
    messages.push_back(parked(7, v1::PARKED_WAIT_PERSON));
    messages[0].set_attempts(12);
    messages[0].set_reason("field_invalid");
    messages[0].mutable_notification()->set_order_id("0199a5c0-0000-7000-8000-000000000001");
    messages.push_back(parked(1234, v1::PARKED_WAIT_EARLIER_MESSAGE));
    messages[1].set_behind_sequence(7);
    messages.push_back(parked(9, v1::PARKED_WAIT_NEXT_ATTEMPT));
    messages[2].mutable_next_attempt_at()->set_seconds(1'500'000'060);
    messages.push_back(parked(10, v1::PARKED_WAIT_ACK));
    EXPECT_EQ(parked_table(messages),
              "SEQUENCE  KIND          ORDER                                 SINCE                 "
              "ATTEMPTS  WAITS FOR                        REASON\n"
              "7         course_start  0199a5c0-0000-7000-8000-000000000001  2017-07-14T02:40:00Z  "
              "12        person                           field_invalid\n"
              "1234      course_start  -                                     2017-07-14T02:40:00Z  "
              "0         message 7\n"
              "9         course_start  -                                     2017-07-14T02:40:00Z  "
              "0         attempt at 2017-07-14T02:41:00Z\n"
              "10        course_start  -                                     2017-07-14T02:40:00Z  "
              "0         ack\n");
}

TEST(ParkedLines, NothingIsNoTable) {
    EXPECT_EQ(parked_table({}), "");
}

TEST(ParkedLines, AReasonDoesNotSteerTheTerminal) {
    v1::ParkedMessage message = parked(7, v1::PARKED_WAIT_PERSON);
    message.set_reason("\x1b[2Jgone\n\x7f\xc3\xb8");
    EXPECT_THAT(parked_table({message}), ::testing::HasSubstr("?[2Jgone??\xc3\xb8\n"));
}

TEST(ParkedLines, JsonHasAllOfIt) {
    v1::ParkedMessage message = parked(9, v1::PARKED_WAIT_NEXT_ATTEMPT);
    message.mutable_next_attempt_at()->set_seconds(1'500'000'060);
    message.set_reason("busy");
    EXPECT_EQ(parked_json(message),
              R"({"sequence":9,"kind":"course_start","sender":"provider:13585628",)"
              R"("message_id":"","order_id":"","parked_at":"2017-07-14T02:40:00.000000Z",)"
              R"("attempts":0,"waits_for":"next_attempt",)"
              R"("next_attempt_at":"2017-07-14T02:41:00.000000Z","reason":"busy"})");
    message = parked(9, v1::PARKED_WAIT_EARLIER_MESSAGE);
    message.set_behind_sequence(3);
    EXPECT_THAT(
        parked_json(message),
        ::testing::HasSubstr(R"("waits_for":"earlier_message","behind_sequence":3,"reason":""})"));
}

}  // namespace
}  // namespace jobbro::cli
