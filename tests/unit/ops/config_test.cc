#include "hub/ops/config.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "hub/ops/config_keys.h"

namespace jobbro::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view minimal = "[hub]\ndata = \"d\"\nkeys = \"k\"\n";
// The public key of RFC 8032's first test vector.
constexpr std::string_view key_a = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

std::string with(std::string_view rest) {
    return std::string{minimal} + std::string{rest};
}

std::string controller(std::string_view name, std::string_view jobcentres) {
    return "[[controller]]\nname = \"" + std::string{name} + "\"\nsigning_key = \"" +
           std::string{key_a} + "\"\njobcentres = " + std::string{jobcentres} + "\n";
}

Config config_of(std::string_view text) {
    auto config = parse_config(text, "hub.toml");
    if (!config) ADD_FAILURE() << config.error().line();
    return config ? *config : Config{};
}

// What parse_config refuses `text` with; fails the test when it does not.
Error error_of(std::string_view text) {
    auto config = parse_config(text, "hub.toml");
    if (config) ADD_FAILURE() << "accepted";
    return config ? Error{ErrorCode::usage} : config.error();
}

void expect_error(std::string_view text, ErrorCode code, std::string_view detail) {
    const Error error = error_of(text);
    EXPECT_EQ(error.code, code) << error.line();
    EXPECT_EQ(error.detail, detail);
}

void expect_invalid(std::string_view text, std::string_view detail) {
    expect_error(text, ErrorCode::config_value_invalid, detail);
}

