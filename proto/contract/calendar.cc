#include "proto/contract/calendar.h"

#include <optional>

namespace jobbro::contract {
namespace {

constexpr std::size_t decimals_max = 9;

// Takes texts apart from the left. A step that does not fit leaves the reader failed, and what it
// gives then means nothing.
class Reader {
  public:
    explicit Reader(std::string_view text) : rest_(text) {}

    // Exactly `count` digits.
    int digits(std::size_t count) {
        int number = 0;
        for (std::size_t i = 0; i < count; ++i)
            number = number * 10 + digit();
        return number;
    }

    // At least one digit and at most 12, as many as there are.
    std::int64_t whole_number() {
        std::int64_t number = digit();
        for (int i = 0; i < 11 && next_is_digit(); ++i)
            number = number * 10 + digit();
        return number;
    }

    // Nothing, or a point and one to nine digits, in billionths.
    std::int32_t decimals() {
        if (!take('.')) return 0;
        std::int32_t nanos = digit();
        std::size_t count = 1;
        for (; count < decimals_max && next_is_digit(); ++count)
            nanos = nanos * 10 + digit();
        for (; count < decimals_max; ++count)
            nanos *= 10;
        return nanos;
    }

    // True and one further when `c` comes next.
    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void require(char c) { failed_ = !take(c) || failed_; }
    [[nodiscard]] bool at_end() const { return !failed_ && rest_.empty(); }

  private:
    [[nodiscard]] bool next_is_digit() const {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }

    int digit() {
        if (!next_is_digit()) {
            failed_ = true;
            return 0;
        }
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    bool failed_ = false;
};

std::chrono::year_month_day read_date(Reader& reader) {
    const int year = reader.digits(4);
    reader.require('-');
    const int month = reader.digits(2);
    reader.require('-');
    const int day = reader.digits(2);
    return {std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
            std::chrono::day{static_cast<unsigned>(day)}};
}

bool is_date(const std::chrono::year_month_day& date) {
    return date.ok() && date.year() >= std::chrono::year{1};
}

// Seconds that local time is ahead of UTC; none when it is no offset.
std::optional<std::int64_t> read_offset(Reader& reader) {
    if (reader.take('Z')) return 0;
    const bool behind = reader.take('-');
    if (!behind) reader.require('+');
    const int hours = reader.digits(2);
    reader.require(':');
    const int minutes = reader.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    const std::int64_t seconds = hours * 3600 + minutes * 60;
    return behind ? -seconds : seconds;
}

}  // namespace

Result<std::chrono::year_month_day> parse_date(std::string_view text) {
    Reader reader{text};
    const auto date = read_date(reader);
    if (!reader.at_end() || !is_date(date)) return ErrorCode::field_invalid;
    return date;
}

bool is_to_come(std::chrono::year_month_day date, Instant now) {
    // Danish summer time is the further ahead of UTC of the two.
    constexpr std::chrono::hours ahead_of_utc_max{2};
    const std::chrono::sys_time<std::chrono::microseconds> time{
        std::chrono::microseconds{now.microseconds} + ahead_of_utc_max};
    return std::chrono::sys_days{date} > std::chrono::floor<std::chrono::days>(time);
}

Result<SecondsAndNanos> parse_time(std::string_view text) {
    Reader reader{text};
    const auto date = read_date(reader);
    reader.require('T');
    const int hour = reader.digits(2);
    reader.require(':');
    const int minute = reader.digits(2);
    reader.require(':');
    const int second = reader.digits(2);
    const std::int32_t nanos = reader.decimals();
    const auto offset = read_offset(reader);
    if (!reader.at_end() || !offset || !is_date(date) || hour > 23 || minute > 59 || second > 59) {
        return ErrorCode::field_invalid;
    }
    const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
    const std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second - *offset;
    if (seconds < timestamp_seconds_min || seconds > timestamp_seconds_max) {
        return ErrorCode::field_invalid;
    }
    return SecondsAndNanos{seconds, nanos};
}

Result<SecondsAndNanos> parse_duration(std::string_view text) {
    Reader reader{text};
    const bool negative = reader.take('-');
    SecondsAndNanos duration{reader.whole_number(), 0};
    duration.nanos = reader.decimals();
    reader.require('s');
    if (!reader.at_end() || duration.seconds > duration_seconds_max) {
        return ErrorCode::field_invalid;
    }
    if (negative) duration = {-duration.seconds, -duration.nanos};
    return duration;
}

}  // namespace jobbro::contract
