// Messages as JSON text: one object over several lines, or one object a line (NDJSON).
#pragma once

#include <deque>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/randomness.h"
#include "proto/base/result.h"

namespace jobbro::cli {

// One message as it stands in the input.
struct InputMessage {
    std::uint64_t line;              // where its object begins, from 1
    std::optional<std::size_t> row;  // of an attendance sheet, from 0
    Result<v1::Envelope> envelope;
};

// Takes the input as NDJSON when its first line that is not blank holds a whole object, and as one
// object else. An object is an envelope, or {"attendance_sheet": {…}}, which becomes a message a
// row; a sheet without a list id gets one. A line that cannot be read does not keep the next from
// being read. Thread: one at a time. Life: what it is given outlives the reader.
class MessageReader {
  public:
    MessageReader(std::istream& input, const Clock& clock, Randomness& randomness)
        : input_(input), clock_(clock), randomness_(randomness) {}

    // The next message; none at the end. Errors within: those of contract::from_json, with the line
    // of the file in the detail, and of contract::split_sheet; json_syntax when it is too large.
    std::optional<InputMessage> next();
    // Passes over the rest of the input; how many messages it holds, a sheet not begun being one.
    std::uint64_t skip_rest();
    // Nothing more can be read without waiting for whoever writes the input.
    bool would_wait();

  private:
    enum class Shape { unknown, lines, one_object };
    std::optional<std::string> next_line();
    std::string read_object(std::string text);
    void take_object(const std::string& text, std::uint64_t line);
    Result<std::vector<v1::Envelope>> read_envelopes(std::string_view text, bool& is_sheet);

    std::istream& input_;
    const Clock& clock_;
    Randomness& randomness_;
    std::deque<InputMessage> read_;  // and not handed out
    Shape shape_ = Shape::unknown;
    std::uint64_t line_ = 0;  // the last one read
};

}  // namespace jobbro::cli
