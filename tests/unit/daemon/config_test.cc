#include "adapters/daemon/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "proto/base/limits.h"

namespace jobbro::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view least =
    "[hub]\npublic_keys = \"hub.pub\"\n[party]\nkeys = \"own.key\"\n[folder]\nbase = \"base\"\n";

Config least_config() {
    Config config;
    config.public_keys = "hub.pub";
    config.keys = "own.key";
    config.base = "base";
    return config;
}

// The error of the least configuration with these lines behind it.
Error error_of(const std::string& more) {
    const auto config = parse_config(std::string{least} + more, "p.toml");
    if (config) {
        ADD_FAILURE() << "taken: " << more;
        return ErrorCode::usage;
    }
    return config.error();
}

TEST(DaemonConfig, LeavesOutWhatHasADefault) {
    const auto config = parse_config(least, "");
    ASSERT_TRUE(config) << config.error().line();
    EXPECT_EQ(*config, least_config());
}

TEST(DaemonConfig, TakesEveryKey) {
    const auto config = parse_config(
        "[hub]\nendpoint = \"tcp://hub.example:7000\"\npublic_keys = \"hub.pub\"\n"
        "[party]\nkeys = \"own.key\"\n"
        "[folder]\nbase = \"base\"\noutbox = \"o.db\"\nrescan_s = 3\ninotify = false\n"
        "[subscription]\nname = \"in-1\"\ncredit = 7\n"
        "[ops]\nlog_level = \"warn\"\nlog_format = \"text\"\nmetrics_s = 0\n",
        "");
    ASSERT_TRUE(config) << config.error().line();
    Config wanted = least_config();
    wanted.endpoint = "tcp://hub.example:7000";
    wanted.outbox = "o.db";
    wanted.rescan_s = 3;
    wanted.inotify = false;
    wanted.subscription = "in-1";
    wanted.credit = 7;
    wanted.log_level = Level::warn;
    wanted.log_format = Format::text;
    wanted.metrics_s = 0;
    EXPECT_EQ(*config, wanted);
}

TEST(DaemonConfig, ASyntaxErrorIsToldWithItsPlaceAndNotWithWhatStandsThere) {
    const Error error = error_of("[ops]\nlog_level = secret\n");
    EXPECT_EQ(error.code, ErrorCode::config_syntax);
    EXPECT_THAT(error.detail, HasSubstr("p.toml, line 8, column "));
    EXPECT_THAT(error.detail, Not(HasSubstr("secret")));
    EXPECT_EQ(error_of("base = \"again\"\n").code, ErrorCode::config_syntax);
}

TEST(DaemonConfig, AnUnknownKeyIsToldWithTheNearestKnownOne) {
    const Error error = error_of("[ops]\nlog_levle = \"info\"\n");
    EXPECT_EQ(error.code, ErrorCode::config_key_unknown);
    EXPECT_THAT(error.detail,
                HasSubstr("line 8, column 1: ops.log_levle is unknown; the nearest known key is "
                          "ops.log_level"));
    const Error table = error_of("[subscriptions]\nname = \"x\"\n");
    EXPECT_EQ(table.code, ErrorCode::config_key_unknown);
    EXPECT_THAT(table.detail, HasSubstr("subscriptions is unknown; the nearest known key is "
                                        "subscription"));
    // It may be a value in the wrong place.
    EXPECT_THAT(error_of("[ops]\n\"690870-1478\" = 1\n").detail, Not(HasSubstr("1478")));
}

TEST(DaemonConfig, AValueOutOfItsLimitsIsToldWithWhatIsAllowed) {
    const auto expect_refused = [](const std::string& more, const std::string& allowed) {
        const Error error = error_of(more);
        EXPECT_EQ(error.code, ErrorCode::config_value_invalid) << more;
        EXPECT_THAT(error.detail, HasSubstr(allowed)) << more;
    };
    expect_refused("rescan_s = 0\n", "folder.rescan_s must be a whole number from 1 to 3600");
    expect_refused("rescan_s = 3601\n", "1 to 3600");
    expect_refused("rescan_s = \"3\"\n", "1 to 3600");
    expect_refused("inotify = 1\n", "folder.inotify must be true or false");
    expect_refused("[subscription]\ncredit = 1025\n", "1 to 1024");
    expect_refused("[subscription]\nname = \"A\"\n", "a-z");
    expect_refused("[subscription]\nname = \"0123456789\"\n", "nine of them digits");
    expect_refused("[ops]\nlog_level = \"loud\"\n", "debug, info, warn or error");
    expect_refused("[ops]\nlog_format = \"xml\"\n", "auto, text or json");
    expect_refused("[ops]\nmetrics_s = -1\n", "0 to 3600");
}

