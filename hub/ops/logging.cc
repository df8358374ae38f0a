#include "hub/ops/logging.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "hub/ops/log_line.h"

namespace jobbro::ops {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warn:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    JOBBRO_ASSERT(false);
}

}  // namespace

struct Log::Inner {
    // Not in spdlog's registry: there is no log but the one handed over.
    Inner(spdlog::sink_ptr sink, Level level, bool json, const Clock* given_clock)
        : logger("jobbro", std::move(sink)),
          is_json(json),
          clock(given_clock != nullptr ? *given_clock : system_clock) {
        // Lines come finished; spdlog filters, locks, writes and flushes.
        logger.set_pattern("%v");
        logger.set_level(to_spdlog(level));
        logger.flush_on(spdlog::level::warn);
    }

    spdlog::logger logger;
    bool is_json;
    SystemClock system_clock;
    const Clock& clock;
};

Log::Log(std::unique_ptr<Inner> inner) : inner_(std::move(inner)) {}
Log::Log(Log&&) noexcept = default;
Log& Log::operator=(Log&& other) noexcept {
    if (this != &other) {
        if (inner_) flush();
        inner_ = std::move(other.inner_);
    }
    return *this;
}

Log::~Log() {
    if (inner_) flush();
}

Log Log::to_stderr(Level level, Format format) {
    const bool is_json =
        format == Format::json || (format == Format::automatic && isatty(STDERR_FILENO) == 0);
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    return Log{std::make_unique<Inner>(std::move(sink), level, is_json, nullptr)};
}

Result<Log> Log::to_file(const std::filesystem::path& path, Level level, Format format,
                         const Clock* clock) {
    try {
        auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string());
        return Log{std::make_unique<Inner>(std::move(sink), level, format != Format::text, clock)};
    } catch (const spdlog::spdlog_ex&) {
        return Error{ErrorCode::file_unwritable, path.string()};
    }
}

void Log::write(Level level, std::string_view event, std::initializer_list<Field> fields) {
    JOBBRO_ASSERT(inner_ != nullptr);
    if (!wants(level)) return;
    const std::span<const Field> all{fields.begin(), fields.size()};
    const Instant now = inner_->clock.now();
    const std::string line =
        inner_->is_json ? json_line(now, level, event, all) : text_line(now, level, event, all);
    inner_->logger.log(to_spdlog(level), spdlog::string_view_t{line});
}

bool Log::wants(Level level) const {
    return inner_->logger.should_log(to_spdlog(level));
}

void Log::flush() {
    inner_->logger.flush();
}

}  // namespace jobbro::ops
