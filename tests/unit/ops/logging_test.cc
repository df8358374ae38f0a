#include "hub/ops/logging.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <regex>
#include <thread>

#include "hub/ops/log_line.h"

namespace jobbro::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// 2026-01-31T09:15:00.000001Z
constexpr Instant morning{1769850900000001};

std::string as_json(std::initializer_list<Field> fields) {
    return json_line(morning, Level::info, "event", {fields.begin(), fields.size()});
}
std::string as_text(std::initializer_list<Field> fields) {
    return text_line(morning, Level::info, "event", {fields.begin(), fields.size()});
}

constexpr std::string_view json_start =
    R"({"ts":"2026-01-31T09:15:00.000001Z","level":"info","event":"event")";
constexpr std::string_view text_start = "2026-01-31T09:15:00.000001Z INFO event";

std::string json_with(std::string_view rest) {
    return std::string{json_start} + std::string{rest} + "}";
}
std::string text_with(std::string_view rest) {
    return std::string{text_start} + std::string{rest};
}

class FixedClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override { return morning; }
};

class LogFile : public ::testing::Test {
  protected:
    LogFile() { std::filesystem::remove(path_); }
    ~LogFile() override { std::filesystem::remove(path_); }

    Log open(Level level, Format format) {
        auto log = Log::to_file(path_, level, format, &clock_);
        if (!log) ADD_FAILURE() << log.error().line();
        return *std::move(log);
    }
    [[nodiscard]] std::vector<std::string> lines() const {
        std::ifstream file{path_};
        std::vector<std::string> result;
        for (std::string line; std::getline(file, line);)
            result.push_back(line);
        return result;
    }

    FixedClock clock_;
    std::filesystem::path path_ =
        std::filesystem::path{::testing::TempDir()} / "jobbro_logging_test.log";
};

TEST(LogLine, TimeIsRfc3339WithMicroseconds) {
    EXPECT_EQ(rfc3339(Instant{0}), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(rfc3339(morning), "2026-01-31T09:15:00.000001Z");
    EXPECT_EQ(rfc3339(Instant{1709251199999999}), "2024-02-29T23:59:59.999999Z");
    EXPECT_EQ(rfc3339(Instant{-1}), "1969-12-31T23:59:59.999999Z");
}

TEST(LogLine, EventWithoutFieldsIsTimeLevelAndName) {
    EXPECT_EQ(as_json({}), json_with(""));
    EXPECT_EQ(as_text({}), text_start);
}

TEST(LogLine, FieldsKeepTheirTypes) {
    const std::uint16_t port = 7411;
    const std::string party = "jobcentre:101";
    EXPECT_EQ(as_json({{"port", port},
                       {"below", -5},
                       {"size", std::numeric_limits<std::uint64_t>::max()},
                       {"ok", true},
                       {"seconds", 0.25},
                       {"party", party},
                       {"text", "x"}}),
              json_with(R"(,"port":7411,"below":-5,"size":18446744073709551615,"ok":true,)"
                        R"("seconds":0.25,"party":"jobcentre:101","text":"x")"));
    EXPECT_EQ(as_text({{"port", port}, {"below", -5}, {"ok", false}, {"seconds", 0.25}}),
              text_with(" port=7411 below=-5 ok=false seconds=0.25"));
}

TEST(LogLine, NumbersThatJsonDoesNotHaveAreNull) {
    EXPECT_EQ(as_json({{"a", std::nan("")}, {"b", INFINITY}}), json_with(R"(,"a":null,"b":null)"));
}

TEST(LogLine, LevelsHaveTheirNames) {
    constexpr std::array levels = {Level::trace, Level::debug, Level::info, Level::warn,
                                   Level::error};
    constexpr std::array names = {"trace", "debug", "info", "warn", "error"};
    constexpr std::array words = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR"};
    for (std::size_t i = 0; i < levels.size(); ++i) {
        EXPECT_THAT(json_line(morning, levels[i], "e", {}),
                    HasSubstr("\"level\":\"" + std::string{names[i]} + "\""));
        EXPECT_THAT(text_line(morning, levels[i], "e", {}),
                    EndsWith("Z " + std::string{words[i]} + " e"));
    }
}

TEST(LogLine, QuotesBackslashesAndControlCharactersAreEscaped) {
    const std::string wild = "a\"b\\c\nd\re\tf\x1b[2J\x7f" + std::string(1, '\0');
    const std::string escaped = R"("a\"b\\c\nd\re\tf\u001b[2J\u007f\u0000")";
    EXPECT_EQ(as_json({{"v", wild}}), json_with(",\"v\":" + escaped));
    EXPECT_EQ(as_text({{"v", wild}}), text_with(" v=" + escaped));
    EXPECT_THAT(json_line(morning, Level::info, "a\nb", {}), HasSubstr(R"("event":"a\nb")"));
    EXPECT_THAT(text_line(morning, Level::info, "a\nb", {}), EndsWith(R"( INFO "a\nb")"));
}

