#include "adapters/cli/message_reader.h"

#include "adapters/kit/sheet_json.h"
#include "proto/base/limits.h"
#include "proto/contract/attendance_sheet.h"
#include "proto/contract/json.h"

namespace jobbro::cli {
namespace {

bool is_blank(const std::string& text) {
    return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

// True when every brace and bracket opened on the line is closed on it. Says nothing of the rest of
// the syntax.
bool closes_what_it_opens(const std::string& text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_string) {
            if (c == '\\') ++i;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return depth <= 0 && !in_string;
}

}  // namespace

std::optional<std::string> MessageReader::next_line() {
    std::string text;
    if (!std::getline(input_, text)) return std::nullopt;
    ++line_;
    return text;
}

bool MessageReader::would_wait() {
    return read_.empty() && input_.good() && input_.rdbuf()->in_avail() <= 0;
}

Result<std::vector<v1::Envelope>> MessageReader::read_envelopes(std::string_view text,
                                                                bool& is_sheet) {
    auto sheet = kit::read_sheet_json(text);
    is_sheet = sheet.has_value();
    if (!is_sheet) {
        std::vector<v1::Envelope> one(1);
        JOBBRO_TRY(contract::from_json(text, one[0]));
        return one;
    }
    if (!*sheet) return std::move(*sheet).error();
    const Instant now = clock_.now();
    auto split = contract::split_sheet(**sheet, contract::ListId::make(now, randomness_), now);
    if (split) return split;
    Error error = std::move(split).error();
    error.field_path = "attendance_sheet." + error.field_path;
    return error;
}

void MessageReader::take_object(const std::string& text, std::uint64_t line) {
    if (text.size() > limits::json_bytes_max) {
        read_.push_back(
            InputMessage{line,
                         {},
                         Error{ErrorCode::json_syntax,
                               "line " + std::to_string(line) + ": the message is too large"}});
        return;
    }
    bool is_sheet = false;
    auto envelopes = read_envelopes(text, is_sheet);
    // Read again with the lines before it, so that the error names the line of the file.
    if (!envelopes && line > 1 && line - 1 + text.size() <= limits::json_bytes_max) {
        auto again = read_envelopes(std::string(line - 1, '\n') + text, is_sheet);
        if (!again) envelopes = std::move(again);
    }
    if (!envelopes) {
        read_.push_back(InputMessage{line, {}, std::move(envelopes).error()});
        return;
    }
    for (std::size_t i = 0; i < envelopes->size(); ++i) {
        read_.push_back(InputMessage{line, is_sheet ? std::optional{i} : std::nullopt,
                                     std::move((*envelopes)[i])});
    }
}

std::optional<InputMessage> MessageReader::next() {
    while (read_.empty()) {
        if (shape_ == Shape::one_object) return std::nullopt;
        std::optional<std::string> text;
        do {
            text = next_line();
            if (!text) return std::nullopt;
        } while (is_blank(*text));
        if (shape_ == Shape::unknown) {
            shape_ = closes_what_it_opens(*text) ? Shape::lines : Shape::one_object;
        }
        const std::uint64_t line = line_;
        take_object(shape_ == Shape::one_object ? read_object(*std::move(text)) : *text, line);
    }
    InputMessage message = std::move(read_.front());
    read_.pop_front();
    return message;
}

std::uint64_t MessageReader::skip_rest() {
    std::uint64_t count = read_.size();
    read_.clear();
    while (const auto text = next_line()) {
        if (is_blank(*text) || shape_ == Shape::one_object) continue;
        if (shape_ == Shape::unknown) {
            shape_ = closes_what_it_opens(*text) ? Shape::lines : Shape::one_object;
        }
        ++count;
    }
    return count;
}

std::string MessageReader::read_object(std::string text) {
    while (auto more = next_line()) {
        text += '\n';
        text += *more;
        if (text.size() > limits::json_bytes_max) break;
    }
    return text;
}

}  // namespace jobbro::cli
