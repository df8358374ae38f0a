// Rows of named values that other programs read: CSV and JSON lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/audit/entry_lines.h"

namespace jobbro::audit {

// None: there is no such value here.
using CellValue = std::variant<std::monostate, std::string, std::uint64_t, bool>;

struct Cell {
    std::string_view name;  // the same in each row of a table, in the same order
    CellValue value;
};
using FlatRow = std::vector<Cell>;

// What stands before the rows: of csv the names of the columns, else nothing. Requires, here and
// below: not LineFormat::text. Thread: any.
std::string heading(LineFormat format, const FlatRow& row);
// Its line, with its end. Of ndjson an object; what there is no value of is left out, and what is
// not UTF-8 is replaced by U+FFFD.
std::string line_of(LineFormat format, const FlatRow& row);

}  // namespace jobbro::audit
