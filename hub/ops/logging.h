// The hub's log: events with fields, one line each.
#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::ops {

enum class Level : std::uint8_t { trace, debug, info, warn, error };

// automatic: text when standard error is a terminal, JSON lines else.
enum class Format : std::uint8_t { automatic, text, json };

// "trace", "debug", …
std::string_view level_name(Level level);

// A longer value is cut here and ends in "…"; a log line stays a line.
inline constexpr std::size_t log_value_bytes_max = 2048;

// A named value of an event. Never personal data, free text of a message or a key's secret part.
// The key is a literal of the code: a-z, 0-9 and "_", other than ts, level and event, and lives
// as long as the call that logs it.
struct Field {
    std::string_view key;
    std::variant<std::string, std::int64_t, std::uint64_t, bool, double> value;

    Field(std::string_view name, std::string_view text) : key(name), value(std::string{text}) {}
    Field(std::string_view name, const char* text) : Field(name, std::string_view{text}) {}
    Field(std::string_view name, const std::string& text) : Field(name, std::string_view{text}) {}
    Field(std::string_view name, bool flag) : key(name), value(flag) {}
    Field(std::string_view name, double number) : key(name), value(number) {}
    template <std::signed_integral T>
    Field(std::string_view name, T number) : key(name), value(std::int64_t{number}) {}
    template <std::unsigned_integral T>
    Field(std::string_view name, T number) : key(name), value(std::uint64_t{number}) {}
};

// Writes lines
//   {"ts":"2026-01-31T09:15:00.000001Z","level":"info","event":"hub_started","port":7411}
//   2026-01-31T09:15:00.000001Z INFO hub_started port=7411
// Control characters and bytes that are no UTF-8 come out escaped in both. A line of warn or error
// is flushed before write returns; the rest at the latest when the log goes. A line that cannot be
// written is lost: the hub does not stop for its log.
//   log.info("session_opened", {{"party", id}, {"sessions", sessions.size()}});
// Thread: any; a line is never mixed with another.
// Life: moved-from logs can only be destroyed; `clock` outlives the log.
class Log {
  public:
    // Lines below `level` are dropped.
    static Log to_stderr(Level level, Format format);
    // Appends to a file; format automatic means json. A null clock means the system's.
    // Errors: file_unwritable.
    static Result<Log> to_file(const std::filesystem::path& path, Level level, Format format,
                               const Clock* clock = nullptr);

    Log(Log&&) noexcept;
    Log& operator=(Log&&) noexcept;
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    // `event` names what happened, in snake_case.
    void write(Level level, std::string_view event, std::initializer_list<Field> fields = {});
    void info(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<Field> fields = {}) {
        write(Level::error, event, fields);
    }

    // Whether a line of the level would be written; spares making its fields.
    [[nodiscard]] bool wants(Level level) const;
    // All lines so far are handed to the operating system.
    void flush();

  private:
    struct Inner;
    explicit Log(std::unique_ptr<Inner> inner);
    std::unique_ptr<Inner> inner_;
};

}  // namespace jobbro::ops
