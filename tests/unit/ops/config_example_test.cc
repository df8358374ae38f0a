// deploy/config/hub.example.toml says what the code does.
#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "hub/ops/config.h"

namespace jobbro::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string example() {
    std::ifstream file{JOBBRO_SOURCE_DIR "/deploy/config/hub.example.toml"};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

// The example with every key that is commented out taken in.
std::string example_with_all() {
    const std::regex commented{"(^|\n)#([a-z_]+ = |\\[\\[)"};
    return std::regex_replace(example(), commented, "$1$2");
}

Config read(const std::string& text) {
    auto config = parse_config(text, "hub.example.toml");
    if (!config) ADD_FAILURE() << config.error().line();
    return config ? *config : Config{};
}

Config defaults() {
    Config config;
    config.data = "/var/lib/jobbro";
    config.keys = "/etc/jobbro/hub.keys";
    config.erasure_marks = "/etc/jobbro/hub.keys.marks";
    return config;
}

TEST(ConfigExample, AsItStandsGivesTheDefaults) {
    EXPECT_EQ(read(example()), defaults());
}

TEST(ConfigExample, CommentedValuesAreTheDefaults) {
    Config config = read(example_with_all());
    ASSERT_EQ(config.controllers.size(), 1U);
    EXPECT_EQ(config.controllers[0].name, "kbh");
    EXPECT_THAT(config.controllers[0].jobcentres, ElementsAre("jobcentre:101", "jobcentre:147"));
    ASSERT_EQ(config.operators.size(), 1U);
    // Of what is none by default the shape.
    EXPECT_EQ(config.demo_clock, "var/demo/clock");
    EXPECT_EQ(config.rules_folder, "deploy/rules");
    config.demo_clock.clear();
    config.rules_folder.clear();
    config.controllers.clear();
    config.operators.clear();
    EXPECT_EQ(config, defaults());
}

TEST(ConfigExample, NamesTheLimitsThatTheCodeHas) {
    const auto up_to = [](std::int64_t least, std::int64_t most) {
        return std::to_string(least) + " to " + std::to_string(most) + ";";
    };
    // Ends of sentences as they come.
    std::string text = example();
    for (char& c : text)
        c = c == '.' ? ';' : c;
    EXPECT_THAT(text, HasSubstr(up_to(1, static_cast<std::int64_t>(limits::sessions_max))));
    EXPECT_THAT(text, HasSubstr(up_to(config_limits::session_silent_ms_least,
                                      config_limits::session_silent_ms_most)));
    EXPECT_THAT(text, HasSubstr(up_to(0, config_limits::provider_grace_days_most)));
    EXPECT_THAT(text, HasSubstr(up_to(0, config_limits::retention_days_most)));
    EXPECT_THAT(text, HasSubstr("every " + std::to_string(limits::heartbeat_ms) + ";"));
}

TEST(ConfigExample, HoldsEveryKeyInItsTable) {
    std::vector<std::string> found;
    std::istringstream lines{example_with_all()};
    const std::regex header{"\\[+([a-z]+)\\]+"};
    const std::regex pair{"([a-z_]+) = .*"};
    std::string table;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, header)) table = match[1];
        if (std::regex_match(line, match, pair)) found.push_back(table + "." + match[1].str());
    }
    EXPECT_EQ(found, config_keys());
}

}  // namespace
}  // namespace jobbro::ops
