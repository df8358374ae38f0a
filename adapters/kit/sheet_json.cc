#include "adapters/kit/sheet_json.h"

#include <algorithm>
#include <string>

#include "proto/contract/json.h"
#include "proto/contract/json_tree.h"

namespace jobbro::kit {
namespace {

constexpr std::string_view sheet_name = "attendance_sheet";
constexpr std::string_view sheet_name_in_camel_case = "attendanceSheet";

bool is_sheet(std::string_view text) {
    // Most texts are no sheets and need not be read twice.
    if (text.find(sheet_name) == std::string_view::npos &&
        text.find(sheet_name_in_camel_case) == std::string_view::npos) {
        return false;
    }
    const auto tree = contract::parse_json_tree(text);
    return tree && tree->type == contract::JsonNode::Type::object && tree->names.size() == 1 &&
           (tree->names[0] == sheet_name || tree->names[0] == sheet_name_in_camel_case) &&
           tree->items[0].type == contract::JsonNode::Type::object;
}

// The sheet's object alone, at the place it has in the text. Before it stands "{", its name and
// ":", after it "}".
std::string sheet_alone(std::string_view text) {
    const std::size_t begin = text.find('{', text.find('{') + 1);
    std::string alone{text.substr(0, text.rfind('}'))};
    std::replace_if(
        alone.begin(), alone.begin() + static_cast<std::ptrdiff_t>(begin),
        [](char c) { return c != '\n'; }, ' ');
    return alone;
}

}  // namespace

std::optional<Result<v1::AttendanceSheet>> read_sheet_json(std::string_view text) {
    if (!is_sheet(text)) return std::nullopt;
    v1::AttendanceSheet sheet;
    auto read = contract::from_json(sheet_alone(text), sheet);
    if (read) return sheet;
    Error error = std::move(read).error();
    const std::string inner = error.field_path.empty() ? "" : "." + error.field_path;
    error.field_path = std::string{sheet_name} + inner;
    return Result<v1::AttendanceSheet>{std::move(error)};
}

}  // namespace jobbro::kit