TEST(LogLine, CharactersThatAreNotSeenAreEscaped) {
    // A C1 control, the line separator and the override that turns the reading direction.
    EXPECT_EQ(as_json({{"v", "\u0085\u2028\u202e"}}), json_with(R"(,"v":"\u0085\u2028\u202e")"));
}

TEST(LogLine, DanishLettersStayAsTheyAre) {
    EXPECT_EQ(as_json({{"v", "Ærø på 😀"}}), json_with(R"(,"v":"Ærø på 😀")"));
    EXPECT_EQ(as_text({{"v", "Ærø"}}), text_with(" v=Ærø"));
}

TEST(LogLine, BytesThatAreNoUtf8BecomeTheReplacementCharacter) {
    EXPECT_EQ(as_json({{"v", "a\xff"}}), json_with(R"(,"v":"a\ufffd")"));  // never a byte
    EXPECT_EQ(as_json({{"v", "\xc3"}}), json_with(R"(,"v":"\ufffd")"));    // cut short
    EXPECT_EQ(as_json({{"v", "\xc0\xaf"}}),
              json_with(R"(,"v":"\ufffd\ufffd")"));  // too long a form
    EXPECT_EQ(as_json({{"v", "\xed\xa0\x80"}}),
              json_with(R"(,"v":"\ufffd\ufffd\ufffd")"));  // half of a surrogate pair
    EXPECT_EQ(as_json({{"v", "\xf4\x90\x80\x80"}}),
              json_with(R"(,"v":"\ufffd\ufffd\ufffd\ufffd")"));  // beyond U+10FFFF
}

TEST(LogLine, TextQuotesWhatWouldNotReadAsOneWord) {
    EXPECT_EQ(as_text({{"a", ""}, {"b", "two words"}, {"c", "x=y"}, {"d", "x-y"}}),
              text_with(R"( a="" b="two words" c="x=y" d=x-y)"));
}

TEST(LogLine, LongValuesAreCutAtAWholeCharacter) {
    const std::string longest(log_value_bytes_max, 'x');
    EXPECT_EQ(as_text({{"v", longest}}), text_with(" v=" + longest));
    EXPECT_EQ(as_text({{"v", longest + "x"}}), text_with(" v=" + longest + "…"));
    const std::string head(log_value_bytes_max - 1, 'x');
    EXPECT_EQ(as_text({{"v", head + "øø"}}), text_with(" v=" + head + "…"));
}

TEST(LogLineDeathTest, KeyThatHidesTheEventIsABrokenInvariant) {
    EXPECT_DEATH(as_json({{"event", "x"}}), "broken invariant");
    EXPECT_DEATH(as_text({{"a\nb", "x"}}), "broken invariant");
}

TEST_F(LogFile, HoldsALineAnEvent) {
    {
        Log log = open(Level::trace, Format::json);
        log.info("hub_started", {{"port", 7411}});
        log.write(Level::debug, "plain");
    }
    const std::string start = R"({"ts":"2026-01-31T09:15:00.000001Z","level":)";
    EXPECT_THAT(lines(), ElementsAre(start + R"("info","event":"hub_started","port":7411})",
                                     start + R"("debug","event":"plain"})"));
}

