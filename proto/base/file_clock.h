// A clock that a person drives, for demos: a file says what time it is.
#pragma once

#include <atomic>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro {

// "2011-01-10T09:00:00Z", with or without a line end. None for anything else.
inline std::optional<Instant> parse_clock_text(std::string_view text) {
    if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    constexpr std::string_view shape = "dddd-dd-ddTdd:dd:ddZ";
    if (text.size() != shape.size()) return std::nullopt;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (shape[i] == 'd' ? !is_digit : text[i] != shape[i]) return std::nullopt;
    }
    const auto number = [text](std::size_t at, std::size_t digits) {
        int value = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, value);
        return value;
    };
    const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(number(8, 2))}};
    const int hour = number(11, 2);
    const int minute = number(14, 2);
    const int second = number(17, 2);
    if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    return Instant{(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000};
}

// What the file says was so when it was last written, and time has gone on since: all who read the
// same file on one machine agree. Whoever drives it writes another file and renames it to this one.
// While it cannot be read, time goes on from what it said before. Thread: any.
class FileClock final : public Clock {
  public:
    // Errors: file_unreadable when there is no such file, or it says no time.
    static Result<std::unique_ptr<FileClock>> open(std::filesystem::path file) {
        std::unique_ptr<FileClock> clock(new FileClock(std::move(file)));
        if (!clock->read()) return Error{ErrorCode::file_unreadable, clock->file_.string()};
        return clock;
    }

    [[nodiscard]] Instant now() const override {
        read();
        return Instant{SystemClock{}.now().microseconds + ahead_us_.load()};
    }

  private:
    explicit FileClock(std::filesystem::path file) : file_(std::move(file)) {}

    // Microseconds since 1970 by the machine's clock; none: there is no such file.
    [[nodiscard]] std::optional<std::int64_t> written_us() const {
        std::error_code failure;
        const auto time = std::filesystem::last_write_time(file_, failure);
        if (failure) return std::nullopt;
        const auto system = std::chrono::file_clock::to_sys(time).time_since_epoch();
        return std::chrono::duration_cast<std::chrono::microseconds>(system).count();
    }

    // Each time: two that were written one after the other may have the same time of writing. What
    // is replaced while it is read is read the next time.
    bool read() const {
        const auto written = written_us();
        if (!written) return false;
        std::ifstream stream{file_, std::ios::binary};
        std::string text(32, '\0');
        stream.read(text.data(), static_cast<std::streamsize>(text.size()));
        text.resize(static_cast<std::size_t>(stream.gcount()));
        const auto said = parse_clock_text(text);
        if (!said || written_us() != written) return false;
        ahead_us_ = said->microseconds - *written;
        return true;
    }

    const std::filesystem::path file_;
    mutable std::atomic<std::int64_t> ahead_us_{0};  // of the machine's clock
};

}  // namespace jobbro
