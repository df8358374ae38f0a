#include "adapters/cli/parked_lines.h"

#include <algorithm>
#include <array>

#include "adapters/cli/json_line.h"
#include "adapters/cli/message_lines.h"

namespace jobbro::cli {
namespace {

using Row = std::array<std::string, 7>;

template <typename Timestamp>
Instant instant_of(const Timestamp& timestamp) {
    return Instant{timestamp.seconds() * 1'000'000 + timestamp.nanos() / 1000};
}

// To the second.
template <typename Timestamp>
std::string short_time(const Timestamp& timestamp) {
    return instant_text(instant_of(timestamp)).substr(0, 19) + "Z";
}

std::string_view wait_name(v1::ParkedWait wait) {
    switch (wait) {
        case v1::PARKED_WAIT_NEXT_ATTEMPT:
            return "next_attempt";
        case v1::PARKED_WAIT_ACK:
            return "ack";
        case v1::PARKED_WAIT_PERSON:
            return "person";
        case v1::PARKED_WAIT_EARLIER_MESSAGE:
            return "earlier_message";
        default:
            return "";
    }
}

std::string wait_text(const v1::ParkedMessage& message) {
    switch (message.waits_for()) {
        case v1::PARKED_WAIT_NEXT_ATTEMPT:
            return "attempt at " + short_time(message.next_attempt_at());
        case v1::PARKED_WAIT_EARLIER_MESSAGE:
            return "message " + std::to_string(message.behind_sequence());
        default:
            return std::string{wait_name(message.waits_for())};
    }
}

std::string shown(std::string text) {
    std::replace_if(
        text.begin(), text.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return text;
}

Row row_of(const v1::ParkedMessage& message) {
    const v1::Notification& notification = message.notification();
    return {std::to_string(message.sequence()),
            kind_text(notification.kind()),
            notification.order_id().empty() ? "-" : shown(notification.order_id()),
            short_time(message.parked_at()),
            std::to_string(message.attempts()),
            wait_text(message),
            shown(message.reason())};
}

}  // namespace

std::string parked_json(const v1::ParkedMessage& message) {
    const v1::Notification& notification = message.notification();
    JsonLine line;
    line.number("sequence", message.sequence())
        .text("kind", kind_text(notification.kind()))
        .text("sender", notification.sender())
        .text("message_id", notification.message_id())
        .text("order_id", notification.order_id())
        .text("parked_at", instant_text(instant_of(message.parked_at())))
        .number("attempts", message.attempts())
        .text("waits_for", wait_name(message.waits_for()));
    if (message.waits_for() == v1::PARKED_WAIT_NEXT_ATTEMPT) {
        line.text("next_attempt_at", instant_text(instant_of(message.next_attempt_at())));
    }
    if (message.waits_for() == v1::PARKED_WAIT_EARLIER_MESSAGE) {
        line.number("behind_sequence", message.behind_sequence());
    }
    return line.text("reason", message.reason()).str();
}

std::string parked_table(const std::vector<v1::ParkedMessage>& messages) {
    if (messages.empty()) return {};
    std::vector<Row> rows{
        {"SEQUENCE", "KIND", "ORDER", "SINCE", "ATTEMPTS", "WAITS FOR", "REASON"}};
    for (const v1::ParkedMessage& message : messages)
        rows.push_back(row_of(message));
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size());
    }
    std::string table;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += row[i];
            line.append(widths[i] - row[i].size() + 2, ' ');
        }
        line.erase(line.find_last_not_of(' ') + 1);
        table += line + "\n";
    }
    return table;
}

}  // namespace jobbro::cli
