#include "proto/contract/json.h"

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "jobbro/v1/envelope.pb.h"
#include "jobbro/v1/submit.pb.h"
#include "jobbro/v1/subscription.pb.h"
#include "proto/base/limits.h"
#include "proto/contract/json_scalars.h"
#include "tests/unit/contract/expectations.h"
#include "tests/unit/contract/sample_envelopes.h"

namespace jobbro::contract {
namespace {

using google::protobuf::util::MessageDifferencer;

// An error with its code, the place told and the path.
template <typename Message>
std::string problem_of(std::string_view text) {
    Message message;
    const auto read = from_json(text, message);
    if (read) return "none";
    return std::string{error_text(read.error().code).name} + " | " + read.error().detail + " | " +
           read.error().field_path;
}

TEST(Json, EverySampleComesBackAsItWas) {
    for (const v1::Envelope& envelope : sample_of_each_kind()) {
        const std::string text = to_json(envelope);
        EXPECT_EQ(text.find('\n'), std::string::npos);
        v1::Envelope again;
        ASSERT_THAT(from_json(text, again), Succeeds());
        EXPECT_TRUE(MessageDifferencer::Equals(envelope, again)) << text;
    }
}

TEST(Json, AudiencesWithoutContentAndUnsetOptionalsGoBothWays) {
    const std::string text = R"({"audience":{"sender_only":{}},)"
                             R"("limits_watched":{"watched":["STATUTORY_LIMIT_INTERVIEWS"]}})";
    v1::Envelope envelope;
    ASSERT_THAT(from_json(text, envelope), Succeeds());
    EXPECT_TRUE(envelope.audience().has_sender_only());
    EXPECT_EQ(to_json(envelope), text);
    ASSERT_THAT(from_json(R"({"audience": {"allWithGround": {}}})", envelope), Succeeds());
    EXPECT_TRUE(envelope.audience().has_all_with_ground());
    v1::AttendanceDay day;
    ASSERT_THAT(from_json(R"({"date": "2011-05-02", "attended_hours": 0})", day), Succeeds());
    EXPECT_TRUE(day.has_attended_hours());
    EXPECT_FALSE(day.has_planned_hours());
    EXPECT_FALSE(day.has_absence());
    EXPECT_EQ(to_json(day), R"({"date":"2011-05-02","attended_hours":0})");
}

TEST(Json, NamesAreTakenInBothSpellingsAndWrittenInSnakeCase) {
    v1::Envelope snake;
    v1::Envelope camel;
    ASSERT_THAT(from_json(R"({"order": {"sub_goals": ["a"], "hours_per_week": 5}})", snake),
                Succeeds());
    ASSERT_THAT(from_json(R"({"order": {"subGoals": ["a"], "hoursPerWeek": 5}})", camel),
                Succeeds());
    EXPECT_TRUE(MessageDifferencer::Equals(snake, camel));
    EXPECT_EQ(to_json(camel), R"({"order":{"sub_goals":["a"],"hours_per_week":5}})");
}

TEST(Json, EnumsAreTakenByNameAndByNumber) {
    v1::Order order;
    ASSERT_THAT(from_json(R"({"purposes": ["PURPOSE_EDUCATION", 5], "match_category": 2})", order),
                Succeeds());
    EXPECT_EQ(order.purposes(0), v1::PURPOSE_EDUCATION);
    EXPECT_EQ(order.purposes(1), v1::PURPOSE_SOCIAL_SUPPORT);
    EXPECT_EQ(order.match_category(), v1::MATCH_CATEGORY_READY_FOR_MEASURES);
}

TEST(Json, NumbersMayBeTextsAndWholeReals) {
    v1::Ack ack;
    ASSERT_THAT(from_json(R"({"sequence": "18446744073709551615"})", ack), Succeeds());
    EXPECT_EQ(ack.sequence(), 18446744073709551615U);
    ASSERT_THAT(from_json(R"({"sequence": 18446744073709551615})", ack), Succeeds());
    EXPECT_EQ(ack.sequence(), 18446744073709551615U);
    ASSERT_THAT(from_json(R"({"sequence": 12e2})", ack), Succeeds());
    EXPECT_EQ(ack.sequence(), 1200U);
}

TEST(Json, NumbersOutsideTheTypeAreRefused) {
    for (const char* value : {"-1", "4294967296", "1.5", "\"\"", "\"1 \"", "\"0x1\"", "\"+1\"",
                              "true", "[]", "{}", "1e300"}) {
        const std::string text = "{\"every_weeks\": " + std::string{value} + "}";
        v1::ReportsDue due;
        EXPECT_THAT(from_json(text, due), FailsAt(ErrorCode::json_type_wrong, "every_weeks"))
            << value;
    }
}

TEST(Json, HoursHaveFractions) {
    v1::Order order;
    for (const char* value : {"18.5", "\"18.5\"", "1850e-2"}) {
        const std::string text = "{\"hours_per_week\": " + std::string{value} + "}";
        ASSERT_THAT(from_json(text, order), Succeeds()) << value;
        EXPECT_EQ(order.hours_per_week(), 18.5) << value;
    }
    EXPECT_EQ(to_json(order), R"({"hours_per_week":18.5})");
    ASSERT_THAT(from_json(R"({"hours_per_week": 0})", order), Succeeds());
    EXPECT_TRUE(order.has_hours_per_week());
}

TEST(Json, RealNumbersOfOtherFormsAreRefused) {
    for (const char* value : {"\"\"", "\"1 \"", "\"0x1\"", "\"+1\"", "\"1,5\"", "\"inf\"",
                              "\"nan\"", "\"-inf\"", "\"1e999\"", "true", "[]", "{}"}) {
        const std::string text = "{\"hours_per_week\": " + std::string{value} + "}";
        v1::Order order;
        EXPECT_THAT(from_json(text, order), FailsAt(ErrorCode::json_type_wrong, "hours_per_week"))
            << value;
    }
}

TEST(Json, SignedNumbersAndDurationsAreRead) {
    google::protobuf::Duration duration;
    ASSERT_THAT(from_json(R"("-3.5s")", duration), Succeeds());
    EXPECT_EQ(duration.seconds(), -3);
    EXPECT_EQ(duration.nanos(), -500000000);
    EXPECT_EQ(to_json(duration), R"("-3.500s")");
    EXPECT_THAT(from_json("3", duration), FailsWith(ErrorCode::json_type_wrong));
}

TEST(Json, TimesAreReadWithOffsetAndWrittenWithZ) {
    v1::Envelope envelope;
    ASSERT_THAT(from_json(R"({"happened_at": "2011-05-02T10:00:00+02:00"})", envelope), Succeeds());
    EXPECT_EQ(envelope.happened_at().seconds(), sample_now.microseconds / 1000000);
    EXPECT_EQ(to_json(envelope), R"({"happened_at":"2011-05-02T08:00:00Z"})");
}

TEST(Json, BytesAreStrictBase64) {
    v1::Envelope envelope;
    ASSERT_THAT(from_json(R"({"salt": "AP+/"})", envelope), Succeeds());
    EXPECT_EQ(envelope.salt(), std::string("\x00\xff\xbf", 3));
    for (const char* text : {"AP+", "AP+/=", "AP-_", "AB==", "A===", "====", "AP +", "AAA=AAA="}) {
        EXPECT_THAT(decode_base64(text), FailsWith(ErrorCode::json_type_wrong)) << text;
    }
    // RFC 4648 section 10.
    for (const auto& [text, bytes] : {std::pair{"", ""},
                                      {"Zg==", "f"},
                                      {"Zm8=", "fo"},
                                      {"Zm9v", "foo"},
                                      {"Zm9vYmFy", "foobar"}}) {
        const auto decoded = decode_base64(text);
        ASSERT_THAT(decoded, Succeeds());
        EXPECT_EQ(*decoded, bytes);
    }
}

TEST(Json, NullIsUnset) {
    v1::Envelope envelope;
    ASSERT_THAT(from_json(R"({"order": null, "order_decline": {"reason": null}, "causes": null})",
                          envelope),
                Succeeds());
    EXPECT_TRUE(envelope.has_order_decline());
    EXPECT_FALSE(envelope.has_order());
    EXPECT_EQ(problem_of<v1::Order>(R"({"sub_goals": [null]})"),
              "json_type_wrong | line 1, column 19 | sub_goals[0]");
}

TEST(Json, WhatTheMessageHeldBeforeIsGone) {
    v1::Order order;
    order.add_sub_goals("old");
    ASSERT_THAT(from_json(R"({"sub_goals": ["new"]})", order), Succeeds());
    EXPECT_EQ(order.sub_goals_size(), 1);
}

TEST(Json, SyntaxErrorsTellLineAndColumn) {
    EXPECT_EQ(problem_of<v1::Order>("{\n  \"sub_goals\": [\"a\",\n  \"b\" \"c\"]\n}"),
              "json_syntax | line 3, column 9 | ");
    EXPECT_EQ(problem_of<v1::Order>("{\"citizen_wishes\": \"æøå\", x}"),
              "json_syntax | line 1, column 27 | ");
    EXPECT_EQ(problem_of<v1::Order>("[1"), "json_syntax | line 1, column 2 | ");
    EXPECT_EQ(problem_of<v1::Order>(""), "json_syntax | line 1, column 1 | ");
    EXPECT_EQ(problem_of<v1::Order>("{} {}"), "json_syntax | line 1, column 4 | ");
}

TEST(Json, AFieldGivenTwiceIsAnErrorInEitherSpelling) {
    EXPECT_EQ(problem_of<v1::Order>("{\"start_date\": \"a\",\n \"start_date\": \"b\"}"),
              "json_syntax | line 2, column 13: a name given twice | ");
    EXPECT_EQ(problem_of<v1::Order>(R"({"start_date": "a", "startDate": "b"})"),
              "json_type_wrong | line 1, column 36 | start_date");
}

TEST(Json, TwoBodiesAreAnError) {
    EXPECT_EQ(problem_of<v1::Envelope>(R"({"order": {}, "course_end": {}})"),
              "json_type_wrong | line 1, column 29 | course_end");
}

TEST(Json, UnknownFieldsAreToldByPlaceAndParent) {
    EXPECT_EQ(problem_of<v1::Envelope>(R"({"order": {"job_plan": {"nummer": "3"}}})"),
              "json_field_unknown | line 1, column 37 | order.job_plan");
}

TEST(Json, WrongTypesAreToldByPlaceAndPath) {
    EXPECT_EQ(problem_of<v1::Envelope>("{\"order\":\n{\"sub_goals\": [\"a\", 7]}}"),
              "json_type_wrong | line 2, column 21 | order.sub_goals[1]");
    EXPECT_EQ(problem_of<v1::Envelope>(R"({"order": "all"})"),
              "json_type_wrong | line 1, column 15 | order");
    EXPECT_EQ(problem_of<v1::Order>(R"({"sub_goals": "a"})"),
              "json_type_wrong | line 1, column 17 | sub_goals");
    EXPECT_EQ(problem_of<v1::Order>(R"({"ordinary_education": 1})"),
              "json_type_wrong | line 1, column 24 | ordinary_education");
    EXPECT_EQ(problem_of<v1::Order>(R"({"purposes": ["EDUCATION"]})"),
              "json_type_wrong | line 1, column 25 | purposes[0]");
    EXPECT_EQ(problem_of<v1::Envelope>(R"({"happened_at": "yesterday"})"),
              "json_type_wrong | line 1, column 27 | happened_at");
    EXPECT_EQ(problem_of<v1::Order>("7"), "json_type_wrong | line 1, column 1 | ");
}

std::string nested(std::size_t levels) {
    return R"({"sub_goals": )" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + "}";
}

TEST(Json, LevelsAreLimited) {
    v1::Order order;
    EXPECT_THAT(from_json(nested(limits::json_depth_max), order),
                FailsWith(ErrorCode::json_type_wrong));
    EXPECT_THAT(from_json(nested(limits::json_depth_max + 1), order),
                FailsWith(ErrorCode::json_syntax));
    EXPECT_THAT(from_json(std::string(100000, '['), order), FailsWith(ErrorCode::json_syntax));
}

TEST(Json, SizeIsLimited) {
    v1::Order order;
    const std::string blanks(limits::json_bytes_max - 2, ' ');
    EXPECT_THAT(from_json("{}" + blanks, order), Succeeds());
    EXPECT_THAT(from_json("{} " + blanks, order), FailsWith(ErrorCode::json_syntax));
}

TEST(Json, TextsMustBeUtf8) {
    v1::Order order;
    EXPECT_THAT(from_json("{\"start_date\": \"\xff\"}", order), FailsWith(ErrorCode::json_syntax));
    EXPECT_THAT(from_json("{\"start_date\": \"\xc3\"}", order), FailsWith(ErrorCode::json_syntax));
    EXPECT_THAT(from_json(R"({"start_date": "\ud800"})", order), FailsWith(ErrorCode::json_syntax));
}

// Each input goes wrong in another way, right at or around the number.
TEST(Json, ErrorsNeverHoldAnyOfTheInput) {
    const std::string secret = "690870-1478";
    const std::string digits = "6908701478";
    for (const std::string& text :
         {"{\"citizen\": {\"cpr_number\": \"" + secret + "}",
          "{\"citizen\": {\"cpr_number\": " + secret + "}}",
          "{\"citizen\": {\"cpr_number\": " + digits + "}}",
          "{\"citizen\": {\"" + secret + "\": 1}}",
          "{\"citizen\": {\"" + secret + "\": 1, \"" + secret + "\": 2}}",
          "{\"happened_at\": \"" + secret + "\"}", "{\"salt\": \"" + secret + "\"}",
          "{\"schema_version\": \"" + secret + "\"}",
          "{\"order\": {\"purposes\": [\"" + secret + "\"]}}", "{\"order\": \"" + secret + "\"}",
          "{\"sender\": \"" + secret + "\xff\"}", secret, "\"" + secret}) {
        v1::Envelope envelope;
        const auto read = from_json(text, envelope);
        ASSERT_FALSE(read.has_value()) << text;
        const std::string line = read.error().line();
        EXPECT_EQ(line.find("690870"), std::string::npos) << line;
        EXPECT_EQ(line.find("1478"), std::string::npos) << line;
    }
}

// Nothing of a message reaches a log by way of the library either.
TEST(Json, NothingOfAMessageIsLogged) {
    v1::Envelope envelope;
    envelope.set_sender("690870-1478 \xff");
    envelope.mutable_order()->add_sub_goals("\xc3 690870-1478");
    testing::internal::CaptureStderr();
    EXPECT_FALSE(to_json(envelope).empty());
    v1::Envelope again;
    EXPECT_THAT(from_json("{\"sender\": \"690870-1478 \xff\"}", again),
                FailsWith(ErrorCode::json_syntax));
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Json, BytesThatAreNoUtf8AreRefusedAndLeaveNoTraceOfTheirContent) {
    v1::Delivery delivery;
    delivery.set_envelope("690870-1478 \xff");
    v1::Envelope envelope;
    testing::internal::CaptureStderr();
    // Bytes and text are the same on the wire: sender is field 2, a Delivery's envelope field 3.
    const std::string wire = "\x12\x0d" + delivery.envelope();
    EXPECT_FALSE(envelope.ParseFromString(wire));
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_EQ(logged.find("690870"), std::string::npos) << logged;
    EXPECT_EQ(logged.find("1478"), std::string::npos) << logged;
}

TEST(Json, TimesThatCannotBeWrittenAreLeftOut) {
    v1::Envelope envelope;
    envelope.set_sender("hub");
    envelope.mutable_happened_at()->set_seconds(INT64_MAX);
    EXPECT_EQ(to_json(envelope), R"({"sender":"hub"})");
    google::protobuf::Timestamp time;
    time.set_nanos(-1);
    v1::Delivery delivery;
    *delivery.mutable_recorded_at() = time;
    delivery.set_sequence(7);
    EXPECT_EQ(to_json(delivery), R"({"sequence":"7"})");
}

}  // namespace
}  // namespace jobbro::contract
