// What became of a file's messages, as the text that stands beside it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "adapters/connectors/message_file.h"
#include "adapters/kit/messages.h"

namespace jobbro::connectors {

class JsonText;

// The end of one message.
struct MessageFate {
    std::uint64_t line = 1;
    std::optional<std::size_t> row;
    std::string message_id;                               // empty: it never had one that is valid
    Result<kit::Receipt> fate = ErrorCode::session_lost;  // not answered
    std::optional<Instant> answered_at;  // by the hub; none when it was refused here
    bool is_earlier = false;             // an answer that was told before, to the same message
};

// "2026-01-31T09:15:00.000001Z".
std::string time_text(Instant instant);
// Appends the member "findings".
void add_findings(JsonText& json, const std::vector<v1::Finding>& findings);

// The receipt of a file, or its errors: for each message its line, and its sequence, recorded time
// and findings, or code, number, disposition, field path, place and texts in Danish and English.
// Holds nothing of what the file holds. `file` is its name in the log, or empty. Thread: any, for
// both.
std::string fates_text(std::string_view file, const std::vector<MessageFate>& fates);
// Of a file none of whose messages was looked at.
std::string refusal_text(std::string_view file, const Error& error);

}  // namespace jobbro::connectors
