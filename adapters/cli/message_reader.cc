#include "adapters/cli/message_reader.h"

#include "proto/base/limits.h"
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

// `line` lines of the file come before the text's own.
Result<v1::Envelope> to_envelope(const std::string& text, std::uint64_t line) {
    if (text.size() > limits::json_bytes_max) {
        return Error{ErrorCode::json_syntax,
                     "line " + std::to_string(line) + ": the message is too large"};
    }
    v1::Envelope envelope;
    auto read = contract::from_json(text, envelope);
    if (read) return envelope;
    // Read again with the lines before it, so that the error names the line of the file.
    constexpr std::uint64_t lines_padded_max = 1'000'000;
    if (line > 1 && line <= lines_padded_max) {
        std::string padded(line - 1, '\n');
        padded += text;
        auto again = contract::from_json(padded, envelope);
        if (!again) return std::move(again).error();
    }
    return std::move(read).error();
}

}  // namespace

std::optional<std::string> MessageReader::next_line() {
    std::string text;
    if (!std::getline(input_, text)) return std::nullopt;
    ++line_;
    return text;
}

bool MessageReader::would_wait() {
    return input_.good() && input_.rdbuf()->in_avail() <= 0;
}

std::optional<InputMessage> MessageReader::next() {
    if (shape_ == Shape::one_object) return std::nullopt;
    std::optional<std::string> text;
    do {
        text = next_line();
        if (!text) return std::nullopt;
    } while (is_blank(*text));
    if (shape_ == Shape::unknown) {
        shape_ = closes_what_it_opens(*text) ? Shape::lines : Shape::one_object;
    }
    if (shape_ == Shape::one_object) return read_object(*std::move(text));
    return InputMessage{line_, to_envelope(*text, line_)};
}

std::uint64_t MessageReader::skip_rest() {
    std::uint64_t count = 0;
    while (const auto text = next_line()) {
        if (is_blank(*text) || shape_ == Shape::one_object) continue;
        if (shape_ == Shape::unknown) {
            shape_ = closes_what_it_opens(*text) ? Shape::lines : Shape::one_object;
        }
        ++count;
    }
    return count;
}

std::optional<InputMessage> MessageReader::read_object(std::string text) {
    const std::uint64_t first = line_;
    while (auto more = next_line()) {
        text += '\n';
        text += *more;
        if (text.size() > limits::json_bytes_max) break;
    }
    return InputMessage{first, to_envelope(text, first)};
}

}  // namespace jobbro::cli
