// House style that a machine can see: lengths, headers, white space, words and calls.
#pragma once

#include <map>
#include <string>

#include "tests/tidy/repository.h"

namespace jobbro::tidy {

inline constexpr std::size_t line_columns_max = 100;
inline constexpr std::size_t file_lines_max = 600;
inline constexpr std::size_t function_lines_max = 70;

// tests/tidy/allowed_long.txt: "path : reason" a line, for files that may pass the lengths.
struct AllowedLong {
    std::map<std::string, std::string> reasons;
    Offences offences;  // lines without a reason
};
AllowedLong read_allowed_long(std::string_view text);

// Lengths of .h, .cc and .proto; also an allowed file that is not there or not long any more.
Offences length_offences(const TextFiles& files, const AllowedLong& allowed);

// Headers without #pragma once; tabs, white space at a line's end and a last line without an end in
// the files we write by hand.
Offences layout_offences(const TextFiles& files);

// Calls and words that have a better one, or no place in that room.
Offences banned_offences(const TextFiles& files);

// File and type names that say nothing.
Offences name_offences(const TextFiles& files);

}  // namespace jobbro::tidy
