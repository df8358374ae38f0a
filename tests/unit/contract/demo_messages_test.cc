// The messages of the demo, as whoever copies them would send them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "proto/contract/json.h"
#include "proto/contract/validation.h"
#include "tests/unit/contract/expectations.h"

namespace jobbro::contract {
namespace {

// 2012-01-01T00:00:00Z, when everything the demo tells of has happened.
constexpr Instant after_the_demo{1325376000000000};

std::string text_of(const std::filesystem::path& path) {
    std::ifstream file{path};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// What the program that sends a message adds to it.
void complete(v1::Envelope& envelope) {
    SeededRandomness randomness{1};
    if (envelope.message_id().empty()) {
        envelope.set_message_id(MessageId::make(after_the_demo, randomness).text());
    }
    if (!envelope.has_happened_at()) {
        envelope.mutable_happened_at()->set_seconds(after_the_demo.microseconds / 1000000);
    }
    envelope.set_sender(envelope.has_order() ? "jobcentre:630" : "provider:99326018-9100000031");
    envelope.set_schema_version(1);
    envelope.set_salt(std::string(16, 's'));
}

TEST(DemoMessages, AreValid) {
    int messages = 0;
    for (const auto& file : std::filesystem::directory_iterator{JOBBRO_SOURCE_DIR "/deploy/demo"}) {
        const std::string name = file.path().filename().string();
        if (file.path().extension() != ".json" || name.starts_with("course_")) continue;
        v1::Envelope envelope;
        ASSERT_THAT(from_json(text_of(file.path()), envelope), Succeeds()) << name;
        complete(envelope);
        EXPECT_THAT(validate(envelope, after_the_demo), Succeeds()) << name;
        ++messages;
    }
    EXPECT_GE(messages, 10);
}

}  // namespace
}  // namespace jobbro::contract