TEST_F(LogFile, TakesTextToo) {
    { open(Level::info, Format::text).warn("disk", {{"free_bytes", 5U}}); }
    EXPECT_THAT(lines(), ElementsAre("2026-01-31T09:15:00.000001Z WARN disk free_bytes=5"));
}

TEST_F(LogFile, AutomaticFormatIsJson) {
    { open(Level::info, Format::automatic).info("event"); }
    EXPECT_THAT(lines(), ElementsAre(std::string{json_start} + "}"));
}

TEST_F(LogFile, BracesInTextAreNoPlaceholders) {
    { open(Level::info, Format::text).info("event", {{"v", "{}{0}%v"}}); }
    EXPECT_THAT(lines(), ElementsAre(text_with(" v={}{0}%v")));
}

TEST_F(LogFile, LinesBelowTheLevelAreDropped) {
    Log log = open(Level::warn, Format::text);
    EXPECT_FALSE(log.wants(Level::info));
    EXPECT_TRUE(log.wants(Level::warn));
    log.info("low");
    log.warn("high");
    EXPECT_THAT(lines(), ElementsAre(EndsWith("WARN high")));
}

TEST_F(LogFile, WarningsAreFlushedAtOnceAndTheRestWhenAsked) {
    Log log = open(Level::info, Format::text);
    log.info("one");
    EXPECT_THAT(lines(), SizeIs(0));
    log.warn("two");
    EXPECT_THAT(lines(), SizeIs(2));
    log.error("three");
    EXPECT_THAT(lines(), SizeIs(3));
    log.info("four");
    log.flush();
    EXPECT_THAT(lines(), SizeIs(4));
}

TEST_F(LogFile, MovedLogWritesOn) {
    Log first = open(Level::info, Format::text);
    first.info("one");
    Log second = std::move(first);
    second.info("two");
    second = open(Level::info, Format::text);
    EXPECT_THAT(lines(), ElementsAre(EndsWith("one"), EndsWith("two")));
}

TEST_F(LogFile, ThreadsDoNotMixTheirLines) {
    constexpr std::size_t threads = 4;
    constexpr std::size_t each = 200;
    {
        Log log = open(Level::info, Format::text);
        std::vector<std::thread> writers;
        for (std::size_t t = 0; t < threads; ++t) {
            writers.emplace_back([&log, t] {
                for (std::size_t i = 0; i < each; ++i)
                    log.info("event", {{"t", t}, {"i", i}});
            });
        }
        for (std::thread& writer : writers)
            writer.join();
    }
    const std::vector<std::string> all = lines();
    EXPECT_THAT(all, SizeIs(threads * each));
    const std::regex whole{std::string{text_start} + " t=[0-3] i=[0-9]+"};
    EXPECT_TRUE(std::all_of(all.begin(), all.end(), [&](const std::string& line) {
        return std::regex_match(line, whole);
    }));
}

TEST(Log, FileThatCannotBeMadeIsUnwritable) {
    const auto log = Log::to_file(::testing::TempDir(), Level::info, Format::json);
    ASSERT_FALSE(log.has_value());
    EXPECT_EQ(log.error().code, ErrorCode::file_unwritable);
}

TEST(Log, WritesToStandardError) {
    ::testing::internal::CaptureStderr();
    {
        Log log = Log::to_stderr(Level::info, Format::automatic);  // captured: no terminal
        log.info("hub_started", {{"port", 7411}});
        Log text = Log::to_stderr(Level::info, Format::text);
        text.info("hub_stopped");
    }
    const std::string out = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(out, HasSubstr(R"(Z","level":"info","event":"hub_started","port":7411})"
                               "\n"));
    EXPECT_THAT(out, EndsWith("Z INFO hub_stopped\n"));
}

}  // namespace
}  // namespace jobbro::ops