TEST(DaemonConfig, TheEndpointHasAHostAndAPort) {
    for (const char* const wrong :
         {"tcp://", "tcp://:7411", "tcp://hub", "tcp://hub:0", "tcp://hub:65536", "ipc:///tmp/x",
          "tcp://hub:7x", "hub:7411"}) {
        const std::string text =
            "[hub]\nendpoint = \"" + std::string{wrong} + "\"\npublic_keys = \"h\"\n";
        const auto config = parse_config(text, "");
        ASSERT_FALSE(config) << wrong;
        EXPECT_THAT(config.error().detail, HasSubstr("hub.endpoint must be tcp://HOST:PORT"));
    }
    for (const char* const right : {"tcp://[::1]:7411", "tcp://10.0.0.1:1", "tcp://h-1.dk:65535"}) {
        const std::string text = "[hub]\nendpoint = \"" + std::string{right} +
                                 "\"\npublic_keys = \"h\"\n[party]\nkeys = \"k\"\n"
                                 "[folder]\nbase = \"b\"\n";
        EXPECT_TRUE(parse_config(text, "")) << right;
    }
}

TEST(DaemonConfig, WhatIsRequiredIsMissed) {
    const auto config = parse_config("[hub]\npublic_keys = \"h\"\n", "p.toml");
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::config_value_invalid);
    EXPECT_THAT(config.error().detail, HasSubstr("party.keys is missing"));
    const auto no_table = parse_config("party = 3\n", "p.toml");
    ASSERT_FALSE(no_table);
    EXPECT_THAT(no_table.error().detail, HasSubstr("party must be a table, [party]"));
}

TEST(DaemonConfig, TheDigestIsOfWhatWasDecided) {
    const auto written_out = parse_config(
        "# a comment\n[folder]\nbase = 'base'\nrescan_s = 10\n[party]\nkeys = 'own.key'\n"
        "[hub]\npublic_keys = 'hub.pub'\n",
        "");
    ASSERT_TRUE(written_out);
    EXPECT_EQ(config_digest(*written_out), config_digest(least_config()));
    Config other = least_config();
    other.credit = 1;
    EXPECT_NE(config_digest(other), config_digest(least_config()));
}

// --- The samples ---------------------------------------------------------------------------------

class DaemonConfigExample : public ::testing::TestWithParam<const char*> {
  protected:
    static std::string text() {
        std::ifstream file{JOBBRO_SOURCE_DIR "/deploy/config/" + std::string{GetParam()} +
                           ".example.toml"};
        std::ostringstream content;
        content << file.rdbuf();
        return content.str();
    }
    // With every key that is commented out taken in.
    static std::string text_with_all() {
        return std::regex_replace(text(), std::regex{"(^|\n)#([a-z_]+ = )"}, "$1$2");
    }
    static Config defaults() {
        const std::string name = GetParam();
        Config config;
        config.public_keys = "/etc/jobbro/hub.pub";
        config.keys = "/etc/jobbro/" + name + ".key";
        config.base = "/var/lib/jobbro-" + name;
        return config;
    }
};

TEST_P(DaemonConfigExample, GivesTheDefaultsAsItStandsAndWithAllTakenIn) {
    for (const std::string& each : {text(), text_with_all()}) {
        const auto config = parse_config(each, GetParam());
        ASSERT_TRUE(config) << config.error().line();
        EXPECT_EQ(*config, defaults());
    }
}

TEST_P(DaemonConfigExample, HoldsEveryKeyInItsTable) {
    std::vector<std::string> found;
    std::istringstream lines{text_with_all()};
    const std::regex header{"\\[([a-z]+)\\]"};
    const std::regex pair{"([a-z_]+) = .*"};
    std::string table;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, header)) table = match[1];
        if (std::regex_match(line, match, pair)) found.push_back(table + "." + match[1].str());
    }
    EXPECT_EQ(found, config_keys());
}

TEST_P(DaemonConfigExample, NamesTheLimitsThatTheCodeHas) {
    const auto up_to = [](std::int64_t lowest, std::int64_t most) {
        return std::to_string(lowest) + " to " + std::to_string(most);
    };
    EXPECT_THAT(text(), HasSubstr(up_to(1, config_limits::rescan_s_most) + "."));
    EXPECT_THAT(text(), HasSubstr(up_to(0, config_limits::metrics_s_most) + ";"));
    EXPECT_THAT(text(), HasSubstr(up_to(1, limits::credit_max) + "."));
}

INSTANTIATE_TEST_SUITE_P(Both, DaemonConfigExample, ::testing::Values("provider", "jobcentre"));

}  // namespace
}  // namespace jobbro::daemon
