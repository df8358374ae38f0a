#include "adapters/cli/argument_values.h"

#include <google/protobuf/util/time_util.h>

#include <algorithm>
#include <charconv>

#include "proto/contract/calendar.h"
#include "proto/contract/kinds.h"
#include "proto/contract/validation.h"

namespace jobbro::cli {
namespace {

bool is_number(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<Instant> parse_instant(const std::string& option, const std::string& text) {
    google::protobuf::Timestamp timestamp;
    if (!google::protobuf::util::TimeUtil::FromString(text, &timestamp)) {
        return Error{ErrorCode::usage, option + " is a time like 2026-01-31T12:00:00Z"};
    }
    return Instant{timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000};
}

Result<Instant> parse_day_or_instant(const std::string& option, const std::string& text) {
    constexpr std::size_t date_size = 10;
    return parse_instant(option, text.size() == date_size ? text + "T00:00:00Z" : text);
}

Result<std::string> parse_day(const std::string& option, const std::string& text) {
    if (contract::parse_date(text)) return text;
    return Error{ErrorCode::usage, option + " is a date like 2026-01-31"};
}

Result<std::string> parse_month(const std::string& option, const std::string& text) {
    if (contract::parse_date(text + "-01")) return text;
    return Error{ErrorCode::usage, option + " is a month like 2026-01"};
}

Result<kit::Start> parse_start(const std::string& text) {
    if (text == "beginning") return kit::Start{kit::StartAtBeginning{}};
    if (is_number(text)) {
        std::uint64_t sequence = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), sequence);
        if (read.ec == std::errc{}) return kit::Start{Sequence{sequence}};
    }
    const auto instant = parse_day_or_instant("--from", text);
    if (instant) return kit::Start{*instant};
    return Error{ErrorCode::usage,
                 "--from is \"beginning\", a sequence, or a time like 2026-01-31 or "
                 "2026-01-31T12:00:00Z"};
}

Result<v1::MessageKind> parse_kind(const std::string& text) {
    std::string names;
    for (const contract::KindRule& rule : contract::kind_rules()) {
        const std::string_view name = contract::kind_name(rule.kind);
        if (name == text) return rule.kind;
        names += names.empty() ? "" : ", ";
        names += name;
    }
    return Error{ErrorCode::usage, "--kind is one of " + names};
}

}  // namespace jobbro::cli
