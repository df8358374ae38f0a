// A daemon's log: events with fields, one line each, on standard error.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "proto/base/clock.h"

namespace jobbro::daemon {

enum class Level : std::uint8_t { debug, info, warn, error };
// automatic: text when standard error is a terminal, JSON lines else.
enum class Format : std::uint8_t { automatic, text, json };

// "debug", "info", …
std::string_view level_name(Level level);

// A named value of an event. Never personal data, nothing of a message or of a file's name. The key
// is a literal of the code: a-z, 0-9 and "_", other than ts, level and event.
struct Field {
    std::string_view key;
    std::variant<std::string, std::uint64_t> value;

    Field(std::string_view name, std::string_view text) : key(name), value(std::string{text}) {}
    Field(std::string_view name, const char* text) : Field(name, std::string_view{text}) {}
    Field(std::string_view name, const std::string& text) : Field(name, std::string_view{text}) {}
    template <std::unsigned_integral T>
    Field(std::string_view name, T number) : key(name), value(std::uint64_t{number}) {}
};
using Fields = std::initializer_list<Field>;

// The line of an event, without its end. Control characters come out escaped. Requires: texts are
// UTF-8. Thread: any.
//   {"ts":"2026-01-31T09:15:00.000001Z","level":"info","event":"file_sent","messages":3}
std::string json_line(Instant time, Level level, std::string_view event, Fields fields);
//   2026-01-31T09:15:00.000001Z INFO file_sent messages=3
std::string text_line(Instant time, Level level, std::string_view event, Fields fields);

// Thread: any; a line is never mixed with another. A line that cannot be written is lost.
class Log {
  public:
    // Lines below `level` are dropped.
    Log(Level level, Format format);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log();

    // `event` names what happened, in snake_case.
    void write(Level level, std::string_view event, Fields fields = {});
    void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
    void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
    void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }

  private:
    struct Inner;
    const std::unique_ptr<Inner> inner_;
};

}  // namespace jobbro::daemon
