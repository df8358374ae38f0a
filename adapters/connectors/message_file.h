// The messages of a file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/connectors/file_names.h"
#include "jobbro/v1/envelope.pb.h"
#include "proto/base/clock.h"
#include "proto/base/result.h"

namespace jobbro::connectors {

inline constexpr std::size_t lines_file_bytes_max = std::size_t{8} * 1024 * 1024;
inline constexpr std::size_t messages_of_file_max = 10'000;

// What is needed to tell the messages of files apart, from each other and over restarts.
struct FileOrigin {
    std::string_view name;
    const evidence::SymmetricKey& key;
};

// One message, or what kept it from being read.
struct FileMessage {
    std::uint64_t line = 1;          // where its object begins
    std::optional<std::size_t> row;  // of an attendance sheet, from 0
    // Names the message among all of all files: 64 hexadecimal digits of the keyed hash of the
    // file's name, the object's text, and how often that text has come before in the file. Of a row
    // of a sheet instead of the text: the sheet's list id and dates, and what the row says. So it
    // keeps its name when other lines or rows of the file are mended, and gets another when it is
    // mended itself.
    std::string tag;
    // Errors: as contract::from_json, with the line of the file in the detail, and as
    // contract::split_sheet.
    Result<v1::Envelope> envelope;
};

struct MessageFile {
    std::vector<FileMessage> messages;
    // Something is no JSON: it may be that the file is not written to its end.
    bool may_be_unfinished = false;
};

// Reads a file's text. An object is an envelope, or {"attendance_sheet": {…}}, which becomes one
// message a row; a sheet without a list id gets one that follows from the file's name, the sheet's
// dates and how often such a sheet has come before, so that mending a row changes none. A line that
// cannot be read does not keep the next from being read; blank ones are passed over. Errors:
// json_syntax (there is no message in it), list_too_long (more than messages_of_file_max).
// Requires: a shape other than none. Thread: any.
Result<MessageFile> read_message_file(std::string_view text, FileShape shape,
                                      const FileOrigin& origin, Instant now);

}  // namespace jobbro::connectors
