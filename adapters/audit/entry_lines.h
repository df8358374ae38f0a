// Entries as an auditor is shown them: an object, a row or a line for each.
#pragma once

#include <string>
#include <string_view>

#include "adapters/audit/hub_reader.h"

namespace jobbro::audit {

// The fields are in adapters/README.md.
enum class LineFormat : std::uint8_t {
    ndjson,  // an object a line
    csv,     // RFC 4180; what a spreadsheet would take for a formula begins with "'"
    text,    // for people; nothing of an entry breaks its line or commands a terminal
};

// Adds --format to a command. Life: `name` outlives the parsing.
void add_format_option(CLI::App& app, std::string& name);
// The format that --format named; unset: text on a terminal, else ndjson. Thread: any.
LineFormat format_of(const std::string& name);

// What comes before the first entry: of csv the names of the columns, else nothing. With `content`
// the columns of what was said too. Thread: any, for all below.
std::string heading(LineFormat format, bool with_content);
// The entry's line, with its end; of text and with content two. Errors: tampered when what the hub
// says itself in it cannot be read.
Result<std::string> entry_line(LineFormat format, const ReadEntry& entry, bool with_content);

// The value as a cell of csv, quoted where it has to be. Spreadsheets that split lines at `;` (as
// Danish ones do) or tab, whatever is quoted, find no formula in it either: a "'" stands before it.
std::string csv_cell(std::string_view value);
// JSON as a cell of csv that stays JSON: such spreadsheets find nothing to split at.
std::string csv_json_cell(std::string_view json);

}  // namespace jobbro::audit
