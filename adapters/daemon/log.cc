#include "adapters/daemon/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "adapters/connectors/fate_text.h"

namespace jobbro::daemon {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

// As a JSON string holds it, without the quotes; a line stays a line.
std::string escaped(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += digits[byte >> 4U];
            out += digits[byte & 0xfU];
        } else {
            out += c;
        }
    }
    return out;
}

std::string in_json(const Field& field) {
    if (const auto* const number = std::get_if<std::uint64_t>(&field.value)) {
        return std::to_string(*number);
    }
    return '"' + escaped(std::get<std::string>(field.value)) + '"';
}

std::string in_text(const Field& field) {
    if (const auto* const number = std::get_if<std::uint64_t>(&field.value)) {
        return std::to_string(*number);
    }
    const auto& text = std::get<std::string>(field.value);
    const std::string safe = escaped(text);
    const bool is_plain = !text.empty() && safe == text && text.find_first_of(" =") == text.npos;
    return is_plain ? safe : '"' + safe + '"';
}

std::string_view level_word(Level level) {
    switch (level) {
        case Level::debug:
            return "DEBUG";
        case Level::info:
            return "INFO";
        case Level::warn:
            return "WARN";
        case Level::error:
            break;
    }
    return "ERROR";
}

}  // namespace

std::string_view level_name(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warn:
            return "warn";
        case Level::error:
            break;
    }
    return "error";
}

std::string json_line(Instant time, Level level, std::string_view event, Fields fields) {
    std::string line = "{\"ts\":\"" + connectors::time_text(time) + "\",\"level\":\"";
    line.append(level_name(level)).append("\",\"event\":\"").append(event).append("\"");
    for (const Field& field : fields)
        line.append(",\"").append(field.key).append("\":").append(in_json(field));
    return line + '}';
}

std::string text_line(Instant time, Level level, std::string_view event, Fields fields) {
    std::string line = connectors::time_text(time) + ' ';
    line.append(level_word(level)).append(" ").append(event);
    for (const Field& field : fields)
        line.append(" ").append(field.key).append("=").append(in_text(field));
    return line;
}

struct Log::Inner {
    // Not in spdlog's registry: there is no log but the one handed over.
    Inner(Level level, bool json)
        : logger("jobbro", std::make_shared<spdlog::sinks::stderr_sink_mt>()), is_json(json) {
        // Lines come finished; spdlog filters, locks, writes and flushes.
        logger.set_pattern("%v");
        logger.set_level(to_spdlog(level));
        logger.flush_on(spdlog::level::debug);
    }
    spdlog::logger logger;
    const bool is_json;
    const SystemClock clock;
};

Log::Log(Level level, Format format)
    : inner_(std::make_unique<Inner>(
          level, format == Format::json ||
                     (format == Format::automatic && ::isatty(STDERR_FILENO) == 0))) {}
Log::~Log() = default;

void Log::write(Level level, std::string_view event, Fields fields) {
    if (!inner_->logger.should_log(to_spdlog(level))) return;
    const Instant now = inner_->clock.now();
    const std::string line = inner_->is_json ? json_line(now, level, event, fields)
                                             : text_line(now, level, event, fields);
    inner_->logger.log(to_spdlog(level), spdlog::string_view_t{line});
}

}  // namespace jobbro::daemon
