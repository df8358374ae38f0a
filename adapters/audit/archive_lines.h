// The lines of an archive as text, and back.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/audit/archive.h"

namespace jobbro::audit {

// The last line.
struct ArchiveEnd {
    std::uint64_t statements = 0;
    std::uint64_t entries = 0;
    evidence::Digest digest{};  // SHA-256 of all bytes before the line
};
struct ArchivedStatement {
    ArchivedEntry entry;
};
using ArchiveLine = std::variant<ArchiveHeader, ArchivedStatement, ArchivedEntry, ArchiveEnd>;

// That what the header tells people is one line each, within its bounds: no control character
// (U+0000 to U+001F, U+007F to U+009F) may forge a line where it is shown.
// Errors: archive_malformed. Thread: any.
Result<void> check_told(const ArchiveHeader& header);

// One line with its LF. Thread: any.
std::string header_line(const ArchiveHeader& header);
std::string statement_line(const ArchivedEntry& entry);
std::string entry_line(const ArchivedEntry& entry);
std::string end_line(const ArchiveEnd& end);

// A line without its LF. Errors: archive_malformed, with what is wrong with it.
Result<ArchiveLine> parse_archive_line(std::string_view line);

// The next line without its LF; none at the end of the text. Errors: archive_malformed when it is
// longer than limits::archive_line_bytes_max or the text ends within it.
Result<std::optional<std::string>> read_line(std::istream& in);

}  // namespace jobbro::audit