// A file that is gone when the test is over.
class TemporaryFile {
  public:
    TemporaryFile(std::string_view name, std::string_view text)
        : path_(std::filesystem::path{::testing::TempDir()} / name) {
        std::ofstream{path_, std::ios::binary} << text;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

TEST(Config, RequiredKeysAloneGiveTheDefaults) {
    Config expected;
    expected.data = "d";
    expected.keys = "k";
    expected.erasure_marks = "k.marks";
    EXPECT_EQ(config_of(minimal), expected);
    EXPECT_EQ(expected.listen, "tcp://127.0.0.1:7411");
    EXPECT_EQ(expected.http, "127.0.0.1:7412");
    EXPECT_EQ(expected.free_bytes_min, 268435456U);
    EXPECT_EQ(expected.sessions_max, limits::sessions_max);
    EXPECT_EQ(expected.session_silent_ms, limits::session_silent_ms_max);
    EXPECT_EQ(expected.provider_grace_days, 90);
    EXPECT_EQ(expected.retention_days, 1826) << "five years";
    EXPECT_EQ(expected.demo_clock, "");
    EXPECT_EQ(expected.rules_folder, "");
}

TEST(Config, EveryKeyIsRead) {
    const Config config = config_of(
        "[hub]\ndata = \"/d\"\nkeys = \"/k\"\nerasure_marks = \"/m\"\nlisten = \"tcp://[::1]:*\"\n"
        "[ops]\nhttp = \"0.0.0.0:80\"\nhttp_beyond_loopback = true\nlog_level = \"warn\"\n"
        "log_format = \"json\"\n"
        "[limits]\nfree_bytes_min = 0\nsessions_max = 1\nsession_silent_ms = 600000\n"
        "[access]\nprovider_grace_days = 30\n"
        "[retention]\ndays = 0\n"
        "[rules]\nfolder = \"/r\"\n" +
        controller("kbh", "[\"jobcentre:101\", \"jobcentre:147\"]") +
        controller("aarhus", "[\"jobcentre:751\"]") +
        "[[operator]]\npublic_keys = \"anna.public\"\n");
    EXPECT_EQ(config.data, "/d");
    EXPECT_EQ(config.keys, "/k");
    EXPECT_EQ(config.erasure_marks, "/m");
    EXPECT_EQ(config.listen, "tcp://[::1]:*");
    EXPECT_EQ(config.http, "0.0.0.0:80");
    EXPECT_TRUE(config.http_beyond_loopback);
    EXPECT_EQ(config.log_level, Level::warn);
    EXPECT_EQ(config.log_format, Format::json);
    EXPECT_EQ(config.free_bytes_min, 0U);
    EXPECT_EQ(config.sessions_max, 1U);
    EXPECT_EQ(config.session_silent_ms, 600000);
    EXPECT_EQ(config.provider_grace_days, 30);
    EXPECT_EQ(config.retention_days, 0);
    EXPECT_EQ(config.rules_folder, "/r");
    ASSERT_EQ(config.controllers.size(), 2U);
    EXPECT_EQ(config.controllers[0].name, "kbh");
    EXPECT_EQ(config.controllers[0].signing_key.bytes()[0], 0xd7);
    EXPECT_EQ(config.controllers[0].signing_key.bytes()[31], 0x1a);
    EXPECT_THAT(config.controllers[0].jobcentres, ElementsAre("jobcentre:101", "jobcentre:147"));
    EXPECT_EQ(config.controllers[1].name, "aarhus");
    ASSERT_EQ(config.operators.size(), 1U);
    EXPECT_EQ(config.operators[0].public_keys, "anna.public");
}

TEST(Config, EveryLevelAndFormatHasItsName) {
    for (const Level level : {Level::trace, Level::debug, Level::info, Level::warn, Level::error}) {
        const std::string line = "[ops]\nlog_level = \"" + std::string{level_name(level)} + "\"\n";
        EXPECT_EQ(config_of(with(line)).log_level, level);
    }
    EXPECT_EQ(config_of(with("[ops]\nlog_format = \"auto\"\n")).log_format, Format::automatic);
    EXPECT_EQ(config_of(with("[ops]\nlog_format = \"text\"\n")).log_format, Format::text);
}

TEST(Config, SyntaxErrorsAreToldWithLineColumnAndReason) {
    const auto code = ErrorCode::config_syntax;
    expect_error("[hub]\ndata \"d\"\n", code,
                 "hub.toml, line 2, column 6: in key-value pair: expected '='");
    expect_error("[hub]\ndata = \n", code,
                 "hub.toml, line 2, column 8: in key-value pair: expected value");
    expect_error("[hub\n", code, "hub.toml, line 1, column 5: in table header: expected ']'");
}

TEST(Config, KeyGivenTwiceIsASyntaxError) {
    expect_error("[hub]\ndata = \"secret\"\ndata = \"d\"\n", ErrorCode::config_syntax,
                 "hub.toml, line 3, column 8: in key-value pair: given twice");
}

TEST(Config, SyntaxErrorsDoNotEchoWhatStandsThere) {
    for (const char* text :
         {"[hub]\ndata = secret\n", "[hub]\ndata = 6908701478691478691478\n",
          "[hub]\ndata = \"se\\qcret\"\n", "[hub]\ndata = \"\"secret\n", "[hub]\ndata = 1secret\n",
          "[hub]\nsecret = 1\nsecret = 2\n", "[hub]\ndata = \"secret", "[hub]\ndata = tsecret\n",
          "hub = \"secret\"\n[hub]\n", "[hub]\ndata = '\xff secret'\n", "a = 690870-1478\n",
          "a = 1\na.secret = 2\n"}) {
        const Error error = error_of(text);
        EXPECT_EQ(error.code, ErrorCode::config_syntax) << text;
        EXPECT_THAT(error.detail, HasSubstr("hub.toml, line "));
        for (const char* value : {"secret", "cret", "6908", "1478"}) {
            EXPECT_THAT(error.detail, Not(HasSubstr(value))) << text;
        }
    }
}

TEST(Config, UnknownKeyIsToldWithTheNearestKnownOne) {
    const auto code = ErrorCode::config_key_unknown;
    expect_error(with("lisen = \"tcp://127.0.0.1:1\"\n"), code,
                 "hub.toml, line 4, column 1: hub.lisen is unknown; the nearest known key is "
                 "hub.listen");
    expect_error(with("\n  [ops]\n  log_leve = 1\n"), code,
                 "hub.toml, line 6, column 3: ops.log_leve is unknown; the nearest known key is "
                 "ops.log_level");
    expect_error(with(controller("kbh", "[\"jobcentre:101\"]") + "nam = \"x\"\n"), code,
                 "hub.toml, line 8, column 1: controller.nam is unknown; the nearest known key is "
                 "controller.name");
}

TEST(Config, UnknownTableIsToldWithTheNearestKnownOne) {
    const Error error = error_of(with("[limit]\nsessions_max = 5\n"));
    EXPECT_EQ(error.code, ErrorCode::config_key_unknown);
    EXPECT_EQ(error.detail,
              "hub.toml, line 4, column 2: limit is unknown; the nearest known key is limits");
}

TEST(Config, KeyInTheWrongTableIsToldItsRightOne) {
    expect_error(with("log_level = \"info\"\n"), ErrorCode::config_key_unknown,
                 "hub.toml, line 4, column 1: hub.log_level is unknown; the nearest known key is "
                 "ops.log_level");
}

TEST(Config, OfSeveralUnknownKeysTheFirstInTheFileIsTold) {
    expect_error("[hub]\nzdata = 1\nadata = 2\n[ops]\nb = 3\n", ErrorCode::config_key_unknown,
                 "hub.toml, line 2, column 1: hub.zdata is unknown; the nearest known key is "
                 "hub.data");
}

TEST(Config, KeyThatIsNoPlainNameIsNotEchoed) {
    const Error error = error_of(with("\"a secret = with spaces\" = 1\n"));
    EXPECT_EQ(error.code, ErrorCode::config_key_unknown);
    EXPECT_THAT(error.detail, HasSubstr("line 4, column 1: a key of hub is unknown"));
}

TEST(Config, MissingRequiredKeyIsToldWithItsTable) {
    expect_invalid("",
                   "hub.toml, line 1, column 1: hub.data is missing; it must be the path of a "
                   "folder, 1 to 4096 bytes");
    expect_invalid("\n[hub]\ndata = \"d\"\n",
                   "hub.toml, line 2, column 1: hub.keys is missing; it must be the path of a "
                   "file, 1 to 4096 bytes");
    expect_invalid(with("[[controller]]\nname = \"kbh\"\n"),
                   "hub.toml, line 4, column 1: controller.signing_key is missing; it must be "
                   "base64 of 32 bytes");
    expect_invalid(
        with("[[controller]]\nname = \"kbh\"\nsigning_key = \"" + std::string{key_a} + "\"\n"),
        "hub.toml, line 4, column 1: controller.jobcentres is missing; it must be a "
        "list of 1 to 128 party ids, \"jobcentre:\" and three digits");
    expect_invalid(with("[[operator]]\n"),
                   "hub.toml, line 4, column 1: operator.public_keys is missing; it must be the "
                   "path of a file, 1 to 4096 bytes");
}

TEST(Config, WrongTypesAreToldWithWhatIsAllowed) {
    expect_invalid("hub = 5\n", "hub.toml, line 1, column 7: hub must be a table, [hub]");
    expect_invalid("[hub]\ndata = 5\n",
                   "hub.toml, line 2, column 8: hub.data must be the path of a folder, 1 to 4096 "
                   "bytes");
    expect_invalid(with("[ops]\nhttp_beyond_loopback = 1\n"),
                   "hub.toml, line 5, column 24: ops.http_beyond_loopback must be true or false");
    expect_invalid(
        with("[limits]\nsessions_max = 5.0\n"),
        "hub.toml, line 5, column 16: limits.sessions_max must be a whole number from 1 to " +
            std::to_string(limits::sessions_max));
    expect_invalid(with("[controller]\nname = \"kbh\"\n"),
                   "hub.toml, line 4, column 1: controller must be at most 128 tables, "
                   "[[controller]]");
    expect_invalid("operator = [1]\n" + std::string{minimal},
                   "hub.toml, line 1, column 13: operator must be at most 64 tables, "
                   "[[operator]]");
}

TEST(Config, NumbersAreTakenAtTheirLimitsAndRefusedBeyond) {
    const auto limit = [](std::string_view key, std::int64_t value) {
        return with("[limits]\n" + std::string{key} + " = " + std::to_string(value) + "\n");
    };
    constexpr auto most = static_cast<std::int64_t>(limits::sessions_max);
    EXPECT_EQ(config_of(limit("sessions_max", most)).sessions_max, limits::sessions_max);
    EXPECT_EQ(config_of(limit("session_silent_ms", 1000)).session_silent_ms, 1000);
    const std::string sessions =
        "hub.toml, line 5, column 16: limits.sessions_max must be a whole number from 1 to " +
        std::to_string(most);
    expect_invalid(limit("sessions_max", 0), sessions);
    expect_invalid(limit("sessions_max", most + 1), sessions);
    const std::string silent =
        "hub.toml, line 5, column 21: limits.session_silent_ms must be a whole number from 1000 "
        "to 600000";
    expect_invalid(limit("session_silent_ms", 999), silent);
    expect_invalid(limit("session_silent_ms", 600001), silent);
    expect_invalid(limit("free_bytes_min", -1),
                   "hub.toml, line 5, column 18: limits.free_bytes_min must be a whole number "
                   "from 0 to 9223372036854775807");
}

TEST(Config, TheGraceOfProvidersMayBeNoneAndIsBounded) {
    const auto grace = [](std::int64_t days) {
        return with("[access]\nprovider_grace_days = " + std::to_string(days) + "\n");
    };
    EXPECT_EQ(config_of(grace(0)).provider_grace_days, 0);
    EXPECT_EQ(config_of(grace(3650)).provider_grace_days, 3650);
    for (const std::int64_t days : {-1, 3651}) {
        expect_invalid(grace(days),
                       "hub.toml, line 5, column 23: access.provider_grace_days must be a whole "
                       "number from 0 to 3650");
    }
}

TEST(Config, RetentionMayBeForEverAndIsBounded) {
    const auto kept = [](std::int64_t days) {
        return with("[retention]\ndays = " + std::to_string(days) + "\n");
    };
    EXPECT_EQ(config_of(kept(36500)).retention_days, 36500);
    for (const std::int64_t days : {-1, 36501}) {
        expect_invalid(kept(days),
                       "hub.toml, line 5, column 8: retention.days must be a whole number from 0 "
                       "to 36500");
    }
}

TEST(Config, ADemoClockIsForLoopbackAlone) {
    const std::string clock = "demo_clock = \"/c\"\n";
    EXPECT_EQ(config_of(with(clock)).demo_clock, "/c");
    for (const char* endpoint : {"tcp://127.0.0.1:*", "tcp://127.1.2.3:7411", "tcp://[::1]:7411"}) {
        const std::string listen = "listen = \"" + std::string{endpoint} + "\"\n";
        EXPECT_EQ(config_of(with(listen + clock)).demo_clock, "/c") << endpoint;
    }
    for (const char* endpoint : {"tcp://*:7411", "tcp://10.0.0.1:7411", "tcp://[::]:*"}) {
        expect_invalid(with("listen = \"" + std::string{endpoint} + "\"\n" + clock),
                       "hub.toml, line 4, column 10: hub.listen must be a loopback address with "
                       "hub.demo_clock");
    }
    expect_invalid(
        with(clock + "[ops]\nhttp = \"0.0.0.0:80\"\nhttp_beyond_loopback = true\n"),
        "hub.toml, line 6, column 8: ops.http must be a loopback address with hub.demo_clock");
}

TEST(Config, ListenTakesTcpEndpointsOnly) {
    for (const char* endpoint : {"tcp://127.0.0.1:*", "tcp://*:7411", "tcp://0.0.0.0:65535",
                                 "tcp://[::]:1", "tcp://[fe80::1]:7411"}) {
        EXPECT_EQ(config_of(with("listen = \"" + std::string{endpoint} + "\"\n")).listen, endpoint);
    }
    for (const char* endpoint :
         {"", "127.0.0.1:7411", "ipc:///tmp/x", "tcp://127.0.0.1", "tcp://127.0.0.1:0",
          "tcp://127.0.0.1:65536", "tcp://127.0.0.1:07", "tcp://localhost:7411", "tcp://::1:7411",
          "tcp://[*]:7411", "tcp://127.0.0.1\\u0000x:7411", "tcp://127.0.0.1:74x", "tcp://:1"}) {
        expect_invalid(with("listen = \"" + std::string{endpoint} + "\"\n"),
                       "hub.toml, line 4, column 10: hub.listen must be tcp://ADDRESS:PORT with "
                       "a numeric address or \"*\", and a port from 1 to 65535 or \"*\"");
    }
}

TEST(Config, HttpMayBeOffOrOnAnyLoopbackAddress) {
    for (const char* address : {"", "127.0.0.1:0", "127.8.8.8:7412", "[::1]:7412"}) {
        EXPECT_EQ(config_of(with("[ops]\nhttp = \"" + std::string{address} + "\"\n")).http,
                  address);
    }
    for (const char* address : {"localhost:7412", "7412", "::1:7412", "127.0.0.1:65536"}) {
        expect_invalid(with("[ops]\nhttp = \"" + std::string{address} + "\"\n"),
                       "hub.toml, line 5, column 8: ops.http must be ADDRESS:PORT with a numeric "
                       "address and a port from 0 to 65535, or empty for none");
    }
}

TEST(Config, HttpBeyondLoopbackMustBeSaid) {
    for (const char* address : {"0.0.0.0:7412", "192.168.1.2:7412", "[::]:7412"}) {
        const std::string text = with("[ops]\nhttp = \"" + std::string{address} + "\"\n");
        expect_invalid(text,
                       "hub.toml, line 5, column 8: ops.http must be a loopback address, or "
                       "ops.http_beyond_loopback must be true");
        EXPECT_EQ(config_of(text + "http_beyond_loopback = true\n").http, address);
    }
}

TEST(Config, LevelsAndFormatsAreAFixedList) {
    expect_invalid(with("[ops]\nlog_level = \"INFO\"\n"),
                   "hub.toml, line 5, column 13: ops.log_level must be trace, debug, info, warn "
                   "or error");
    expect_invalid(with("[ops]\nlog_format = \"xml\"\n"),
                   "hub.toml, line 5, column 14: ops.log_format must be auto, text or json");
}

TEST(Config, PathsAreBoundedAndPlain) {
    const std::string longest(config_limits::path_bytes_max, 'x');
    EXPECT_EQ(config_of("[hub]\nkeys = \"k\"\ndata = \"" + longest + "\"\n").data, longest);
    const std::string detail =
        "hub.toml, line 3, column 8: hub.data must be the path of a folder, 1 to 4096 bytes";
    expect_invalid("[hub]\nkeys = \"k\"\ndata = \"" + longest + "x\"\n", detail);
    expect_invalid("[hub]\nkeys = \"k\"\ndata = \"\"\n", detail);
    expect_invalid("[hub]\nkeys = \"k\"\ndata = \"a\\u0000b\"\n", detail);
}

TEST(Config, ControllersMustHaveAProperNameAndKey) {
    const std::string list = "[\"jobcentre:101\"]";
    for (const char* name :
         {"", "Kbh", "-kbh", "kbh-", "controller:kbh", "a23456789012345678901234567890123"}) {
        expect_invalid(with(controller(name, list)),
                       "hub.toml, line 5, column 8: controller.name must be 1 to 32 of a-z, 0-9 "
                       "and \"-\", no \"-\" first or last");
    }
    for (const char* key : {"", "11qYAYKxCrfVS/7TyWQHOg==", "not base64"}) {
        expect_invalid(with("[[controller]]\nname = \"kbh\"\nsigning_key = \"" + std::string{key} +
                            "\"\njobcentres = " + list + "\n"),
                       "hub.toml, line 6, column 15: controller.signing_key must be base64 of 32 "
                       "bytes");
    }
}

TEST(Config, ControllersMustHaveJobcentres) {
    const std::string rest =
        ": controller.jobcentres must be a list of 1 to 128 party ids, \"jobcentre:\" and three "
        "digits";
    expect_invalid(with(controller("kbh", "[]")), "hub.toml, line 7, column 14" + rest);
    expect_invalid(with(controller("kbh", "\"jobcentre:101\"")),
                   "hub.toml, line 7, column 14" + rest);
    expect_invalid(with(controller("kbh", "[\"jobcentre:101\", \"provider:101\"]")),
                   "hub.toml, line 7, column 32" + rest);
    expect_invalid(with(controller("kbh", "[\"jobcentre:10\"]")),
                   "hub.toml, line 7, column 15" + rest);
    expect_invalid(with(controller("kbh", "[101]")), "hub.toml, line 7, column 15" + rest);
}

TEST(Config, JobcentreHasOneControllerAndAControllerOneName) {
    expect_invalid(with(controller("kbh", "[\"jobcentre:101\"]") +
                        controller("aarhus", "[\"jobcentre:751\", \"jobcentre:101\"]")),
                   "hub.toml, line 11, column 32: controller.jobcentres must be without "
                   "repetition: a jobcentre has one controller");
    expect_invalid(
        with(controller("kbh", "[\"jobcentre:101\"]") + controller("kbh", "[\"jobcentre:751\"]")),
        "hub.toml, line 9, column 8: controller.name must be another than that of an "
        "earlier controller");
}

TEST(Config, TextWithoutNameIsToldByLineAlone) {
    const auto config = parse_config("hub = 5\n", "");
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().code, ErrorCode::config_value_invalid);
    EXPECT_EQ(config.error().detail, "line 1, column 7: hub must be a table, [hub]");
}

TEST(Config, FileIsReadAndNamedInErrors) {
    const TemporaryFile good{"jobbro_config_good.toml", minimal};
    const auto config = read_config(good.path());
    ASSERT_TRUE(config.has_value()) << config.error().line();
    EXPECT_EQ(*config, config_of(minimal));

    const TemporaryFile bad{"jobbro_config_bad.toml", "x"};
    const auto refused = read_config(bad.path());
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::config_syntax);
    EXPECT_THAT(refused.error().detail, HasSubstr("jobbro_config_bad.toml, line 1, column "));
}

