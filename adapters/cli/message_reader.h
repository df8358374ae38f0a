// Messages as JSON text: one object over several lines, or one object a line (NDJSON).
#pragma once

#include <istream>
#include <optional>
#include <string>

#include "jobbro/v1/envelope.pb.h"
#include "proto/base/result.h"

namespace jobbro::cli {

// One message as it stands in the input.
struct InputMessage {
    std::uint64_t line;  // where it begins, from 1
    Result<v1::Envelope> envelope;
};

// Takes the input as NDJSON when its first line that is not blank holds a whole object, and as one
// object else. A line that cannot be read does not keep the next from being read.
// Thread: one at a time. Life: the stream outlives the reader.
class MessageReader {
  public:
    explicit MessageReader(std::istream& input) : input_(input) {}

    // The next message; none at the end. Errors within: those of contract::from_json, with the line
    // of the file in the detail; json_syntax when it is too large.
    std::optional<InputMessage> next();
    // Passes over the rest of the input; how many messages it holds.
    std::uint64_t skip_rest();
    // Nothing more can be read without waiting for whoever writes the input.
    bool would_wait();

  private:
    enum class Shape { unknown, lines, one_object };
    std::optional<std::string> next_line();
    std::optional<InputMessage> read_object(std::string text);

    std::istream& input_;
    Shape shape_ = Shape::unknown;
    std::uint64_t line_ = 0;  // the last one read
};

}  // namespace jobbro::cli