TEST(Config, FileThatCannotBeReadIsUnreadable) {
    const std::filesystem::path folder{::testing::TempDir()};
    const std::string spaces(config_limits::file_bytes_max + 1, ' ');
    const TemporaryFile too_large{"jobbro_config_large.toml", spaces};
    for (const auto& path : {folder / "jobbro_no_such_file.toml", folder, too_large.path()}) {
        const auto config = read_config(path);
        ASSERT_FALSE(config.has_value()) << path;
        EXPECT_EQ(config.error().code, ErrorCode::file_unreadable);
        EXPECT_EQ(config.error().detail, path.string());
    }
}

TEST(ConfigDigest, DependsOnWhatIsDecidedAndNotOnHowItIsWritten) {
    const std::string digest = config_digest(config_of(minimal));
    EXPECT_EQ(digest.size(), 64U);
    EXPECT_EQ(digest, config_digest(config_of("# a comment\n[ops]\nlog_level = \"info\"\n[hub]\n"
                                              "keys = \"k\"\ndata = \"d\"\n")));
}

TEST(ConfigDigest, EveryKeyChangesIt) {
    std::vector<Config> configs(18, config_of(with(controller("kbh", "[\"jobcentre:101\"]"))));
    configs[1].data = "e";
    configs[2].keys = "e";
    configs[3].listen = "tcp://*:1";
    configs[4].http = "";
    configs[5].http_beyond_loopback = true;
    configs[6].log_level = Level::warn;
    configs[7].log_format = Format::json;
    configs[8].free_bytes_min = 1;
    configs[9].sessions_max = 1;
    configs[10].session_silent_ms = 1000;
    configs[11].controllers[0].name = "aarhus";
    configs[12].controllers[0].signing_key = evidence::VerifyingKey{};
    configs[13].controllers[0].jobcentres = {"jobcentre:751"};
    configs[14].operators.push_back({"anna"});
    configs[15].provider_grace_days = 0;
    configs[16].demo_clock = "e";
    configs[17].rules_folder = "e";
    std::vector<std::string> digests;
    for (const Config& config : configs)
        digests.push_back(config_digest(config));
    for (std::size_t i = 0; i < digests.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j)
            EXPECT_NE(digests[i], digests[j]) << i << " " << j;
    }
}

TEST(ConfigKeys, EditDistanceCountsInsertionsRemovalsAndReplacements) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("", "abc"), 3U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("flaw", "lawn"), 2U);
    EXPECT_EQ(edit_distance("same", "same"), 0U);
}

}  // namespace
}  // namespace jobbro::ops
